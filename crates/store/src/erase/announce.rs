//! The first transaction of an erasure: after it, nothing of the person comes in any more.

use super::papers::Needles;
use super::plan::{Looked, keep_fields};
use super::rules::rename_in;
use super::{Erasure, ErasurePlan, ErasureRequest};
use crate::apply::fold_runs;
use crate::core::{Core, blocking, folder};
use crate::error::{Error, Result};
use crate::options::Step;
use crate::overlay::Overlay;
use crate::rebuild::Progress;
use crate::scrub::Keeping;
use crate::snapshot::Snapshot;
use crate::state::lease::Lease;
use crate::state::{commit, counter, erasures, imports, policies, quarantine};
use event::Text;
use facts::Folder;
use std::sync::Arc;

impl Core {
    /// What an erasure would touch.
    pub(crate) async fn erasure_plan(
        self: &Arc<Self>,
        request: &ErasureRequest,
    ) -> Result<ErasurePlan> {
        Ok(self.look(request).await?.plan)
    }

    /// Erases somebody; where old files are still being read, what is left is done later.
    pub(crate) async fn erase(
        self: &Arc<Self>,
        request: &ErasureRequest,
        lease: Option<&Lease>,
        progress: Progress,
    ) -> Result<Erasure> {
        let _one = self.scrubbing.lock().await;
        let looked = self.look(request).await?;
        let id = self.announce(request, looked).await?;
        self.finish_erasures(lease, progress).await?;
        let all = self.state.erasures().await?;
        all.into_iter()
            .find(|erasure| erasure.id == id)
            .ok_or(Error::Unknown { what: "erasure", id })
    }

    async fn announce(&self, request: &ErasureRequest, looked: Looked) -> Result<i64> {
        let Looked { plan, mut papers } = looked;
        let needles = Needles::new(request.ids.iter().chain(&request.accounts));
        // Whoever changes policies or segments has done so, and sees this afterwards.
        let _upkeep = self.upkeep().await?;
        let _live = self.live.lock().await;
        // Nothing is accepted that was not looked at under the new rules.
        let _order = self.order.lock().await;
        if self.waiting().stopped {
            return Err(Error::Stopped);
        }
        let snapshot = self.snapshot();
        let keep = keep_fields(request, &snapshot);
        let keep_fields = keep.iter().map(Text::to_string).collect();
        let request = ErasureRequest { keep_fields, ..request.clone() };
        let mut tx = self.state.begin().await?;
        self.quarantine_of(&needles, &mut papers).await?;
        let id = erasures::begin(&mut tx, &request, &plan.touched, self.clock().now()).await?;
        let keeping = erasures::keeping(&mut tx).await?;
        let renamed =
            policies::change(&mut tx, |policies| rename_in(policies, &keeping.rules)).await?;
        // Other processes that share the state hear of it so.
        let change = counter::take(&mut tx, counter::MANIFEST, 1).await?;
        quarantine::empty(&mut tx, &papers.quarantine).await?;
        imports::empty(&mut tx, &papers.imports).await?;
        let mut next = Snapshot::clone(&snapshot);
        if let Some(policies) = renamed {
            next.folder = folder(&policies)?;
            next.policies = Arc::new(policies);
        }
        next.keeping = keeping;
        next.manifest = change;
        next.overlay = self.scrub_overlay(&next).await?;
        self.options.step(Step::EraseBeforeCommit)?;
        commit(tx).await?;
        self.crash_at(Step::EraseAfterCommit)?;
        self.publish(next);
        Ok(id)
    }

    /// The overlay of a snapshot, with what its rules take out taken out.
    pub(crate) async fn scrub_overlay(&self, snapshot: &Snapshot) -> Result<Overlay> {
        let overlay = snapshot.overlay.clone();
        let (keeping, folder) = (snapshot.keeping.clone(), Arc::clone(&snapshot.folder));
        let threads = self.options.workers();
        blocking(move || scrub_overlay(&overlay, &keeping, &folder, threads)).await
    }
}

fn scrub_overlay(
    overlay: &Overlay,
    keeping: &Keeping,
    folder: &Folder,
    threads: usize,
) -> Result<Overlay> {
    let mut tickets = Vec::new();
    for (number, batch) in overlay.changes() {
        let Some(mut stored) = overlay.get(number)? else { continue };
        if keeping.scrub(&mut stored) {
            tickets.push((number, batch, stored));
        }
    }
    tickets.sort_unstable_by_key(|(number, _, _)| *number);
    let runs = fold_runs(folder, &tickets, threads)?;
    if runs.is_empty() { Ok(overlay.clone()) } else { overlay.with(runs) }
}
