//! Deliveries of webhooks become events, in any order and as often as one likes.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use connect::hooks::Hook;
use event::{FixedClock, Instant};
use jobs::map_waiting;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use store::{Error, NewDelivery, Options, Step, Store};

const NOW: &str = "2026-03-16T12:00:00Z";

fn now() -> Instant {
    NOW.parse().unwrap()
}

fn hook(folder: &Path) -> Arc<Hook> {
    let mapping = "ticket: id\nat: at\nrules:\n  - event: created\n";
    std::fs::write(folder.join("map.txt"), mapping).unwrap();
    let text = "source: acme\nmapping: map.txt\nsignature: none\n";
    std::fs::write(folder.join("acme.yaml"), text).unwrap();
    Arc::new(Hook::open(&folder.join("acme.yaml"), &|_| None).unwrap())
}

fn delivery(key: &str, body: &str) -> NewDelivery {
    NewDelivery {
        source: "acme".to_owned(),
        key: key.to_owned(),
        received_at: now(),
        headers: Vec::new(),
        body: body.as_bytes().to_vec(),
    }
}

/// Opens the store, once what an earlier one was still doing is done.
async fn open(folder: &Path, options: Options) -> Store {
    loop {
        match Store::open(&folder.join("data"), options.clone()).await {
            Err(Error::Locked(_)) => tokio::task::yield_now().await,
            opened => return opened.unwrap(),
        }
    }
}

fn options() -> Options {
    Options::new(Arc::new(FixedClock(now())))
}

/// Waits until ticket T1 shows; how many events it has.
async fn shown(store: &Store) -> usize {
    let mut changes = store.changes();
    loop {
        changes.mark_unchanged();
        if let Some((_, stored)) = store.ticket("acme", "T1").await.unwrap() {
            return stored.timeline.len();
        }
        changes.changed().await.unwrap();
    }
}

const GOOD: &str = r#"{"id": "T1", "at": "2026-03-02T09:00:00Z"}"#;
const BAD: &str = r#"{"id": "T2", "at": "yesterday"}"#;

#[tokio::test]
async fn what_is_understood_counts_and_the_rest_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let hooks = [hook(folder.path())];
    let store = open(folder.path(), options()).await;
    for (key, body) in [("1", GOOD), ("2", BAD), ("3", "{"), ("4", GOOD)] {
        assert!(store.delivery_add(delivery(key, body)).await.unwrap());
    }
    assert_eq!(map_waiting(&store, &hooks, || false).await.unwrap(), 4);
    assert_eq!(map_waiting(&store, &hooks, || false).await.unwrap(), 0);
    assert_eq!(shown(&store).await, 1);
    let kept: u64 = store.quarantine_count().await.unwrap().values().sum();
    let state = &store.hooks().await.unwrap()["acme"];
    assert_eq!((state.events, state.quarantined, kept), (2, 2, 2), "{state:?}");
    store.close().await;
}

#[tokio::test]
async fn a_crash_between_mapping_and_removal_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let hooks = [hook(folder.path())];
    let broke = AtomicBool::new(false);
    let breaking = Options {
        fault: Some(Arc::new(move |step| {
            if step == Step::DeliveriesBeforeRemoval && !broke.swap(true, Ordering::Relaxed) {
                return Err(Error::Fault(step));
            }
            Ok(())
        })),
        ..options()
    };
    let store = open(folder.path(), breaking).await;
    store.delivery_add(delivery("1", GOOD)).await.unwrap();
    store.delivery_add(delivery("2", BAD)).await.unwrap();
    assert!(map_waiting(&store, &hooks, || false).await.is_err());
    store.close().await;
    let store = open(folder.path(), options()).await;
    assert_eq!(map_waiting(&store, &hooks, || false).await.unwrap(), 2);
    // Sent again after it was mapped: the same event again.
    store.delivery_add(delivery("1", GOOD)).await.unwrap();
    assert_eq!(map_waiting(&store, &hooks, || false).await.unwrap(), 1);
    assert_eq!(shown(&store).await, 1);
    let kept: u64 = store.quarantine_count().await.unwrap().values().sum();
    assert_eq!(kept, 1);
    store.close().await;
}

#[tokio::test]
async fn what_no_hook_maps_waits() {
    let folder = tempfile::tempdir().unwrap();
    let hooks = [hook(folder.path())];
    let store = open(folder.path(), options()).await;
    let other = NewDelivery { source: "other".to_owned(), ..delivery("1", GOOD) };
    store.delivery_add(other).await.unwrap();
    assert_eq!(map_waiting(&store, &hooks, || false).await.unwrap(), 0);
    assert_eq!(store.hooks().await.unwrap()["other"].waiting(), 1);
    store.close().await;
}
