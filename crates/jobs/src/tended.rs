//! One job as a worker sees it: when it is due, the run that is under way, and what is noted of it.

use crate::error::{Error, Result, shortened};
use crate::job::{Job, Outcome, Progress, Work};
use crate::limits::{LOOK_EVERY, NOTE_AFTER, NOTE_EVERY};
use crate::plan::{self, End, Next, Plan};
use event::Clock;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;
use std::time::Duration;
use store::{JobKind, JobState, RunBegin, RunNote, RunState, Store};
use tokio::sync::watch;
use tokio::task::{Id, JoinSet};
use tokio::time::Instant;

/// One job.
#[derive(Debug)]
pub(crate) struct Tended {
    job: Arc<dyn Job>,
    plan: Plan,
    /// When it is to run next.
    pub(crate) due: Instant,
    /// Whether it is to run now, paused or not.
    pub(crate) once: bool,
    /// Since when somebody waits for it to run, paused or not.
    asked_at: Option<event::Instant>,
    paused: bool,
    /// Failures in a row.
    attempts: u32,
    run: Option<Run>,
}

/// A run under way.
#[derive(Debug)]
struct Run {
    task: Id,
    began: Instant,
    began_at: event::Instant,
    progress: Arc<Progress>,
    /// Whether it is noted whatever it comes to, because somebody waits for it.
    asked: bool,
    /// Since when that one waited.
    asked_at: Option<event::Instant>,
    /// Its number, once it is noted.
    noted: Option<i64>,
    /// When it is to be noted.
    note_at: Instant,
    /// What was noted of its progress.
    told: (u64, Option<u64>),
}

impl Tended {
    pub(crate) fn new(job: Arc<dyn Job>, now: Instant) -> Self {
        let plan = job.plan();
        let (once, asked_at, paused) = (false, None, false);
        Self { job, plan, due: now, once, asked_at, paused, attempts: 0, run: None }
    }

    pub(crate) fn kind(&self) -> JobKind {
        self.job.kind()
    }

    /// Its kind, and how often it looks, in microseconds.
    pub(crate) fn cadence(&self) -> (JobKind, i64) {
        (self.kind(), micros(self.plan.every))
    }

    /// Goes on where the worker before stopped.
    pub(crate) fn recall(&mut self, jobs: &[store::Job], now_us: i64) {
        let Some(job) = jobs.iter().find(|job| job.kind == self.kind()) else { return };
        self.attempts = job.attempts;
        let due_us = job.next_at.map(event::Instant::micros);
        self.due = Instant::now() + plan::until(&self.plan, due_us, now_us);
        self.heard(jobs);
    }

    /// Takes note of what was asked for meanwhile.
    pub(crate) fn heard(&mut self, jobs: &[store::Job]) {
        let Some(job) = jobs.iter().find(|job| job.kind == self.kind()) else { return };
        self.paused = job.paused;
        self.asked_at = job.asked_at;
    }

    pub(crate) fn is_due(&self, now: Instant) -> bool {
        self.run.is_none() && (self.is_asked() || (!self.paused && self.due <= now))
    }

    pub(crate) fn is_running(&self, task: Id) -> bool {
        self.run.as_ref().is_some_and(|run| run.task == task)
    }

    /// When there is something to do about it next.
    pub(crate) fn wakes_at(&self) -> Option<Instant> {
        match &self.run {
            Some(run) => Some(run.note_at).filter(|_| run.noted.is_none()),
            None => Some(self.due).filter(|_| !self.paused || self.is_asked()),
        }
    }

    fn is_asked(&self) -> bool {
        self.once || self.asked_at.is_some()
    }

    /// Begins a run, which is noted at once where somebody waits for it.
    pub(crate) fn start(
        &mut self,
        tasks: &mut JoinSet<Result<Outcome>>,
        store: Store,
        stop: watch::Receiver<bool>,
        at: event::Instant,
    ) {
        let progress = Arc::<Progress>::default();
        let work = Work::new(store, stop, Arc::clone(&progress));
        let (job, longest) = (Arc::clone(&self.job), self.plan.timeout);
        let task = tasks.spawn(async move {
            let run = tokio::time::timeout(longest, job.run(work));
            run.await.unwrap_or(Err(Error::TimedOut(longest)))
        });
        let began = Instant::now();
        let asked = self.is_asked();
        self.once = false;
        self.run = Some(Run {
            task: task.id(),
            began,
            began_at: at,
            progress,
            // Who asks from now on waits for the next run.
            asked,
            asked_at: self.asked_at.take(),
            noted: None,
            note_at: if asked { began } else { began + NOTE_AFTER },
            told: (0, None),
        });
    }

    pub(crate) fn is_to_be_noted(&self, now: Instant) -> bool {
        self.run.as_ref().is_some_and(|run| run.noted.is_none() && run.note_at <= now)
    }

    /// Notes that a run is under way.
    pub(crate) async fn note_begin(
        &mut self,
        store: &Store,
        clock: &dyn Clock,
    ) -> Result<(), store::Error> {
        let Some(run) = &mut self.run else { return Ok(()) };
        // Where the state database refuses it is tried again, not at once.
        run.note_at = Instant::now() + LOOK_EVERY;
        let note = under_way(run, self.attempts, clock.now().plus(micros(self.plan.every)));
        run.noted = Some(store.run_begin(&run.begin(self.job.kind(), self.attempts), &note).await?);
        run.told = (note.done, note.whole);
        Ok(())
    }

    /// Notes how far a run got, where it got further.
    pub(crate) async fn note_progress(
        &mut self,
        store: &Store,
        clock: &dyn Clock,
    ) -> Result<(), store::Error> {
        let Some(run) = &mut self.run else { return Ok(()) };
        let Some(id) = run.noted.filter(|_| run.progress.get() != run.told) else { return Ok(()) };
        let note = under_way(run, self.attempts, clock.now().plus(micros(self.plan.every)));
        run.told = (note.done, note.whole);
        store.run_note(id, &note).await
    }

    /// Notes what a run came to, where that is worth it, and when the next is due.
    pub(crate) async fn ended(
        &mut self,
        outcome: &Result<Outcome>,
        store: &Store,
        clock: &dyn Clock,
    ) -> Result<(), store::Error> {
        let Some(run) = self.run.take() else { return Ok(()) };
        let (end, message) = match outcome {
            Ok(outcome) => (End::Well, outcome.message.as_deref().map(shortened)),
            Err(Error::Stopped | Error::Store(store::Error::Replaced { .. })) => {
                (End::Stopped, None)
            }
            Err(error) => (End::Badly, Some(error.words())),
        };
        let failures = self.attempts;
        let Next { state, attempts, after } = plan::next(&self.plan, failures, end, chance());
        self.attempts = attempts;
        self.due = Instant::now() + after;
        if end == End::Badly {
            let (kind, error) = (self.kind().name(), message.as_deref());
            tracing::error!(job = kind, attempts, error, retry_seconds = after.as_secs(), "job");
        }
        let quiet = end != End::Badly && message.is_none() && failures == 0 && !run.asked;
        if quiet && run.noted.is_none() && self.plan.every < NOTE_EVERY {
            return Ok(());
        }
        let (done, whole) = run.progress.get();
        let note = RunNote {
            run: match end {
                End::Well => RunState::Done,
                End::Badly => RunState::Failed,
                End::Stopped => RunState::Stopped,
            },
            job: state,
            attempts,
            next_at: clock.now().plus(micros(after)),
            ended_at: Some(run.began_at.plus(micros(run.began.elapsed()))),
            done,
            whole,
            message,
        };
        match run.noted {
            Some(id) => store.run_note(id, &note).await,
            None => store.run_begin(&run.begin(self.kind(), failures), &note).await.map(|_| ()),
        }
    }
}

impl Run {
    fn begin(&self, kind: JobKind, failures: u32) -> RunBegin {
        let attempt = failures.saturating_add(1);
        RunBegin { kind, attempt, started_at: self.began_at, asked_at: self.asked_at }
    }
}

fn under_way(run: &Run, attempts: u32, next_at: event::Instant) -> RunNote {
    let (done, whole) = run.progress.get();
    RunNote {
        run: RunState::Running,
        job: JobState::Running,
        attempts,
        next_at,
        ended_at: None,
        done,
        whole,
        message: None,
    }
}

/// From 0 to 1, another each time.
fn chance() -> f64 {
    let bits = u32::try_from(RandomState::new().hash_one(()) >> 32).unwrap_or_default();
    f64::from(bits) / f64::from(u32::MAX)
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}
