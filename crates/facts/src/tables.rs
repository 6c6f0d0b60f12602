//! Facts into the six tables' record batches.

mod row;

use crate::facts::{Facts, Measure, Moments, Owner, Span, TicketFacts, Turn};
use crate::facts::{Rating, SlaClock, Touch};
use crate::schema::Table;
use crate::timeline::TimelineWriter;
use arrow::record_batch::RecordBatch;
use event::{Direction, Entry, Role, Score};
use row::{Rows, Writer};
use std::ops::Index;

/// Bytes of one text column of a batch at which the builder calls itself full: well below the
/// 2 GiB that Arrow's 32-bit offsets can address.
const TEXT_BYTES_FULL: usize = 1 << 30;

/// The six tables of some tickets; index it by [`Table`].
#[derive(Clone, Debug)]
pub struct FactTables {
    /// One row per ticket; without the timeline if the builder leaves it out.
    pub tickets: RecordBatch,
    /// Customer turns.
    pub turns: RecordBatch,
    /// Intervals of unchanged status and owner.
    pub spans: RecordBatch,
    /// SLA clock instances.
    pub clocks: RecordBatch,
    /// Deeds of agents.
    pub touches: RecordBatch,
    /// Satisfaction offers.
    pub ratings: RecordBatch,
}

impl Index<Table> for FactTables {
    type Output = RecordBatch;

    fn index(&self, table: Table) -> &RecordBatch {
        match table {
            Table::Tickets => &self.tickets,
            Table::Turns => &self.turns,
            Table::Spans => &self.spans,
            Table::Clocks => &self.clocks,
            Table::Touches => &self.touches,
            Table::Ratings => &self.ratings,
        }
    }
}

/// Collects the facts of tickets, in the order of their numbers, into the six tables.
#[derive(Debug)]
pub struct TablesBuilder {
    rows: [Rows; Table::ALL.len()],
    timelines: Option<TimelineWriter>,
    len: usize,
}

impl Default for TablesBuilder {
    fn default() -> Self {
        Self::new()
    }
}

/// What every row of one ticket repeats.
#[derive(Clone, Copy)]
struct Key<'a> {
    number: i64,
    source: &'a str,
    ticket: &'a TicketFacts,
}

impl TablesBuilder {
    /// A builder with nothing in it.
    pub fn new() -> Self {
        Self { timelines: Some(TimelineWriter::default()), ..Self::without_timelines() }
    }

    /// A builder that leaves out the last column of `tickets`, the timeline, for whoever has it
    /// in its written form already.
    pub fn without_timelines() -> Self {
        Self { rows: Table::ALL.map(Rows::new), timelines: None, len: 0 }
    }

    /// Adds a ticket. Child rows keep the order in which tickets are pushed.
    #[expect(clippy::too_many_arguments, reason = "the key of a ticket is three values")]
    pub fn push(
        &mut self,
        number: i64,
        source: &str,
        ticket: &str,
        timeline: &[Entry],
        facts: &Facts,
    ) {
        let key = Key { number, source, ticket: &facts.ticket };
        ticket_row(self.rows[Table::Tickets.index()].row(), key, ticket);
        if let Some(timelines) = &mut self.timelines {
            timelines.push(timeline);
        }
        for (ordinal, turn) in facts.turns.iter().enumerate() {
            turn_row(self.rows[Table::Turns.index()].row(), key, ordinal, turn);
        }
        for (ordinal, span) in facts.spans.iter().enumerate() {
            span_row(self.rows[Table::Spans.index()].row(), key, ordinal, span);
        }
        for (ordinal, clock) in facts.clocks.iter().enumerate() {
            clock_row(self.rows[Table::Clocks.index()].row(), key, ordinal, clock);
        }
        for (ordinal, touch) in facts.touches.iter().enumerate() {
            touch_row(self.rows[Table::Touches.index()].row(), key, ordinal, touch);
        }
        for (ordinal, rating) in facts.ratings.iter().enumerate() {
            rating_row(self.rows[Table::Ratings.index()].row(), key, ordinal, rating);
        }
        self.len += 1;
    }

    /// Tickets added since the last [`TablesBuilder::finish`].
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether no ticket was added.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether the texts grew so large that the batch should be finished before the next ticket.
    pub fn is_full(&self) -> bool {
        self.timelines.as_ref().is_some_and(|all| all.text_bytes() >= TEXT_BYTES_FULL)
    }

    /// The tables of everything pushed; the builder is empty afterwards.
    pub fn finish(&mut self) -> FactTables {
        self.len = 0;
        let timelines = self.timelines.as_mut().map(TimelineWriter::finish);
        let [tickets, turns, spans, clocks, touches, ratings] = &mut self.rows;
        FactTables {
            tickets: tickets.finish(timelines),
            turns: turns.finish(None),
            spans: spans.finish(None),
            clocks: clocks.finish(None),
            touches: touches.finish(None),
            ratings: ratings.finish(None),
        }
    }
}

fn direction_name(direction: Direction) -> &'static str {
    match direction {
        Direction::Inbound => "inbound",
        Direction::Outbound => "outbound",
    }
}

fn ticket_row(mut row: Writer<'_>, key: Key<'_>, id: &str) {
    let ticket = key.ticket;
    row.int("number", key.number);
    row.str("source", key.source);
    row.str("ticket", id);
    row.time("created_at", Some(ticket.created_at));
    row.text("created_by_role", ticket.created_by_role.map(Role::name));
    row.str("direction", direction_name(ticket.direction));
    row.text("channel", ticket.channel.as_deref());
    row.text("requester", ticket.requester.as_deref());
    row.text("account", ticket.account.as_deref());
    row.text("brand", ticket.brand.as_deref());
    row.text("product", ticket.product.as_deref());
    row.text("language", ticket.language.as_deref());
    row.text("topic", ticket.topic.as_deref());
    row.text("parent", ticket.parent.as_deref());
    row.text("calendar", ticket.calendar.as_deref());
    row.text("sla_policy", ticket.sla_policy.as_deref());
    row.str("status", ticket.status.name());
    row.text("vendor_status", ticket.vendor_status.as_deref());
    row.text("excluded", ticket.excluded.map(|excluded| excluded.name()));
    row.list("tags", ticket.tags.iter().map(|tag| tag.as_str()));
    row.map("fields", ticket.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    row.list("anomalies", ticket.anomalies.iter().map(|anomaly| anomaly.name()));
    ticket_moments(&mut row, &ticket.moments);
    ticket_instants(&mut row, ticket);
    for duration in ticket.durations.iter().chain(&ticket.next_reply) {
        row.measure(*duration);
    }
    row.micros("first_reply_last_schedule_us", ticket.first_reply_last_schedule_us);
    row.micros("full_resolution_last_schedule_us", ticket.full_resolution_last_schedule_us);
    ticket_counts(&mut row, ticket);
    ticket_flags(&mut row, ticket);
    row.str("issue", &ticket.issue);
    row.end_before("timeline");
}

fn ticket_moments(row: &mut Writer<'_>, moments: &Moments) {
    let Moments { current, created, first_reply, first_solve, solve, rated } = moments;
    for owner in [current, created, first_reply, first_solve, solve, rated] {
        row.owner(owner);
    }
}

fn ticket_instants(row: &mut Writer<'_>, ticket: &TicketFacts) {
    use crate::durations::Point;
    let (times, points) = (&ticket.times, &ticket.points);
    row.time("first_seen_at", Some(times.first_seen_at));
    row.time("last_seen_at", Some(times.last_seen_at));
    row.time("last_event_at", Some(times.last_event_at));
    row.time("wait_started_at", points.get(Point::WaitStart));
    row.time("waiting_since", times.waiting_since);
    row.time("last_customer_at", times.last_customer_at);
    row.time("last_agent_at", times.last_agent_at);
    row.time("first_assigned_at", points.get(Point::FirstAssigned));
    row.time("handoff_at", points.get(Point::Handoff));
    row.time("first_ack_at", points.get(Point::FirstAck));
    row.time("first_reply_at", points.get(Point::FirstReply));
    row.time("first_solved_at", points.get(Point::FirstSolve));
    row.time("solved_at", points.get(Point::LastSolve));
    row.time("closed_at", times.closed_at);
    row.text("merged_into", ticket.merged_into.as_deref());
    row.time("first_reopened_at", times.first_reopened_at);
    row.time("first_escalated_at", times.first_escalated_at);
    row.time("first_transferred_at", times.first_transferred_at);
    row.time("rated_at", times.rated_at);
}

fn ticket_counts(row: &mut Writer<'_>, ticket: &TicketFacts) {
    let counts = &ticket.counts;
    row.int("n_turns", counts.turns);
    row.int("n_sessions", counts.sessions);
    row.int("n_contacts", counts.contacts);
    row.int("n_agent_replies", counts.agent_replies);
    row.int("n_agent_replies_with_creation", counts.agent_replies_with_creation);
    row.int("n_agent_replies_collapsed", counts.agent_replies_collapsed);
    row.int("n_customer_messages", counts.customer_messages);
    row.int("n_customer_messages_after_creation", counts.customer_messages_after_creation);
    row.int("n_internal_notes", counts.internal_notes);
    row.int("n_bot_messages", counts.bot_messages);
    row.int("n_participants", counts.participants);
    row.int("n_solves", counts.solves);
    row.int("n_closes", counts.closes);
    row.int("n_reopens", counts.reopens);
    row.int("n_transfers", counts.transfers);
    row.int("n_agent_changes", counts.agent_changes);
    row.int("n_group_changes", counts.group_changes);
    row.int("n_escalations_functional", counts.escalations_functional);
    row.int("n_escalations_hierarchical", counts.escalations_hierarchical);
    row.int("worked_us", counts.worked_us);
    row.int("estimated_us", counts.estimated_us);
}

fn ticket_flags(row: &mut Writer<'_>, ticket: &TicketFacts) {
    let flags = &ticket.flags;
    row.flag("is_solved", flags.is_solved);
    row.flag("ever_pending", flags.ever_pending);
    row.flag("ever_on_hold", flags.ever_on_hold);
    row.flag("auto_closed", flags.auto_closed);
    row.flag("bot_only", flags.bot_only);
    row.flag("bot_involved", flags.bot_involved);
    row.flag("agent_created", flags.agent_created);
    row.flag("reassigned_first_last", flags.reassigned_first_last);
    row.flag("resolved_first_contact", flags.resolved_first_contact);
}

/// The columns that every child row starts with.
fn common(row: &mut Writer<'_>, key: Key<'_>, ordinal: usize, owner: &Owner) {
    let ticket = key.ticket;
    row.int("number", key.number);
    row.int("ordinal", i64::try_from(ordinal).unwrap_or(i64::MAX));
    row.str("source", key.source);
    row.text("channel", ticket.channel.as_deref());
    row.text("brand", ticket.brand.as_deref());
    row.text("product", ticket.product.as_deref());
    row.text("language", ticket.language.as_deref());
    row.str("direction", direction_name(ticket.direction));
    row.time("created_at", Some(ticket.created_at));
    row.text("excluded", ticket.excluded.map(|excluded| excluded.name()));
    row.owner(owner);
}

fn turn_row(mut row: Writer<'_>, key: Key<'_>, ordinal: usize, turn: &Turn) {
    common(&mut row, key, ordinal, &turn.owner);
    row.time("started_at", Some(turn.started_at));
    row.time("last_message_at", Some(turn.last_message_at));
    row.time("replied_at", turn.replied_at);
    row.time("replied_any_at", turn.replied_any_at);
    row.time("ended_at", turn.ended_at);
    row.str("outcome", turn.outcome.name());
    row.flag("starts_session", turn.starts_session);
    row.int("messages", turn.messages);
    for wait in [turn.wait, turn.wait_from_last, turn.wait_uncancelled] {
        row.measure(wait);
    }
    row.end();
}

fn span_row(mut row: Writer<'_>, key: Key<'_>, ordinal: usize, span: &Span) {
    common(&mut row, key, ordinal, &span.owner);
    row.time("started_at", Some(span.started_at));
    row.time("ended_at", span.ended_at);
    row.str("status", span.status.name());
    row.flag("is_backlog", span.status.is_backlog());
    row.end();
}

fn clock_row(mut row: Writer<'_>, key: Key<'_>, ordinal: usize, clock: &SlaClock) {
    common(&mut row, key, ordinal, &clock.owner);
    row.str("clock", clock.clock.name());
    row.str("policy", &clock.policy);
    row.str("policy_version", &clock.policy_version);
    row.str("calendar", &clock.calendar);
    row.int("target_us", clock.target_us);
    row.time("applied_at", Some(clock.applied_at));
    row.time("started_at", Some(clock.started_at));
    row.time("stopped_at", clock.stopped_at);
    row.str("state", clock.state.name());
    row.int("elapsed_us", clock.elapsed_us);
    row.int("paused_us", clock.paused_us);
    row.int("illegitimate_paused_us", clock.illegitimate_paused_us);
    row.time("due_at", clock.due_at);
    row.time("breached_at", clock.breached_at);
    row.micros("overrun_us", clock.overrun_us);
    row.end();
}

fn touch_row(mut row: Writer<'_>, key: Key<'_>, ordinal: usize, touch: &Touch) {
    common(&mut row, key, ordinal, &touch.owner);
    row.time("at", Some(touch.at));
    row.str("kind", touch.deed.name());
    row.flag("human", touch.human);
    row.micros("effort_us", touch.effort_us);
    row.time("reopened_at", touch.reopened_at);
    row.end();
}

fn rating_row(mut row: Writer<'_>, key: Key<'_>, ordinal: usize, rating: &Rating) {
    let points = |score: Score| f64::from(score.thousandths()) / 1000.0;
    common(&mut row, key, ordinal, &rating.owner);
    row.time("offered_at", rating.offered_at);
    row.time("rated_at", rating.rated_at);
    row.time("solved_at", rating.solved_at);
    row.float("score", rating.score.map(points));
    row.float("scale_min", rating.scale.map(|(min, _)| points(min)));
    row.float("scale_max", rating.scale.map(|(_, max)| points(max)));
    row.text("box", rating.rating_box.map(|rating| rating.name()));
    row.text("answer_changed", rating.answer_changed);
    row.text("suspicious", rating.suspicious);
    row.text("assignee", rating.assignee.as_deref());
    row.end();
}

impl Writer<'_> {
    /// The four columns of an owner.
    #[inline]
    fn owner(&mut self, owner: &Owner) {
        self.next_text(owner.agent.as_deref());
        self.next_text(owner.group.as_deref());
        self.next_text(owner.priority.as_deref());
        self.next_text(owner.kind.as_deref());
    }

    /// The two columns of a duration.
    #[inline]
    fn measure(&mut self, measure: Measure) {
        self.next_micros(measure.us);
        self.next_micros(measure.business_us);
    }
}
