//! What a job is, and what it works with.

use crate::error::Result;
use crate::plan::Plan;
use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use store::{JobKind, Store};
use tokio::sync::watch;

/// Something that is done again and again. A run must be repeatable: it may be cut off anywhere,
/// and is then done again.
#[async_trait::async_trait]
pub trait Job: Debug + Send + Sync + 'static {
    /// Which one it is.
    fn kind(&self) -> JobKind;

    /// How often, how long, and what then.
    fn plan(&self) -> Plan;

    /// Does everything there is to do now.
    ///
    /// # Errors
    /// Whatever kept it from that; it is tried again.
    async fn run(&self, work: Work) -> Result<Outcome>;
}

/// What a run came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// What it did, in words; `None` where there was nothing to do.
    pub message: Option<String>,
}

impl Outcome {
    /// There was nothing to do.
    pub fn nothing() -> Self {
        Self::default()
    }

    /// Something was done.
    pub fn did(message: impl Into<String>) -> Self {
        Self { message: Some(message.into()) }
    }
}

/// What one run works with.
#[derive(Clone, Debug)]
pub struct Work {
    store: Store,
    stop: watch::Receiver<bool>,
    progress: Arc<Progress>,
}

impl Work {
    pub(crate) fn new(store: Store, stop: watch::Receiver<bool>, progress: Arc<Progress>) -> Self {
        Self { store, stop, progress }
    }

    /// The store, under the lease of the one who works.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Whether to end at the next good place.
    pub fn is_stopping(&self) -> bool {
        *self.stop.borrow()
    }

    /// Waits until [`Work::is_stopping`].
    pub async fn stopping(&mut self) {
        // An error means that nobody is left who could wait for the run.
        let _ = self.stop.wait_for(|stop| *stop).await;
    }

    /// Says how far the run got, in the job's own unit.
    pub fn progress(&self, done: u64, whole: Option<u64>) {
        self.progress.done.store(done, Ordering::Relaxed);
        self.progress.whole.store(whole.map_or(0, |whole| whole.max(1)), Ordering::Relaxed);
    }
}

/// How far a run got.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    done: AtomicU64,
    /// 0 = not known.
    whole: AtomicU64,
}

impl Progress {
    pub(crate) fn get(&self) -> (u64, Option<u64>) {
        let whole = self.whole.load(Ordering::Relaxed);
        (self.done.load(Ordering::Relaxed), Some(whole).filter(|whole| *whole > 0))
    }
}
