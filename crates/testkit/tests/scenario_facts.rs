//! Every scenario's `facts:` against the fold itself: no store, no engine, just the timeline.
//!
//! The runner in `engine/tests/scenarios.rs` asks the questions, of tables that went through the
//! store; it does not look at the `facts:` again.

use arrow::json::ArrayWriter;
use arrow::record_batch::RecordBatch;
use event::Entry;
use facts::{FactTables, Folder, Policies, Table, TablesBuilder, timeline};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use testkit::scenario::{self, Scenario};

type Row = Map<String, Value>;

#[test]
fn facts_come_out_as_expected_in_whatever_order_events_arrive() {
    let folder = folder();
    let mut failures = Vec::new();
    let files = scenario::files(&folder).unwrap();
    assert!(files.len() >= 30, "only {} scenarios in {}", files.len(), folder.display());
    for path in files {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        match Scenario::load(&path) {
            Ok(scenario) => {
                let wrong = check(&scenario).into_iter().map(|line| format!("{name}: {line}"));
                failures.extend(wrong);
            }
            Err(error) => failures.push(format!("{name}: {error}")),
        }
    }
    assert!(failures.is_empty(), "{} differences:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn every_expectation_names_a_column() {
    for path in scenario::files(&folder()).unwrap() {
        let Ok(scenario) = Scenario::load(&path) else { continue };
        for (ticket, expected) in &scenario.facts {
            for (column, value) in expected {
                let child = Table::named(column).filter(|_| value.is_array());
                let known = child.is_some() || Table::Tickets.column(column).is_some();
                assert!(known, "{}: {ticket}.{column}", path.display());
                let rows = value.as_array().into_iter().flatten().filter_map(Value::as_object);
                for key in rows.flat_map(Map::keys) {
                    let table = child.unwrap_or(Table::Tickets);
                    assert!(table.column(key).is_some(), "{}: {table}.{key}", path.display());
                }
            }
        }
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios")
}

/// The differences, or what keeps the scenario from running.
fn check(scenario: &Scenario) -> Vec<String> {
    let policies: Policies = match serde_json::from_value(scenario.policies.clone()) {
        Ok(policies) => policies,
        Err(error) => return vec![format!("policies: {error}")],
    };
    let folder = match Folder::new(&policies) {
        Ok(folder) => folder,
        Err(issues) => return issues.iter().map(ToString::to_string).collect(),
    };
    let mut differences = compare(scenario, &folder, &scenario.events);
    for seed in 0..3 {
        let disordered = compare(scenario, &folder, &scenario.disordered(seed));
        if disordered != differences {
            differences.push(format!("order of arrival matters (seed {seed}): {disordered:?}"));
        }
    }
    differences
}

fn compare(scenario: &Scenario, folder: &Folder, events: &[event::Event]) -> Vec<String> {
    let timelines = timelines(events);
    let mut builder = TablesBuilder::new();
    for (number, ((source, ticket), timeline)) in (0..).zip(&timelines) {
        let facts = folder.fold(source, ticket, timeline);
        builder.push(number, source, ticket, timeline, &facts);
    }
    let tables = builder.finish();
    let tickets = rows(&tables, Table::Tickets);
    let empty = Row::new();
    let mut differences = Vec::new();
    for (ticket, expected) in &scenario.facts {
        let row = tickets.iter().find(|row| row.get("ticket") == Some(&ticket.as_str().into()));
        let row = row.unwrap_or(&empty);
        let children = |table: &str| -> Vec<Row> {
            let all = Table::named(table).map(|table| rows(&tables, table)).unwrap_or_default();
            all.into_iter().filter(|child| child.get("number") == row.get("number")).collect()
        };
        let found = scenario::expect::facts(ticket, expected, row, &children, &scenario.zone);
        differences.extend(found.iter().map(ToString::to_string));
    }
    differences
}

/// Timelines by source and ticket, with the messages of merged-away tickets copied. Stands in for
/// the store, whose own copying the questions of the merge scenarios check.
fn timelines(events: &[event::Event]) -> BTreeMap<(String, String), Vec<Entry>> {
    let mut timelines: BTreeMap<(String, String), Vec<Entry>> = BTreeMap::new();
    for event in events {
        let key = (event.source.to_string(), event.ticket.to_string());
        timelines.entry(key).or_default().push(event.entry.clone());
    }
    timelines.values_mut().for_each(timeline::arrange);
    // A chain of merges needs as many rounds as it has links.
    for _ in 0..timelines.len() {
        let before = timelines.clone();
        for ((source, ticket), timeline) in &before {
            for (into, copies) in timeline::derived(ticket, timeline) {
                let key = (source.clone(), into.to_string());
                let target = timelines.entry(key).or_default();
                *target = timeline::merge(std::mem::take(target), copies);
            }
        }
        if timelines == before {
            break;
        }
    }
    timelines
}

/// The rows of a table as JSON objects, nested columns left out.
fn rows(tables: &FactTables, table: Table) -> Vec<Row> {
    let batch = &tables[table];
    let flat: Vec<usize> = (0..batch.num_columns())
        .filter(|at| batch.schema().field(*at).name() != "timeline")
        .collect();
    json(&batch.project(&flat).unwrap_or_else(|_| batch.clone()))
}

fn json(batch: &RecordBatch) -> Vec<Row> {
    let mut writer = ArrayWriter::new(Vec::new());
    let written = writer.write(batch).and_then(|()| writer.finish());
    assert!(written.is_ok(), "a table that JSON cannot hold: {written:?}");
    serde_json::from_slice(&writer.into_inner()).unwrap_or_default()
}
