//! Customer turns: who waits for whom, and since when.

use crate::calendars::Schedule;
use crate::facts::{Measure, Outcome, Owner, Turn};
use event::Instant;

/// The turns so far.
#[derive(Debug, Default)]
pub(super) struct Turns {
    list: Vec<Turn>,
    open: Option<Open>,
    /// The oldest turn that solving cancelled and nobody has answered since.
    cancelled: Option<usize>,
    /// The last public message by anybody.
    last_message_at: Option<Instant>,
    /// The ticket was solved since the last session started.
    solved_since: bool,
    /// Sessions started by a customer.
    pub(super) sessions: i64,
    /// Turns that are contacts: a word after the solve that changes nothing is none.
    pub(super) contacts: i64,
}

/// The turn that waits for a reply: the last of the list.
#[derive(Clone, Copy, Debug)]
struct Open {
    /// Started on a solved ticket: it waits only if the ticket is reopened.
    dormant: bool,
    /// Whether it opens a session, if it counts at all.
    starts_session: bool,
}

/// What a customer's message did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opened {
    /// It opened a turn that waits.
    Turn,
    /// It joined an open turn, or was written on a solved ticket.
    Nothing,
}

impl Turns {
    /// A public customer message. `gap_us` is the silence that ends a session, on channels where
    /// it does.
    pub(super) fn customer(&mut self, at: Instant, is_done: bool, gap_us: Option<i64>) -> Opened {
        let silence = self.last_message_at.map(|last| at.since(last));
        self.last_message_at = Some(at);
        if let (Some(_), Some(turn)) = (self.open, self.list.last_mut()) {
            turn.last_message_at = at;
            turn.messages += 1;
            return Opened::Nothing;
        }
        let is_new_session = self.list.is_empty()
            || self.solved_since
            || matches!((silence, gap_us), (Some(silence), Some(gap)) if silence >= gap);
        self.list.push(Turn {
            owner: Owner::default(),
            started_at: at,
            last_message_at: at,
            replied_at: None,
            replied_any_at: None,
            ended_at: None,
            outcome: Outcome::Waiting,
            starts_session: false,
            messages: 1,
            wait: Measure::default(),
            wait_from_last: Measure::default(),
            wait_uncancelled: Measure::default(),
        });
        self.open = Some(Open { dormant: is_done, starts_session: is_new_session });
        if is_done {
            return Opened::Nothing;
        }
        self.wake();
        Opened::Turn
    }

    /// The words of the creation, which opened the turn already.
    pub(super) fn creation_words(&mut self, at: Instant) {
        self.last_message_at = Some(at);
        if let (Some(_), Some(turn)) = (self.open, self.list.last_mut()) {
            turn.last_message_at = at;
        }
    }

    /// The open turn counts as a contact from now on.
    fn wake(&mut self) {
        let (Some(open), Some(turn)) = (&mut self.open, self.list.last_mut()) else { return };
        open.dormant = false;
        self.contacts += 1;
        if open.starts_session {
            turn.starts_session = true;
            self.sessions += 1;
            self.solved_since = false;
        }
    }

    /// Any public message of ours.
    pub(super) fn ours(&mut self, at: Instant) {
        self.last_message_at = Some(at);
        if let (Some(_), Some(turn)) = (self.open, self.list.last_mut()) {
            turn.replied_any_at.get_or_insert(at);
        }
    }

    /// How long nobody has written.
    pub(super) fn silence(&self, at: Instant) -> Option<i64> {
        self.last_message_at.map(|last| at.since(last))
    }

    /// A human reply.
    pub(super) fn reply(&mut self, at: Instant, owner: &Owner, schedule: &Schedule<'_>) {
        let absorbed = self.cancelled.take();
        if let Some(turn) = absorbed.and_then(|place| self.list.get_mut(place)) {
            turn.wait_uncancelled = schedule.measure(turn.started_at, at);
        }
        let Some(open) = self.open else { return };
        if open.dormant {
            self.wake();
        }
        self.open = None;
        let Some(turn) = self.list.last_mut() else { return };
        turn.replied_at = Some(at);
        turn.ended_at = Some(at);
        turn.outcome = Outcome::Answered;
        turn.owner.clone_from(owner);
        turn.wait = schedule.measure(turn.started_at, at);
        turn.wait_from_last = if turn.last_message_at == turn.started_at {
            turn.wait
        } else {
            schedule.measure(turn.last_message_at, at)
        };
        if absorbed.is_none() {
            turn.wait_uncancelled = turn.wait;
        }
    }

    /// The ticket was solved: nobody waits any more.
    pub(super) fn solve(&mut self, at: Instant, owner: &Owner) {
        self.solved_since = true;
        if self.open.take().is_some() {
            self.cancelled.get_or_insert(self.list.len() - 1);
            self.cancel_last(at, owner);
        }
    }

    fn cancel_last(&mut self, at: Instant, owner: &Owner) {
        if let Some(turn) = self.list.last_mut() {
            turn.ended_at = Some(at);
            turn.outcome = Outcome::Cancelled;
            turn.owner.clone_from(owner);
        }
    }

    /// The ticket was reopened: a message written while it was solved waits now. Says since when.
    pub(super) fn reopen(&mut self) -> Option<Instant> {
        self.open.filter(|open| open.dormant)?;
        self.wake();
        self.list.last().map(|turn| turn.started_at)
    }

    /// Since when the customer has been waiting.
    pub(super) fn waiting_since(&self) -> Option<Instant> {
        self.open.filter(|open| !open.dormant)?;
        self.list.last().map(|turn| turn.started_at)
    }

    /// Every turn; `removed_at` is when the ticket left the population, if it is gone.
    pub(super) fn finish(mut self, owner: &Owner, removed_at: Option<Instant>) -> Vec<Turn> {
        if let (Some(open), Some(turn)) = (self.open, self.list.last_mut()) {
            turn.owner.clone_from(owner);
            let end = match removed_at {
                Some(removed) => Some(removed.max(turn.started_at)),
                None => open.dormant.then_some(turn.started_at),
            };
            if let Some(end) = end {
                self.cancel_last(end, owner);
            }
        }
        self.list
    }
}
