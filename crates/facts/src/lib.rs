//! From a ticket's history to its facts.
//!
//! A ticket's timeline, put in its one order by [`timeline::arrange`], is folded in a single pass
//! by a [`Folder`], which knows the team's [`Policies`]. What comes out, [`Facts`], goes into the
//! six [fact tables](Table) through a [`TablesBuilder`]; [`Folder::explain`] draws the clocks of
//! one ticket as segments that add up to its numbers.
//!
//! Arrows: `event`. Must not know: the wall clock, files, the network, SQL.
//! Start reading at `fold.rs`; the meaning of every column is in [`schema`].
//!
//! ```
//! use event::{Actor, Entry, Instant, Kind, Role};
//!
//! let entry = |id: &str, minute: i64, role, kind| {
//!     let at = Instant::from_micros(minute * 60_000_000);
//!     let actor = Actor { role, ..Actor::default() };
//!     let id = id.into();
//!     Entry { id, sequence: None, at, seen: at, actor, kind, origin: None, extra: None }
//! };
//! let mut timeline = vec![
//!     entry("e2", 15, Role::Agent, Kind::Message(Default::default())),
//!     entry("e1", 0, Role::Requester, Kind::Created(Default::default())),
//! ];
//! facts::timeline::arrange(&mut timeline);
//! let folder = facts::Folder::new(&facts::Policies::default())?;
//! let facts = folder.fold("acme", "4711", &timeline);
//! assert_eq!(facts.ticket.duration("first_reply").unwrap().us, Some(15 * 60_000_000));
//! # Ok::<(), Vec<facts::PolicyIssue>>(())
//! ```

mod calendars;
pub mod durations;
pub mod explain;
mod facet;
pub mod facts;
mod fold;
pub mod limits;
pub mod policies;
pub mod schema;
mod sla;
pub mod status;
mod tables;
pub mod timeline;

pub use explain::Explanation;
pub use facts::Facts;
pub use fold::Folder;
pub use policies::{Policies, PolicyIssue};
pub use schema::{Column, ColumnKind, Table};
pub use tables::{FactTables, TablesBuilder};
pub use timeline::derived;
