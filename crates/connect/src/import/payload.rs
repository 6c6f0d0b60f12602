//! A payload on its way through a mapping: its rows, and what each of them comes to.

use crate::files::row::{Header, Row};
use crate::formula::{Any, Values, json, rows_of};
use crate::import::translate::{Translated, Translator};
use crate::limits::COLUMNS_MAX;
use crate::mapping::lookup::Lookups;
use crate::mapping::{Fields, Mapping};
use crate::quarantine::Reason;
use event::Instant;
use serde_json::{Value, json as object};

/// How deep objects are opened into columns; what lies deeper stays JSON text.
const DEPTH_MAX: usize = 8;

/// What a payload and its headers are called where both must be kept in one text.
const PAYLOAD: &str = "$payload";
const HEADERS: &str = "$headers";

/// A payload, with the headers it came with.
#[derive(Debug)]
pub(crate) struct Payload {
    pub(crate) value: Any,
    headers: Any,
}

/// What one row of a payload came to.
#[derive(Debug)]
pub(crate) struct Done {
    /// Which input of the mapping it was.
    pub(crate) input: usize,
    /// Which row of the payload, from 0; absent where the payload is the row.
    pub(crate) row: Option<usize>,
    pub(crate) made: Translated,
    pub(crate) result: Result<(), Reason>,
}

impl Payload {
    pub(crate) fn new(payload: Value, headers: &[(String, String)]) -> Self {
        Self { value: json::value(payload), headers: json::value(header_object(headers)) }
    }

    /// A payload as the quarantine kept it, with headers or without.
    pub(crate) fn kept(kept: Value) -> Self {
        match kept {
            Value::Object(mut both) if both.len() == 2 && both.contains_key(PAYLOAD) => {
                let headers = both.remove(HEADERS).unwrap_or_default();
                let payload = both.remove(PAYLOAD).unwrap_or_default();
                Self { value: json::value(payload), headers: json::value(headers) }
            }
            payload => Self::new(payload, &[]),
        }
    }
}

/// What the quarantine keeps of a payload whose mapping reads headers.
pub(crate) fn keep(payload: &Value, headers: &[(String, String)]) -> String {
    object!({PAYLOAD: payload, HEADERS: header_object(headers)}).to_string()
}

/// Headers under their names in small letters; the values of one name are joined.
fn header_object(headers: &[(String, String)]) -> Value {
    let mut object = serde_json::Map::new();
    for (name, value) in headers {
        let joined = match object.get(&name.to_lowercase()) {
            Some(Value::String(before)) => format!("{before}, {value}"),
            _ => value.clone(),
        };
        object.insert(name.to_lowercase(), Value::String(joined));
    }
    Value::Object(object)
}

impl Mapping {
    /// What a payload comes to under some of the inputs: every row of it, in order.
    pub(crate) fn payload(
        &self,
        inputs: &[usize],
        payload: &Payload,
        lookups: &Lookups,
        seen: Instant,
    ) -> Vec<Done> {
        let mut done = Vec::new();
        for input in inputs {
            let translator = self.translator(*input, lookups, seen);
            if let Err(reason) = rows(translator, *input, payload, &mut done) {
                let made = Translated::default();
                done.push(Done { input: *input, row: None, made, result: Err(reason) });
            }
        }
        done
    }
}

/// The rows of a payload under one input.
fn rows(
    mut translator: Translator<'_>,
    input: usize,
    payload: &Payload,
    done: &mut Vec<Done>,
) -> Result<(), Reason> {
    let mut values = Values::new(&payload.value, &payload.headers);
    let rows = match &translator.input.each {
        Some(each) => each.rows(&values)?,
        None => rows_of(payload.value.as_ref())?,
    };
    let many = translator.input.each.is_some() || rows.len() != 1;
    let mut header = Header::default();
    for column in &translator.input.columns {
        header.place_of(column);
    }
    let mut row = Row::default();
    for (index, value) in rows.iter().enumerate() {
        let place = many.then_some(index);
        let (made, result) = match fill(&mut row, value, &mut header, translator.input) {
            Ok(()) => {
                translator.bind(&header);
                values.set_row(value);
                translator.translate(&row, Some(&values))
            }
            Err(reason) => (Translated::default(), Err(reason)),
        };
        done.push(Done { input, row: place, made, result });
    }
    Ok(())
}

/// The columns of one row of a payload.
fn fill(
    row: &mut Row,
    value: &Any,
    header: &mut Header,
    input: &crate::mapping::InputSpec,
) -> Result<(), Reason> {
    let mut cells = vec![None; header.names().len()];
    for (cell, column) in cells.iter_mut().zip(&input.columns) {
        *cell = json::at(value.as_ref(), column).and_then(json::text);
    }
    if matches!(input.fields, Fields::Rest) {
        json::leaves(value.as_ref(), "", DEPTH_MAX, &mut |name, leaf| {
            let place = header.place_of(name);
            if place >= cells.len() {
                cells.resize(place + 1, None);
            }
            cells[place] = json::text(leaf);
        });
    }
    if cells.len() > COLUMNS_MAX {
        let message = format!("more than {COLUMNS_MAX} different keys in one payload");
        return Err(
            Reason::new("too_many_columns", message).hint("keys that are data belong into values")
        );
    }
    row.clear(0);
    for cell in cells {
        row.push(cell.as_deref().unwrap_or(""));
    }
    Ok(())
}

/// One reason for all rows of a payload that could not be understood.
pub(crate) fn reason_of(done: &[Done]) -> Option<Reason> {
    let mut bad = done.iter().filter_map(|done| Some((done.row, done.result.as_ref().err()?)));
    let (row, first) = bad.next()?;
    let mut reason = first.clone();
    if let Some(row) = row {
        reason.message = format!("row {}: {}", row + 1, reason.message);
    }
    let more = bad.count();
    if more > 0 {
        reason.message = format!("{}; and {more} more", reason.message);
    }
    Some(reason)
}
