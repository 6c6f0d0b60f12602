//! How a store is opened: the clock, the sizes, and the hook with which tests break it.

use crate::state::url::StateUrl;
use crate::{Result, limits};
use event::Clock;
use std::fmt;
use std::sync::Arc;

/// A named instruction boundary; a crash there must neither lose nor double anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Step {
    /// Before the transaction that accepts a batch commits.
    AcceptBeforeCommit,
    /// After it committed, before the caller hears of it.
    AcceptAfterCommit,
    /// Before the transaction that gives new tickets their numbers commits.
    NumbersBeforeCommit,
    /// After it committed, before their rows are folded.
    NumbersAfterCommit,
    /// After batches were applied, before their rows are published.
    ApplyBeforePublish,
    /// While the files of a new segment are half written.
    SegmentHalfWritten,
    /// After a segment's files were written, before the manifest is swapped.
    SealBeforeCommit,
    /// After the manifest was swapped, before the new snapshot is published.
    SealAfterCommit,
    /// After a bulk import's last event was spilt.
    BulkSpilt,
    /// After its segments were written, before the manifest is swapped.
    BulkBeforeCommit,
    /// After the manifest was swapped.
    BulkAfterCommit,
    /// After a rebuild's segments were written, before the manifest is swapped.
    RebuildBeforeCommit,
    /// After the manifest was swapped.
    RebuildAfterCommit,
    /// Before the transaction that keeps deliveries of webhooks commits.
    DeliveryBeforeCommit,
    /// After it committed, before the senders are told.
    DeliveryAfterCommit,
    /// After the events of deliveries were accepted, before these are removed.
    DeliveriesBeforeRemoval,
    /// After they were removed.
    DeliveriesAfterRemoval,
    /// Before the transaction commits after which an erased person cannot come in any more.
    EraseBeforeCommit,
    /// After it committed, before the overlay is published without them.
    EraseAfterCommit,
    /// Before a batch of the inbox is replaced by one without them.
    EraseInbox,
    /// After every segment and batch was written anew.
    EraseCleaned,
    /// Before it is noted that the erasure is done.
    EraseBeforeFinish,
}

impl Step {
    /// Every step, in the order of the enum.
    pub const ALL: [Self; 22] = [
        Self::AcceptBeforeCommit,
        Self::AcceptAfterCommit,
        Self::NumbersBeforeCommit,
        Self::NumbersAfterCommit,
        Self::ApplyBeforePublish,
        Self::SegmentHalfWritten,
        Self::SealBeforeCommit,
        Self::SealAfterCommit,
        Self::BulkSpilt,
        Self::BulkBeforeCommit,
        Self::BulkAfterCommit,
        Self::RebuildBeforeCommit,
        Self::RebuildAfterCommit,
        Self::DeliveryBeforeCommit,
        Self::DeliveryAfterCommit,
        Self::DeliveriesBeforeRemoval,
        Self::DeliveriesAfterRemoval,
        Self::EraseBeforeCommit,
        Self::EraseAfterCommit,
        Self::EraseInbox,
        Self::EraseCleaned,
        Self::EraseBeforeFinish,
    ];
}

/// Called at each [`Step`]; an error stands for a crash there.
pub type Fault = Arc<dyn Fn(Step) -> Result<()> + Send + Sync>;

/// How to open a store.
#[derive(Clone)]
pub struct Options {
    /// Tells the present.
    pub clock: Arc<dyn Clock>,
    /// Where the state database is.
    pub state: StateUrl,
    /// Tickets in a segment. A new folder remembers it; an old one must agree. `None` takes the
    /// folder's own, or [`limits::SEGMENT_ROWS`] for a new one.
    pub segment_rows: Option<u32>,
    /// Threads that fold and write; 0 = as many as the machine has.
    pub threads: usize,
    /// `zstd` level of Parquet files.
    pub zstd_level: i32,
    /// When [`crate::Store::seal_due`] finds a segment worth rewriting.
    pub seal: SealPolicy,
    /// Events that may wait to be applied; more are refused until there is room.
    pub unapplied_events: u64,
    /// Bytes of memory that they may take, roughly.
    pub unapplied_bytes: u64,
    /// Rows of an `as_of` snapshot that may be in memory; more go to scratch files.
    pub as_of_rows: u64,
    /// Deliveries of webhooks that may wait to be mapped.
    pub deliveries_max: u64,
    /// Called at each step; for tests.
    pub fault: Option<Fault>,
}

/// When the overlay's rows of a segment are sealed.
#[derive(Clone, Copy, Debug)]
pub struct SealPolicy {
    /// Overlay rows of one segment.
    pub rows: u64,
    /// The overlay must hold one row for so many of the segment's own; for each of them where the
    /// segment is not full yet.
    pub share: u32,
    /// Overlay rows in all; above it the segment with the best ratio goes.
    pub rows_total: u64,
    /// Events in the inbox that are not sealed whole; above it, what the oldest wait for goes.
    pub events_total: u64,
    /// Age of the oldest batch of a segment, in microseconds.
    pub age_us: i64,
}

impl Default for SealPolicy {
    fn default() -> Self {
        Self {
            rows: 8_192,
            share: 4,
            rows_total: 100_000,
            events_total: 4_000_000,
            age_us: 15 * 60 * 1_000_000,
        }
    }
}

impl Options {
    /// The defaults with this clock.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            state: StateUrl::file(),
            segment_rows: None,
            threads: 0,
            zstd_level: 1,
            seal: SealPolicy::default(),
            unapplied_events: limits::UNAPPLIED_EVENTS,
            unapplied_bytes: limits::UNAPPLIED_BYTES,
            as_of_rows: limits::AS_OF_OVERLAY_ROWS,
            deliveries_max: limits::DELIVERIES_WAITING_MAX,
            fault: None,
        }
    }

    pub(crate) fn step(&self, step: Step) -> Result<()> {
        self.fault.as_ref().map_or(Ok(()), |fault| fault(step))
    }

    pub(crate) fn workers(&self) -> usize {
        if self.threads > 0 { self.threads } else { crate::parallel::processors() }
    }

    pub(crate) fn rows_asked(&self) -> Option<u32> {
        self.segment_rows.map(|rows| rows.max(limits::SEGMENT_ROWS_MIN))
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("state", &self.state)
            .field("segment_rows", &self.segment_rows)
            .field("threads", &self.threads)
            .field("zstd_level", &self.zstd_level)
            .field("seal", &self.seal)
            .finish_non_exhaustive()
    }
}
