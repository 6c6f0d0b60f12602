//! A model of the store: seeded schedules of everything it does at once, with crashes.
//!
//! A seed decides what several callers do (submit, import, seal, rebuild), in which lives, and how
//! each life ends: at the n-th named step, at the n-th turn of the scheduler (every task is dropped
//! at whichever await it has reached), or by itself; in some lives a step fails and the process
//! goes on. After each life the folder is opened again, and every row must be the one that the
//! [`oracle`] works out from the events that are there, among them every acknowledged one.
//!
//! `MODEL_SEEDS=5000 MODEL_FROM=1 cargo test -p store --test it model` runs other seeds; one that
//! fails is printed. A crash at a step repeats exactly. One at a turn may differ by a turn or two,
//! because the database works on a thread of its own.

mod actors;
mod dice;
mod oracle;

use crate::support::*;
use actors::{Actors, World};
use dice::Dice;
use event::FixedClock;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use store::{Error, Fault, Options, SealPolicy, Store};
use tokio::sync::Notify;

/// Seeds of a plain test run.
const SEEDS: u64 = 25;
/// Steps among which the one that fails is chosen.
const STEPS: u32 = 30;
/// Turns of the scheduler among which a life's last is chosen.
const TURNS: u32 = 3_000;

/// A life that takes so long has come to a halt.
const HANGS: Duration = Duration::from_secs(120);

#[test]
fn seeds_of_the_model_lose_and_double_nothing() {
    let (from, seeds) =
        (setting("MODEL_FROM").unwrap_or(1), setting("MODEL_SEEDS").unwrap_or(SEEDS));
    let next = AtomicU64::new(from);
    let threads = std::thread::available_parallelism().unwrap().get();
    let template = template();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= from + seeds {
                        return;
                    }
                    run(seed, template.path());
                }
            });
        }
    });
}

fn setting(name: &str) -> Option<u64> {
    #[expect(clippy::disallowed_methods, reason = "how a test is told how long to run")]
    std::env::var(name).ok()?.parse().ok()
}

/// A folder in memory where there is one: a model does not need a disk.
fn folder() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap()
}

/// A new folder, made once: making its database takes longer than most lives.
fn template() -> tempfile::TempDir {
    let dir = folder();
    runtime().block_on(async {
        let store = open(dir.path()).await;
        store.close().await;
    });
    dir
}

fn runtime() -> tokio::runtime::Runtime {
    // One task after the other, so that a turn is one step from await to await.
    tokio::runtime::Builder::new_current_thread().event_interval(1).enable_all().build().unwrap()
}

/// How a life ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// When everything is done.
    Peaceful,
    /// At this step, counted from the opening of the folder.
    Step(u32),
    /// It does not: that step fails once, and what comes after goes on.
    Failure(u32),
    /// At this turn of the scheduler.
    Turn(u32),
}

fn run(seed: u64, template: &Path) {
    let mut dice = Dice::new(seed);
    let dir = folder();
    if crate::state::server().is_none() {
        std::fs::copy(template.join("state.db"), dir.path().join("state.db")).unwrap();
    }
    let world = Arc::new(Mutex::new(World::default()));
    let story = format!("seed {seed}");
    let lives = 1 + dice.below(3);
    for _ in 0..lives {
        let end = match dice.below(8) {
            0 => End::Peaceful,
            1..4 => End::Step(dice.below(STEPS)),
            4 => End::Failure(dice.below(STEPS)),
            _ => End::Turn(dice.below(TURNS)),
        };
        world.lock().unwrap().log.push(format!("-- a life that ends: {end:?}"));
        live(dir.path(), &world, &mut dice, end, &story);
    }
    live(dir.path(), &world, &mut dice, End::Peaceful, &story);
    runtime().block_on(async {
        let store = Store::open(dir.path(), options_with(dir.path(), None).await).await.unwrap();
        verify(&store, &world, &story);
        // All rows once a seed: reading them takes longer than everything else.
        if dice.below(2) == 0 {
            verify_rows(&store, &world, &story);
        }
        store.seal_all().await.unwrap();
        assert_eq!(store.snapshot().overlay.tickets(), 0, "{story}");
        verify(&store, &world, &story);
        if dice.below(2) == 0 {
            verify_rows(&store, &world, &story);
        }
        store.close().await;
    });
}

/// One life: open, verify what the last one left, act.
fn live(dir: &Path, world: &Arc<Mutex<World>>, dice: &mut Dice, end: End, story: &str) {
    let crash = Arc::new(Notify::new());
    let fault = fault(end, Arc::clone(&crash));
    let runtime = runtime();
    let failing = matches!(end, End::Step(_) | End::Failure(_));
    let mut actors = Actors::new(dice.fork(), failing, Arc::clone(world));
    runtime.block_on(async {
        let crashed = async {
            if let End::Turn(turns) = end {
                // Each of these lets one task run as far as its next await.
                for _ in 0..turns {
                    tokio::task::yield_now().await;
                }
            } else {
                crash.notified().await;
            }
        };
        let acting = async {
            let options = options_with(dir, Some(fault)).await;
            let store = match Store::open(dir, options).await {
                Ok(store) => store,
                Err(error) => {
                    assert!(failing && injected(&error), "{story}: {error:?}");
                    return;
                }
            };
            verify(&store, world, story);
            actors.act(&store, story).await;
            if end == End::Peaceful {
                verify(&store, world, story);
                store.close().await;
            }
        };
        tokio::select! {
            biased;
            () = crashed => {}
            () = acting => {}
            () = tokio::time::sleep(HANGS) => {
                panic!("{story}: nothing moves any more\n{}", world.lock().unwrap().told())
            }
        }
    });
    drop(runtime);
    wait_until_closed(dir);
}

/// Fails at a step; from a crash on, at every step.
fn fault(end: End, crash: Arc<Notify>) -> Fault {
    let reached = AtomicU32::new(0);
    Arc::new(move |step| {
        let now = reached.fetch_add(1, Ordering::Relaxed);
        let dead = matches!(end, End::Step(last) if now >= last);
        if dead {
            crash.notify_one();
        }
        if dead || end == End::Failure(now) { Err(Error::Fault(step)) } else { Ok(()) }
    })
}

/// Whether an error is the one asked for, or what must follow from it.
fn injected(error: &Error) -> bool {
    match error {
        Error::Fault(_) | Error::Stopped => true,
        Error::Shared(error) => injected(error),
        _ => false,
    }
}

async fn options_with(dir: &Path, fault: Option<Fault>) -> Options {
    Options {
        segment_rows: Some(SEGMENT_ROWS),
        threads: 1,
        state: crate::state::state_of(dir).await,
        seal: SealPolicy { rows: 2, rows_total: 6, ..SealPolicy::default() },
        fault,
        ..Options::new(Arc::new(FixedClock(minute(100_000))))
    }
}

/// Compares the timelines with the oracle's; what is there is certain from now on.
fn verify(store: &Store, world: &Mutex<World>, story: &str) {
    let snapshot = store.snapshot();
    let mut world = world.lock().unwrap();
    let numbers: Vec<u32> = (0..u32::try_from(snapshot.tickets_count()).unwrap()).collect();
    let mut timelines = oracle::Timelines::new();
    for stored in snapshot.tickets(&numbers).unwrap() {
        let stored = stored.unwrap_or_else(|| panic!("{story}: a number without a ticket"));
        let other = timelines.insert((stored.source, stored.ticket), stored.timeline);
        assert!(other.is_none(), "{story}: two tickets of one name");
    }
    let mut found = BTreeSet::new();
    for entry in timelines.values().flatten().filter(|entry| entry.origin.is_none()) {
        let number = entry.id.trim_start_matches('e').parse().unwrap();
        assert!(found.insert(number), "{story}: {} is there twice", entry.id);
    }
    world.settle(&found, &snapshot.policies, story);
    for (name, expected) in oracle::timelines(&found) {
        assert_eq!(timelines.remove(&name), Some(expected), "{story}: {name:?}\n{}", world.told());
    }
    assert!(timelines.is_empty(), "{story}: {timelines:?} should not be there");
}

/// Compares every row of every table with the oracle's.
fn verify_rows(store: &Store, world: &Mutex<World>, story: &str) {
    let snapshot = store.snapshot();
    let world = world.lock().unwrap();
    let (found, expected) = (rows(&snapshot), oracle::rows(world.sure(), &snapshot.policies));
    for (name, row) in &expected {
        assert_eq!(found.get(name), Some(row), "{story}: {name:?}\n{}", world.told());
    }
    assert_same(&found, &expected);
}

/// A connection that was dropped finishes its last statement on a thread of its own; a process
/// that was killed does not. What comes next must not begin before it has.
fn wait_until_closed(dir: &Path) {
    let open = || {
        let files = std::fs::read_dir("/proc/self/fd").unwrap().flatten();
        files.filter_map(|file| std::fs::read_link(file.path()).ok()).any(|to| to.starts_with(dir))
    };
    for _ in 0..10_000 {
        if !open() {
            return;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    panic!("files of {} stay open", dir.display());
}
