//! `quality`: what is odd about the data, and what each source brought.

use super::{Context, desk};
use crate::cli::OutputArgs;
use crate::exit::{Exit, Outcome};
use crate::output::{self, Cell, Column, Page, Sheet, count, table};
use serde_json::json;

/// Runs `quality`.
///
/// # Errors
/// There is no desk.
pub(crate) async fn run(context: &Context, output: &OutputArgs) -> Outcome {
    let engine = desk::existing(context).await?;
    let (sources, checks) = (engine.sources().await?, engine.quality().await?);
    let whole = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let mut sheet = Sheet::new(&[
        ("code", Column::Text),
        ("title", Column::Text),
        ("count", Column::Whole),
        ("of", Column::Whole),
        ("filter", Column::Text),
    ]);
    let mut rows = Vec::new();
    for check in &checks {
        let filter = check.filter.clone().unwrap_or_default();
        sheet.rows.push(vec![
            check.code.as_str().into(),
            check.title.as_str().into(),
            Cell::Whole(whole(check.count)),
            Cell::Whole(whole(check.of)),
            filter.as_str().into(),
        ]);
        let counts = [check.count, check.of].map(|number| count(whole(number)));
        let [found, of] = counts;
        rows.push(vec![check.title.clone(), found, of, filter]);
    }
    let header = ["check", "found", "of", "--where"].map(str::to_owned);
    let mut human = table(&header, &[false, true, true], &rows);
    human.push('\n');
    let seen = |at: Option<event::Instant>| at.map(|at| at.to_string()).unwrap_or_default();
    let rows: Vec<Vec<String>> = sources
        .iter()
        .map(|source| {
            let tickets = count(whole(source.tickets));
            let times = [source.first_created_at, source.last_event_at, source.last_seen_at];
            let [first, last, learnt] = times.map(seen);
            vec![source.source.clone(), tickets, first, last, learnt]
        })
        .collect();
    let header = ["source", "tickets", "first ticket", "last event", "learnt"].map(str::to_owned);
    human.push_str(&table(&header, &[false, true], &rows));
    let json = output::json(&json!({"sources": sources, "checks": checks}))?;
    output.print(&Page { json, batch: sheet.batch()?, human })?;
    Ok(Exit::Done)
}
