//! Tickets: the rows behind a cell, and what explains the numbers of one.

use super::{Cell, Column, Page, Sheet, count, duration, in_unit, json, number, table};
use crate::exit::Outcome;
use engine::{TicketExplanation, TicketPage, TicketRow};
use facts::explain::{ClockTrace, SegmentState};
use semantic::answer::MetricMeta;
use std::fmt::Write as _;

/// A page of the rows behind a cell; `meta` says for people what the values are.
///
/// # Errors
/// It cannot be written as JSON, which is a defect.
pub(crate) fn page(page: &TicketPage, meta: Option<&MetricMeta>) -> Outcome<Page> {
    let json = json(page)?;
    let mut sheet = Sheet::new(&[
        ("number", Column::Whole),
        ("source", Column::Text),
        ("ticket", Column::Text),
        ("created_at", Column::Text),
        ("status", Column::Text),
        ("channel", Column::Text),
        ("priority", Column::Text),
        ("group", Column::Text),
        ("agent", Column::Text),
        ("requester", Column::Text),
        ("time", Column::Text),
        ("value", Column::Number),
    ]);
    sheet.rows.extend(page.rows.iter().map(cells));
    let batch = sheet.batch()?;
    let header = ["ticket", "status", "channel", "priority", "group", "agent", "time", "value"]
        .map(str::to_owned);
    let rows: Vec<Vec<String>> = page.rows.iter().map(|row| line(row, meta)).collect();
    let mut human = table(&header, &[false, false, false, false, false, false, false, true], &rows);
    // Writing to a string cannot fail.
    let _ = writeln!(human, "\n{} rows of {} tickets", count(page.n), count(page.tickets));
    if let Some(next) = page.next {
        let _ = writeln!(human, "the next page: --cursor {next}");
    }
    Ok(Page { json, batch, human })
}

fn cells(row: &TicketRow) -> Vec<Cell> {
    let texts = [&row.channel, &row.priority, &row.group, &row.agent, &row.requester, &row.time];
    let mut cells = vec![
        Cell::Whole(row.number),
        row.source.as_str().into(),
        row.ticket.as_str().into(),
        row.created_at.as_str().into(),
        row.status.as_str().into(),
    ];
    cells.extend(texts.map(|text| text.as_deref().into()));
    cells.push(row.value.map_or(Cell::Empty, Cell::Number));
    cells
}

fn line(row: &TicketRow, meta: Option<&MetricMeta>) -> Vec<String> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    vec![
        format!("{}/{}", row.source, row.ticket),
        row.status.clone(),
        text(&row.channel),
        text(&row.priority),
        text(&row.group),
        text(&row.agent),
        text(&row.time),
        row.value
            .map(|value| meta.map_or_else(|| number(value), |meta| in_unit(value, meta)))
            .unwrap_or_default(),
    ]
}

/// A ticket's timeline, and the segments that add up to each of its numbers.
///
/// # Errors
/// It cannot be written as JSON, which is a defect.
pub(crate) fn explained(explained: &TicketExplanation) -> Outcome<Page> {
    let json = json(explained)?;
    let mut sheet = Sheet::new(&[
        ("name", Column::Text),
        ("clock", Column::Text),
        ("from", Column::Text),
        ("to", Column::Text),
        ("state", Column::Text),
        ("counted_seconds", Column::Number),
        ("note", Column::Text),
    ]);
    let clocks = &explained.explanation.clocks;
    for (trace, segment) in clocks.iter().flat_map(|t| t.segments.iter().map(move |s| (t, s))) {
        sheet.rows.push(vec![
            trace.name.as_str().into(),
            trace.clock.as_str().into(),
            segment.from.to_string().as_str().into(),
            segment.to.to_string().as_str().into(),
            state(segment.state).as_str().into(),
            Cell::Number(seconds(segment.counted_us)),
            segment.note.as_deref().into(),
        ]);
    }
    let batch = sheet.batch()?;
    Ok(Page { json, batch, human: human(explained) })
}

#[expect(clippy::cast_precision_loss, reason = "exact below 285 years of microseconds")]
fn seconds(micros: i64) -> f64 {
    micros as f64 / 1e6
}

/// A state's name as it is written in JSON.
fn state(state: SegmentState) -> String {
    serde_json::to_value(state)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}

fn human(explained: &TicketExplanation) -> String {
    let explanation = &explained.explanation;
    let mut text = format!("{}/{}\n\n", explained.source, explained.ticket);
    let header = ["when", "event", "who", "what"].map(str::to_owned);
    let rows: Vec<Vec<String>> = explanation
        .timeline
        .iter()
        .map(|line| {
            let who = match &line.actor {
                Some(actor) => format!("{} {actor}", line.role),
                None => line.role.to_owned(),
            };
            vec![line.at.to_string(), line.kind.to_owned(), who, line.words.clone()]
        })
        .collect();
    text.push_str(&table(&header, &[], &rows));
    text.push('\n');
    for trace in &explanation.clocks {
        draw(trace, &mut text);
    }
    text
}

fn draw(trace: &ClockTrace, text: &mut String) {
    let days = trace.clock == "calendar";
    let value = match (trace.value_us, &trace.why) {
        (Some(micros), _) => duration(seconds(micros), days),
        (None, Some(why)) => why.clone(),
        (None, None) => "no value".to_owned(),
    };
    // Writing to a string cannot fail.
    let _ = writeln!(text, "\n{} ({} clock): {value}", trace.name, trace.clock);
    let _ = writeln!(text, "  {}", trace.meaning);
    for segment in &trace.segments {
        let counted = duration(seconds(segment.counted_us), days);
        let note = segment.note.as_ref().map_or(String::new(), |note| format!("  ({note})"));
        let _ = writeln!(
            text,
            "  {} to {}  {:<8} {counted}{note}",
            segment.from,
            segment.to,
            state(segment.state)
        );
    }
}
