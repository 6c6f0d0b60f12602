//! A steady stream beside many stored tickets: `cargo bench -p store --bench live -- TICKETS RATE
//! SECONDS`. Tells how long a call waits until its events are durable and until they are shown.
//!
//! One event in thirteen begins a ticket, one in twenty is about any of the stored ones, the others
//! about the newest 20,000, near ones most often. Questions are not asked: only the store works.
#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use event::{Actor, Created, Entry, Event, Instant, Kind, Message, Role, SystemClock, Text};
use std::error::Error;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use store::{Options, Store};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;
type Times = Arc<Mutex<Vec<u64>>>;

/// Events in one call, and calls that may be under way.
const CALL_EVENTS: u64 = 50;
const REACH: u64 = 20_000;
const PER_TICKET: u64 = 13;
const START_US: i64 = 1_780_000_000_000_000;

fn main() -> Outcome<()> {
    let numbers: Vec<u64> = std::env::args().filter_map(|text| text.parse().ok()).collect();
    let given = |place: usize, usual| numbers.get(place).copied().unwrap_or(usual);
    let (tickets, rate, seconds) = (given(0, 100_000), given(1, 20_000), given(2, 30));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(bench(tickets, rate, seconds))
}

async fn bench(tickets: u64, rate: u64, seconds: u64) -> Outcome<()> {
    let dir = tempfile::tempdir()?;
    let store = Store::open(dir.path(), Options::new(Arc::new(SystemClock))).await?;
    let bulk = store.bulk()?;
    for from in (0..tickets).step_by(2_000) {
        let until = tickets.min(from + 2_000);
        let batch: Vec<Event> =
            (from..until).flat_map(|n| (0..10).map(move |step| stored(n, step))).collect();
        bulk.push(&batch)?;
    }
    bulk.finish(Arc::new(|_, _| ())).await?;
    println!("{tickets} tickets stored; {rate} events/s in calls of {CALL_EVENTS}, {seconds} s");
    println!("      s   events  unapplied  overlay tickets, MB  unsealed  segments  memory");
    let sealing = store.clone();
    let sealer = tokio::spawn(async move {
        loop {
            match sealing.seal_due().await {
                Ok(Some(_)) => {}
                Ok(None) => tokio::time::sleep(Duration::from_secs(1)).await,
                Err(error) => println!("sealing: {error}"),
            }
        }
    });
    let (accepted, shown) = (Times::default(), Times::default());
    let busy = Arc::new(Mutex::new(0_u64));
    let begun = std::time::Instant::now();
    let mut calls = Vec::new();
    let total = rate * seconds;
    let mut told = 0;
    for from in (0..total).step_by(usize::try_from(CALL_EVENTS)?) {
        let due = Duration::from_micros(from * 1_000_000 / rate);
        tokio::time::sleep_until((begun + due).into()).await;
        if due.as_secs() >= told {
            watch(&store, due.as_secs(), from);
            told += (seconds / 20).max(1);
        }
        let (store, accepted, shown) = (store.clone(), Arc::clone(&accepted), Arc::clone(&shown));
        let busy = Arc::clone(&busy);
        calls.push(tokio::spawn(async move {
            let events = (from..from + CALL_EVENTS).map(|n| live(n, tickets)).collect();
            // From when it was due, so that a stall counts for all who would have come meanwhile.
            let submitted = match store.submit(events).await {
                Ok(submitted) => submitted,
                Err(store::Error::Busy { .. }) => {
                    *busy.lock().unwrap_or_else(std::sync::PoisonError::into_inner) += 1;
                    return Ok(());
                }
                Err(error) => return Err(error),
            };
            note(&accepted, begun.elapsed().saturating_sub(due));
            submitted.applied().await?;
            note(&shown, begun.elapsed().saturating_sub(due));
            Ok(())
        }));
    }
    for call in calls {
        call.await??;
    }
    watch(&store, begun.elapsed().as_secs(), total);
    sealer.abort();
    let rate = total as f64 / begun.elapsed().as_secs_f64();
    let busy = *busy.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    println!("{rate:.0} events/s sent, {busy} calls refused; {:.1} s of a core", core_seconds());
    tell("durable", &accepted);
    tell("shown", &shown);
    Ok(())
}

fn note(times: &Times, time: Duration) {
    let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
    times.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(micros);
}

fn tell(what: &str, times: &Times) {
    let mut times = times.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    times.sort_unstable();
    let at = |per_mille: usize| {
        let place = times.len() * per_mille / 1_000;
        times.get(place.min(times.len().saturating_sub(1))).map_or(0.0, |us| *us as f64 / 1e3)
    };
    let (half, most, nearly, all) = (at(500), at(900), at(990), at(1_000));
    println!("{what:<8} p50 {half:.1} ms, p90 {most:.1} ms, p99 {nearly:.1} ms, max {all:.1} ms");
}

fn watch(store: &Store, second: u64, events: u64) {
    let gauges = store.gauges();
    println!(
        "{second:>7} {events:>8} {:>10} {:>16} {:>4} {:>9} {:>9}  {}",
        gauges.unapplied_events,
        gauges.overlay_tickets,
        gauges.overlay_bytes / 1_000_000,
        gauges.unsealed_batches,
        gauges.segments,
        memory()
    );
}

fn event(ticket: String, id: String, at: i64, kind: Kind) -> Event {
    let at = Instant::from_micros(at);
    let actor = Actor { id: Some("someone".into()), role: Role::Agent, team: None };
    let (id, sequence, origin, extra) = (Text::from(id), None, None, None);
    let entry = Entry { id, sequence, at, seen: at, actor, kind, origin, extra };
    Event { source: "bench".into(), ticket: ticket.into(), entry }
}

fn kind(n: u64) -> Kind {
    match n % 8 {
        0 => Kind::Priority(Some("high".into())),
        1 => Kind::Status { status: event::Status::Pending, vendor: None },
        2 => Kind::Status { status: event::Status::Solved, vendor: None },
        _ => Kind::Message(Message { length: u32::try_from(n % 900).ok(), ..Message::default() }),
    }
}

fn created(n: u64) -> Kind {
    Kind::Created(Box::new(Created {
        channel: Some(["email", "chat", "phone", "web"][(n % 4) as usize].into()),
        requester: Some(Text::from(format!("c-{}", n % 50_000))),
        group: Some(["billing", "tech", "sales"][(n % 3) as usize].into()),
        ..Created::default()
    }))
}

fn stored(ticket: u64, step: u64) -> Event {
    let at = START_US - 31_536_000_000_000 + (ticket * 9 + step * 600).cast_signed() * 1_000_000;
    let kind = if step == 0 { created(ticket) } else { kind(mix(ticket * 10 + step)) };
    event(format!("old-{ticket}"), format!("{ticket}-{step}"), at, kind)
}

fn live(n: u64, tickets: u64) -> Event {
    let dice = mix(n);
    let newest = n / PER_TICKET;
    let at = START_US + n.cast_signed() * 50;
    let (ticket, kind) = if n.is_multiple_of(PER_TICKET) {
        (format!("new-{newest}"), created(n))
    } else if dice.is_multiple_of(20) && tickets > 0 {
        (format!("old-{}", mix(dice) % tickets), kind(dice / 20))
    } else {
        let back = (mix(dice ^ 1) % REACH) * (mix(dice ^ 2) % REACH) / REACH;
        (format!("new-{}", newest - back.min(newest)), kind(dice / 20))
    };
    event(ticket, format!("live-{n}"), at, kind)
}

/// Spreads a number over all of 64 bits.
const fn mix(n: u64) -> u64 {
    let n = n.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    n ^ (n >> 31)
}

/// Seconds of one core this process used so far, where the system tells.
fn core_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
    fields.filter_map(|field| field.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// The memory this process holds, where the system tells.
fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap_or_default();
    let kib: u64 = line.split_whitespace().nth(1).and_then(|kib| kib.parse().ok()).unwrap_or(0);
    format!("{} MB", kib / 1024)
}
