//! What is told to everybody who listens: new snapshots, imports on their way, rebuilds.

use crate::limits::{LIVE_EVERY, LIVE_LISTENERS_MAX, LIVE_WAITING_MAX};
use axum::response::sse::Event;
use event::Instant;
use futures::Stream;
use serde::Serialize;
use std::collections::VecDeque;
use std::sync::Arc;
use store::Store;
use tokio::sync::{broadcast, watch};
use tokio::time::sleep_until;

/// Where news is told. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Live {
    /// Names this process: generations of another one count differently.
    boot: Arc<str>,
    closed: watch::Sender<bool>,
    news: broadcast::Sender<News>,
}

/// Something told: its event's name, and the data as JSON.
#[derive(Clone, Debug)]
struct News {
    name: &'static str,
    data: Arc<str>,
}

/// How the store stands.
#[derive(Clone, Copy, Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Change {
    /// Grows with every change: answers to questions may differ from now on.
    generation: u64,
}

impl Live {
    /// Of a process that began at this instant.
    pub(crate) fn new(began: Instant) -> Self {
        let boot = format!("{:x}", began.micros()).into();
        let (closed, _) = watch::channel(false);
        let (news, _) = broadcast::channel(LIVE_WAITING_MAX);
        Self { boot, closed, news }
    }

    /// Tells everybody, as an event of this name. Who tells often says no more than is worth
    /// drawing: see [`LIVE_EVERY`].
    pub(crate) fn tell(&self, name: &'static str, data: &impl Serialize) {
        let Ok(data) = serde_json::to_string(data) else { return };
        // An error means that nobody listens.
        let _ = self.news.send(News { name, data: data.into() });
    }

    /// Ends every stream, so that the server can stop.
    pub(crate) fn close(&self) {
        self.closed.send_replace(true);
    }

    /// What happens from now on; `last` is the id of the last event that the listener has seen.
    /// `None` where too many listen already.
    pub(crate) fn listen(
        &self,
        store: &Store,
        last: Option<&str>,
    ) -> Option<impl Stream<Item = Event> + use<>> {
        if self.news.receiver_count() >= LIVE_LISTENERS_MAX {
            return None;
        }
        let mut ear = Ear {
            boot: Arc::clone(&self.boot),
            closed: self.closed.subscribe(),
            news: self.news.subscribe(),
            changes: store.changes(),
            due: None,
            told: None,
            waiting: VecDeque::new(),
        };
        let generation = *ear.changes.borrow_and_update();
        ear.waiting.push_back(ear.change("hello", generation));
        if last.is_some_and(|last| last != ear.id(generation)) {
            ear.waiting.push_back(ear.change("change", generation));
        }
        Some(futures::stream::unfold(ear, async |mut ear| {
            let event = ear.next().await?;
            Some((event, ear))
        }))
    }
}

/// One listener.
struct Ear {
    boot: Arc<str>,
    closed: watch::Receiver<bool>,
    news: broadcast::Receiver<News>,
    changes: watch::Receiver<u64>,
    /// When a change that is known may be told.
    due: Option<tokio::time::Instant>,
    /// When the last one was.
    told: Option<tokio::time::Instant>,
    waiting: VecDeque<Event>,
}

impl Ear {
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return Some(event);
            }
            let due = self.due;
            tokio::select! {
                biased;
                () = ended(&mut self.closed) => return None,
                news = self.news.recv() => match news {
                    Ok(News { name, data }) => return Some(Event::default().event(name).data(data)),
                    // The newest are still to come.
                    Err(broadcast::error::RecvError::Lagged(_)) => {}
                    Err(broadcast::error::RecvError::Closed) => return None,
                },
                () = async { sleep_until(due.unwrap_or_else(now)).await }, if due.is_some() => {
                    (self.due, self.told) = (None, Some(now()));
                    let generation = *self.changes.borrow_and_update();
                    return Some(self.change("change", generation));
                }
                changed = self.changes.changed(), if due.is_none() => {
                    changed.ok()?;
                    let earliest = self.told.map_or_else(now, |told| told + LIVE_EVERY);
                    self.due = Some(earliest);
                }
            }
        }
    }

    fn id(&self, generation: u64) -> String {
        format!("{}-{generation}", self.boot)
    }

    fn change(&self, name: &str, generation: u64) -> Event {
        let event = Event::default().event(name).id(self.id(generation));
        event.data(format!("{{\"generation\":{generation}}}"))
    }
}

async fn ended(closed: &mut watch::Receiver<bool>) {
    // An error means that nobody is left to close.
    let _ = closed.wait_for(|closed| *closed).await;
}

fn now() -> tokio::time::Instant {
    tokio::time::Instant::now()
}
