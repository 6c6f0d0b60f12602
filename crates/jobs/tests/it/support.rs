//! A store in a folder of its own, a clock that can be moved, and jobs that do as they are told.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests, outside of them")]

use event::{Clock, Instant};
use jobs::{Error, Job, Outcome, Plan, Result, Runner, Work};
use std::collections::VecDeque;
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use store::{JobKind, JobRun, Options, Store};
use tokio::sync::mpsc;

/// A clock that stands where it is put.
#[derive(Debug)]
pub(crate) struct Moved(AtomicI64);

impl Moved {
    pub(crate) fn by(&self, micros: i64) {
        self.0.fetch_add(micros, Ordering::Relaxed);
    }
}

impl Clock for Moved {
    fn now(&self) -> Instant {
        Instant::from_micros(self.0.load(Ordering::Relaxed))
    }
}

/// A store and its clock.
pub(crate) struct Desk {
    pub(crate) store: Store,
    pub(crate) clock: Arc<Moved>,
    _folder: tempfile::TempDir,
}

impl Desk {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(Moved(AtomicI64::new(1_780_000_000_000_000)));
        let store = open(folder.path(), &clock).await;
        Self { store, clock, _folder: folder }
    }

    /// A runner with a short lease.
    pub(crate) fn runner(&self, holder: &str) -> Runner {
        let clock: Arc<dyn Clock> = self.clock.clone();
        Runner::new(self.store.clone(), clock, holder).with_lease(Duration::from_secs(4))
    }

    /// Runs of a kind, oldest first.
    pub(crate) async fn runs(&self, kind: JobKind) -> Vec<JobRun> {
        let mut runs = self.store.job_runs(kind, None, 100).await.unwrap();
        runs.reverse();
        runs
    }

    pub(crate) async fn job(&self, kind: JobKind) -> store::Job {
        let jobs = self.store.jobs().await.unwrap();
        jobs.into_iter().find(|job| job.kind == kind).unwrap()
    }

    /// Waits until a job is as expected.
    pub(crate) async fn until(&self, kind: JobKind, expected: impl Fn(&store::Job) -> bool) {
        while !expected(&self.job(kind).await) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

async fn open(dir: &Path, clock: &Arc<Moved>) -> Store {
    let clock: Arc<dyn Clock> = clock.clone();
    Store::open(dir, Options::new(clock)).await.unwrap()
}

/// What one run does.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Act {
    Nothing,
    Did,
    Fail,
    Panic,
    /// Goes on until it is told to stop, and says so.
    Hang,
    /// Goes on whatever it is told.
    Deaf,
}

/// A job that follows a script, and then has nothing to do.
#[derive(Debug)]
pub(crate) struct Scripted {
    kind: JobKind,
    plan: Plan,
    acts: Mutex<VecDeque<Act>>,
    ran: mpsc::UnboundedSender<Work>,
}

/// A job that is due every few milliseconds; with it, what hears of each run that begins.
pub(crate) fn scripted(kind: JobKind, acts: &[Act]) -> (Scripted, mpsc::UnboundedReceiver<Work>) {
    let plan = Plan {
        retry_first: Duration::from_millis(2),
        retry_max: Duration::from_millis(10),
        ..Plan::new(Duration::from_millis(5), Duration::from_secs(60))
    };
    let (ran, heard) = mpsc::unbounded_channel();
    (Scripted { kind, plan, acts: Mutex::new(acts.iter().copied().collect()), ran }, heard)
}

impl Scripted {
    pub(crate) fn planned(mut self, change: impl FnOnce(&mut Plan)) -> Self {
        change(&mut self.plan);
        self
    }
}

#[async_trait::async_trait]
impl Job for Scripted {
    fn kind(&self) -> JobKind {
        self.kind
    }

    fn plan(&self) -> Plan {
        self.plan
    }

    async fn run(&self, mut work: Work) -> Result<Outcome> {
        let act = self.acts.lock().unwrap().pop_front().unwrap_or(Act::Nothing);
        let _ = self.ran.send(work.clone());
        match act {
            Act::Nothing => Ok(Outcome::nothing()),
            Act::Did => Ok(Outcome::did("something")),
            Act::Fail => Err(Error::Store(store::Error::Stopped)),
            Act::Panic => panic!("out of paper"),
            Act::Hang => {
                work.stopping().await;
                Err(Error::Stopped)
            }
            Act::Deaf => std::future::pending().await,
        }
    }
}
