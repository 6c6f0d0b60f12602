//! From accepted events to new rows: group by ticket, merge into the timeline, fold.

use crate::error::{Error, Result};
use crate::limits;
use crate::overlay::{Overlay, Run};
use crate::segment::Stored;
use crate::snapshot::Snapshot;
use event::{Entry, Event};
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

/// Events to apply together.
#[derive(Debug)]
pub(crate) struct Load {
    /// The batch they are of.
    pub(crate) batch: u64,
    pub(crate) incoming: Vec<Incoming>,
    /// How many callers there are.
    pub(crate) callers: usize,
    /// Tickets that handed on all they have.
    pub(crate) handed_on: FxHashSet<u32>,
}

/// What applying a batch did.
#[derive(Debug, Default)]
pub(crate) struct Applied {
    /// The overlay with the rows of the tickets that changed.
    pub(crate) overlay: Overlay,
    /// Their numbers, ascending.
    pub(crate) changed: Vec<u32>,
    /// By caller.
    pub(crate) counts: Vec<Accepted>,
    /// Entries that merged-away tickets hand on.
    pub(crate) derived: Vec<Event>,
    /// Tickets that handed on all they have.
    pub(crate) handed_on: FxHashSet<u32>,
}

/// Merges events into the tickets of a snapshot, and folds those that change.
///
/// A merged-away ticket hands on what it has even where nothing is new to it: its rows may be
/// sealed, and what it handed on may not. Those in `handed_on` did so already.
pub(crate) fn apply(snapshot: &Snapshot, load: Load, threads: usize) -> Result<Applied> {
    let Load { batch, mut incoming, callers, mut handed_on } = load;
    incoming.sort_by_key(|incoming| incoming.number);
    let numbers: Vec<u32> =
        incoming.chunk_by(|a, b| a.number == b.number).map(|group| group[0].number).collect();
    let stored = snapshot.tickets(&numbers)?;
    let mut counts = vec![Accepted::default(); callers];
    let (mut folding, mut heirs) = (Vec::new(), Vec::new());
    let mut rest = incoming.into_iter().peekable();
    for (number, old) in numbers.into_iter().zip(stored) {
        let mut group = Vec::new();
        while let Some(next) = rest.next_if(|next| next.number == number) {
            group.push(next);
        }
        let Merged { stored, is_new } = merge(snapshot, number, old, group, &mut counts)?;
        if handed_on.insert(number) || is_new {
            heirs.extend(derived(&stored));
        }
        if is_new {
            folding.push((number, batch, stored));
        }
    }
    let runs = fold_runs(&snapshot.folder, &folding, threads)?;
    let changed = folding.into_iter().map(|(number, _, _)| number).collect();
    let overlay = snapshot.overlay.with(runs)?;
    Ok(Applied { overlay, changed, counts, derived: heirs, handed_on })
}

/// A ticket with a group of events merged in.
struct Merged {
    stored: Stored,
    /// Whether they changed anything.
    is_new: bool,
}

fn merge(
    snapshot: &Snapshot,
    number: u32,
    old: Option<Stored>,
    group: Vec<Incoming>,
    counts: &mut [Accepted],
) -> Result<Merged> {
    let mut group = group.into_iter().peekable();
    let Some(Incoming { event: Event { source, ticket, .. }, .. }) = group.peek() else {
        return Err(Error::damaged(format!("ticket number {number}"), "nothing happened to it"));
    };
    let (source, ticket) = (source.clone(), ticket.clone());
    if let Some(old) = &old {
        Snapshot::check(old, number, &source, &ticket)?;
    }
    let old = old.map(|old| old.timeline).unwrap_or_default();
    let mut ids: FxHashSet<(&str, Option<&str>)> = old.iter().map(identity).collect();
    let group: Vec<(u32, Entry)> = group.map(|next| (next.caller, next.event.entry)).collect();
    let mut is_new = false;
    for (caller, entry) in &group {
        let count = &mut counts[*caller as usize];
        if ids.insert(identity(entry)) {
            count.new += 1;
            is_new = true;
        } else {
            count.duplicate += 1;
        }
    }
    let entries = group.into_iter().map(|(_, entry)| entry).collect();
    // A duplicate may still change something: the same event learnt of earlier.
    let before = (!is_new).then(|| old.clone());
    let timeline = facts::timeline::merge(old, entries);
    let mut stored = Stored { source, ticket, timeline };
    snapshot.keeping.scrub(&mut stored);
    let is_new = before.is_none_or(|before| before != stored.timeline);
    Ok(Merged { stored, is_new })
}

fn identity(entry: &Entry) -> (&str, Option<&str>) {
    (&entry.id, entry.origin.as_deref())
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

/// Folds tickets into runs of the overlay, on several threads where they are many. Each comes with
/// its number and the batch that last changed it.
pub(crate) fn fold_runs(
    folder: &Folder,
    tickets: &[(u32, u64, Stored)],
    threads: usize,
) -> Result<Vec<Run>> {
    let run = |chunk: &[(u32, u64, Stored)]| {
        let mut builder = TablesBuilder::new();
        for (number, _, stored) in chunk {
            push(folder, &mut builder, *number, stored);
        }
        let rows = chunk.iter().map(|(number, batch, _)| (*number, *batch)).collect();
        Run::new(rows, &builder.finish())
    };
    let share = tickets.len().div_ceil(threads.max(1)).clamp(256, limits::RUN_TICKETS_MAX);
    if tickets.len() <= share {
        return tickets.chunks(share).map(run).collect();
    }
    let chunks: Vec<&[(u32, u64, Stored)]> = tickets.chunks(share).collect();
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
