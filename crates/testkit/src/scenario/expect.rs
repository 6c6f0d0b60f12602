//! Comparing what a scenario expects with what came out, and saying the difference readably.
//!
//! Both sides are JSON rows. Only the keys that the scenario names are compared. A text expected
//! where a number came out is read as a duration (`2h 30m`, in the unit of the column), and a text
//! expected where a time came out as a local time of the scenario's zone, so that files stay
//! readable.

use super::line;
use event::Instant;
use jiff::tz::TimeZone;
use serde_json::{Map, Value};
use std::fmt;

/// How far two numbers may lie apart, relative to the larger: enough for the last digits of a
/// division, nothing else.
const TOLERANCE: f64 = 1e-9;

/// How far an expected share may lie from the real one if it is written with few digits.
const WRITTEN_DIGITS: f64 = 5e-5;

/// One difference between expectation and outcome.
#[derive(Clone, Debug, PartialEq)]
pub struct Mismatch {
    /// Where: a ticket and column, or a row and cell.
    pub place: String,
    /// What the scenario says.
    pub expected: String,
    /// What came out.
    pub actual: String,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: expected {}, got {}", self.place, self.expected, self.actual)
    }
}

/// Compares the named columns of one fact row; `children` gives a child table's rows of the ticket.
pub fn facts(
    ticket: &str,
    expected: &Map<String, Value>,
    row: &Map<String, Value>,
    children: &dyn Fn(&str) -> Vec<Map<String, Value>>,
    zone: &TimeZone,
) -> Vec<Mismatch> {
    let mut compare = Compare { zone, found: Vec::new() };
    for (column, want) in expected {
        let place = format!("{ticket}.{column}");
        match want {
            Value::Array(rows) if CHILD_TABLES.contains(&column.as_str()) => {
                compare.child_rows(&place, rows, &children(column));
            }
            _ if row.is_empty() => compare.differ(&place, want, &"no such ticket"),
            _ => compare.column(&place, column, want, row),
        }
    }
    compare.found
}

/// Tables that a ticket's expectations may list rows of.
const CHILD_TABLES: [&str; 5] = ["turns", "spans", "clocks", "touches", "ratings"];

/// Compares the rows of an answer, `{"time": …, "channel": …, "cells": {metric: {value, n, …}}}`.
///
/// Rows are matched by their labels; every row of the answer must be expected and the reverse.
pub fn answer(
    expected: &[Map<String, Value>],
    rows: &[Value],
    metrics: &[String],
    zone: &TimeZone,
) -> Vec<Mismatch> {
    let mut compare = Compare { zone, found: Vec::new() };
    let mut left: Vec<&Value> = rows.iter().collect();
    for want in expected {
        let labels: Vec<(&String, &Value)> =
            want.iter().filter(|(key, _)| !metrics.contains(key)).collect();
        let name: Vec<String> =
            labels.iter().map(|(key, value)| format!("{key}={}", plain(value))).collect();
        let name = format!("row [{}]", name.join(", "));
        let label = |row: &Value, key: &str| plain(row.get(key).unwrap_or(&Value::Null));
        let place = left
            .iter()
            .position(|row| labels.iter().all(|(key, value)| plain(value) == label(row, key)));
        let Some(place) = place else {
            compare.differ(&name, &"a row", &"none");
            continue;
        };
        let row = left.remove(place);
        for (metric, cell) in want.iter().filter(|(key, _)| metrics.contains(key)) {
            let actual = row.get("cells").and_then(|cells| cells.get(metric));
            compare.cell(&format!("{name} {metric}"), cell, actual.unwrap_or(&Value::Null));
        }
    }
    for row in left {
        compare.differ("rows", &"no further row", row);
    }
    compare.found
}

/// A comparison under way.
struct Compare<'a> {
    zone: &'a TimeZone,
    found: Vec<Mismatch>,
}

impl Compare<'_> {
    fn differ(&mut self, place: &str, expected: &dyn fmt::Display, actual: &dyn fmt::Display) {
        self.found.push(Mismatch {
            place: place.to_owned(),
            expected: expected.to_string(),
            actual: actual.to_string(),
        });
    }

    fn child_rows(&mut self, place: &str, expected: &[Value], actual: &[Map<String, Value>]) {
        if expected.len() != actual.len() {
            self.differ(place, &format!("{} rows", expected.len()), &Listed(actual));
            return;
        }
        for (index, (want, row)) in expected.iter().zip(actual).enumerate() {
            let Value::Object(want) = want else { continue };
            for (column, value) in want {
                self.column(&format!("{place}[{index}].{column}"), column, value, row);
            }
        }
    }

    fn column(&mut self, place: &str, column: &str, want: &Value, row: &Map<String, Value>) {
        // JSON writers leave out what is null, so an absent key is null; a column that does not
        // exist is caught by the caller, who knows the schema.
        let actual = row.get(column).unwrap_or(&Value::Null);
        let unit = if column.ends_with("_us") { Unit::Micros } else { Unit::Plain };
        if !same(want, actual, unit, self.zone) {
            self.differ(place, want, &Shown { value: actual, unit });
        }
    }

    fn cell(&mut self, place: &str, want: &Value, cell: &Value) {
        let mut part = |place: &str, name: &str, want: &Value| {
            let actual = cell.get(name).unwrap_or(&Value::Null);
            if !same(want, actual, Unit::Seconds, self.zone) {
                self.differ(place, want, &Shown { value: actual, unit: Unit::Plain });
            }
        };
        match want {
            Value::Object(parts) => {
                for (name, value) in parts {
                    part(&format!("{place}.{name}"), name, value);
                }
            }
            value => part(place, "value", value),
        }
    }
}

/// The unit that a duration text is turned into.
#[derive(Clone, Copy, PartialEq)]
enum Unit {
    Plain,
    Seconds,
    Micros,
}

fn same(want: &Value, actual: &Value, unit: Unit, zone: &TimeZone) -> bool {
    match (want, actual) {
        (Value::Number(want), Value::Number(actual)) => match (want.as_i64(), actual.as_i64()) {
            (Some(want), Some(actual)) => want == actual,
            _ => near(want.as_f64(), actual.as_f64()),
        },
        (Value::String(text), Value::Number(actual)) => {
            let scale = if unit == Unit::Micros { 1.0 } else { 1e-6 };
            near(duration_micros(text).map(|micros| micros * scale), actual.as_f64())
        }
        (Value::String(text), Value::String(actual)) => {
            text == actual || same_time(text, actual, zone)
        }
        (Value::Array(want), Value::Array(actual)) => {
            want.len() == actual.len()
                && want.iter().zip(actual).all(|(want, actual)| same(want, actual, unit, zone))
        }
        (Value::Object(want), Value::Object(actual)) => {
            want.len() == actual.len()
                && want.iter().all(|(key, value)| {
                    actual.get(key).is_some_and(|actual| same(value, actual, unit, zone))
                })
        }
        _ => want == actual,
    }
}

/// Equal up to the digits of a division; a fraction written with four digits matches its like.
fn near(want: Option<f64>, actual: Option<f64>) -> bool {
    let (Some(want), Some(actual)) = (want, actual) else { return false };
    let apart = (want - actual).abs();
    let written_short = want.fract() != 0.0 && want.abs() < 100.0 && short(want);
    apart <= TOLERANCE * want.abs().max(actual.abs()).max(1.0)
        || (written_short && apart <= WRITTEN_DIGITS)
}

/// Whether a number is written with exactly four decimals, the mark of a rounded one.
fn short(number: f64) -> bool {
    let scaled = number * 1e4;
    let whole = (scaled - scaled.round()).abs() < 1e-6;
    let fewer = (number * 1e3 - (number * 1e3).round()).abs() < 1e-6;
    whole && !fewer
}

/// A naive UTC time, as fact tables hold it, against a local time of the scenario.
fn same_time(want: &str, actual: &str, zone: &TimeZone) -> bool {
    let naive = |text: &str| -> Option<Instant> {
        text.parse().ok().or_else(|| line::instant(text, &TimeZone::UTC).ok())
    };
    matches!((line::instant(want, zone), naive(actual)), (Ok(want), Some(actual)) if want == actual)
}

/// Reads `2h 30m`, `64h`, `57608s`, `-5s`, `1d` (24 hours) as microseconds.
pub fn duration_micros(text: &str) -> Option<f64> {
    let (sign, text) = text.strip_prefix('-').map_or((1.0, text), |rest| (-1.0, rest));
    let mut total = 0.0;
    let mut number = String::new();
    let mut any = false;
    for character in text.chars().filter(|character| *character != ' ') {
        let seconds = match character {
            '0'..='9' | '.' => {
                number.push(character);
                continue;
            }
            's' => 1.0,
            'm' => 60.0,
            'h' => 3600.0,
            'd' => 86_400.0,
            _ => return None,
        };
        total += number.parse::<f64>().ok()? * seconds;
        number.clear();
        any = true;
    }
    (any && number.is_empty()).then_some(sign * total * 1e6)
}

/// A label as text: `null` and absent are the same label.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "-".to_owned(),
        other => other.to_string(),
    }
}

/// A value with its duration beside it.
struct Shown<'a> {
    value: &'a Value,
    unit: Unit,
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.value)?;
        if let (Unit::Micros, Some(micros)) = (self.unit, self.value.as_i64()) {
            let seconds = micros / 1_000_000;
            write!(f, " ({}h {}m {}s)", seconds / 3600, seconds / 60 % 60, seconds % 60)?;
        }
        Ok(())
    }
}

/// Rows listed one a line.
struct Listed<'a>(&'a [Map<String, Value>]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} rows", self.0.len())?;
        for row in self.0 {
            write!(f, "\n      {}", Value::Object(row.clone()))?;
        }
        Ok(())
    }
}
