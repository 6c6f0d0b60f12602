//! What every handler works with: the engine, its store, and the clock.

use engine::Engine;
use event::{Clock, Instant};
use std::sync::Arc;
use store::Store;

/// One open data folder, with the engine that answers questions about it.
#[derive(Clone, Debug)]
pub struct Desk {
    engine: Engine,
    clock: Arc<dyn Clock>,
}

impl Desk {
    /// A desk whose engine is ready.
    pub fn new(engine: Engine, clock: Arc<dyn Clock>) -> Self {
        Self { engine, clock }
    }

    /// What answers questions.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// What keeps the history.
    pub fn store(&self) -> &Store {
        self.engine.store()
    }

    /// The present.
    pub fn now(&self) -> Instant {
        self.clock.now()
    }
}
