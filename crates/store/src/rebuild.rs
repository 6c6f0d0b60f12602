//! Rebuild: every ticket folded again with other policies, beside the old rows.

use crate::apply::fold_runs;
use crate::core::{Core, blocking, folder};
use crate::error::Result;
use crate::limits;
use crate::options::Step;
use crate::overlay::Overlay;
use crate::parallel;
use crate::snapshot::Snapshot;
use crate::state::manifest::Line;
use crate::state::{commit, policies};
use crate::write::{FoldingWriter, SegmentWriter};
use facts::Folder;
use facts::policies::Policies;
use std::sync::Arc;

/// Told now and then how far a long operation got: done and whole, in tickets.
pub type Progress = Arc<dyn Fn(u64, u64) + Send + Sync>;

/// What a rebuild did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rebuilt {
    /// Tickets folded again.
    pub tickets: u64,
    /// Segments rewritten.
    pub segments: usize,
}

impl Core {
    /// Folds everything again; events are accepted and shown under the old policies meanwhile.
    #[tracing::instrument(name = "rebuild", skip_all)]
    pub(crate) async fn rebuild(&self, new: Policies, progress: Progress) -> Result<Rebuilt> {
        let folder = folder(&new)?;
        let upkeep = self.upkeep().await?;
        let snapshot = self.snapshot();
        let before = self.last_version();
        let lines = self.fold_segments(&snapshot, &folder, progress).await;
        let lines = self.written(before, lines)?;
        let _live = self.live.lock().await;
        // Everything in the overlay, whenever it came, is folded again under the lock.
        let current = self.snapshot();
        let overlay = {
            let (current, folder) = (Arc::clone(&current), Arc::clone(&folder));
            let threads = self.options.workers();
            blocking(move || refold(&current.overlay, &folder, threads)).await?
        };
        let now = self.clock().now();
        let mut tx = self.state.begin().await?;
        let version = policies::current(&mut tx).await?.map_or(0, |(version, _)| version);
        let change = upkeep.swap(&mut tx, &lines, now).await?;
        policies::add(&mut tx, version + 1, &new, now).await?;
        self.options.step(Step::RebuildBeforeCommit)?;
        commit(tx).await?;
        self.crash_at(Step::RebuildAfterCommit)?;
        let mut next = Snapshot::clone(&current);
        self.replace_segments(&mut next, &lines);
        next.overlay = overlay;
        next.policies = Arc::new(new);
        next.folder = folder;
        // The policies are a change of their own.
        next.manifest = change + 1;
        let tickets = next.tickets_count();
        self.publish(next);
        Ok(Rebuilt { tickets, segments: lines.len() })
    }

    async fn fold_segments(
        &self,
        snapshot: &Arc<Snapshot>,
        folder: &Arc<Folder>,
        progress: Progress,
    ) -> Result<Vec<Line>> {
        let mut tasks = Vec::with_capacity(snapshot.segments.len());
        for segment in &snapshot.segments {
            tasks.push((segment.clone(), self.new_version()));
        }
        let (options, layout) = (self.options.clone(), self.layout.clone());
        let (folder, rows) = (Arc::clone(folder), self.segment_rows);
        let whole: u64 = tasks.iter().map(|(segment, _)| u64::from(segment.rows())).sum();
        blocking(move || {
            parallel::each(
                options.workers(),
                tasks,
                |(segment, version)| {
                    let dir = layout.segment(segment.id(), version);
                    let writer = SegmentWriter::create_keeping(dir, rows, &options, &segment)?;
                    let mut out = FoldingWriter::new(&folder, writer);
                    segment.read_all(crate::limits::FOLD_BATCH_TICKETS, |number, stored| {
                        out.push(number, &stored)
                    })?;
                    let stats = out.finish()?;
                    Ok(Line {
                        id: segment.id(),
                        version,
                        through: segment.through(),
                        imported: segment.imported(),
                        stats,
                    })
                },
                |done: &[Line]| {
                    let tickets = done.iter().map(|line| u64::from(line.stats.rows)).sum();
                    progress(tickets, whole);
                },
            )
        })
        .await
    }
}

/// The overlay's tickets folded again.
pub(crate) fn refold(overlay: &Overlay, folder: &Folder, threads: usize) -> Result<Overlay> {
    let changes: Vec<(u32, u64)> = overlay.changes().collect();
    let mut runs = Vec::new();
    for chunk in changes.chunks(limits::RUN_TICKETS_MAX) {
        let mut tickets = Vec::with_capacity(chunk.len());
        for (number, batch) in chunk {
            if let Some(stored) = overlay.get(*number)? {
                tickets.push((*number, *batch, stored));
            }
        }
        runs.extend(fold_runs(folder, &tickets, threads)?);
    }
    Overlay::default().with(runs)
}
