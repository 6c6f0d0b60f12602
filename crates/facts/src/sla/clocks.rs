//! All SLA clocks of a ticket, driven by the fold.

use super::book::{Book, Choice, Traits};
use super::live::{End, Live};
use crate::calendars::Schedule;
use crate::facts::{Owner, SlaClock};
use crate::policies::ClockKind;
use crate::status::State;
use event::{Instant, Text};

/// The clocks that run from the creation to the solve.
const RESOLUTION: [ClockKind; 4] = [
    ClockKind::RequesterWait,
    ClockKind::AgentWork,
    ClockKind::TotalResolution,
    ClockKind::NetResolution,
];

/// The clocks that a public agent message stops.
const REPLY: [ClockKind; 4] = [
    ClockKind::FirstReply,
    ClockKind::NextReply,
    ClockKind::PeriodicUpdate,
    ClockKind::PausableUpdate,
];

/// The ticket's clocks, past and present.
#[derive(Debug)]
pub(crate) struct Clocks<'a> {
    book: &'a Book,
    schedule: &'a Schedule<'a>,
    /// Those that run or are paused; few, however long the ticket's history.
    live: Vec<Live>,
    /// Those that stopped, in the order in which they did.
    stopped: Vec<Live>,
    /// The earliest due instant, in microseconds: before it no clock is passed.
    next_due: i64,
    /// The policy that the source named.
    named: Option<Text>,
    choice: Option<Choice>,
    status: State,
    owner: Owner,
}

impl<'a> Clocks<'a> {
    pub(crate) fn new(book: &'a Book, schedule: &'a Schedule<'a>) -> Self {
        Self {
            book,
            schedule,
            live: Vec::new(),
            stopped: Vec::new(),
            next_due: i64::MAX,
            named: None,
            choice: None,
            status: State::New,
            owner: Owner::default(),
        }
    }

    /// The source applied a policy by name, or took it back.
    pub(crate) fn name_policy(&mut self, name: Option<Text>) {
        self.named = name;
    }

    /// The policy in force: the one named by the source, else the one that matches.
    pub(crate) fn policy_name(&self) -> Option<Text> {
        self.named.clone().or_else(|| self.choice.map(|choice| self.book.policy_name(choice)))
    }

    /// Notes the breaches that lie before `at`; the owner has not changed since.
    pub(crate) fn pass(&mut self, at: Instant, owner: &Owner) {
        if at.micros() <= self.next_due {
            return;
        }
        for clock in &mut self.live {
            clock.pass(at, owner);
        }
        self.find_next_due();
    }

    fn find_next_due(&mut self) {
        let due = self.live.iter().filter_map(|clock| clock.due).min();
        self.next_due = due.map_or(i64::MAX, Instant::micros);
    }

    /// The ticket was created: its resolution clocks start.
    pub(crate) fn open(&mut self, at: Instant) {
        for kind in RESOLUTION {
            if self.book.uses(kind) && !self.is_live(kind) {
                self.live.push(Live::new(kind, at, self.status));
            }
        }
    }

    pub(crate) fn is_live(&self, kind: ClockKind) -> bool {
        self.live.iter().any(|clock| clock.kind == kind)
    }

    /// Starts a clock that counts from `from`, unless one of its kind runs.
    pub(crate) fn start(
        &mut self,
        kind: ClockKind,
        from: Instant,
        at: Instant,
        traits: &Traits<'_>,
    ) {
        if self.book.uses(kind) && !self.is_live(kind) {
            self.live.push(Live::new(kind, from, self.status));
            self.reconsider(at, traits);
        }
    }

    /// Chooses the policy again and puts every running clock under it.
    pub(crate) fn reconsider(&mut self, at: Instant, traits: &Traits<'_>) {
        if self.book.is_empty() {
            return;
        }
        self.owner.clone_from(traits.owner);
        self.choice = self.book.choose(self.named.as_deref(), traits, at);
        let priority = traits.owner.priority.as_deref();
        for clock in &mut self.live {
            let terms =
                self.choice.and_then(|choice| self.book.terms(choice, clock.kind, priority));
            clock.apply(at, terms, self.schedule, traits.owner);
        }
        self.find_next_due();
    }

    fn stop(&mut self, at: Instant, kinds: &[ClockKind], owner: &Owner) {
        for clock in self.live.extract_if(.., |clock| kinds.contains(&clock.kind)) {
            self.stopped.push(clock.stop(at, self.schedule, owner));
        }
        self.find_next_due();
    }

    /// The status changed, without a solve.
    pub(crate) fn status(&mut self, at: Instant, status: State) {
        self.status = status;
        for clock in &mut self.live {
            clock.status(at, status, self.schedule);
        }
        self.find_next_due();
    }

    /// The ticket was solved: every clock stops, replied or not.
    pub(crate) fn solved(&mut self, at: Instant, status: State) {
        if self.book.is_empty() {
            return;
        }
        let owner = self.owner.clone();
        self.stop(at, &ClockKind::ALL, &owner);
        self.status = status;
    }

    /// The ticket was reopened: the resolution clocks go on with what they have used up. A clock
    /// that was breached is over: its breach counts once.
    pub(crate) fn reopened(&mut self, at: Instant, traits: &Traits<'_>) {
        for kind in RESOLUTION {
            let last = self.stopped.iter().rposition(|clock| clock.kind == kind);
            let Some(last) = last.filter(|last| !self.stopped[*last].is_breached()) else {
                continue;
            };
            let next = self.stopped[last].resumed(at, self.status);
            if !next.is_promised() {
                // Nothing was promised before: it is the same instance going on.
                self.stopped.remove(last);
            }
            self.live.push(next);
        }
        self.reconsider(at, traits);
        for clock in &mut self.live {
            clock.restart(self.schedule);
        }
        self.find_next_due();
    }

    /// A customer wrote.
    pub(crate) fn customer_wrote(&mut self, at: Instant) {
        for clock in &mut self.live {
            clock.customer_wrote(at, self.schedule);
        }
    }

    /// A human agent replied publicly.
    pub(crate) fn replied(&mut self, at: Instant, owner: &Owner) {
        if self.live.is_empty() {
            return;
        }
        for clock in &mut self.live {
            clock.answered(at, self.schedule);
        }
        self.stop(at, &REPLY, owner);
    }

    /// Every clock that had a target, by kind and start.
    pub(crate) fn finish(
        self,
        last_event_at: Instant,
        removed_at: Option<Instant>,
        owner: &Owner,
    ) -> Vec<SlaClock> {
        let end = End { last_event_at, removed_at, owner };
        let finished = self
            .stopped
            .into_iter()
            .chain(self.live)
            .filter_map(|clock| clock.finish(end, self.book, self.schedule));
        let mut clocks: Vec<SlaClock> = finished.collect();
        clocks.sort_by_key(|clock| (clock.clock, clock.started_at, clock.applied_at));
        clocks
    }
}
