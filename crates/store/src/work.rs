//! What the room `jobs` needs of the store, and what shows its work: leases, jobs, their runs, and
//! the upkeep that nothing else does.

use crate::core::Core;
use crate::error::{Error, Result};
use crate::limits;
use crate::state::dialect::Dialect;
use crate::state::jobs::{Job, JobKind, JobRun, RunBegin, RunNote};
use crate::state::lease::{Holder, Lease};
use crate::store::Store;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::sync::Notify;

/// Name of the lease of whoever does the jobs.
const WORK: &str = "work";

/// Jobs of which somebody in this process knows that there is something to do.
#[derive(Debug, Default)]
pub(crate) struct Wanted {
    kinds: AtomicU32,
    heard: Notify,
}

impl Wanted {
    fn add(&self, kind: JobKind) {
        self.kinds.fetch_or(bit(kind), Ordering::Relaxed);
        self.heard.notify_one();
    }

    async fn take(&self) -> Vec<JobKind> {
        loop {
            let kinds = self.kinds.swap(0, Ordering::Relaxed);
            if kinds != 0 {
                return JobKind::ALL.into_iter().filter(|kind| kinds & bit(*kind) != 0).collect();
            }
            self.heard.notified().await;
        }
    }
}

const fn bit(kind: JobKind) -> u32 {
    1 << kind as u32
}

/// What a compaction removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Compacted {
    /// Bytes by which the state database's log became shorter.
    pub log_bytes: u64,
}

/// Leases.
impl Store {
    /// Becomes the one that does the jobs, for so many microseconds; `None` where another is.
    /// `holder` names this process and no other.
    ///
    /// # Errors
    /// When the state database refuses.
    pub async fn work_take(&self, holder: &str, length_us: i64) -> Result<Option<Lease>> {
        self.core.state.lease_take(WORK, holder, length_us, self.core.clock()).await
    }

    /// Stays the one for another length of the lease; false where another took over.
    ///
    /// # Errors
    /// When the state database refuses.
    pub async fn lease_renew(&self, lease: &Lease) -> Result<bool> {
        self.core.state.lease_renew(lease, self.core.clock()).await
    }

    /// Gives a lease back.
    ///
    /// # Errors
    /// When the state database refuses; then the lease ends by itself.
    pub async fn lease_release(&self, lease: &Lease) -> Result<()> {
        self.core.state.lease_release(lease).await
    }

    /// Who does the jobs now; `None` where nobody does.
    ///
    /// # Errors
    /// When the state database refuses.
    pub async fn worker(&self) -> Result<Option<Holder>> {
        self.core.state.lease_holder(WORK, self.core.clock()).await
    }

    /// The same store, whose upkeep fails with [`Error::Replaced`] once somebody else has taken the
    /// lease over: nothing that was begun under it can change the manifest any more.
    #[must_use]
    pub fn under(&self, lease: &Lease) -> Self {
        Self { core: self.core.clone(), lease: Some(lease.clone()) }
    }

    fn held(&self) -> Result<&Lease> {
        self.lease.as_ref().ok_or(Error::NoLease)
    }
}

/// Jobs and their runs.
impl Store {
    /// How every kind of job stands.
    ///
    /// # Errors
    /// When the state database refuses.
    pub async fn jobs(&self) -> Result<Vec<Job>> {
        self.core.state.jobs().await
    }

    /// Runs of a kind, newest first, those before a number where one is given.
    ///
    /// # Errors
    /// When the state database refuses.
    pub async fn job_runs(
        &self,
        kind: JobKind,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<JobRun>> {
        self.core.state.job_runs(kind, before, limit).await
    }

    /// Asks whoever does the jobs to run one as soon as possible, even where it is paused.
    ///
    /// # Errors
    /// When the state database refuses.
    pub async fn job_ask(&self, kind: JobKind) -> Result<()> {
        self.core.state.job_ask(kind, self.core.clock().now()).await?;
        self.wake(kind);
        Ok(())
    }

    /// Lets a job run only when asked to, or on its own again. One that runs is not stopped.
    ///
    /// # Errors
    /// When the state database refuses.
    pub async fn job_pause(&self, kind: JobKind, paused: bool) -> Result<()> {
        self.core.state.job_pause(kind, paused).await?;
        self.wake(kind);
        Ok(())
    }

    /// Tells whoever does the jobs in this process that there is something to do; other processes
    /// find it out by looking.
    pub fn wake(&self, kind: JobKind) {
        self.core.wanted.add(kind);
    }

    /// Waits until somebody in this process calls [`Store::wake`]; for one listener.
    pub async fn woken(&self) -> Vec<JobKind> {
        self.core.wanted.take().await
    }

    /// Notes which jobs the holder of the lease does from now on, and how often (in
    /// microseconds). Runs and imports of processes that are gone are noted as failed.
    ///
    /// # Errors
    /// [`Error::Replaced`], [`Error::NoLease`], or when the state database refuses.
    pub async fn work_begin(&self, kinds: &[(JobKind, i64)]) -> Result<()> {
        let now = self.core.clock().now();
        self.core.state.work_begin(self.held()?, kinds, now).await?;
        let silent = now.plus(-limits::IMPORT_SILENCE_US);
        self.core.state.imports_left(Some(silent), now).await?;
        Ok(())
    }

    /// Notes that a run began, and how it stands; its number.
    ///
    /// # Errors
    /// As [`Store::work_begin`].
    pub async fn run_begin(&self, begin: &RunBegin, note: &RunNote) -> Result<i64> {
        self.core.state.run_begin(self.held()?, begin, note).await
    }

    /// Notes how far a run got or what it came to.
    ///
    /// # Errors
    /// As [`Store::work_begin`].
    pub async fn run_note(&self, id: i64, note: &RunNote) -> Result<()> {
        self.core.state.run_note(self.held()?, id, note).await
    }
}

impl Core {
    /// Says every few seconds that the process lives which carries out an import, where other
    /// processes could wonder.
    pub(crate) fn beat(self: &Arc<Self>, import: i64) {
        if self.state.dialect == Dialect::Sqlite {
            return;
        }
        let core = Arc::downgrade(self);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(Duration::from_secs(limits::IMPORT_BEAT_SECONDS)).await;
                let Some(core) = core.upgrade() else { return };
                match core.state.import_beat(import, core.clock().now()).await {
                    Ok(true) => {}
                    Ok(false) => return,
                    Err(error) => tracing::warn!(error = error.to_string(), import, "import"),
                }
            }
        });
    }

    /// Takes the place of a process that had the folder to itself, as this one has it now: whatever
    /// it was doing has ended. Where processes share the state, the lease tells.
    pub(crate) async fn succeed(&self) -> Result<()> {
        if self.state.dialect == Dialect::Postgres {
            return Ok(());
        }
        self.state.lease_end_all().await?;
        let left = self.state.imports_left(None, self.clock().now()).await?;
        if left > 0 {
            tracing::warn!(imports = left, "imports were left behind by a process that ended");
        }
        Ok(())
    }
}

/// Upkeep.
impl Store {
    /// Shortens the state database's log where it grew long. Changes nothing that anybody sees,
    /// so that it needs no lease.
    ///
    /// # Errors
    /// When the disk or the state database refuses.
    pub async fn compact(&self) -> Result<Compacted> {
        let log = self.core.layout.state_log();
        let bytes = || std::fs::metadata(&log).map_or(0, |log| log.len());
        let before = bytes();
        if before > limits::LOG_BYTES {
            self.core.state.tidy().await?;
        }
        Ok(Compacted { log_bytes: before.saturating_sub(bytes()) })
    }
}
