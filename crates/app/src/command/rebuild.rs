//! `rebuild`: fold every ticket again.

use super::{Context, desk, policies};
use crate::cli::RebuildArgs;
use crate::exit::{Exit, Outcome};

/// Runs `rebuild`.
///
/// # Errors
/// The policies have issues, or the rebuild fails; then nothing changes.
pub(crate) async fn run(context: &Context, args: &RebuildArgs) -> Outcome {
    let given = args.policies.as_deref().map(|file| policies::read(context.voice, file));
    let given = given.transpose()?;
    let engine = desk::existing(context).await?;
    let policies = given.unwrap_or_else(|| (*engine.store().snapshot().policies).clone());
    desk::rebuild(context, &engine, policies).await?;
    Ok(Exit::Done)
}
