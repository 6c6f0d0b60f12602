//! The rest of an erasure: every file without the person, and the old ones gone.

use super::plan::Scan;
use super::rules::Rules;
use crate::core::Core;
use crate::error::{Error, Result};
use crate::key::Key;
use crate::limits;
use crate::options::Step;
use crate::rebuild::Progress;
use crate::scrub::Keeping;
use crate::snapshot::Snapshot;
use crate::state::lease::Lease;
use crate::state::{commit, counter, erasures, inbox};
use event::Event;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

impl Core {
    /// Does what is left of every erasure; how many were finished. The caller holds `scrubbing`.
    pub(crate) async fn finish_erasures(
        self: &Arc<Self>,
        lease: Option<&Lease>,
        progress: Progress,
    ) -> Result<u64> {
        let mut tx = self.state.begin_reading().await?;
        let unfinished = erasures::unfinished(&mut tx).await?;
        commit(tx).await?;
        if unfinished.is_empty() {
            return Ok(0);
        }
        // What was accepted before is in memory as it came, until it is applied.
        let accepted = self.waiting().newest;
        self.settle().await;
        if self.live.lock().await.applied < accepted {
            return Ok(0);
        }
        let rules = Arc::clone(&self.snapshot().keeping.rules);
        let scan = self.scan(Arc::clone(&rules) as _, Arc::clone(&rules)).await?;
        self.rewrite_segments(&scan.segments, lease, progress).await?;
        self.rewrite_inbox(&rules, &scan).await?;
        self.options.step(Step::EraseCleaned)?;
        if !self.nothing_is_left().await? {
            return Ok(0);
        }
        let live = self.live.lock().await;
        let mut tx = self.state.begin().await?;
        erasures::finish(&mut tx, &unfinished, self.clock().now()).await?;
        counter::take(&mut tx, counter::MANIFEST, 1).await?;
        self.options.step(Step::EraseBeforeFinish)?;
        commit(tx).await?;
        let current = self.snapshot();
        let keeping = Keeping { cleaning: None, ..current.keeping.clone() };
        self.publish(Snapshot { keeping, ..Snapshot::clone(&current) });
        drop(live);
        Ok(unfinished.len() as u64)
    }

    /// Whether the last copy of what was there before is gone.
    async fn nothing_is_left(&self) -> Result<bool> {
        if !self.state.purge().await? || !self.old_files_gone().await? {
            tracing::info!("old files are still being read; the erasure ends when they are gone");
            return Ok(false);
        }
        let waiting = self.state.deliveries_before_erasures().await?;
        if waiting > 0 {
            tracing::info!(waiting, "the erasure ends when deliveries from before are mapped");
        }
        Ok(waiting == 0)
    }

    /// Writes segments anew, one after the other: what the snapshot takes out is taken out.
    pub(crate) async fn rewrite_segments(
        &self,
        segments: &BTreeSet<u32>,
        lease: Option<&Lease>,
        progress: Progress,
    ) -> Result<()> {
        let whole = segments.len() as u64;
        for (id, done) in segments.iter().zip(1..) {
            let mut upkeep = self.upkeep().await?;
            self.seal(&mut upkeep, *id, lease).await?;
            progress(done, whole);
        }
        Ok(())
    }

    /// Puts bodies without the erased in place of those of batches that wait to be sealed.
    async fn rewrite_inbox(&self, rules: &Rules, scan: &Scan) -> Result<()> {
        for batch in self.inbox_waiting().await? {
            let Some(mut events) = inbox::events(&self.state.pool, batch).await? else { continue };
            if scrub_events(&mut events, rules, scan) {
                let body = crate::codec::pack(&events)
                    .map_err(|error| Error::damaged("a batch", error))?;
                let mut tx = self.state.begin().await?;
                inbox::replace(&mut tx, batch, body).await?;
                self.options.step(Step::EraseInbox)?;
                commit(tx).await?;
            }
        }
        Ok(())
    }

    async fn inbox_waiting(&self) -> Result<Vec<u64>> {
        let mut tx = self.state.begin_reading().await?;
        let waiting = inbox::waiting(&mut tx).await?;
        commit(tx).await?;
        Ok(waiting)
    }

    /// How many batches of the inbox would be rewritten.
    pub(super) async fn batches_of(&self, rules: &Rules, scan: &Scan) -> Result<u64> {
        let mut count = 0;
        for batch in self.inbox_waiting().await? {
            if let Some(mut events) = inbox::events(&self.state.pool, batch).await? {
                count += u64::from(scrub_events(&mut events, rules, scan));
            }
        }
        Ok(count)
    }

    /// Whether no version of a segment is left but those that count, and no scratch file that was
    /// there; waits a moment for those who read them.
    async fn old_files_gone(&self) -> Result<bool> {
        let scratch: BTreeSet<String> = self.layout.scratch_names()?.into_iter().collect();
        let mut waited = Duration::ZERO;
        loop {
            let live = self.live.lock().await;
            let snapshot = self.snapshot();
            let current: Vec<(u32, u64)> =
                snapshot.segments.iter().map(|segment| (segment.id(), segment.version())).collect();
            drop(snapshot);
            let old = self.layout.versions()?.iter().any(|version| !current.contains(version));
            drop(live);
            let left = self.layout.scratch_names()?.iter().any(|name| scratch.contains(name));
            if !old && !left {
                return Ok(true);
            }
            if waited >= limits::ERASURE_READERS_WAIT {
                return Ok(false);
            }
            tokio::time::sleep(limits::ERASURE_READERS_STEP).await;
            waited += limits::ERASURE_READERS_STEP;
        }
    }
}

/// Takes the erased out of the events of a batch; whether they were there.
fn scrub_events(events: &mut [Event], rules: &Rules, scan: &Scan) -> bool {
    let before = events.to_vec();
    rules.admit(events);
    for Event { source, ticket, entry } in &mut *events {
        let first = entry.origin.as_ref().unwrap_or(ticket);
        if let Some(erased) = scan.theirs.get(&Key::new(source, first)) {
            super::rules::empty(entry, &erased.keep_fields);
        }
    }
    before != *events
}
