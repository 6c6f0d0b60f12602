//! `settings`: the zone and the week of questions that name none, and targets.

use super::question::issues_in;
use super::{Context, desk};
use crate::cli::{SettingArgs, SettingsCommand};
use crate::exit::{Exit, Failure, Outcome};
use crate::output;
use engine::{Engine, Preferences};
use serde_json::{Value, json};
use std::io::Write as _;

/// What clears a setting.
const NOTHING: &str = "-";

/// Runs `settings show` or `settings set`.
///
/// # Errors
/// There is no desk, or the setting has issues.
pub(crate) async fn run(context: &Context, command: &SettingsCommand) -> Outcome {
    let engine = desk::existing(context).await?;
    if let SettingsCommand::Set(args) = command {
        set(&engine, args).await?;
    }
    let shown: &Preferences = &engine.preferences();
    writeln!(std::io::stdout(), "{}", output::json(shown)?)?;
    Ok(Exit::Done)
}

async fn set(engine: &Engine, args: &SettingArgs) -> Outcome<()> {
    let mut settings = serde_json::to_value(&*engine.preferences())
        .map_err(|error| Failure::new(Exit::Internal, error))?;
    let cleared = args.value == NOTHING;
    match args.key.strip_prefix("targets.") {
        Some(metric) if cleared => {
            if let Some(targets) = settings["targets"].as_object_mut() {
                targets.remove(metric);
            }
        }
        Some(metric) => {
            // What is no number is refused with everything else that is wrong.
            let number = args.value.parse::<f64>().map_or(json!(args.value), Value::from);
            settings["targets"][metric] = json!({"value": number});
        }
        None => {
            settings[&args.key] = if cleared { Value::Null } else { json!(args.value) };
        }
    }
    engine.settle(&settings).await.map(|_| ()).map_err(|error| match error {
        engine::Error::Issues(issues) => issues_in(None, issues),
        other => other.into(),
    })
}
