//! One cell from its raw ingredients.

use super::raw::{Raw, Rows};
use crate::interval::wilson;
use semantic::answer::{Cell, Number};
use semantic::compiled::{Measure, Reading, Role, Rollup};
use semantic::definition::Kind;

/// Reads a cell; nothing has a value in a bucket that begins after the present.
pub(super) fn cell(measure: &Measure, rows: &Rows, raw: &Raw, future: bool) -> Cell {
    let readings: Vec<(&str, Option<f64>)> = measure
        .readings
        .iter()
        .map(|(name, reading)| {
            let value = if future { None } else { read(measure, raw, *reading) };
            (name.as_str(), value)
        })
        .collect();
    let mut cell = Cell {
        value: readings.first().and_then(|(_, value)| *value),
        n: count(n(measure, raw)),
        numerator: raw.number(Role::Numerator).map(|number| number / measure.scale),
        denominator: raw.number(Role::Denominator).map(|number| number / measure.denominator_scale),
        sum: raw.number(Role::Sum).map(|sum| sum / measure.scale),
        unfinished: side_count(rows, raw, Role::Unfinished),
        provisional: side_count(rows, raw, Role::Provisional),
        ..Cell::default()
    };
    if readings.len() > 1 {
        cell.statistics =
            readings.into_iter().map(|(name, value)| (name.to_owned(), Number(value))).collect();
    }
    if measure.kind == Kind::Share {
        // Nothing in the numerator is a number; nothing in the denominator is no share.
        cell.numerator = cell.numerator.or(Some(0.0));
        cell.denominator = raw.number(Role::N).or(Some(0.0));
    }
    if measure.kind == Kind::Share
        && let (Some(numerator), Some(denominator)) = (cell.numerator, cell.denominator)
        && let Some((low, high)) = wilson(numerator, denominator)
    {
        (cell.low, cell.high) = (Some(low), Some(high));
    }
    cell
}

/// The rows a value is computed from: those a drill-down lists.
fn n(measure: &Measure, raw: &Raw) -> Option<f64> {
    raw.number(Role::N).or_else(|| match measure.kind {
        Kind::Count | Kind::Stock => raw.number(Role::Value),
        Kind::Flow => raw.number(Role::Denominator),
        Kind::Duration | Kind::Share | Kind::Mean | Kind::Spread => None,
    })
}

fn side_count(rows: &Rows, raw: &Raw, role: Role) -> Option<i64> {
    rows.has(role).then(|| count(raw.number(role)))
}

#[expect(clippy::cast_possible_truncation, reason = "plans count in Int64; exact below 2^53")]
fn count(number: Option<f64>) -> i64 {
    number.unwrap_or(0.0) as i64
}

fn read(measure: &Measure, raw: &Raw, reading: Reading) -> Option<f64> {
    let scaled = |number: f64| number / measure.scale;
    let quantile = |at: usize| raw.quantiles.get(at).copied().flatten();
    match reading {
        Reading::Quantile(at) => quantile(at).map(scaled),
        Reading::Mean => divide(raw.number(Role::Sum)?, raw.number(Role::N)?).map(scaled),
        Reading::Min => raw.number(Role::Min).map(scaled),
        Reading::Max => raw.number(Role::Max).map(scaled),
        Reading::Sum => raw.number(Role::Sum).map(scaled),
        Reading::Gap => Some(scaled(raw.number(Role::Max)? - raw.number(Role::Min)?)),
        Reading::Value => match raw.number(Role::Value) {
            None if measure.kind == Kind::Count => Some(0.0),
            value => value.map(scaled),
        },
        Reading::Ratio => {
            let numerator = raw.number(Role::Numerator).unwrap_or(0.0);
            let denominator = raw.number(Role::Denominator);
            let denominator = denominator
                .or_else(|| raw.number(Role::N).filter(|_| measure.kind == Kind::Share))?;
            divide(scaled(numerator), denominator / measure.denominator_scale)
        }
        Reading::Spread => divide(quantile(2)? - quantile(0)?, quantile(1)?),
        Reading::Stock(rollup) => {
            let at = match rollup {
                Rollup::Last => 0,
                Rollup::Avg => 1,
                Rollup::Min => 2,
                Rollup::Max => 3,
            };
            quantile(at).or_else(|| raw.number(Role::Value)).or(Some(0.0)).map(scaled)
        }
    }
}

/// A quotient; nothing divided by nothing is nothing.
fn divide(numerator: f64, denominator: f64) -> Option<f64> {
    (denominator.abs() > 0.0).then(|| numerator / denominator)
}
