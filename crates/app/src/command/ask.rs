//! `ask`: a question in, an answer out.

use super::question::{issues_in, question};
use super::{Context, desk};
use crate::cli::AskArgs;
use crate::exit::{Exit, Failure, Outcome};
use crate::output;

/// Runs `ask`.
///
/// # Errors
/// The question has issues, or cannot be answered.
pub(crate) async fn run(context: &Context, args: &AskArgs) -> Outcome {
    let question = question(&args.question)?;
    let engine = desk::existing(context).await?;
    let file = args.question.question.as_ref().map(|file| file.display().to_string());
    let asked = |error: engine::Error| match error {
        engine::Error::Issues(issues) => issues_in(file.as_deref(), issues),
        other => Failure::from(other),
    };
    if let (true, Some(as_of)) = (args.restatements, question.as_of.as_deref()) {
        let restatement = engine.restatement(&question, as_of).await.map_err(asked)?;
        args.output.print(&output::restatement_page(&restatement)?)?;
    } else {
        let answer = engine.ask(&question).await.map_err(asked)?;
        args.output.print(&output::answer_page(&answer)?)?;
    }
    Ok(Exit::Done)
}
