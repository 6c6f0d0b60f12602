//! Histories and expectations as text.
//!
//! A history has one event a line: `time who verb arguments`. Times are on Monday 2026-03-02 in
//! UTC (`09:00`, `09:00:30`), some days later (`+1d 09:00`), or RFC 3339. Who is `c` (the
//! customer), `a1`, `a2`… (agents), `bot` or `rule`. `from=A` marks an entry that a merge copied.
//!
//! An expectation names a table's row and some of its columns: `ticket first_reply_us=15m`,
//! `turn0 outcome=answered`, or how many rows there are: `turns 2`. `-` is an absent value.

use arrow::array::{Array, AsArray};
use arrow::datatypes::{DataType, Float64Type, Int64Type, TimestampMicrosecondType};
use arrow::record_batch::RecordBatch;
use event::{
    Actor, Change, Created, Direction, Entry, EscalationKind, Instant, Kind, Message, Role, Score,
    Status, Tags, Text, Visibility,
};
use facts::timeline::arrange;
use facts::{FactTables, Facts, Folder, Policies, Table, TablesBuilder};

const MONDAY: &str = "2026-03-02T00:00:00Z";

pub(crate) fn folder(policies: &str) -> Folder {
    let policies: Policies = match policies.trim() {
        "" => Policies::default(),
        yaml => serde_saphyr::from_str(yaml).unwrap(),
    };
    Folder::new(&policies).unwrap()
}

pub(crate) fn fold(policies: &str, history: &str) -> Facts {
    folder(policies).fold("desk", "T", &timeline(history))
}

/// Folds a history and compares the columns that the expectation names.
pub(crate) fn check(policies: &str, history: &str, expected: &str) {
    let tables = tables(policies, history);
    let mut actual = Vec::new();
    let lines: Vec<String> = expected
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|line| !line.is_empty())
        .collect();
    for line in &lines {
        actual.push(answer(&tables, line));
    }
    assert_eq!(actual.join("\n"), lines.join("\n"), "\nof the history\n{history}");
}

pub(crate) fn tables(policies: &str, history: &str) -> FactTables {
    let timeline = timeline(history);
    let facts = folder(policies).fold("desk", "T", &timeline);
    let mut builder = TablesBuilder::new();
    builder.push(7, "desk", "T", &timeline, &facts);
    builder.finish()
}

/// The same line with the values that really are there.
fn answer(tables: &FactTables, line: &str) -> String {
    let (subject, rest) = line.split_once(' ').unwrap();
    if let Some(table) = Table::named(subject) {
        return format!("{subject} {}", tables[table].num_rows());
    }
    let digits = subject.find(|c: char| c.is_ascii_digit()).unwrap_or(subject.len());
    let table = match &subject[..digits] {
        "ticket" => Table::Tickets,
        "turn" => Table::Turns,
        "span" => Table::Spans,
        "clock" => Table::Clocks,
        "touch" => Table::Touches,
        "rating" => Table::Ratings,
        other => panic!("no table for {other}"),
    };
    let row = subject[digits..].parse().unwrap_or(0);
    let cells = rest.split(' ').map(|pair| {
        let (column, _) = pair.split_once('=').unwrap_or_else(|| panic!("{pair}"));
        format!("{column}={}", cell(&tables[table], column, row))
    });
    format!("{subject} {}", cells.collect::<Vec<_>>().join(" "))
}

pub(crate) fn cell(batch: &RecordBatch, column: &str, row: usize) -> String {
    let array = batch.column_by_name(column).unwrap_or_else(|| panic!("no column {column}"));
    if row >= array.len() {
        return "(no row)".to_owned();
    }
    if array.is_null(row) {
        return "-".to_owned();
    }
    match array.data_type() {
        DataType::Int64 if column.ends_with("_us") => {
            length(array.as_primitive::<Int64Type>().value(row))
        }
        DataType::Int64 => array.as_primitive::<Int64Type>().value(row).to_string(),
        DataType::Float64 => array.as_primitive::<Float64Type>().value(row).to_string(),
        DataType::Timestamp(..) => {
            let micros = array.as_primitive::<TimestampMicrosecondType>().value(row);
            time_of_day(Instant::from_micros(micros))
        }
        DataType::Utf8 => array.as_string::<i32>().value(row).to_owned(),
        DataType::Boolean => array.as_boolean().value(row).to_string(),
        DataType::List(_) => {
            let list = array.as_list::<i32>().value(row);
            let texts = list.as_string::<i32>();
            texts.iter().flatten().collect::<Vec<_>>().join(",")
        }
        other => panic!("no words for {other}"),
    }
}

fn length(micros: i64) -> String {
    let secs = micros / 1_000_000;
    let parts = [(secs / 3600, "h"), (secs / 60 % 60, "m"), (secs % 60, "s")];
    let text: String = parts
        .into_iter()
        .filter(|(number, _)| *number != 0)
        .map(|(number, unit)| format!("{number}{unit}"))
        .collect();
    if text.is_empty() { "0".to_owned() } else { text }
}

fn time_of_day(at: Instant) -> String {
    let secs = at.since(MONDAY.parse().unwrap()) / 1_000_000;
    let (day, secs) = (secs.div_euclid(86_400), secs.rem_euclid(86_400));
    let mut text = format!("{:02}:{:02}", secs / 3600, secs / 60 % 60);
    if secs % 60 != 0 {
        text = format!("{text}:{:02}", secs % 60);
    }
    if day == 0 { text } else { format!("{day:+}d{text}") }
}

/// The arranged timeline of a history.
pub(crate) fn timeline(history: &str) -> Vec<Entry> {
    let mut timeline: Vec<Entry> = history
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .enumerate()
        .map(|(number, line)| entry(number, line))
        .collect();
    arrange(&mut timeline);
    timeline
}

fn instant(words: &mut std::iter::Peekable<std::str::SplitWhitespace<'_>>) -> Instant {
    let mut word = words.next().unwrap();
    if word.contains('T') {
        return word.parse().unwrap();
    }
    let mut days: i64 = 0;
    if let Some(day) = word.strip_suffix('d') {
        days = day.parse().unwrap();
        word = words.next().unwrap();
    }
    let parts: Vec<i64> = word.split(':').map(|part| part.parse().unwrap()).collect();
    let secs = parts[0] * 3600 + parts[1] * 60 + parts.get(2).unwrap_or(&0);
    MONDAY.parse::<Instant>().unwrap().plus((days * 86_400 + secs) * 1_000_000)
}

fn entry(number: usize, line: &str) -> Entry {
    let mut words = line.split_whitespace().peekable();
    let at = instant(&mut words);
    let who = words.next().unwrap();
    let role = match who {
        "c" => Role::Requester,
        "bot" => Role::Bot,
        "rule" => Role::System,
        _ => Role::Agent,
    };
    let verb = words.next().unwrap_or_else(|| panic!("no verb in {line}"));
    let args: Vec<&str> = words.collect();
    let option = |name: &str| {
        args.iter().find_map(|arg| arg.strip_prefix(name)?.strip_prefix('=')).map(Text::from)
    };
    Entry {
        id: Text::from(format!("e{number:03}")),
        sequence: None,
        at,
        seen: at,
        actor: Actor { id: Some(who.into()), role, team: None },
        kind: kind(verb, &args, &option),
        origin: option("from"),
        extra: None,
    }
}

fn kind(verb: &str, args: &[&str], option: &dyn Fn(&str) -> Option<Text>) -> Kind {
    let first = || args.first().copied();
    let word = || Text::from(first().unwrap());
    let value = || first().filter(|word| *word != "-").map(Text::from);
    let change = || value().map_or(Change::Clear, Change::Set);
    let message = |visibility, automated| {
        let channel = option("on");
        Kind::Message(Message { visibility, automated, channel, ..Message::default() })
    };
    match verb {
        "creates" => Kind::Created(Box::new(created(args, option))),
        "writes" => message(Visibility::Public, false),
        "notes" => message(Visibility::Internal, false),
        "autoreplies" => message(Visibility::Public, true),
        "status" => Kind::Status { status: status(&word()), vendor: option("vendor") },
        "agent" => Kind::Assigned { agent: change(), group: Change::Keep },
        "group" => Kind::Assigned { agent: Change::Keep, group: change() },
        "priority" => Kind::Priority(value()),
        "type" => Kind::Type(value()),
        "tag" => Kind::Tags(Tags::Edit { add: vec![word()], remove: Vec::new() }),
        "field" => Kind::Field { name: word(), value: args.get(1).map(|text| (*text).into()) },
        "escalates" => Kind::Escalated {
            kind: match first() {
                Some("hierarchical") => EscalationKind::Hierarchical,
                _ => EscalationKind::Functional,
            },
            tier: None,
        },
        "merges" => Kind::Merged { into: word() },
        "splits" => Kind::Split { from: word() },
        "links" => Kind::Linked { kind: word(), to: args[1].into() },
        "sla" => Kind::Sla(value()),
        "schedule" => Kind::Schedule(value()),
        "offers" => Kind::CsatOffered,
        "rates" => {
            let (given, max) = first().unwrap().split_once('/').unwrap();
            let score = |text: &str| Score::from_thousandths(text.parse::<i32>().unwrap() * 1000);
            Kind::Rated {
                score: score(given),
                scale_min: option("min").map_or(score("1"), |min| score(&min)),
                scale_max: score(max),
                agent: option("agent"),
            }
        }
        "works" => Kind::Worked { agent: option("agent"), seconds: word().parse().unwrap() },
        other => panic!("no verb {other}"),
    }
}

fn created(args: &[&str], option: &dyn Fn(&str) -> Option<Text>) -> Created {
    let outbound = args.contains(&"outbound");
    Created {
        channel: option("channel"),
        requester: option("requester"),
        account: option("account"),
        direction: if outbound { Direction::Outbound } else { Direction::Inbound },
        priority: option("priority"),
        status: option("status").map(|name| status(&name)),
        group: option("group"),
        agent: option("agent"),
        tags: option("tag").into_iter().collect(),
        test: args.contains(&"test"),
        ..Created::default()
    }
}

fn status(name: &str) -> Status {
    serde_json::from_value(serde_json::Value::String(name.to_owned())).unwrap()
}
