//! Which ticket an event belongs to: keys become numbers, new ones the next in line.

use crate::core::Core;
use crate::error::{Error, Result};
use crate::key::Key;
use crate::limits;
use crate::live::Live;
use crate::options::Step;
use crate::state::{Tx, commit, numbers};
use event::Event;
use rustc_hash::FxHashMap;

impl Core {
    /// The number of each event's ticket. Tickets seen for the first time get theirs for good.
    ///
    /// Looks up what is not remembered without the write lock, and takes that only for new tickets;
    /// then it looks again, because another process may have come first.
    pub(crate) async fn number(&self, live: &mut Live, events: &[&Event]) -> Result<Vec<u32>> {
        let keys: Vec<Key> =
            events.iter().map(|event| Key::new(&event.source, &event.ticket)).collect();
        let mut unknown: Vec<Key> =
            keys.iter().filter(|key| !live.known.contains_key(key)).copied().collect();
        if !unknown.is_empty() {
            if live.known.len() + unknown.len() > limits::KNOWN_TICKETS_MAX {
                live.known = FxHashMap::default();
                unknown.clone_from(&keys);
            }
            // In the order of arrival, each once: so do new tickets get their numbers.
            let mut met = rustc_hash::FxHashSet::default();
            unknown.retain(|key| met.insert(*key));
            let mut tx = self.state.begin_reading().await?;
            let mut found = find(&mut tx, &unknown).await?;
            commit(tx).await?;
            if found.contains(&None) {
                found = self.assign(&unknown, found).await?;
            }
            let found = unknown.into_iter().zip(found);
            live.known.extend(found.filter_map(|(key, number)| Some((key, number?))));
        }
        let missing = || Error::damaged("the numbers of tickets", "one is missing");
        keys.iter().map(|key| live.known.get(key).copied().ok_or_else(missing)).collect()
    }

    /// Numbers for the keys that have none.
    async fn assign(&self, keys: &[Key], found: Vec<Option<u32>>) -> Result<Vec<Option<u32>>> {
        let mut tx = self.state.begin_numbering().await?;
        let missing: Vec<Key> = keys
            .iter()
            .zip(&found)
            .filter_map(|(key, number)| number.is_none().then_some(*key))
            .collect();
        let next = numbers::next(&mut tx).await?;
        let Resolved { numbers, new, next } = resolve(next, &mut tx, &missing).await?;
        numbers::insert(&mut tx, &new).await?;
        numbers::set_next(&mut tx, next).await?;
        self.options.step(Step::NumbersBeforeCommit)?;
        commit(tx).await?;
        self.crash_at(Step::NumbersAfterCommit)?;
        let mut numbers = numbers.into_iter();
        Ok(found.into_iter().map(|number| number.or_else(|| numbers.next())).collect())
    }
}

async fn find(tx: &mut Tx, keys: &[Key]) -> Result<Vec<Option<u32>>> {
    let mut found = Vec::with_capacity(keys.len());
    for chunk in keys.chunks(limits::KEYS_PER_STATEMENT) {
        found.extend(numbers::find(tx, chunk).await?);
    }
    Ok(found)
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
