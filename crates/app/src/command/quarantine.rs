//! `quarantine`: what could not be understood, shown and tried again.

use super::{Context, desk};
use crate::cli::{QuarantineCommand, QuarantineListArgs, QuarantineReplayArgs};
use crate::exit::{Exit, Outcome};
use crate::output::{self, Cell, Column, Page, Sheet, count, table};
use serde_json::json;
use serve::intake::{self, Again};
use store::{QuarantineFilter, Quarantined};

/// Characters of a raw row shown in a table.
const RAW_CHARS_SHOWN: usize = 60;

/// Runs `quarantine list` or `quarantine replay`.
///
/// # Errors
/// There is no desk, or the mapping has issues.
pub(crate) async fn run(context: &Context, command: QuarantineCommand) -> Outcome {
    match command {
        QuarantineCommand::List(args) => list(context, &args).await,
        QuarantineCommand::Replay(args) => replay(context, &args).await,
    }
}

async fn list(context: &Context, args: &QuarantineListArgs) -> Outcome {
    let engine = desk::existing(context).await?;
    let store = engine.store();
    let counts = store.quarantine_count().await?;
    let total: u64 = counts.values().sum();
    if args.counts {
        let mut sheet = Sheet::new(&[("reason", Column::Text), ("rows", Column::Whole)]);
        let whole = |rows: u64| i64::try_from(rows).unwrap_or(i64::MAX);
        sheet.rows.extend(
            counts
                .iter()
                .map(|(reason, rows)| vec![reason.as_str().into(), Cell::Whole(whole(*rows))]),
        );
        let header = ["reason", "rows"].map(str::to_owned);
        let rows: Vec<Vec<String>> =
            counts.iter().map(|(reason, rows)| vec![reason.clone(), count(whole(*rows))]).collect();
        let human = table(&header, &[false, true], &rows);
        let json = output::json(&json!({"total": total, "by_reason": counts}))?;
        args.output.print(&Page { json, batch: sheet.batch()?, human })?;
        return Ok(Exit::Done);
    }
    let filter = QuarantineFilter { reason: args.reason.clone(), ..QuarantineFilter::default() };
    let rows = store.quarantine_list(&filter, 0, args.limit).await?;
    args.output.print(&page(&rows, total)?)?;
    Ok(Exit::Done)
}

fn page(rows: &[Quarantined], total: u64) -> Outcome<Page> {
    let json = output::json(&json!({"total": total, "rows": rows}))?;
    let mut sheet = Sheet::new(&[
        ("id", Column::Whole),
        ("at", Column::Text),
        ("source", Column::Text),
        ("place", Column::Text),
        ("reason", Column::Text),
        ("message", Column::Text),
        ("raw", Column::Text),
    ]);
    let mut lines = Vec::new();
    for row in rows {
        let texts = [&row.source, &row.place, &row.reason, &row.message, &row.raw];
        let mut cells = vec![Cell::Whole(row.id), Cell::Text(row.at.to_string())];
        cells.extend(texts.iter().map(|text| Cell::Text((*text).clone())));
        sheet.rows.push(cells);
        let mut raw: String = row.raw.chars().take(RAW_CHARS_SHOWN).collect();
        if raw.len() < row.raw.len() {
            raw.push('…');
        }
        lines.push(vec![row.place.clone(), row.reason.clone(), row.message.clone(), raw]);
    }
    let header = ["place", "reason", "message", "what was read"].map(str::to_owned);
    let mut human = table(&header, &[], &lines);
    human.push_str(&format!("\n{} of {total} rows shown\n", rows.len()));
    Ok(Page { json, batch: sheet.batch()?, human })
}

async fn replay(context: &Context, args: &QuarantineReplayArgs) -> Outcome {
    let mapping = args.mapping.as_deref().map(super::import::mapping).transpose()?;
    let engine = desk::existing(context).await?;
    let again = Again {
        filter: QuarantineFilter { reason: args.reason.clone(), ..QuarantineFilter::default() },
        mapping,
        files: args.lookups.clone(),
        rows_max: u64::MAX,
        seen: context.clock.now(),
    };
    let name = args.mapping.as_ref().map(|file| file.display().to_string());
    let replayed = intake::replay(engine.store(), again)
        .await
        .map_err(|error| super::import::failure(error, name.as_deref()))?;
    context.voice.say(&format!(
        "{} rows tried: {} understood now ({} new events), {} still in quarantine",
        replayed.tried, replayed.understood, replayed.new, replayed.remaining
    ));
    Ok(if replayed.remaining > 0 { Exit::Quarantined } else { Exit::Done })
}
