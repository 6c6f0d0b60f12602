//! What every handler works with: engine, store, clock, who listens, and what is on its way.

use crate::door::{Door, Gate};
use crate::hooks::Hooks;
use crate::live::Live;
use crate::meter::Meter;
use crate::rebuilding::{Rebuild, RebuildState, Rebuilding};
use crate::running::Running;
use crate::uploads::Uploads;
use connect::hooks::Hook;
use engine::semantic::Question;
use engine::{Dated, Engine};
use event::{Clock, Instant};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use store::{Policies, Store};

/// One open data folder, with the engine that answers questions about it.
#[derive(Clone, Debug)]
pub struct Desk {
    engine: Engine,
    clock: Arc<dyn Clock>,
    gate: Gate,
    hooks: Hooks,
    live: Live,
    rebuilding: Rebuilding,
    running: Running,
    uploads: Uploads,
    meter: Meter,
    backups: PathBuf,
    backing_up: Arc<tokio::sync::Mutex<()>>,
}

impl Desk {
    /// A desk whose engine is ready.
    pub fn new(engine: Engine, clock: Arc<dyn Clock>) -> Self {
        let live = Live::new(clock.now());
        let (rebuilding, running) = (Rebuilding::default(), Running::default());
        Self {
            backups: engine.store().dir().join("backups"),
            engine,
            clock,
            live,
            rebuilding,
            running,
            uploads: Uploads::default(),
            meter: Meter::default(),
            gate: Gate::new(Door::default()),
            hooks: Hooks::default(),
            backing_up: Arc::default(),
        }
    }

    /// The same desk behind another door.
    #[must_use]
    pub fn with_door(mut self, door: Door) -> Self {
        self.gate = Gate::new(door);
        self
    }

    /// The same desk with another folder for its backups than the one in its data folder.
    #[must_use]
    pub fn with_backups(mut self, folder: Option<PathBuf>) -> Self {
        if let Some(folder) = folder {
            self.backups = folder;
        }
        self
    }

    /// Where backups are written.
    pub(crate) fn backups(&self) -> PathBuf {
        self.backups.clone()
    }

    /// Held while a backup is made.
    pub(crate) fn backing_up(&self) -> &tokio::sync::Mutex<()> {
        &self.backing_up
    }

    /// What Prometheus reads.
    pub fn meter(&self) -> &Meter {
        &self.meter
    }

    /// Asks a question, and notes how long that took.
    ///
    /// # Errors
    /// As [`Engine::ask_within`].
    #[tracing::instrument(name = "question", skip_all)]
    pub(crate) async fn ask(
        &self,
        question: &Question,
        age: Duration,
    ) -> Result<Dated, engine::Error> {
        let began = std::time::Instant::now();
        let outcome = self.engine.ask_within(question, age).await;
        self.meter.question(began.elapsed(), outcome.is_ok());
        outcome
    }

    /// What answers questions.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// What keeps the history.
    pub fn store(&self) -> &Store {
        self.engine.store()
    }

    /// The same desk with webhooks.
    #[must_use]
    pub fn with_hooks(mut self, hooks: &[Arc<Hook>]) -> Self {
        self.hooks = Hooks::new(hooks);
        self
    }

    /// The webhooks that are set up.
    pub(crate) fn hooks(&self) -> &Hooks {
        &self.hooks
    }

    /// What is let in, and how much of it.
    pub(crate) fn gate(&self) -> &Gate {
        &self.gate
    }

    /// Where news is told.
    pub(crate) fn live(&self) -> &Live {
        &self.live
    }

    /// Rebuilds, the last and the one on its way.
    pub(crate) fn rebuilding(&self) -> &Rebuilding {
        &self.rebuilding
    }

    /// Folds every ticket again in the background and tells everybody how far that is; `None`
    /// where a rebuild runs already.
    pub(crate) fn rebuild(&self, policies: Policies) -> Option<Rebuild> {
        let mut steps = self.rebuilding.watch();
        let clock = Arc::clone(&self.clock);
        let began = self.rebuilding.start(self.store().clone(), clock, policies)?;
        let live = self.live.clone();
        tokio::spawn(async move {
            loop {
                let step = steps.borrow_and_update().clone();
                live.tell("rebuild", &step);
                if step.state != RebuildState::Running || steps.changed().await.is_err() {
                    return;
                }
            }
        });
        Some(began)
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
