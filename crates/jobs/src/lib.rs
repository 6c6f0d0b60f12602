//! What runs on its own: when, by which process, and what happens when it fails.
//!
//! A [`Runner`] takes the lease of the store, does its jobs as long as it has it, and notes in the
//! store what they came to. Several processes may each have one: only the holder of the lease
//! works, and the store refuses whatever one does that was replaced without noticing.
//!
//! Arrows: connect, store (and event).
//! Must not know: HTTP, questions.
//! Start reading at [`Runner`]; [`Job`] is what a new kind of job has to be.

mod compact;
mod deliveries;
mod error;
mod job;
pub mod limits;
mod plan;
mod retention;
mod runner;
mod seal;
mod tended;
mod term;

pub use compact::Compact;
pub use deliveries::{Deliveries, map_waiting};
pub use error::{Error, Result};
pub use job::{Job, Outcome, Work};
pub use plan::Plan;
pub use retention::Retention;
pub use runner::{Runner, Running};
pub use seal::Seal;
