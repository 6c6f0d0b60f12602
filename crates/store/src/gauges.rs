//! How much waits inside the store, for those who watch it.

use crate::core::Core;
use event::Instant;

/// How full the store is; cheap to ask for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gauges {
    /// Generation of the newest snapshot.
    pub generation: u64,
    /// Batches of events that wait to be applied.
    pub unapplied_batches: u64,
    /// Events in them, and in calls that are still to be committed.
    pub unapplied_events: u64,
    /// Bytes they take in memory, roughly.
    pub unapplied_bytes: u64,
    /// How long the oldest of them has waited, in microseconds; 0 where none waits.
    pub unapplied_age_us: i64,
    /// Tickets with rows in the overlay.
    pub overlay_tickets: u64,
    /// Bytes that the overlay takes in memory.
    pub overlay_bytes: u64,
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
        let now = self.clock().now();
        let age = |since: Option<Instant>| since.map_or(0, |since| now.since(since).max(0));
        let waiting = self.waiting();
        let (unapplied_events, unapplied_bytes) = waiting.room_taken();
        let oldest = waiting.unapplied.values().map(|batch| batch.accepted_at).min();
        let (unsealed_batches, unsealed_since) = waiting.unsealed;
        let unapplied_batches = waiting.unapplied.len() as u64;
        drop(waiting);
        let snapshot = self.snapshot();
        Gauges {
            generation: snapshot.generation,
            unapplied_batches,
            unapplied_events,
            unapplied_bytes,
            unapplied_age_us: age(oldest),
            overlay_tickets: snapshot.overlay.tickets(),
            overlay_bytes: snapshot.overlay.bytes(),
            unsealed_batches,
            unsealed_age_us: age(unsealed_since),
            segments: snapshot.segments.len() as u64,
            segments_bytes: snapshot.segments.iter().map(|segment| segment.stats().bytes).sum(),
        }
    }
}
