//! Payloads that arrive by themselves, such as the bodies of webhooks: one in, its events out.

use crate::error::Error;
use crate::files::objects::malformed;
use crate::formula::{json, refill};
use crate::import::payload::{Done, Payload, keep, reason_of};
use crate::import::plan::Plan;
use crate::issue::Issue;
use crate::limits::{RECORD_BYTES_MAX, UNREAD_PATHS_MAX};
use crate::mapping::Mapping;
use crate::mapping::lookup::Lookups;
use crate::quarantine::{Place, Quarantined, Reason, excerpt, raw_text};
use event::{Event, Instant, cloudevents};
use serde::Serialize;
use serde_json::Value;
use std::path::PathBuf;

/// Turns payloads into events by one mapping.
#[derive(Debug)]
pub struct Payloads {
    mapping: Mapping,
    lookups: Lookups,
}

/// What a payload came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mapped {
    /// Its events. Their ids come from what they say, so that a payload mapped again, or in
    /// another order, makes the same ones.
    pub events: Vec<Event>,
    /// What of it could not be understood, with all that is needed to try it again.
    pub quarantined: Vec<Quarantined>,
    /// Whether the mapping leaves the payload out on purpose: there is nothing to keep of it.
    pub left_out: bool,
}

/// What a payload would come to, and why: for whoever writes the mapping.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = MappingTried)]
pub struct Tried {
    /// Its events, in the order in which they are made.
    pub events: Vec<TriedEvent>,
    /// What of it could not be understood.
    pub problems: Vec<TriedProblem>,
    /// Rows that a `where` leaves out.
    pub left_out: u64,
    /// Paths of the payload that nothing in the mapping has read, the first of them.
    pub unread: Vec<String>,
}

/// An event that a payload would make.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = MappingTriedEvent)]
pub struct TriedEvent {
    /// The rule that made it, as a path in the mapping, such as `rules[1]`.
    pub rule: String,
    /// The row of the payload, from 1; absent where the payload is the row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<u64>,
    /// The event as a `CloudEvent`.
    #[schema(value_type = Object)]
    pub event: Value,
}

/// Something of a payload that could not be understood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = MappingTriedProblem)]
pub struct TriedProblem {
    /// The row of the payload, from 1; absent where it is about the payload.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<u64>,
    /// Stable name of the reason.
    pub code: String,
    /// What is wrong, in one sentence.
    pub message: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

impl Payloads {
    /// Payloads read by `mapping`; `tables` are the files of its lookup tables, if it has any.
    ///
    /// # Errors
    /// Where the mapping can't be used for payloads, or a lookup table is missing.
    pub fn new(mapping: Mapping, tables: &[PathBuf]) -> Result<Self, Error> {
        if let Some(rule) = mapping.inputs.iter().flat_map(|input| &input.rules).find(|rule| {
            // Which row of a ticket is its earliest can be told of a whole file only.
            rule.earliest
        }) {
            let message = format!("`once` of rule `{}` needs a whole file", rule.name);
            let issue = Issue::new("wrong_value", "rules", message);
            let hint = "say with `when` which payload it is about";
            return Err(Error::Mapping(vec![issue.hint(hint)]));
        }
        let lookups = Plan::lookups(&mapping, tables)?.lookups;
        Ok(Self { mapping, lookups })
    }

    /// The source its events belong to.
    pub fn source(&self) -> &str {
        self.mapping.source()
    }

    /// What `body` says, learnt of at `received`. `headers` are the name and value of each header
    /// that came with it; `place` is what the quarantine calls it.
    ///
    /// Every input of the mapping is tried, and what is wrong with a body is in the answer. What
    /// it costs is bounded, whatever the body and the mapping.
    pub fn map(
        &self,
        body: &[u8],
        headers: &[(String, String)],
        received: Instant,
        place: &Place,
    ) -> Mapped {
        let mut mapped = Mapped::default();
        let payload = match read(body) {
            Ok(payload) => payload,
            Err(reason) => {
                let raw =
                    if body.len() > RECORD_BYTES_MAX { excerpt(body) } else { raw_text(body) };
                mapped.quarantined.push(reason.at(place.clone(), raw));
                return mapped;
            }
        };
        let raw = self.mapping.inputs.iter().any(|input| input.headers);
        let raw = if raw { keep(&payload, headers) } else { raw_text(body) };
        let done = self.done(&Payload::new(payload, headers), received);
        mapped.left_out = done.iter().all(|done| done.made.filtered);
        if let Some(reason) = reason_of(&done) {
            mapped.quarantined.push(reason.at(place.clone(), raw));
        }
        mapped.events = done.into_iter().flat_map(|done| done.made.events).collect();
        mapped
    }

    /// What `body` would come to, and why.
    pub fn test(&self, body: &[u8], headers: &[(String, String)], received: Instant) -> Tried {
        let mut tried = Tried::default();
        let payload = match read(body) {
            Ok(payload) => Payload::new(payload, headers),
            Err(reason) => {
                tried.problems.push(problem(None, reason));
                return tried;
            }
        };
        for Done { input, row, made, result } in self.done(&payload, received) {
            let row = row.map(|row| row as u64 + 1);
            tried.left_out += u64::from(made.filtered);
            tried.problems.extend(result.err().map(|reason| problem(row, reason)));
            for (rule, event) in made.rules.iter().zip(&made.events) {
                let mut json = Vec::new();
                cloudevents::write(event, &mut json);
                let event = serde_json::from_slice(&json).unwrap_or_default();
                let rule = self.rule(input, *rule);
                tried.events.push(TriedEvent { rule, row, event });
            }
        }
        json::unread(payload.value.as_ref(), "", UNREAD_PATHS_MAX, &mut tried.unread);
        tried
    }

    fn done(&self, payload: &Payload, received: Instant) -> Vec<Done> {
        refill();
        let inputs: Vec<usize> = (0..self.mapping.inputs.len()).collect();
        self.mapping.payload(&inputs, payload, &self.lookups, received)
    }

    /// Where a rule stands in the mapping, with its name.
    fn rule(&self, input: usize, rule: usize) -> String {
        let name = self.mapping.inputs[input].rules.get(rule).map_or("", |rule| rule.name.as_str());
        if self.mapping.inputs.len() == 1 {
            format!("rules[{rule}] {name}")
        } else {
            format!("inputs[{input}].rules[{rule}] {name}")
        }
    }
}

fn problem(row: Option<u64>, Reason { code, message, hint }: Reason) -> TriedProblem {
    TriedProblem { row, code: code.to_owned(), message, hint }
}

fn read(body: &[u8]) -> Result<Value, Reason> {
    if body.len() > RECORD_BYTES_MAX {
        let message = format!("{} bytes; a payload has at most {RECORD_BYTES_MAX}", body.len());
        return Err(Reason::new("payload_too_long", message).hint("send it in several parts"));
    }
    serde_json::from_slice(body).map_err(|error| malformed(&error, false))
}
