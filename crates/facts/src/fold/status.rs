//! Status changes: solving, closing, reopening, removal and return.

use super::Fold;
use crate::durations::Point;
use crate::facts::{Anomaly, Deed};
use crate::policies::ClockKind;
use crate::sla::Traits;
use crate::status::State;
use event::{Entry, Instant, Role, Status, Text};

/// What is remembered of solves.
#[derive(Debug, Default)]
pub(super) struct Solving {
    /// The last solve, also of a ticket reopened since.
    pub(super) last_at: Option<Instant>,
    /// What a human agent did last before it.
    pub(super) last_action_at: Option<Instant>,
    /// Who solved last.
    solver: Option<Text>,
    /// The touch of the last solve.
    touch: Option<usize>,
    /// A customer waited for a first reply when it was solved.
    pub(super) unreplied: bool,
}

impl Fold<'_> {
    pub(super) fn status(
        &mut self,
        entry: &Entry,
        role: Role,
        status: Status,
        vendor: Option<&Text>,
    ) {
        if self.state == State::Merged {
            return;
        }
        self.facts.vendor_status = vendor.cloned();
        let state = match status {
            Status::New => State::New,
            Status::Open => State::Open,
            Status::Pending => State::Pending,
            Status::OnHold => State::OnHold,
            Status::Solved => State::Solved,
            Status::Closed => State::Closed,
            Status::Deleted => State::Deleted,
            Status::Spam => State::Spam,
            Status::Restored if self.state.is_removed() => self.before_removal,
            Status::Restored => return,
        };
        let is_handed_over = role == Role::Bot && state == State::Open;
        if is_handed_over && self.facts.flags.bot_involved && self.human.acted_at.is_none() {
            self.facts.points.first(Point::Handoff, entry.at);
        }
        let solver = self.credit(entry, role);
        self.set_state(entry.at, state, role, solver);
    }

    /// Moves to another status; `agent` gets the credit.
    pub(super) fn set_state(&mut self, at: Instant, state: State, role: Role, agent: Option<Text>) {
        // A ticket that comes back continues where it was.
        let before = if self.state.is_removed() { self.before_removal } else { self.state };
        if state == self.state {
            return;
        }
        self.state = state;
        self.spans.change(at, state, &self.owner);
        if state.is_removed() {
            self.before_removal = before;
            self.removed_at = Some(at);
            self.clocks.status(at, state);
            return;
        }
        self.removed_at = None;
        self.facts.flags.ever_pending |= state == State::Pending;
        self.facts.flags.ever_on_hold |= state == State::OnHold;
        if state == State::Closed && before != State::Closed {
            self.facts.counts.closes += 1;
            self.facts.times.closed_at = Some(at);
        }
        match (before.is_done(), state.is_done()) {
            (false, true) => self.solved(at, state, role, agent),
            (true, false) => self.reopened(at, state, role),
            _ => self.clocks.status(at, state),
        }
    }

    fn solved(&mut self, at: Instant, state: State, role: Role, agent: Option<Text>) {
        let owner = self.owner.credited(agent.clone());
        self.facts.counts.solves += 1;
        self.facts.flags.auto_closed = role == Role::System;
        if self.facts.points.first(Point::FirstSolve, at) {
            self.facts.moments.first_solve = owner.clone();
        }
        self.turns.solve(at, &owner);
        self.facts.moments.solve = owner;
        let is_waited = self.facts.points.get(Point::WaitStart).is_some();
        self.solving.unreplied |= is_waited && self.facts.points.get(Point::FirstReply).is_none();
        self.solving.last_at = Some(at);
        let human = role == Role::Agent;
        self.solving.last_action_at = if human { Some(at) } else { self.human.acted_at };
        self.solving.solver.clone_from(&agent);
        self.solving.touch = Some(self.touches.len());
        self.touch(at, Deed::Solve, role, agent);
        self.clocks.solved(at, state);
    }

    fn reopened(&mut self, at: Instant, state: State, role: Role) {
        self.facts.counts.reopens += 1;
        self.facts.times.first_reopened_at.get_or_insert(at);
        self.facts.times.closed_at = None;
        if let Some(solve) = self.solving.touch.and_then(|place| self.touches.get_mut(place)) {
            solve.reopened_at = Some(at);
        }
        // A reopening speaks of the solve: it is credited to whoever had solved.
        let solver = self.solving.solver.clone();
        self.touch(at, Deed::Reopen, role, solver);
        self.clocks.status(at, state);
        let traits = Traits { source: self.source, facts: &self.facts, owner: &self.owner };
        self.clocks.reopened(at, &traits);
        if let Some(since) = self.turns.reopen() {
            self.start_clock(ClockKind::NextReply, since, at);
        }
    }

    /// A first reply came; says whether the ticket had been solved before it.
    pub(super) fn note_late_reply(&mut self) {
        if self.solving.unreplied {
            self.facts.anomalies.add(Anomaly::SolvedBeforeReply);
        }
    }
}
