//! Erasing somebody: nowhere to be found, and every number as it was.

use crate::crash::{breaking, is};
use crate::support::*;
use event::{Actor, Change, Created, Entry, Event, Instant, Kind, Message, Role, Text};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::time::Duration;
use store::{
    Accepted, ErasureRequest, Mapping, NewDelivery, QuarantineFilter, Reject, Snapshot, Step, Store,
};

/// Who is erased here: an id that is nothing else's part.
const WHO: &str = "ada-lovelace-4711";

fn request() -> ErasureRequest {
    ErasureRequest { ids: vec![WHO.to_owned()], ..ErasureRequest::default() }
}

/// The `n`th event of a desk on which that person requests two tickets, answers on another, and
/// writes on a third; everybody's words say who said them.
fn event_of(n: u32) -> Event {
    let mut event = event(n);
    let ticket = n % TICKETS;
    let named = |id: &Text| if id == "a3" { Text::from(WHO) } else { id.clone() };
    event.entry.actor.id = event.entry.actor.id.as_ref().map(named);
    match &mut event.entry.kind {
        Kind::Created(created) if ticket == 2 || ticket == 6 => {
            created.requester = Some(WHO.into());
        }
        Kind::Assigned { agent: Change::Set(agent), .. } if *agent == "a3" => *agent = WHO.into(),
        Kind::Message(message) => message.text = Some(Text::from(format!("words of {n}"))),
        Kind::Priority(_) => {
            event.entry.kind = Kind::Field { name: "plan".into(), value: Some("gold".into()) };
        }
        _ => {}
    }
    event
}

fn events_of(numbers: impl IntoIterator<Item = u32>) -> Vec<Event> {
    numbers.into_iter().map(event_of).collect()
}

/// A store's rows with every pseudonym made the same.
fn anonymous(snapshot: &Snapshot) -> Rows {
    let mut rows = rows(snapshot);
    for text in rows.values_mut().flatten() {
        while let Some(start) = text.find("erased-") {
            text.replace_range(start..start + "erased-".len() + 16, WHO);
        }
    }
    rows
}

/// Tickets that have nothing to do with anybody, so that their segment needs no other version.
fn elsewhere() -> Vec<Event> {
    let on = |n: u32| {
        let mut event = event(n);
        event.source = "other".into();
        event.entry.actor.id = None;
        event
    };
    (0..8).map(on).collect()
}

async fn erase(store: &Store) {
    let done = store.erase(request(), quiet()).await.unwrap();
    assert!(done.finished_at.is_some(), "{done:?}");
}

#[tokio::test]
async fn it_is_not_done_while_a_delivery_waits_that_came_before() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    let delivery = NewDelivery {
        source: "acme".to_owned(),
        key: "id:1".to_owned(),
        received_at: Instant::from_micros(0),
        headers: Vec::new(),
        body: WHO.as_bytes().to_vec(),
    };
    assert!(store.delivery_add(delivery).await.unwrap());
    let asked = store.erase(request(), quiet()).await.unwrap();
    assert_eq!(asked.finished_at, None);
    assert!(!store.prove_gone(vec![WHO.to_owned()]).await.unwrap().found.is_empty());
    let id = store.deliveries("acme", 1).await.unwrap()[0].id;
    let mapped = Mapping { id, ..Mapping::default() };
    store.deliveries_done("acme", &[mapped]).await.unwrap();
    assert_eq!(store.retain_due().await.unwrap().erasures, 1);
    assert!(store.prove_gone(vec![WHO.to_owned()]).await.unwrap().found.is_empty());
}

#[tokio::test]
async fn somebody_is_gone_and_every_other_row_is_as_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    store.accept(events_of(0..80)).await.unwrap();
    store.seal_all().await.unwrap();
    store.accept(events_of(80..126)).await.unwrap();
    let before = rows(&store.snapshot());
    let plan = store.erasure_plan(request()).await.unwrap();
    assert!(plan.touched.tickets > 3 && plan.touched.batches > 0, "{plan:?}");
    assert_same(&rows(&store.snapshot()), &before);
    erase(&store).await;
    assert_eq!(store.erasures().await.unwrap()[0].touched, plan.touched);
    let after = rows(&store.snapshot());
    assert!(!format!("{after:?}").contains(WHO));
    let strip = |rows: &Rows| -> BTreeMap<_, Vec<serde_json::Value>> {
        let strip = |text: &String| {
            let mut row: serde_json::Value = serde_json::from_str(text).unwrap();
            for theirs in ["requester", "timeline", "fields"] {
                row.as_object_mut().unwrap().remove(theirs);
            }
            row
        };
        rows.iter().map(|(key, rows)| (key.clone(), rows.iter().map(strip).collect())).collect()
    };
    assert_eq!(strip(&anonymous(&store.snapshot())), strip(&before));
    // The numbers do not change when everything is folded again, or read from disk.
    store.close().await;
    let store = open(dir.path()).await;
    assert_same(&rows(&store.snapshot()), &after);
    store.rebuild(facts::policies::Policies::default(), quiet()).await.unwrap();
    assert_same(&rows(&store.snapshot()), &after);
}

#[tokio::test]
async fn the_words_and_fields_of_their_tickets_go_and_those_of_others_stay() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    store.accept(events_of(0..126)).await.unwrap();
    erase(&store).await;
    let words = |entries: &[Entry]| {
        let text = |entry: &Entry| match &entry.kind {
            Kind::Message(message) => message.text.clone(),
            _ => None,
        };
        entries.iter().filter_map(text).count()
    };
    let (_, theirs) = store.ticket("desk", "t2").await.unwrap().unwrap();
    assert_eq!(words(&theirs.timeline), 0);
    assert!(theirs.timeline.iter().all(|entry| entry.extra.is_none()));
    assert!(!format!("{theirs:?}").contains("gold"));
    let (_, other) = store.ticket("desk", "t4").await.unwrap().unwrap();
    assert!(words(&other.timeline) > 0 && format!("{other:?}").contains("gold"));
}

#[tokio::test]
async fn what_comes_again_is_known_and_what_comes_new_comes_without_them() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    store.accept(events_of(0..90)).await.unwrap();
    erase(&store).await;
    let after = rows(&store.snapshot());
    let again = store.accept(events_of(0..90)).await.unwrap();
    assert_eq!(again, Accepted { new: 0, duplicate: 90 });
    let bulk = store.bulk().unwrap();
    bulk.push(events_of(0..90)).unwrap();
    assert_eq!(bulk.finish(quiet()).await.unwrap().new, 0);
    assert_same(&rows(&store.snapshot()), &after);
    store.accept(events_of(90..126)).await.unwrap();
    let mut all = events_of([0]);
    all[0].ticket = "t-new".into();
    let bulk = store.bulk().unwrap();
    bulk.push(&all).unwrap();
    bulk.finish(quiet()).await.unwrap();
    assert!(!format!("{:?}", rows(&store.snapshot())).contains(WHO));
    assert_eq!(store.erasures().await.unwrap().len(), 1);
    erase(&store).await;
    let twice = store.erasures().await.unwrap();
    assert_eq!((twice.len(), twice[0].touched.tickets), (2, 0));
}

#[tokio::test]
async fn an_import_that_was_begun_before_brings_nobody_back() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    let bulk = store.bulk().unwrap();
    bulk.push(events_of(0..126)).unwrap();
    let begun = store.erase(request(), quiet()).await.unwrap();
    assert_eq!(begun.finished_at, None, "the import's scratch files are there");
    bulk.finish(quiet()).await.unwrap();
    assert!(!format!("{:?}", rows(&store.snapshot())).contains(WHO));
    assert_eq!(store.retain_due().await.unwrap().erasures, 1);
    assert!(store.erasures().await.unwrap()[0].finished_at.is_some());
}

#[tokio::test]
async fn a_reader_keeps_old_files_and_so_the_erasure_open() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    store.accept(events_of(0..126)).await.unwrap();
    store.seal_all().await.unwrap();
    let reader = store.snapshot();
    let begun = store.erase(request(), quiet()).await.unwrap();
    assert_eq!(begun.finished_at, None);
    assert_eq!(store.retain_due().await.unwrap().erasures, 0);
    drop(reader);
    assert_eq!(store.retain_due().await.unwrap().erasures, 1);
    assert!(store.erasures().await.unwrap()[0].finished_at.is_some());
}

/// Where several processes share a folder, whoever did not erase forgets as well.
#[tokio::test]
async fn what_one_process_erases_another_shows_and_takes_no_more() {
    if crate::state::server().is_none() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let (one, two) = (open(dir.path()).await, open(dir.path()).await);
    one.accept(events_of(0..60)).await.unwrap();
    one.seal_all().await.unwrap();
    let begun = one.erase(request(), quiet()).await.unwrap();
    assert_eq!(begun.finished_at, None, "the other may be reading old files");
    let names_them = |store: &Store| format!("{:?}", rows(&store.snapshot())).contains(WHO);
    let mut changes = two.changes();
    let forgets = async {
        while two.snapshot().tickets_count() == 0 || names_them(&two) {
            let _ = tokio::time::timeout(Duration::from_secs(1), changes.changed()).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), forgets).await.expect("it shows them still");
    two.accept(events_of(0..126)).await.unwrap();
    assert!(!names_them(&two));
}

#[tokio::test]
async fn quarantine_imports_and_policies_name_them_no_more() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    let reject = |raw: &str| Reject {
        source: "desk".to_owned(),
        import: None,
        place: format!("{raw}.csv:3"),
        reason: "bad_instant".to_owned(),
        message: raw.to_owned(),
        raw: raw.as_bytes().to_vec(),
    };
    store.quarantine_add(&[reject(WHO), reject("somebody-else")]).await.unwrap();
    let import = store.import_begin(&format!("of {WHO}.csv"), None).await.unwrap();
    store.import_end(import, store::ImportCounts::default(), Some(WHO)).await.unwrap();
    let mut policies = facts::policies::Policies::default();
    policies.roles.insert(WHO.into(), serde_json::from_str(r#"[{"role": "bot"}]"#).unwrap());
    store.rebuild(policies, quiet()).await.unwrap();
    store.accept(events_of(0..126)).await.unwrap();
    let before = rows(&store.snapshot());
    let plan = store.erasure_plan(request()).await.unwrap();
    let touched = plan.touched;
    assert_eq!((touched.quarantined, touched.imports, touched.policies), (1, 1, 1));
    erase(&store).await;
    let kept = store.quarantine_list(&QuarantineFilter::default(), 0, 9).await.unwrap();
    assert_eq!(kept.len(), 2, "they are still counted");
    assert_eq!((kept[0].raw.as_str(), kept[1].raw.as_str()), ("", "somebody-else"));
    let all = format!(
        "{kept:?} {:?} {:?} {:?}",
        store.imports(None, 9).await.unwrap(),
        store.policies_history().await.unwrap(),
        store.policies()
    );
    assert!(!all.contains(WHO), "{all}");
    // The role that policies give them is still theirs: turns depend on it.
    let turns = |rows: &Rows| -> usize {
        rows.iter().filter(|((_, table), _)| *table == "turns").map(|(_, rows)| rows.len()).sum()
    };
    assert_eq!(turns(&rows(&store.snapshot())), turns(&before));
}

fn traces(proof: &store::Proof) -> String {
    proof.found.iter().map(|trace| format!("{}: {}\n", trace.place, trace.part)).collect()
}

#[tokio::test]
async fn the_bytes_are_gone_from_every_file() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    store.accept(events_of(0..80)).await.unwrap();
    store.seal_all().await.unwrap();
    store.accept([events_of(80..126), elsewhere()].concat()).await.unwrap();
    let raw = format!("{{\"who\": \"{WHO}\"}}").into_bytes();
    let (source, place) = ("desk".to_owned(), "a.jsonl:1".to_owned());
    let (reason, message) = ("bad".to_owned(), String::new());
    let reject = Reject { source, import: None, place, reason, message, raw };
    store.quarantine_add(&[reject]).await.unwrap();
    let lost = store.quarantine_list(&QuarantineFilter::default(), 0, 9).await.unwrap();
    store.import_begin(&format!("{WHO}.csv"), None).await.unwrap();
    let (who, words) = (WHO.to_owned(), "words of 16".to_owned());
    let before = store.prove_gone(vec![who.clone(), words.clone()]).await.unwrap();
    let found = traces(&before);
    for place in ["tickets.parquet", "touches.parquet", "inbox", "quarantine", "import"] {
        assert!(found.contains(place), "{place} was not read: {found}");
    }
    assert!(before.found.iter().any(|trace| trace.text == 1), "the words of their ticket");
    erase(&store).await;
    let after = store.prove_gone(vec![who.clone(), words]).await.unwrap();
    assert_eq!(after.found, [], "{}", traces(&after));
    assert!(after.files > 6 && after.unpacked > 6 && after.values > 100, "{after:?}");
    // What is deleted now is overwritten as well.
    store.quarantine_remove(&[lost[0].id]).await.unwrap();
    store.seal_all().await.unwrap();
    let after = store.prove_gone(vec![who.clone()]).await.unwrap();
    assert_eq!(after.found, [], "{}", traces(&after));
    // A file that somebody put there is read like any other.
    std::fs::write(dir.path().join("notes.txt"), WHO).unwrap();
    let packed = zstd::bulk::compress(WHO.as_bytes(), 1).unwrap();
    std::fs::write(dir.path().join("notes.zst"), [b"junk".to_vec(), packed].concat()).unwrap();
    let found = traces(&store.prove_gone(vec![who]).await.unwrap());
    assert!(found.contains("notes.txt") && found.contains("notes.zst"), "{found}");
    let short = store.prove_gone(vec!["17".to_owned()]).await.unwrap_err();
    assert_eq!(short.kind(), store::Kind::Invalid);
}

#[tokio::test]
async fn only_the_sources_that_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    let mut other = events_of(0..126);
    for event in &mut other {
        event.source = "other".into();
    }
    store.accept(events_of(0..126)).await.unwrap();
    store.accept(other).await.unwrap();
    let request = ErasureRequest { sources: vec!["other".to_owned()], ..request() };
    store.erase(request, quiet()).await.unwrap();
    let (_, here) = store.ticket("desk", "t2").await.unwrap().unwrap();
    let (_, there) = store.ticket("other", "t2").await.unwrap().unwrap();
    assert!(format!("{here:?}").contains(WHO));
    assert!(!format!("{there:?}").contains(WHO));
}

#[tokio::test]
async fn nobody_is_no_request() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    for ids in [vec![], vec![String::new()]] {
        let request = ErasureRequest { ids, ..ErasureRequest::default() };
        let error = store.erase(request, quiet()).await.unwrap_err();
        assert_eq!(error.kind(), store::Kind::Invalid);
    }
    assert!(store.erasures().await.unwrap().is_empty());
}

/// Crashes at a step of an erasure, opens again, and lets it be finished.
async fn crash(step: Step) {
    for nth in 0..3 {
        if !crash_at(step, nth).await {
            assert!(nth > 0, "{step:?} was never reached");
            break;
        }
    }
}

/// Whether the step was reached that many times.
async fn crash_at(step: Step, nth: usize) -> bool {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    store.accept(events_of(0..80)).await.unwrap();
    store.seal_all().await.unwrap();
    store.accept([events_of(80..126), elsewhere()].concat()).await.unwrap();
    store.close().await;
    let store = open_with(dir.path(), breaking(step, nth)).await.unwrap();
    let outcome = store.erase(request(), quiet()).await;
    if let Err(error) = &outcome {
        assert!(is(error, step), "{error:?}");
    }
    store.close().await;
    let store = open(dir.path()).await;
    finish(&store).await;
    let clean = tempfile::tempdir().unwrap();
    let other = open(clean.path()).await;
    other.accept([events_of(0..126), elsewhere()].concat()).await.unwrap();
    erase(&other).await;
    assert_same(&anonymous(&store.snapshot()), &anonymous(&other.snapshot()));
    store.close().await;
    let store = open(dir.path()).await;
    assert_same(&anonymous(&store.snapshot()), &anonymous(&other.snapshot()));
    outcome.is_err()
}

/// Does what is left after a crash: an erasure that was never announced is asked for again.
async fn finish(store: &Store) {
    if store.erasures().await.unwrap().is_empty() {
        erase(store).await;
    } else {
        // What is announced keeps them out, even before it is finished.
        store.accept(events_of(0..126)).await.unwrap();
        store.retain_due().await.unwrap();
    }
    assert!(store.erasures().await.unwrap().iter().all(|done| done.finished_at.is_some()));
    assert!(!format!("{:?}", rows(&store.snapshot())).contains(WHO));
}

/// The steps that only an erasure takes.
pub(crate) const STEPS: [Step; 5] = [
    Step::EraseBeforeCommit,
    Step::EraseAfterCommit,
    Step::EraseInbox,
    Step::EraseCleaned,
    Step::EraseBeforeFinish,
];

#[tokio::test]
async fn a_crash_at_any_step_of_an_erasure_is_finished_later() {
    for step in STEPS {
        crash(step).await;
    }
}

#[tokio::test]
async fn a_crash_while_segments_are_written_anew_is_finished_later() {
    for step in [Step::SegmentHalfWritten, Step::SealBeforeCommit, Step::SealAfterCommit] {
        crash(step).await;
    }
}

/// A ticket of theirs merged into somebody else's, and the other way round.
fn family() -> Vec<Event> {
    let on = |ticket: &str, n: u32, kind| {
        let actor = Actor { id: Some("x".into()), role: Role::Agent, team: None };
        let at = minute(i64::from(n));
        let id = Text::from(format!("{n}"));
        let entry =
            Entry { id, sequence: None, at, seen: at, actor, kind, origin: None, extra: None };
        Event { source: "desk".into(), ticket: ticket.into(), entry }
    };
    let created = |who: &str| {
        Kind::Created(Box::new(Created { requester: Some(who.into()), ..Created::default() }))
    };
    let said =
        |text: &str| Kind::Message(Message { text: Some(text.into()), ..Message::default() });
    vec![
        on("theirs", 1, created(WHO)),
        on("theirs", 2, said("about them")),
        on("other", 3, created("bob")),
        on("other", 4, said("about bob")),
        on("theirs", 5, Kind::Merged { into: "other".into() }),
        on("third", 6, created("eve")),
        on("third", 7, said("about eve")),
        on("third", 8, Kind::Merged { into: "theirs".into() }),
    ]
}

#[derive(Clone, Debug)]
enum Op {
    Accept(Vec<u32>),
    Bulk(Vec<u32>),
    Family,
    Seal,
    Reopen,
    Erase,
}

fn op() -> impl Strategy<Value = Op> {
    let numbers = || proptest::collection::vec(0_u32..TICKETS * 9, 1..40);
    prop_oneof![
        4 => numbers().prop_map(Op::Accept),
        2 => numbers().prop_map(Op::Bulk),
        1 => Just(Op::Family),
        2 => Just(Op::Seal),
        1 => Just(Op::Reopen),
        2 => Just(Op::Erase),
    ]
}

async fn act(store: Store, op: Op, fed: &mut Vec<u32>) -> Store {
    match op {
        Op::Accept(numbers) => {
            store.accept(events_of(numbers.iter().copied())).await.unwrap();
            fed.extend(numbers);
        }
        Op::Bulk(numbers) => {
            let bulk = store.bulk().unwrap();
            bulk.push(events_of(numbers.iter().copied())).unwrap();
            bulk.finish(quiet()).await.unwrap();
            fed.extend(numbers);
        }
        Op::Family => {
            store.accept(family()).await.unwrap();
        }
        Op::Seal => {
            store.seal_all().await.unwrap();
        }
        Op::Reopen => {
            let dir = store.dir().to_path_buf();
            store.close().await;
            return open(&dir).await;
        }
        Op::Erase => erase(&store).await,
    }
    store
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, failure_persistence: None, ..Default::default() })]

    #[test]
    fn when_somebody_is_erased_makes_no_difference(ops in proptest::collection::vec(op(), 1..9)) {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let dir = tempfile::tempdir().unwrap();
            let mut store = open(dir.path()).await;
            let mut fed = Vec::new();
            let mut with_family = false;
            for op in ops {
                with_family |= matches!(op, Op::Family);
                store = act(store, op, &mut fed).await;
            }
            erase(&store).await;
            let plain = tempfile::tempdir().unwrap();
            let other = open(plain.path()).await;
            other.accept(events_of(fed)).await.unwrap();
            if with_family {
                other.accept(family()).await.unwrap();
            }
            erase(&other).await;
            assert_same(&anonymous(&store.snapshot()), &anonymous(&other.snapshot()));
            let twice = rows(&store.snapshot());
            erase(&store).await;
            assert_same(&rows(&store.snapshot()), &twice);
        });
    }
}
