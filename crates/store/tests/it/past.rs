//! The store as of an instant is the store that was given only what was seen by then.

use crate::support::*;
use store::Options;

async fn check(options: Options) {
    let dir = tempfile::tempdir().unwrap();
    let store = open_with(dir.path(), options).await.unwrap();
    let bulk = store.bulk().unwrap();
    bulk.push(events(0..80)).unwrap();
    bulk.finish(quiet()).await.unwrap();
    store.accept(events(80..TICKETS * 9)).await.unwrap();
    for at in [0, 100, 200, 320, 900] {
        let at = minute(at);
        let known = events(0..TICKETS * 9).into_iter().filter(|event| event.entry.seen <= at);
        let past = store.as_of(at).await.unwrap();
        assert_same(&rows(&past), &rows_of(known.collect()).await);
        assert_eq!(past.as_of, Some(at));
    }
}

#[tokio::test]
async fn in_memory() {
    check(options()).await;
}

#[tokio::test]
async fn in_scratch_files() {
    check(Options { as_of_rows: 0, ..options() }).await;
}

#[tokio::test]
async fn scratch_files_go_with_the_snapshot() {
    let dir = tempfile::tempdir().unwrap();
    let store = open_with(dir.path(), Options { as_of_rows: 0, ..options() }).await.unwrap();
    store.accept(events(0..100)).await.unwrap();
    store.seal_all().await.unwrap();
    let past = store.as_of(minute(150)).await.unwrap();
    assert!(scratch_left(dir.path()) > 0);
    let versions: Vec<u64> = past.segments.iter().map(store::Segment::version).collect();
    for segment in &store.snapshot().segments {
        assert!(!versions.contains(&segment.version()), "rows of the past pass for the present");
    }
    drop(past);
    assert_eq!(scratch_left(dir.path()), 0);
}
