//! Intervals of unchanged status and owner.

use crate::facts::{Owner, Span};
use crate::status::State;
use event::Instant;

/// The spans so far; the last one is open.
#[derive(Debug)]
pub(super) struct Spans {
    done: Vec<Span>,
    since: Instant,
    state: State,
    owner: Owner,
}

impl Spans {
    /// The first span starts at the ticket's creation.
    pub(super) fn new(created_at: Instant) -> Self {
        Self { done: Vec::new(), since: created_at, state: State::New, owner: Owner::default() }
    }

    /// Notes the status and owner from `at` on. An interval without length leaves no span.
    pub(super) fn change(&mut self, at: Instant, state: State, owner: &Owner) {
        if state == self.state && *owner == self.owner {
            return;
        }
        if at > self.since {
            self.done.push(Span {
                owner: self.owner.clone(),
                started_at: self.since,
                ended_at: Some(at),
                status: self.state,
            });
            self.since = at;
        }
        self.state = state;
        self.owner.clone_from(owner);
    }

    /// Every span; the last has no end.
    pub(super) fn finish(mut self) -> Vec<Span> {
        self.done.push(Span {
            owner: self.owner,
            started_at: self.since,
            ended_at: None,
            status: self.state,
        });
        self.done
    }
}
