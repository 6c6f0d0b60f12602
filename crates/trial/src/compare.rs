//! Two folders, row by row: what the program exports of both must be the same.
//!
//! Numbers of tickets depend on the order of arrival, so rows are told by source and ticket.

use crate::server::Program;
use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

/// Every table, that with the names of tickets first.
const TABLES: [&str; 6] = ["tickets", "turns", "spans", "clocks", "touches", "ratings"];

/// Questions with a fixed period, so that the present does not matter.
const QUESTIONS: [&[&str]; 4] = [
    &["volume", "--by", "channel"],
    &["first_response_time", "--by", "agent"],
    &["csat", "--by", "group"],
    &["backlog", "--every", "day"],
];

/// Fails with the first difference; otherwise how many rows were the same.
pub(crate) async fn same(found: (&Program, &Path), expected: (&Program, &Path)) -> Result<u64> {
    let mut rows = 0;
    let (mut names_found, mut names_expected) = (HashMap::new(), HashMap::new());
    for table in TABLES {
        let here = rows_of(found, table, &mut names_found).await?;
        let there = rows_of(expected, table, &mut names_expected).await?;
        for (ticket, row) in &there {
            let other = here.get(ticket);
            ensure!(other == Some(row), "{table} of {ticket}: {other:?} instead of {row:?}");
        }
        ensure!(here.len() == there.len(), "{table}: there are tickets that should not be");
        rows += here.values().map(|rows| rows.len() as u64).sum::<u64>();
    }
    for question in QUESTIONS {
        let (here, there) = (answer(found, question).await?, answer(expected, question).await?);
        ensure!(here == there, "{question:?}: {here} instead of {there}");
    }
    Ok(rows)
}

/// The rows of a table by ticket, without the number.
async fn rows_of(
    (program, data): (&Program, &Path),
    table: &str,
    names: &mut HashMap<i64, String>,
) -> Result<BTreeMap<String, Vec<String>>> {
    let text = program.output(data, ["export", table, "--format", "json", "--quiet"]).await?;
    let mut rows: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let mut row: Map<String, Value> = serde_json::from_slice(line)?;
        let number = row.remove("number").and_then(|number| number.as_i64());
        let number = number.context("a row without a number")?;
        if table == "tickets" {
            let name = format!("{}/{}", row["source"], row["ticket"]);
            if let Some(other) = names.insert(number, name) {
                bail!("the number of {other} is there twice");
            }
        }
        let name = names.get(&number).context("a row of a ticket that is not there")?;
        rows.entry(name.clone()).or_default().push(Value::Object(row).to_string());
    }
    Ok(rows)
}

/// The rows of an answer.
async fn answer((program, data): (&Program, &Path), question: &[&str]) -> Result<Value> {
    let fixed = "--range 2026-01-01..2026-02-01 --zone UTC --format json --quiet";
    let words = ["ask"].into_iter().chain(question.iter().copied()).chain(fixed.split(' '));
    let text = program.output(data, words).await?;
    let mut answer: Value = serde_json::from_slice(&text)?;
    Ok(answer["rows"].take())
}
