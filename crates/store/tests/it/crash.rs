//! A crash at every named step, then the folder is opened again.

use crate::support::*;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use store::{Error, Options, Result, Step, Store};

/// What a store does in this test, one after the other.
const WORK: [Work; 9] = [
    Work::Accept(0, 5),
    Work::Bulk(0, 50),
    Work::Accept(40, 75),
    Work::Seal,
    Work::Accept(70, 100),
    Work::Bulk(90, 110),
    Work::Rebuild,
    Work::Accept(105, 126),
    Work::Seal,
];

#[derive(Clone, Copy, Debug)]
enum Work {
    Accept(u32, u32),
    Bulk(u32, u32),
    Seal,
    Rebuild,
}

async fn work(store: &Store, work: Work) -> Result<()> {
    match work {
        Work::Accept(from, to) => store.accept(events(from..to)).await.map(|_| ()),
        Work::Bulk(from, to) => {
            let bulk = store.bulk()?;
            bulk.push(events(from..to))?;
            bulk.finish(quiet()).await.map(|_| ())
        }
        Work::Seal => store.seal_all().await.map(|_| ()),
        Work::Rebuild => {
            store.rebuild(facts::policies::Policies::default(), quiet()).await.map(|_| ())
        }
    }
}

pub(crate) fn is(error: &Error, step: Step) -> bool {
    match error {
        Error::Fault(at) => *at == step,
        Error::Shared(error) => is(error, step),
        _ => false,
    }
}

/// Options that fail at the `nth` time a step is reached.
pub(crate) fn breaking(step: Step, nth: usize) -> Options {
    let count = AtomicUsize::new(0);
    Options {
        fault: Some(Arc::new(move |at| {
            if at == step && count.fetch_add(1, Ordering::Relaxed) == nth {
                return Err(Error::Fault(at));
            }
            Ok(())
        })),
        ..options()
    }
}

/// Works until the step fails, opens again, does the rest; whether the step was reached at all.
async fn crash(dir: &Path, step: Step, nth: usize) -> bool {
    let mut store = open_with(dir, breaking(step, nth)).await.unwrap();
    let mut fed = 0;
    let mut broke = false;
    for task in WORK {
        let end = match task {
            Work::Accept(_, to) | Work::Bulk(_, to) => to,
            Work::Seal | Work::Rebuild => fed,
        };
        if let Err(error) = work(&store, task).await {
            assert!(is(&error, step), "{task:?}: {error:?}");
            broke = true;
            store.close().await;
            store = open(dir).await;
            let found = rows(&store.snapshot());
            // All of the task or nothing of it; and all where it had been made durable.
            let after = rows_of_first(end).await;
            if found != *after {
                assert!(!durable(step), "{task:?} lost what was durable at {step:?}");
                assert_same(&found, &*rows_of_first(fed).await);
            }
            work(&store, task).await.unwrap();
            assert_same(&rows(&store.snapshot()), &*rows_of_first(end).await);
        }
        fed = end;
    }
    assert_same(&rows(&store.snapshot()), &*rows_of_first(fed).await);
    store.close().await;
    broke
}

const fn durable(step: Step) -> bool {
    !matches!(
        step,
        Step::AcceptBeforeCommit
            | Step::SegmentHalfWritten
            | Step::BulkSpilt
            | Step::BulkBeforeCommit
    )
}

async fn check(step: Step) {
    for nth in 0..3 {
        let dir = tempfile::tempdir().unwrap();
        let broke = crash(dir.path(), step, nth).await;
        assert!(broke || nth > 0, "{step:?} was never reached");
        if !broke {
            break;
        }
    }
}

macro_rules! steps {
    ($($name:ident: $step:ident,)*) => {
        $(#[tokio::test] async fn $name() { check(Step::$step).await; })*

        #[test]
        fn every_step_is_tested() {
            let mut tested = vec![$(Step::$step),*];
            tested.extend(crate::deliveries::STEPS);
            tested.extend(crate::erase::STEPS);
            assert_eq!(Step::ALL.to_vec(), tested);
        }
    };
}

steps! {
    accept_before_commit: AcceptBeforeCommit,
    accept_after_commit: AcceptAfterCommit,
    numbers_before_commit: NumbersBeforeCommit,
    numbers_after_commit: NumbersAfterCommit,
    apply_before_publish: ApplyBeforePublish,
    segment_half_written: SegmentHalfWritten,
    seal_before_commit: SealBeforeCommit,
    seal_after_commit: SealAfterCommit,
    bulk_spilt: BulkSpilt,
    bulk_before_commit: BulkBeforeCommit,
    bulk_after_commit: BulkAfterCommit,
    rebuild_before_commit: RebuildBeforeCommit,
    rebuild_after_commit: RebuildAfterCommit,
}

#[tokio::test]
async fn what_a_crash_left_behind_is_removed() {
    let dir = tempfile::tempdir().unwrap();
    let store = open_with(dir.path(), breaking(Step::SegmentHalfWritten, 0)).await.unwrap();
    let bulk = store.bulk().unwrap();
    bulk.push(events(0..20)).unwrap();
    assert!(bulk.finish(quiet()).await.is_err());
    store.close().await;
    let segments = dir.path().join("tables/segments");
    assert!(std::fs::read_dir(&segments).unwrap().count() > 0, "nothing was left behind");
    std::fs::create_dir(dir.path().join("scratch/import-of-a-dead-process")).unwrap();
    let store = open(dir.path()).await;
    assert_eq!(std::fs::read_dir(&segments).unwrap().count(), 0);
    assert_eq!(scratch_left(dir.path()), 0);
    assert!(store.snapshot().segments.is_empty());
}

#[tokio::test]
async fn after_a_failed_apply_nothing_more_is_accepted_until_the_next_open() {
    let dir = tempfile::tempdir().unwrap();
    let store = open_with(dir.path(), breaking(Step::AcceptAfterCommit, 0)).await.unwrap();
    assert!(store.accept(events(0..5)).await.is_err());
    let refused = store.accept(events(5..9)).await.unwrap_err();
    assert_eq!(refused.kind(), store::Kind::Unavailable);
    store.close().await;
    assert_same(&rows(&open(dir.path()).await.snapshot()), &rows_of(events(0..5)).await);
}
