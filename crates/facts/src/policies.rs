//! What a support team has agreed on: calendars, SLA policies, sessions, effort, roles, topic.

mod check;
mod time;

use event::calendar::CalendarSpec;
use event::{Role, Text};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

pub use time::{Moment, Target};

/// The name that stands for the calendar clock wherever a calendar can be named.
pub const ALWAYS: &str = "24x7";

/// The key of a target that holds for every priority without its own.
pub const DEFAULT_PRIORITY: &str = "default";

/// Everything besides a ticket's history that its facts depend on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Policies {
    /// Business calendars, referred to by name.
    pub calendars: Vec<CalendarSpec>,
    /// The calendar of a ticket to which no `schedule` event applied another.
    pub default_calendar: Option<String>,
    /// SLA policies; the first that matches a ticket applies.
    pub sla: Vec<SlaPolicy>,
    /// What a session is.
    pub sessions: Sessions,
    /// How effort is estimated where nobody booked it.
    pub effort: Effort,
    /// What people were when: overrides the role that an event carries.
    #[schema(value_type = BTreeMap<String, Vec<RoleTerm>>)]
    pub roles: BTreeMap<Text, Vec<RoleTerm>>,
    /// The custom field that says what a ticket is about.
    pub topic_field: Option<String>,
}

/// A named promise, in its versions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SlaPolicy {
    /// The name by which `sla` events and answers refer to it.
    pub name: String,
    /// Its versions, at most one valid at any instant.
    pub versions: Vec<SlaVersion>,
}

/// One version of an SLA policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SlaVersion {
    /// What the version is called in the tables; its `from`, or `1`, where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// First instant it is valid; from the beginning of time where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Moment>,
    /// First instant it is no longer valid; for ever where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Moment>,
    /// What the ticket must be: every facet one of its values.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub when: BTreeMap<String, OneOrMany>,
    /// The calendar its clocks run on: a name, `24x7`, or the ticket's own where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<String>,
    /// The statuses that pause the net resolution clock.
    #[serde(default = "default_pause")]
    pub pause: Vec<Pause>,
    /// The targets by clock.
    pub targets: BTreeMap<ClockKind, Targets>,
}

fn default_pause() -> Vec<Pause> {
    vec![Pause::Pending]
}

/// One value, or several of which any will do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(untagged)]
pub enum OneOrMany {
    /// Exactly this.
    #[schema(value_type = String)]
    One(Text),
    /// Any of these.
    #[schema(value_type = Vec<String>)]
    Many(Vec<Text>),
}

impl OneOrMany {
    /// The values as a slice.
    pub fn values(&self) -> &[Text] {
        match self {
            Self::One(value) => std::slice::from_ref(value),
            Self::Many(values) => values,
        }
    }
}

/// The targets of one clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(untagged)]
pub enum Targets {
    /// The same for every priority.
    Every(Target),
    /// By priority; the key `default` is for all others.
    #[schema(value_type = BTreeMap<String, Target>)]
    ByPriority(BTreeMap<Text, Target>),
}

impl Targets {
    /// The target for that priority, in microseconds.
    pub fn micros(&self, priority: Option<&str>) -> Option<i64> {
        match self {
            Self::Every(target) => Some(target.micros()),
            Self::ByPriority(targets) => priority
                .and_then(|priority| targets.get(priority))
                .or_else(|| targets.get(DEFAULT_PRIORITY))
                .map(Target::micros),
        }
    }
}

/// A status that pauses a clock.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Pause {
    /// Waiting for the customer.
    Pending,
    /// Waiting for a third party.
    OnHold,
}

/// The eight SLA clocks (M28).
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ClockKind {
    /// From the customer's first contact to the first human reply.
    FirstReply,
    /// From the oldest unanswered customer message to the next human reply.
    NextReply,
    /// From one public agent message to the next.
    PeriodicUpdate,
    /// The same, paused while pending.
    PausableUpdate,
    /// Time in new, open and on hold.
    RequesterWait,
    /// Time in new and open.
    AgentWork,
    /// From creation to the solve.
    TotalResolution,
    /// The same, paused in the policy's pause statuses.
    NetResolution,
}

impl ClockKind {
    /// Every clock.
    pub const ALL: [Self; 8] = [
        Self::FirstReply,
        Self::NextReply,
        Self::PeriodicUpdate,
        Self::PausableUpdate,
        Self::RequesterWait,
        Self::AgentWork,
        Self::TotalResolution,
        Self::NetResolution,
    ];

    /// Its name in policies and tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::FirstReply => "first_reply",
            Self::NextReply => "next_reply",
            Self::PeriodicUpdate => "periodic_update",
            Self::PausableUpdate => "pausable_update",
            Self::RequesterWait => "requester_wait",
            Self::AgentWork => "agent_work",
            Self::TotalResolution => "total_resolution",
            Self::NetResolution => "net_resolution",
        }
    }
}

/// What a session is: a stretch of conversation that is one contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Sessions {
    /// Minutes of silence after which a customer's message starts a new session.
    pub gap_minutes: u32,
    /// The channels on which silence ends a session; elsewhere only solving does.
    #[schema(value_type = Vec<String>)]
    pub channels: Vec<Text>,
}

impl Default for Sessions {
    fn default() -> Self {
        let channels = ["chat", "messaging", "social"].map(Text::const_new).to_vec();
        Self { gap_minutes: 30, channels }
    }
}

/// How effort is estimated from an agent's events on a ticket (M12, fallback 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Effort {
    /// Events of one agent less than this many minutes apart are one session.
    pub gap_minutes: u32,
    /// Minutes added to each session for what follows its last event.
    pub tail_minutes: u32,
}

impl Default for Effort {
    fn default() -> Self {
        Self { gap_minutes: 15, tail_minutes: 2 }
    }
}

/// A role somebody had for a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleTerm {
    /// First instant; from the beginning of time where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Moment>,
    /// First instant no longer; for ever where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Moment>,
    /// The role.
    pub role: Role,
}

/// One thing wrong with the policies, with the place to look and the way to mend it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct PolicyIssue {
    /// A stable word for the kind of problem, for example `unknown_calendar`.
    pub code: &'static str,
    /// Where, for example `sla[2].versions[0].calendar`.
    pub place: String,
    /// What is wrong, in one sentence.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl fmt::Display for PolicyIssue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)?;
        match &self.hint {
            Some(hint) => write!(f, " (hint: {hint})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for PolicyIssue {}

impl Policies {
    /// Everything that is wrong, all at once; empty where the policies can be used.
    pub fn check(&self) -> Vec<PolicyIssue> {
        check::check(self)
    }

    /// A hash of the policies' content: equal policies have equal digests on every machine.
    pub fn digest(&self) -> String {
        let json = serde_json::to_vec(self).expect("policies are maps with text keys");
        format!("{:032x}", xxhash_rust::xxh3::xxh3_128(&json))
    }
}
