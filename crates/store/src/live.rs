//! Applying: durable batches, in the order of their numbers, become rows of the newest snapshot.
//!
//! [`Core::apply_next`] is the only way from a batch to rows: while the store is open, at the end
//! of a bulk import, and when the inbox is replayed. Batches of this process are in memory; what is
//! not there is read from the inbox. Applying a batch twice changes nothing.

use crate::apply::{Accepted, Incoming, Load, apply};
use crate::core::{Core, behind};
use crate::error::{Error, Result};
use crate::key::Key;
use crate::limits;
use crate::options::Step;
use crate::snapshot::Snapshot;
use crate::state::manifest::Freshness;
use crate::state::{commit, inbox, manifest};
use crate::submit::{Caller, Waiting};
use event::{Event, Instant, Text};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;

/// What only one operation at a time may touch.
#[derive(Debug, Default)]
pub(crate) struct Live {
    /// Every batch up to this one is in the newest snapshot.
    pub(crate) applied: u64,
    /// Inbox rows that are applied, with the segments in which they still wait to be sealed; by the
    /// newest batch that was applied together with them.
    pub(crate) pending: BTreeMap<u64, Pending>,
    /// Numbers of tickets met lately.
    pub(crate) known: FxHashMap<Key, u32>,
}

/// What keeps some inbox rows from being removed.
#[derive(Debug)]
pub(crate) struct Pending {
    pub(crate) batches: Vec<u64>,
    pub(crate) events: u64,
    pub(crate) accepted_at: Instant,
    pub(crate) segments: BTreeSet<u32>,
}

impl Live {
    /// Inbox rows that wait for no segment any more, as many as are removed at once, by the keys
    /// under which they are pending.
    fn done(&self) -> (Vec<u64>, Vec<u64>) {
        let (mut keys, mut batches) = (Vec::new(), Vec::new());
        for (key, pending) in &self.pending {
            if batches.len() >= limits::FORGET_BATCHES {
                break;
            }
            if pending.segments.is_empty() {
                keys.push(*key);
                batches.extend(&pending.batches);
            }
        }
        (keys, batches)
    }

    /// Notes that these segments were sealed with all rows up to a batch.
    pub(crate) fn sealed(&mut self, segments: &BTreeSet<u32>, up_to: u64) {
        for (_, pending) in self.pending.range_mut(..=up_to) {
            pending.segments.retain(|id| !segments.contains(id));
        }
    }
}

/// Batches that are applied together.
#[derive(Default)]
struct Group {
    batches: Vec<u64>,
    /// When the oldest was accepted.
    accepted_at: Option<Instant>,
    callers: Vec<Caller>,
    events: usize,
    /// Every batch up to this one is in here, or was before.
    up_to: u64,
    /// Whether tickets are applied once more because another process imported events of them.
    again: bool,
}

/// Who hears what, once the snapshot is published.
pub(crate) type Answers = Vec<(oneshot::Sender<Result<Accepted>>, Accepted)>;

/// Tells callers that their events are shown.
pub(crate) fn answer(answers: Answers) {
    for (caller, counts) in answers {
        // A caller that went away does not want its answer.
        let _ = caller.send(Ok(counts));
    }
}

/// What could not be removed from the inbox goes with the next change: that it is there does no
/// harm.
pub(crate) fn or_later(removed: Result<()>) {
    if let Err(error) = removed {
        let error: &dyn std::error::Error = &error;
        tracing::warn!(error, "sealed batches could not be removed; the next change does it");
    }
}

impl Core {
    /// Sees to it that durable batches are applied.
    pub(crate) fn wake_applying(self: &Arc<Self>) {
        if !std::mem::replace(&mut self.waiting().applying, true) {
            tokio::spawn(Arc::clone(self).apply_waiting());
        }
    }

    /// Applies and publishes group by group, until every durable batch is shown. What fails is
    /// tried again, ever more slowly: the inbox has it, and nothing newer may overtake it.
    async fn apply_waiting(self: Arc<Self>) {
        let mut pause = limits::APPLY_RETRY_MS_MIN;
        // Not held while nothing is done, so that a store can be closed.
        let core = Arc::downgrade(&self);
        let mut this = Some(self);
        while let Some(own) = this.take().or_else(|| core.upgrade()) {
            let began = tokio::time::Instant::now();
            let done = {
                let mut live = own.live.lock().await;
                let up_to = {
                    let mut waiting = own.waiting();
                    let is_behind = live.applied < waiting.newest || waiting.look;
                    if waiting.stopped || !is_behind {
                        waiting.applying = false;
                        return;
                    }
                    waiting.look = false;
                    waiting.newest
                };
                own.apply_and_publish(&mut live, up_to).await
            };
            match done {
                Ok(()) => {
                    pause = limits::APPLY_RETRY_MS_MIN;
                    let took = began.elapsed();
                    if took < limits::APPLY_REST_FROM {
                        this = Some(own);
                        continue;
                    }
                    // Under a stream, what comes meanwhile is applied at once: a ticket that
                    // changes several times is folded once.
                    drop(own);
                    tokio::time::sleep((took * 2).min(limits::APPLY_REST_MAX)).await;
                }
                Err(_) if own.waiting().stopped => return,
                Err(error) => {
                    own.waiting().look = own.is_shared();
                    drop(own);
                    tracing::error!(
                        error = &error as &dyn std::error::Error,
                        "accepted events could not be applied; trying again"
                    );
                    tokio::time::sleep(Duration::from_millis(pause)).await;
                    pause = (pause * 2).min(limits::APPLY_RETRY_MS_MAX);
                }
            }
        }
    }

    /// Applies one group of batches, or more where a segment of another process contains more, and
    /// shows them.
    pub(crate) async fn apply_and_publish(&self, live: &mut Live, up_to: u64) -> Result<()> {
        let begun = self.clock().now();
        let mut working = Snapshot::clone(&self.snapshot());
        let (applied, manifest) = (live.applied, working.manifest);
        let (mut events, mut answers) = self.apply_next(live, &mut working, up_to).await?;
        // What a segment contains of a batch must not be shown without the rest of it.
        while live.applied < working.through() {
            let through = working.through();
            match self.apply_next(live, &mut working, through).await {
                Ok((more, heard)) => {
                    events += more;
                    answers.extend(heard);
                }
                Err(error) => {
                    live.applied = applied;
                    live.pending.split_off(&(applied + 1));
                    return Err(error);
                }
            }
        }
        let is_adopted = working.manifest != manifest;
        if is_adopted || live.applied != applied {
            self.publish(working);
        }
        if is_adopted {
            or_later(self.forget_contained(live).await);
        }
        self.note_applied(live, events, self.clock().now().since(begun));
        answer(answers);
        Ok(())
    }

    /// Makes room for what was applied, and remembers how fast that went.
    fn note_applied(&self, live: &Live, events: usize, took_us: i64) {
        let mut waiting = self.waiting();
        waiting.forget_applied(live);
        let took_us = u64::try_from(took_us).unwrap_or(0);
        if let Some(rate) = (events as u64 * 1_000_000).checked_div(took_us) {
            waiting.rate = if waiting.rate == 0 { rate } else { (waiting.rate * 7 + rate) / 8 };
        }
    }

    /// Applies the next batches, as many as make a group, to a snapshot that is still to be
    /// published; how many events that were, and who wants to hear of it.
    ///
    /// A failure leaves `live` as it was, and `working` without anything of the batches.
    #[tracing::instrument(name = "apply", skip_all, fields(up_to))]
    pub(crate) async fn apply_next(
        &self,
        live: &mut Live,
        working: &mut Snapshot,
        up_to: u64,
    ) -> Result<(usize, Answers)> {
        let mut group = self.gather(live.applied, up_to).await?;
        let (mut answers, mut callers) = (Vec::new(), Vec::new());
        for caller in std::mem::take(&mut group.callers) {
            answers.push(caller.applied);
            callers.push(caller.events);
        }
        if self.is_shared() {
            // After the batches were read: one that is gone from the inbox is in the manifest now.
            let again = self.adopt(working).await?;
            group.again = !again.is_empty();
            callers.push(again);
        }
        if group.batches.is_empty() && !group.again {
            live.applied = group.up_to;
            return Ok((0, Vec::new()));
        }
        match self.apply_group(live, working, &group, callers).await {
            Ok(counts) => {
                let answers = answers.into_iter().zip(counts);
                Ok((group.events, answers.filter_map(|(a, counts)| Some((a?, counts))).collect()))
            }
            Err(error) => {
                let error = Arc::new(error);
                for answer in answers.into_iter().flatten() {
                    let _ = answer.send(Err(Error::Shared(Arc::clone(&error))));
                }
                Err(Error::Shared(error))
            }
        }
    }

    /// The batches after one: those of this process from memory, others from the inbox.
    async fn gather(&self, after: u64, up_to: u64) -> Result<Group> {
        let mut group = Group { up_to: after, ..Group::default() };
        while group.up_to < up_to && group.events < limits::APPLY_EVENTS_MAX {
            let next = group.up_to + 1;
            let own = self.waiting().next_own(next);
            let (number, accepted_at, callers) = match own {
                Own::Here(accepted_at, callers) => (next, accepted_at, callers),
                Own::From(own) => {
                    let last = own.map_or(up_to, |own| up_to.min(own - 1));
                    let Some(stored) = inbox::first(&self.state.pool, next, last).await? else {
                        // Numbers whose batches are sealed whole.
                        group.up_to = last;
                        continue;
                    };
                    let caller = Caller { events: stored.events, applied: None };
                    (stored.number, stored.accepted_at, vec![caller])
                }
            };
            group.up_to = number;
            group.batches.push(number);
            let oldest = group.accepted_at.get_or_insert(accepted_at);
            *oldest = (*oldest).min(accepted_at);
            group.events += callers.iter().map(|caller| caller.events.len()).sum::<usize>();
            group.callers.extend(callers);
        }
        Ok(group)
    }

    /// Merges the events of a group, and what merged-away tickets hand on, into a snapshot;
    /// counts by caller.
    async fn apply_group(
        &self,
        live: &mut Live,
        working: &mut Snapshot,
        group: &Group,
        callers: Vec<Vec<Event>>,
    ) -> Result<Vec<Accepted>> {
        let n_callers = callers.len();
        let mut next = working.clone();
        advance(&mut next, freshness(callers.iter().flatten()));
        let mut events: Vec<(u32, Event)> = callers
            .into_iter()
            .zip(0..)
            .flat_map(|(events, caller)| events.into_iter().map(move |event| (caller, event)))
            .collect();
        let mut counts = None;
        let mut segments = BTreeSet::new();
        let mut handed_on = FxHashSet::default();
        for round in 0.. {
            if events.is_empty() {
                break;
            }
            if round > limits::MERGE_ROUNDS_MAX {
                tracing::warn!(
                    rounds = limits::MERGE_ROUNDS_MAX,
                    "tickets are merged in too long a chain; the rest is handed on with the next event"
                );
                break;
            }
            let of: Vec<&Event> = events.iter().map(|(_, event)| event).collect();
            let numbers = self.number(live, &of).await?;
            let incoming = events
                .into_iter()
                .zip(numbers)
                .map(|((caller, event), number)| Incoming { number, caller, event })
                .collect();
            let load = Load { batch: group.up_to, incoming, callers: n_callers, handed_on };
            let (snapshot, threads) = (next.clone(), self.options.workers());
            let applied = behind(limits::APPLY_PRIORITY, move || apply(&snapshot, load, threads));
            let applied = applied.await?;
            segments.extend(applied.changed.iter().map(|number| number / self.segment_rows));
            next.overlay = applied.overlay;
            counts.get_or_insert(applied.counts);
            handed_on = applied.handed_on;
            events = applied.derived.into_iter().map(|event| (0, event)).collect();
        }
        self.crash_at(Step::ApplyBeforePublish)?;
        *working = next;
        live.applied = group.up_to;
        if group.again {
            // What they hand on now is owed to batches that were applied before.
            live.pending.values_mut().for_each(|older| older.segments.extend(&segments));
        }
        if let Some(accepted_at) = group.accepted_at {
            let batches = group.batches.clone();
            let events = group.events as u64;
            live.pending.insert(group.up_to, Pending { batches, events, accepted_at, segments });
        }
        Ok(counts.unwrap_or_default())
    }

    /// Commits and applies everything that was handed in, unless that fails.
    pub(crate) async fn settle(self: &Arc<Self>) {
        Arc::clone(self).commit_waiting().await;
        let mut live = self.live.lock().await;
        loop {
            let (up_to, stopped) = {
                let waiting = self.waiting();
                (waiting.newest, waiting.stopped)
            };
            if stopped || live.applied >= up_to {
                return;
            }
            if let Err(error) = self.apply_and_publish(&mut live, up_to).await {
                let error: &dyn std::error::Error = &error;
                tracing::warn!(error, "accepted events wait for the next open to be applied");
                return;
            }
        }
    }

    /// Replays the inbox into the overlay; what it holds and segments show already is removed.
    pub(crate) async fn recover(&self) -> Result<()> {
        let mut live = self.live.lock().await;
        let mut tx = self.state.begin_reading().await?;
        let newest = inbox::newest(&mut tx).await?;
        commit(tx).await?;
        self.waiting().newest = newest;
        let mut working = Snapshot::clone(&self.snapshot());
        while live.applied < newest.max(working.through()) {
            let up_to = newest.max(working.through());
            self.apply_next(&mut live, &mut working, up_to).await?;
        }
        self.publish(working);
        self.forget_unchanged(&mut live).await
    }

    /// Removes inbox rows whose events changed nothing that is not sealed.
    pub(crate) async fn forget_unchanged(&self, live: &mut Live) -> Result<()> {
        while self.forget_some(live).await? {}
        Ok(())
    }

    /// The same, some at a time: to accept and to apply is possible in between.
    pub(crate) async fn forget_sealed(&self) -> Result<()> {
        while self.forget_some(&mut *self.live.lock().await).await? {}
        Ok(())
    }

    /// Removes some of them; whether there were any.
    async fn forget_some(&self, live: &mut Live) -> Result<bool> {
        let (keys, batches) = live.done();
        if !keys.is_empty() {
            let sources = self.snapshot().freshness.clone();
            let mut tx = self.state.begin().await?;
            manifest::advance(&mut tx, &sources).await?;
            inbox::remove(&mut tx, &batches).await?;
            commit(tx).await?;
            keys.iter().for_each(|key| drop(live.pending.remove(key)));
        }
        self.waiting().forget_applied(live);
        Ok(!keys.is_empty())
    }
}

/// Where the next batch is.
enum Own {
    Here(Instant, Vec<Caller>),
    /// Not in memory, nor any other before this one.
    From(Option<u64>),
}

impl Waiting {
    fn next_own(&mut self, number: u64) -> Own {
        let mut own = self.unapplied.range_mut(number..).filter(|(_, own)| own.callers.is_some());
        match own.next() {
            Some((own, batch)) if *own == number => {
                Own::Here(batch.accepted_at, batch.callers.take().unwrap_or_default())
            }
            later => Own::From(later.map(|(own, _)| *own)),
        }
    }

    pub(crate) fn forget_applied(&mut self, live: &Live) {
        self.unapplied = self.unapplied.split_off(&(live.applied + 1));
        let batches = live.pending.values().map(|pending| pending.batches.len() as u64).sum();
        self.unsealed = (batches, live.pending.values().map(|pending| pending.accepted_at).min());
    }
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
