//! Effort estimated from when an agent did things on the ticket (M12, fallback 2).

use crate::facts::Owner;
use event::{Instant, Text};

/// The running session of each agent.
#[derive(Debug, Default)]
pub(super) struct Efforts {
    running: Vec<Session>,
}

/// A stretch in which one agent kept doing things.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) owner: Owner,
    pub(super) from: Instant,
    to: Instant,
}

impl Session {
    /// From the first to the last thing done, in microseconds.
    pub(super) const fn length(&self) -> i64 {
        self.to.since(self.from)
    }
}

impl Efforts {
    /// An agent did something: returns their last session if that one is over.
    pub(super) fn act(
        &mut self,
        at: Instant,
        agent: &Option<Text>,
        owner: &Owner,
        gap_us: i64,
    ) -> Option<Session> {
        let Some(session) = self.running.iter_mut().find(|session| session.owner.agent == *agent)
        else {
            self.running.push(Session { owner: owner.credited(agent.clone()), from: at, to: at });
            return None;
        };
        if at.since(session.to) < gap_us {
            session.to = at;
            return None;
        }
        let next = Session { owner: owner.credited(agent.clone()), from: at, to: at };
        Some(std::mem::replace(session, next))
    }

    /// The sessions still running, by the order in which their agents first acted.
    pub(super) fn drain(&mut self) -> Vec<Session> {
        std::mem::take(&mut self.running)
    }
}
