//! What the fold makes of a ticket: its facts and its child rows, before they become Arrow.

use crate::durations::{NEXT_REPLY, Point, RULES};
use crate::policies::ClockKind;
use crate::status::State;
use event::{Direction, Instant, Role, Text};
use std::collections::BTreeMap;

/// Everything folded from one ticket's timeline.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// The row of the ticket itself.
    pub ticket: TicketFacts,
    /// Customer turns, by start.
    pub turns: Vec<Turn>,
    /// Intervals of unchanged status and owner; they tile `[created_at, ∞)`.
    pub spans: Vec<Span>,
    /// SLA clock instances, by kind and start.
    pub clocks: Vec<SlaClock>,
    /// Deeds of agents, by time.
    pub touches: Vec<Touch>,
    /// Satisfaction offers, by time.
    pub ratings: Vec<Rating>,
}

/// Who and what a ticket belonged to at some moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Owner {
    /// The agent.
    pub agent: Option<Text>,
    /// The group.
    pub group: Option<Text>,
    /// The priority.
    pub priority: Option<Text>,
    /// The type.
    pub kind: Option<Text>,
}

impl Owner {
    /// The same, credited to another agent.
    pub(crate) fn credited(&self, agent: Option<Text>) -> Self {
        Self { agent, ..self.clone() }
    }
}

/// A length of time on both clocks, in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Measure {
    /// On the calendar clock; absent where an end never came or the ends are out of order.
    pub us: Option<i64>,
    /// On the business clock; absent also where no calendar was in force throughout.
    pub business_us: Option<i64>,
}

/// Why a ticket is not in the default population.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exclusion {
    /// It goes on as another ticket.
    Merged,
    /// It was thrown away.
    Deleted,
    /// It is junk.
    Spam,
    /// It is a test.
    Test,
}

impl Exclusion {
    /// Its name in the tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Merged => "merged",
            Self::Deleted => "deleted",
            Self::Spam => "spam",
            Self::Test => "test",
        }
    }
}

/// Something odd about a ticket's history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anomaly {
    /// It was solved before anybody replied to the waiting customer.
    SolvedBeforeReply,
    /// Something happened on it before it was created.
    EventBeforeCreated,
    /// An interval from the creation ended before it; its duration is absent.
    NegativeDuration,
    /// An event lay in the future when we learnt of it.
    ClockSkew,
    /// No creation was seen.
    CreationMissing,
    /// More than one creation was seen; the first counts.
    CreatedTwice,
    /// A calendar was applied that the policies don't know.
    UnknownCalendar,
    /// A rating scale that ends before it starts.
    BadScale,
}

impl Anomaly {
    /// Every anomaly.
    pub const ALL: [Self; 8] = [
        Self::SolvedBeforeReply,
        Self::EventBeforeCreated,
        Self::NegativeDuration,
        Self::ClockSkew,
        Self::CreationMissing,
        Self::CreatedTwice,
        Self::UnknownCalendar,
        Self::BadScale,
    ];

    /// Its name in the tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SolvedBeforeReply => "solved_before_reply",
            Self::EventBeforeCreated => "event_before_created",
            Self::NegativeDuration => "negative_duration",
            Self::ClockSkew => "clock_skew",
            Self::CreationMissing => "creation_missing",
            Self::CreatedTwice => "created_twice",
            Self::UnknownCalendar => "unknown_calendar",
            Self::BadScale => "bad_scale",
        }
    }
}

/// A set of anomalies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Anomalies(u16);

impl Anomalies {
    /// Adds one.
    pub const fn add(&mut self, anomaly: Anomaly) {
        self.0 |= 1 << anomaly as u16;
    }

    /// Whether there are none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Those in the set, in the order of [`Anomaly::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Anomaly> {
        Anomaly::ALL.into_iter().filter(move |anomaly| self.0 & (1 << *anomaly as u16) != 0)
    }
}

/// The instants between which durations run; see [`Point`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Points([Option<Instant>; Point::COUNT]);

impl Points {
    /// The instant of a point, if it came.
    pub const fn get(&self, point: Point) -> Option<Instant> {
        self.0[point as usize]
    }

    /// Sets a point, whatever it was.
    pub(crate) const fn set(&mut self, point: Point, at: Option<Instant>) {
        self.0[point as usize] = at;
    }

    /// Sets a point that had not come yet; says whether it did.
    pub(crate) const fn first(&mut self, point: Point, at: Instant) -> bool {
        let absent = self.0[point as usize].is_none();
        if absent {
            self.0[point as usize] = Some(at);
        }
        absent
    }
}

/// The facts of a ticket that fill its row in `tickets`; the schema says what each means.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the schema holds the meaning of every column of this row")]
pub struct TicketFacts {
    pub created_at: Instant,
    pub created_by_role: Option<Role>,
    pub direction: Direction,
    pub channel: Option<Text>,
    pub requester: Option<Text>,
    pub account: Option<Text>,
    pub brand: Option<Text>,
    pub product: Option<Text>,
    pub language: Option<Text>,
    pub topic: Option<Text>,
    pub parent: Option<Text>,
    pub calendar: Option<Text>,
    pub sla_policy: Option<Text>,
    pub status: State,
    pub vendor_status: Option<Text>,
    pub excluded: Option<Exclusion>,
    pub tags: Vec<Text>,
    pub fields: BTreeMap<Text, Text>,
    pub anomalies: Anomalies,
    pub moments: Moments,
    pub times: Times,
    pub points: Points,
    pub durations: [Measure; RULES.len()],
    pub next_reply: [Measure; NEXT_REPLY.len()],
    pub first_reply_last_schedule_us: Option<i64>,
    pub full_resolution_last_schedule_us: Option<i64>,
    pub counts: Counts,
    pub flags: Flags,
    pub merged_into: Option<Text>,
    pub issue: Text,
}

impl TicketFacts {
    /// The duration of that name; see [`RULES`].
    pub fn duration(&self, name: &str) -> Option<Measure> {
        RULES.iter().position(|rule| rule.name == name).map(|at| self.durations[at])
    }
}

impl Default for TicketFacts {
    fn default() -> Self {
        Self {
            created_at: Instant::from_micros(0),
            created_by_role: None,
            direction: Direction::Inbound,
            channel: None,
            requester: None,
            account: None,
            brand: None,
            product: None,
            language: None,
            topic: None,
            parent: None,
            calendar: None,
            sla_policy: None,
            status: State::New,
            vendor_status: None,
            excluded: None,
            tags: Vec::new(),
            fields: BTreeMap::new(),
            anomalies: Anomalies::default(),
            moments: Moments::default(),
            times: Times::default(),
            points: Points::default(),
            durations: [Measure::default(); RULES.len()],
            next_reply: [Measure::default(); NEXT_REPLY.len()],
            first_reply_last_schedule_us: None,
            full_resolution_last_schedule_us: None,
            counts: Counts::default(),
            flags: Flags::default(),
            merged_into: None,
            issue: Text::const_new(""),
        }
    }
}

/// Owner, priority and type as they were at six moments.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(missing_docs, reason = "the schema holds the meaning of every column of this row")]
pub struct Moments {
    pub current: Owner,
    pub created: Owner,
    pub first_reply: Owner,
    pub first_solve: Owner,
    pub solve: Owner,
    pub rated: Owner,
}

/// The instants of a ticket that are no ends of durations.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the schema holds the meaning of every column of this row")]
pub struct Times {
    pub first_seen_at: Instant,
    pub last_seen_at: Instant,
    pub last_event_at: Instant,
    pub waiting_since: Option<Instant>,
    pub last_customer_at: Option<Instant>,
    pub last_agent_at: Option<Instant>,
    pub closed_at: Option<Instant>,
    pub first_reopened_at: Option<Instant>,
    pub first_escalated_at: Option<Instant>,
    pub first_transferred_at: Option<Instant>,
    pub rated_at: Option<Instant>,
}

impl Default for Times {
    fn default() -> Self {
        let zero = Instant::from_micros(0);
        Self {
            first_seen_at: zero,
            last_seen_at: zero,
            last_event_at: zero,
            waiting_since: None,
            last_customer_at: None,
            last_agent_at: None,
            closed_at: None,
            first_reopened_at: None,
            first_escalated_at: None,
            first_transferred_at: None,
            rated_at: None,
        }
    }
}

/// What is counted on a ticket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the schema holds the meaning of every column of this row")]
pub struct Counts {
    pub turns: i64,
    pub sessions: i64,
    pub contacts: i64,
    pub agent_replies: i64,
    pub agent_replies_with_creation: i64,
    pub agent_replies_collapsed: i64,
    pub customer_messages: i64,
    pub customer_messages_after_creation: i64,
    pub internal_notes: i64,
    pub bot_messages: i64,
    pub participants: i64,
    pub solves: i64,
    pub closes: i64,
    pub reopens: i64,
    pub transfers: i64,
    pub agent_changes: i64,
    pub group_changes: i64,
    pub escalations_functional: i64,
    pub escalations_hierarchical: i64,
    pub worked_us: i64,
    pub estimated_us: i64,
}

/// What is true of a ticket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the schema holds the meaning of every column of this row")]
pub struct Flags {
    pub is_solved: bool,
    pub ever_pending: bool,
    pub ever_on_hold: bool,
    pub auto_closed: bool,
    pub bot_only: bool,
    pub bot_involved: bool,
    pub agent_created: bool,
    pub reassigned_first_last: bool,
    pub resolved_first_contact: bool,
}

/// How a customer turn ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A human replied.
    Answered,
    /// The ticket was solved, deleted or merged before anybody replied.
    Cancelled,
    /// The customer waits.
    Waiting,
}

impl Outcome {
    /// Its name in the tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Cancelled => "cancelled",
            Self::Waiting => "waiting",
        }
    }
}

/// A customer turn: from the first unanswered customer message to the reply.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the schema holds the meaning of every column of this row")]
pub struct Turn {
    pub owner: Owner,
    pub started_at: Instant,
    pub last_message_at: Instant,
    pub replied_at: Option<Instant>,
    pub replied_any_at: Option<Instant>,
    pub ended_at: Option<Instant>,
    pub outcome: Outcome,
    pub starts_session: bool,
    pub messages: i64,
    pub wait: Measure,
    pub wait_from_last: Measure,
    pub wait_uncancelled: Measure,
}

/// An interval of unchanged status and owner.
#[derive(Clone, Debug, PartialEq)]
pub struct Span {
    /// The owner throughout.
    pub owner: Owner,
    /// Start.
    pub started_at: Instant,
    /// End, exclusive; absent on the last.
    pub ended_at: Option<Instant>,
    /// The status throughout.
    pub status: State,
}

/// The state of an SLA clock instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockState {
    /// It counts.
    Running,
    /// It waits for a status that counts.
    Paused,
    /// It stopped within its target.
    Met,
    /// It passed its target.
    Breached,
    /// It was called off.
    Cancelled,
}

impl ClockState {
    /// Its name in the tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Met => "met",
            Self::Breached => "breached",
            Self::Cancelled => "cancelled",
        }
    }
}

/// An SLA clock instance.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the schema holds the meaning of every column of this row")]
pub struct SlaClock {
    pub owner: Owner,
    pub clock: ClockKind,
    pub policy: Text,
    pub policy_version: Text,
    pub calendar: Text,
    pub target_us: i64,
    pub applied_at: Instant,
    pub started_at: Instant,
    pub stopped_at: Option<Instant>,
    pub state: ClockState,
    pub elapsed_us: i64,
    pub paused_us: i64,
    pub illegitimate_paused_us: i64,
    pub due_at: Option<Instant>,
    pub breached_at: Option<Instant>,
    pub overrun_us: Option<i64>,
    /// The stretches it went through; their counted time adds up to `elapsed_us`.
    pub runs: Vec<ClockRun>,
}

/// A stretch of an SLA clock on one calendar, all of it counted or all of it paused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockRun {
    /// Start.
    pub from: Instant,
    /// End, exclusive.
    pub to: Instant,
    /// The ticket's status in it.
    pub status: State,
    /// Whether it counts, is paused, or neither.
    pub mode: RunMode,
    /// The calendar: a place in the folder's list.
    pub(crate) calendar: crate::calendars::CalendarId,
}

/// What an SLA clock does in a stretch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunMode {
    /// It counts.
    Counting,
    /// It is paused.
    Paused,
    /// It neither counts nor is paused: the ticket is solved, deleted or spam.
    Suspended,
}

/// What an agent did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the schema holds the meaning of every word of this column")]
pub enum Deed {
    Reply,
    Note,
    Assign,
    Solve,
    Reopen,
    EscalateFunctional,
    EscalateHierarchical,
    TransferAgent,
    TransferGroup,
    Worked,
    Session,
}

impl Deed {
    /// Its name in the tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reply => "reply",
            Self::Note => "note",
            Self::Assign => "assign",
            Self::Solve => "solve",
            Self::Reopen => "reopen",
            Self::EscalateFunctional => "escalate_functional",
            Self::EscalateHierarchical => "escalate_hierarchical",
            Self::TransferAgent => "transfer_agent",
            Self::TransferGroup => "transfer_group",
            Self::Worked => "worked",
            Self::Session => "session",
        }
    }
}

/// A deed of an agent on the ticket.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the schema holds the meaning of every column of this row")]
pub struct Touch {
    pub owner: Owner,
    pub at: Instant,
    pub deed: Deed,
    pub human: bool,
    pub effort_us: Option<i64>,
    pub reopened_at: Option<Instant>,
}

/// Which part of its scale a rating lies in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RatingBox {
    /// The top quarter: 4 and 5 of 1 to 5.
    Good,
    /// Between.
    Neutral,
    /// The bottom quarter: 1 and 2 of 1 to 5.
    Bad,
}

impl RatingBox {
    /// Its name in the tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Neutral => "neutral",
            Self::Bad => "bad",
        }
    }
}

/// A satisfaction offer and its last answer.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(missing_docs, reason = "the schema holds the meaning of every column of this row")]
pub struct Rating {
    pub owner: Owner,
    pub offered_at: Option<Instant>,
    pub rated_at: Option<Instant>,
    pub solved_at: Option<Instant>,
    pub score: Option<event::Score>,
    pub scale: Option<(event::Score, event::Score)>,
    pub rating_box: Option<RatingBox>,
    pub answer_changed: Option<&'static str>,
    pub suspicious: Option<&'static str>,
    pub assignee: Option<Text>,
}
