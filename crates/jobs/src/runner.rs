//! Waits for the lease, works as long as it has it, and waits again.

use crate::error::{Error, Result};
use crate::job::{Job, Outcome};
use crate::limits::{LEASE, RENEWALS};
use crate::term::{Hold, Term, Until};
use event::Clock;
use std::sync::Arc;
use std::time::Duration;
use store::{JobKind, Lease, Store};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// Does jobs on its own.
#[derive(Debug)]
pub struct Runner {
    store: Store,
    clock: Arc<dyn Clock>,
    holder: String,
    lease: Duration,
    jobs: Vec<Arc<dyn Job>>,
}

impl Runner {
    /// A runner without jobs. `holder` names this process and no other: it is shown to people.
    pub fn new(store: Store, clock: Arc<dyn Clock>, holder: impl Into<String>) -> Self {
        Self { store, clock, holder: holder.into(), lease: LEASE, jobs: Vec::new() }
    }

    /// The same runner with a lease of another length than [`LEASE`].
    #[must_use]
    pub fn with_lease(mut self, lease: Duration) -> Self {
        self.lease = lease;
        self
    }

    /// The same runner with another job.
    #[must_use]
    pub fn with(mut self, job: impl Job) -> Self {
        self.jobs.push(Arc::new(job));
        self
    }

    /// Starts to work in the background.
    pub fn start(self) -> Running {
        let (stop, told) = watch::channel(false);
        let task = tokio::spawn(async move { self.work(told).await });
        Running { stop, task }
    }

    /// Runs one job now, noted like any other run; what it came to.
    ///
    /// # Errors
    /// [`Error::Elsewhere`] where another process does the jobs, [`Error::NoJob`] where this runner
    /// has none of the kind; otherwise those of the job.
    pub async fn once(mut self, kind: JobKind) -> Result<Outcome> {
        self.jobs.retain(|job| job.kind() == kind);
        if self.jobs.is_empty() {
            return Err(Error::NoJob(kind.name()));
        }
        let (_stop, told) = watch::channel(false);
        let Some((lease, since)) = self.take().await? else {
            let holder = self.store.worker().await?.map(|worker| worker.holder);
            let holder = holder.unwrap_or_else(|| "another process".to_owned());
            return Err(Error::Elsewhere(holder));
        };
        let outcome = self.term(&lease, since, told).run(Until::Once).await;
        self.store.lease_release(&lease).await?;
        outcome.unwrap_or(Err(Error::Stopped))
    }

    async fn work(self, mut told: watch::Receiver<bool>) {
        while !*told.borrow() {
            if let Err(error) = self.work_once(&told).await {
                tracing::warn!(
                    error = error.words(),
                    "taking or giving back the lease of the jobs"
                );
            }
            tokio::select! {
                _ = told.wait_for(|told| *told) => {}
                () = tokio::time::sleep(self.lease / RENEWALS) => {}
            }
        }
    }

    /// Works as long as this process has the lease, if it gets it.
    async fn work_once(&self, told: &watch::Receiver<bool>) -> Result<()> {
        let Some((lease, since)) = self.take().await? else { return Ok(()) };
        tracing::info!(holder = self.holder, token = lease.token, "doing the jobs");
        self.term(&lease, since, told.clone()).run(Until::Told).await;
        Ok(self.store.lease_release(&lease).await?)
    }

    /// Takes the lease; with it, the instant from which on it counts at the earliest.
    async fn take(&self) -> Result<Option<(Lease, Instant)>> {
        let since = Instant::now();
        let length_us = i64::try_from(self.lease.as_micros()).unwrap_or(i64::MAX);
        let lease = self.store.work_take(&self.holder, length_us).await?;
        Ok(lease.map(|lease| (lease, since)))
    }

    fn term(&self, lease: &Lease, since: Instant, told: watch::Receiver<bool>) -> Term {
        let hold = Hold { lease: lease.clone(), length: self.lease, since };
        Term::new(&self.store, Arc::clone(&self.clock), &self.jobs, hold, told)
    }
}

/// A runner that works in the background.
#[derive(Debug)]
pub struct Running {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Running {
    /// Tells the jobs to stop, waits for them a while, and gives the lease back. Dropping it tells
    /// them too, and does not wait.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        if let Err(error) = self.task.await {
            tracing::error!(error = error.to_string(), "the runner of jobs broke off");
        }
    }
}
