//! Runs every file of `scenarios/`: events in, questions asked, rows compared.

#[path = "scenarios/oracle.rs"]
mod oracle;

use std::path::{Path, PathBuf};
use testkit::scenario::{self, Scenario};

/// The independent SQL of the scenarios gives what the scenarios expect: two ways to one number.
#[tokio::test]
async fn oracles_agree_with_the_expectations() {
    let mut failures = Vec::new();
    let mut oracles = 0;
    for path in scenario::files(&folder()).unwrap() {
        let scenario = Scenario::load(&path).unwrap();
        for (at, question) in scenario.questions.iter().enumerate() {
            let Some(sql) = &question.oracle else { continue };
            oracles += 1;
            let wrong = oracle::check(sql, &scenario, &question.expect).await;
            failures.extend(wrong.iter().map(|line| format!("{} [{at}]: {line}", path.display())));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(oracles >= 10, "only {oracles} oracles");
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios")
}
