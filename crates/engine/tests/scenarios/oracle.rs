//! Oracles: plain SQL over the raw events, which knows nothing of the fold or of definitions.

use datafusion::arrow::array::{ArrayRef, BooleanArray, Float64Array, Int64Array, StringArray};
use datafusion::arrow::json::ArrayWriter;
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::prelude::SessionContext;
use serde_json::{Map, Value, json};
use std::sync::Arc;
use testkit::scenario::{Raw, Scenario, expect};

/// Runs an oracle and compares its rows with `expected`: its columns are labels and metrics of the
/// question, by name.
pub(super) async fn check(
    sql: &str,
    scenario: &Scenario,
    expected: &[Map<String, Value>],
) -> Vec<String> {
    let rows = match rows(sql, &scenario.events.iter().map(Raw::from).collect::<Vec<_>>()).await {
        Ok(rows) => rows,
        Err(error) => return vec![format!("oracle: {error}")],
    };
    if rows.is_empty() {
        return vec!["the oracle gives no row".to_owned()];
    }
    // The oracle need not give every cell: only its own columns are compared.
    let columns: Vec<&String> = rows.iter().flat_map(Map::keys).collect();
    let expected: Vec<Map<String, Value>> = expected
        .iter()
        .map(|row| row.iter().filter(|(key, _)| columns.contains(key)))
        .map(|row| row.map(|(key, value)| (key.clone(), only_value(value))).collect())
        .collect();
    let metrics: Vec<String> = expected.iter().flat_map(metrics).collect();
    let answer: Vec<Value> = rows.iter().map(|row| as_answer(row, &metrics)).collect();
    expect::answer(&expected, &answer, &metrics, &scenario.zone)
        .iter()
        .map(|mismatch| format!("oracle against expectation: {mismatch}"))
        .collect()
}

/// The value of a cell that names several parts.
fn only_value(cell: &Value) -> Value {
    cell.get("value").unwrap_or(cell).clone()
}

/// The keys of an expected row that are cells rather than labels: what is not a plain text.
fn metrics(row: &Map<String, Value>) -> Vec<String> {
    row.iter().filter(|(_, value)| is_cell(value)).map(|(key, _)| key.clone()).collect()
}

fn is_cell(value: &Value) -> bool {
    match value {
        Value::String(text) => expect::duration_micros(text).is_some(),
        _ => true,
    }
}

/// A row of the oracle in the form of an answer's row.
fn as_answer(row: &Map<String, Value>, metrics: &[String]) -> Value {
    let mut answer = Map::new();
    let mut cells = Map::new();
    for (key, value) in row {
        if metrics.contains(key) {
            cells.insert(key.clone(), json!({"value": value}));
        } else {
            answer.insert(key.clone(), value.clone());
        }
    }
    answer.insert("cells".to_owned(), Value::Object(cells));
    Value::Object(answer)
}

async fn rows(sql: &str, events: &[Raw]) -> datafusion::error::Result<Vec<Map<String, Value>>> {
    let context = SessionContext::new();
    context.register_batch("events", batch(events)?)?;
    let batches = context.sql(sql).await?.collect().await?;
    let mut writer = ArrayWriter::new(Vec::new());
    for batch in &batches {
        writer.write(batch)?;
    }
    writer.finish()?;
    Ok(serde_json::from_slice(&writer.into_inner()).unwrap_or_default())
}

fn batch(events: &[Raw]) -> datafusion::error::Result<RecordBatch> {
    fn texts<'a>(events: &'a [Raw], of: impl Fn(&'a Raw) -> Option<&'a str>) -> ArrayRef {
        Arc::new(events.iter().map(of).collect::<StringArray>())
    }
    fn flags(events: &[Raw], of: impl Fn(&Raw) -> Option<bool>) -> ArrayRef {
        Arc::new(events.iter().map(of).collect::<BooleanArray>())
    }
    fn micros(events: &[Raw], of: impl Fn(&Raw) -> i64) -> ArrayRef {
        Arc::new(events.iter().map(|event| Some(of(event))).collect::<Int64Array>())
    }
    let number: ArrayRef = Arc::new(events.iter().map(|e| e.number).collect::<Float64Array>());
    Ok(RecordBatch::try_from_iter_with_nullable([
        ("source", texts(events, |e| Some(&e.source)), true),
        ("id", texts(events, |e| Some(&e.id)), true),
        ("ticket", texts(events, |e| Some(&e.ticket)), true),
        ("at", micros(events, |e| e.at), true),
        ("seen", micros(events, |e| e.seen), true),
        ("actor", texts(events, |e| e.actor.as_deref()), true),
        ("role", texts(events, |e| Some(e.role)), true),
        ("kind", texts(events, |e| Some(e.kind)), true),
        ("public", flags(events, |e| e.public), true),
        ("automated", flags(events, |e| e.automated), true),
        ("value", texts(events, |e| e.value.as_deref()), true),
        ("channel", texts(events, |e| e.channel.as_deref()), true),
        ("requester", texts(events, |e| e.requester.as_deref()), true),
        ("agent", texts(events, |e| e.agent.as_deref()), true),
        ("group", texts(events, |e| e.group.as_deref()), true),
        ("number", number, true),
    ])?)
}
