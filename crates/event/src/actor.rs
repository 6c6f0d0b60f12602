//! Who did it, and what they were at that moment.

use crate::Text;
use serde::{Deserialize, Serialize};

/// The part somebody played *when the event happened*.
///
/// Never today's role: an agent who left and became a customer keeps their old replies.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
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
pub enum Role {
    /// The customer, or anyone else on the customer's side.
    Requester,
    /// A human member of the support team.
    Agent,
    /// An automatic agent that converses.
    Bot,
    /// Triggers, automations, integrations: anything that is nobody.
    #[default]
    System,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 4] = [Self::Requester, Self::Agent, Self::Bot, Self::System];

    /// Its name on the wire and in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Requester => "requester",
            Self::Agent => "agent",
            Self::Bot => "bot",
            Self::System => "system",
        }
    }

    /// The role of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// Whether a human clock must ignore what this role says.
    pub const fn is_machine(self) -> bool {
        matches!(self, Self::Bot | Self::System)
    }
}

/// Who caused an event.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Actor {
    /// Their id in the source; absent for the system itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Text>,
    /// Their role as it was then.
    pub role: Role,
    /// The team they acted for, where the source says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<Text>,
}
