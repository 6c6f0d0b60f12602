//! What merged-away tickets of an import leave to tickets of the same segment.
//!
//! Most tickets are merged into a neighbour. Those are dealt with before the segment is folded,
//! in memory, so that only merges across segments go through the inbox.

use crate::apply::derived;
use crate::error::{Error, Result};
use crate::segment::Stored;
use crate::spill::{Spilt, SpiltTicket};
use event::{Entry, Event, Text};
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;

/// Id and origin of an entry. Entries that share them are one, of which the timeline keeps one.
type Identity = (Text, Option<Text>);

/// Entries to add to the tickets of one segment, by row.
#[derive(Debug, Default)]
pub(super) struct Inherited<'a> {
    entries: FxHashMap<u32, FxHashMap<Identity, Vec<Entry>>>,
    /// Merged-away tickets whose heirs in this segment have been served.
    from: BTreeSet<u32>,
    /// Row of every ticket of the import in this segment, by source and external id.
    rows: FxHashMap<(&'a str, &'a str), u32>,
}

impl<'a> Inherited<'a> {
    /// Follows the merges of tickets that are new, whose rows begin at `new_from`: all there is of
    /// them is spilt.
    pub(super) fn new(spilt: &'a Spilt, new_from: u32) -> Result<Self> {
        let mut from: BTreeSet<u32> = spilt.merged().into_iter().collect();
        from.retain(|row| *row >= new_from);
        if from.is_empty() {
            return Ok(Self::default());
        }
        let names = spilt.names().map(|name| name.map(|(row, source, id)| ((source, id), row)));
        let rows = names.collect::<Result<_>>()?;
        let mut all = Self { entries: FxHashMap::default(), from, rows };
        let mut todo = all.from.clone();
        while let Some(row) = todo.pop_first() {
            for event in derived(&all.so_far(spilt, row)?) {
                let Some(heir) = all.row(&event) else { continue };
                let Event { entry, .. } = event;
                let identity = (entry.id.clone(), entry.origin.clone());
                let known = all.entries.entry(heir).or_default().entry(identity).or_default();
                // What is known already ends a circle of merges.
                if !known.contains(&entry) {
                    known.push(entry);
                    if all.from.contains(&heir) {
                        todo.insert(heir);
                    }
                }
            }
        }
        Ok(all)
    }

    /// A new ticket with what it inherited until now.
    fn so_far(&self, spilt: &Spilt, row: u32) -> Result<Stored> {
        let SpiltTicket { name, entries } = spilt.ticket(row)?;
        let unnamed = || Error::damaged("the spill of an import", "no name");
        let (source, ticket) = name.ok_or_else(unnamed)?;
        let inherited = self.entries.get(&row).into_iter().flat_map(FxHashMap::values);
        let inherited = inherited.flatten().cloned().collect();
        Ok(Stored { source, ticket, timeline: facts::timeline::merge(entries, inherited) })
    }

    fn row(&self, event: &Event) -> Option<u32> {
        self.rows.get(&(event.source.as_str(), event.ticket.as_str())).copied()
    }

    /// What the ticket of a row inherits.
    pub(super) fn take(&mut self, row: u32) -> Option<Vec<Entry>> {
        self.entries.remove(&row).map(|entries| entries.into_values().flatten().collect())
    }

    /// Whether this event, left by the ticket of a row, was given to its heir here.
    pub(super) fn holds(&self, row: u32, event: &Event) -> bool {
        self.from.contains(&row) && self.row(event).is_some()
    }
}
