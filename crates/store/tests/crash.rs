//! A process that accepts, imports and seals is killed (SIGKILL) at random, again and again.
//!
//! Each round starts this test binary once more as a child, which prints what was accepted, and
//! kills it after a random time. Then the folder is opened here: every event that the child
//! reported as accepted must be there once, and all timelines must be those of a new store given
//! the same events. `make crash` runs a hundred rounds.
#![expect(clippy::print_stdout, reason = "the child reports to its parent, the parent to people")]

use event::{Actor, Entry, Event, Instant, Kind, Message, Role, SystemClock, Text};
use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;
use store::{Options, Snapshot, Store, Stored};

type Outcome<T> = Result<T, Box<dyn Error>>;

const TICKETS: u64 = 500;
const SEGMENT_ROWS: u32 = 64;
/// The child lives this long at most, in milliseconds.
const LIFE_MS_MAX: u64 = 900;

const CHILD: &str = "DESKMETER_CRASH_CHILD";
const ACKNOWLEDGED: &str = "acknowledged ";

#[test]
fn a_few_kills_lose_and_double_nothing() -> Outcome<()> {
    rounds(5)
}

#[test]
#[ignore = "takes a minute; make crash runs it"]
fn a_hundred_kills_lose_and_double_nothing() -> Outcome<()> {
    rounds(100)
}

#[test]
#[ignore = "the process that is killed"]
fn child() -> Outcome<()> {
    #[expect(clippy::disallowed_methods, reason = "how a test binary tells itself its task")]
    let Ok(task) = std::env::var(CHILD) else { return Ok(()) };
    let (first, dir) = task.split_once(' ').ok_or("no task")?;
    runtime()?.block_on(work(Path::new(dir), first.parse()?))
}

fn rounds(n: u64) -> Outcome<()> {
    runtime()?.block_on(parent(n))
}

fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()
}

fn options() -> Options {
    Options { segment_rows: Some(SEGMENT_ROWS), ..Options::new(Arc::new(SystemClock)) }
}

fn event(n: u64) -> Event {
    let ticket = n.wrapping_mul(0x9e37_79b9_7f4a_7c15) % TICKETS;
    let at = Instant::from_micros(1_780_000_000_000_000 + (n as i64) * 1_000_000);
    // Some tickets are merged away, so that entries travel.
    let kind = if ticket % 50 == 7 && n.is_multiple_of(5) {
        Kind::Merged { into: Text::from(format!("t{}", ticket + 1)) }
    } else {
        Kind::Message(Message { length: Some((n % 100) as u32), ..Message::default() })
    };
    let entry = Entry {
        id: Text::from(format!("e{n}")),
        sequence: None,
        at,
        seen: at,
        actor: Actor { id: Some("a".into()), role: Role::Requester, team: None },
        kind,
        origin: None,
        extra: None,
    };
    Event { source: "desk".into(), ticket: Text::from(format!("t{ticket}")), entry }
}

/// Accepts, imports and seals for ever; prints the range of events after each acknowledgement.
async fn work(dir: &Path, first: u64) -> Outcome<()> {
    let store = Store::open(dir, options()).await?;
    let mut out = std::io::stdout();
    let mut next = first;
    for turn in 0_u64.. {
        let end = next + 1 + turn * 7 % 60;
        let events: Vec<Event> = (next..end).map(event).collect();
        if turn % 5 == 4 {
            let bulk = store.bulk()?;
            bulk.push(&events)?;
            bulk.finish(Arc::new(|_, _| ())).await?;
        } else {
            store.accept(events).await?;
        }
        writeln!(out, "\n{ACKNOWLEDGED}{next} {end}")?;
        out.flush()?;
        next = end;
        if turn % 3 == 2 {
            store.seal_all().await?;
        }
    }
    Ok(())
}

async fn parent(rounds: u64) -> Outcome<()> {
    let dir = tempfile::tempdir()?;
    let mut acknowledged = BTreeSet::new();
    let mut next = 0;
    // The seed only spreads the moments of the kill; which step is hit is chance.
    let mut random = 0x2545_f491_4f6c_dd1d_u64 ^ u64::from(std::process::id());
    for round in 1..=rounds {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let life = Duration::from_millis(30 + random % LIFE_MS_MAX);
        let output = kill_after(dir.path(), next, life)?;
        // A line cut off in the middle was not acknowledged.
        let whole = output.rfind('\n').map_or("", |end| &output[..end]);
        for line in whole.lines() {
            // The test harness prints lines of its own.
            let Some(range) = line.strip_prefix(ACKNOWLEDGED) else { continue };
            let (from, to) = range.split_once(' ').ok_or("an unexpected line")?;
            acknowledged.extend(from.parse::<u64>()?..to.parse::<u64>()?);
        }
        next = check(dir.path(), &acknowledged).await?;
        println!(
            "round {round}: {} acknowledged after {} ms",
            acknowledged.len(),
            life.as_millis()
        );
    }
    println!("{rounds} rounds, nothing lost, nothing doubled");
    Ok(())
}

fn kill_after(dir: &Path, first: u64, life: Duration) -> Outcome<String> {
    let mut child = Command::new(std::env::current_exe()?)
        .args(["--exact", "child", "--ignored", "--nocapture"])
        .env(CHILD, format!("{first} {}", dir.display()))
        .stdout(Stdio::piped())
        .spawn()?;
    std::thread::sleep(life);
    if let Some(status) = child.try_wait()? {
        return Err(format!("the child ended by itself: {status}").into());
    }
    child.kill()?;
    Ok(String::from_utf8(child.wait_with_output()?.stdout)?)
}

/// Opens the folder and compares; the number of the next event that was never used.
async fn check(dir: &Path, acknowledged: &BTreeSet<u64>) -> Outcome<u64> {
    let store = Store::open(dir, options()).await?;
    let snapshot = store.snapshot();
    let mut found = BTreeMap::new();
    let mut events = Vec::new();
    for (number, stored) in all(&snapshot)?.into_iter().enumerate() {
        for entry in stored.timeline {
            if entry.origin.is_none() {
                let id: u64 = entry.id.trim_start_matches('e').parse()?;
                if found.insert(id, number).is_some() {
                    return Err(format!("event {id} is there twice").into());
                }
            }
            let (source, ticket) = (stored.source.clone(), stored.ticket.clone());
            events.push(Event { source, ticket, entry });
        }
    }
    if let Some(lost) = acknowledged.iter().find(|id| !found.contains_key(id)) {
        return Err(format!("event {lost} was accepted and is lost").into());
    }
    compare(&snapshot, events).await?;
    let next = found.last_key_value().map_or(0, |(id, _)| id + 1);
    store.close().await;
    Ok(next)
}

/// The timelines of a new store given the same events must be the same.
async fn compare(snapshot: &Snapshot, events: Vec<Event>) -> Outcome<()> {
    let own: Vec<Event> = events.into_iter().filter(|event| event.entry.origin.is_none()).collect();
    let dir = tempfile::tempdir()?;
    let fresh = Store::open(dir.path(), options()).await?;
    let bulk = fresh.bulk()?;
    bulk.push(&own)?;
    bulk.finish(Arc::new(|_, _| ())).await?;
    let expected = timelines(&fresh.snapshot())?;
    if timelines(snapshot)? != expected {
        return Err("rows differ from those of a new store with the same events".into());
    }
    fresh.close().await;
    Ok(())
}

fn timelines(snapshot: &Snapshot) -> Outcome<BTreeMap<Text, Vec<Text>>> {
    let ids = |stored: Stored| {
        let ids = stored.timeline.into_iter().map(|entry| entry.id);
        (stored.ticket, ids.collect())
    };
    Ok(all(snapshot)?.into_iter().map(ids).collect())
}

/// Every ticket, by number.
fn all(snapshot: &Snapshot) -> Outcome<Vec<Stored>> {
    let numbers: Vec<u32> = (0..u32::try_from(snapshot.tickets_count())?).collect();
    let stored = snapshot.tickets(&numbers)?.into_iter().collect::<Option<Vec<_>>>();
    stored.ok_or_else(|| "a number without a ticket".into())
}
