//! What can be said only when the whole timeline was seen.

use super::Fold;
use crate::calendars::Schedule;
use crate::durations::{Counts, Point, RULES};
use crate::facts::{Anomaly, Exclusion, Facts, Measure, Outcome, Points, Span, TicketFacts, Turn};
use crate::status::{State, StatusSet};
use event::{Direction, Instant};

impl Fold<'_> {
    pub(super) fn finish(mut self, ticket: &str) -> Facts {
        for session in self.efforts.drain() {
            self.book_session(session);
        }
        self.facts.times.waiting_since = match self.state.is_backlog() {
            true => self.turns.waiting_since(),
            false => None,
        };
        let (sessions, contacts) = (self.turns.sessions, self.turns.contacts);
        let removed_at = self.removed_at;
        self.finish_ticket(sessions, contacts);
        let clocks = self.clocks.finish(self.facts.times.last_event_at, removed_at, &self.owner);
        let turns = self.turns.finish(&self.owner, removed_at);
        let spans = self.spans.finish();
        let mut touches = self.touches;
        touches.sort_by_key(|touch| touch.at);
        let mut facts = self.facts;
        facts.issue = self.problem.unwrap_or_else(|| ticket.into());
        facts.counts.turns = i64::try_from(turns.len()).unwrap_or(i64::MAX);
        facts.next_reply = next_reply(&turns);
        measure(&mut facts, &spans, self.schedule);
        Facts { ticket: facts, turns, spans, clocks, touches, ratings: self.ratings.finish() }
    }

    fn finish_ticket(&mut self, sessions: i64, contacts: i64) {
        let facts = &mut self.facts;
        if !self.birth.kept {
            facts.moments.created = self.owner.clone();
        }
        if !self.birth.seen {
            facts.anomalies.add(Anomaly::CreationMissing);
            if self.birth.wordless_first(facts) {
                facts.counts.customer_messages_after_creation -= 1;
            }
        }
        let is_done = self.state.is_done();
        facts.status = self.state;
        facts.excluded = excluded(self.state, self.birth.test);
        facts.topic =
            self.folder.topic_field.as_ref().and_then(|name| facts.fields.get(name).cloned());
        facts.calendar =
            self.schedule.at(facts.times.last_event_at).map(|id| self.folder.calendars.name(id));
        facts.sla_policy = self.clocks.policy_name();
        facts.points.set(Point::LastSolve, self.solving.last_at.filter(|_| is_done));
        facts.points.set(Point::LastHumanAction, self.solving.last_action_at.filter(|_| is_done));
        if self.state != State::Closed {
            facts.times.closed_at = None;
        }
        // A creation by an agent on the customer's behalf is a contact of its own.
        let noted = facts.flags.agent_created && facts.direction == Direction::Inbound;
        let counts = &mut facts.counts;
        counts.sessions = sessions + i64::from(noted && sessions == 0);
        counts.contacts = contacts + i64::from(noted);
        counts.participants = i64::try_from(self.participants.len()).unwrap_or(i64::MAX);
        let flags = &mut facts.flags;
        flags.is_solved = is_done;
        flags.bot_only = flags.bot_involved && self.human.acted_at.is_none();
        flags.reassigned_first_last = self.ownership.first_and_last_differ();
        let is_chat = facts
            .channel
            .as_ref()
            .is_some_and(|channel| self.folder.session_channels.contains(channel));
        if is_chat {
            counts.contacts = counts.sessions;
        }
        flags.resolved_first_contact = is_done && counts.contacts <= 1 && counts.reopens == 0;
        facts.moments.current.clone_from(&self.owner);
    }
}

impl super::Birth {
    /// Whether a ticket without a creation began with a customer's own words.
    fn wordless_first(&self, facts: &TicketFacts) -> bool {
        facts.points.get(Point::FirstCustomer) == Some(facts.created_at)
    }
}

fn excluded(state: State, test: bool) -> Option<Exclusion> {
    match state {
        State::Merged => Some(Exclusion::Merged),
        State::Deleted => Some(Exclusion::Deleted),
        State::Spam => Some(Exclusion::Spam),
        State::New
        | State::Open
        | State::Pending
        | State::OnHold
        | State::Solved
        | State::Closed => test.then_some(Exclusion::Test),
    }
}

/// The three ticket values of the next reply time, over the answered turns.
fn next_reply(turns: &[Turn]) -> [Measure; 3] {
    let answered = || turns.iter().filter(|turn| turn.outcome == Outcome::Answered);
    let last = answered().next_back().map(|turn| turn.wait).unwrap_or_default();
    let over = |value: fn(&Measure) -> Option<i64>| {
        let mut values = answered().filter_map(move |turn| value(&turn.wait));
        let first = values.next()?;
        let (mut max, mut sum, mut n) = (first, i128::from(first), 1_i128);
        for value in values {
            max = max.max(value);
            sum += i128::from(value);
            n += 1;
        }
        Some((max, i64::try_from(sum / n).unwrap_or(i64::MAX)))
    };
    let (us, business) = (over(|wait| wait.us), over(|wait| wait.business_us));
    [
        Measure { us: us.map(|(max, _)| max), business_us: business.map(|(max, _)| max) },
        last,
        Measure { us: us.map(|(_, mean)| mean), business_us: business.map(|(_, mean)| mean) },
    ]
}

/// Fills every duration of [`RULES`].
fn measure(ticket: &mut TicketFacts, spans: &[Span], schedule: &Schedule<'_>) {
    let ruler = Ruler::new(schedule, ticket.created_at, &ticket.points);
    let shares = ticket.points.get(Point::LastSolve).map(|end| Shares::of(spans, end, schedule));
    let mut durations = [Measure::default(); RULES.len()];
    for (duration, rule) in durations.iter_mut().zip(RULES) {
        let ends = (ticket.points.get(rule.from), ticket.points.get(rule.to));
        let (Some(from), Some(to)) = ends else { continue };
        if to < from {
            // A bot may solve before it hands over, a rule before anybody owns the ticket; but
            // nothing ends before the ticket came into being.
            if rule.from == Point::Created {
                ticket.anomalies.add(Anomaly::NegativeDuration);
            }
            continue;
        }
        let whole = ruler.measure(rule.from, rule.to);
        *duration = match (rule.counts, &shares) {
            (Counts::All, _) => whole,
            (Counts::Only(set), Some(shares)) => shares.sum(set),
            (Counts::Without(set), Some(shares)) => minus(whole, shares.sum(set)),
            (Counts::Only(_) | Counts::Without(_), None) => Measure::default(),
        };
    }
    ticket.durations = durations;
    let last_schedule = |from: Point, to: Point| {
        let (from, to) = (ticket.points.get(from)?, ticket.points.get(to)?);
        let calendar = schedule.at(to)?;
        (from <= to).then(|| schedule.calendars().get(calendar).elapsed(from, to))
    };
    ticket.first_reply_last_schedule_us = last_schedule(Point::WaitStart, Point::FirstReply);
    ticket.full_resolution_last_schedule_us = last_schedule(Point::Created, Point::LastSolve);
}

fn minus(whole: Measure, part: Measure) -> Measure {
    let less = |whole: Option<i64>, part: Option<i64>| Some(whole?.saturating_sub(part?).max(0));
    Measure { us: less(whole.us, part.us), business_us: less(whole.business_us, part.business_us) }
}

/// Measures between points; under a single calendar each point is looked up once.
struct Ruler<'a> {
    schedule: &'a Schedule<'a>,
    points: &'a Points,
    /// Business time from the creation to each point.
    marks: Option<[i64; Point::COUNT]>,
}

impl<'a> Ruler<'a> {
    fn new(schedule: &'a Schedule<'a>, created_at: Instant, points: &'a Points) -> Self {
        let calendar = schedule.at(created_at).filter(|_| schedule.is_simple());
        let marks = calendar.map(|id| {
            let calendar = schedule.calendars().get(id);
            Point::ALL.map(|point| match points.get(point) {
                Some(at) if at != created_at => calendar.elapsed(created_at, at),
                _ => 0,
            })
        });
        Self { schedule, points, marks }
    }

    /// From one point to a later one; both have come.
    fn measure(&self, from: Point, to: Point) -> Measure {
        let (Some(start), Some(end)) = (self.points.get(from), self.points.get(to)) else {
            return Measure::default();
        };
        let business_us = match &self.marks {
            Some(marks) => Some(marks[to as usize] - marks[from as usize]),
            None => self.schedule.business(start, end),
        };
        Measure { us: Some(end.since(start)), business_us }
    }
}

/// How long the ticket was in each status up to the last solve.
struct Shares([Measure; State::COUNT]);

impl Shares {
    fn of(spans: &[Span], end: Instant, schedule: &Schedule<'_>) -> Self {
        let zero = Measure { us: Some(0), business_us: Some(0) };
        let mut shares = [zero; State::COUNT];
        for span in spans.iter().take_while(|span| span.started_at < end) {
            let to = span.ended_at.map_or(end, |to| to.min(end));
            let part = schedule.measure(span.started_at, to);
            let share = &mut shares[span.status as usize];
            *share = plus(*share, part);
        }
        // A ticket that had no calendar for a time has no business time in any status.
        if schedule.business(spans.first().map_or(end, |s| s.started_at), end).is_none() {
            for share in &mut shares {
                share.business_us = None;
            }
        }
        Self(shares)
    }

    fn sum(&self, set: StatusSet) -> Measure {
        State::ALL
            .into_iter()
            .filter(|state| set.contains(*state))
            .map(|state| self.0[state as usize])
            .fold(Measure { us: Some(0), business_us: self.0[0].business_us.map(|_| 0) }, plus)
    }
}

fn plus(a: Measure, b: Measure) -> Measure {
    let add = |a: Option<i64>, b: Option<i64>| Some(a?.saturating_add(b?));
    Measure { us: add(a.us, b.us), business_us: add(a.business_us, b.business_us) }
}
