//! What every handler works with: the engine, its store, the clock, who listens, what is on its way.

use crate::live::Live;
use crate::running::Running;
use crate::uploads::Uploads;
use engine::Engine;
use event::{Clock, Instant};
use std::sync::Arc;
use store::Store;

/// One open data folder, with the engine that answers questions about it.
#[derive(Clone, Debug)]
pub struct Desk {
    engine: Engine,
    clock: Arc<dyn Clock>,
    live: Live,
    running: Running,
    uploads: Uploads,
}

impl Desk {
    /// A desk whose engine is ready.
    pub fn new(engine: Engine, clock: Arc<dyn Clock>) -> Self {
        let live = Live::new(clock.now());
        let (running, uploads) = (Running::default(), Uploads::default());
        Self { engine, clock, live, running, uploads }
    }

    /// What answers questions.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// What keeps the history.
    pub fn store(&self) -> &Store {
        self.engine.store()
    }

    /// Where news is told.
    pub(crate) fn live(&self) -> &Live {
        &self.live
    }

    /// Imports on their way.
    pub(crate) fn running(&self) -> &Running {
        &self.running
    }

    /// Files that wait to be imported.
    pub(crate) fn uploads(&self) -> &Uploads {
        &self.uploads
    }

    /// The present.
    pub fn now(&self) -> Instant {
        self.clock.now()
    }
}
