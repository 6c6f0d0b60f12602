//! A small support desk, and a store's rows as text that two stores can be compared by.

use arrow::array::{AsArray, BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use arrow::datatypes::Int64Type;
use event::{
    Actor, Change, Created, Entry, Event, FixedClock, Instant, Kind, Message, Role, Score, Status,
    Tags, Text,
};
use facts::Table;
use facts::policies::Policies;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use store::{Options, SealPolicy, Snapshot, Store};

/// Tickets of the desk.
pub(crate) const TICKETS: u32 = 14;
/// Segments are tiny, so that a few tickets cross their borders.
pub(crate) const SEGMENT_ROWS: u32 = 4;

const START_US: i64 = 1_780_000_000_000_000;
const MINUTE_US: i64 = 60_000_000;

pub(crate) fn minute(minute: i64) -> Instant {
    Instant::from_micros(START_US + minute * MINUTE_US)
}

pub(crate) fn options() -> Options {
    Options {
        segment_rows: Some(SEGMENT_ROWS),
        threads: 2,
        // One row is enough for a segment to be due.
        seal: SealPolicy { rows: 1, ..SealPolicy::default() },
        ..Options::new(Arc::new(FixedClock(minute(100_000))))
    }
}

pub(crate) async fn open(dir: &Path) -> Store {
    open_with(dir, options()).await.unwrap()
}

/// Opens a folder with the state database that these tests are run on.
pub(crate) async fn open_with(dir: &Path, options: Options) -> store::Result<Store> {
    Store::open(dir, Options { state: crate::state::state_of(dir).await, ..options }).await
}

/// How many things are in the scratch folder. Where several processes share it each has a folder
/// of its own there, with a file that shows that it lives.
pub(crate) fn scratch_left(dir: &Path) -> usize {
    let names = |dir: &Path| {
        let entries = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
        entries.filter(|path| path.file_name().is_some_and(|name| name != "alive")).collect()
    };
    let scratch: Vec<std::path::PathBuf> = names(&dir.join("scratch"));
    match scratch.as_slice() {
        [own] if own.join("alive").exists() => names(own).len(),
        all => all.len(),
    }
}

pub(crate) fn quiet() -> store::Progress {
    Arc::new(|_, _| ())
}

/// Policies under which the same timelines give other rows.
pub(crate) fn other_policies() -> Policies {
    let mut policies = Policies::default();
    policies.sessions.channels = vec!["email".into()];
    policies.sessions.gap_minutes = 1;
    policies
}

/// The `n`th event of the desk: the same for the same number, on any of the tickets.
pub(crate) fn event(n: u32) -> Event {
    let ticket = n % TICKETS;
    let step = n / TICKETS;
    // Some numbers mix the steps, so that order of arrival and order of time differ.
    let at = i64::from(ticket) * 17 + i64::from(step * 7 % 31) * 11;
    let late = i64::from((n * 13) % 29) * 5;
    let role = [Role::Requester, Role::Agent, Role::Bot][(n as usize / 3) % 3];
    let actor = Actor { id: Some(Text::from(format!("a{}", n % 5))), role, team: None };
    let mut entry = Entry {
        id: Text::from(format!("e{n}")),
        sequence: (n.is_multiple_of(2)).then_some(u64::from(n)),
        at: minute(at),
        seen: minute(at + late),
        actor,
        kind: kind(ticket, step),
        origin: None,
        extra: None,
    };
    if step == 0 {
        entry.actor.role = Role::Agent;
        entry.at = minute(i64::from(ticket) * 17);
    }
    if n.is_multiple_of(11) {
        let extra = [("colour".into(), Text::from(format!("c{step}")))].into();
        entry.extra = Some(Box::new(extra));
    }
    Event { source: "desk".into(), ticket: Text::from(format!("t{ticket}")), entry }
}

fn kind(ticket: u32, step: u32) -> Kind {
    match step % 9 {
        0 => Kind::Created(Box::new(Created {
            channel: Some("email".into()),
            requester: Some(Text::from(format!("c{}", ticket % 4))),
            tags: vec!["first".into()],
            ..Created::default()
        })),
        1 | 4 => Kind::Message(Message { length: Some(step * 10), ..Message::default() }),
        2 => Kind::Status { status: Status::Open, vendor: Some("Offen".into()) },
        3 => Kind::Assigned {
            agent: Change::Set(Text::from(format!("a{}", step % 4))),
            group: if step.is_multiple_of(2) {
                Change::Keep
            } else {
                Change::Set("billing".into())
            },
        },
        // One ticket in three is merged away, in chains and in circles.
        5 if ticket.is_multiple_of(3) && step == 5 => {
            Kind::Merged { into: Text::from(format!("t{}", (ticket + 3) % TICKETS)) }
        }
        5 => Kind::Tags(Tags::Edit { add: vec!["more".into()], remove: vec!["first".into()] }),
        6 => Kind::Status { status: Status::Solved, vendor: None },
        7 => Kind::Rated {
            score: Score::from_thousandths(4000),
            scale_min: Score::from_thousandths(1000),
            scale_max: Score::from_thousandths(5000),
            agent: None,
        },
        _ => Kind::Priority(Some("high".into())),
    }
}

pub(crate) fn events(numbers: impl IntoIterator<Item = u32>) -> Vec<Event> {
    numbers.into_iter().map(event).collect()
}

/// Every row of every table, by ticket and table, without the number, which depends on arrival.
pub(crate) type Rows = BTreeMap<(String, &'static str), Vec<String>>;

pub(crate) fn rows(snapshot: &Snapshot) -> Rows {
    let mut names = BTreeMap::new();
    let mut rows = Rows::new();
    for table in Table::ALL {
        for batch in batches(snapshot, table) {
            for row in json(&batch) {
                let serde_json::Value::Object(mut row) = row else { panic!("a row is an object") };
                let number = row.remove("number").and_then(|number| number.as_i64()).unwrap();
                if table == Table::Tickets {
                    let name = format!("{}/{}", row["source"], row["ticket"]);
                    assert_eq!(names.insert(number, name), None, "ticket {number} twice");
                }
                let text = serde_json::Value::Object(row).to_string();
                rows.entry((names[&number].clone(), table.name())).or_default().push(text);
            }
        }
    }
    assert_eq!(names.len() as u64, snapshot.tickets_count());
    rows
}

/// The current rows of one table: those of segments that still count, and the overlay's.
pub(crate) fn batches(snapshot: &Snapshot, table: Table) -> Vec<RecordBatch> {
    let mut all = Vec::new();
    for segment in &snapshot.segments {
        let file = std::fs::File::open(segment.path(table)).unwrap();
        let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap();
        for batch in reader {
            let batch = batch.unwrap();
            let numbers = batch.column(0).as_primitive::<Int64Type>().values();
            assert!(numbers.is_sorted(), "{table} is not in the order of tickets");
            let fresh = snapshot.overlay.fresh();
            let keep: BooleanArray = numbers
                .iter()
                .map(|number| Some(!fresh.contains(u32::try_from(*number).unwrap())))
                .collect();
            all.push(filter_record_batch(&batch, &keep).unwrap());
        }
    }
    all.extend(snapshot.overlay.rows(table, None).unwrap());
    all
}

pub(crate) fn json(batch: &RecordBatch) -> Vec<serde_json::Value> {
    let mut writer = arrow::json::LineDelimitedWriter::new(Vec::new());
    writer.write(batch).unwrap();
    writer.finish().unwrap();
    let text = String::from_utf8(writer.into_inner()).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The rows of a new store that was given these events in one bulk import.
pub(crate) async fn rows_of(events: Vec<Event>) -> Rows {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    let bulk = store.bulk().unwrap();
    bulk.push(&events).unwrap();
    bulk.finish(quiet()).await.unwrap();
    let rows = rows(&store.snapshot());
    store.close().await;
    rows
}

/// The rows of a new store that was given the first `n` events; worked out once for all tests.
pub(crate) async fn rows_of_first(n: u32) -> Arc<Rows> {
    static KNOWN: Mutex<BTreeMap<u32, Arc<Rows>>> = Mutex::new(BTreeMap::new());
    let known = KNOWN.lock().unwrap().get(&n).cloned();
    match known {
        Some(rows) => rows,
        None => {
            let rows = Arc::new(rows_of(events(0..n)).await);
            KNOWN.lock().unwrap().insert(n, Arc::clone(&rows));
            rows
        }
    }
}

/// Fails with the first difference instead of two screens of rows.
#[track_caller]
pub(crate) fn assert_same(found: &Rows, expected: &Rows) {
    for (key, row) in expected {
        assert_eq!(found.get(key), Some(row), "{key:?} differs");
    }
    for key in found.keys() {
        assert!(expected.contains_key(key), "{key:?} should not be there");
    }
}

pub(crate) fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap()
        .block_on(work)
}
