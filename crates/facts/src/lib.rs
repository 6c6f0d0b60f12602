//! From a ticket's history to its facts.

mod calendars;
pub mod durations;
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

pub use facts::Facts;
pub use fold::Folder;
pub use policies::{Policies, PolicyIssue};
pub use schema::{Column, ColumnKind, Table};
pub use tables::{FactTables, TablesBuilder};
pub use timeline::derived;
