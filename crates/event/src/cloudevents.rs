//! Events on the wire: CloudEvents 1.0 as one JSON object, a JSON batch, or JSON lines.
//!
//! [`parse`] reads what anybody may send and says exactly what is wrong with the rest;
//! [`write`](write())
//! puts an event down in one canonical form that reads back as the same event. The shape of each
//! type is published as JSON Schema ([`schemas`]).
//!
//! Context attributes that we don't know are left out, as the standard allows; unknown fields of
//! `data` become custom fields. In `data`, `null` and an empty name both mean "absent".

mod data;
mod node;
mod read;
mod schema;
mod write;

pub use schema::schemas;
pub use write::write;

use crate::limits::{BATCH_EVENTS_MAX, EVENT_BYTES_MAX};
use crate::{Event, Instant, Text};
use node::Node;
use serde::Serialize;
use serde_json::value::RawValue;

/// What every type starts with.
pub const PREFIX: &str = "deskmeter.";

/// What the types of ticket events start with.
pub const TICKET_PREFIX: &str = "deskmeter.ticket.";

/// The types of ticket events, without [`TICKET_PREFIX`].
pub const TICKET_TYPES: [&str; 18] = [
    "created",
    "message",
    "status",
    "assigned",
    "priority",
    "type",
    "tags",
    "field",
    "escalated",
    "merged",
    "split",
    "linked",
    "sla",
    "schedule",
    "csat_offered",
    "rated",
    "worked",
    "redacted",
];

/// The types of records, without [`PREFIX`].
pub const RECORD_TYPES: [&str; 16] = [
    "contact",
    "answer",
    "agent_state",
    "shift",
    "visit",
    "run",
    "account",
    "subscription",
    "order",
    "return",
    "cost",
    "usage",
    "probe",
    "qa_review",
    "review",
    "annotation",
];

/// What was on the wire.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// Something that happened to a ticket.
    Event(Event),
    /// A thing keyed by source and id, whose last write wins.
    Record(RawRecord),
}

/// A record that was recognised and whose content has not been read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawRecord {
    /// The connection it came through.
    pub source: Text,
    /// Its id within the source.
    pub id: Text,
    /// Its type, one of [`RECORD_TYPES`].
    pub type_: Text,
    /// When it was so.
    pub time: Instant,
    /// Its `data` as compact JSON.
    pub data: String,
}

/// Why something on the wire is no event: for a person to read and act on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{message}")]
pub struct Reject {
    /// A stable word for the kind of problem, for example `unknown_type`.
    pub code: &'static str,
    /// What is wrong, with the place, in one sentence.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// The event's id, where it could be read.
    pub id: Option<String>,
}

impl Reject {
    fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), hint: None, id: None }
    }

    fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    fn malformed(error: &serde_json::Error) -> Self {
        let reject = Self::new("malformed_json", format!("not JSON: {error}"));
        if error.is_eof() {
            return reject.hint("the text ends too early: was it cut off?");
        }
        reject
    }
}

/// Reads one CloudEvents JSON object; `seen` is when we learnt of it, unless it says so itself in
/// `recordedtime`.
pub fn parse(json: &[u8], seen: Instant) -> Result<Item, Reject> {
    if json.len() > EVENT_BYTES_MAX {
        let message = format!("{} bytes; an event has at most {EVENT_BYTES_MAX}", json.len());
        return Err(Reject::new("too_long", message));
    }
    let node: Node<'_> = serde_json::from_slice(json).map_err(|error| Reject::malformed(&error))?;
    read::item(node, seen)
}

/// Reads a JSON batch; what is wrong with one event leaves the others alone.
pub fn parse_batch(json: &[u8], seen: Instant) -> Result<Vec<Result<Item, Reject>>, Reject> {
    let events = split_batch(json)?;
    Ok(events.into_iter().map(|event| parse(event.as_bytes(), seen)).collect())
}

/// The texts of a batch's events, for a caller that keeps the text of what it can't read.
pub fn split_batch(json: &[u8]) -> Result<Vec<&str>, Reject> {
    let start = json.iter().find(|byte| !byte.is_ascii_whitespace());
    if start.is_some_and(|byte| *byte != b'[') {
        return Err(Reject::new("not_a_batch", "a batch is a JSON array of events")
            .hint("put the event between `[` and `]`"));
    }
    let events: Vec<&RawValue> =
        serde_json::from_slice(json).map_err(|error| Reject::malformed(&error))?;
    if events.len() > BATCH_EVENTS_MAX {
        let message = format!("{} events; a batch has at most {BATCH_EVENTS_MAX}", events.len());
        return Err(Reject::new("too_many", message).hint("send several batches"));
    }
    Ok(events.into_iter().map(RawValue::get).collect())
}
