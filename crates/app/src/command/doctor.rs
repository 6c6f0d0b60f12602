//! `doctor`: what is wrong with what is kept, and what to do about it.

use super::backup::{folder_of, unpacked};
use super::{Context, desk, remote};
use crate::cli::DoctorArgs;
use crate::exit::{Exit, Failure, Outcome};
use crate::output::{self, Column, Page, Sheet};
use hyper::Method;
use serde_json::{Value, json};
use std::fmt::Write as _;
use store::Care;

/// Names of tickets shown to people; programs get all.
const NAMES_SHOWN: usize = 20;

/// Runs `doctor`.
///
/// # Errors
/// There is no desk, or a running server holds it and it was to be repaired.
pub(crate) async fn run(context: &Context, args: &DoctorArgs) -> Outcome {
    desk::require(context)?;
    let found = examine(context, args).await?;
    let is_well = found.get("well").and_then(Value::as_bool).unwrap_or(false);
    args.output.print(&page(&found)?)?;
    Ok(if is_well { Exit::Done } else { Exit::Damaged })
}

async fn examine(context: &Context, args: &DoctorArgs) -> Outcome<Value> {
    let data = &context.config.data;
    let backup = match &args.from {
        Some(file) => Some(unpacked(file, &folder_of(data)).await?),
        None => None,
    };
    if let Some((_, copy)) = &backup {
        store::verify(copy)?;
    }
    let copy = backup.as_ref().map(|(_, copy)| copy.clone());
    let care = Care { repair: args.repair, backup: copy };
    match store::doctor(data, desk::options(context), care).await {
        Ok(found) => {
            let is_well = found.is_well();
            let mut value =
                serde_json::to_value(found).map_err(|error| Failure::new(Exit::Internal, error))?;
            if let Value::Object(fields) = &mut value {
                fields.insert("well".to_owned(), json!(is_well));
            }
            Ok(value)
        }
        Err(error @ store::Error::Locked(_)) => match remote::server(context) {
            Some(_) if args.repair => Err(Failure::from(error)
                .hint("repairs need the folder alone: stop the server, then run this again")),
            Some(server) => {
                server.call(Method::GET, "/api/v1/doctor?thorough=true", &Value::Null).await
            }
            None => Err(error.into()),
        },
        Err(error) => Err(error.into()),
    }
}

fn page(found: &Value) -> Outcome<Page> {
    let findings = found.get("findings").and_then(Value::as_array).cloned().unwrap_or_default();
    let names = ["severity", "code", "place", "message", "remedy"];
    let mut sheet = Sheet::new(&names.map(|name| (name, Column::Text)));
    let mut human = String::new();
    for finding in &findings {
        let [severity, code, place, message, remedy] = names.map(|name| text(finding, name));
        let repaired = finding.get("repaired").and_then(Value::as_bool).unwrap_or(false);
        let mark = if repaired { "repaired" } else { severity };
        let _ = writeln!(human, "{mark}: {code}: {place}\n  {message}");
        if let Some(tickets) = finding.get("tickets") {
            human.push_str(&affected(tickets));
        }
        if !repaired {
            let _ = writeln!(human, "  {remedy}");
        }
        sheet.rows.push([severity, code, place, message, remedy].map(Into::into).to_vec());
    }
    let number = |name: &str| found.get(name).and_then(Value::as_u64).unwrap_or(0);
    let _ = writeln!(
        human,
        "{} segments ({} MiB) and {} batches looked at: {}",
        number("segments"),
        number("bytes") >> 20,
        number("batches"),
        if found.get("well") == Some(&Value::Bool(true)) { "well" } else { "needs attention" }
    );
    Ok(Page { json: output::json(found)?, batch: sheet.batch()?, human })
}

fn text<'a>(of: &'a Value, name: &str) -> &'a str {
    of.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn affected(tickets: &Value) -> String {
    let number = |name: &str| tickets.get(name).and_then(Value::as_u64).unwrap_or(0);
    let names: Vec<&str> = tickets
        .get("names")
        .and_then(Value::as_array)
        .map(|names| names.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    let mut line = format!(
        "  tickets number {} to {}, of which {} can be read",
        number("first"),
        number("last"),
        number("readable")
    );
    if !names.is_empty() {
        let shown: Vec<&str> = names.iter().copied().take(NAMES_SHOWN).collect();
        let _ = write!(line, ": {}", shown.join(", "));
        if names.len() > NAMES_SHOWN {
            let _ = write!(line, " and {} more (--format json)", names.len() - NAMES_SHOWN);
        }
    }
    line.push('\n');
    line
}
