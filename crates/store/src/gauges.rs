//! How much waits inside the store, for those who watch it.

use crate::core::Core;
use std::sync::PoisonError;

/// How full the store is; cheap to ask for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gauges {
    /// Generation of the newest snapshot.
    pub generation: u64,
    /// Batches of events that wait to be applied.
    pub unapplied_batches: u64,
    /// Events in them.
    pub unapplied_events: u64,
    /// Bytes they take in memory, roughly.
    pub unapplied_bytes: u64,
    /// How long the oldest of them has waited, in microseconds; 0 where none waits.
    pub unapplied_age_us: i64,
    /// Tickets with rows in the overlay.
    pub overlay_tickets: u64,
    /// Batches of the inbox that are not sealed whole.
    pub unsealed_batches: u64,
    /// How long ago the oldest of them was accepted, in microseconds; 0 where there is none.
    pub unsealed_age_us: i64,
    /// Sealed segments.
    pub segments: u64,
    /// Bytes of their files.
    pub segments_bytes: u64,
}

impl Core {
    pub(crate) fn gauges(&self) -> Gauges {
        let snapshot = self.snapshot();
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting: usize = queue.iter().map(|request| request.events.len()).sum();
        Gauges {
            generation: snapshot.generation,
            unapplied_batches: queue.len() as u64,
            unapplied_events: waiting as u64,
            overlay_tickets: snapshot.overlay.tickets(),
            segments: snapshot.segments.len() as u64,
            segments_bytes: snapshot.segments.iter().map(|segment| segment.stats().bytes).sum(),
            ..Gauges::default()
        }
    }
}
