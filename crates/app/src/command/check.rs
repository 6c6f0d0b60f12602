//! `check`: everything a user wrote, looked at without touching the data.

use super::question::{from_file, issues_in};
use super::{Context, desk};
use crate::cli::CheckArgs;
use crate::exit::{Exit, Failure, Outcome};
use crate::issue::Issue;
use semantic::Question;
use std::path::{Path, PathBuf};

/// Runs `check`.
///
/// # Errors
/// Every issue of every file, at once.
pub(crate) fn run(context: &Context, args: &CheckArgs) -> Outcome {
    let config = &context.config;
    let mut checked = Checked { context, failures: Vec::new(), files: 0 };
    checked.note(desk::catalog(config).map(|_| ()));
    for file in config.policies.iter().chain(&args.policies) {
        checked.note(desk::policies(file).map(|_| ()));
    }
    let mappings = match &config.mappings {
        Some(folder) => yaml_files(folder)?,
        None => Vec::new(),
    };
    for file in mappings.iter().chain(&args.mapping) {
        checked.note(super::import::mapping(file).map(|_| ()));
    }
    for file in &args.question {
        checked.note(check_question(file));
    }
    checked.finish()
}

struct Checked<'a> {
    context: &'a Context,
    failures: Vec<Failure>,
    files: usize,
}

impl Checked<'_> {
    fn note(&mut self, outcome: Outcome<()>) {
        self.files += 1;
        if let Err(failure) = outcome {
            self.failures.push(failure);
        }
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

fn check_question(file: &Path) -> Outcome<()> {
    let value = serde_json::Value::Object(from_file(file)?);
    let name = file.display().to_string();
    Question::from_value(value).map(|_| ()).map_err(|issues| issues_in(Some(&name), issues))
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
