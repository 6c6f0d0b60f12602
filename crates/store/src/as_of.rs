//! The store as it was known at an instant: only what was seen by then, folded again.

use crate::apply::fold_runs;
use crate::core::{Core, blocking};
use crate::error::{Result, io};
use crate::limits;
use crate::overlay::{Overlay, Run};
use crate::parallel;
use crate::seal::rewrite_as_of;
use crate::segment::{Segment, Stored};
use crate::snapshot::{Snapshot, cut};
use crate::state::manifest::Line;
use crate::write::{FoldingWriter, SegmentWriter};
use event::Instant;
use roaring::RoaringBitmap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What one segment was at the instant.
enum Past {
    /// Nothing changed since.
    Same(Segment),
    /// A few tickets changed: their rows of then, and all their numbers.
    Some { segment: Option<Segment>, runs: Vec<Run>, touched: RoaringBitmap },
    /// Many changed: the whole segment again, in scratch files.
    Rewritten(Option<Segment>),
}

impl Core {
    /// A snapshot as of an instant. Tickets changed since are folded again: a few in memory, more
    /// than `Options::as_of_rows` into scratch files that go with the snapshot.
    pub(crate) async fn as_of(self: &Arc<Self>, at: Instant) -> Result<Arc<Snapshot>> {
        let present = self.snapshot();
        let core = Arc::clone(self);
        blocking(move || {
            let scratch = core.layout.scratch();
            let dir = tempfile::Builder::new()
                .prefix("as-of-")
                .tempdir_in(&scratch)
                .map_err(io("make a folder in", &scratch))?;
            cut_snapshot(&core, &present, at, dir).map(Arc::new)
        })
        .await
    }
}

fn cut_snapshot(
    core: &Core,
    present: &Arc<Snapshot>,
    at: Instant,
    dir: tempfile::TempDir,
) -> Result<Snapshot> {
    let rows = present.segment_rows;
    let last = present.segments.last().map(Segment::id);
    let beyond = present.overlay.max_number().map(|number| number / rows);
    let ids: Vec<u32> = (0..last.max(beyond).map_or(0, |id| id + 1)).collect();
    let in_memory = AtomicU64::new(0);
    let pasts = parallel::each(
        core.options.workers(),
        ids,
        |id| {
            let rows = in_memory.load(Ordering::Relaxed);
            let room = core.options.as_of_rows.saturating_sub(rows);
            let cut = Cut { core, present, at, dir: dir.path(), room };
            let past = cut.segment(id)?;
            if let Past::Some { touched, .. } = &past {
                in_memory.fetch_add(touched.len(), Ordering::Relaxed);
            }
            Ok(past)
        },
        |_| (),
    )?;
    let (mut segments, mut runs, mut hidden) = (Vec::new(), Vec::new(), RoaringBitmap::new());
    for past in pasts {
        match past {
            Past::Same(segment) => segments.push(segment),
            Past::Some { segment, runs: more, touched } => {
                segments.extend(segment);
                runs.extend(more);
                hidden |= touched;
            }
            Past::Rewritten(segment) => segments.extend(segment),
        }
    }
    let overlay = Overlay::default().with(runs)?.hiding(&hidden);
    let mut freshness = present.freshness.clone();
    for fresh in freshness.values_mut() {
        fresh.last_seen_at = fresh.last_seen_at.min(at);
        fresh.last_event_at = fresh.last_event_at.min(at);
    }
    Ok(Snapshot {
        as_of: Some(at),
        segments,
        overlay,
        freshness,
        present: Some(Arc::clone(present)),
        scratch: Some(Arc::new(dir)),
        ..Snapshot::clone(present)
    })
}

/// How a segment is cut.
struct Cut<'a> {
    core: &'a Core,
    present: &'a Snapshot,
    at: Instant,
    dir: &'a Path,
    /// Tickets that may still go in memory.
    room: u64,
}

impl Cut<'_> {
    fn segment(&self, id: u32) -> Result<Past> {
        let Self { present, at, .. } = *self;
        let first = id * present.segment_rows;
        let end = first.saturating_add(present.segment_rows);
        let segment = present.segment(id);
        let mut touched: RoaringBitmap = present.overlay.fresh().range(first..end).collect();
        match segment.filter(|segment| segment.stats().max_last_seen_at > at) {
            Some(late) => touched.extend(late.rows_seen_after(at)?),
            None if touched.is_empty() => {
                return Ok(segment.cloned().map_or(Past::Rewritten(None), Past::Same));
            }
            None => {}
        }
        if touched.len() > self.room {
            return self.rewrite(id, first).map(Past::Rewritten);
        }
        let numbers: Vec<u32> = touched.iter().collect();
        let mut runs = Vec::new();
        for chunk in numbers.chunks(limits::RUN_TICKETS_MAX) {
            let tickets: Vec<(u32, u64, Stored)> = chunk
                .iter()
                .copied()
                .zip(present.tickets(chunk)?)
                .filter_map(|(number, stored)| Some((number, 0, cut(stored?, at)?)))
                .collect();
            // Segments are cut in parallel already: one thread each.
            runs.extend(fold_runs(&present.folder, &tickets, 1)?);
        }
        Ok(Past::Some { segment: segment.cloned(), runs, touched })
    }

    fn rewrite(&self, id: u32, first: u32) -> Result<Option<Segment>> {
        let Self { core, present, at, dir, .. } = *self;
        // A version of its own, so that nobody takes these rows for those of the present.
        let version = core.new_version();
        let dir = dir.join(format!("{id:06}"));
        let writer = SegmentWriter::create(dir.clone(), present.segment_rows, &core.options)?;
        let out = FoldingWriter::bare(&present.folder, writer);
        let stats = rewrite_as_of(present, id, at, out)?;
        Ok(stats.map(|stats| {
            Segment::new(Line { id, version, through: 0, imported: 0, stats }, dir, first)
        }))
    }
}
