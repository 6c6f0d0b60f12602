//! A ticket's timeline: its order, its deduplication, and its way in and out of Arrow.

mod read;
mod words;
mod write;

use event::{Actor, Entry, Instant, Kind, Message, Role, Text, Visibility};
use rustc_hash::FxHashMap;
use std::cmp::Ordering;

pub use read::{TimelineError, TimelineReader};
pub use words::kind_name;
pub(crate) use words::role_name;
pub(crate) use write::TimelineWriter;

/// Timelines up to this length are deduplicated by comparing each pair, which beats hashing.
const PAIRWISE_MAX: usize = 16;

/// Puts a timeline into its one order and removes duplicates, whatever order it arrived in.
///
/// Events are ordered by instant; within one instant by the source's own sequence, then by what
/// must come first (creation, attributes, customer before agent, status, survey), then by id. Of
/// two entries with the same id and origin the one learnt of first stays.
pub fn arrange(timeline: &mut Vec<Entry>) {
    dedupe(timeline);
    if !is_arranged(timeline) {
        timeline.sort_unstable_by(order);
    }
}

/// Joins two parts of one ticket's timeline; the order of the parts does not matter.
pub fn merge(mut existing: Vec<Entry>, incoming: Vec<Entry>) -> Vec<Entry> {
    existing.extend(incoming);
    arrange(&mut existing);
    existing
}

/// Whether a timeline is in order.
pub(crate) fn is_arranged(timeline: &[Entry]) -> bool {
    timeline.is_sorted_by(|a, b| order(a, b).is_le())
}

/// The intrinsic order of two entries.
pub fn order(a: &Entry, b: &Entry) -> Ordering {
    a.at.cmp(&b.at)
        .then_with(|| a.sequence.unwrap_or(0).cmp(&b.sequence.unwrap_or(0)))
        .then_with(|| rank(a).cmp(&rank(b)))
        .then_with(|| a.id.cmp(&b.id))
        .then_with(|| a.origin.cmp(&b.origin))
        .then_with(|| a.seen.cmp(&b.seen))
}

/// What comes first within one instant.
fn rank(entry: &Entry) -> u8 {
    match &entry.kind {
        Kind::Created(_) => 0,
        Kind::Split { .. } | Kind::Linked { .. } => 1,
        Kind::Assigned { .. }
        | Kind::Priority(_)
        | Kind::Type(_)
        | Kind::Tags(_)
        | Kind::Field { .. }
        | Kind::Sla(_)
        | Kind::Schedule(_) => 2,
        Kind::Message(_) if entry.actor.role == Role::Requester => 3,
        Kind::Message(_) => 4,
        Kind::Status { status, .. } => 5 + *status as u8,
        Kind::CsatOffered => 20,
        Kind::Rated { .. } => 21,
        Kind::Escalated { .. } | Kind::Merged { .. } | Kind::Worked { .. } | Kind::Redacted => 22,
    }
}

fn dedupe(timeline: &mut Vec<Entry>) {
    if timeline.len() <= PAIRWISE_MAX {
        let mut at = 1;
        while at < timeline.len() {
            let (before, rest) = timeline.split_at_mut(at);
            match before.iter_mut().find(|earlier| same(earlier, &rest[0])) {
                Some(earlier) => {
                    if preferred(&rest[0], earlier) {
                        std::mem::swap(earlier, &mut rest[0]);
                    }
                    timeline.swap_remove(at);
                }
                None => at += 1,
            }
        }
        return;
    }
    let mut places: FxHashMap<(Text, Option<Text>), usize> = FxHashMap::default();
    places.reserve(timeline.len());
    let mut kept: Vec<Entry> = Vec::with_capacity(timeline.len());
    for entry in timeline.drain(..) {
        let place = *places.entry((entry.id.clone(), entry.origin.clone())).or_insert(kept.len());
        match kept.get_mut(place) {
            Some(earlier) if preferred(&entry, earlier) => *earlier = entry,
            Some(_) => {}
            None => kept.push(entry),
        }
    }
    *timeline = kept;
}

fn same(a: &Entry, b: &Entry) -> bool {
    a.id == b.id && a.origin == b.origin
}

/// Whether `new` is kept rather than `old`: the one seen first, else the lesser content.
fn preferred(new: &Entry, old: &Entry) -> bool {
    match new.seen.cmp(&old.seen) {
        Ordering::Less => true,
        Ordering::Greater => false,
        // Differing content under one id and instant is a source's mistake; any fixed choice does.
        Ordering::Equal => new != old && format!("{new:?}") < format!("{old:?}"),
    }
}

/// What a merged-away ticket leaves to the ticket it was merged into: that ticket's external id,
/// and the messages to copy there. `None` while the ticket stands on its own.
///
/// A copy is known at the primary from the merge on, so its `seen` is at least the merge's. A
/// creation by the customer without a message of its own is handed on as a message.
pub fn derived(ticket: &str, timeline: &[Entry]) -> Option<(Text, Vec<Entry>)> {
    let (into, known) = timeline.iter().rev().find_map(|entry| match &entry.kind {
        Kind::Merged { into } if entry.origin.is_none() && into != ticket => {
            Some((into.clone(), entry.seen))
        }
        _ => None,
    })?;
    let copies = timeline
        .iter()
        .filter(|entry| entry.origin.as_ref() != Some(&into))
        .filter_map(|entry| {
            let kind = match &entry.kind {
                Kind::Message(_) => entry.kind.clone(),
                Kind::Created(_) if is_wordless_contact(entry, timeline) => {
                    let visibility = Visibility::Public;
                    Kind::Message(Message { visibility, ..Message::default() })
                }
                _ => return None,
            };
            Some(copy(ticket, entry, kind, known))
        })
        .collect();
    Some((into, copies))
}

/// Whether a creation is a customer's contact of which no message tells.
fn is_wordless_contact(created: &Entry, timeline: &[Entry]) -> bool {
    let Kind::Created(data) = &created.kind else { return false };
    data.direction == event::Direction::Inbound
        && created.actor.role != Role::Agent
        && !timeline.iter().any(|entry| {
            matches!(entry.kind, Kind::Message(_))
                && entry.actor.role == Role::Requester
                && entry.at.since(created.at).abs() <= crate::limits::CREATION_MESSAGE_US
        })
}

fn copy(ticket: &str, entry: &Entry, kind: Kind, known: Instant) -> Entry {
    let (id, origin) = match &entry.origin {
        // Merged twice: the copy keeps the name of the ticket it was first written on.
        Some(origin) => (entry.id.clone(), origin.clone()),
        None => (Text::from(format!("{ticket}/{}", entry.id)), ticket.into()),
    };
    let role = match (&entry.kind, entry.actor.role) {
        (Kind::Created(_), _) => Role::Requester,
        (_, role) => role,
    };
    Entry {
        id,
        sequence: entry.sequence,
        at: entry.at,
        seen: entry.seen.max(known),
        actor: Actor { role, ..entry.actor.clone() },
        kind,
        origin: Some(origin),
        extra: None,
    }
}
