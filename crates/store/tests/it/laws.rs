//! Whatever happens to a store, its rows are those of one bulk import of the same events.

use crate::support::*;
use event::{Actor, Entry, Event, Kind, Message, Role, Status};
use proptest::prelude::*;
use store::{Accepted, Store};

#[derive(Clone, Debug)]
enum Op {
    Accept(Vec<u32>),
    Bulk(Vec<u32>),
    Seal,
    SealOne,
    Reopen,
    Rebuild,
}

fn op() -> impl Strategy<Value = Op> {
    let numbers = || proptest::collection::vec(0_u32..TICKETS * 9, 1..40);
    prop_oneof![
        4 => numbers().prop_map(Op::Accept),
        2 => numbers().prop_map(Op::Bulk),
        2 => Just(Op::Seal),
        2 => Just(Op::SealOne),
        1 => Just(Op::Reopen),
        1 => Just(Op::Rebuild),
    ]
}

async fn act(store: Store, op: Op, fed: &mut Vec<u32>) -> Store {
    match op {
        Op::Accept(numbers) => {
            store.accept(events(numbers.iter().copied())).await.unwrap();
            fed.extend(numbers);
        }
        Op::Bulk(numbers) => {
            let bulk = store.bulk().unwrap();
            for part in numbers.chunks(7) {
                bulk.push(events(part.iter().copied())).unwrap();
            }
            bulk.finish(quiet()).await.unwrap();
            fed.extend(numbers);
        }
        Op::Seal => {
            store.seal_all().await.unwrap();
            assert_eq!(store.snapshot().overlay.tickets(), 0);
        }
        Op::SealOne => {
            store.seal_due().await.unwrap();
        }
        Op::Reopen => {
            let dir = store.dir().to_path_buf();
            store.close().await;
            return open(&dir).await;
        }
        Op::Rebuild => {
            store.rebuild(other_policies(), quiet()).await.unwrap();
            store.rebuild(facts::policies::Policies::default(), quiet()).await.unwrap();
        }
    }
    store
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_history_gives_the_rows_of_one_import(ops in proptest::collection::vec(op(), 1..10)) {
        run(async {
            let dir = tempfile::tempdir().unwrap();
            let mut store = open(dir.path()).await;
            let mut fed = Vec::new();
            for op in ops {
                store = act(store, op, &mut fed).await;
            }
            let found = rows(&store.snapshot());
            fed.sort_unstable();
            fed.dedup();
            assert_same(&found, &rows_of(events(fed)).await);
        });
    }
}

/// A family of tickets whose merges depend on each other: contacts without words and their words,
/// merges learnt of twice, into two tickets, in a chain and in a circle.
fn family() -> Vec<Event> {
    let on = |ticket: &str, at: i64, late: i64, role: Role, kind: Kind| {
        let n = format!("{ticket}-{at}-{late}-{}", kind.name());
        let actor = Actor { id: Some("p".into()), role, team: None };
        let (at, seen) = (minute(at), minute(at + late));
        let id = n.as_str().into();
        let entry = Entry { id, sequence: None, at, seen, actor, kind, origin: None, extra: None };
        Event { source: "desk".into(), ticket: ticket.into(), entry }
    };
    let created = || Kind::Created(Box::default());
    let message = || Kind::Message(Message::default());
    let merged = |into: &str| Kind::Merged { into: into.into() };
    vec![
        // A contact whose words may come after it was handed on.
        on("a", 0, 0, Role::Requester, created()),
        on("a", 0, 40, Role::Requester, message()),
        on("a", 7, 3, Role::Agent, message()),
        // Merged into one ticket twice, of which the later was learnt of first, and into another.
        on("a", 20, 90, Role::Agent, merged("b")),
        on("a", 25, 1, Role::Agent, merged("b")),
        on("a", 30, 0, Role::Agent, merged("c")),
        // Words without a contact, a contact without words.
        on("b", 2, 0, Role::Requester, created()),
        on("b", 5, 0, Role::Requester, message()),
        on("b", 50, 0, Role::Agent, merged("c")),
        on("c", 3, 0, Role::Agent, created()),
        on("c", 8, 0, Role::Agent, message()),
        on("c", 60, 0, Role::Agent, Kind::Status { status: Status::Solved, vendor: None }),
        // A chain that ends in a circle.
        on("c", 70, 0, Role::Agent, merged("d")),
        on("d", 71, 5, Role::Agent, merged("b")),
        on("d", 1, 0, Role::Bot, created()),
    ]
}

#[derive(Clone, Copy, Debug)]
enum Between {
    Nothing,
    Seal,
    SealOneAndReopen,
    Reopen,
}

/// An order of the family, cut into batches: how each is given, and what is done after it.
fn deal() -> impl Strategy<Value = (Vec<Event>, Vec<(usize, bool, Between)>)> {
    let between = prop_oneof![
        4 => Just(Between::Nothing), 1 => Just(Between::Seal), 1 => Just(Between::Reopen),
        2 => Just(Between::SealOneAndReopen)
    ];
    let batches = proptest::collection::vec((1_usize..7, any::<bool>(), between), 15);
    (Just(family()).prop_shuffle(), batches)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..Default::default() })]

    #[test]
    fn merges_do_not_depend_on_the_order_of_arrival((events, batches) in deal()) {
        run(async {
            let dir = tempfile::tempdir().unwrap();
            let mut store = open(dir.path()).await;
            let mut rest = events.as_slice();
            for (size, at_once, between) in batches {
                let (batch, after) = rest.split_at(size.min(rest.len()));
                rest = after;
                if batch.is_empty() {
                    break;
                }
                if at_once {
                    let bulk = store.bulk().unwrap();
                    bulk.push(batch).unwrap();
                    bulk.finish(quiet()).await.unwrap();
                } else {
                    store.accept(batch.to_vec()).await.unwrap();
                }
                store = match between {
                    Between::Nothing => store,
                    Between::Seal => act(store, Op::Seal, &mut Vec::new()).await,
                    Between::SealOneAndReopen => {
                        let store = act(store, Op::SealOne, &mut Vec::new()).await;
                        act(store, Op::Reopen, &mut Vec::new()).await
                    }
                    Between::Reopen => act(store, Op::Reopen, &mut Vec::new()).await,
                };
            }
            assert!(rest.is_empty(), "every batch takes at least one of fifteen events");
            assert_same(&rows(&store.snapshot()), &rows_of(family()).await);
        });
    }
}

#[tokio::test]
async fn merges_within_a_segment_need_no_inbox() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    let bulk = store.bulk().unwrap();
    bulk.push(family()).unwrap();
    bulk.finish(quiet()).await.unwrap();
    let snapshot = store.snapshot();
    assert_eq!((snapshot.segments.len(), snapshot.overlay.tickets()), (1, 0));
    assert_same(&rows(&snapshot), &rows_of(family()).await);
}

#[tokio::test]
async fn duplicates_are_counted_and_change_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    let first = store.accept(events(0..40)).await.unwrap();
    assert_eq!(first, Accepted { new: 40, duplicate: 0 });
    let before = store.snapshot();
    let again = store.accept(events((0..40).rev())).await.unwrap();
    assert_eq!(again, Accepted { new: 0, duplicate: 40 });
    assert_same(&rows(&store.snapshot()), &rows(&before));
    let bulk = store.bulk().unwrap();
    bulk.push(events(20..60)).unwrap();
    let report = bulk.finish(quiet()).await.unwrap();
    assert_eq!((report.events, report.new, report.duplicate), (40, 20, 20));
}

#[tokio::test]
async fn an_id_on_two_tickets_is_two_events() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    let mut twin = event(1);
    twin.ticket = "t0".into();
    let accepted = store.accept(vec![event(1), twin]).await.unwrap();
    assert_eq!(accepted, Accepted { new: 2, duplicate: 0 });
}

#[tokio::test]
async fn messages_reach_the_end_of_a_chain_of_merges() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    let on = |ticket: &str, id: &str, kind| {
        let mut event = event(15);
        event.ticket = ticket.into();
        event.entry.id = id.into();
        event.entry.kind = kind;
        event
    };
    let message = || event::Kind::Message(event::Message::default());
    let merged = |into: &str| event::Kind::Merged { into: into.into() };
    store.accept(vec![on("a", "1", message()), on("b", "2", message())]).await.unwrap();
    store.accept(vec![on("b", "3", merged("c"))]).await.unwrap();
    store.accept(vec![on("a", "4", merged("b"))]).await.unwrap();
    store.seal_all().await.unwrap();
    // What comes after the merge goes the same way.
    store.accept(vec![on("a", "5", message())]).await.unwrap();
    let (_, stored) = store.ticket("desk", "c").await.unwrap().unwrap();
    let ids: Vec<&str> = stored.timeline.iter().map(|entry| entry.id.as_str()).collect();
    assert_eq!(ids, ["a/1", "a/5", "b/2"]);
    assert_eq!(store.ticket("desk", "x").await.unwrap(), None);
}

#[tokio::test]
async fn many_callers_share_commits_and_readers_see_whole_batches() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    let writers = (0..20_u32).map(|writer| {
        let store = store.clone();
        tokio::spawn(async move {
            // Both halves of a batch are of one ticket, so a reader sees both or neither.
            store.accept(events([writer, writer + TICKETS])).await.unwrap()
        })
    });
    let writers: Vec<_> = writers.collect();
    let mut generation = 0;
    for writer in writers {
        let snapshot = store.snapshot();
        assert!(snapshot.generation >= generation, "generations only grow");
        generation = snapshot.generation;
        for number in 0..TICKETS {
            if let Some(stored) = snapshot.ticket(number).unwrap() {
                let own = stored.timeline.iter().filter(|entry| entry.origin.is_none());
                assert!(own.count() >= 2, "half a batch of {}", stored.ticket);
            }
        }
        writer.await.unwrap();
    }
    assert_same(&rows(&store.snapshot()), &rows_of(events(0..20 + TICKETS)).await);
}

#[tokio::test]
async fn a_snapshot_outlives_what_replaces_it() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    store.accept(events(0..60)).await.unwrap();
    store.seal_all().await.unwrap();
    let old = store.snapshot();
    let before = rows(&old);
    let folder = old.segments[0].dir().to_path_buf();
    store.accept(events(60..120)).await.unwrap();
    store.seal_all().await.unwrap();
    assert_same(&rows(&old), &before);
    assert!(folder.exists());
    drop(old);
    assert!(!folder.exists(), "the last reader takes the files with it");
}
