//! Accepting: whatever waits becomes one batch of the inbox, in one small transaction.
//!
//! Nothing else happens before a caller hears that its events are safe: no look-up, no fold. The
//! number of a batch comes from a counter in the state database and is never used twice; batches
//! become visible in the order of their numbers.

use crate::codec;
use crate::core::{Core, blocking};
use crate::error::{Error, Result};
use crate::limits;
use crate::options::Step;
use crate::state::inbox;
use crate::submit::{Batch, Caller, Request};
use std::sync::Arc;
use std::sync::atomic::Ordering;

impl Core {
    /// Commits what waits, group by group, until nothing does.
    pub(crate) async fn commit_waiting(self: Arc<Self>) {
        let _free = Free(&self);
        loop {
            let _order = self.order.lock().await;
            let group = self.waiting().next_group();
            if group.is_empty() {
                return;
            }
            let events = group.iter().map(|request| request.events.len() as u64).sum();
            let bytes = group.iter().map(|r| crate::submit::bytes(&r.events, &r.plain)).sum();
            self.commit_group(group, events, bytes).await;
        }
    }

    #[tracing::instrument(name = "accept", skip_all, fields(callers = group.len(), events, bytes))]
    async fn commit_group(self: &Arc<Self>, mut group: Vec<Request>, events: u64, bytes: u64) {
        let rules = Arc::clone(&self.snapshot().keeping.rules);
        group.iter_mut().for_each(|request| request.follow(&rules));
        let plain = group.iter_mut().map(|request| std::mem::take(&mut request.plain)).collect();
        let committed = self.commit_batch(plain, events).await;
        let now = self.clock().now();
        let mut waiting = self.waiting();
        waiting.leave_queue(events, bytes);
        match committed {
            Ok(number) => {
                let (mut callers, mut durable) = (Vec::new(), Vec::new());
                for Request { events, durable: answer, applied, .. } in group {
                    callers.push(Caller { events, applied: Some(applied) });
                    durable.push(answer);
                }
                // Nobody waits for what a stopped store will not show.
                let callers = Some(callers).filter(|_| !waiting.stopped);
                waiting
                    .unapplied
                    .insert(number, Batch { accepted_at: now, events, bytes, callers });
                waiting.newest = waiting.newest.max(number);
                drop(waiting);
                self.wake_applying();
                self.shorten_log();
                for answer in durable {
                    // A caller that went away does not want its answer.
                    let _ = answer.send(number);
                }
            }
            Err(error) => {
                drop(waiting);
                let error = Arc::new(error);
                for request in group {
                    let _ = request.applied.send(Err(Error::Shared(Arc::clone(&error))));
                }
            }
        }
    }

    /// Stores a batch; its number.
    async fn commit_batch(&self, plain: Vec<Vec<u8>>, events: u64) -> Result<u64> {
        let bytes: usize = plain.iter().map(Vec::len).sum();
        let pack =
            move || codec::pack_plain(&plain).map_err(|error| Error::damaged("a batch", error));
        let body = if bytes > limits::BYTES_AT_ONCE { blocking(pack).await? } else { pack()? };
        let now = self.clock().now();
        let before = || self.options.step(Step::AcceptBeforeCommit);
        let number = inbox::accept(&self.state, now, events, body, before).await?;
        self.crash_at(Step::AcceptAfterCommit)?;
        Ok(number)
    }

    /// Copies the state database's log into its file where it grew long. Left to SQLite, whichever
    /// commit comes at that moment does it, and its callers wait.
    fn shorten_log(self: &Arc<Self>) {
        let length = std::fs::metadata(self.layout.state_log()).map_or(0, |log| log.len());
        if length < limits::LOG_BYTES || self.shortening.swap(true, Ordering::Relaxed) {
            return;
        }
        let core = Arc::clone(self);
        tokio::spawn(async move {
            if let Err(error) = core.state.tidy().await {
                tracing::debug!(%error, "the log of the state database stays long");
            }
            core.shortening.store(false, Ordering::Relaxed);
        });
    }

    /// Stops everything when a test crashes here: what is in memory is behind what is on disk.
    pub(crate) fn crash_at(&self, step: Step) -> Result<()> {
        self.options.step(step).inspect_err(|_| self.waiting().stop())
    }
}

/// Lets the next caller begin to commit, even after a panic.
struct Free<'a>(&'a Core);

impl Drop for Free<'_> {
    fn drop(&mut self) {
        self.0.waiting().committing = false;
    }
}
