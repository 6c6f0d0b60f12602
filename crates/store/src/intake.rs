//! Accepting events: group commit to the inbox, then apply, then publish.

use crate::apply::{Accepted, Applied, Incoming, apply};
use crate::core::{Core, blocking};
use crate::error::{Error, Result};
use crate::key::Key;
use crate::limits;
use crate::options::Step;
use crate::snapshot::Snapshot;
use crate::state::manifest::Freshness;
use crate::state::{Tx, commit, inbox, manifest, numbers};
use crate::submit::Request;
use event::{Event, Instant, Text};
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError};
use tokio::sync::oneshot;

/// What only one operation at a time may touch.
#[derive(Debug)]
pub(crate) struct Live {
    /// The number that the next new ticket gets.
    pub(crate) next_number: u32,
    /// The number that the next inbox row gets.
    next_batch: u64,
    /// Inbox rows, with the segments in which they still wait to be sealed.
    pub(crate) pending: BTreeMap<u64, Pending>,
    /// Set while rows do not show what the inbox holds: after a failure between commit and publish.
    pub(crate) stopped: bool,
}

/// What keeps one inbox row from being removed.
#[derive(Debug)]
pub(crate) struct Pending {
    pub(crate) accepted_at: Instant,
    pub(crate) segments: BTreeSet<u32>,
}

impl Live {
    pub(crate) const fn new(next_number: u32) -> Self {
        Self { next_number, next_batch: 1, pending: BTreeMap::new(), stopped: false }
    }

    /// The inbox rows that wait for these segments only, or for none.
    pub(crate) fn sealed_by(&self, segments: &BTreeSet<u32>, up_to: u64) -> Vec<u64> {
        self.pending
            .range(..=up_to)
            .filter(|(_, pending)| pending.segments.is_subset(segments))
            .map(|(batch, _)| *batch)
            .collect()
    }

    /// Notes that these segments were sealed with all rows up to a batch.
    pub(crate) fn sealed(&mut self, segments: &BTreeSet<u32>, up_to: u64) {
        for (_, pending) in self.pending.range_mut(..=up_to) {
            pending.segments.retain(|id| !segments.contains(id));
        }
        self.pending.retain(|batch, pending| *batch > up_to || !pending.segments.is_empty());
    }

    /// The number of the newest inbox row.
    pub(crate) const fn last_batch(&self) -> u64 {
        self.next_batch - 1
    }
}

/// A stored batch that is still to be shown.
pub(crate) struct Piece {
    batch: u64,
    numbers: Vec<u32>,
    events: Vec<Event>,
}

/// Events with the numbers of their tickets.
struct Numbered {
    numbers: Vec<u32>,
    new: Vec<(Key, u32)>,
    next: u32,
}

impl Core {
    /// Accepts whatever waits in the queue; the events of many callers share a transaction.
    pub(crate) async fn drain(self: Arc<Self>) {
        let mut live = self.live.lock().await;
        loop {
            let group = self.next_group();
            if group.is_empty() {
                return;
            }
            let (mut durable, mut applied, mut events) = (Vec::new(), Vec::new(), Vec::new());
            for request in group {
                durable.push(request.durable);
                applied.push(request.applied);
                events.push(request.events);
            }
            match self.take_in(&mut live, events, durable).await {
                Ok(counts) => {
                    for (answer, count) in applied.into_iter().zip(counts) {
                        // A caller that went away does not want its answer.
                        let _ = answer.send(Ok(count));
                    }
                }
                Err(error) => {
                    let error = Arc::new(error);
                    for answer in applied {
                        let _ = answer.send(Err(Error::Shared(Arc::clone(&error))));
                    }
                }
            }
        }
    }

    fn next_group(&self) -> Vec<Request> {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let mut group = Vec::new();
        let mut events = 0;
        while let Some(request) = queue.pop_front() {
            if !group.is_empty() && events + request.events.len() > limits::GROUP_EVENTS_MAX {
                queue.push_front(request);
                break;
            }
            events += request.events.len();
            group.push(request);
        }
        group
    }

    /// Makes events durable, applies them and publishes the outcome; counts by caller.
    pub(crate) async fn take_in(
        &self,
        live: &mut Live,
        callers: Vec<Vec<Event>>,
        durable: Vec<oneshot::Sender<u64>>,
    ) -> Result<Vec<Accepted>> {
        if live.stopped {
            return Err(Error::Stopped);
        }
        let n_callers = callers.len();
        let (callers, body) = blocking(move || {
            let body = crate::codec::pack(callers.iter().flatten())
                .map_err(|error| Error::damaged("a batch", error))?;
            Ok((callers, body))
        })
        .await?;
        let sources = freshness(callers.iter().flatten());
        let mut tx = self.state.begin().await?;
        let numbered = number(live.next_number, &mut tx, callers.iter().flatten()).await?;
        let batch = live.next_batch;
        self.store_batch(&mut tx, batch, &numbered, body).await?;
        manifest::advance(&mut tx, &sources).await?;
        self.options.step(Step::AcceptBeforeCommit)?;
        commit(tx).await?;
        for answer in durable {
            let _ = answer.send(batch);
        }
        live.next_batch = batch + 1;
        live.next_number = numbered.next;
        // From here on the inbox holds more than the rows show, until they are published.
        live.stopped = true;
        self.options.step(Step::AcceptAfterCommit)?;
        let mut working = Snapshot::clone(&self.snapshot());
        advance(&mut working, sources);
        let events = callers
            .into_iter()
            .zip(0..)
            .flat_map(|(events, caller)| events.into_iter().map(move |event| (caller, event)));
        let incoming = numbered
            .numbers
            .into_iter()
            .zip(events)
            .map(|(number, (caller, event))| Incoming { number, caller, event })
            .collect();
        let applied = self.apply(&working, batch, incoming, n_callers).await?;
        self.absorb(live, batch, &applied.changed);
        working.overlay = working.overlay.with(applied.runs)?;
        self.hand_on(live, &mut working, applied.derived).await?;
        self.publish(working);
        live.stopped = false;
        Ok(applied.counts)
    }

    /// Stores events as a batch of a larger transaction, to be shown with [`Core::show_piece`].
    pub(crate) async fn store_piece(
        &self,
        live: &mut Live,
        tx: &mut Tx,
        events: Vec<Event>,
    ) -> Result<Piece> {
        let numbered = number(live.next_number, tx, &events).await?;
        let body = crate::codec::pack(&events).map_err(|error| Error::damaged("a batch", error))?;
        let batch = live.next_batch;
        self.store_batch(tx, batch, &numbered, body).await?;
        live.next_batch = batch + 1;
        live.next_number = numbered.next;
        Ok(Piece { batch, numbers: numbered.numbers, events })
    }

    /// Applies what [`Core::store_piece`] stored.
    pub(crate) async fn show_piece(
        &self,
        live: &mut Live,
        working: &mut Snapshot,
        piece: Piece,
    ) -> Result<Accepted> {
        let Piece { batch, numbers, events } = piece;
        let incoming = numbers
            .into_iter()
            .zip(events)
            .map(|(number, event)| Incoming { number, caller: 0, event })
            .collect();
        let applied = self.apply(working, batch, incoming, 1).await?;
        self.absorb(live, batch, &applied.changed);
        working.overlay = working.overlay.with(applied.runs)?;
        self.hand_on(live, working, applied.derived).await?;
        Ok(applied.counts.first().copied().unwrap_or_default())
    }

    /// Passes entries of merged-away tickets on, until nobody learns anything new. They are
    /// batches of their own in the inbox, stored before they are shown.
    pub(crate) async fn hand_on(
        &self,
        live: &mut Live,
        working: &mut Snapshot,
        mut derived: Vec<Event>,
    ) -> Result<()> {
        for _ in 0..limits::MERGE_ROUNDS_MAX {
            if derived.is_empty() {
                return Ok(());
            }
            let mut tx = self.state.begin().await?;
            let numbered = number(live.next_number, &mut tx, &derived).await?;
            let batch = live.next_batch;
            let incoming = numbered
                .numbers
                .iter()
                .zip(&derived)
                .map(|(number, event)| Incoming {
                    number: *number,
                    caller: 0,
                    event: event.clone(),
                })
                .collect();
            let applied = self.apply(working, batch, incoming, 1).await?;
            if applied.changed.is_empty() {
                return Ok(());
            }
            let body =
                crate::codec::pack(&derived).map_err(|error| Error::damaged("a batch", error))?;
            self.options.step(Step::MergeBeforeCommit)?;
            self.store_batch(&mut tx, batch, &numbered, body).await?;
            commit(tx).await?;
            live.next_batch = batch + 1;
            live.next_number = numbered.next;
            self.options.step(Step::MergeAfterCommit)?;
            self.absorb(live, batch, &applied.changed);
            working.overlay = working.overlay.with(applied.runs)?;
            derived = applied.derived;
        }
        tracing::warn!(
            rounds = limits::MERGE_ROUNDS_MAX,
            "tickets are merged in too long a chain; the rest is handed on with the next event"
        );
        Ok(())
    }

    async fn apply(
        &self,
        working: &Snapshot,
        batch: u64,
        incoming: Vec<Incoming>,
        callers: usize,
    ) -> Result<Applied> {
        let (snapshot, threads) = (working.clone(), self.options.workers());
        blocking(move || apply(&snapshot, batch, incoming, callers, threads)).await
    }

    fn absorb(&self, live: &mut Live, batch: u64, changed: &[u32]) {
        let segments = changed.iter().map(|number| number / self.segment_rows).collect();
        live.pending.insert(batch, Pending { accepted_at: self.clock().now(), segments });
    }

    async fn store_batch(
        &self,
        tx: &mut Tx,
        batch: u64,
        numbered: &Numbered,
        body: Vec<u8>,
    ) -> Result<()> {
        let events = numbered.numbers.len();
        inbox::add(tx, batch, self.clock().now(), events, body).await?;
        if !numbered.new.is_empty() {
            numbers::insert(tx, &numbered.new).await?;
            numbers::set_next(tx, numbered.next).await?;
        }
        Ok(())
    }

    /// Replays the inbox into the overlay; what it holds and segments show already is removed.
    pub(crate) async fn recover(&self) -> Result<()> {
        let mut live = self.live.lock().await;
        let mut tx = self.state.begin().await?;
        let waiting = inbox::waiting(&mut tx).await?;
        commit(tx).await?;
        live.next_batch = waiting.last().map_or(1, |last| last + 1);
        let mut working = Snapshot::clone(&self.snapshot());
        let mut waiting = waiting.into_iter().peekable();
        while waiting.peek().is_some() {
            let mut group = Vec::new();
            let mut batches = Vec::new();
            while let Some(batch) = waiting.next_if(|_| group.len() < limits::ACCEPT_EVENTS_MAX) {
                let (accepted_at, events) = inbox::read(&self.state.pool, batch).await?;
                batches.push((batch, accepted_at, events.len()));
                group.extend(events);
            }
            self.replay(&mut live, &mut working, group, &batches).await?;
        }
        let done: Vec<u64> = live
            .pending
            .iter()
            .filter(|(_, pending)| pending.segments.is_empty())
            .map(|(batch, _)| *batch)
            .collect();
        let mut tx = self.state.begin().await?;
        inbox::remove(&mut tx, &done).await?;
        commit(tx).await?;
        live.pending.retain(|_, pending| !pending.segments.is_empty());
        self.publish(working);
        Ok(())
    }

    async fn replay(
        &self,
        live: &mut Live,
        working: &mut Snapshot,
        events: Vec<Event>,
        batches: &[(u64, Instant, usize)],
    ) -> Result<()> {
        let mut tx = self.state.begin().await?;
        let numbered = number(live.next_number, &mut tx, &events).await?;
        commit(tx).await?;
        if !numbered.new.is_empty() {
            return Err(Error::damaged("the inbox", "it names tickets without numbers"));
        }
        let newest = batches.last().map_or(0, |(batch, _, _)| *batch);
        let incoming = numbered
            .numbers
            .iter()
            .zip(events)
            .map(|(number, event)| Incoming { number: *number, caller: 0, event })
            .collect();
        let applied = self.apply(working, newest, incoming, 1).await?;
        working.overlay = working.overlay.with(applied.runs)?;
        let mut numbers = numbered.numbers.iter();
        for (batch, accepted_at, events) in batches {
            let segments = numbers
                .by_ref()
                .take(*events)
                .filter(|number| working.overlay.fresh().contains(**number))
                .map(|number| number / self.segment_rows)
                .collect();
            live.pending.insert(*batch, Pending { accepted_at: *accepted_at, segments });
        }
        self.hand_on(live, working, applied.derived).await
    }
}

/// Looks up the tickets' numbers, and plans numbers for new ones; nothing is stored yet.
async fn number<'a>(
    next_number: u32,
    tx: &mut Tx,
    events: impl IntoIterator<Item = &'a Event>,
) -> Result<Numbered> {
    let mut places: FxHashMap<Key, usize> = FxHashMap::default();
    let mut keys = Vec::new();
    let of_event: Vec<usize> = events
        .into_iter()
        .map(|event| {
            let key = Key::new(&event.source, &event.ticket);
            *places.entry(key).or_insert_with(|| {
                keys.push(key);
                keys.len() - 1
            })
        })
        .collect();
    let Resolved { numbers, new, next } = resolve(next_number, tx, &keys).await?;
    let numbers = of_event.into_iter().map(|place| numbers[place]).collect();
    Ok(Numbered { numbers, new, next })
}

/// Numbers of distinct keys.
pub(crate) struct Resolved {
    /// In the order of the keys.
    pub(crate) numbers: Vec<u32>,
    /// Those that are new.
    pub(crate) new: Vec<(Key, u32)>,
    /// The number after them.
    pub(crate) next: u32,
}

/// Looks up the numbers of distinct keys, and plans numbers for new ones.
pub(crate) async fn resolve(next_number: u32, tx: &mut Tx, keys: &[Key]) -> Result<Resolved> {
    let mut next = next_number;
    let mut found = Vec::with_capacity(keys.len());
    let mut new = Vec::new();
    for chunk in keys.chunks(limits::KEYS_PER_STATEMENT) {
        let known = if next_number == 0 {
            // A new store knows nobody: ten million look-ups are saved.
            vec![None; chunk.len()]
        } else {
            numbers::find(tx, chunk).await?
        };
        for (key, number) in chunk.iter().zip(known) {
            let number = number.unwrap_or_else(|| {
                new.push((*key, next));
                next = next.saturating_add(1);
                next - 1
            });
            found.push(number);
        }
        if next > limits::TICKETS_MAX {
            return Err(Error::Limit {
                what: "tickets",
                given: u64::from(next),
                limit: u64::from(limits::TICKETS_MAX),
            });
        }
    }
    Ok(Resolved { numbers: found, new, next })
}

/// Moves a snapshot's sources forward.
pub(crate) fn advance(snapshot: &mut Snapshot, sources: BTreeMap<Text, Freshness>) {
    for (source, fresh) in sources {
        let known = snapshot.freshness.entry(source).or_insert(fresh);
        *known = known.max(fresh);
    }
}

/// How far each source gets with these events.
pub(crate) fn freshness<'a>(
    events: impl IntoIterator<Item = &'a Event>,
) -> BTreeMap<Text, Freshness> {
    let mut sources: BTreeMap<Text, Freshness> = BTreeMap::new();
    for event in events {
        let fresh = Freshness { last_event_at: event.entry.at, last_seen_at: event.entry.seen };
        match sources.get_mut(&event.source) {
            Some(known) => *known = known.max(fresh),
            None => {
                sources.insert(event.source.clone(), fresh);
            }
        }
    }
    sources
}
