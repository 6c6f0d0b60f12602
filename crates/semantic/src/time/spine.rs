//! The spine: every bucket of a period, whether or not anything happened in it.

use super::{Grain, Zone};
use event::Instant;
use jiff::civil::DateTime;

/// One bucket of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// Local start: the value that `local_bucket` yields for every instant in it.
    pub start: DateTime,
    /// First instant, not before the period.
    pub from: Instant,
    /// End, exclusive, not after the period.
    pub to: Instant,
    /// Whether the period cuts it, or the present lies before its end.
    pub partial: bool,
}

/// The buckets of `from..to` in order, stopping after `max`.
///
/// Buckets are local: a day may have 23 or 25 hours, an hour that the clocks skip has no bucket and
/// one that they repeat has one bucket of two hours. None is lost and none is doubled.
pub fn spine(
    (from, to): (Instant, Instant),
    grain: Grain,
    zone: &Zone,
    now: Instant,
    max: usize,
) -> Vec<Bucket> {
    let mut buckets = Vec::new();
    let mut start = zone.floor(zone.local(from), grain);
    while buckets.len() < max {
        let next = zone.step(start, grain, 1);
        let (first, end) = (zone.instant(start), zone.instant(next));
        if first >= to || next <= start {
            break;
        }
        if end > first && end > from {
            buckets.push(Bucket {
                start,
                from: first.max(from),
                to: end.min(to),
                partial: first < from || end > to || end > now,
            });
        }
        start = next;
    }
    buckets
}
