//! Sealing: the overlay's rows of a segment become a new version of its files.

use crate::core::{Core, blocking};
use crate::error::{Error, Result};
use crate::options::Step;
use crate::segment::{Stats, Stored};
use crate::snapshot::Snapshot;
use crate::state::lease::Lease;
use crate::state::manifest::Line;
use crate::state::{commit, inbox, lease, manifest};
use crate::write::FoldingWriter;
use event::Instant;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

impl Core {
    /// Seals the segment that most needs it; `None` where none does.
    pub(crate) async fn seal_due(&self, lease: Option<&Lease>) -> Result<Option<u32>> {
        let _upkeep = self.upkeep.lock().await;
        let due = self.most_due().await;
        if let Some(id) = due {
            self.seal(id, lease).await?;
        } else {
            self.forget_sealed().await?;
        }
        Ok(due)
    }

    /// Seals every segment with rows in the overlay, until none is left that was there when this
    /// began; how many were sealed.
    pub(crate) async fn seal_all(&self) -> Result<usize> {
        let _upkeep = self.upkeep.lock().await;
        let waiting = self.waiting();
        for id in waiting.keys() {
            self.seal(*id, None).await?;
        }
        self.forget_sealed().await?;
        Ok(waiting.len())
    }

    /// Overlay rows by segment.
    fn waiting(&self) -> BTreeMap<u32, u64> {
        let mut rows = BTreeMap::new();
        for (number, _) in self.snapshot().overlay.changes() {
            *rows.entry(number / self.segment_rows).or_insert(0) += 1;
        }
        rows
    }

    async fn most_due(&self) -> Option<u32> {
        let policy = self.options.seal;
        let waiting = self.waiting();
        let total: u64 = waiting.values().sum();
        let (fullest, rows) = waiting.iter().max_by_key(|(_, rows)| **rows)?;
        if *rows >= policy.rows || total >= policy.rows_total {
            return Some(*fullest);
        }
        let live = self.live.lock().await;
        let now = self.clock().now();
        // Batches are in the order of time: the first that waits is the oldest.
        let (_, oldest) = live.pending.iter().find(|(_, pending)| !pending.segments.is_empty())?;
        let old = now.since(oldest.accepted_at) >= policy.age_us;
        oldest.segments.first().copied().filter(|_| old)
    }

    /// Removes inbox rows whose events changed nothing.
    pub(crate) async fn forget_sealed(&self) -> Result<()> {
        let mut live = self.live.lock().await;
        let none = BTreeSet::new();
        let done = live.sealed_by(&none, u64::MAX);
        if !done.is_empty() {
            let mut tx = self.state.begin().await?;
            inbox::remove(&mut tx, &done).await?;
            commit(tx).await?;
            live.sealed(&none, u64::MAX);
        }
        Ok(())
    }

    /// Rewrites one segment; the caller holds `upkeep`.
    pub(crate) async fn seal(&self, id: u32, lease: Option<&Lease>) -> Result<()> {
        let (snapshot, batch) = {
            let live = self.live.lock().await;
            (self.snapshot(), live.last_batch())
        };
        let before = self.last_version();
        let version = self.new_version();
        let stats = self.written(before, self.write(&snapshot, id, version).await)?;
        let Some(stats) = stats else { return self.layout.discard(before) };
        let line = Line { id, version, stats };
        let mut live = self.live.lock().await;
        if live.stopped {
            return Err(Error::Stopped);
        }
        let only = BTreeSet::from([id]);
        let done = live.sealed_by(&only, batch);
        let mut tx = self.state.begin().await?;
        // Whoever was replaced while it wrote must not undo what its successor did.
        lease::check(&mut tx, lease).await?;
        manifest::swap(&mut tx, &[line], self.clock().now()).await?;
        inbox::remove(&mut tx, &done).await?;
        self.options.step(Step::SealBeforeCommit)?;
        commit(tx).await?;
        self.options.step(Step::SealAfterCommit)?;
        let mut next = Snapshot::clone(&self.snapshot());
        self.replace_segments(&mut next, &[line]);
        let rows = self.segment_rows;
        // Rows that a later batch changed stay: they hold all that was sealed, and more.
        next.overlay =
            next.overlay.without(|number, changed| number / rows == id && changed <= batch)?;
        self.publish(next);
        live.sealed(&only, batch);
        Ok(())
    }

    async fn write(
        &self,
        snapshot: &Arc<Snapshot>,
        id: u32,
        version: u64,
    ) -> Result<Option<Stats>> {
        let snapshot = Arc::clone(snapshot);
        let writer = self.write_segment(id, version)?;
        blocking(move || rewrite(&snapshot, id, FoldingWriter::new(&snapshot.folder, writer))).await
    }
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
        segment.read_all(crate::limits::FOLD_BATCH_TICKETS, |number, sealed| {
            let stored = snapshot.overlay.get(number)?.unwrap_or(sealed);
            next = number + 1;
            out.push(number, &stored)
        })?;
    }
    // Numbers are dense: the first without rows ends the segment.
    while next < end
        && let Some(stored) = snapshot.overlay.get(next)?
    {
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
        segment.read_all(crate::limits::FOLD_BATCH_TICKETS, |number, sealed| {
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
