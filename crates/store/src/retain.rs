//! Retention: what is kept for a time only, field by field.
//!
//! A rule says how long after a ticket's end a field is kept. Only segments in which something is
//! due are written anew: when the next field of a version of a segment falls due is worked out
//! once and kept. What is counted, lengths and languages and scores, always stays.

mod due;
mod rules;

use crate::core::{Core, blocking};
use crate::error::Result;
use crate::parallel;
use crate::scrub::{Keeping, Scrub};
use crate::segment::Segment;
use crate::snapshot::Snapshot;
use crate::state::lease::Lease;
use crate::state::{commit, imports, quarantine, retention};
use due::Cutoffs;
use event::Instant;
use serde::Serialize;
use std::collections::BTreeSet;
use std::sync::Arc;

pub use rules::{Basis, RetentionIssue, RetentionRule, RetentionRules};

/// What retention takes out, in counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RetentionCounts {
    /// Tickets with something past its time.
    pub tickets: u64,
    /// Segments written anew.
    pub segments: u64,
    /// Rows of the quarantine whose raw text is emptied.
    pub quarantined: u64,
    /// Entries of the log of imports whose names are emptied.
    pub imports: u64,
}

/// What was found in one segment.
struct Found {
    id: u32,
    version: u64,
    /// Tickets with something due.
    tickets: u64,
    /// Whether its files hold some of it.
    is_due: bool,
    /// When something is due next.
    next: Option<Instant>,
}

impl Core {
    /// What is due now.
    pub(crate) async fn retention_plan(self: &Arc<Self>) -> Result<RetentionCounts> {
        let Some(work) = self.retention_work().await? else {
            return Ok(RetentionCounts::default());
        };
        let found = self.look_for_due(&work).await?;
        let overlay = self.due_in_overlay(&work.cutoffs).await?;
        let mut tx = self.state.begin_reading().await?;
        let counts = RetentionCounts {
            tickets: found.iter().map(|found| found.tickets).sum::<u64>() + overlay,
            segments: found.iter().filter(|found| found.is_due).count() as u64,
            quarantined: quarantine::before(&mut tx, &work.quarantine).await?.len() as u64,
            imports: imports::before(&mut tx, work.imports).await?.len() as u64,
        };
        commit(tx).await?;
        Ok(counts)
    }

    /// Takes out what is due. The caller holds `scrubbing`.
    pub(crate) async fn retain(self: &Arc<Self>, lease: Option<&Lease>) -> Result<RetentionCounts> {
        let Some(work) = self.retention_work().await? else {
            return Ok(RetentionCounts::default());
        };
        let mut counts = RetentionCounts::default();
        let mut tx = self.state.begin().await?;
        let rows = quarantine::before(&mut tx, &work.quarantine).await?;
        quarantine::empty(&mut tx, &rows).await?;
        let old = imports::before(&mut tx, work.imports).await?;
        imports::empty(&mut tx, &old).await?;
        commit(tx).await?;
        (counts.quarantined, counts.imports) = (rows.len() as u64, old.len() as u64);
        let found = self.look_for_due(&work).await?;
        let due: BTreeSet<u32> =
            found.iter().filter(|found| found.is_due).map(|found| found.id).collect();
        counts.tickets = found.iter().map(|found| found.tickets).sum::<u64>();
        counts.tickets += self.due_in_overlay(&work.cutoffs).await?;
        counts.segments = due.len() as u64;
        if counts.tickets > 0 || !due.is_empty() {
            let cutoffs: Arc<dyn Scrub> = Arc::clone(&work.cutoffs) as _;
            self.clean_with(Some(cutoffs)).await?;
            let done = self.rewrite_segments(&due, lease, Arc::new(|_, _| ())).await;
            self.clean_with(None).await?;
            done?;
        }
        let mut tx = self.state.begin().await?;
        for found in found.iter().filter(|found| !found.is_due) {
            retention::set_due(&mut tx, found.id, found.version, work.version, found.next).await?;
        }
        commit(tx).await?;
        Ok(counts)
    }

    /// Publishes a snapshot that takes something out besides whoever is being erased, and whose
    /// overlay is without it; `None` ends that.
    async fn clean_with(&self, scrub: Option<Arc<dyn Scrub>>) -> Result<()> {
        let _live = self.live.lock().await;
        let current = self.snapshot();
        let mut next = Snapshot::clone(&current);
        let is_end = scrub.is_none();
        next.keeping = Keeping { retaining: scrub, ..current.keeping.clone() };
        if !is_end {
            next.overlay = self.scrub_overlay(&next).await?;
        }
        self.publish(next);
        Ok(())
    }

    /// Reads every segment of which it is not known that nothing is due.
    async fn look_for_due(self: &Arc<Self>, work: &Work) -> Result<Vec<Found>> {
        let mut tx = self.state.begin_reading().await?;
        let known = retention::due(&mut tx, work.version).await?;
        commit(tx).await?;
        let (core, cutoffs) = (Arc::clone(self), Arc::clone(&work.cutoffs));
        let snapshot = self.snapshot();
        let now = work.now;
        let found = blocking(move || {
            let is_known = |segment: &&Segment| {
                let due = known.get(&(segment.id(), segment.version()));
                due.is_none_or(|due| due.is_some_and(|due| due <= now))
            };
            let tasks: Vec<Segment> = snapshot.segments.iter().filter(is_known).cloned().collect();
            let threads = core.options.workers();
            let look = |segment: Segment| look_at(&snapshot, &segment, &cutoffs, now);
            parallel::each(threads, tasks, look, |_| ())
        });
        found.await
    }

    async fn due_in_overlay(&self, cutoffs: &Arc<Cutoffs>) -> Result<u64> {
        let (snapshot, cutoffs) = (self.snapshot(), Arc::clone(cutoffs));
        blocking(move || {
            let mut count = 0;
            for (number, _) in snapshot.overlay.changes() {
                if let Some(mut stored) = snapshot.overlay.get(number)? {
                    count += u64::from(cutoffs.scrub(&mut stored));
                }
            }
            Ok(count)
        })
        .await
    }

    /// The rules in force, made into instants; `None` where there are none.
    async fn retention_work(&self) -> Result<Option<Work>> {
        let mut tx = self.state.begin_reading().await?;
        let current = retention::current(&mut tx).await?;
        commit(tx).await?;
        let Some((version, rules)) = current else { return Ok(None) };
        if rules.rules.is_empty() {
            return Ok(None);
        }
        let now = self.clock().now();
        let keep = crate::erase::rules::fields_of(&self.snapshot().policies);
        Ok(Some(Work {
            version,
            now,
            quarantine: rules.quarantine_before(now),
            imports: rules.imports_before(now),
            cutoffs: Arc::new(Cutoffs::new(&rules, now, keep)),
        }))
    }
}

/// The rules at one moment.
struct Work {
    version: i64,
    now: Instant,
    /// Source and instant: what came before it is emptied.
    quarantine: Vec<(Option<String>, Instant)>,
    imports: Option<Instant>,
    cutoffs: Arc<Cutoffs>,
}

fn look_at(
    snapshot: &Snapshot,
    segment: &Segment,
    cutoffs: &Cutoffs,
    now: Instant,
) -> Result<Found> {
    let (id, version) = (segment.id(), segment.version());
    let mut found = Found { id, version, tickets: 0, is_due: false, next: None };
    segment.read_all(crate::limits::FOLD_BATCH_TICKETS, |number, sealed| {
        if let Some(next) = cutoffs.next_due(&sealed) {
            if next <= now {
                found.is_due = true;
                found.tickets += u64::from(!snapshot.overlay.fresh().contains(number));
            } else if found.next.is_none_or(|known| next < known) {
                found.next = Some(next);
            }
        }
        Ok(())
    })?;
    Ok(found)
}
