//! One SLA clock instance while the ticket is being folded.

use super::book::{Book, Terms};
use crate::calendars::{CalendarId, Schedule};
use crate::facts::{ClockRun, ClockState, Owner, RunMode, SlaClock};
use crate::policies::ClockKind;
use crate::status::{State, StatusSet};
use event::Instant;

/// A clock instance. Until a policy applies it only remembers what statuses it went through.
#[derive(Clone, Debug)]
pub(super) struct Live {
    pub(super) kind: ClockKind,
    started_at: Instant,
    /// When it stopped for good.
    pub(super) stopped_at: Option<Instant>,
    /// What it was promised; kept when the promise is withdrawn.
    promise: Option<Promise>,
    /// When its promise was withdrawn.
    withdrawn_at: Option<Instant>,
    /// Start of the stretch that is not among `runs` yet.
    since: Instant,
    status: State,
    runs: Vec<ClockRun>,
    elapsed_us: i64,
    paused_us: i64,
    illegitimate_us: i64,
    /// A customer wrote while it was paused, and nobody answered.
    unanswered_since: Option<Instant>,
    /// When it passes its target if nothing happens.
    pub(super) due: Option<Instant>,
    breached_at: Option<Instant>,
    /// The owner at the breach, else at the stop.
    owner: Option<Owner>,
}

/// The terms a clock is under, and since when it is under any.
#[derive(Clone, Copy, Debug)]
struct Promise {
    terms: Terms,
    applied_at: Instant,
}

impl Live {
    pub(super) const fn new(kind: ClockKind, from: Instant, status: State) -> Self {
        Self {
            kind,
            started_at: from,
            stopped_at: None,
            promise: None,
            withdrawn_at: None,
            since: from,
            status,
            runs: Vec::new(),
            elapsed_us: 0,
            paused_us: 0,
            illegitimate_us: 0,
            unanswered_since: None,
            due: None,
            breached_at: None,
            owner: None,
        }
    }

    pub(super) const fn is_live(&self) -> bool {
        self.stopped_at.is_none()
    }

    pub(super) const fn is_breached(&self) -> bool {
        self.breached_at.is_some()
    }

    /// What the clock does in a status.
    fn mode(&self, status: State) -> RunMode {
        let pause = match self.kind {
            ClockKind::FirstReply
            | ClockKind::NextReply
            | ClockKind::PeriodicUpdate
            | ClockKind::TotalResolution => StatusSet::EMPTY,
            ClockKind::PausableUpdate | ClockKind::RequesterWait => StatusSet::PENDING,
            ClockKind::AgentWork => StatusSet::PENDING.union(StatusSet::ON_HOLD),
            ClockKind::NetResolution => {
                self.promise.map_or(StatusSet::PENDING, |promise| promise.terms.pause)
            }
        };
        if !status.is_backlog() {
            RunMode::Suspended
        } else if pause.contains(status) {
            RunMode::Paused
        } else {
            RunMode::Counting
        }
    }

    /// The stretches of `[from, to)` by calendar; the calendar clock where there is none.
    fn pieces<'a>(
        &self,
        schedule: &'a Schedule<'_>,
        from: Instant,
        to: Instant,
    ) -> impl Iterator<Item = (Instant, Instant, CalendarId)> + use<'a> {
        let fixed = self.promise.and_then(|promise| promise.terms.calendar);
        let one = fixed.map(|id| (from, to, id)).filter(|_| from < to);
        let many = match fixed {
            Some(_) => None,
            None => Some(schedule.pieces(from, to)),
        };
        let many = many.into_iter().flatten();
        one.into_iter()
            .chain(many.map(|(from, to, id)| (from, to, id.unwrap_or(CalendarId::ALWAYS))))
    }

    /// Books the stretch up to `at` and starts a new one there.
    pub(super) fn advance(&mut self, at: Instant, schedule: &Schedule<'_>) {
        let from = self.since;
        if at <= from {
            return;
        }
        self.since = at;
        self.book(from, at, self.status, schedule);
    }

    fn book(&mut self, from: Instant, to: Instant, status: State, schedule: &Schedule<'_>) {
        let mode = self.mode(status);
        if self.promise.is_none() {
            // Measured when a policy says on which calendar.
            self.runs.push(ClockRun { from, to, status, mode, calendar: CalendarId::ALWAYS });
            return;
        }
        let pieces = self.pieces(schedule, from, to);
        for (from, to, calendar) in pieces {
            let clock = schedule.calendars().get(calendar);
            match mode {
                RunMode::Counting => self.elapsed_us += clock.elapsed(from, to),
                RunMode::Paused => self.paused_us += clock.elapsed(from, to),
                RunMode::Suspended => {}
            }
            if let (RunMode::Paused, Some(since)) = (mode, self.unanswered_since) {
                self.illegitimate_us += clock.elapsed(from.max(since), to).max(0);
            }
            self.runs.push(ClockRun { from, to, status, mode, calendar });
        }
    }

    /// The ticket's status changed.
    pub(super) fn status(&mut self, at: Instant, status: State, schedule: &Schedule<'_>) {
        let is_same = self.mode(status) == self.mode(self.status);
        if is_same && self.kind != ClockKind::NetResolution {
            self.status = status;
            return;
        }
        self.advance(at, schedule);
        self.status = status;
        if self.mode(status) != RunMode::Paused {
            self.unanswered_since = None;
        }
        self.aim(schedule);
    }

    /// Computes when the target is passed.
    fn aim(&mut self, schedule: &Schedule<'_>) {
        let is_counting = self.is_live() && self.mode(self.status) == RunMode::Counting;
        self.due = None;
        let Some(promise) = self
            .promise
            .filter(|_| is_counting && self.breached_at.is_none() && self.withdrawn_at.is_none())
        else {
            return;
        };
        let mut left = promise.terms.target_us.saturating_sub(self.elapsed_us);
        let end = Instant::from_micros(i64::MAX);
        let pieces = self.pieces(schedule, self.since, end);
        for (from, to, calendar) in pieces {
            let clock = schedule.calendars().get(calendar);
            // Past the last change of calendar only the calendar's own end limits the search.
            let open = if to == end { i64::MAX } else { clock.elapsed(from, to) };
            if left <= open {
                self.due = clock.add(from, left);
                return;
            }
            left -= open;
        }
    }

    /// Notes a breach that lies before `at`.
    pub(super) fn pass(&mut self, at: Instant, owner: &Owner) {
        if let Some(due) = self.due.filter(|due| *due < at) {
            self.breached_at = Some(due);
            self.owner = Some(owner.clone());
            self.due = None;
        }
    }

    /// Puts the clock under a policy's terms, or under none.
    pub(super) fn apply(
        &mut self,
        at: Instant,
        terms: Option<Terms>,
        schedule: &Schedule<'_>,
        owner: &Owner,
    ) {
        let before = self.promise;
        let Some(terms) = terms else {
            if before.is_some() && self.withdrawn_at.is_none() {
                self.advance(at, schedule);
                self.withdrawn_at = Some(at);
                self.due = None;
            }
            return;
        };
        if before.is_some_and(|before| before.terms == terms) && self.withdrawn_at.is_none() {
            return;
        }
        self.advance(at, schedule);
        self.withdrawn_at = None;
        let applied_at = before.map_or(at, |before| before.applied_at);
        self.promise = Some(Promise { terms, applied_at });
        if before.is_none() {
            // A policy that comes late counts from the clock's own start.
            for run in std::mem::take(&mut self.runs) {
                self.book(run.from, run.to, run.status, schedule);
            }
        }
        if self.elapsed_us > terms.target_us && self.breached_at.is_none() {
            self.breached_at = Some(at);
            self.owner = Some(owner.clone());
        }
        self.aim(schedule);
    }

    /// A customer wrote: a pause is illegitimate from now on.
    pub(super) fn customer_wrote(&mut self, at: Instant, schedule: &Schedule<'_>) {
        if self.mode(self.status) == RunMode::Paused && self.unanswered_since.is_none() {
            self.advance(at, schedule);
            self.unanswered_since = Some(at);
        }
    }

    /// Somebody answered: the pause is legitimate again.
    pub(super) fn answered(&mut self, at: Instant, schedule: &Schedule<'_>) {
        if self.unanswered_since.is_some() {
            self.advance(at, schedule);
            self.unanswered_since = None;
        }
    }

    pub(super) fn stop(mut self, at: Instant, schedule: &Schedule<'_>, owner: &Owner) -> Self {
        self.advance(at, schedule);
        self.stopped_at = Some(at.max(self.started_at));
        self.due = None;
        self.owner.get_or_insert_with(|| owner.clone());
        self
    }

    /// The same clock going on after a reopening, with the time it has used up.
    pub(super) fn resumed(&self, at: Instant, status: State) -> Self {
        let promise = self.promise.map(|promise| Promise { applied_at: at, ..promise });
        Self {
            stopped_at: None,
            owner: None,
            since: at,
            status,
            unanswered_since: None,
            promise,
            ..self.clone()
        }
    }

    /// Whether a policy ever promised anything.
    pub(super) const fn is_promised(&self) -> bool {
        self.promise.is_some()
    }

    /// Starts counting again after [`Live::resumed`].
    pub(super) fn restart(&mut self, schedule: &Schedule<'_>) {
        self.aim(schedule);
    }

    /// The row of the clock; `None` where no policy ever promised anything.
    pub(super) fn finish(
        mut self,
        end: End<'_>,
        book: &Book,
        schedule: &Schedule<'_>,
    ) -> Option<SlaClock> {
        let promise = self.promise?;
        if self.is_live() && self.withdrawn_at.is_none() {
            self.advance(end.last_event_at, schedule);
        }
        let called_off = self.withdrawn_at.or(end.removed_at);
        let (state, stopped_at) = match (self.breached_at, self.stopped_at, called_off) {
            (Some(_), stopped, _) => (ClockState::Breached, stopped),
            (None, Some(stopped), _) => (ClockState::Met, Some(stopped)),
            (None, None, Some(off)) => (ClockState::Cancelled, Some(off.max(self.started_at))),
            (None, None, None) if self.mode(self.status) == RunMode::Counting => {
                (ClockState::Running, None)
            }
            (None, None, None) => (ClockState::Paused, None),
        };
        let overrun = self.elapsed_us - promise.terms.target_us;
        let is_over = state == ClockState::Breached && stopped_at.is_some();
        let calendar = promise
            .terms
            .calendar
            .or_else(|| schedule.at(self.since))
            .unwrap_or(CalendarId::ALWAYS);
        let (policy, policy_version) = book.names(promise.terms.choice);
        Some(SlaClock {
            owner: self.owner.unwrap_or_else(|| end.owner.clone()),
            clock: self.kind,
            policy,
            policy_version,
            calendar: schedule.calendars().name(calendar),
            target_us: promise.terms.target_us,
            applied_at: promise.applied_at,
            started_at: self.started_at,
            stopped_at,
            state,
            elapsed_us: self.elapsed_us,
            paused_us: self.paused_us,
            illegitimate_paused_us: self.illegitimate_us,
            due_at: self.due.filter(|_| state == ClockState::Running),
            breached_at: self.breached_at,
            overrun_us: is_over.then_some(overrun.max(0)),
            runs: self.runs,
        })
    }
}

/// How the timeline ended.
#[derive(Clone, Copy, Debug)]
pub(super) struct End<'a> {
    pub(super) last_event_at: Instant,
    /// When the ticket left the population, if it is gone.
    pub(super) removed_at: Option<Instant>,
    pub(super) owner: &'a Owner,
}
