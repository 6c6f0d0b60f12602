//! What readers hold: segments and overlay as they were at one moment.

use crate::error::{Error, Result};
use crate::overlay::Overlay;
use crate::scrub::Keeping;
use crate::segment::{Segment, Stored};
use crate::state::manifest::Freshness;
use event::{Instant, Text};
use facts::Folder;
use facts::policies::Policies;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The whole store at one moment. Never changes; files it names live as long as it does.
///
/// A table's rows are, of each segment, those whose number is not in `overlay.fresh()`, plus
/// `overlay.rows(table, columns)`.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Grows with every change; equal generations of one open store are the same rows.
    pub generation: u64,
    /// The instant this snapshot is as of; `None` = everything that is known.
    pub as_of: Option<Instant>,
    /// The policies its rows were folded with.
    pub policies: Arc<Policies>,
    /// The fold with those policies.
    pub folder: Arc<Folder>,
    /// Sealed rows, in the order of numbers.
    pub segments: Vec<Segment>,
    /// Rows changed since.
    pub overlay: Overlay,
    /// How far each source got.
    pub freshness: BTreeMap<Text, Freshness>,
    /// Tickets in a segment.
    pub segment_rows: u32,
    /// Who was erased, and what is being taken out.
    pub(crate) keeping: Keeping,
    /// Where timelines are read: this snapshot's own files, or those of the present it is cut from.
    pub(crate) present: Option<Arc<Self>>,
    /// The change of the manifest that it shows.
    pub(crate) manifest: u64,
    /// Scratch files that go with this snapshot.
    #[expect(dead_code, reason = "held only to be dropped with the last reader")]
    pub(crate) scratch: Option<Arc<tempfile::TempDir>>,
}

impl Snapshot {
    /// The ticket of a number, with its timeline; `None` where there is none.
    ///
    /// # Errors
    /// When a segment's file cannot be read.
    pub fn ticket(&self, number: u32) -> Result<Option<Stored>> {
        Ok(self.tickets(&[number])?.pop().flatten())
    }

    /// The tickets of these numbers, which ascend without repetition.
    ///
    /// # Errors
    /// When a segment's file cannot be read.
    pub fn tickets(&self, numbers: &[u32]) -> Result<Vec<Option<Stored>>> {
        debug_assert!(numbers.is_sorted_by(|a, b| a < b));
        if let (Some(present), Some(at)) = (&self.present, self.as_of) {
            let found = present.tickets(numbers)?;
            return Ok(found.into_iter().map(|stored| cut(stored?, at)).collect());
        }
        let mut found = Vec::with_capacity(numbers.len());
        for part in numbers.chunk_by(|a, b| a / self.segment_rows == b / self.segment_rows) {
            self.tickets_of_segment(part, &mut found)?;
        }
        Ok(found)
    }

    fn tickets_of_segment(&self, numbers: &[u32], out: &mut Vec<Option<Stored>>) -> Result<()> {
        let id = numbers.first().map_or(0, |number| number / self.segment_rows);
        let segment = self.segment(id);
        let mut sealed = Vec::new();
        for number in numbers {
            match self.overlay.get(*number)? {
                None if segment.is_some_and(|segment| segment.numbers().contains(number)) => {
                    sealed.push((out.len(), number - id * self.segment_rows));
                    out.push(None);
                }
                other => out.push(other),
            }
        }
        let Some(segment) = segment.filter(|_| !sealed.is_empty()) else { return Ok(()) };
        let rows: Vec<u32> = sealed.iter().map(|(_, row)| *row).collect();
        for (stored, (place, _)) in segment.read_rows(&rows)?.into_iter().zip(sealed) {
            out[place] = Some(stored);
        }
        Ok(())
    }

    /// The newest batch that a segment is known to contain, and so must everything else.
    pub(crate) fn through(&self) -> u64 {
        self.segments.iter().map(Segment::through).max().unwrap_or(0)
    }

    /// The segment that gets the next ticket, where it has some already.
    pub(crate) fn growing(&self) -> Option<u32> {
        let sealed = self.segments.last().map_or(0, |segment| segment.numbers().end);
        let end = self.overlay.fresh().max().map_or(0, |number| number + 1).max(sealed);
        (!end.is_multiple_of(self.segment_rows)).then_some(end / self.segment_rows)
    }

    /// The segment of an id.
    pub fn segment(&self, id: u32) -> Option<&Segment> {
        let place = self.segments.binary_search_by_key(&id, Segment::id).ok()?;
        self.segments.get(place)
    }

    /// Tickets in all; those hidden in a snapshot as of the past are not counted.
    pub fn tickets_count(&self) -> u64 {
        let sealed: u64 = self
            .segments
            .iter()
            .map(|segment| {
                let hidden = self.overlay.fresh().range_cardinality(segment.numbers());
                u64::from(segment.rows()).saturating_sub(hidden)
            })
            .sum();
        sealed + self.overlay.tickets()
    }

    /// Refuses a row that is not the ticket it should be.
    pub(crate) fn check(stored: &Stored, number: u32, source: &str, ticket: &str) -> Result<()> {
        if stored.source == source && stored.ticket == ticket {
            return Ok(());
        }
        let detail = format!("it is {}/{}, not {source}/{ticket}", stored.source, stored.ticket);
        Err(Error::damaged(format!("the row of ticket number {number}"), detail))
    }
}

/// What was known of a ticket at an instant; `None` where nothing was.
pub(crate) fn cut(mut stored: Stored, at: Instant) -> Option<Stored> {
    stored.timeline.retain(|entry| entry.seen <= at);
    (!stored.timeline.is_empty()).then_some(stored)
}
