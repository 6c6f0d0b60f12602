//! What has changed since a report, and why.

use super::{Cell, Column, Page, Sheet, in_unit, json, number, table};
use crate::exit::Outcome;
use engine::{Change, Restatement, Why};
use std::fmt::Write as _;

/// Tickets listed for people before the rest is only counted.
const TICKETS_SHOWN: usize = 20;

/// Every shape of a restatement.
///
/// # Errors
/// It cannot be written as JSON, which is a defect.
pub(crate) fn page(restatement: &Restatement) -> Outcome<Page> {
    let json = json(restatement)?;
    let mut sheet = Sheet::new(&[
        ("metric", Column::Text),
        ("time", Column::Text),
        ("dimensions", Column::Text),
        ("then", Column::Number),
        ("now", Column::Number),
        ("why", Column::Text),
    ]);
    for change in &restatement.changes {
        let (then, now) = values(change);
        sheet.rows.push(vec![
            change.cell.metric.as_str().into(),
            change.cell.time.as_deref().into(),
            dimensions(change).into(),
            then.map_or(Cell::Empty, Cell::Number),
            now.map_or(Cell::Empty, Cell::Number),
            why(change.why).into(),
        ]);
    }
    let batch = sheet.batch()?;
    Ok(Page { json, batch, human: human(restatement) })
}

fn values(change: &Change) -> (Option<f64>, Option<f64>) {
    let value = |cell: &Option<semantic::answer::Cell>| cell.as_ref().and_then(|cell| cell.value);
    (value(&change.then), value(&change.now))
}

fn dimensions(change: &Change) -> Option<String> {
    let parts: Vec<String> =
        change.cell.dimensions.iter().map(|(name, value)| format!("{name}={value}")).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// Why a cell differs, in the word that JSON has for it.
const fn why(why: Why) -> &'static str {
    match why {
        Why::Restated => "restated",
        Why::Continued => "continued",
        Why::Both => "both",
        Why::Elapsed => "elapsed",
    }
}

fn human(restatement: &Restatement) -> String {
    // Writing to a string cannot fail.
    let mut text = String::new();
    if restatement.changes.is_empty() {
        let _ = writeln!(text, "nothing has changed since {}", restatement.as_of);
        return text;
    }
    let header = ["metric", "time", "group", "then", "now", "why"].map(str::to_owned);
    let shown = |change: &Change, value: Option<f64>| {
        let meta = restatement.now.metrics.get(&change.cell.metric);
        value.map_or("–".to_owned(), |v| meta.map_or_else(|| number(v), |meta| in_unit(v, meta)))
    };
    let rows: Vec<Vec<String>> = restatement
        .changes
        .iter()
        .map(|change| {
            let (then, now) = values(change);
            vec![
                change.cell.metric.clone(),
                change.cell.time.clone().unwrap_or_default(),
                dimensions(change).unwrap_or_default(),
                shown(change, then),
                shown(change, now),
                why(change.why).to_owned(),
            ]
        })
        .collect();
    text.push_str(&table(&header, &[false, false, false, true, true, false], &rows));
    let _ = writeln!(
        text,
        "\nAs reported at {}, against what is known now: restated is what had happened by then and \
         was\nlearnt of later, continued what happened later, elapsed what only time did.\n\
         {} tickets simply went on; of {} something was learnt late:",
        restatement.as_of, restatement.continued_total, restatement.causes_total
    );
    for cause in restatement.causes.iter().take(TICKETS_SHOWN) {
        let _ = writeln!(text, "  {}/{}", cause.source, cause.ticket);
        for late in &cause.late {
            let _ = writeln!(text, "    {}: happened {}, learnt {}", late.id, late.at, late.seen);
        }
    }
    if restatement.causes_total > TICKETS_SHOWN {
        let _ = writeln!(text, "  … and {} more", restatement.causes_total - TICKETS_SHOWN);
    }
    text
}
