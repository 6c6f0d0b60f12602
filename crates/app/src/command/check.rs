//! `check`: everything a user wrote, looked at without touching the data.

use super::question::{from_file, issues_in};
use super::{Context, desk, policies};
use crate::cli::CheckArgs;
use crate::exit::{Exit, Failure, Outcome};
use crate::issue::Issue;
use engine::Checker;
use semantic::{Catalog, Question};
use std::path::{Path, PathBuf};

/// Runs `check`.
///
/// # Errors
/// Every issue of every file, at once.
pub(crate) fn run(context: &Context, args: &CheckArgs) -> Outcome {
    let config = &context.config;
    let mut checked = Checked { context, failures: Vec::new() };
    let checker = Checker::new()?;
    let catalog = checked.note(desk::catalog(config));
    if let Some(catalog) = &catalog {
        checked.note(checker.catalog(catalog).map_err(|issues| issues_in(None, issues)));
    }
    for file in config.policies.iter().chain(&args.policies) {
        checked.note(policies::read(context.voice, file));
    }
    let mappings = match &config.mappings {
        Some(folder) => yaml_files(folder)?,
        None => Vec::new(),
    };
    for file in mappings.iter().chain(&args.mapping) {
        checked.note(super::import::mapping(file));
    }
    checked.note(super::hooks::all(config));
    for file in &args.question {
        checked.note(check_question(context, file, &checker, catalog.as_ref()));
    }
    checked.finish()
}

struct Checked<'a> {
    context: &'a Context,
    failures: Vec<Failure>,
}

impl Checked<'_> {
    fn note<T>(&mut self, outcome: Outcome<T>) -> Option<T> {
        outcome.map_err(|failure| self.failures.push(failure)).ok()
    }

    fn finish(self) -> Outcome {
        match Failure::all(self.failures) {
            Some(failure) => Err(failure),
            None => {
                self.context.voice.say("no issues");
                Ok(Exit::Done)
            }
        }
    }
}

/// Reads a question, and compiles it where there is a catalogue to compile it against.
fn check_question(
    context: &Context,
    file: &Path,
    checker: &Checker,
    catalog: Option<&Catalog>,
) -> Outcome<()> {
    let value = serde_json::Value::Object(from_file(file)?);
    let name = file.display().to_string();
    let issues = |issues| issues_in(Some(&name), issues);
    let question = Question::from_value(value).map_err(issues)?;
    let Some(catalog) = catalog else { return Ok(()) };
    let now = context.clock.now();
    let zone = desk::zone(&context.config)?;
    checker.question(catalog, &question, (now, zone)).map_err(issues)
}

fn yaml_files(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let tried = |error: std::io::Error| {
        Failure::from(error).context(format!("reading mappings in {}", folder.display()))
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(tried)? {
        let path = entry.map_err(tried)?.path();
        if path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// A mapping's issues as ours, in its file.
pub(crate) fn mapping_issues(name: &str, issues: Vec<connect::Issue>) -> Failure {
    let ours = |issue: connect::Issue| Issue {
        code: issue.code.to_owned(),
        place: issue.place,
        message: issue.message,
        hint: issue.hint,
    };
    Failure::issues(issues.into_iter().map(|issue| ours(issue).within(name)).collect())
}
