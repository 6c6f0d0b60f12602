//! Months of a desk in minutes: the clock is moved by hand, and what must not grow is looked at.
//!
//! Every six hours the events since come in and the segments are sealed that are due; every day
//! the other jobs run and the same questions are asked; every week policies change and everything
//! is folded again, every month the rules of retention change, somebody is erased and the folder
//! is closed and opened. At the end every answer must be that of a new folder to which the same
//! events were given at once.
//!
//! `SOAK_MONTHS=24 SOAK_TICKETS=20000 cargo test --test soak -- --ignored --nocapture` takes more
//! months and more tickets in each, and prints how long a question took and what the folder holds,
//! month by month.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a test fails by panicking")]

use engine::Engine;
use event::{Clock, Event, Instant};
use facts::Policies;
use jobs::{Compact, Job, Retention, Runner, Seal};
use semantic::{Catalog, Question};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs::DirEntry;
use std::iter::Peekable;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant as Stopwatch};
use store::{Care, ErasureRequest, Options, SealPolicy, Store};
use testkit::generate::{self, Settings};

const HOUR_US: i64 = 3_600_000_000;
const MIB: f64 = 1_048_576.0;
/// Hours from one look to the next.
const STEP: i64 = 6;
/// Hours of a month of the simulation.
const MONTH: i64 = 30 * 24;
/// Tickets of a segment, so that months make many.
const SEGMENT: u32 = 1_024;
/// Files of a segment: its tables, and the one to look tickets up in.
const SEGMENT_FILES: u64 = 7;
/// Other files of a folder: the state database with its logs, lock, marks, scratch.
const OTHER_FILES: u64 = 6;
/// Bytes of the state database that do not depend on how many tickets there are.
const STATE_BYTES: u64 = 16 << 20;
/// Bytes of the state database for each ticket: its number, and where it is.
const STATE_BYTES_TICKET: u64 = 256;

/// A clock that is moved by hand.
#[derive(Debug)]
struct Moving(AtomicI64);

impl Moving {
    fn set(&self, now: Instant) {
        self.0.store(now.micros(), Ordering::Relaxed);
    }
}

impl Clock for Moving {
    fn now(&self) -> Instant {
        Instant::from_micros(self.0.load(Ordering::Relaxed))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "half a minute for each month: `make soak`"]
async fn months_leave_files_memory_and_questions_bounded() {
    let months = setting("SOAK_MONTHS").unwrap_or(1);
    let settings = Settings {
        tickets: setting("SOAK_TICKETS").unwrap_or(1_500) * months,
        months: u32::try_from(months).unwrap(),
        ..Settings::default()
    };
    let start = Instant::from_micros(
        settings.until.micros() - i64::try_from(months).unwrap() * MONTH * HOUR_US,
    );
    let clock = Arc::new(Moving(AtomicI64::new(start.micros())));
    let dir = tempfile::tempdir().unwrap();
    let mut engine = open(dir.path(), &clock).await;
    let mut stream = Stream::new(&settings);
    println!(
        "| month | tickets | events | files | folder, MiB | state, MiB | resident, MiB | last 28 \
         days, ms | all months, ms | folded again, ms |\n|{}",
        " ---: |".repeat(10)
    );
    let mut took = Took::default();
    for hour in
        (STEP..=i64::try_from(months).unwrap() * MONTH).step_by(usize::try_from(STEP).unwrap())
    {
        let now = Instant::from_micros(start.micros() + hour * HOUR_US);
        clock.set(now);
        let events = stream.until(now);
        engine.store().submit(events).await.unwrap().applied().await.unwrap();
        run(&engine, &clock, Seal).await;
        if hour % 24 == 0 {
            run(&engine, &clock, Compact).await;
            run(&engine, &clock, Retention).await;
            let left = engine.store().retention_plan().await.unwrap();
            assert_eq!(left.tickets, 0, "retention leaves nothing that is due");
            took.ask(&engine).await;
        }
        if hour % (7 * 24) == 0 {
            let began = Stopwatch::now();
            let other = policies(&settings, hour / (7 * 24));
            engine.store().rebuild(other, Arc::new(|_, _| ())).await.unwrap();
            took.folded = began.elapsed();
        }
        if hour % MONTH == 0 {
            let month = hour / MONTH;
            let rules =
                json!({"rules": [{"field": "text", "after": format!("{}d", 30 + month % 2)}]});
            engine.store().set_retention(&serde_json::from_value(rules).unwrap()).await.unwrap();
            erase(&engine, month).await;
            bounded(&engine, &stream, month, &mut took).await;
            let store = engine.store().clone();
            drop(engine);
            store.close().await;
            engine = open(dir.path(), &clock).await;
        }
    }
    let answers = answers(&engine).await;
    drop(engine);
    let care = Care { repair: false, backup: None };
    let found = store::doctor(dir.path(), options(&clock), care).await.unwrap();
    assert!(found.is_well(), "{found:?}");

    let clean = tempfile::tempdir().unwrap();
    let engine = open(clean.path(), &clock).await;
    let all = generate::events(&settings).filter(|event| event.entry.at <= clock.now());
    let bulk = engine.store().bulk().unwrap();
    bulk.push(all.collect::<Vec<_>>()).unwrap();
    bulk.finish(Arc::new(|_, _| ())).await.unwrap();
    let last = i64::try_from(months).unwrap() * MONTH / (7 * 24);
    let policies = policies(&settings, last);
    engine.store().rebuild(policies, Arc::new(|_, _| ())).await.unwrap();
    assert_eq!(self::answers(&engine).await, answers, "those of a clean import");
}

fn setting(name: &str) -> Option<u64> {
    #[expect(clippy::disallowed_methods, reason = "how a test is told how long to run")]
    std::env::var(name).ok()?.parse().ok()
}

fn options(clock: &Arc<Moving>) -> Options {
    let mut options = Options::new(Arc::clone(clock) as Arc<dyn Clock>);
    options.segment_rows = Some(SEGMENT);
    options
}

async fn open(dir: &Path, clock: &Arc<Moving>) -> Engine {
    let store = Store::open(dir, options(clock)).await.unwrap();
    let mut settings = engine::Settings::new(Arc::clone(clock) as Arc<dyn Clock>);
    // Every question is to be worked out.
    settings.keep_answers = false;
    Engine::new(store, Arc::new(Catalog::shipped().unwrap()), settings).unwrap()
}

/// The desk's own policies with one of two gaps between sessions.
fn policies(settings: &Settings, turn: i64) -> Policies {
    let mut value: Value = serde_saphyr::from_str(&generate::policies(settings)).unwrap();
    value["sessions"] = json!({"gap_minutes": 10 + turn % 2});
    serde_json::from_value(value).unwrap()
}

async fn run(engine: &Engine, clock: &Arc<Moving>, job: impl Job) {
    let kind = job.kind();
    let clock = Arc::clone(clock) as Arc<dyn Clock>;
    let runner = Runner::new(engine.store().clone(), clock, "soak").with(job);
    runner.once(kind).await.unwrap();
}

/// Takes one customer out of everything.
async fn erase(engine: &Engine, month: i64) {
    let request = json!({"ids": [format!("customer-{month:05}")]});
    let request: ErasureRequest = serde_json::from_value(request).unwrap();
    engine.store().erase(request, Arc::new(|_, _| ())).await.unwrap();
}

/// The events of a desk in the order in which they happened.
struct Stream {
    tickets: Peekable<generate::Tickets>,
    /// Events of tickets that were begun, by when they happen.
    ahead: BTreeMap<(Instant, u64), Event>,
    begun: u64,
    numbered: u64,
    sent: u64,
}

impl Stream {
    fn new(settings: &Settings) -> Self {
        let tickets = generate::tickets(settings).peekable();
        Self { tickets, ahead: BTreeMap::new(), begun: 0, numbered: 0, sent: 0 }
    }

    /// Everything until an instant that was not given yet.
    fn until(&mut self, now: Instant) -> Vec<Event> {
        while let Some(ticket) = self.tickets.next_if(|ticket| ticket[0].entry.at <= now) {
            self.begun += 1;
            for event in ticket {
                self.numbered += 1;
                self.ahead.insert((event.entry.at, self.numbered), event);
            }
        }
        let later = self.ahead.split_off(&(now, u64::MAX));
        let due: Vec<Event> = std::mem::replace(&mut self.ahead, later).into_values().collect();
        self.sent += due.len() as u64;
        due
    }
}

/// How long what took, since somebody last looked.
#[derive(Default)]
struct Took {
    recent: Vec<Duration>,
    all: Vec<Duration>,
    folded: Duration,
}

impl Took {
    async fn ask(&mut self, engine: &Engine) {
        for (question, is_recent) in questions().iter().zip([true, true, false]) {
            let began = Stopwatch::now();
            engine.ask(question).await.unwrap();
            let times = if is_recent { &mut self.recent } else { &mut self.all };
            times.push(began.elapsed());
        }
    }
}

/// Two about the last weeks, and one about everything.
fn questions() -> [Question; 3] {
    [
        json!({"metrics": ["volume", "first_response_time", "csat"], "by": ["channel"],
               "range": "last 28 days", "zone": "UTC"}),
        json!({"metrics": ["backlog"], "every": "day", "range": "last 28 days", "zone": "UTC"}),
        json!({"metrics": ["volume", "full_resolution_time"], "by": ["group"], "range": "all",
               "zone": "UTC"}),
    ]
    .map(|question| serde_json::from_value(question).unwrap())
}

async fn answers(engine: &Engine) -> Vec<Value> {
    let mut rows = Vec::new();
    for question in &questions() {
        let answer = engine.ask(question).await.unwrap();
        rows.push(serde_json::to_value(&answer.rows).unwrap());
    }
    rows
}

/// Fails where something has grown that must not, and prints the month.
async fn bounded(engine: &Engine, stream: &Stream, month: i64, took: &mut Took) {
    let store = engine.store();
    let gauges = store.gauges();
    let needed = stream.begun.div_ceil(SEGMENT.into());
    assert!(gauges.segments <= needed, "{} segments instead of {needed}", gauges.segments);
    let policy = SealPolicy::default();
    assert!(gauges.overlay_tickets <= policy.rows_total, "{gauges:?}");
    assert!(gauges.unsealed_age_us <= policy.age_us + STEP * HOUR_US, "{gauges:?}");
    let (mut files, mut bytes, mut state) = (Vec::new(), 0, 0);
    for entry in files_of(store.dir()) {
        let length = entry.metadata().unwrap().len();
        files.push(entry.path());
        bytes += length;
        if entry.file_name().to_string_lossy().starts_with("state.db") {
            state += length;
        }
    }
    let most = gauges.segments * SEGMENT_FILES + OTHER_FILES;
    let count = files.len() as u64;
    assert!(count <= most, "{count} files of {} segments: {files:#?}", gauges.segments);
    let most = STATE_BYTES + STATE_BYTES_TICKET * stream.begun;
    assert!(state <= most, "the state takes {state} bytes for {} tickets", stream.begun);
    let median = |times: &mut Vec<Duration>| {
        times.sort_unstable();
        let middle = times.get(times.len() / 2).copied().unwrap_or_default();
        times.clear();
        middle.as_micros() as f64 / 1e3
    };
    println!(
        "| {month} | {} | {} | {count} | {:.1} | {:.1} | {:.0} | {:.1} | {:.1} | {} |",
        stream.begun,
        stream.sent,
        bytes as f64 / MIB,
        state as f64 / MIB,
        resident() / MIB,
        median(&mut took.recent),
        median(&mut took.all),
        took.folded.as_millis(),
    );
}

/// Every file below a folder.
fn files_of(folder: &Path) -> Vec<DirEntry> {
    let entries = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
    entries.fold(Vec::new(), |mut files, entry| {
        if entry.file_type().unwrap().is_dir() {
            files.extend(files_of(&entry.path()));
        } else {
            files.push(entry);
        }
        files
    })
}

/// Bytes of memory that this process has.
fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse::<f64>().unwrap_or(f64::NAN) * 1024.0
}
