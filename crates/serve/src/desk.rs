//! What every handler works with: the engine, its store, the clock, and who listens.

use crate::live::Live;
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
}

impl Desk {
    /// A desk whose engine is ready.
    pub fn new(engine: Engine, clock: Arc<dyn Clock>) -> Self {
        let live = Live::new(clock.now());
        Self { engine, clock, live }
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

    /// The present.
    pub fn now(&self) -> Instant {
        self.clock.now()
    }
}
