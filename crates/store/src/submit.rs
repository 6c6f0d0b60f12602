//! The door: what waits to be committed and to be applied, and when there is no more room.

use crate::apply::Accepted;
use crate::codec::put_event;
use crate::core::{Core, blocking};
use crate::erase::rules::Rules;
use crate::error::{Error, Result};
use crate::limits;
use event::{Event, Instant};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, MutexGuard, PoisonError};
use tokio::sync::oneshot;

/// Events that are on disk; dropping it changes nothing about that.
#[derive(Debug)]
pub struct Submitted {
    /// The batch of the inbox they are in, which callers may share; 0 where there were no events.
    pub batch: u64,
    applied: Option<oneshot::Receiver<Result<Accepted>>>,
}

impl Submitted {
    /// Waits until the events are in `Store::snapshot`; counts which were new.
    ///
    /// # Errors
    /// [`Error::Stopped`] or its cause when they could not be applied yet: they are safe, and shown
    /// once that can be done, at the latest when the folder is opened again.
    pub async fn applied(self) -> Result<Accepted> {
        match self.applied {
            Some(applied) => applied.await.unwrap_or(Err(Error::Stopped)),
            None => Ok(Accepted::default()),
        }
    }
}

/// One caller of `submit`.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) events: Vec<Event>,
    /// Who had been erased when they were looked at.
    pub(crate) rules: Arc<Rules>,
    /// The events as the inbox holds them, not yet compressed.
    pub(crate) plain: Vec<u8>,
    /// Hears the number of the batch once it is durable.
    pub(crate) durable: oneshot::Sender<u64>,
    /// Hears what was new once it is shown, or why that did not come about.
    pub(crate) applied: oneshot::Sender<Result<Accepted>>,
}

impl Request {
    /// Takes out of the events whoever was erased since they were looked at.
    pub(crate) fn follow(&mut self, rules: &Arc<Rules>) {
        if !Arc::ptr_eq(&self.rules, rules) {
            self.rules = Arc::clone(rules);
            (self.events, self.plain) = encode(std::mem::take(&mut self.events), rules);
        }
    }

    /// What it takes in memory, roughly.
    fn bytes(&self) -> u64 {
        bytes(&self.events, &self.plain)
    }
}

/// What the events of a caller take in memory, roughly.
pub(crate) const fn bytes(events: &[Event], plain: &[u8]) -> u64 {
    (std::mem::size_of_val(events) + plain.len()) as u64
}

/// A batch that is durable and not yet applied.
#[derive(Debug)]
pub(crate) struct Batch {
    pub(crate) accepted_at: Instant,
    pub(crate) events: u64,
    pub(crate) bytes: u64,
    /// Its events by caller; `None` once they were taken: if they are needed again, the inbox has
    /// them.
    pub(crate) callers: Option<Vec<Caller>>,
}

/// The events of one caller, and who waits for them to be applied.
#[derive(Debug)]
pub(crate) struct Caller {
    pub(crate) events: Vec<Event>,
    pub(crate) applied: Option<oneshot::Sender<Result<Accepted>>>,
}

/// Everything on its way between a caller and a snapshot.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    requests: VecDeque<Request>,
    queued_events: u64,
    queued_bytes: u64,
    /// Batches of this process that are not applied, by number.
    pub(crate) unapplied: BTreeMap<u64, Batch>,
    /// The newest batch that is known to be durable, whosever it is.
    pub(crate) newest: u64,
    /// Whether another process changed the manifest.
    pub(crate) look: bool,
    /// Whether a task commits, and whether one applies.
    pub(crate) committing: bool,
    pub(crate) applying: bool,
    /// Events applied a second, of late; 0 where nothing is known.
    pub(crate) rate: u64,
    /// Batches of the inbox that are not sealed whole, and when the oldest was accepted.
    pub(crate) unsealed: (u64, Option<Instant>),
    /// Set when rows may not show what the state database holds, and nothing may go on.
    pub(crate) stopped: bool,
}

impl Waiting {
    /// Events that wait, and the bytes they take.
    pub(crate) fn room_taken(&self) -> (u64, u64) {
        let unapplied = self.unapplied.values();
        unapplied.fold((self.queued_events, self.queued_bytes), |(events, bytes), batch| {
            (events + batch.events, bytes + batch.bytes)
        })
    }

    /// Requests to commit together; none where none waits, and then whoever comes next has to see
    /// to it that they are committed.
    pub(crate) fn next_group(&mut self) -> Vec<Request> {
        let mut group = Vec::new();
        let mut events = 0;
        while let Some(request) = self.requests.pop_front() {
            if !group.is_empty() && events + request.events.len() > limits::GROUP_EVENTS_MAX {
                self.requests.push_front(request);
                break;
            }
            events += request.events.len();
            group.push(request);
        }
        self.committing = !group.is_empty();
        group
    }

    /// Notes that requests wait no longer to be committed.
    pub(crate) fn leave_queue(&mut self, events: u64, bytes: u64) {
        self.queued_events = self.queued_events.saturating_sub(events);
        self.queued_bytes = self.queued_bytes.saturating_sub(bytes);
    }

    /// Lets nothing go on, and tells those who wait for their events to be shown.
    pub(crate) fn stop(&mut self) {
        self.stopped = true;
        self.unapplied.values_mut().for_each(|batch| batch.callers = None);
    }

    fn busy(&self, waiting: u64) -> Error {
        // Room for a fair share: half of what waits.
        let soon = (waiting / 2 * 1_000).checked_div(self.rate).unwrap_or(limits::RETRY_MS_MAX);
        let retry_after_ms = soon.clamp(limits::RETRY_MS_MIN, limits::RETRY_MS_MAX);
        Error::Busy { waiting, retry_after_ms }
    }
}

impl Core {
    pub(crate) fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes events durable; they are applied behind it.
    pub(crate) async fn submit(self: &Arc<Self>, events: Vec<Event>) -> Result<Submitted> {
        if events.is_empty() {
            return Ok(Submitted { batch: 0, applied: None });
        }
        if events.len() > limits::ACCEPT_EVENTS_MAX {
            return Err(Error::Limit {
                what: "events in one call",
                given: events.len() as u64,
                limit: limits::ACCEPT_EVENTS_MAX as u64,
            });
        }
        self.admit(events.len() as u64)?;
        let rules = Arc::clone(&self.snapshot().keeping.rules);
        let (events, plain) = if events.len() > limits::EVENTS_AT_ONCE {
            let rules = Arc::clone(&rules);
            blocking(move || Ok(encode(events, &rules))).await?
        } else {
            encode(events, &rules)
        };
        let (durable, committed) = oneshot::channel();
        let (applied, shown) = oneshot::channel();
        self.enqueue(Request { events, rules, plain, durable, applied });
        match committed.await {
            Ok(batch) => Ok(Submitted { batch, applied: Some(shown) }),
            // Why nothing was committed comes the other way.
            Err(_) => match shown.await {
                Ok(Err(error)) => Err(error),
                Ok(Ok(_)) | Err(_) => Err(Error::Stopped),
            },
        }
    }

    /// Refuses events while there is no room for them.
    fn admit(&self, events: u64) -> Result<()> {
        let waiting = self.waiting();
        if waiting.stopped {
            return Err(Error::Stopped);
        }
        let (taken, bytes) = waiting.room_taken();
        let is_full =
            taken + events > self.options.unapplied_events || bytes > self.options.unapplied_bytes;
        // Where nothing waits any call is taken that is within its own limit.
        if taken > 0 && is_full { Err(waiting.busy(taken)) } else { Ok(()) }
    }

    fn enqueue(self: &Arc<Self>, request: Request) {
        let mut waiting = self.waiting();
        waiting.queued_events += request.events.len() as u64;
        waiting.queued_bytes += request.bytes();
        waiting.requests.push_back(request);
        if !std::mem::replace(&mut waiting.committing, true) {
            // A task of its own: a caller that goes away must not stop the group half-way.
            tokio::spawn(Arc::clone(self).commit_waiting());
        }
    }
}

fn encode(mut events: Vec<Event>, rules: &Rules) -> (Vec<Event>, Vec<u8>) {
    rules.admit(&mut events);
    let mut plain = Vec::with_capacity(events.len() * 64);
    events.iter().for_each(|event| put_event(&mut plain, event));
    (events, plain)
}
