//! The status a ticket is in, as the fold sees it, and sets of statuses.

use serde::{Deserialize, Serialize};

/// The status a ticket is in: the canonical ones, and merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Nobody has taken it yet.
    New,
    /// It waits for us.
    Open,
    /// It waits for the customer.
    Pending,
    /// It waits for a third party.
    OnHold,
    /// We say it is done.
    Solved,
    /// It is done and cannot come back.
    Closed,
    /// It was thrown away.
    Deleted,
    /// It was junk.
    Spam,
    /// It goes on as another ticket.
    Merged,
}

impl State {
    /// How many there are.
    pub const COUNT: usize = 9;

    /// Every one.
    pub const ALL: [Self; Self::COUNT] = [
        Self::New,
        Self::Open,
        Self::Pending,
        Self::OnHold,
        Self::Solved,
        Self::Closed,
        Self::Deleted,
        Self::Spam,
        Self::Merged,
    ];

    /// Its name in the tables.
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
            Self::Merged => "merged",
        }
    }

    /// Whether it is solved or closed.
    pub const fn is_done(self) -> bool {
        matches!(self, Self::Solved | Self::Closed)
    }

    /// Whether the ticket was taken out of the population: deleted, spam or merged.
    pub const fn is_removed(self) -> bool {
        matches!(self, Self::Deleted | Self::Spam | Self::Merged)
    }

    /// Whether a ticket in it is work to be done.
    pub const fn is_backlog(self) -> bool {
        !self.is_done() && !self.is_removed()
    }

    /// The set that holds only this.
    pub const fn set(self) -> StatusSet {
        StatusSet(1 << self as u16)
    }
}

/// A set of statuses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StatusSet(u16);

impl StatusSet {
    /// No status.
    pub const EMPTY: Self = Self(0);
    /// New.
    pub const NEW: Self = State::New.set();
    /// Open.
    pub const OPEN: Self = State::Open.set();
    /// Pending.
    pub const PENDING: Self = State::Pending.set();
    /// On hold.
    pub const ON_HOLD: Self = State::OnHold.set();

    /// Both sets together.
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether it holds `state`.
    pub const fn contains(self, state: State) -> bool {
        self.0 & state.set().0 != 0
    }
}
