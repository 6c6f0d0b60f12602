//! Runs every file of `scenarios/`: events in, questions asked, rows compared.
//!
//! Each scenario arrives twice: in one batch as written, and shuffled, some events twice, in several
//! batches with segments sealed between. Both must give the rows expected, and every cell must open
//! to exactly as many rows as it counts. `UPDATE=1` writes the rows that came out into the files:
//! review the difference, it is a change of meaning.
//!
//! `cargo test -p engine --test scenarios -- questions csat.yaml` runs one file.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a test fails by panicking")]

#[path = "scenarios/desk.rs"]
mod desk;
#[path = "scenarios/oracle.rs"]
mod oracle;

use desk::{Arrival, Desk};
use semantic::Catalog;
use serde_json::{Map, Value};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use testkit::scenario::{self, Asked, Scenario, expect, rewrite_expected};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// Stores open at a time: enough to fill the cores while others wait for their files.
const AT_ONCE: usize = 4;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn questions_give_the_rows_expected() {
    let catalog = desk::catalog().unwrap();
    if update() {
        for (_, path, scenario) in chosen() {
            rewrite(&path, &scenario, &catalog).await;
        }
        return;
    }
    let permits = Arc::new(Semaphore::new(AT_ONCE));
    let mut running = JoinSet::new();
    for (name, _, scenario) in chosen() {
        let scenario = Arc::new(scenario);
        for arrival in [Arrival::AsWritten, Arrival::Disordered] {
            let (name, scenario) = (name.clone(), Arc::clone(&scenario));
            let (catalog, permits) = (Arc::clone(&catalog), Arc::clone(&permits));
            running.spawn(async move {
                let _permit = permits.acquire_owned().await;
                let wrong = match Desk::open(&scenario, &catalog, arrival).await {
                    Ok(desk) => check(&desk, &scenario).await,
                    Err(error) => vec![error],
                };
                wrong.into_iter().map(|line| format!("{name}, {arrival:?}: {line}")).collect()
            });
        }
    }
    let failures: Vec<Vec<String>> = running.join_all().await;
    let mut failures: Vec<String> = failures.into_iter().flatten().collect();
    failures.sort();
    assert!(failures.is_empty(), "{} differences:\n{}", failures.len(), failures.join("\n"));
}

/// The independent SQL of the scenarios gives what the scenarios expect: two ways to one number.
#[tokio::test]
async fn oracles_agree_with_the_expectations() {
    let mut failures = Vec::new();
    let mut oracles = 0;
    let chosen = chosen();
    for (name, _, scenario) in &chosen {
        for (at, question) in scenario.questions.iter().enumerate() {
            let Some(sql) = &question.oracle else { continue };
            oracles += 1;
            let wrong = oracle::check(sql, scenario, &question.expect).await;
            failures.extend(wrong.iter().map(|line| format!("{name} [{at}]: {line}")));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(oracles >= 10 || chosen.len() < 30, "only {oracles} oracles");
}

/// The scenarios to run: all, or the files named behind `--`.
fn chosen() -> Vec<(String, PathBuf, Scenario)> {
    let named: Vec<String> = std::env::args().filter(|word| word.ends_with(".yaml")).collect();
    let (mut chosen, mut broken) = (Vec::new(), Vec::new());
    for path in scenario::files(&folder()).unwrap_or_default() {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if !named.is_empty() && !named.contains(&name) {
            continue;
        }
        match Scenario::load(&path) {
            Ok(scenario) => chosen.push((name, path, scenario)),
            Err(error) => broken.push(format!("{name}: {error}")),
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    assert!(chosen.len() >= named.len().max(1), "no such scenario among {named:?}");
    chosen
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios")
}

fn update() -> bool {
    #[expect(clippy::disallowed_methods, reason = "a test's own switch, not configuration")]
    let update = std::env::var_os("UPDATE").is_some();
    update
}

async fn check(desk: &Desk, scenario: &Scenario) -> Vec<String> {
    let mut failures = Vec::new();
    for (at, asked) in scenario.questions.iter().enumerate() {
        let wrong = match desk.ask(scenario, &asked.ask).await {
            Ok(answer) => {
                let mut wrong = compare(scenario, asked, &answer.json);
                wrong.extend(missing_warnings(&asked.warnings, &answer.json));
                if asked.no_drill_down.is_none() {
                    wrong.extend(desk.drill_down(&answer).await);
                }
                wrong
            }
            Err(issues) if !asked.issues.is_empty() => compare_issues(&asked.issues, &issues),
            Err(issues) => issues.into_iter().map(|issue| issue.1).collect(),
        };
        failures.extend(wrong.iter().map(|line| format!("question {}: {line}", at + 1)));
    }
    failures
}

fn compare(scenario: &Scenario, asked: &Asked, answer: &Value) -> Vec<String> {
    if !asked.issues.is_empty() {
        return vec![format!("expected {:?}, got an answer", asked.issues)];
    }
    let metrics = metrics(answer);
    let rows = answer.get("rows").and_then(Value::as_array).cloned().unwrap_or_default();
    let known = |key: &String| {
        metrics.contains(key) || rows.first().is_none_or(|row| row.get(key).is_some())
    };
    let unknown = asked.expect.iter().flat_map(Map::keys).find(|key| !known(key));
    if let Some(key) = unknown {
        return vec![format!("the answer has no `{key}`; its metrics are {}", metrics.join(", "))];
    }
    expect::answer(&asked.expect, &rows, &metrics, &scenario.zone)
        .iter()
        .map(ToString::to_string)
        .collect()
}

fn missing_warnings(expected: &[String], answer: &Value) -> Vec<String> {
    let warnings = answer.get("warnings").and_then(Value::as_array).cloned().unwrap_or_default();
    let said = |code: &&String| {
        warnings.iter().any(|warning| warning.get("code") == Some(&code.as_str().into()))
    };
    expected.iter().filter(|code| !said(code)).map(|code| format!("no warning `{code}`")).collect()
}

fn compare_issues(expected: &[String], issues: &[(String, String)]) -> Vec<String> {
    let codes: Vec<&String> = issues.iter().map(|(code, _)| code).collect();
    if codes.iter().copied().eq(expected) {
        Vec::new()
    } else {
        vec![format!("expected issues {expected:?}, got {codes:?}")]
    }
}

fn metrics(answer: &Value) -> Vec<String> {
    let metrics = answer.get("metrics").and_then(Value::as_object);
    metrics.map(|metrics| metrics.keys().cloned().collect()).unwrap_or_default()
}

/// Writes the rows that came out into the file, with the cells that were named before.
async fn rewrite(path: &Path, scenario: &Scenario, catalog: &Arc<Catalog>) {
    let desk = Desk::open(scenario, catalog, Arrival::AsWritten).await.unwrap();
    let mut text = std::fs::read_to_string(path).unwrap();
    let expecting = scenario.questions.iter().filter(|asked| !asked.expect.is_empty());
    for (block, asked) in expecting.enumerate() {
        let Ok(answer) = desk.ask(scenario, &asked.ask).await else { continue };
        let answer = answer.json;
        if compare(scenario, asked, &answer).is_empty() {
            continue;
        }
        let rows = answer.get("rows").and_then(Value::as_array).cloned().unwrap_or_default();
        let rows: Vec<_> = rows.iter().map(|row| expected_row(row, &asked.expect)).collect();
        if let Some(rewritten) = rewrite_expected(&text, block, &rows) {
            text = rewritten;
        }
        println!("REVIEW {}: the expected rows were replaced by what came out", path.display());
    }
    std::fs::write(path, text).unwrap();
}

/// A row of the answer in the form of an expectation, with the parts of cells named before.
fn expected_row(row: &Value, before: &[Map<String, Value>]) -> Map<String, Value> {
    let mut out = Map::new();
    let Some(row) = row.as_object() else { return out };
    let labels = row.iter().filter(|(key, _)| !["cells", "partial"].contains(&key.as_str()));
    out.extend(labels.map(|(key, value)| (key.clone(), value.clone())));
    for (metric, cell) in row.get("cells").and_then(Value::as_object).into_iter().flatten() {
        let named = before.iter().find_map(|row| row.get(metric)).and_then(Value::as_object);
        let part = |name: &str| cell.get(name).cloned().unwrap_or(Value::Null);
        let value = match named {
            Some(parts) => parts.keys().map(|name| (name.clone(), part(name))).collect(),
            None => part("value"),
        };
        out.insert(metric.clone(), value);
    }
    out
}
