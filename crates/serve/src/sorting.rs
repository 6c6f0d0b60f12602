//! Texts taken apart into events and what cannot be understood, with a word about each.

use crate::limits::ITEMS_LISTED_MAX;
use bytes::Bytes;
use engine::semantic::Issue;
use event::cloudevents::{self, Item};
use event::{Event, Instant};
use serde::Serialize;
use store::Reject;

/// What became of one event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub(crate) struct ItemResult {
    /// Which event of the body it is, from 1.
    position: u64,
    /// The event's id, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    /// `accepted` or `quarantined`.
    result: &'static str,
    /// Why it is in quarantine, as a stable code.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// Why it is in quarantine, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
}

impl ItemResult {
    pub(crate) fn is_quarantined(&self) -> bool {
        self.reason.is_some()
    }

    /// What is wrong with it.
    pub(crate) fn issue(&self) -> Issue {
        let nth = || format!("event {}", self.position);
        Issue {
            code: self.reason.clone().unwrap_or_default(),
            place: self.id.as_ref().map_or_else(nth, |id| format!("event {id}")),
            message: self.message.clone().unwrap_or_default(),
            hint: self.hint.clone(),
        }
    }
}

/// Part of a body, taken apart.
#[derive(Debug, Default)]
pub(crate) struct Sorted {
    pub(crate) events: Vec<Event>,
    pub(crate) rejects: Vec<Reject>,
    pub(crate) items: Vec<ItemResult>,
    /// Events of the body before this part.
    before: u64,
    /// How many there are in this part.
    count: u64,
}

impl Sorted {
    /// Takes the texts of events apart, `before` of which came earlier in the body.
    pub(crate) fn of(texts: &[Bytes], before: u64, seen: Instant) -> Self {
        let mut sorted = Self { before, ..Self::default() };
        for text in texts {
            sorted.push(text, seen);
        }
        sorted
    }

    /// How many events there are.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    fn push(&mut self, text: &Bytes, seen: Instant) {
        self.count += 1;
        let position = self.before + self.count;
        let (id, source, reason, message, hint) = match cloudevents::parse(text, seen) {
            Ok(Item::Event(event)) => {
                if position <= ITEMS_LISTED_MAX as u64 {
                    self.items.push(accepted(position, &event));
                }
                self.events.push(event);
                return;
            }
            Ok(Item::Record(record)) => (
                Some(record.id.to_string()),
                record.source.to_string(),
                "record_not_kept".to_owned(),
                format!("records such as `{}` are recognised, but not kept yet", record.type_),
                Some("replay the quarantine after an upgrade".to_owned()),
            ),
            Err(reject) => {
                (reject.id, String::new(), reject.code.to_owned(), reject.message, reject.hint)
            }
        };
        self.rejects.push(Reject {
            source,
            import: None,
            place: format!("POST /events, event {position}"),
            reason: reason.clone(),
            message: message.clone(),
            raw: text.to_vec(),
        });
        let (reason, message) = (Some(reason), Some(message));
        let result = "quarantined";
        self.items.push(ItemResult { position, id, result, reason, message, hint });
    }
}

fn accepted(position: u64, event: &Event) -> ItemResult {
    let id = Some(event.entry.id.to_string());
    ItemResult { position, id, result: "accepted", reason: None, message: None, hint: None }
}
