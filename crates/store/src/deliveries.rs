//! Deliveries of webhooks: kept by group commit the moment they come, mapped behind it.

use crate::core::{Core, blocking};
use crate::error::{Error, Result};
use crate::limits;
use crate::options::Step;
use crate::state::commit;
use crate::state::deliveries::{
    Came, Delivery, HookState, Mapping, NewDelivery, Packed, add, count_came, room,
};
use crate::store::Store;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{oneshot, watch};

/// What waits to be kept, and who wants to hear of it.
#[derive(Debug)]
pub(crate) struct Arrivals {
    queue: Mutex<VecDeque<Arrival>>,
    /// Held by the one that keeps what waits.
    keeping: tokio::sync::Mutex<()>,
    /// Counts the groups that were kept.
    kept: watch::Sender<u64>,
}

#[derive(Debug)]
struct Arrival {
    packed: Packed,
    answer: oneshot::Sender<Result<bool>>,
}

impl Default for Arrivals {
    fn default() -> Self {
        Self {
            queue: Mutex::default(),
            keeping: tokio::sync::Mutex::default(),
            kept: watch::Sender::new(0),
        }
    }
}

/// Deliveries of webhooks.
impl Store {
    /// Keeps a delivery: when this returns it is on disk. Calls at the same time share a
    /// transaction. Whether it was new: one that still waits is kept once.
    ///
    /// # Errors
    /// [`Error::Backlog`] when too many wait to be mapped; then nothing of it is kept.
    pub async fn delivery_add(&self, delivery: NewDelivery) -> Result<bool> {
        let core = self.core();
        let packed = if delivery.body.len() > limits::PACK_INLINE_BYTES {
            blocking(move || pack(delivery)).await?
        } else {
            pack(delivery)?
        };
        let (answer, answered) = oneshot::channel();
        core.arrivals.push(Arrival { packed, answer });
        // A task of its own: a caller that goes away must not stop the group half-way.
        let task = tokio::spawn(Arc::clone(core).keep_arrivals());
        match answered.await {
            Ok(outcome) => outcome,
            Err(_) => match task.await {
                Ok(()) => Err(Error::Stopped),
                Err(error) => Err(Error::Task(error)),
            },
        }
    }

    /// Hears whenever deliveries were kept by this process.
    pub fn deliveries_kept(&self) -> watch::Receiver<u64> {
        self.core().arrivals.kept.subscribe()
    }

    /// The oldest deliveries of a source that wait to be mapped: at most `limit`, and fewer where
    /// their bodies are large.
    ///
    /// # Errors
    /// When the state database refuses, or a delivery is damaged.
    pub async fn deliveries(&self, source: &str, limit: u32) -> Result<Vec<Delivery>> {
        self.core().state.deliveries(source, limit).await
    }

    /// Removes deliveries of a source whose events are on disk, and puts what of them could not be
    /// understood into quarantine, all or nothing. Those removed already are passed over.
    ///
    /// # Errors
    /// When the state database refuses.
    pub async fn deliveries_done(&self, source: &str, mappings: &[Mapping]) -> Result<()> {
        let core = self.core();
        let at = core.clock().now();
        let step = || core.options.step(Step::DeliveriesBeforeRemoval);
        core.state.deliveries_done(source, mappings, at, &step).await?;
        core.options.step(Step::DeliveriesAfterRemoval)
    }

    /// How each webhook stands through which something came, by source.
    ///
    /// # Errors
    /// When the state database refuses.
    pub async fn hooks(&self) -> Result<BTreeMap<String, HookState>> {
        self.core().state.hooks().await
    }
}

impl Arrivals {
    fn push(&self, arrival: Arrival) {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).push_back(arrival);
    }

    fn take(&self) -> Vec<Arrival> {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let mut bytes = 0;
        let mut taken = Vec::new();
        while let Some(arrival) = queue.front() {
            bytes += arrival.packed.delivery.body.len();
            if !taken.is_empty() && bytes > limits::DELIVERIES_GROUP_BYTES {
                break;
            }
            taken.extend(queue.pop_front());
        }
        taken
    }
}

impl Core {
    /// Keeps what waits, in one transaction.
    async fn keep_arrivals(self: Arc<Self>) {
        let _keeping = self.arrivals.keeping.lock().await;
        let group = self.arrivals.take();
        if group.is_empty() {
            return;
        }
        let (packed, answers): (Vec<Packed>, Vec<_>) =
            group.into_iter().map(|arrival| (arrival.packed, arrival.answer)).unzip();
        match self.keep(&packed).await {
            Ok(outcomes) => {
                self.arrivals.kept.send_modify(|kept| *kept += 1);
                for (answer, outcome) in answers.into_iter().zip(outcomes) {
                    let _ = answer.send(outcome);
                }
            }
            Err(error) => {
                let error = Arc::new(error);
                for answer in answers {
                    let _ = answer.send(Err(Error::Shared(Arc::clone(&error))));
                }
            }
        }
    }

    async fn keep(&self, group: &[Packed]) -> Result<Vec<Result<bool>>> {
        let mut tx = self.state.begin().await?;
        let mut room = room(&mut tx).await?;
        let mut came: BTreeMap<&str, Came> = BTreeMap::new();
        let mut outcomes = Vec::with_capacity(group.len());
        for packed in group {
            if !room.fits(packed, self.options.deliveries_max) {
                outcomes.push(Err(Error::Backlog { waiting: room.waiting }));
                continue;
            }
            let (is_new, bytes) = (add(&mut tx, packed).await?, packed.delivery.body.len() as u64);
            let came = came.entry(&packed.delivery.source).or_default();
            if is_new {
                room.waiting += 1;
                room.bytes += bytes;
                came.received += 1;
                came.bytes += bytes;
            } else {
                came.repeated += 1;
            }
            outcomes.push(Ok(is_new));
        }
        count_came(&mut tx, &came, self.clock().now()).await?;
        self.options.step(Step::DeliveryBeforeCommit)?;
        commit(tx).await?;
        self.options.step(Step::DeliveryAfterCommit)?;
        Ok(outcomes)
    }
}

fn pack(mut delivery: NewDelivery) -> Result<Packed> {
    let size = delivery.body.len();
    delivery.body = zstd::bulk::compress(&delivery.body, 1)
        .map_err(|error| Error::damaged("the body of a delivery", error))?;
    Ok(Packed { delivery, size })
}
