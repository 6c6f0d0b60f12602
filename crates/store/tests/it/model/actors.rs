//! Those who use a store at the same time, and what they know of what became of it.

use super::dice::Dice;
use super::injected;
use crate::support::*;
use facts::policies::Policies;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use store::{Error, Store};
use tokio::task::JoinSet;

/// Events of the desk.
const EVENTS: u32 = TICKETS * 9;

/// What everybody together knows.
#[derive(Debug, Default)]
pub(super) struct World {
    /// Events that were acknowledged.
    sure: BTreeSet<u32>,
    /// Batches whose senders did not hear what became of them.
    unsure: Vec<Vec<u32>>,
    policies: Policies,
    /// Policies that may have come into force since.
    perhaps: Option<Policies>,
    /// What was begun, for whoever looks into a seed that fails.
    pub(super) log: Vec<String>,
}

impl World {
    /// Takes what was found for the truth; fails where it cannot be.
    pub(super) fn settle(&mut self, found: &BTreeSet<u32>, policies: &Policies, story: &str) {
        let log = self.told();
        let lost: Vec<_> = self.sure.difference(found).collect();
        assert!(lost.is_empty(), "{story}: {lost:?} were acknowledged and are lost\n{log}");
        for (place, batch) in self.unsure.iter().enumerate() {
            let others = self.unsure.iter().enumerate().filter(|(other, _)| *other != place);
            let others: BTreeSet<u32> = others.flat_map(|(_, batch)| batch).copied().collect();
            let own: BTreeSet<u32> = batch.iter().copied().collect();
            let own: Vec<_> =
                own.iter().filter(|n| !self.sure.contains(n) && !others.contains(n)).collect();
            let there = own.iter().filter(|n| found.contains(n)).count();
            assert!(there == 0 || there == own.len(), "{story}: half of {batch:?} is there\n{log}");
        }
        let known = |n: &u32| self.sure.contains(n) || self.unsure.iter().flatten().any(|m| m == n);
        assert!(found.iter().all(known), "{story}: events that nobody sent\n{log}");
        let allowed = *policies == self.policies || Some(policies) == self.perhaps.as_ref();
        assert!(allowed, "{story}: policies that nobody asked for\n{log}");
        self.sure.clone_from(found);
        self.unsure.clear();
        (self.policies, self.perhaps) = (policies.clone(), None);
    }

    /// Events that are surely there.
    pub(super) const fn sure(&self) -> &BTreeSet<u32> {
        &self.sure
    }

    /// What was begun so far, line by line.
    pub(super) fn told(&self) -> String {
        self.log.join("\n")
    }

    fn begin(&mut self, what: &str, batch: &[u32]) {
        self.log.push(format!("{what} {batch:?}"));
        self.unsure.push(batch.to_vec());
    }

    /// A batch is acknowledged, or surely was not taken.
    fn end(&mut self, batch: &[u32], taken: bool) {
        let place = self.unsure.iter().position(|other| other == batch).unwrap();
        self.unsure.swap_remove(place);
        if taken {
            self.sure.extend(batch);
        }
    }
}

/// The callers of one life.
pub(super) struct Actors {
    dice: Dice,
    /// Whether errors are to be expected.
    failing: bool,
    world: Arc<Mutex<World>>,
}

impl Actors {
    pub(super) const fn new(dice: Dice, failing: bool, world: Arc<Mutex<World>>) -> Self {
        Self { dice, failing, world }
    }

    /// Lets everybody act until they are done.
    pub(super) async fn act(&mut self, store: &Store, story: &str) {
        let mut acting = JoinSet::new();
        let callers = 1 + self.dice.below(3);
        for _ in 0..callers {
            acting.spawn(self.caller(store).submit());
        }
        if self.dice.below(2) == 0 {
            acting.spawn(self.caller(store).import());
        }
        if self.dice.below(4) > 0 {
            acting.spawn(self.caller(store).seal());
        }
        if self.dice.below(4) == 0 {
            acting.spawn(self.caller(store).rebuild());
        }
        while let Some(ended) = acting.join_next().await {
            if let Err(error) = ended.unwrap() {
                assert!(self.failing && injected(&error), "{story}: {error:?}");
            }
        }
    }

    fn caller(&mut self, store: &Store) -> Caller {
        let (dice, world) = (self.dice.fork(), Arc::clone(&self.world));
        Caller { dice, world, store: store.clone() }
    }
}

/// One of them.
struct Caller {
    dice: Dice,
    world: Arc<Mutex<World>>,
    store: Store,
}

impl Caller {
    async fn submit(mut self) -> store::Result<()> {
        let mut waiting = Vec::new();
        for _ in 0..1 + self.dice.below(5) {
            let batch = self.batch(12);
            self.world().begin("submit", &batch);
            match self.store.submit(events(batch.iter().copied())).await {
                Ok(submitted) => {
                    self.world().end(&batch, true);
                    waiting.push(submitted);
                }
                Err(Error::Busy { .. }) => self.world().end(&batch, false),
                Err(error) => return Err(error),
            }
            if self.dice.below(2) == 0
                && let Some(submitted) = waiting.pop()
            {
                submitted.applied().await?;
                self.sees(&batch).await?;
            }
            self.pause().await;
        }
        for submitted in waiting {
            submitted.applied().await?;
        }
        Ok(())
    }

    async fn import(mut self) -> store::Result<()> {
        self.pause().await;
        let batch = self.batch(40);
        self.world().begin("import", &batch);
        let bulk = self.store.bulk()?;
        for part in batch.chunks(7) {
            bulk.push(events(part.iter().copied()))?;
            self.pause().await;
        }
        bulk.finish(quiet()).await?;
        self.world().end(&batch, true);
        self.sees(&batch).await
    }

    async fn seal(mut self) -> store::Result<()> {
        for _ in 0..1 + self.dice.below(4) {
            self.pause().await;
            if self.dice.below(2) == 0 {
                self.store.seal_due().await?;
            } else {
                self.store.seal_all().await?;
            }
        }
        Ok(())
    }

    async fn rebuild(mut self) -> store::Result<()> {
        self.pause().await;
        let policies = {
            let mut world = self.world();
            let others = world.policies == Policies::default();
            let policies = if others { other_policies() } else { Policies::default() };
            world.log.push(format!("rebuild, other policies: {others}"));
            world.perhaps = Some(policies.clone());
            policies
        };
        self.store.rebuild(policies.clone(), quiet()).await?;
        let mut world = self.world();
        (world.policies, world.perhaps) = (policies, None);
        Ok(())
    }

    /// What was applied shows.
    async fn sees(&mut self, batch: &[u32]) -> store::Result<()> {
        if self.dice.below(3) > 0 {
            return Ok(());
        }
        let event = event(batch[self.dice.below(u32::try_from(batch.len()).unwrap()) as usize]);
        let ticket = self.store.ticket(&event.source, &event.ticket).await?;
        let (_, stored) = ticket.unwrap_or_else(|| panic!("{} does not show", event.ticket));
        let shows = stored.timeline.iter().any(|entry| entry.id == event.entry.id);
        assert!(shows, "{} does not show on {}", event.entry.id, event.ticket);
        Ok(())
    }

    /// Events of neighbouring numbers, and some from anywhere, sent before or not.
    fn batch(&mut self, most: u32) -> Vec<u32> {
        let (first, length) = (self.dice.below(EVENTS), 1 + self.dice.below(most));
        let mut batch: Vec<u32> = (first..first + length).map(|n| n % EVENTS).collect();
        for _ in 0..self.dice.below(4) {
            batch.push(self.dice.below(EVENTS));
        }
        batch
    }

    async fn pause(&mut self) {
        for _ in 0..self.dice.below(6) {
            tokio::task::yield_now().await;
        }
    }

    fn world(&self) -> std::sync::MutexGuard<'_, World> {
        self.world.lock().unwrap()
    }
}
