//! What can happen to a ticket, and when.
//!
//! This room holds the vocabulary every other room speaks: the [`Event`] and its [`Kind`], the
//! [`Actor`] with the role it had *then*, the [`Instant`] in UTC microseconds, the business
//! [`calendar`], and the [`clock`] trait that is the only way to learn the present.
//!
//! Arrows: none; every other room may use this one.
//! Must not know: async, I/O, Arrow, any vendor's words.
//! Start reading at [`Event`].

pub mod actor;
pub mod calendar;
pub mod clock;
pub mod cloudevents;
pub mod ics;
pub mod kind;
pub mod limits;
mod model;
mod suggest;
pub mod time;

pub use actor::{Actor, Role};
pub use clock::{Clock, FixedClock, SystemClock};
pub use kind::{
    Change, Created, Direction, EscalationKind, Kind, Message, Score, Status, Tags, Visibility,
};
pub use model::{Entry, Event, Extra};
pub use time::Instant;

/// A short owned string; up to 24 bytes live inline, which covers nearly every id and name.
pub type Text = compact_str::CompactString;
