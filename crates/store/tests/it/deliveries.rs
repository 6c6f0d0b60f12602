//! Deliveries of webhooks: kept once, mapped once, whatever happens between.

use crate::support::*;
use event::Instant;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use store::{Error, Kind, Mapping, NewDelivery, Options, Reject, Result, Step, Store};

/// The steps that are tested here.
pub(crate) const STEPS: [Step; 4] = [
    Step::DeliveryBeforeCommit,
    Step::DeliveryAfterCommit,
    Step::DeliveriesBeforeRemoval,
    Step::DeliveriesAfterRemoval,
];

fn delivery(n: u32) -> NewDelivery {
    NewDelivery {
        source: "acme".to_owned(),
        key: format!("id:{n}"),
        received_at: Instant::from_micros(i64::from(n)),
        headers: vec![("x-kind".to_owned(), "ticket".to_owned())],
        body: n.to_string().repeat(40).into_bytes(),
    }
}

/// A delivery with number `n` makes five events, and one thing that is not understood.
async fn map(store: &Store) -> Result<()> {
    loop {
        let waiting = store.deliveries("acme", 2).await?;
        if waiting.is_empty() {
            return Ok(());
        }
        let mut mappings = Vec::new();
        for delivery in &waiting {
            let n = u32::try_from(delivery.received_at.micros()).unwrap();
            assert_eq!(delivery.body, self::delivery(n).body);
            store.accept(events(n * 5..n * 5 + 5)).await?;
            let reject = Reject {
                source: "acme".to_owned(),
                import: None,
                place: format!("delivery {n}"),
                reason: "odd".to_owned(),
                message: "odd".to_owned(),
                raw: delivery.body.clone(),
            };
            mappings.push(Mapping { id: delivery.id, events: 5, rejects: vec![reject] });
        }
        store.deliveries_done("acme", &mappings).await?;
    }
}

/// Options that fail once at this step.
fn breaking(step: Step) -> Options {
    let broke = AtomicBool::new(false);
    Options {
        fault: Some(Arc::new(move |at| {
            if at == step && !broke.swap(true, Ordering::Relaxed) {
                return Err(Error::Fault(at));
            }
            Ok(())
        })),
        ..options()
    }
}

async fn crash(dir: &Path, step: Step) {
    const DELIVERIES: u32 = 5;
    let mut store = open_with(dir, breaking(step)).await.unwrap();
    let mut broke = 0;
    for n in 0..DELIVERIES {
        // A sender that hears nothing sends again.
        while store.delivery_add(delivery(n)).await.is_err() {
            broke += 1;
            store.close().await;
            store = open(dir).await;
        }
    }
    while map(&store).await.is_err() {
        broke += 1;
        store.close().await;
        store = open(dir).await;
    }
    assert_eq!(broke, 1, "{step:?} was never reached");
    assert_same(&rows(&store.snapshot()), &rows_of(events(0..DELIVERIES * 5)).await);
    assert_eq!(store.quarantine_count().await.unwrap()["odd"], u64::from(DELIVERIES));
    let hook = &store.hooks().await.unwrap()["acme"];
    assert_eq!((hook.received, hook.mapped, hook.waiting()), (5, 5, 0), "{hook:?}");
    assert_eq!((hook.events, hook.quarantined, hook.waiting_bytes), (25, 5, 0), "{hook:?}");
    let again = u64::from(step == Step::DeliveryAfterCommit);
    assert_eq!((hook.repeated, hook.oldest_waiting_at), (again, None), "{hook:?}");
    store.close().await;
}

#[tokio::test]
async fn a_crash_anywhere_neither_loses_nor_doubles() {
    for step in STEPS {
        let dir = tempfile::tempdir().unwrap();
        crash(dir.path(), step).await;
    }
}

#[tokio::test]
async fn many_at_once_are_all_kept_and_each_only_once() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    let mut sending = tokio::task::JoinSet::new();
    for n in 0..200 {
        let store = store.clone();
        sending.spawn(async move { store.delivery_add(delivery(n % 100)).await.unwrap() });
    }
    let new = sending.join_all().await.into_iter().filter(|new| *new).count();
    assert_eq!(new, 100);
    let hook = &store.hooks().await.unwrap()["acme"];
    assert_eq!((hook.waiting(), hook.repeated), (100, 100), "{hook:?}");
    assert_eq!(hook.oldest_waiting_at, Some(Instant::from_micros(0)));
    let groups = *store.deliveries_kept().borrow();
    assert!(groups < 200, "nothing was shared by {groups} groups");
    store.close().await;
}

#[tokio::test]
async fn what_waits_has_a_limit() {
    let dir = tempfile::tempdir().unwrap();
    let options = Options { deliveries_max: 3, ..options() };
    let store = open_with(dir.path(), options).await.unwrap();
    for n in 0..3 {
        store.delivery_add(delivery(n)).await.unwrap();
    }
    let refused = store.delivery_add(delivery(3)).await.unwrap_err();
    assert_eq!(refused.kind(), Kind::Busy, "{refused}");
    map(&store).await.unwrap();
    assert!(store.delivery_add(delivery(3)).await.unwrap());
    store.close().await;
}
