//! Bulk import, one late event, and rebuild at a given size: `cargo bench -p store -- TICKETS`.
//!
//! Generates ten events a ticket itself, so that only the store and the fold are measured.
#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use event::{
    Actor, Change, Created, Entry, Event, Instant, Kind, Message, Role, Score, Status, SystemClock,
    Text,
};
use std::error::Error;
use std::sync::Arc;
use store::{Options, Store};

type Outcome<T> = Result<T, Box<dyn Error>>;

const EVENTS_A_TICKET: u64 = 10;
const BATCH_TICKETS: u64 = 2_000;

fn main() -> Outcome<()> {
    let tickets = std::env::args().find_map(|text| text.parse().ok()).unwrap_or(100_000);
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(bench(tickets))
}

async fn bench(tickets: u64) -> Outcome<()> {
    let dir = tempfile::tempdir()?;
    let store = Store::open(dir.path(), Options::new(Arc::new(SystemClock))).await?;
    let events = tickets * EVENTS_A_TICKET;
    let bulk = store.bulk()?;
    // The generator's own time is told apart.
    let (mut made, mut pushed) = (0.0, 0.0);
    for from in (0..tickets).step_by(usize::try_from(BATCH_TICKETS)?) {
        let start = std::time::Instant::now();
        let batch: Vec<Event> =
            (from..tickets.min(from + BATCH_TICKETS)).flat_map(history).collect();
        made += start.elapsed().as_secs_f64();
        let start = std::time::Instant::now();
        bulk.push(&batch)?;
        pushed += start.elapsed().as_secs_f64();
    }
    let (start, used) = (std::time::Instant::now(), core_seconds());
    let report = bulk.finish(Arc::new(|_, _| ())).await?;
    let finished = start.elapsed().as_secs_f64();
    println!("{tickets} tickets, {events} events, {} segments", report.segments);
    let bytes: u64 = store.snapshot().segments.iter().map(|segment| segment.stats().bytes).sum();
    println!("size         {:>9.1} MB", bytes as f64 / 1e6);
    println!("generate     {made:>9.2} s");
    println!("bulk: spill  {pushed:>9.2} s, one thread");
    println!("bulk: finish {finished:>9.2} s, {:.2} s of a core", core_seconds() - used);
    println!("bulk: all    {:>9.0} events/s", events as f64 / (pushed + finished));
    memory("bulk");
    late(&store, tickets).await?;
    let (start, used) = (std::time::Instant::now(), core_seconds());
    store.rebuild(facts::policies::Policies::default(), Arc::new(|_, _| ())).await?;
    let rebuilt = start.elapsed().as_secs_f64();
    let used = core_seconds() - used;
    let rate = events as f64 / rebuilt;
    println!("rebuild      {rebuilt:>9.2} s, {used:.2} s of a core, {rate:.0} events/s");
    memory("rebuild");
    let start = std::time::Instant::now();
    let middle = i64::try_from(tickets / 2)?;
    let past = store.as_of(Instant::from_micros(START_US + middle * STEP_US)).await?;
    println!(
        "as of half   {:>9.2} s, {} tickets",
        start.elapsed().as_secs_f64(),
        past.tickets_count()
    );
    memory("as of");
    Ok(())
}

/// One event of a stored ticket, then of a thousand spread over all.
async fn late(store: &Store, tickets: u64) -> Outcome<()> {
    let event = |ticket: u64, n: u64| {
        let mut event = history(ticket).next().ok_or("a history has a beginning")?;
        event.entry.id = Text::from(format!("late-{n}"));
        event.entry.kind = Kind::Message(Message::default());
        Ok::<_, Box<dyn Error>>(event)
    };
    let mut worst = 0.0_f64;
    for n in 0..20 {
        let one = event(n * 7_919 % tickets, n)?;
        let start = std::time::Instant::now();
        store.accept(vec![one]).await?;
        worst = worst.max(start.elapsed().as_secs_f64());
    }
    println!("one event    {:>9.1} ms at worst of 20", worst * 1e3);
    let many: Result<Vec<_>, _> =
        (0..1_000).map(|n| event(n * 104_729 % tickets, n + 100)).collect();
    let many = many?;
    let start = std::time::Instant::now();
    store.accept(many).await?;
    println!("1000 events  {:>9.1} ms, spread over all", start.elapsed().as_secs_f64() * 1e3);
    let recent: Result<Vec<_>, _> =
        (0..1_000).map(|n| event(tickets - 1 - n * 7 % (tickets / 20).max(1), n + 2_000)).collect();
    let recent = recent?;
    let start = std::time::Instant::now();
    store.accept(recent).await?;
    println!("1000 events  {:>9.1} ms, of recent tickets", start.elapsed().as_secs_f64() * 1e3);
    let start = std::time::Instant::now();
    store.seal_all().await?;
    println!("seal all     {:>9.2} s", start.elapsed().as_secs_f64());
    Ok(())
}

const START_US: i64 = 1_700_000_000_000_000;
const STEP_US: i64 = 9_000_000;

/// The events of one ticket: created, assigned, a talk, solved, rated.
fn history(ticket: u64) -> impl Iterator<Item = Event> {
    let created = START_US + i64::try_from(ticket).unwrap_or(0) * STEP_US;
    (0..EVENTS_A_TICKET).map(move |step| {
        let spread = (ticket.wrapping_mul(2_654_435_761) >> (step % 8)) % 7_200 + 60;
        let at = created + i64::try_from(step * spread).unwrap_or(0) * 1_000_000;
        let agent = Text::from(format!("agent-{}", ticket % 40));
        let role = if step % 3 == 0 { Role::Requester } else { Role::Agent };
        let id = if step % 3 == 0 {
            Text::from(format!("c-{}", ticket % 50_000))
        } else {
            agent.clone()
        };
        let kind = match step {
            0 => Kind::Created(Box::new(Created {
                channel: Some(["email", "chat", "phone", "web"][(ticket % 4) as usize].into()),
                requester: Some(id.clone()),
                priority: Some(["low", "normal", "high"][(ticket % 3) as usize].into()),
                group: Some(["billing", "tech", "sales"][(ticket % 3) as usize].into()),
                tags: vec![Text::from(format!("tag-{}", ticket % 30))],
                ..Created::default()
            })),
            1 => Kind::Assigned { agent: Change::Set(agent), group: Change::Keep },
            2 | 3 | 5 | 6 => {
                Kind::Message(Message { length: u32::try_from(spread).ok(), ..Message::default() })
            }
            4 => Kind::Status { status: Status::Pending, vendor: None },
            7 => Kind::Status { status: Status::Solved, vendor: None },
            8 => Kind::CsatOffered,
            _ => Kind::Rated {
                score: Score::from_thousandths(
                    i32::try_from(ticket % 5).unwrap_or(0) * 1000 + 1000,
                ),
                scale_min: Score::from_thousandths(1000),
                scale_max: Score::from_thousandths(5000),
                agent: None,
            },
        };
        let entry = Entry {
            id: Text::from(format!("{ticket}-{step}")),
            sequence: None,
            at: Instant::from_micros(at),
            seen: Instant::from_micros(at),
            actor: Actor { id: Some(id), role, team: None },
            kind,
            origin: None,
            extra: None,
        };
        Event {
            source: "bench".into(),
            ticket: Text::from(format!("{}", 1_000_000 + ticket)),
            entry,
        }
    })
}

/// Seconds of one core this process used so far, where the system tells: on a busy machine they say
/// more than the clock on the wall.
fn core_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // After the name in brackets; user and system time are the 14th and 15th field, in 1/100 s.
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
    fields.filter_map(|field| field.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// The most memory this process ever held, where the system tells.
fn memory(after: &str) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    if let Some(line) = status.lines().find(|line| line.starts_with("VmHWM")) {
        println!("peak memory after {after}: {}", line.trim_start_matches("VmHWM:").trim());
    }
}
