//! What a store forgets on request and in time, as other rooms see it.

use crate::core::unstoppable;
use crate::erase::{Erasure, ErasurePlan, ErasureRequest};
use crate::error::{Error, Result};
use crate::limits;
use crate::proof::Proof;
use crate::rebuild::Progress;
use crate::retain::{RetentionCounts, RetentionRules};
use crate::state::{commit, retention};
use crate::store::Store;
use std::sync::Arc;

/// What was kept for a time only, or was to go, and is gone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retired {
    /// Runs of jobs.
    pub runs: u64,
    /// Erasures that were finished.
    pub erasures: u64,
    /// What the rules of retention took out.
    pub retention: RetentionCounts,
}

/// Erasure.
impl Store {
    /// What [`Store::erase`] would touch; changes nothing.
    ///
    /// # Errors
    /// [`crate::Error::NobodyToErase`], [`crate::Error::Limit`], or what keeps the store from
    /// being read.
    pub async fn erasure_plan(&self, request: ErasureRequest) -> Result<ErasurePlan> {
        let core = Arc::clone(&self.core);
        unstoppable(async move { core.erasure_plan(&request).await }).await
    }

    /// Erases somebody from everything that is kept; `progress` hears segments done and in all.
    ///
    /// Events of theirs that come later are accepted without them. Without an end in the outcome,
    /// somebody still reads old files; [`Store::retain_due`] finishes it.
    ///
    /// # Errors
    /// As [`Store::erasure_plan`], with nothing changed. After another failure the rest is done
    /// by [`Store::retain_due`].
    pub async fn erase(&self, request: ErasureRequest, progress: Progress) -> Result<Erasure> {
        let (core, lease) = (Arc::clone(&self.core), self.lease.clone());
        unstoppable(async move { core.erase(&request, lease.as_ref(), progress).await }).await
    }

    /// Looks for texts in every file of the folder, unpacked and as it lies there, and in every row
    /// of the state database: where nothing is found, it is gone.
    ///
    /// # Errors
    /// [`crate::Error::ShortText`], or what keeps a file from being read.
    pub async fn prove_gone(&self, texts: Vec<String>) -> Result<Proof> {
        let core = Arc::clone(&self.core);
        unstoppable(async move { core.prove(&texts).await }).await
    }

    /// The log of erasures, newest first; it names nobody.
    ///
    /// # Errors
    /// When the state database refuses.
    pub async fn erasures(&self) -> Result<Vec<Erasure>> {
        self.core.state.erasures().await
    }

    /// How long what is kept.
    ///
    /// # Errors
    /// When the state database refuses.
    pub async fn retention(&self) -> Result<RetentionRules> {
        let mut tx = self.core.state.begin_reading().await?;
        let current = retention::current(&mut tx).await?;
        commit(tx).await?;
        Ok(current.map(|(_, rules)| rules).unwrap_or_default())
    }

    /// Puts other rules in force, which [`Store::retain_due`] follows.
    ///
    /// # Errors
    /// [`Error::Retention`] where they are wrong.
    pub async fn set_retention(&self, rules: &RetentionRules) -> Result<()> {
        let issues = rules.check();
        if !issues.is_empty() {
            return Err(Error::Retention(issues));
        }
        let mut tx = self.core.state.begin().await?;
        retention::set(&mut tx, rules, self.core.clock().now()).await?;
        commit(tx).await
    }

    /// What [`Store::retain_due`] would take out now; changes nothing.
    ///
    /// # Errors
    /// When the disk or the state database refuses.
    pub async fn retention_plan(&self) -> Result<RetentionCounts> {
        let core = Arc::clone(&self.core);
        unstoppable(async move { core.retention_plan().await }).await
    }

    /// Removes what is kept for a time only, once its time is over, and finishes erasures as far
    /// as it can be done now.
    ///
    /// # Errors
    /// [`crate::Error::Replaced`], or when the disk or the state database refuses; then it is to be
    /// called again.
    pub async fn retain_due(&self) -> Result<Retired> {
        let (core, lease) = (Arc::clone(&self.core), self.lease.clone());
        unstoppable(async move {
            let _one = core.scrubbing.lock().await;
            let before = core.clock().now().plus(-limits::JOB_RUNS_AGE_US);
            let runs = core.state.runs_forget(lease.as_ref(), before).await?;
            let erasures = core.finish_erasures(lease.as_ref(), Arc::new(|_, _| ())).await?;
            let retention = core.retain(lease.as_ref()).await?;
            Ok(Retired { runs, erasures, retention })
        })
        .await
    }
}
