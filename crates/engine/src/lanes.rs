//! Which plans wait for which: those that read little go past those that read much.

use crate::limits::{READ_LITTLE_ROWS, SHORT_AT_ONCE};
use datafusion::physical_plan::ExecutionPlan;
use quick_cache::sync::Cache;
use tokio::sync::{Semaphore, SemaphorePermit};

/// Names of plans that are remembered.
const NAMES: usize = 1_024;

/// The two lanes, and what is known of those that come again.
#[derive(Debug)]
pub(crate) struct Lanes {
    long: Semaphore,
    short: Semaphore,
    /// Rows that a plan read the last time.
    read: Cache<String, u64>,
}

impl Lanes {
    /// So many plans that read much at the same time.
    pub(crate) fn new(long: usize) -> Self {
        let (long, short) = (Semaphore::new(long.max(1)), Semaphore::new(SHORT_AT_ONCE));
        Self { long, short, read: Cache::new(NAMES) }
    }

    /// Waits for a place. What is not known may read much.
    pub(crate) async fn enter(&self, name: Option<&str>) -> Option<SemaphorePermit<'_>> {
        let read = name.and_then(|name| self.read.get(name));
        let is_short = read.is_some_and(|read| read <= READ_LITTLE_ROWS);
        let lane = if is_short { &self.short } else { &self.long };
        // Never closed; were it, the plan would run without waiting.
        lane.acquire().await.ok()
    }

    /// Keeps how many rows a plan read.
    pub(crate) fn remember(&self, name: String, read: u64) {
        self.read.insert(name, read);
    }
}

/// Rows that the leaves of a plan gave when it ran.
pub(crate) fn rows_read(plan: &dyn ExecutionPlan) -> u64 {
    let children = plan.children();
    if children.is_empty() {
        let rows = plan.metrics().and_then(|metrics| metrics.output_rows());
        return rows.unwrap_or(0) as u64;
    }
    children.into_iter().map(|child| rows_read(child.as_ref())).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_reads_little_does_not_wait_behind_what_reads_much() {
        let lanes = Lanes::new(1);
        lanes.remember("little".to_owned(), READ_LITTLE_ROWS);
        lanes.remember("much".to_owned(), READ_LITTLE_ROWS + 1);
        let _much = lanes.enter(Some("much")).await;
        let waits = |name| futures::FutureExt::now_or_never(lanes.enter(name)).is_none();
        assert!(!waits(Some("little")));
        assert!(waits(Some("much")) && waits(Some("unknown")) && waits(None));
    }
}
