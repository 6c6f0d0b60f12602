//! The durations of a ticket as data: from where, to where, and in which statuses they count.
//!
//! One list drives the schema, the fold and the explanation, so that they cannot drift apart.

use crate::status::StatusSet;

/// A named instant in a ticket's life, from or to which durations run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Point {
    /// The ticket came into being.
    Created,
    /// The first response clock started.
    WaitStart,
    /// The customer's first contact.
    FirstCustomer,
    /// The bot handed over.
    Handoff,
    /// An agent first owned it.
    FirstAssigned,
    /// The agent who replied first came to own it.
    ReplierAssigned,
    /// The first public message of ours of any kind.
    FirstAck,
    /// The first human reply.
    FirstReply,
    /// The first public human message that is not the creation message, waited for or not.
    FirstAgentMessage,
    /// The first solve.
    FirstSolve,
    /// The last solve of a ticket that is solved now.
    LastSolve,
    /// What a human agent did last, up to the last solve of a ticket that is solved now.
    LastHumanAction,
}

impl Point {
    /// How many points there are.
    pub const COUNT: usize = 12;

    /// Every point.
    pub const ALL: [Self; Self::COUNT] = [
        Self::Created,
        Self::WaitStart,
        Self::FirstCustomer,
        Self::Handoff,
        Self::FirstAssigned,
        Self::ReplierAssigned,
        Self::FirstAck,
        Self::FirstReply,
        Self::FirstAgentMessage,
        Self::FirstSolve,
        Self::LastSolve,
        Self::LastHumanAction,
    ];

    /// Why a duration from or to a point that never came is absent.
    pub const fn missing(self) -> &'static str {
        match self {
            Self::Created => "the ticket's creation is unknown",
            Self::WaitStart => "no customer has been waiting for a first reply",
            Self::FirstCustomer => "the customer has not written",
            Self::Handoff => "no bot handed the ticket over",
            Self::FirstAssigned => "no agent has owned the ticket",
            Self::ReplierAssigned => "the agent who replied first was not its owner",
            Self::FirstAck => "nothing has been sent to the customer",
            Self::FirstReply => "no human agent has replied publicly",
            Self::FirstAgentMessage => "no human agent has written publicly after creation",
            Self::FirstSolve => "the ticket was never solved",
            Self::LastSolve => "the ticket is not solved now",
            Self::LastHumanAction => "the ticket is not solved now, or no human agent acted on it",
        }
    }
}

/// Which part of the way from one point to the other counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counts {
    /// All of it.
    All,
    /// Only while the ticket is in one of these statuses.
    Only(StatusSet),
    /// All but the time in one of these statuses.
    Without(StatusSet),
}

/// A duration: its name, its ends, and what of the time between them counts.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Column name without unit.
    pub name: &'static str,
    /// What it means, with the metric it is for.
    pub doc: &'static str,
    /// Where it starts.
    pub from: Point,
    /// Where it ends.
    pub to: Point,
    /// What counts.
    pub counts: Counts,
}

const fn rule(name: &'static str, from: Point, to: Point, doc: &'static str) -> Rule {
    Rule { name, doc, from, to, counts: Counts::All }
}

const fn resolution(name: &'static str, counts: Counts, doc: &'static str) -> Rule {
    Rule { name, doc, from: Point::Created, to: Point::LastSolve, counts }
}

const PENDING: StatusSet = StatusSet::PENDING;
const ON_HOLD: StatusSet = StatusSet::ON_HOLD;
const WORK: StatusSet = StatusSet::NEW.union(StatusSet::OPEN);

/// Every duration between two points of a ticket.
pub const RULES: &[Rule] = &[
    rule("first_ack", Point::WaitStart, Point::FirstAck, "First acknowledgement time (M02)."),
    rule("first_reply", Point::WaitStart, Point::FirstReply, "First reply time (M01)."),
    rule(
        "first_reply_from_created",
        Point::Created,
        Point::FirstAgentMessage,
        "First reply time from the ticket's creation; absent on outbound tickets.",
    ),
    rule(
        "first_reply_from_handoff",
        Point::Handoff,
        Point::FirstReply,
        "First reply time from the bot's hand-off.",
    ),
    rule(
        "first_reply_from_assignment",
        Point::ReplierAssigned,
        Point::FirstReply,
        "First reply time from the assignment to the agent who replied.",
    ),
    rule("first_resolution", Point::Created, Point::FirstSolve, "First resolution time (M08)."),
    rule(
        "first_resolution_from_message",
        Point::FirstCustomer,
        Point::FirstSolve,
        "First resolution time from the customer's first contact.",
    ),
    rule(
        "first_resolution_from_assignment",
        Point::FirstAssigned,
        Point::FirstSolve,
        "First resolution time from the first assignment to an agent.",
    ),
    rule(
        "first_resolution_from_handoff",
        Point::Handoff,
        Point::FirstSolve,
        "First resolution time from the bot's hand-off.",
    ),
    rule(
        "full_resolution",
        Point::Created,
        Point::LastSolve,
        "Full resolution time (M09); absent unless solved now.",
    ),
    rule(
        "full_resolution_from_message",
        Point::FirstCustomer,
        Point::LastSolve,
        "Full resolution time from the customer's first contact.",
    ),
    rule(
        "full_resolution_from_assignment",
        Point::FirstAssigned,
        Point::LastSolve,
        "Full resolution time from the first assignment to an agent.",
    ),
    rule(
        "full_resolution_from_handoff",
        Point::Handoff,
        Point::LastSolve,
        "Full resolution time from the bot's hand-off.",
    ),
    rule(
        "full_resolution_last_action",
        Point::Created,
        Point::LastHumanAction,
        "Full resolution time up to the last deed of a human agent before the last solve.",
    ),
    resolution(
        "net_resolution",
        Counts::Without(PENDING),
        "Net resolution time (M10): full resolution without the time pending.",
    ),
    resolution(
        "net_resolution_hold",
        Counts::Without(PENDING.union(ON_HOLD)),
        "Net resolution time without the time pending and on hold.",
    ),
    resolution(
        "requester_wait",
        Counts::Only(WORK.union(ON_HOLD)),
        "Requester wait time (M04): new, open and on hold, up to the last solve.",
    ),
    resolution(
        "waiting_on_customer",
        Counts::Only(PENDING),
        "Time waiting on the customer (M05): pending, up to the last solve.",
    ),
    resolution(
        "on_hold",
        Counts::Only(ON_HOLD),
        "Time on hold (M06): waiting on a third party, up to the last solve.",
    ),
    resolution(
        "agent_work",
        Counts::Only(WORK),
        "Agent work time by status (M07): new and open, up to the last solve.",
    ),
];

/// The three ticket values of the next reply time, taken over its answered turns.
pub const NEXT_REPLY: [(&str, &str); 3] = [
    ("next_reply_max", "Longest wait of an answered turn (M03)."),
    ("next_reply_last", "Wait of the turn answered last (M03)."),
    ("next_reply_mean", "Mean wait of the answered turns, to the microsecond (M03)."),
];
