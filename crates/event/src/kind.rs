//! What can happen to a ticket: one variant per event type.

use crate::Text;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What happened. The wire name of each variant is `deskmeter.ticket.<snake_case>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The ticket came into being.
    Created(Box<Created>),
    /// Somebody, or something, wrote.
    Message(Message),
    /// The status changed.
    Status {
        /// The canonical status.
        status: Status,
        /// The vendor's own name for it.
        vendor: Option<Text>,
    },
    /// The owner changed.
    Assigned {
        /// The owning agent.
        agent: Change,
        /// The owning group.
        group: Change,
    },
    /// The priority changed; `None` clears it.
    Priority(Option<Text>),
    /// The type changed; `None` clears it.
    Type(Option<Text>),
    /// The tags changed.
    Tags(Tags),
    /// A custom field changed; `value: None` clears it.
    Field {
        /// The field's name.
        name: Text,
        /// Its new value.
        value: Option<Text>,
    },
    /// The ticket went up: to a higher tier, or to management.
    Escalated {
        /// Which way up.
        kind: EscalationKind,
        /// The tier it reached, where the source counts tiers.
        tier: Option<u32>,
    },
    /// This ticket was merged away.
    Merged {
        /// External id of the ticket that goes on.
        into: Text,
    },
    /// This ticket was split off another.
    Split {
        /// External id of the ticket it came from.
        from: Text,
    },
    /// This ticket was linked to another.
    Linked {
        /// `problem`, `follow_up`, `duplicate`, or the vendor's word.
        kind: Text,
        /// External id of the other ticket.
        to: Text,
    },
    /// A named SLA policy was applied by the source; `None` removes it.
    Sla(Option<Text>),
    /// A named business calendar was applied by the source; `None` removes it.
    Schedule(Option<Text>),
    /// A satisfaction survey was sent.
    CsatOffered,
    /// The customer rated the ticket.
    Rated {
        /// The rating given.
        score: Score,
        /// Lowest rating of the scale.
        scale_min: Score,
        /// Highest rating of the scale.
        scale_max: Score,
        /// The agent the customer rated, where the survey says.
        agent: Option<Text>,
    },
    /// Time was booked on the ticket.
    Worked {
        /// Who worked; the actor where absent.
        agent: Option<Text>,
        /// Effort in seconds.
        seconds: u64,
    },
    /// Content was removed from the ticket.
    Redacted,
}

impl Kind {
    /// Its wire name, without `deskmeter.ticket.`.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Created(_) => "created",
            Self::Message(_) => "message",
            Self::Status { .. } => "status",
            Self::Assigned { .. } => "assigned",
            Self::Priority(_) => "priority",
            Self::Type(_) => "type",
            Self::Tags(_) => "tags",
            Self::Field { .. } => "field",
            Self::Escalated { .. } => "escalated",
            Self::Merged { .. } => "merged",
            Self::Split { .. } => "split",
            Self::Linked { .. } => "linked",
            Self::Sla(_) => "sla",
            Self::Schedule(_) => "schedule",
            Self::CsatOffered => "csat_offered",
            Self::Rated { .. } => "rated",
            Self::Worked { .. } => "worked",
            Self::Redacted => "redacted",
        }
    }
}

/// What is known when a ticket comes into being.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Created {
    /// Channel it came through: `email`, `web`, `chat`, `phone`, `messaging`, `social`, `api`…
    pub channel: Option<Text>,
    /// The customer.
    pub requester: Option<Text>,
    /// The customer's organisation.
    pub account: Option<Text>,
    /// The brand written to.
    pub brand: Option<Text>,
    /// The product it is about.
    pub product: Option<Text>,
    /// Who reached out to whom.
    pub direction: Direction,
    /// External id of the ticket this one follows up.
    pub parent: Option<Text>,
    /// First priority.
    pub priority: Option<Text>,
    /// First type.
    #[serde(rename = "type")]
    pub kind: Option<Text>,
    /// First status; `new` where absent.
    pub status: Option<Status>,
    /// First owning group.
    pub group: Option<Text>,
    /// First owning agent.
    pub agent: Option<Text>,
    /// First tags.
    pub tags: Vec<Text>,
    /// Language of the conversation, BCP 47.
    pub language: Option<Text>,
    /// Whether it is a test, to be left out of every number.
    pub test: bool,
}

/// Who reached out to whom.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// The customer contacted us, or we noted it on their behalf.
    #[default]
    Inbound,
    /// We contacted the customer.
    Outbound,
}

/// Something written on a ticket.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// Who can read it.
    pub visibility: Visibility,
    /// Sent by a rule in somebody's name, or an auto-reply (RFC 3834 `Auto-Submitted`).
    pub automated: bool,
    /// Channel it came through, where it differs from the ticket's.
    pub channel: Option<Text>,
    /// Length in characters.
    pub length: Option<u32>,
    /// Language, BCP 47.
    pub language: Option<Text>,
    /// Sentiment from -1 to 1, where the source scored it.
    pub sentiment: Option<Score>,
    /// The text; absent unless retention allows it.
    pub text: Option<Text>,
}

/// Who can read a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// The customer can.
    #[default]
    Public,
    /// Only the team can: an internal note.
    Internal,
}

/// Canonical status. Vendors' own names map onto these in `connect`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Nobody has taken it yet.
    New,
    /// It waits for us.
    Open,
    /// It waits for the customer.
    Pending,
    /// It waits for a third party.
    #[serde(alias = "hold", alias = "on-hold", alias = "on hold")]
    OnHold,
    /// We say it is done.
    Solved,
    /// It is done and cannot come back.
    Closed,
    /// It was thrown away.
    Deleted,
    /// It was junk.
    Spam,
    /// It came back from deleted or spam, with the status it had before.
    Restored,
}

impl Status {
    /// Every status.
    pub const ALL: [Self; 9] = [
        Self::New,
        Self::Open,
        Self::Pending,
        Self::OnHold,
        Self::Solved,
        Self::Closed,
        Self::Deleted,
        Self::Spam,
        Self::Restored,
    ];

    /// Its name on the wire and in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Open => "open",
            Self::Pending => "pending",
            Self::OnHold => "on_hold",
            Self::Solved => "solved",
            Self::Closed => "closed",
            Self::Deleted => "deleted",
            Self::Spam => "spam",
            Self::Restored => "restored",
        }
    }

    /// The status of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }
}

/// Which way a ticket was escalated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EscalationKind {
    /// To a higher tier of expertise.
    Functional,
    /// To management, or to a higher priority by management.
    Hierarchical,
}

/// A new set of tags, or a change to the old one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tags {
    /// Exactly these from now on.
    Set(Vec<Text>),
    /// These added, those removed.
    Edit {
        /// Added.
        add: Vec<Text>,
        /// Removed.
        remove: Vec<Text>,
    },
}

/// What an event says of a value that may be left alone.
///
/// On the wire: absent, `null`, or a string.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Change {
    /// Nothing: the value stays.
    #[default]
    Keep,
    /// It is cleared.
    Clear,
    /// It is set.
    Set(Text),
}

/// An exact decimal with three places: ratings and sentiments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Score(i32);

impl Score {
    /// The score of `thousandths` / 1000.
    pub const fn from_thousandths(thousandths: i32) -> Self {
        Self(thousandths)
    }

    /// This score times 1000.
    pub const fn thousandths(self) -> i32 {
        self.0
    }
}

impl Serialize for Score {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0 % 1000 == 0 {
            serializer.serialize_i32(self.0 / 1000)
        } else {
            serializer.serialize_f64(f64::from(self.0) / 1000.0)
        }
    }
}

impl<'de> Deserialize<'de> for Score {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = f64::deserialize(deserializer)?;
        let scaled = (number * 1000.0).round();
        if !(-1e9..=1e9).contains(&scaled) {
            return Err(serde::de::Error::custom(format!("{number} is out of range for a score")));
        }
        #[expect(clippy::cast_possible_truncation, reason = "checked against ±1e9 above")]
        Ok(Self(scaled as i32))
    }
}
