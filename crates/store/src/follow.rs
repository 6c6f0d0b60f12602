//! Following the other processes that share the state: their batches, segments and policies.
//!
//! What another process did is seen in two numbers that only grow: the newest batch and the change
//! of the manifest. A batch that is in the inbox is applied here as if it had been accepted here.
//! One that is no longer there is contained in a segment, and that segment is named by any manifest
//! read later: so batches are gathered first, the manifest is read next, and nothing is published
//! before every batch is applied that some segment already contains.

use crate::core::{Core, blocking, folder};
use crate::error::Result;
use crate::limits;
use crate::live::{Live, advance};
use crate::rebuild::refold;
use crate::segment::Segment;
use crate::snapshot::Snapshot;
use crate::state::manifest::Line;
use crate::state::{commit, counter, erasures, inbox, manifest, policies};
use event::Event;
use std::collections::BTreeMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

impl Core {
    /// Whether other processes may work on the same folder.
    pub(crate) const fn is_shared(&self) -> bool {
        self.process.is_some()
    }

    /// Looks every so often for what other processes did, as long as the store is open.
    pub(crate) fn follow(self: &Arc<Self>) {
        if self.is_shared() {
            tokio::spawn(watch(Arc::downgrade(self)));
        }
    }

    /// Sees to it that what other processes did is taken over.
    async fn look_around(self: &Arc<Self>) -> Result<()> {
        let _order = self.order.lock().await;
        let mut tx = self.state.begin_reading().await?;
        let newest = inbox::newest(&mut tx).await?;
        let manifest = counter::last(&mut tx, counter::MANIFEST).await?;
        commit(tx).await?;
        let is_new = {
            let mut waiting = self.waiting();
            waiting.look |= manifest != self.snapshot().manifest;
            let is_new = newest > waiting.newest || waiting.look;
            waiting.newest = waiting.newest.max(newest);
            is_new
        };
        if is_new {
            self.wake_applying();
        }
        Ok(())
    }

    /// Takes over everything that other processes did until now.
    pub(crate) async fn refresh(&self) -> Result<()> {
        let mut live = self.live.lock().await;
        self.refresh_with(&mut live).await
    }

    /// The same for whoever holds `live` already.
    pub(crate) async fn refresh_with(&self, live: &mut Live) -> Result<()> {
        let newest = {
            let _order = self.order.lock().await;
            let mut tx = self.state.begin_reading().await?;
            let newest = inbox::newest(&mut tx).await?;
            commit(tx).await?;
            let mut waiting = self.waiting();
            waiting.newest = waiting.newest.max(newest);
            waiting.newest
        };
        self.apply_and_publish(live, newest).await
    }

    /// Puts the manifest's segments and policies into a snapshot that is still to be published.
    ///
    /// Returns what has to be applied once more: the overlay's tickets of segments that an import
    /// changed, whose events never were in the inbox.
    pub(crate) async fn adopt(&self, working: &mut Snapshot) -> Result<Vec<Event>> {
        let mut tx = self.state.begin_reading().await?;
        let change = counter::last(&mut tx, counter::MANIFEST).await?;
        if change == working.manifest {
            commit(tx).await?;
            return Ok(Vec::new());
        }
        let mut lines = manifest::read(&mut tx).await?;
        let sources = manifest::freshness(&mut tx).await?;
        let policies = policies::current(&mut tx).await?;
        let keeping = erasures::keeping(&mut tx).await?;
        commit(tx).await?;
        lines.retain(|line| working.segment(line.id).map(Segment::version) != Some(line.version));
        let again = self.replace(working, &lines)?;
        if let Some((_, policies)) = policies
            && policies.digest() != working.policies.digest()
        {
            working.folder = folder(&policies)?;
            working.policies = Arc::new(policies);
            let (old, folder) = (working.overlay.clone(), Arc::clone(&working.folder));
            let threads = self.options.workers();
            working.overlay = blocking(move || refold(&old, &folder, threads)).await?;
        }
        working.keeping = keeping;
        working.overlay = self.scrub_overlay(working).await?;
        advance(working, sources);
        working.manifest = change;
        Ok(again)
    }

    /// Puts other versions of segments in place; the overlay keeps what they do not contain.
    fn replace(&self, working: &mut Snapshot, lines: &[Line]) -> Result<Vec<Event>> {
        let rows = self.segment_rows;
        let mut replaced = BTreeMap::new();
        for line in lines {
            let before = working.segment(line.id).map_or(0, Segment::imported);
            replaced.insert(line.id, (*line, line.imported != before));
        }
        let of = |number: u32| {
            let (line, is_imported) = replaced.get(&(number / rows))?;
            let is_inside = number % rows < line.stats.rows;
            is_inside.then_some((line.through, *is_imported))
        };
        let mut again = Vec::new();
        for (number, batch) in working.overlay.changes() {
            let is_newer =
                of(number).is_some_and(|(through, imported)| imported && batch > through);
            if is_newer && let Some(stored) = working.overlay.get(number)? {
                let (source, ticket) = (stored.source, stored.ticket);
                again.extend(stored.timeline.into_iter().map(|entry| Event {
                    source: source.clone(),
                    ticket: ticket.clone(),
                    entry,
                }));
            }
        }
        working.overlay = working.overlay.without(|number, batch| {
            of(number).is_some_and(|(through, imported)| imported || batch <= through)
        })?;
        self.replace_segments(working, lines);
        Ok(again)
    }

    /// Removes inbox rows that segments of the newest snapshot contain, whoever sealed them: that
    /// process may be dead.
    pub(crate) async fn forget_contained(&self, live: &mut Live) -> Result<()> {
        let snapshot = self.snapshot();
        for segment in &snapshot.segments {
            for (_, pending) in live.pending.range_mut(..=segment.through()) {
                pending.segments.remove(&segment.id());
            }
        }
        self.forget_unchanged(live).await
    }
}

/// Looks until the store is closed.
async fn watch(core: Weak<Core>) {
    let mut ticks = tokio::time::interval(Duration::from_millis(limits::FOLLOW_MS));
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut was_well = true;
    loop {
        ticks.tick().await;
        let Some(core) = core.upgrade() else { return };
        if core.state.pool.is_closed() {
            return;
        }
        let outcome = core.look_around().await;
        if let Err(error) = &outcome
            && was_well
        {
            let error: &dyn std::error::Error = error;
            tracing::error!(error, "the shared state cannot be read; trying again");
        }
        was_well = outcome.is_ok();
    }
}
