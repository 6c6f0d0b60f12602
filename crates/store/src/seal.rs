//! Sealing: the overlay's rows of a segment become a new version of its files.

use crate::core::{Core, behind, blocking};
use crate::error::{Error, Result};
use crate::limits;
use crate::live::or_later;
use crate::options::{SealPolicy, Step};
use crate::segment::{Segment, Stats, Stored};
use crate::snapshot::Snapshot;
use crate::state::lease::Lease;
use crate::state::manifest::Line;
use crate::state::{commit, lease, manifest};
use crate::upkeep::Upkeep;
use crate::write::FoldingWriter;
use event::Instant;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

impl Core {
    /// Seals the segment that most needs it; `None` where none does.
    pub(crate) async fn seal_due(&self, lease: Option<&Lease>) -> Result<Option<u32>> {
        let Some(mut upkeep) = self.try_upkeep().await? else { return Ok(None) };
        if let Some(id) = self.most_due().await
            && self.seal(&mut upkeep, id, lease).await?
        {
            return Ok(Some(id));
        }
        self.forget_sealed().await?;
        self.remove_retired().await?;
        Ok(None)
    }

    /// Seals every segment with rows in the overlay, until none is left that was there when this
    /// began; how many were sealed.
    pub(crate) async fn seal_all(&self) -> Result<usize> {
        let mut upkeep = self.upkeep().await?;
        let waiting = self.waiting_rows();
        for id in waiting.keys() {
            self.seal(&mut upkeep, *id, None).await?;
        }
        self.forget_sealed().await?;
        Ok(waiting.len())
    }

    /// Overlay rows by segment.
    fn waiting_rows(&self) -> BTreeMap<u32, u64> {
        let snapshot = self.snapshot();
        let fresh = snapshot.overlay.fresh();
        let (Some(first), Some(last)) = (fresh.min(), fresh.max()) else { return BTreeMap::new() };
        let rows = |id: u32| {
            let start = id * self.segment_rows;
            fresh.range_cardinality(start..=start.saturating_add(self.segment_rows - 1))
        };
        let ids = first / self.segment_rows..=last / self.segment_rows;
        ids.map(|id| (id, rows(id))).filter(|(_, rows)| *rows > 0).collect()
    }

    async fn most_due(&self) -> Option<u32> {
        let waiting = self.waiting_rows();
        let snapshot = self.snapshot();
        let stored = |id: u32| snapshot.segment(id).map_or(0, |segment| u64::from(segment.rows()));
        let overdue = self.overdue().await;
        let growing = snapshot.growing();
        due(&self.options.seal, &waiting, (&stored, growing), &overdue)
    }

    /// The segments that the oldest batches wait for, where those are too old or too many.
    async fn overdue(&self) -> BTreeSet<u32> {
        let policy = self.options.seal;
        let live = self.live.lock().await;
        let Some(oldest) = live.pending.values().find(|pending| !pending.segments.is_empty())
        else {
            return BTreeSet::new();
        };
        let events: u64 = live.pending.values().map(|pending| pending.events).sum();
        let is_old = self.clock().now().since(oldest.accepted_at) >= policy.age_us;
        if is_old || events >= policy.events_total {
            oldest.segments.clone()
        } else {
            BTreeSet::new()
        }
    }

    /// Rewrites one segment; whether there was anything to write.
    #[tracing::instrument(name = "seal", skip_all, fields(segment = id))]
    pub(crate) async fn seal(
        &self,
        upkeep: &mut Upkeep<'_>,
        id: u32,
        lease: Option<&Lease>,
    ) -> Result<bool> {
        let (snapshot, through) = {
            let live = self.live.lock().await;
            (self.snapshot(), live.applied)
        };
        if has_gaps(&snapshot, id) {
            return Ok(false);
        }
        let before = self.last_version();
        let version = self.new_version();
        let stats = self.written(before, self.write(&snapshot, id, version).await)?;
        let Some(stats) = stats else { return self.layout.discard(before).map(|()| false) };
        let imported = snapshot.segment(id).map_or(0, Segment::imported);
        let line = Line { id, version, through, imported, stats };
        let mut live = self.live.lock().await;
        if self.waiting().stopped {
            return Err(Error::Stopped);
        }
        let only = BTreeSet::from([id]);
        let mut next = Snapshot::clone(&self.snapshot());
        let mut tx = self.state.begin().await?;
        // Whoever was replaced while it wrote must not undo what its successor did.
        lease::check(&mut tx, lease).await?;
        let change = upkeep.swap(&mut tx, &[line], self.clock().now()).await?;
        manifest::advance(&mut tx, &next.freshness).await?;
        self.options.step(Step::SealBeforeCommit)?;
        commit(tx).await?;
        self.crash_at(Step::SealAfterCommit)?;
        self.replace_segments(&mut next, &[line]);
        let rows = self.segment_rows;
        // Rows that a later batch changed stay: they hold all that was sealed, and more.
        let overlay = next.overlay.clone();
        let left =
            move || overlay.without(|number, changed| number / rows == id && changed <= through);
        next.overlay = blocking(left).await?;
        next.manifest = change;
        self.publish(next);
        upkeep.shown(change);
        live.sealed(&only, through);
        drop(live);
        or_later(self.forget_sealed().await);
        Ok(true)
    }

    async fn write(
        &self,
        snapshot: &Arc<Snapshot>,
        id: u32,
        version: u64,
    ) -> Result<Option<Stats>> {
        let snapshot = Arc::clone(snapshot);
        let writer = self.write_segment(id, version)?;
        let work = move || rewrite(&snapshot, id, FoldingWriter::new(&snapshot.folder, writer));
        behind(limits::UPKEEP_PRIORITY, work).await
    }
}

/// Whether a ticket of the segment has rows while one before it has none yet: another process gave
/// both their numbers, and the batch of the other is still to be applied here.
fn has_gaps(snapshot: &Snapshot, id: u32) -> bool {
    let first = id * snapshot.segment_rows;
    let end = first.saturating_add(snapshot.segment_rows);
    let next = snapshot.segment(id).map_or(first, |segment| segment.numbers().end);
    let fresh = snapshot.overlay.fresh();
    let new = fresh.range_cardinality(next..end);
    let new_end = next.saturating_add(u32::try_from(new).unwrap_or(u32::MAX));
    fresh.range_cardinality(next..new_end) < new
}

/// The segment to seal next, if any, by its rows in the overlay and in the segment itself.
///
/// What it costs to seal a segment grows with all its rows, what it gains with those that leave the
/// overlay. So the one with the best ratio goes first: when enough rows are in the overlay, as a
/// number and as a share of the segment, or when all of them together are too many. A segment that
/// old batches wait for goes before all others, since the inbox cannot forget them without it; but
/// not before one that takes half of what the overlay may hold: that one empties it at once, and a
/// stream that touches every segment makes all of them wait for long. One that is not full yet goes
/// when it has doubled: until it is full it is written only a few times.
fn due(
    policy: &SealPolicy,
    waiting: &BTreeMap<u32, u64>,
    (stored, growing): (&dyn Fn(u32) -> u64, Option<u32>),
    overdue: &BTreeSet<u32>,
) -> Option<u32> {
    let rows = |id: &u32| waiting.get(id).copied().unwrap_or(0);
    if !overdue.is_empty() {
        let takes_half = |id: &&u32| rows(id) >= policy.rows_total / 2;
        return overdue.iter().chain(waiting.keys().filter(takes_half)).copied().max_by_key(rows);
    }
    // In thousandths of the rows to be written.
    let gain = |id: u32| rows(&id) * 1_000 / (rows(&id) + stored(id)).max(1);
    let best = waiting.keys().copied().max_by_key(|id| (gain(*id), rows(id)))?;
    let total: u64 = waiting.values().sum();
    let is_worth_it = |id: &u32| {
        let share = if growing == Some(*id) { 1 } else { policy.share.max(1) };
        rows(id) >= policy.rows && rows(id) >= stored(*id) / u64::from(share)
    };
    if total >= policy.rows_total {
        return Some(best);
    }
    waiting.keys().copied().filter(is_worth_it).max_by_key(|id| gain(*id))
}

/// Writes a segment as a snapshot shows it; `None` where it has no tickets.
pub(crate) fn rewrite(
    snapshot: &Snapshot,
    id: u32,
    mut out: FoldingWriter<'_>,
) -> Result<Option<Stats>> {
    let mut next = id * snapshot.segment_rows;
    let end = next.saturating_add(snapshot.segment_rows);
    if let Some(segment) = snapshot.segment(id) {
        segment.read_all(limits::FOLD_BATCH_TICKETS, |number, sealed| {
            let mut stored = snapshot.overlay.get(number)?.unwrap_or(sealed);
            snapshot.keeping.scrub(&mut stored);
            next = number + 1;
            out.push(number, &stored)
        })?;
    }
    // Numbers are dense: the first without rows ends the segment.
    while next < end
        && let Some(mut stored) = snapshot.overlay.get(next)?
    {
        snapshot.keeping.scrub(&mut stored);
        out.push(next, &stored)?;
        next += 1;
    }
    if next == id * snapshot.segment_rows { Ok(None) } else { out.finish().map(Some) }
}

/// Writes a segment as it was known at an instant; tickets not known then are left out.
pub(crate) fn rewrite_as_of(
    snapshot: &Snapshot,
    id: u32,
    at: Instant,
    mut out: FoldingWriter<'_>,
) -> Result<Option<Stats>> {
    let mut rows = 0_u64;
    let mut each = |number: u32, stored: Stored| {
        let Some(stored) = crate::snapshot::cut(stored, at) else { return Ok(()) };
        rows += 1;
        out.push(number, &stored)
    };
    let mut next = id * snapshot.segment_rows;
    let end = next.saturating_add(snapshot.segment_rows);
    if let Some(segment) = snapshot.segment(id) {
        segment.read_all(limits::FOLD_BATCH_TICKETS, |number, sealed| {
            next = number + 1;
            each(number, snapshot.overlay.get(number)?.unwrap_or(sealed))
        })?;
    }
    while next < end
        && let Some(stored) = snapshot.overlay.get(next)?
    {
        each(next, stored)?;
        next += 1;
    }
    if rows == 0 { Ok(None) } else { out.finish().map(Some) }
}

#[cfg(test)]
mod tests {
    use super::due;
    use crate::options::SealPolicy;
    use std::collections::{BTreeMap, BTreeSet};

    const POLICY: SealPolicy =
        SealPolicy { rows: 10, share: 4, rows_total: 100, events_total: 1_000, age_us: 60 };

    fn check(waiting: &[(u32, u64)], stored: &[u64], overdue: &[u32], expected: Option<u32>) {
        let waiting: BTreeMap<u32, u64> = waiting.iter().copied().collect();
        let overdue: BTreeSet<u32> = overdue.iter().copied().collect();
        let stored = |id: u32| stored[id as usize];
        assert_eq!(due(&POLICY, &waiting, (&stored, None), &overdue), expected);
    }

    #[test]
    fn what_still_grows_waits_until_it_has_doubled() {
        let due_at = |rows: u64, growing: Option<u32>| {
            let waiting = BTreeMap::from([(0, rows)]);
            due(&POLICY, &waiting, (&|_| 40, growing), &BTreeSet::new())
        };
        assert_eq!(due_at(39, None), Some(0));
        assert_eq!(due_at(39, Some(0)), None);
        assert_eq!(due_at(40, Some(0)), Some(0));
    }

    #[test]
    fn what_gains_most_goes_first() {
        check(&[], &[], &[], None);
        check(&[(0, 9)], &[0], &[], None);
        check(&[(0, 10)], &[0], &[], Some(0));
        // Not yet a quarter of what is stored, and then a quarter.
        check(&[(0, 24)], &[100], &[], None);
        check(&[(0, 25)], &[100], &[], Some(0));
        // Fewer rows, but of a smaller segment.
        check(&[(0, 30), (1, 20)], &[100, 20], &[], Some(1));
        // Too many in all: the best ratio, though none is worth it by itself.
        check(&[(0, 50), (1, 50)], &[1_000, 999], &[], Some(1));
        // Whatever the inbox waits for.
        check(&[(0, 1), (1, 49)], &[1_000, 10], &[0], Some(0));
        // But not before half of what the overlay may hold.
        check(&[(0, 1), (1, 50)], &[1_000, 10], &[0], Some(1));
        check(&[(0, 51), (1, 50)], &[1_000, 10], &[0], Some(0));
    }
}
