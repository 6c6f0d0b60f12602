//! Leases, and what is noted of jobs.

use crate::support::*;
use event::{Clock, Instant};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use store::{
    Error, ImportState, JobKind, JobState, Options, RunBegin, RunNote, RunState, SealPolicy,
};

/// An hour, in microseconds.
const HOUR_US: i64 = 3_600_000_000;

/// A clock that stands where it is put.
#[derive(Debug)]
struct Moved(AtomicI64);

impl Clock for Moved {
    fn now(&self) -> Instant {
        Instant::from_micros(self.0.load(Ordering::Relaxed))
    }
}

fn begin(kind: JobKind, asked_at: Option<Instant>) -> RunBegin {
    RunBegin { kind, attempt: 1, started_at: minute(5), asked_at }
}

fn note(run: RunState, job: JobState) -> RunNote {
    let ended_at = (run != RunState::Running).then(|| minute(6));
    let message = ended_at.map(|_| "two things".to_owned());
    RunNote {
        run,
        job,
        attempts: 0,
        next_at: minute(9),
        ended_at,
        done: 1,
        whole: Some(2),
        message,
    }
}

#[tokio::test]
async fn a_lease_has_one_holder_until_it_ends_or_is_given_back() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    assert_eq!(store.worker().await.unwrap(), None);
    let a = store.work_take("a", HOUR_US).await.unwrap().unwrap();
    assert_eq!(store.work_take("b", HOUR_US).await.unwrap(), None);
    assert_eq!(store.worker().await.unwrap().unwrap().holder, "a");
    assert!(store.lease_renew(&a).await.unwrap());
    store.lease_release(&a).await.unwrap();
    assert_eq!(store.worker().await.unwrap(), None);
    // One that ends at once.
    let b = store.work_take("b", 0).await.unwrap().unwrap();
    assert!(b.token > a.token);
    let c = store.work_take("c", HOUR_US).await.unwrap().unwrap();
    assert!(!store.lease_renew(&b).await.unwrap(), "another took over");
    store.lease_release(&b).await.unwrap();
    assert_eq!(store.worker().await.unwrap().unwrap().holder, "c");
    assert!(store.lease_renew(&c).await.unwrap());
}

#[tokio::test]
async fn who_was_replaced_cannot_seal() {
    let dir = tempfile::tempdir().unwrap();
    let seal = SealPolicy { rows: 1, ..SealPolicy::default() };
    let store = open_with(dir.path(), Options { seal, ..options() }).await.unwrap();
    store.accept(events(0..14)).await.unwrap();
    let old = store.work_take("a", 0).await.unwrap().unwrap();
    let new = store.work_take("b", HOUR_US).await.unwrap().unwrap();
    let before = rows(&store.snapshot());
    let refused = store.under(&old).seal_due().await.unwrap_err();
    assert!(matches!(refused, Error::Replaced { .. }), "{refused:?}");
    assert!(store.snapshot().segments.is_empty(), "nothing was sealed");
    assert!(store.under(&new).seal_due().await.unwrap().is_some());
    assert_eq!(store.snapshot().segments.len(), 1);
    assert_same(&rows(&store.snapshot()), &before);
}

#[tokio::test]
async fn who_was_replaced_notes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    let old = store.work_take("a", 0).await.unwrap().unwrap();
    let begin = begin(JobKind::Seal, None);
    let running = note(RunState::Running, JobState::Running);
    store.under(&old).work_begin(&[(JobKind::Seal, 5)]).await.unwrap();
    let id = store.under(&old).run_begin(&begin, &running).await.unwrap();
    let new = store.work_take("b", HOUR_US).await.unwrap().unwrap();
    let done = note(RunState::Done, JobState::Idle);
    let replaced = |error: Error| assert!(matches!(error, Error::Replaced { .. }), "{error:?}");
    replaced(store.under(&old).run_note(id, &done).await.unwrap_err());
    replaced(store.under(&old).run_begin(&begin, &running).await.unwrap_err());
    replaced(store.under(&old).work_begin(&[]).await.unwrap_err());
    replaced(store.under(&old).retain_due().await.unwrap_err());
    let none = store.run_note(id, &done).await.unwrap_err();
    assert!(matches!(none, Error::NoLease), "{none:?}");
    // The successor finds the run where it was left.
    store.under(&new).work_begin(&[(JobKind::Seal, 5)]).await.unwrap();
    let runs = store.job_runs(JobKind::Seal, None, 10).await.unwrap();
    assert_eq!(runs.len(), 1);
    assert_eq!(runs[0].state, RunState::Failed);
    assert_eq!(runs[0].message.as_deref(), Some("the process ended"));
    let job = store.jobs().await.unwrap().remove(0);
    assert_eq!((job.kind, job.state, job.next_at), (JobKind::Seal, JobState::Idle, None));
}

#[tokio::test]
async fn a_folder_that_is_opened_again_knows_that_nobody_works_there() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    let import = store.import_begin("tickets.csv", None).await.unwrap();
    store.work_take("a", HOUR_US).await.unwrap().unwrap();
    store.close().await;
    let store = open(dir.path()).await;
    if crate::state::server().is_some() {
        // Another process may well work there: time tells.
        assert_eq!(store.worker().await.unwrap().unwrap().holder, "a");
        return;
    }
    assert_eq!(store.worker().await.unwrap(), None);
    let lease = store.work_take("b", HOUR_US).await.unwrap().unwrap();
    assert_eq!(lease.token, 2, "tokens go on");
    let imports = store.imports(None, 1).await.unwrap();
    assert_eq!((imports[0].id, imports[0].state), (import, ImportState::Failed));
    assert_eq!(imports[0].message.as_deref(), Some("the process ended"));
}

#[tokio::test]
async fn an_import_that_is_silent_for_long_was_left_behind() {
    let dir = tempfile::tempdir().unwrap();
    let clock = Arc::new(Moved(AtomicI64::new(minute(0).micros())));
    let options = Options { clock: clock.clone(), ..options() };
    let store = open_with(dir.path(), options).await.unwrap();
    store.import_begin("tickets.csv", None).await.unwrap();
    let state = async |holder: &str| {
        let lease = store.work_take(holder, 0).await.unwrap().unwrap();
        store.under(&lease).work_begin(&[]).await.unwrap();
        store.imports(None, 1).await.unwrap().remove(0).state
    };
    assert_eq!(state("a").await, ImportState::Running, "it has just begun");
    clock.0.store(minute(2).micros(), Ordering::Relaxed);
    assert_eq!(state("b").await, ImportState::Failed);
}

#[tokio::test]
async fn a_clock_that_went_back_binds_nobody() {
    if crate::state::server().is_some() {
        eprintln!("skipped: on a server leases go by its clock, which no test can move");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let clock = Arc::new(Moved(AtomicI64::new(minute(10_000).micros())));
    let store = open_with(dir.path(), Options { clock: clock.clone(), ..options() }).await.unwrap();
    let a = store.work_take("a", HOUR_US).await.unwrap().unwrap();
    clock.0.store(minute(9_990).micros(), Ordering::Relaxed);
    let b = store.work_take("b", HOUR_US).await.unwrap().unwrap();
    assert!(!store.lease_renew(&a).await.unwrap());
    assert!(store.lease_renew(&b).await.unwrap());
}

#[tokio::test]
async fn jobs_are_asked_for_paused_and_noted() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    let jobs = store.jobs().await.unwrap();
    assert_eq!(jobs.iter().map(|job| job.kind).collect::<Vec<_>>(), JobKind::ALL);
    store.job_ask(JobKind::Compact).await.unwrap();
    store.job_pause(JobKind::Seal, true).await.unwrap();
    let find = async |kind| {
        let jobs = store.jobs().await.unwrap();
        jobs.into_iter().find(|job| job.kind == kind).unwrap()
    };
    assert!(find(JobKind::Seal).await.paused);
    let asked_at = find(JobKind::Compact).await.asked_at;
    assert!(asked_at.is_some());
    let lease = store.work_take("a", HOUR_US).await.unwrap().unwrap();
    let working = store.under(&lease);
    working.work_begin(&[(JobKind::Compact, 7), (JobKind::Seal, 8)]).await.unwrap();
    assert!(find(JobKind::Seal).await.paused, "a new worker changes nothing about it");
    let running = note(RunState::Running, JobState::Running);
    // Who asked at another time waits for another run.
    let other = begin(JobKind::Compact, Some(minute(1)));
    let first = working.run_begin(&other, &running).await.unwrap();
    assert_eq!(find(JobKind::Compact).await.asked_at, asked_at);
    let id = working.run_begin(&begin(JobKind::Compact, asked_at), &running).await.unwrap();
    let job = find(JobKind::Compact).await;
    assert_eq!((job.state, job.asked_at, job.every_us), (JobState::Running, None, 7));
    working.run_note(id, &note(RunState::Done, JobState::Idle)).await.unwrap();
    let job = find(JobKind::Compact).await;
    let last = job.last.unwrap();
    assert_eq!((job.state, job.next_at), (JobState::Idle, Some(minute(9))));
    assert_eq!((last.id, last.state, last.ended_at), (id, RunState::Done, Some(minute(6))));
    assert_eq!((last.done, last.whole, last.message.as_deref()), (1, Some(2), Some("two things")));
    let page = store.job_runs(JobKind::Compact, Some(id), 10).await.unwrap();
    assert_eq!(page.iter().map(|run| run.id).collect::<Vec<_>>(), [first]);
    store.job_pause(JobKind::Seal, false).await.unwrap();
    assert!(!find(JobKind::Seal).await.paused);
}

#[tokio::test]
async fn runs_are_forgotten_when_they_are_old_unless_they_are_the_newest() {
    let dir = tempfile::tempdir().unwrap();
    let clock = Arc::new(Moved(AtomicI64::new(minute(6).micros())));
    let store = open_with(dir.path(), Options { clock: clock.clone(), ..options() }).await.unwrap();
    let lease = store.work_take("a", HOUR_US).await.unwrap().unwrap();
    let working = store.under(&lease);
    working.work_begin(&[(JobKind::Seal, 5)]).await.unwrap();
    for _ in 0..3 {
        let done = note(RunState::Done, JobState::Idle);
        working.run_begin(&begin(JobKind::Seal, None), &done).await.unwrap();
    }
    assert_eq!(working.retain_due().await.unwrap().runs, 0);
    clock.0.store(minute(200_000).micros(), Ordering::Relaxed);
    assert_eq!(working.retain_due().await.unwrap().runs, 2);
    assert_eq!(store.job_runs(JobKind::Seal, None, 10).await.unwrap().len(), 1);
}
