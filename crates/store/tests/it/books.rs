//! Policies, imports, quarantine, settings, and when to seal.

use crate::support::*;
use event::FixedClock;
use facts::policies::Policies;
use std::sync::Arc;
use store::{
    Error, ImportCounts, ImportState, Options, QuarantineFilter, Reject, SealPolicy, limits,
};

#[tokio::test]
async fn policies_are_kept_with_their_history() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    store.accept(events(0..100)).await.unwrap();
    store.seal_all().await.unwrap();
    store.accept(events(100..126)).await.unwrap();
    let before = rows(&store.snapshot());
    let rebuilt = store.rebuild(other_policies(), quiet()).await.unwrap();
    assert_eq!(rebuilt.tickets, u64::from(TICKETS));
    store.close().await;
    let store = open(dir.path()).await;
    assert_eq!(*store.policies(), other_policies());
    let history = store.policies_history().await.unwrap();
    assert_eq!(history.len(), 2);
    assert_eq!(history[0].digest, Policies::default().digest());
    assert_eq!(history[1].digest, other_policies().digest());
    store.rebuild(Policies::default(), quiet()).await.unwrap();
    assert_same(&rows(&store.snapshot()), &before);
}

#[tokio::test]
async fn wrong_policies_change_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    let wrong = Policies { default_calendar: Some("nowhere".into()), ..Policies::default() };
    assert!(matches!(store.rebuild(wrong, quiet()).await, Err(Error::Policies(_))));
    assert_eq!(store.policies_history().await.unwrap().len(), 1);
}

fn reject(n: usize) -> Reject {
    Reject {
        source: "desk".into(),
        import: Some(1),
        place: format!("tickets.csv:{n}"),
        reason: if n.is_multiple_of(2) { "no_ticket" } else { "bad_date" }.into(),
        message: "column `id` is empty".into(),
        raw: format!("row {n} \u{1f600}").into_bytes(),
    }
}

#[tokio::test]
async fn quarantine_keeps_counts_lists_and_lets_go() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    store.quarantine_add(&(0..10).map(reject).collect::<Vec<_>>()).await.unwrap();
    let counts = store.quarantine_count().await.unwrap();
    assert_eq!(counts, [("bad_date".into(), 5), ("no_ticket".into(), 5)].into());
    let filter = QuarantineFilter { reason: Some("bad_date".into()), ..Default::default() };
    let first = store.quarantine_list(&filter, 0, 2).await.unwrap();
    assert_eq!(
        first.iter().map(|row| row.raw.as_str()).collect::<Vec<_>>(),
        ["row 1 \u{1f600}", "row 3 \u{1f600}"]
    );
    let rest = store.quarantine_list(&filter, first[1].id, 100).await.unwrap();
    assert_eq!(rest.len(), 3);
    assert_eq!(store.quarantine_remove(&[first[0].id, 9_999]).await.unwrap(), 1);
    assert_eq!(store.quarantine_count().await.unwrap()["bad_date"], 4);
}

#[tokio::test]
async fn a_huge_raw_text_is_cut_and_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    let mut huge = reject(0);
    huge.raw = vec![b'x'; limits::QUARANTINE_RAW_BYTES + 1];
    store.quarantine_add(&[huge]).await.unwrap();
    let found = store.quarantine_list(&QuarantineFilter::default(), 0, 10).await.unwrap();
    assert_eq!(found[0].raw.len(), limits::QUARANTINE_RAW_BYTES);
    assert!(found[0].message.contains("cut off after 1048576 bytes"), "{}", found[0].message);
}

#[tokio::test]
async fn imports_are_logged() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    let first = store.import_begin("a.csv", Some("desk.yaml")).await.unwrap();
    let second = store.import_begin("b.jsonl", None).await.unwrap();
    let counts = ImportCounts { rows: 10, events: 9, quarantined: 1 };
    store.import_end(first, counts, None).await.unwrap();
    store.import_end(second, counts, Some("the file ends in the middle")).await.unwrap();
    let all = store.imports(None, 10).await.unwrap();
    assert_eq!(
        all.iter().map(|import| import.state).collect::<Vec<_>>(),
        [ImportState::Failed, ImportState::Done]
    );
    assert_eq!(store.imports(Some(second), 10).await.unwrap()[0].counts, counts);
    assert!(matches!(
        store.import_end(99, counts, None).await,
        Err(Error::Unknown { what: "import", id: 99 })
    ));
}

#[tokio::test]
async fn settings_and_freshness_survive() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    let value = serde_json::json!({"week_start": "sunday"});
    store.set_setting("desk", Some(&value)).await.unwrap();
    store.accept(events(0..50)).await.unwrap();
    let fresh = store.snapshot().freshness.clone();
    let newest = events(0..50).iter().map(|event| event.entry.seen).max().unwrap();
    assert_eq!(fresh["desk"].last_seen_at, newest);
    store.close().await;
    let store = open(dir.path()).await;
    assert_eq!(store.setting("desk").await.unwrap(), Some(value));
    assert_eq!(store.snapshot().freshness, fresh);
    store.set_setting("desk", None).await.unwrap();
    assert_eq!(store.setting("desk").await.unwrap(), None);
}

#[tokio::test]
async fn limits_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    let many = vec![event(0); limits::ACCEPT_EVENTS_MAX + 1];
    let error = store.accept(many).await.unwrap_err();
    assert_eq!(error.to_string(), "200001 events in one call are more than the limit of 200000");
    assert_eq!(error.kind(), store::Kind::Limited);
}

#[tokio::test]
async fn sealing_is_due_by_rows_or_by_age() {
    let dir = tempfile::tempdir().unwrap();
    let seal = SealPolicy {
        rows: 4,
        share: 4,
        rows_total: 1_000,
        events_total: 1_000,
        age_us: 60_000_000,
    };
    let open_at = |at| {
        let clock = Arc::new(FixedClock(minute(at)));
        open_with(dir.path(), Options { clock, seal, ..options() })
    };
    let store = open_at(0).await.unwrap();
    store.accept(events([0, 1, 2, 3, 4])).await.unwrap();
    assert_eq!(store.seal_due().await.unwrap(), Some(0), "four rows of the first segment");
    assert_eq!(store.seal_due().await.unwrap(), None, "one young row of the second");
    store.close().await;
    let store = open_at(2).await.unwrap();
    assert_eq!(store.seal_due().await.unwrap(), Some(1), "one old row of the second");
    assert_eq!(store.snapshot().overlay.tickets(), 0);
    assert_same(&rows(&store.snapshot()), &rows_of(events([0, 1, 2, 3, 4])).await);
}
