//! What is durable, what is shown, and when the door is shut.

use crate::support::*;
use std::sync::{Arc, OnceLock};
use store::{Error, Kind, Options, Step, Store};

/// Holds up whoever reaches a step until the gate is set.
fn held_up(gate: &Arc<OnceLock<()>>, step: Step) -> Options {
    let gate = Arc::clone(gate);
    let fault = move |at| {
        if at == step {
            // Tasks that wait for this very thread go to another one meanwhile.
            tokio::task::block_in_place(|| gate.wait());
        }
        Ok(())
    };
    Options { fault: Some(Arc::new(fault)), unapplied_events: 50, ..options() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_durable_need_not_be_shown_and_too_much_of_it_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let gate = Arc::new(OnceLock::new());
    let store = open_with(dir.path(), held_up(&gate, Step::ApplyBeforePublish)).await.unwrap();
    let first = store.submit(events(0..40)).await.unwrap();
    assert_eq!(store.snapshot().tickets_count(), 0, "nothing is shown yet");
    assert_eq!(store.gauges().unapplied_events, 40);
    let refused = store.submit(events(40..60)).await.unwrap_err();
    assert!(matches!(refused, Error::Busy { waiting: 40, .. }), "{refused:?}");
    assert_eq!(refused.kind(), Kind::Busy);
    let second = store.submit(events(40..50)).await.unwrap();
    assert!(second.batch > first.batch);
    gate.set(()).unwrap();
    assert_eq!(first.applied().await.unwrap().new, 40);
    assert_eq!(second.applied().await.unwrap().new, 10);
    store.accept(events(50..60)).await.unwrap();
    assert_eq!(store.gauges().unapplied_events, 0);
    assert_same(&rows(&store.snapshot()), &rows_of(events(0..60)).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn events_are_accepted_while_an_import_is_folded() {
    let dir = tempfile::tempdir().unwrap();
    let gate = Arc::new(OnceLock::new());
    let store = open_with(dir.path(), held_up(&gate, Step::SegmentHalfWritten)).await.unwrap();
    let bulk = store.bulk().unwrap();
    bulk.push(events(0..60)).unwrap();
    let import = tokio::spawn(bulk.finish(quiet()));
    let submitted = store.submit(events(60..80)).await.unwrap();
    assert!(!import.is_finished(), "it cannot get past the gate");
    gate.set(()).unwrap();
    import.await.unwrap().unwrap();
    submitted.applied().await.unwrap();
    assert_same(&rows(&store.snapshot()), &rows_of(events(0..80)).await);
}

#[tokio::test]
async fn a_batch_keeps_its_number_for_itself() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    let first = store.submit(events(0..10)).await.unwrap();
    let batch = first.batch;
    first.applied().await.unwrap();
    store.seal_all().await.unwrap();
    assert_eq!(store.gauges().unsealed_batches, 0);
    assert!(store.snapshot().segments.iter().all(|segment| segment.through() >= batch));
    store.close().await;
    let store = open(dir.path()).await;
    assert!(store.snapshot().segments.iter().all(|segment| segment.through() >= batch));
    assert!(store.submit(events(10..20)).await.unwrap().batch > batch);
}

#[tokio::test]
async fn what_was_submitted_is_there_after_closing() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    store.submit(events(0..30)).await.unwrap();
    store.close().await;
    assert_same(&rows(&open(dir.path()).await.snapshot()), &rows_of(events(0..30)).await);
}

#[tokio::test]
async fn nothing_submitted_is_nothing_stored() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    let nothing = store.submit(Vec::new()).await.unwrap();
    assert_eq!(nothing.batch, 0);
    assert_eq!(nothing.applied().await.unwrap().new, 0);
    assert_eq!(Store::gauges(&store).unsealed_batches, 0);
}
