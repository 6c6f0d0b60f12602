//! The ten questions of a dashboard, warm, with some tickets changed since they were sealed.
//!
//! `cargo bench -p engine --bench dashboard -- --data DIR [--json FILE] [--runs 5]
//! [--overlay 0,10000,100000]` opens a data folder (use a copy: it accepts events) and prints the
//! best time of each question. `bench/duckdb_compare.py` reads the JSON.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark prints what it measured"
)]

use engine::{Engine, Settings};
use event::{Actor, Entry, Event, FixedClock, Instant, Kind, Message, Role, Visibility};
use facts::Table;
use semantic::{Answer, Catalog, Question};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use store::{Options, Store};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

struct Arguments {
    data: PathBuf,
    json: Option<PathBuf>,
    questions: PathBuf,
    runs: usize,
    overlay: Vec<usize>,
}

fn main() -> Result<()> {
    let Some(arguments) = arguments()? else { return Ok(()) };
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?
        .block_on(run(arguments))
}

/// `None` where cargo runs all benchmarks without a data folder.
fn arguments() -> Result<Option<Arguments>> {
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    let mut words = std::env::args().skip(1).filter(|word| word != "--bench");
    while let Some(word) = words.next() {
        let name = word.strip_prefix("--").ok_or_else(|| format!("unknown argument {word}"))?;
        let value = words.next().ok_or_else(|| format!("--{name} takes a value"))?;
        found.insert(name.to_owned(), value);
    }
    let Some(data) = found.get("data") else {
        eprintln!("give --data DIR, a data folder made by `deskmeter import`");
        return Ok(None);
    };
    let here = concat!(env!("CARGO_MANIFEST_DIR"), "/../../bench/questions.json");
    let overlay = found.get("overlay").map_or("0,10000,100000", String::as_str);
    Ok(Some(Arguments {
        data: PathBuf::from(data),
        json: found.get("json").map(PathBuf::from),
        questions: found.get("questions").map_or_else(|| PathBuf::from(here), PathBuf::from),
        runs: found.get("runs").map_or(Ok(5), |runs| runs.parse())?,
        overlay: overlay.split(',').map(str::parse).collect::<std::result::Result<_, _>>()?,
    }))
}

async fn run(arguments: Arguments) -> Result<()> {
    let clock: Arc<FixedClock> = Arc::new(FixedClock(Instant::from_micros(0)));
    let store = Store::open(&arguments.data, Options::new(clock)).await?;
    store.seal_all().await?;
    let now = present(&store);
    let catalog = Catalog::shipped().map_err(|issues| format!("{issues:?}"))?;
    let mut settings = Settings::new(Arc::new(FixedClock(now)));
    settings.keep_answers = false;
    let engine = Engine::new(store.clone(), Arc::new(catalog), settings)?;
    let agent = busiest_agent(&engine).await?;
    let text = std::fs::read_to_string(&arguments.questions)?
        .replace("{now}", &now.to_string())
        .replace("{agent}", &agent);
    let entries: Vec<Value> = serde_json::from_str(&text)?;
    let mut report = describe(&store, now, &agent);
    let mut results: Vec<Value> = Vec::new();
    for changed in &arguments.overlay {
        change(&store, *changed, now).await?;
        for (place, entry) in entries.iter().enumerate() {
            let question = Question::from_value(entry["question"].clone())
                .map_err(|issues| format!("{issues:?}"))?;
            let (answer, times) = time(&engine, &question, arguments.runs).await?;
            let best = times.iter().copied().fold(f64::INFINITY, f64::min);
            println!("{best:9.1} ms  {changed:>7} changed  {}", entry["name"]);
            if results.len() <= place {
                results.push(describe_answer(entry, &answer));
            }
            results[place]["ms"][changed.to_string()] = json!(times);
        }
    }
    report["questions"] = Value::Array(results);
    report["visible_ms"] = json!(visible(&store, &engine, now).await?);
    println!("{:9.1} ms  until a changed ticket is in an answer", report["visible_ms"]);
    if let Some(path) = &arguments.json {
        std::fs::write(path, serde_json::to_vec_pretty(&report)?)?;
    }
    Ok(())
}

/// Just after the last event of the data.
fn present(store: &Store) -> Instant {
    let snapshot = store.snapshot();
    let last = snapshot.freshness.values().map(|source| source.last_event_at).max();
    last.unwrap_or(Instant::from_micros(0)).plus(1_000_000)
}

async fn busiest_agent(engine: &Engine) -> Result<String> {
    let mut question = Question::about(["first_response_time"]);
    question.by = vec!["agent".to_owned()];
    let answer = engine.ask(&question).await?;
    let size = |row: &&semantic::answer::Row| row.cells.values().map(|cell| cell.n).sum::<i64>();
    let busiest =
        answer.rows.iter().filter(|row| row.dimensions["agent"] != "(none)").max_by_key(size);
    Ok(busiest.map(|row| row.dimensions["agent"].clone()).unwrap_or_default())
}

async fn time(engine: &Engine, question: &Question, runs: usize) -> Result<(Answer, Vec<f64>)> {
    let answer = engine.ask(question).await?;
    let mut times = Vec::with_capacity(runs);
    for _ in 0..runs {
        let start = std::time::Instant::now();
        engine.ask(question).await?;
        times.push(start.elapsed().as_secs_f64() * 1_000.0);
    }
    Ok((answer, times))
}

fn describe(store: &Store, now: Instant, agent: &str) -> Value {
    let snapshot = store.snapshot();
    let files: BTreeMap<&str, Vec<PathBuf>> = Table::ALL
        .iter()
        .map(|table| {
            (table.name(), snapshot.segments.iter().map(|segment| segment.path(*table)).collect())
        })
        .collect();
    json!({
        "now": now.to_string(),
        "agent": agent,
        "tickets": snapshot.tickets_count(),
        "segments": snapshot.segments.len(),
        "bytes": snapshot.segments.iter().map(|segment| segment.stats().bytes).sum::<u64>(),
        "files": files,
    })
}

/// The rows of an answer that say something, as keys and values.
fn describe_answer(entry: &Value, answer: &Answer) -> Value {
    let rows = answer.rows.iter().filter_map(|row| {
        let cell = row.cells.values().next()?;
        cell.value?;
        let keys: Vec<&String> = row.time.iter().chain(row.dimensions.values()).collect();
        let values: Vec<Option<f64>> = match cell.statistics.is_empty() {
            true => vec![cell.value],
            false => answer
                .metrics
                .values()
                .next()?
                .statistics
                .iter()
                .map(|name| cell.statistics.get(name).and_then(|number| number.0))
                .collect(),
        };
        Some(json!({"keys": keys, "n": cell.n, "values": values}))
    });
    json!({
        "name": entry["name"],
        "from": answer.period.from,
        "to": answer.period.to,
        "rows": rows.collect::<Vec<_>>(),
        "ms": {},
    })
}

/// Writes an internal note, which changes no number, on tickets until `wanted` lie in the overlay:
/// four of five among the newest tenth, as work is.
async fn change(store: &Store, wanted: usize, now: Instant) -> Result<()> {
    const BATCH: usize = 20_000;
    let snapshot = store.snapshot();
    let count = u32::try_from(snapshot.tickets_count())?;
    let wanted = wanted.min(count as usize * 9 / 10);
    let mut seed = 0x9E37_79B9_7F4A_7C15_u64;
    let mut draw = |below: u32| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u32::try_from((seed >> 33) % u64::from(below.max(1))).unwrap_or(0)
    };
    loop {
        let missing = wanted.saturating_sub(usize::try_from(store.snapshot().overlay.tickets())?);
        if missing == 0 {
            return Ok(());
        }
        let newest = (count / 10).max(1);
        let numbers: std::collections::BTreeSet<u32> = (0..missing.min(BATCH))
            .map(|place| match place % 5 {
                0 => draw(count),
                _ => count - newest + draw(newest),
            })
            .collect();
        let numbers: Vec<u32> = numbers.into_iter().collect();
        let tickets = store.snapshot().tickets(&numbers)?;
        let events = numbers
            .iter()
            .zip(tickets)
            .filter_map(|(number, stored)| stored.map(|stored| note(*number, stored, now)))
            .collect();
        store.accept(events).await?;
    }
}

fn note(number: u32, stored: store::Stored, now: Instant) -> Event {
    Event {
        source: stored.source,
        ticket: stored.ticket,
        entry: Entry {
            id: format!("bench-{number}-{}", stored.timeline.len()).into(),
            sequence: None,
            at: now.plus(-1),
            seen: now.plus(-1),
            actor: Actor { id: None, role: Role::System, team: None },
            kind: Kind::Message(Message {
                visibility: Visibility::Internal,
                automated: true,
                ..Message::default()
            }),
            origin: None,
            extra: None,
        },
    }
}

/// Milliseconds from handing in an event until an answer counts it; the worst of ten.
async fn visible(store: &Store, engine: &Engine, now: Instant) -> Result<f64> {
    let question = Question::about(["volume"]);
    let mut worst = Duration::ZERO;
    for round in 0..10 {
        let before = total(&engine.ask(&question).await?);
        let ticket = format!("bench-new-{}-{round}", std::process::id());
        let event = Event {
            source: "bench".into(),
            ticket: ticket.as_str().into(),
            entry: Entry {
                id: ticket.as_str().into(),
                sequence: None,
                at: now.plus(-1),
                seen: now.plus(-1),
                actor: Actor { id: Some("c".into()), role: Role::Requester, team: None },
                kind: Kind::Created(Box::default()),
                origin: None,
                extra: None,
            },
        };
        let start = std::time::Instant::now();
        store.accept(vec![event]).await?;
        let after = total(&engine.ask(&question).await?);
        worst = worst.max(start.elapsed());
        if (after - before - 1.0).abs() > 0.5 {
            return Err(format!("{before} tickets became {after}").into());
        }
    }
    Ok(worst.as_secs_f64() * 1_000.0)
}

fn total(answer: &Answer) -> f64 {
    answer.rows.iter().flat_map(|row| row.cells.values()).filter_map(|cell| cell.value).sum()
}
