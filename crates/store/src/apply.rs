//! From accepted events to new rows: group by ticket, merge into the timeline, fold.

use crate::error::Result;
use crate::limits;
use crate::overlay::Run;
use crate::segment::Stored;
use crate::snapshot::Snapshot;
use event::{Entry, Event, Text};
use facts::{Folder, TablesBuilder};
use rustc_hash::FxHashSet;

/// An event on its way into the rows.
#[derive(Debug)]
pub(crate) struct Incoming {
    /// Its ticket's number.
    pub(crate) number: u32,
    /// Which of the callers it came from, for counting.
    pub(crate) caller: u32,
    pub(crate) event: Event,
}

/// How many events were new to their tickets, and how many were there already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Accepted {
    /// Events that are now in a timeline and were not before.
    pub new: u64,
    /// Events whose id was in the ticket's timeline already.
    pub duplicate: u64,
}

/// What applying a batch did.
#[derive(Debug, Default)]
pub(crate) struct Applied {
    /// Rows of the tickets that changed.
    pub(crate) runs: Vec<Run>,
    /// Their numbers, ascending.
    pub(crate) changed: Vec<u32>,
    /// By caller.
    pub(crate) counts: Vec<Accepted>,
    /// Entries that merged-away tickets hand on.
    pub(crate) derived: Vec<Event>,
}

/// Merges events into the tickets of a snapshot, and folds those that change.
pub(crate) fn apply(
    snapshot: &Snapshot,
    batch: u64,
    mut incoming: Vec<Incoming>,
    callers: usize,
    threads: usize,
) -> Result<Applied> {
    incoming.sort_by_key(|incoming| incoming.number);
    let numbers: Vec<u32> =
        incoming.chunk_by(|a, b| a.number == b.number).map(|group| group[0].number).collect();
    let stored = snapshot.tickets(&numbers)?;
    let mut counts = vec![Accepted::default(); callers];
    let mut changed = Vec::new();
    let mut rest = incoming.into_iter().peekable();
    for (number, old) in numbers.into_iter().zip(stored) {
        let mut group = Vec::new();
        while let Some(next) = rest.next_if(|next| next.number == number) {
            group.push(next);
        }
        if let Some(new) = merge(number, old, group, &mut counts)? {
            changed.push((number, new));
        }
    }
    let derived = changed.iter().flat_map(|(_, stored)| derived(stored)).collect();
    let runs = fold_runs(&snapshot.folder, batch, &changed, threads)?;
    let changed = changed.into_iter().map(|(number, _)| number).collect();
    Ok(Applied { runs, changed, counts, derived })
}

/// The ticket with a group of events merged in; `None` where they change nothing.
fn merge(
    number: u32,
    old: Option<Stored>,
    group: Vec<Incoming>,
    counts: &mut [Accepted],
) -> Result<Option<Stored>> {
    let Some(first) = group.first() else { return Ok(old) };
    let (source, ticket) = (first.event.source.clone(), first.event.ticket.clone());
    if let Some(old) = &old {
        Snapshot::check(old, number, &source, &ticket)?;
    }
    let old = old.map(|old| old.timeline).unwrap_or_default();
    let mut ids: FxHashSet<(Text, Option<Text>)> = old.iter().map(identity).collect();
    let mut entries = Vec::with_capacity(group.len());
    for Incoming { caller, event, .. } in group {
        let count = &mut counts[caller as usize];
        if ids.insert(identity(&event.entry)) {
            count.new += 1;
        } else {
            count.duplicate += 1;
        }
        entries.push(event.entry);
    }
    let timeline = facts::timeline::merge(old.clone(), entries);
    // A duplicate may still change something: the same event learnt of earlier.
    Ok((timeline != old).then_some(Stored { source, ticket, timeline }))
}

fn identity(entry: &Entry) -> (Text, Option<Text>) {
    (entry.id.clone(), entry.origin.clone())
}

/// What a merged-away ticket hands on to the tickets it was merged into.
///
/// An entry keeps its id and origin however far it travels, so tickets merged in a circle learn
/// everything once and then nothing new.
pub(crate) fn derived(stored: &Stored) -> Vec<Event> {
    let mut events = Vec::new();
    for (into, entries) in facts::derived(&stored.ticket, &stored.timeline) {
        events.extend(entries.into_iter().map(|entry| Event {
            source: stored.source.clone(),
            ticket: into.clone(),
            entry,
        }));
    }
    events
}

/// Folds tickets into runs of the overlay, on several threads where they are many.
pub(crate) fn fold_runs(
    folder: &Folder,
    batch: u64,
    tickets: &[(u32, Stored)],
    threads: usize,
) -> Result<Vec<Run>> {
    let run = |chunk: &[(u32, Stored)]| {
        let mut builder = TablesBuilder::new();
        for (number, stored) in chunk {
            push(folder, &mut builder, *number, stored);
        }
        let numbers: Vec<u32> = chunk.iter().map(|(number, _)| *number).collect();
        Run::new(&numbers, batch, &builder.finish())
    };
    let share = tickets.len().div_ceil(threads.max(1)).clamp(256, limits::RUN_TICKETS_MAX);
    if tickets.len() <= share {
        return tickets.chunks(share).map(run).collect();
    }
    let chunks: Vec<&[(u32, Stored)]> = tickets.chunks(share).collect();
    let mut runs = Vec::with_capacity(chunks.len());
    for group in chunks.chunks(threads.max(1)) {
        std::thread::scope(|scope| -> Result<()> {
            let tasks: Vec<_> = group.iter().map(|chunk| scope.spawn(|| run(chunk))).collect();
            for task in tasks {
                match task.join() {
                    Ok(run) => runs.push(run?),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            Ok(())
        })?;
    }
    Ok(runs)
}

/// Folds one ticket.
pub(crate) fn push(folder: &Folder, builder: &mut TablesBuilder, number: u32, stored: &Stored) {
    let Stored { source, ticket, timeline } = stored;
    let facts = folder.fold(source, ticket, timeline);
    builder.push(i64::from(number), source, ticket, timeline, &facts);
}
