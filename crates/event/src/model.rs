//! The event itself.

use crate::{Actor, Instant, Kind, Text};
use std::collections::BTreeMap;

/// Fields of an event's `data` that its type does not know: each sets the ticket's custom field
/// of that name, at the instant of the event.
pub type Extra = BTreeMap<Text, Text>;

/// Something that happened to one ticket, as it came from one source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Name of the connection it came through; `(source, entry.id)` is the deduplication key.
    pub source: Text,
    /// The ticket's external id within the source.
    pub ticket: Text,
    /// What happened.
    pub entry: Entry,
}

/// One line of a ticket's timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The event's id, unique within the source.
    pub id: Text,
    /// The source's own order among events of one instant, where it has one
    /// (CloudEvents extension `sequence`).
    pub sequence: Option<u64>,
    /// When it happened.
    pub at: Instant,
    /// When we learnt of it (CloudEvents extension `recordedtime`).
    pub seen: Instant,
    /// Who did it, in the role they had then.
    pub actor: Actor,
    /// What they did.
    pub kind: Kind,
    /// The merged-away ticket this entry was first written on; absent on a ticket's own entries.
    pub origin: Option<Text>,
    /// Fields the type does not know.
    pub extra: Option<Box<Extra>>,
}
