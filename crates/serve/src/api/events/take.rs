//! Parts of a body on their way to the disk, and the receipt for them.

use super::Receipt;
use crate::desk::Desk;
use crate::limits::{ITEMS_LISTED_MAX, PIECE_PATIENCE};
use crate::meter::EventOutcome;
use crate::problem::{Kept, Problem};
use crate::sorting::Sorted;
use bytes::Bytes;
use event::Event;
use std::time::Duration;
use store::{Reject, Store, Submitted};

/// One request's events on their way in.
#[derive(Debug)]
pub(super) struct Taking {
    pub(super) desk: Desk,
    receipt: Receipt,
    kept: Kept,
    /// What to wait for before the answer, where the caller asked for that.
    applying: Option<Vec<Submitted>>,
}

impl Taking {
    pub(super) fn new(desk: Desk, wait_applied: bool) -> Self {
        let applying = wait_applied.then(Vec::new);
        Self { desk, receipt: Receipt::default(), kept: Kept::default(), applying }
    }

    /// Takes in the texts of some events; when this returns they are on disk. `patience` is how
    /// long they may wait for earlier events of others to be applied.
    ///
    /// # Errors
    /// The store refuses, or has too much to do, 429. Nothing of these texts is kept then.
    pub(super) async fn take(
        &mut self,
        texts: Vec<Bytes>,
        patience: Duration,
    ) -> Result<(), Problem> {
        let (before, seen) = (self.kept.events, self.desk.now());
        let bytes: usize = texts.iter().map(Bytes::len).sum();
        let sorted = if bytes <= INLINE_BYTES {
            Sorted::of(&texts, before, seen)
        } else {
            tokio::task::spawn_blocking(move || Sorted::of(&texts, before, seen))
                .await
                .map_err(|error| Problem::internal(&error))?
        };
        let counted = (sorted.events.len() as u64, sorted.rejects.len() as u64, sorted.count());
        let Sorted { events, rejects, items, .. } = sorted;
        let store = self.desk.store().clone();
        // Once begun, the writing goes on even if the caller goes away.
        let writing = tokio::spawn(async move { write(&store, events, &rejects, patience).await });
        let submitted = writing.await.map_err(|error| Problem::internal(&error))??;
        let (accepted, quarantined, count) = counted;
        self.kept.accepted += accepted;
        self.kept.quarantined += quarantined;
        let meter = self.desk.meter();
        meter.events(EventOutcome::Accepted, accepted);
        meter.events(EventOutcome::Quarantined, quarantined);
        self.kept.events += count;
        self.receipt.batch = self.receipt.batch.max(submitted.batch);
        if let Some(applying) = &mut self.applying {
            applying.push(submitted);
        }
        let room = 2 * ITEMS_LISTED_MAX - self.receipt.items.len().min(2 * ITEMS_LISTED_MAX);
        self.receipt.items.extend(items.into_iter().take(room));
        Ok(())
    }

    /// The receipt, once what the caller waits for has happened.
    ///
    /// # Errors
    /// No event could be understood, or what is on disk cannot be applied now.
    pub(super) async fn finish(self) -> Result<Receipt, Problem> {
        let Self { desk, mut receipt, kept, applying } = self;
        if kept.accepted == 0 && kept.quarantined > 0 {
            return Err(not_understood(&receipt).kept(kept));
        }
        receipt.accepted = kept.accepted;
        receipt.quarantined = kept.quarantined;
        receipt.unlisted = kept.events.saturating_sub(receipt.items.len() as u64);
        if let Some(applying) = applying {
            let (mut new, mut duplicate) = (0, 0);
            for submitted in applying {
                let accepted = submitted.applied().await?;
                new += accepted.new;
                duplicate += accepted.duplicate;
            }
            desk.meter().events(EventOutcome::New, new);
            desk.meter().events(EventOutcome::Duplicate, duplicate);
            (receipt.new, receipt.duplicate) = (Some(new), Some(duplicate));
        }
        Ok(receipt)
    }

    /// A problem that ended the request, with how far it had got.
    pub(super) fn told(&self, problem: Problem) -> Problem {
        if self.kept.events == 0 { problem } else { problem.kept(self.kept) }
    }
}

/// Texts up to here are read where the request is; reading more would hold up others.
const INLINE_BYTES: usize = 64 << 10;

/// Events first: what is told to come back later has then left nothing in quarantine.
async fn write(
    store: &Store,
    events: Vec<Event>,
    rejects: &[Reject],
    patience: Duration,
) -> Result<Submitted, Problem> {
    let submitted = submit(store, events, patience).await?;
    if !rejects.is_empty() {
        store.quarantine_add(rejects).await?;
    }
    Ok(submitted)
}

async fn submit(
    store: &Store,
    events: Vec<Event>,
    patience: Duration,
) -> Result<Submitted, Problem> {
    if patience.is_zero() {
        return Ok(store.submit(events).await?);
    }
    let mut left = patience.min(PIECE_PATIENCE);
    loop {
        match store.submit(events.clone()).await {
            Err(store::Error::Busy { retry_after_ms, .. }) if !left.is_zero() => {
                let pause = Duration::from_millis(retry_after_ms.max(1)).min(left);
                left = left.saturating_sub(pause);
                tokio::time::sleep(pause).await;
            }
            outcome => return Ok(outcome?),
        }
    }
}

fn not_understood(receipt: &Receipt) -> Problem {
    /// Issues in one problem; the quarantine has the rest.
    const ISSUES_MAX: usize = 100;
    let wrong = receipt.items.iter().filter(|item| item.is_quarantined());
    let issues = wrong.take(ISSUES_MAX).map(|item| item.issue()).collect();
    Problem::issues("the body", issues)
        .hint("nothing is lost: what was sent is in quarantine, and can be replayed")
}
