//! Events as flat rows, for oracles: plain SQL that knows nothing of the fold.

use event::{Change, EscalationKind, Event, Kind, Score, Visibility};
use serde::Serialize;

/// One event as one flat row of the oracle's table `events`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Raw {
    /// The connection.
    pub source: String,
    /// The event's id.
    pub id: String,
    /// The ticket's external id.
    pub ticket: String,
    /// When it happened, UTC microseconds.
    pub at: i64,
    /// When it was learnt, UTC microseconds.
    pub seen: i64,
    /// Who did it.
    pub actor: Option<String>,
    /// requester, agent, bot or system, as they were then.
    pub role: &'static str,
    /// The event's type, without the prefix.
    pub kind: &'static str,
    /// Whether the customer can read it (messages only).
    pub public: Option<bool>,
    /// Whether a rule sent it (messages only).
    pub automated: Option<bool>,
    /// The status, priority, type, policy, calendar, link or other ticket the event names.
    pub value: Option<String>,
    /// The channel (creation and messages).
    pub channel: Option<String>,
    /// The requester (creation only).
    pub requester: Option<String>,
    /// The agent it names.
    pub agent: Option<String>,
    /// The group it names.
    pub group: Option<String>,
    /// Score of a rating, seconds of work, tier of an escalation.
    pub number: Option<f64>,
}

impl From<&Event> for Raw {
    fn from(event: &Event) -> Self {
        let entry = &event.entry;
        let mut raw = Self {
            source: event.source.to_string(),
            id: entry.id.to_string(),
            ticket: event.ticket.to_string(),
            at: entry.at.micros(),
            seen: entry.seen.micros(),
            actor: entry.actor.id.as_ref().map(ToString::to_string),
            role: entry.actor.role.name(),
            ..Self::default()
        };
        raw.describe(&entry.kind);
        raw
    }
}

impl Raw {
    fn describe(&mut self, kind: &Kind) {
        let text = |text: &event::Text| Some(text.to_string());
        let optional = |text: &Option<event::Text>| text.as_ref().map(ToString::to_string);
        let set = |change: &Change| match change {
            Change::Set(value) => Some(value.to_string()),
            Change::Keep | Change::Clear => None,
        };
        match kind {
            Kind::Created(created) => {
                self.kind = "created";
                self.channel = optional(&created.channel);
                self.requester = optional(&created.requester);
                self.agent = optional(&created.agent);
                self.group = optional(&created.group);
                self.value = optional(&created.priority);
            }
            Kind::Message(message) => {
                self.kind = "message";
                self.public = Some(message.visibility == Visibility::Public);
                self.automated = Some(message.automated);
                self.channel = optional(&message.channel);
                self.number = message.sentiment.map(number);
            }
            Kind::Status { status, .. } => {
                self.kind = "status";
                self.value = Some(status.name().to_owned());
            }
            Kind::Assigned { agent, group } => {
                self.kind = "assigned";
                self.agent = set(agent);
                self.group = set(group);
            }
            Kind::Priority(value) => (self.kind, self.value) = ("priority", optional(value)),
            Kind::Type(value) => (self.kind, self.value) = ("type", optional(value)),
            Kind::Tags(_) => self.kind = "tags",
            Kind::Field { name, .. } => (self.kind, self.value) = ("field", text(name)),
            Kind::Escalated { kind, tier } => {
                self.kind = "escalated";
                self.value = Some(
                    match kind {
                        EscalationKind::Functional => "functional",
                        EscalationKind::Hierarchical => "hierarchical",
                    }
                    .to_owned(),
                );
                self.number = tier.map(f64::from);
            }
            Kind::Merged { into } => (self.kind, self.value) = ("merged", text(into)),
            Kind::Split { from } => (self.kind, self.value) = ("split", text(from)),
            Kind::Linked { to, .. } => (self.kind, self.value) = ("linked", text(to)),
            Kind::Sla(value) => (self.kind, self.value) = ("sla", optional(value)),
            Kind::Schedule(value) => (self.kind, self.value) = ("schedule", optional(value)),
            Kind::CsatOffered => self.kind = "csat_offered",
            Kind::Rated { score, agent, .. } => {
                self.kind = "rated";
                self.number = Some(number(*score));
                self.agent = optional(agent);
            }
            Kind::Worked { agent, seconds } => {
                self.kind = "worked";
                self.agent = optional(agent);
                self.number = u32::try_from(*seconds).ok().map(f64::from);
            }
            Kind::Redacted => self.kind = "redacted",
        }
    }
}

fn number(score: Score) -> f64 {
    f64::from(score.thousandths()) / 1000.0
}
