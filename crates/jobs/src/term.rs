//! The time of one lease: jobs are started when they are due, and noted when they end.

use crate::error::{Error, Result};
use crate::job::{Job, Outcome};
use crate::limits::{LOOK_EVERY, RENEWALS, STOP_TIMEOUT};
use crate::tended::Tended;
use event::Clock;
use std::sync::Arc;
use std::time::Duration;
use store::{JobKind, Lease, Store};
use tokio::sync::watch;
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::{Instant, sleep_until, timeout, timeout_at};

/// How long a term lasts, besides the lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Until {
    /// Until the process is told to stop.
    Told,
    /// Until a job has ended.
    Once,
}

/// The lease of a term. It is measured by a clock that cannot be set, from before it was asked for:
/// this process never believes in it for longer than the others do.
#[derive(Debug)]
pub(crate) struct Hold {
    pub(crate) lease: Lease,
    pub(crate) length: Duration,
    pub(crate) since: Instant,
}

impl Hold {
    fn is_over(&self) -> bool {
        Instant::now() >= self.since + self.length
    }
}

/// The time of one lease.
#[derive(Debug)]
pub(crate) struct Term {
    /// Under the lease.
    store: Store,
    clock: Arc<dyn Clock>,
    hold: Hold,
    renew_at: Instant,
    look_at: Instant,
    told: watch::Receiver<bool>,
    /// Tells the jobs to stop.
    stop: watch::Sender<bool>,
    tended: Vec<Tended>,
    running: JoinSet<Result<Outcome>>,
    /// Another process took the lease over.
    lost: bool,
}

impl Term {
    pub(crate) fn new(
        store: &Store,
        clock: Arc<dyn Clock>,
        jobs: &[Arc<dyn Job>],
        hold: Hold,
        told: watch::Receiver<bool>,
    ) -> Self {
        let now = Instant::now();
        Self {
            store: store.under(&hold.lease),
            clock,
            renew_at: hold.since + hold.length / RENEWALS,
            hold,
            look_at: now,
            told,
            stop: watch::Sender::new(false),
            tended: jobs.iter().map(|job| Tended::new(Arc::clone(job), now)).collect(),
            running: JoinSet::new(),
            lost: false,
        }
    }

    /// Works; what the last job that ended came to.
    pub(crate) async fn run(mut self, until: Until) -> Option<Result<Outcome>> {
        if let Err(error) = self.begin(until).await {
            tracing::warn!(error = error.words(), "beginning to do the jobs");
            return Some(Err(error));
        }
        let mut outcome = None;
        while !(self.lost || self.hold.is_over()) {
            self.start_due().await;
            let wake = self.wake();
            tokio::select! {
                biased;
                () = stopped(&mut self.told) => break,
                Some(ended) = self.running.join_next_with_id() => {
                    outcome = self.ended(ended).await;
                    if until == Until::Once {
                        break;
                    }
                }
                kinds = self.store.woken() => self.woken(&kinds),
                () = sleep_until(wake) => {}
            }
            self.renew().await;
            self.look().await;
        }
        self.end().await;
        outcome
    }

    async fn begin(&mut self, until: Until) -> Result<()> {
        let kinds: Vec<(JobKind, i64)> = self.tended.iter().map(Tended::cadence).collect();
        self.store.work_begin(&kinds).await?;
        let jobs = self.store.jobs().await?;
        let now_us = self.clock.now().micros();
        for tended in &mut self.tended {
            tended.recall(&jobs, now_us);
            tended.once = until == Until::Once;
        }
        Ok(())
    }

    async fn start_due(&mut self) {
        let now = Instant::now();
        for place in 0..self.tended.len() {
            if let Some(tended) = self.tended.get_mut(place)
                && tended.is_due(now)
            {
                let (store, stop) = (self.store.clone(), self.stop.subscribe());
                tended.start(&mut self.running, store, stop, self.clock.now());
            }
            let noted = match self.tended.get_mut(place) {
                Some(tended) if tended.is_to_be_noted(Instant::now()) => {
                    tended.note_begin(&self.store, self.clock.as_ref()).await
                }
                _ => Ok(()),
            };
            self.heed(noted, "noting a run");
        }
    }

    /// When there is something to do next.
    fn wake(&self) -> Instant {
        let first = self.renew_at.min(self.look_at).min(self.hold.since + self.hold.length);
        self.tended.iter().filter_map(Tended::wakes_at).fold(first, Instant::min)
    }

    fn woken(&mut self, kinds: &[JobKind]) {
        let now = Instant::now();
        for tended in &mut self.tended {
            if kinds.contains(&tended.kind()) {
                tended.due = tended.due.min(now);
            }
        }
        // It may be paused or asked for by now.
        self.look_at = now;
    }

    async fn ended(
        &mut self,
        ended: std::result::Result<(Id, Result<Outcome>), JoinError>,
    ) -> Option<Result<Outcome>> {
        let (id, outcome) = match ended {
            Ok((id, outcome)) => (id, outcome),
            Err(error) => (error.id(), Err(broken(error))),
        };
        if let Err(Error::Store(store::Error::Replaced { .. })) = &outcome {
            self.lost = true;
        }
        let tended = self.tended.iter_mut().find(|tended| tended.is_running(id))?;
        let noted = tended.ended(&outcome, &self.store, self.clock.as_ref()).await;
        self.heed(noted, "noting what a run came to");
        Some(outcome)
    }

    async fn renew(&mut self) {
        if Instant::now() < self.renew_at {
            return;
        }
        let since = Instant::now();
        let every = self.hold.length / RENEWALS;
        self.renew_at = since + every;
        match timeout(every, self.store.lease_renew(&self.hold.lease)).await {
            Ok(Ok(true)) => self.hold.since = since,
            Ok(Ok(false)) => {
                tracing::warn!("another process does the jobs now");
                self.lost = true;
            }
            Ok(Err(error)) => tracing::warn!(error = error.to_string(), "renewing the lease"),
            Err(_) => tracing::warn!("renewing the lease took longer than {every:?}"),
        }
    }

    /// Looks what was asked for or paused, and notes how far runs got.
    async fn look(&mut self) {
        let now = Instant::now();
        if now < self.look_at {
            return;
        }
        self.look_at = now + LOOK_EVERY;
        match self.store.jobs().await {
            Ok(jobs) => self.tended.iter_mut().for_each(|tended| tended.heard(&jobs)),
            Err(error) => tracing::warn!(error = error.to_string(), "looking at the jobs"),
        }
        for place in 0..self.tended.len() {
            let noted = match self.tended.get_mut(place) {
                Some(tended) => tended.note_progress(&self.store, self.clock.as_ref()).await,
                None => Ok(()),
            };
            self.heed(noted, "noting how far a run got");
        }
    }

    /// Lets jobs come to an end, and leaves those alone that do not.
    async fn end(&mut self) {
        self.stop.send_replace(true);
        if !self.lost {
            self.renew_at = Instant::now();
            self.renew().await;
        }
        let deadline = Instant::now() + STOP_TIMEOUT;
        while let Ok(Some(ended)) = timeout_at(deadline, self.running.join_next_with_id()).await {
            self.ended(ended).await;
        }
        self.running.abort_all();
        while let Some(ended) = self.running.join_next_with_id().await {
            self.ended(ended).await;
        }
    }

    fn heed(&mut self, noted: std::result::Result<(), store::Error>, what: &str) {
        match noted {
            Ok(()) => {}
            Err(store::Error::Replaced { .. }) => self.lost = true,
            Err(error) => tracing::warn!(error = error.to_string(), "{what}"),
        }
    }
}

/// Waits until the process is told to stop, or nobody is left to tell it.
async fn stopped(told: &mut watch::Receiver<bool>) {
    let _ = told.wait_for(|told| *told).await;
}

/// Why a task ended early.
fn broken(error: JoinError) -> Error {
    let Ok(panic) = error.try_into_panic() else { return Error::Stopped };
    let words = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let words = words.or_else(|| panic.downcast_ref::<String>().cloned());
    Error::Panicked(words.unwrap_or_else(|| "without a word".to_owned()))
}
