//! What the numbers mean: metric definitions, the question, and the compiler between them.
//!
//! A [`Question`] and a catalogue of definitions become stock DataFusion logical plans, or a list
//! of
//! [`Issue`]s with a remedy each. An [`Answer`] is what the plans' rows are written as.
//!
//! Arrows: `facts` (schemas of the fact tables) and `event`.
//! Must not know: execution, storage, HTTP.
//! Start reading at [`Question`], then [`definition`].

pub mod answer;
pub mod catalog;
mod compile;
pub mod compiled;
pub mod definition;
pub mod dimension;
pub mod filter;
pub mod issue;
pub mod limits;
mod pass;
mod plan;
pub mod question;
mod shipped;
mod sql;
pub mod statement;
pub mod statistic;
pub mod tickets;
pub mod time;
mod wire;

pub use answer::Answer;
pub use catalog::Catalog;
pub use compile::Compiler;
pub use compiled::Compiled;
pub use definition::Definition;
pub use issue::Issue;
pub use question::Question;
pub use sql::{Schemas, Tables};
pub use tickets::{Drill, Tickets};
