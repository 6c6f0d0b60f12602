//! `retention`: how long what is kept.

use super::{Context, desk, read_text};
use crate::cli::RetentionCommand;
use crate::exit::{Exit, Failure, Outcome};
use crate::issue::Issue;
use std::io::Write as _;
use store::{RetentionCounts, RetentionRules};

/// Bytes of a file of rules.
const RULES_BYTES_MAX: u64 = 1024 * 1024;

/// Runs `retention show`, `retention set` or `retention run`.
///
/// # Errors
/// There is no desk, or the rules have issues.
pub(crate) async fn run(context: &Context, command: &RetentionCommand) -> Outcome {
    let given = match command {
        RetentionCommand::Set { file } => {
            let text = read_text(file, RULES_BYTES_MAX)?;
            let rules: RetentionRules = serde_saphyr::from_str(&text).map_err(|error| {
                Failure::words(Exit::Invalid, format!("{}: {error}", file.display()))
                    .hint("docs/guides/privacy.md shows a file")
            })?;
            let issues = rules.check();
            if !issues.is_empty() {
                let issue = |issue: &store::RetentionIssue| {
                    let found = semantic::Issue::new("bad_retention", &issue.place, &issue.message);
                    Issue::from(found.hint(&issue.hint))
                };
                return Err(Failure::issues(issues.iter().map(issue).collect()));
            }
            Some(rules)
        }
        RetentionCommand::Show | RetentionCommand::Run { .. } => None,
    };
    let engine = desk::existing(context).await?;
    let store = engine.store();
    match (command, given) {
        (_, Some(rules)) => {
            store.set_retention(&rules).await?;
            context.voice.say("the rules are in force; the job `retention` follows them");
        }
        (RetentionCommand::Run { dry_run: false }, None) => {
            let done = store.retain_due().await?;
            say(context, "taken out of", done.retention);
        }
        (RetentionCommand::Run { dry_run: true }, None) => {
            say(context, "would be taken out of", store.retention_plan().await?);
        }
        (_, None) => {
            let mut stdout = std::io::stdout().lock();
            serde_json::to_writer_pretty(&mut stdout, &store.retention().await?)
                .map_err(|error| Failure::from(std::io::Error::from(error)))?;
            stdout.write_all(b"\n")?;
        }
    }
    Ok(Exit::Done)
}

fn say(context: &Context, verb: &str, counts: RetentionCounts) {
    let RetentionCounts { tickets, segments, quarantined, imports } = counts;
    context.voice.say(&format!(
        "{verb} {tickets} tickets in {segments} segments, {quarantined} quarantined rows, \
         {imports} imports"
    ));
}
