//! Fields that go when their time is over, and numbers that stay.

use crate::support::*;
use event::{Event, FixedClock, Kind, Status, Text};
use facts::policies::Policies;
use std::path::Path;
use std::sync::Arc;
use store::{Basis, Error, Options, RetentionRule, RetentionRules, Store};

const DAY_MINUTES: i64 = 24 * 60;

fn rule(field: &str, after: &str) -> RetentionRule {
    let (field, after) = (field.to_owned(), after.to_owned());
    RetentionRule { field, after, source: None, by: Basis::default() }
}

fn rules(rules: impl IntoIterator<Item = RetentionRule>) -> RetentionRules {
    RetentionRules { rules: rules.into_iter().collect() }
}

/// Everybody writes something, and every ticket has a custom field.
fn event_of(n: u32) -> Event {
    let mut event = event(n);
    match &mut event.entry.kind {
        Kind::Message(message) => message.text = Some(Text::from(format!("words of {n}"))),
        Kind::Priority(_) => {
            event.entry.kind = Kind::Field { name: "plan".into(), value: Some("gold".into()) };
        }
        _ => {}
    }
    event
}

/// Opens the folder so many days after its first event.
async fn open_on(dir: &Path, day: i64) -> Store {
    let clock = Arc::new(FixedClock(minute(day * DAY_MINUTES)));
    open_with(dir, Options { clock, ..options() }).await.unwrap()
}

/// A folder with some tickets sealed and some not.
async fn filled(dir: &Path) -> Store {
    let store = open_on(dir, 2).await;
    store.accept((0..80).map(event_of).collect()).await.unwrap();
    store.seal_all().await.unwrap();
    store.accept((80..126).map(event_of).collect()).await.unwrap();
    store
}

/// The rows without what retention may take out.
fn numbers(store: &Store) -> Vec<serde_json::Value> {
    let rows = rows(&store.snapshot());
    let strip = |text: &String| {
        let mut row: serde_json::Value = serde_json::from_str(text).unwrap();
        for column in ["timeline", "fields"] {
            row.as_object_mut().unwrap().remove(column);
        }
        row
    };
    rows.values().flatten().map(strip).collect()
}

fn has(store: &Store, text: &str) -> bool {
    format!("{:?}", rows(&store.snapshot())).contains(text)
}

#[tokio::test]
async fn words_go_when_their_time_is_over_and_numbers_stay() {
    let dir = tempfile::tempdir().unwrap();
    let store = filled(dir.path()).await;
    store.set_retention(&rules([rule("text", "30d")])).await.unwrap();
    let before = numbers(&store);
    assert_eq!(store.retention_plan().await.unwrap().tickets, 0);
    assert_eq!(store.retain_due().await.unwrap().retention.tickets, 0);
    assert!(has(&store, "words of"));
    store.close().await;
    let store = open_on(dir.path(), 60).await;
    let plan = store.retention_plan().await.unwrap();
    assert!(plan.tickets > 5 && plan.segments > 1, "{plan:?}");
    assert!(has(&store, "words of"), "a plan changes nothing");
    assert_eq!(store.retain_due().await.unwrap().retention, plan);
    assert!(!has(&store, "words of") && has(&store, "gold"));
    assert_eq!(numbers(&store), before);
    assert_eq!(store.retain_due().await.unwrap().retention.tickets, 0);
    store.rebuild(Policies::default(), quiet()).await.unwrap();
    assert_eq!(numbers(&store), before);
    store.close().await;
    assert_eq!(numbers(&open_on(dir.path(), 60).await), before);
}

#[tokio::test]
async fn only_segments_with_something_due_are_written_anew() {
    let dir = tempfile::tempdir().unwrap();
    let store = open_on(dir.path(), 2).await;
    store.accept((0..126).map(event_of).collect()).await.unwrap();
    let late: Vec<Event> = (0..8)
        .map(|n| {
            let mut event = event_of(TICKETS + n);
            event.source = "late".into();
            event.entry.at = minute(50 * DAY_MINUTES);
            event.entry.seen = event.entry.at;
            event
        })
        .collect();
    store.accept(late).await.unwrap();
    store.seal_all().await.unwrap();
    store.set_retention(&rules([rule("text", "30d")])).await.unwrap();
    store.close().await;
    let store = open_on(dir.path(), 60).await;
    let versions = |store: &Store| -> Vec<u64> {
        store.snapshot().segments.iter().map(store::Segment::version).collect()
    };
    let before = versions(&store);
    let done = store.retain_due().await.unwrap().retention;
    let changed =
        before.iter().zip(versions(&store)).filter(|(before, after)| **before != *after).count();
    assert_eq!(done.segments, changed as u64);
    assert!(changed > 0 && changed < before.len(), "{changed} of {}", before.len());
    // The rest falls due later, and then goes as well.
    assert!(has(&store, "words of"));
    store.close().await;
    let store = open_on(dir.path(), 90).await;
    assert!(store.retain_due().await.unwrap().retention.segments > 0);
    assert!(!has(&store, "words of"));
}

#[tokio::test]
async fn what_comes_again_goes_again() {
    let dir = tempfile::tempdir().unwrap();
    let store = filled(dir.path()).await;
    store.set_retention(&rules([rule("custom_fields.plan", "4w")])).await.unwrap();
    store.close().await;
    let store = open_on(dir.path(), 60).await;
    store.retain_due().await.unwrap();
    let after = rows(&store.snapshot());
    assert!(!has(&store, "gold") && has(&store, "colour"), "only the field that is named");
    store.accept((0..126).map(event_of).collect()).await.unwrap();
    store.retain_due().await.unwrap();
    assert_same(&rows(&store.snapshot()), &after);
}

#[tokio::test]
async fn what_policies_ask_for_stays() {
    let dir = tempfile::tempdir().unwrap();
    let store = filled(dir.path()).await;
    let policies = Policies { topic_field: Some("plan".to_owned()), ..Policies::default() };
    store.rebuild(policies, quiet()).await.unwrap();
    store.set_retention(&rules([rule("custom_fields", "1d")])).await.unwrap();
    store.close().await;
    let store = open_on(dir.path(), 60).await;
    store.retain_due().await.unwrap();
    assert!(has(&store, "gold") && !has(&store, "colour"));
}

#[tokio::test]
async fn open_tickets_have_time_until_they_end() {
    let dir = tempfile::tempdir().unwrap();
    let store = filled(dir.path()).await;
    let solved = |ticket: u32| {
        let mut event = event(ticket);
        event.entry.id = Text::from(format!("solved-{ticket}"));
        event.entry.at = minute(2 * DAY_MINUTES);
        event.entry.kind = Kind::Status { status: Status::Solved, vendor: None };
        event
    };
    store.accept(vec![solved(4), solved(5)]).await.unwrap();
    let by_end = RetentionRule { by: Basis::Closed, ..rule("text", "1d") };
    store.set_retention(&rules([by_end])).await.unwrap();
    store.close().await;
    let store = open_on(dir.path(), 60).await;
    let done = store.retain_due().await.unwrap().retention;
    assert_eq!(done.tickets, 2, "the two that are solved");
    assert!(has(&store, "words of"));
}

#[tokio::test]
async fn wrong_rules_change_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    let wrong = rules([rule("words", "soon")]);
    let error = store.set_retention(&wrong).await.unwrap_err();
    assert!(matches!(error, Error::Retention(issues) if issues.len() == 2));
    assert_eq!(store.retention().await.unwrap(), RetentionRules::default());
    let right = rules([rule("text", "90d")]);
    store.set_retention(&right).await.unwrap();
    store.close().await;
    assert_eq!(open(dir.path()).await.retention().await.unwrap(), right);
}
