//! An answer, as a table for people and as flat columns for programs.

use super::{Page, count, duration, json, number, share, table, wrap};
use crate::exit::Outcome;
use semantic::answer::{Answer, Cell, MetricMeta, Row};
use semantic::definition::Unit;
use std::fmt::Write as _;

/// Every shape of `answer`.
///
/// # Errors
/// It cannot be written as JSON, which is a defect.
pub(crate) fn page(answer: &Answer) -> Outcome<Page> {
    let json = json(answer)?;
    let batch = engine::export::flatten(answer)?;
    Ok(Page { json, batch, human: human(answer) })
}

/// The columns that come before the numbers: time and dimensions, where asked for.
fn keys(answer: &Answer) -> Vec<String> {
    let time = answer.question.every.is_some().then(|| "time".to_owned());
    time.into_iter().chain(answer.question.by.iter().cloned()).collect()
}

fn key(row: &Row, name: &str) -> Option<String> {
    if name == "time" { row.time.clone() } else { row.dimensions.get(name).cloned() }
}

/// The statistics beside the first, which is the value itself.
fn extra_statistics(meta: &MetricMeta) -> impl Iterator<Item = &String> {
    meta.statistics.iter().skip(1)
}

/// A table, then what the numbers mean and what to know about them.
fn human(answer: &Answer) -> String {
    let keys = keys(answer);
    let mut header: Vec<String> = keys.clone();
    let mut right: Vec<bool> = keys.iter().map(|_| false).collect();
    let shows: Vec<Shows<'_>> =
        metrics(answer).map(|(name, meta)| Shows::of(answer, name, meta)).collect();
    for show in &shows {
        show.header(answer, &mut header);
    }
    right.resize(header.len(), true);
    let rows: Vec<Vec<String>> = answer
        .rows
        .iter()
        .map(|row| {
            let mut line: Vec<String> = keys.iter().map(|name| shown_key(row, name)).collect();
            for show in &shows {
                show.cells(row, answer, &mut line);
            }
            line
        })
        .collect();
    let mut text = table(&header, &right, &rows);
    text.push('\n');
    footer(answer, &mut text);
    text
}

/// The metrics in the order in which they were asked for.
fn metrics(answer: &Answer) -> impl Iterator<Item = (&str, &MetricMeta)> {
    let asked = answer.question.metrics.iter().filter_map(|asked| asked.name.as_deref());
    asked.filter_map(|name| Some((name, answer.metrics.get(name)?)))
}

fn shown_key(row: &Row, name: &str) -> String {
    let value = key(row, name).unwrap_or_default();
    if name == "time" && row.partial { format!("{value} …") } else { value }
}

/// What of one metric is worth a column: what no row has is left out.
struct Shows<'a> {
    name: &'a str,
    meta: &'a MetricMeta,
    interval: bool,
    unfinished: bool,
    provisional: bool,
}

impl<'a> Shows<'a> {
    fn of(answer: &Answer, name: &'a str, meta: &'a MetricMeta) -> Self {
        let any = |has: fn(&Cell) -> bool| {
            answer.rows.iter().filter_map(|row| row.cells.get(name)).any(has)
        };
        Self {
            name,
            meta,
            interval: any(|cell| cell.low.is_some()),
            unfinished: any(|cell| cell.unfinished.unwrap_or(0) > 0),
            provisional: any(|cell| cell.provisional.unwrap_or(0) > 0),
        }
    }

    /// Whether `n` says more than the value does.
    fn counts_apart(&self) -> bool {
        self.meta.unit != Unit::Count || self.meta.statistics.len() > 1
    }

    fn header(&self, answer: &Answer, header: &mut Vec<String>) {
        // What the name stands for is said below the table.
        match self.meta.statistics.first() {
            Some(first) if self.counts_apart() && self.meta.unit != Unit::Share => {
                header.push(format!("{}\n{first}", self.name));
            }
            _ => header.push(self.name.to_owned()),
        }
        header.extend(extra_statistics(self.meta).cloned());
        if self.counts_apart() {
            header.push("n".to_owned());
        }
        if self.interval {
            header.push("95 % interval".to_owned());
        }
        if self.unfinished {
            header.push("unfinished".to_owned());
        }
        if self.provisional {
            header.push("provisional".to_owned());
        }
        header.extend(answer.compared.keys().map(|period| period.replace('_', " ")));
    }

    fn cells(&self, row: &Row, answer: &Answer, line: &mut Vec<String>) {
        let empty = Cell::default();
        let cell = row.cells.get(self.name).unwrap_or(&empty);
        let shown = |value: Option<f64>| value.map_or("–".to_owned(), |v| in_unit(v, self.meta));
        line.push(shown(cell.value));
        for statistic in extra_statistics(self.meta) {
            line.push(shown(cell.statistics.get(statistic).and_then(|number| number.0)));
        }
        if self.counts_apart() {
            line.push(count(cell.n));
        }
        if self.interval {
            line.push(match (cell.low, cell.high) {
                (Some(low), Some(high)) => {
                    format!("{} to {}", in_unit(low, self.meta), in_unit(high, self.meta))
                }
                _ => String::new(),
            });
        }
        if self.unfinished {
            line.push(cell.unfinished.map(count).unwrap_or_default());
        }
        if self.provisional {
            line.push(cell.provisional.map(count).unwrap_or_default());
        }
        for period in answer.compared.keys() {
            line.push(shown(cell.compared.get(period).and_then(|cell| cell.value)));
        }
    }
}

/// A value as people read it: durations, per cent, days.
pub(crate) fn in_unit(value: f64, meta: &MetricMeta) -> String {
    match meta.unit {
        Unit::Seconds => duration(value, meta.clock.as_deref() != Some("business")),
        Unit::Share => share(value),
        Unit::Days => format!("{} d", number(value)),
        Unit::Count | Unit::Score | Unit::Ratio | Unit::Points => number(value),
    }
}

fn footer(answer: &Answer, text: &mut String) {
    for (name, meta) in metrics(answer) {
        let mut parts = vec![format!("{} ({}, version {})", meta.title, meta.id, meta.version)];
        if let Some(clock) = &meta.clock {
            parts.push(format!("{clock} clock"));
        }
        parts.push(format!("dated by {}", meta.attribution));
        // Writing to a string cannot fail.
        wrap(&format!("{name}: {}", parts.join(", ")), "", text);
        wrap(&meta.definition, "  ", text);
    }
    let from = answer.period.from.as_deref().unwrap_or("the beginning");
    let _ = writeln!(text, "From {from} to {}, {}.", answer.period.to, answer.period.zone);
    if answer.rows.iter().any(|row| row.partial) {
        text.push_str("A row marked … is cut by the range or not over yet.\n");
    }
    for warning in &answer.warnings {
        wrap(&format!("warning: {} [{}]", warning.message, warning.code), "", text);
    }
}
