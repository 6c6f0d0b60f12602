//! From a ticket's history to its facts.

pub mod durations;
mod facet;
pub mod limits;
pub mod policies;
pub mod schema;
pub mod status;
pub mod timeline;

pub use policies::{Policies, PolicyIssue};
pub use schema::{Column, ColumnKind, Table};
