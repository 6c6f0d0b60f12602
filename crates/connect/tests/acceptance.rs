//! The shipped acceptance mappings on the real data of others, where it is present: the known
//! totals, counted naively from the events, and the same events for shuffled and repeated rows.
//!
//! Set `SHARED_DATA` to the folder with the data; without it nothing is tested.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::cast_precision_loss,
    reason = "a test may"
)]

use connect::{Imported, Importer, Mapping};
use event::{Event, Instant, Kind, Status};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn data() -> Option<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "names a folder that only some machines have")]
    let folder = std::env::var_os("SHARED_DATA").map(PathBuf::from);
    let folder = folder.filter(|folder| folder.is_dir());
    if folder.is_none() {
        eprintln!("skipped: SHARED_DATA names no folder");
    }
    folder
}

fn import(mapping: &str, paths: Vec<PathBuf>) -> Imported {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../acceptance/mappings");
    let yaml = std::fs::read_to_string(folder.join(mapping)).unwrap();
    let mapping = Mapping::parse(&yaml).unwrap_or_else(|issues| panic!("{issues:#?}"));
    let seen: Instant = "2026-01-01T00:00:00Z".parse().unwrap();
    let imported = Importer::new(Some(mapping), paths, seen).gather();
    let imported = imported.unwrap_or_else(|error| panic!("{error:?}"));
    assert_eq!(imported.quarantined.len() as u64, imported.report.quarantined);
    imported
}

/// Tickets with their events, each once, in the order of time.
fn tickets(events: Vec<Event>) -> BTreeMap<String, Vec<Event>> {
    let mut unique: BTreeMap<String, Event> = BTreeMap::new();
    for event in events {
        unique.insert(format!("{}\0{}", event.ticket, event.entry.id), event);
    }
    let mut tickets: BTreeMap<String, Vec<Event>> = BTreeMap::new();
    for event in unique.into_values() {
        tickets.entry(event.ticket.to_string()).or_default().push(event);
    }
    for events in tickets.values_mut() {
        events.sort_by_key(|event| (event.entry.at, event.entry.id.clone()));
    }
    tickets
}

fn statuses(events: &[Event]) -> Vec<(Instant, Status)> {
    events
        .iter()
        .filter_map(|event| match event.entry.kind {
            Kind::Status { status, .. } => Some((event.entry.at, status)),
            _ => None,
        })
        .collect()
}

fn is_done(status: Status) -> bool {
    matches!(status, Status::Solved | Status::Closed)
}

fn reopened(events: &[Event]) -> bool {
    statuses(events).windows(2).any(|pair| is_done(pair[0].1) && !is_done(pair[1].1))
}

fn days(events: &[Event]) -> f64 {
    let at = || events.iter().map(|event| event.entry.at);
    at().max().unwrap().since(at().min().unwrap()) as f64 / 86_400e6
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn near(found: f64, expected: f64, digits: i32) {
    assert!((found - expected).abs() < 0.6 * 10f64.powi(-digits), "{found} is not {expected}");
}

#[test]
fn italian_helpdesk() {
    let Some(data) = data() else { return };
    for (mapping, file) in [
        ("italian_helpdesk_disco.yaml", "helpdesk_disco_export.csv.zst"),
        ("italian_helpdesk_full.yaml", "helpdesk_full_attributes.csv.zst"),
    ] {
        let Imported { events, quarantined: bad, report } =
            import(mapping, vec![data.join("italian_helpdesk").join(file)]);
        assert_eq!((report.rows, bad.len()), (21_348, 0));
        let tickets = tickets(events);
        assert_eq!((tickets.len(), report.tickets), (4580, 4580));
        let mut lives: Vec<f64> = tickets.values().map(|events| days(events)).collect();
        lives.sort_by(f64::total_cmp);
        near(mean(&lives), 40.858_408, 6);
        near((lives[2289] + lives[2290]) / 2.0, 39.859_219, 6);
        assert_eq!(tickets.values().filter(|events| reopened(events)).count(), 154);
        let taken = |events: &[Event]| {
            events.iter().filter(|event| matches!(event.entry.kind, Kind::Message(_))).count()
        };
        assert_eq!(tickets.values().filter(|events| taken(events) > 1).count(), 623);
        let last_closed = |events: &[Event]| statuses(events).last().unwrap().1 == Status::Closed;
        assert_eq!(tickets.values().filter(|events| last_closed(events)).count(), 4557);
    }
}

#[test]
fn bpic2013_is_the_same_as_csv_and_as_xes() {
    let Some(data) = data() else { return };
    let folder = data.join("bpic2013_closed_problems");
    let mut logs = Vec::new();
    for (mapping, file, mean_days) in [
        ("bpic2013_closed_csv.yaml", "BPI2013_closed.csv.zst", 178.884_876),
        ("bpic2013_closed_xes.yaml", "06_bpic2013_closed.xes.gz", 178.884_876),
        // The CSV taken at its word, as the published total was.
        ("bpic2013_closed_xes.yaml", "BPI2013_closed.csv.zst", 178.881_710),
    ] {
        let Imported { events, quarantined: bad, report } =
            import(mapping, vec![folder.join(file)]);
        assert_eq!((report.rows, bad.len()), (6660, 0), "{:?}", report.unmapped);
        let tickets = tickets(events);
        assert_eq!(tickets.len(), 1487);
        let resolution = |events: &[Event]| {
            let mut solved = statuses(events).into_iter().filter(|(_, status)| is_done(*status));
            solved.next_back().unwrap().0.since(events[0].entry.at) as f64 / 86_400e6
        };
        let lives: Vec<f64> = tickets.values().map(|events| resolution(events)).collect();
        near(mean(&lives), mean_days, 5);
        assert_eq!(tickets.values().filter(|events| reopened(events)).count(), 61);
        assert_eq!(tickets.values().filter(|events| ping_pong(events)).count(), 59);
        logs.push(tickets);
    }
    assert!(logs[0] == logs[1]);
}

fn ping_pong(events: &[Event]) -> bool {
    let mut groups = Vec::new();
    for event in events {
        if let Kind::Assigned { group: event::Change::Set(group), .. } = &event.entry.kind
            && groups.last() != Some(group)
        {
            groups.push(group.clone());
        }
    }
    let different: BTreeSet<_> = groups.iter().collect();
    different.len() < groups.len()
}

fn ratings(events: &[Event]) -> Vec<f64> {
    events
        .iter()
        .filter_map(|event| match event.entry.kind {
            Kind::Rated { score, .. } => Some(f64::from(score.thousandths()) / 1000.0),
            _ => None,
        })
        .collect()
}

#[test]
fn kaggle_support_tickets() {
    let Some(data) = data() else { return };
    let file = data.join("kaggle_support_tickets/customer_support_tickets.csv.zst");
    let Imported { events, quarantined: bad, report } =
        import("kaggle_support_tickets.yaml", vec![file]);
    assert_eq!((report.rows, report.blank_rows, bad.len()), (8469, 1, 0));
    assert_eq!(report.tickets, 8469);
    assert_eq!(report.backwards["solved before the first reply"].count, 1365);
    let scores = ratings(&events);
    assert_eq!(scores.len(), 2769);
    near(mean(&scores), 2.991_332_611, 9);
    let status = |wanted| {
        events.iter().filter(
            move |event| matches!(event.entry.kind, Kind::Status { status, .. } if status == wanted),
        )
    };
    assert_eq!((status(Status::Pending).count(), status(Status::Solved).count()), (2881, 2769));
    let mut channels: BTreeMap<String, u64> = BTreeMap::new();
    for event in &events {
        if let Kind::Created(created) = &event.entry.kind {
            *channels.entry(created.channel.clone().unwrap().to_string()).or_default() += 1;
        }
    }
    let channels: Vec<u64> = channels.into_values().collect();
    assert_eq!(channels, [2073, 2143, 2132, 2121]);
}

#[test]
fn synthetic_support_tickets() {
    let Some(data) = data() else { return };
    let file = data.join("synthetic_support_tickets_5k/customer_support_tickets.csv.zst");
    let Imported { events, quarantined: bad, report } =
        import("synthetic_support_tickets_5k.yaml", vec![file]);
    assert_eq!((report.rows, report.tickets, bad.len()), (5000, 5000, 0));
    let scores = ratings(&events);
    assert_eq!(scores.len(), 3724);
    near(mean(&scores), 2.969_119_226_6, 9);
    let flags = |name: &str| {
        let extra = events.iter().filter_map(|event| event.entry.extra.as_ref());
        extra.filter(|extra| extra[name] == "True").count()
    };
    assert_eq!((flags("response_sla_met"), flags("resolution_sla_met")), (2403, 3014));
    let replies: Vec<f64> =
        tickets(events).values().map(|events| minutes_to_reply(events)).collect();
    near(mean(&replies), 67.584_583_454_7, 6);
    assert_eq!(replies.iter().filter(|minutes| **minutes <= 30.0).count(), 2403);
}

fn minutes_to_reply(events: &[Event]) -> f64 {
    let at = |wanted: event::Role| {
        let mut found = events.iter().filter(|event| {
            event.entry.actor.role == wanted && matches!(event.entry.kind, Kind::Message(_))
        });
        found.next().unwrap().entry.at
    };
    at(event::Role::Agent).since(at(event::Role::Requester)) as f64 / 60e6
}

#[test]
fn zendesk_tables() {
    let Some(data) = data() else { return };
    let Imported { events, quarantined: bad, report } =
        import("zendesk_warehouse.yaml", vec![data.join("dbt_seeds/zendesk")]);
    // One row of history sets a priority to `solved`; it is what the table says.
    assert_eq!((bad.len(), report.rows), (0, 10 + 20 + 38), "{bad:#?}");
    let by_file: Vec<u64> = report.files.iter().map(|file| file.rows).collect();
    assert_eq!(by_file.iter().sum::<u64>(), 68);
    let tickets = tickets(events);
    let solved = |ticket: &str| statuses(&tickets[ticket]).last().unwrap().1;
    assert_eq!(solved("1595"), Status::Deleted);
    assert_eq!(solved("16988"), Status::Solved);
    assert_eq!(solved("11071"), Status::Closed);
}

#[test]
fn order_and_repetition_of_rows_change_nothing() {
    let Some(data) = data() else { return };
    let folder = tempfile::tempdir().unwrap();
    for (mapping, file) in [
        ("italian_helpdesk_full.yaml", "italian_helpdesk/helpdesk_full_attributes.csv.zst"),
        ("bpic2013_closed_csv.yaml", "bpic2013_closed_problems/BPI2013_closed.csv.zst"),
    ] {
        let path = data.join(file);
        let packed = std::fs::File::open(&path).unwrap();
        let text = String::from_utf8(zstd::decode_all(packed).unwrap()).unwrap();
        let (header, rows) = text.split_once('\n').unwrap();
        let mut rows: Vec<&str> = rows.lines().collect();
        rows.reverse();
        rows.rotate_left(1234);
        rows.extend(rows.clone().iter().step_by(3));
        let shuffled = folder.path().join("shuffled.csv");
        std::fs::write(&shuffled, format!("{header}\n{}\n", rows.join("\n"))).unwrap();
        let original = import(mapping, vec![path]).events;
        let other = import(mapping, vec![shuffled]).events;
        assert!(tickets(original) == tickets(other), "{file}");
    }
}
