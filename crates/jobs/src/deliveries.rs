//! Raw deliveries of webhooks become events, behind the door that took them.

use crate::error::Result;
use crate::job::{Job, Outcome, Work};
use crate::limits::{DELIVERIES_EVERY, DELIVERIES_GROUP, DELIVERIES_LINGER, DELIVERIES_RUN};
use crate::plan::Plan;
use connect::hooks::Hook;
use event::Event;
use std::sync::Arc;
use std::time::Duration;
use store::limits::ACCEPT_EVENTS_MAX;
use store::{Delivery, Error, JobKind, Mapping, Reject, Store};
use tokio::time::Instant;

/// Maps deliveries as they come.
#[derive(Clone, Debug)]
pub struct Deliveries {
    hooks: Arc<[Arc<Hook>]>,
}

impl Deliveries {
    /// Maps the deliveries of these hooks; those of other sources wait.
    pub fn new(hooks: &[Arc<Hook>]) -> Self {
        Self { hooks: hooks.into() }
    }
}

#[async_trait::async_trait]
impl Job for Deliveries {
    fn kind(&self) -> JobKind {
        JobKind::Deliveries
    }

    fn plan(&self) -> Plan {
        Plan::new(DELIVERIES_EVERY, Duration::from_secs(3_600))
    }

    /// Goes on while deliveries come, so that a busy hour is one run and not ten thousand.
    async fn run(&self, mut work: Work) -> Result<Outcome> {
        let store = work.store().clone();
        let mut kept = store.deliveries_kept();
        let (mut whole, began) = (0, Instant::now());
        loop {
            kept.mark_unchanged();
            let count = map_waiting(&store, &self.hooks, || work.is_stopping()).await?;
            whole += count;
            work.progress(whole, None);
            if work.is_stopping() || whole == 0 || began.elapsed() >= DELIVERIES_RUN {
                break;
            }
            tokio::select! {
                () = work.stopping() => break,
                came = tokio::time::timeout(DELIVERIES_LINGER, kept.changed()) => {
                    if !matches!(came, Ok(Ok(()))) {
                        break;
                    }
                }
            }
        }
        Ok(match whole {
            0 => Outcome::nothing(),
            1 => Outcome::did("1 delivery mapped"),
            more => Outcome::did(format!("{more} deliveries mapped")),
        })
    }
}

/// Maps every delivery that waits, of the sources that have a hook; how many there were.
///
/// The events are on disk before a delivery is removed. Whatever happens between, it is mapped
/// again to the same events, which the store knows already.
///
/// # Errors
/// When the store refuses; what was mapped until then stays mapped.
pub async fn map_waiting(
    store: &Store,
    hooks: &[Arc<Hook>],
    is_stopping: impl Fn() -> bool,
) -> Result<u64, Error> {
    let mut count = 0;
    for hook in hooks {
        while !is_stopping() {
            let waiting = store.deliveries(hook.source(), DELIVERIES_GROUP).await?;
            if waiting.is_empty() {
                break;
            }
            count += waiting.len() as u64;
            map_group(store, hook, waiting).await?;
        }
    }
    Ok(count)
}

/// What one delivery came to.
struct Made {
    id: i64,
    events: Vec<Event>,
    rejects: Vec<Reject>,
}

async fn map_group(store: &Store, hook: &Arc<Hook>, waiting: Vec<Delivery>) -> Result<(), Error> {
    let mut group = Vec::new();
    let mut mappings = Vec::with_capacity(waiting.len());
    for Made { id, mut events, mut rejects } in map_all(hook, Arc::new(waiting)).await {
        if events.len() > ACCEPT_EVENTS_MAX {
            let message =
                format!("{} events; a delivery has at most {ACCEPT_EVENTS_MAX}", events.len());
            rejects = vec![reject(hook.source(), id, "too_many", message, Vec::new())];
            events.clear();
        }
        if group.len() + events.len() > ACCEPT_EVENTS_MAX {
            submit(store, std::mem::take(&mut group)).await?;
        }
        mappings.push(Mapping { id, events: events.len() as u64, rejects });
        group.append(&mut events);
    }
    submit(store, group).await?;
    store.deliveries_done(hook.source(), &mappings).await
}

/// Submits events, and waits where too much waits to be applied: whoever sent them has been told
/// already that they are safe, so there is nobody to send away.
async fn submit(store: &Store, events: Vec<Event>) -> Result<(), Error> {
    loop {
        match store.submit(events.clone()).await {
            Err(Error::Busy { retry_after_ms, .. }) => {
                tokio::time::sleep(Duration::from_millis(retry_after_ms)).await;
            }
            outcome => return outcome.map(|_| ()),
        }
    }
}

/// Maps deliveries. One that breaks the mapping goes to the quarantine too: it must not hold up
/// those behind it for ever.
async fn map_all(hook: &Arc<Hook>, waiting: Arc<Vec<Delivery>>) -> Vec<Made> {
    let (all, with) = (Arc::clone(&waiting), Arc::clone(hook));
    let together =
        tokio::task::spawn_blocking(move || all.iter().map(|one| map_one(&with, one)).collect());
    if let Ok(made) = together.await {
        return made;
    }
    let mut made = Vec::with_capacity(waiting.len());
    for (place, delivery) in waiting.iter().enumerate() {
        let (all, with) = (Arc::clone(&waiting), Arc::clone(hook));
        let alone = tokio::task::spawn_blocking(move || map_one(&with, &all[place])).await;
        made.push(alone.unwrap_or_else(|error| {
            let (source, id) = (hook.source(), delivery.id);
            tracing::error!(
                source,
                delivery = id,
                error = error.to_string(),
                "a mapping broke off"
            );
            let message = "the mapping broke off: this is a defect, please report it".to_owned();
            let raw = delivery.body.clone();
            let rejects = vec![reject(source, id, "mapping_broke", message, raw)];
            Made { id, events: Vec::new(), rejects }
        }));
    }
    made
}

fn map_one(hook: &Hook, delivery: &Delivery) -> Made {
    let mapped = hook.map(&delivery.body, &delivery.headers, delivery.received_at);
    let rejects = mapped.quarantined.into_iter().map(|bad| {
        let message = match bad.hint {
            Some(hint) => format!("{}: {hint}", bad.message),
            None => bad.message,
        };
        reject(hook.source(), delivery.id, &bad.code, message, bad.raw.into_bytes())
    });
    Made { id: delivery.id, rejects: rejects.collect(), events: mapped.events }
}

fn reject(source: &str, id: i64, reason: &str, message: String, raw: Vec<u8>) -> Reject {
    Reject {
        source: source.to_owned(),
        import: None,
        place: format!("webhook {source}, delivery {id}"),
        reason: reason.to_owned(),
        message,
        raw,
    }
}
