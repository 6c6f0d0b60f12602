//! Which plans wait for which: those that read little go past those that read much, in places and
//! on threads of their own.

use crate::error::Result;
use crate::limits::{READ_LITTLE_VALUES, SHORT_AT_ONCE};
use crate::workshop::Workshop;
use datafusion::physical_plan::ExecutionPlan;
use quick_cache::sync::Cache;
use tokio::sync::{Semaphore, SemaphorePermit};

/// Names of plans that are remembered.
const NAMES: usize = 1_024;

/// Priority of threads for plans that read much, on a scale where 99 goes first and 50 is what
/// threads have by default.
const LONG_PRIORITY: u8 = 20;
/// Priority of the thread for plans that read little: that of showing what was accepted.
const SHORT_PRIORITY: u8 = 36;

/// Where plans of one kind run: so many at the same time, on these threads.
#[derive(Debug)]
pub(crate) struct Lane {
    places: Semaphore,
    pub(crate) workshop: Workshop,
}

/// The two lanes, and what is known of those that come again.
#[derive(Debug)]
pub(crate) struct Lanes {
    long: Lane,
    short: Lane,
    /// Values that a plan read the last time.
    read: Cache<String, u64>,
}

impl Lanes {
    /// So many plans that read much at the same time, on so many threads.
    ///
    /// # Errors
    /// When the operating system gives no threads.
    pub(crate) fn new(long: usize, threads: usize) -> Result<Self> {
        let lane = |places, workshop| Lane { places: Semaphore::new(places), workshop };
        let long = lane(long.max(1), Workshop::new("question", threads, LONG_PRIORITY)?);
        let short = lane(SHORT_AT_ONCE, Workshop::new("quick", 1, SHORT_PRIORITY)?);
        Ok(Self { long, short, read: Cache::new(NAMES) })
    }

    /// The threads for what takes milliseconds.
    pub(crate) fn quick(&self) -> &Workshop {
        &self.short.workshop
    }

    /// Waits for a place. What is not known may read much.
    pub(crate) async fn enter(&self, name: Option<&str>) -> (&Lane, Option<SemaphorePermit<'_>>) {
        let read = name.and_then(|name| self.read.get(name));
        let is_short = read.is_some_and(|read| read <= READ_LITTLE_VALUES);
        let lane = if is_short { &self.short } else { &self.long };
        // Never closed; were it, the plan would run without waiting.
        (lane, lane.places.acquire().await.ok())
    }

    /// Keeps how many values a plan read.
    pub(crate) fn remember(&self, name: String, read: u64) {
        self.read.insert(name, read);
    }
}

/// Values that the leaves of a plan gave when it ran: of each row one per column, since a column
/// more costs about as much as as many rows more.
pub(crate) fn values_read(plan: &dyn ExecutionPlan) -> u64 {
    let children = plan.children();
    if children.is_empty() {
        let rows = plan.metrics().and_then(|metrics| metrics.output_rows()).unwrap_or(0);
        return (rows * plan.schema().fields().len()) as u64;
    }
    children.into_iter().map(|child| values_read(child.as_ref())).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_reads_little_does_not_wait_behind_what_reads_much() {
        let lanes = Lanes::new(1, 1).unwrap();
        lanes.remember("little".to_owned(), READ_LITTLE_VALUES);
        lanes.remember("much".to_owned(), READ_LITTLE_VALUES + 1);
        let _much = lanes.enter(Some("much")).await;
        let waits = |name| futures::FutureExt::now_or_never(lanes.enter(name)).is_none();
        assert!(!waits(Some("little")));
        assert!(waits(Some("much")) && waits(Some("unknown")) && waits(None));
    }
}
