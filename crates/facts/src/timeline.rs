//! A ticket's timeline: its order, its deduplication, and its way in and out of Arrow.

mod marks;
mod read;
mod write;

use event::{Direction, Entry, Instant, Kind, Role, Text};
use rustc_hash::FxHashMap;
use std::cmp::Ordering;
use std::collections::BTreeMap;

pub use read::{TimelineError, TimelineReader};
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

/// What a merged-away ticket leaves to each ticket it was merged into: that ticket's external id,
/// and the entries to copy there. Empty while the ticket stands on its own.
///
/// Each entry is copied for itself, whatever else the timeline holds, and a later copy only ever
/// lowers `seen`: so the copies that gathered at the primary are the same in whatever order, and in
/// however many batches, the entries arrived. Two rules follow. A ticket merged into one ticket and
/// then into another leaves its copies on both. Its creation is copied as it is, and the fold of
/// the primary decides whether it is a contact of its own (`wordless_contacts`).
///
/// A copy is known at the primary from the merge on, so its `seen` is at least that of the first
/// merge into that ticket that was learnt of.
pub fn derived(ticket: &str, timeline: &[Entry]) -> Vec<(Text, Vec<Entry>)> {
    let mut known: BTreeMap<&Text, Instant> = BTreeMap::new();
    for entry in timeline {
        if let Kind::Merged { into } = &entry.kind
            && entry.origin.is_none()
            && into != ticket
        {
            let seen = known.entry(into).or_insert(entry.seen);
            *seen = entry.seen.min(*seen);
        }
    }
    let copies = |into: &Text, known: Instant| {
        timeline
            .iter()
            .filter(|entry| entry.origin.as_ref() != Some(into))
            .filter(|entry| matches!(entry.kind, Kind::Message(_) | Kind::Created(_)))
            .map(|entry| copy(ticket, entry, known))
            .collect()
    };
    known.into_iter().map(|(into, known)| (into.clone(), copies(into, known))).collect()
}

/// Places of the creations copied from merged-away tickets that are a customer's contact of which
/// no message tells.
pub(crate) fn wordless_contacts(timeline: &[Entry]) -> Vec<usize> {
    let is_wordless = |created: &Entry| {
        let Kind::Created(data) = &created.kind else { return false };
        data.direction == Direction::Inbound
            && created.actor.role != Role::Agent
            && !timeline.iter().any(|entry| {
                matches!(entry.kind, Kind::Message(_))
                    && entry.origin == created.origin
                    && entry.actor.role == Role::Requester
                    && entry.at.since(created.at).abs() <= crate::limits::CREATION_MESSAGE_US
            })
    };
    let copies = timeline.iter().enumerate().filter(|(_, entry)| entry.origin.is_some());
    copies.filter(|(_, entry)| is_wordless(entry)).map(|(place, _)| place).collect()
}

fn copy(ticket: &str, entry: &Entry, known: Instant) -> Entry {
    let (id, origin) = match &entry.origin {
        // Merged twice: the copy keeps the name of the ticket it was first written on.
        Some(origin) => (entry.id.clone(), origin.clone()),
        None => (Text::from(format!("{ticket}/{}", entry.id)), ticket.into()),
    };
    Entry {
        id,
        sequence: entry.sequence,
        at: entry.at,
        seen: entry.seen.max(known),
        actor: entry.actor.clone(),
        kind: entry.kind.clone(),
        origin: Some(origin),
        extra: None,
    }
}
