//! The way in: a call of `submit`, and what it can wait for.

use crate::apply::Accepted;
use crate::core::Core;
use crate::error::{Error, Result};
use crate::limits;
use event::Event;
use std::sync::{Arc, PoisonError};
use tokio::sync::oneshot;

/// One caller of `submit`.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) events: Vec<Event>,
    /// Hears the number of the batch once it is durable.
    pub(crate) durable: oneshot::Sender<u64>,
    /// Hears what was new once it is shown.
    pub(crate) applied: oneshot::Sender<Result<Accepted>>,
}

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
    /// [`Error::Stopped`] or its cause when they could not be applied; they are safe, and shown
    /// when the folder is opened again.
    pub async fn applied(self) -> Result<Accepted> {
        match self.applied {
            Some(applied) => applied.await.unwrap_or(Err(Error::Stopped)),
            None => Ok(Accepted::default()),
        }
    }
}

impl Core {
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
        let (durable, committed) = oneshot::channel();
        let (applied, shown) = oneshot::channel();
        {
            let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
            queue.push_back(Request { events, durable, applied });
        }
        // A task of its own: a caller that goes away must not stop the group half-way.
        let task = tokio::spawn(Arc::clone(self).drain());
        match committed.await {
            Ok(batch) => Ok(Submitted { batch, applied: Some(shown) }),
            // Why nothing was committed comes the other way.
            Err(_) => match (shown.await, task.await) {
                (Ok(Err(error)), _) => Err(error),
                (_, Err(error)) => Err(Error::Task(error)),
                _ => Err(Error::Stopped),
            },
        }
    }
}
