//! Several processes share one folder and one database: what one does, the others show.
//!
//! A process is a store of its own here; nothing but folder and database is shared.

use crate::state::server;
use crate::support::*;
use event::Event;
use proptest::prelude::*;
use std::path::Path;
use std::time::Duration;
use store::Store;

/// Whether there is a database to share.
#[expect(clippy::print_stdout, reason = "a test that is skipped says so")]
fn is_shared() -> bool {
    let is_shared = server().is_some();
    if !is_shared {
        println!("skipped: no PostgreSQL server; scripts/postgres.sh starts one");
    }
    is_shared
}

/// Waits until a store shows these rows; fails with the first difference when it never does.
async fn shows(store: &Store, expected: &Rows) {
    let mut changes = store.changes();
    let all = async {
        while rows(&store.snapshot()) != *expected {
            // A generation may have been told before the rows were compared.
            let _ = tokio::time::timeout(Duration::from_secs(1), changes.changed()).await;
        }
    };
    // Only so that a failure ends: nothing is measured.
    if tokio::time::timeout(Duration::from_secs(30), all).await.is_err() {
        assert_same(&rows(&store.snapshot()), expected);
    }
}

async fn import(store: &Store, events: Vec<Event>) -> store::Result<()> {
    let bulk = store.bulk()?;
    bulk.push(&events)?;
    bulk.finish(quiet()).await.map(|_| ())
}

#[tokio::test]
async fn what_one_accepts_the_other_shows() {
    if !is_shared() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let (one, two) = (open(dir.path()).await, open(dir.path()).await);
    one.accept(events(0..40)).await.unwrap();
    two.accept(events(30..70)).await.unwrap();
    let expected = rows_of(events(0..70)).await;
    shows(&one, &expected).await;
    shows(&two, &expected).await;
    // Accepted again elsewhere, nothing is new.
    assert_eq!(two.accept(events(0..30)).await.unwrap().new, 0);
}

#[tokio::test]
async fn what_one_seals_the_other_takes_over() {
    if !is_shared() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let (one, two) = (open(dir.path()).await, open(dir.path()).await);
    one.accept(events(0..80)).await.unwrap();
    shows(&two, &rows_of(events(0..80)).await).await;
    let held = two.snapshot();
    let before = rows(&held);
    one.seal_all().await.unwrap();
    two.accept(events(80..100)).await.unwrap();
    one.seal_all().await.unwrap();
    let expected = rows_of(events(0..100)).await;
    shows(&one, &expected).await;
    shows(&two, &expected).await;
    // What a reader holds stays readable, whoever replaced it.
    assert_same(&rows(&held), &before);
    two.seal_all().await.unwrap();
    shows(&two, &expected).await;
    let versions = |store: &Store| -> Vec<u64> {
        store.snapshot().segments.iter().map(store::Segment::version).collect()
    };
    shows(&one, &expected).await;
    one.seal_all().await.unwrap();
    assert_eq!(versions(&one), versions(&two));
    assert_eq!(one.snapshot().overlay.tickets(), 0);
}

#[tokio::test]
async fn imports_and_policies_of_one_reach_the_other() {
    if !is_shared() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let (one, two) = (open(dir.path()).await, open(dir.path()).await);
    one.accept(events(0..50)).await.unwrap();
    import(&two, events(40..90)).await.unwrap();
    import(&one, events(60..120)).await.unwrap();
    let expected = rows_of(events(0..120)).await;
    shows(&two, &expected).await;
    shows(&one, &expected).await;
    two.rebuild(other_policies(), quiet()).await.unwrap();
    shows(&one, &rows(&two.snapshot())).await;
    assert_eq!(one.policies().digest(), other_policies().digest());
    assert_ne!(rows(&one.snapshot()), expected, "the policies change nothing");
}

#[tokio::test]
async fn a_process_that_dies_takes_nothing_with_it() {
    if !is_shared() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let (one, two) = (open(dir.path()).await, open(dir.path()).await);
    one.accept(events(0..60)).await.unwrap();
    // Durable, and the process ends before it is applied or sealed.
    drop(one.submit(events(60..90)).await.unwrap());
    one.close().await;
    let expected = rows_of(events(0..90)).await;
    shows(&two, &expected).await;
    two.seal_all().await.unwrap();
    let three = open(dir.path()).await;
    assert_same(&rows(&three.snapshot()), &expected);
    assert_eq!(three.snapshot().overlay.tickets(), 0);
}

#[tokio::test]
async fn a_process_that_opens_leaves_the_others_alone() {
    if !is_shared() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let one = open(dir.path()).await;
    let bulk = one.bulk().unwrap();
    bulk.push(events(0..60)).unwrap();
    // Its spill is not what a dead process left behind.
    let two = open(dir.path()).await;
    bulk.finish(quiet()).await.unwrap();
    shows(&two, &rows_of(events(0..60)).await).await;
    let orphan = dir.path().join("tables/segments/000000-v7");
    std::fs::create_dir(&orphan).unwrap();
    open(dir.path()).await;
    assert!(!orphan.exists(), "what nobody finished is removed");
    assert_same(&rows(&one.snapshot()), &rows_of(events(0..60)).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_at_once() {
    if !is_shared() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    for process in 0..3_u32 {
        let store = open(dir.path()).await;
        tasks.spawn(async move {
            for round in 0..6 {
                let first = process * 40 + round * 7;
                store.accept(events(first..first + 9)).await.unwrap();
                match (process, round % 3) {
                    (0, 1) => drop(store.seal_all().await.unwrap()),
                    (1, 2) => import(&store, events(first + 5..first + 30)).await.unwrap(),
                    (2, 0) => drop(store.seal_due().await.unwrap()),
                    _ => {}
                }
            }
            store
        });
    }
    let mut stores = Vec::new();
    while let Some(store) = tasks.join_next().await {
        stores.push(store.unwrap());
    }
    let mut fed = std::collections::BTreeSet::new();
    for process in 0..3_u32 {
        for round in 0..6 {
            let first = process * 40 + round * 7;
            fed.extend(first..first + 9);
            if process == 1 && round % 3 == 2 {
                fed.extend(first + 5..first + 30);
            }
        }
    }
    let expected = rows_of(events(fed)).await;
    for store in &stores {
        shows(store, &expected).await;
    }
    stores[0].seal_all().await.unwrap();
    for store in &stores {
        shows(store, &expected).await;
    }
    assert_same(&rows(&open(dir.path()).await.snapshot()), &expected);
}

#[derive(Clone, Debug)]
enum Op {
    Accept(Vec<u32>),
    /// Durable, but nobody waits until it is shown.
    Submit(Vec<u32>),
    Bulk(Vec<u32>),
    Seal,
    Reopen,
    Rebuild,
}

fn op() -> impl Strategy<Value = (usize, Op)> {
    let numbers = || proptest::collection::vec(0_u32..TICKETS * 9, 1..30);
    let op = prop_oneof![
        3 => numbers().prop_map(Op::Accept),
        3 => numbers().prop_map(Op::Submit),
        2 => numbers().prop_map(Op::Bulk),
        3 => Just(Op::Seal),
        1 => Just(Op::Reopen),
        1 => Just(Op::Rebuild),
    ];
    (0_usize..2, op)
}

async fn act(store: Store, dir: &Path, op: Op, fed: &mut Vec<u32>) -> Store {
    match op {
        Op::Accept(numbers) => {
            store.accept(events(numbers.iter().copied())).await.unwrap();
            fed.extend(numbers);
        }
        Op::Submit(numbers) => {
            drop(store.submit(events(numbers.iter().copied())).await.unwrap());
            fed.extend(numbers);
        }
        Op::Bulk(numbers) => {
            import(&store, events(numbers.iter().copied())).await.unwrap();
            fed.extend(numbers);
        }
        Op::Seal => drop(store.seal_all().await.unwrap()),
        Op::Reopen => {
            store.close().await;
            return open(dir).await;
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
    fn any_interleaving_of_two_processes_is_one_import(
        ops in proptest::collection::vec(op(), 1..16)
    ) {
        if !is_shared() {
            return Ok(());
        }
        run(async {
            let dir = tempfile::tempdir().unwrap();
            let mut stores = [Some(open(dir.path()).await), Some(open(dir.path()).await)];
            let mut fed = Vec::new();
            for (who, op) in ops {
                let store = stores[who].take().unwrap();
                stores[who] = Some(act(store, dir.path(), op, &mut fed).await);
            }
            fed.sort_unstable();
            fed.dedup();
            let expected = rows_of(events(fed)).await;
            for store in stores.iter().flatten() {
                shows(store, &expected).await;
            }
        });
    }
}
