//! Runs questions within limits, and opens their answers.
//!
//! An [`Engine`] over a store takes a `semantic::Question`, has it compiled into stock logical
//! plans, runs them over one snapshot, and puts the answer together. The same engine opens an
//! answer: the tickets behind a cell, a ticket's clocks, what late events changed.
//!
//! Arrows: semantic, store (and event, facts).
//! Must not know: YAML, HTTP, users. No other room makes a DataFusion session.
//! Start reading at [`Engine::ask`], then `tables.rs` (rows) and `answer.rs` (cells).

mod answer;
mod answers;
mod check;
mod engine;
pub mod error;
mod explain;
mod explore;
pub mod export;
pub mod function;
pub mod interval;
mod lanes;
pub mod limits;
mod oddity;
mod preferences;
mod quality;
mod restate;
mod segmented;
mod session;
mod statement;
mod tables;
mod tickets;
mod view;
mod workshop;

pub use answers::Dated;
pub use check::Checker;
pub use engine::{Engine, Settings};
pub use error::{Error, Kind};
pub use explain::TicketExplanation;
pub use explore::DimensionValue;
pub use limits::Limits;
pub use preferences::{MetricTarget, Preferences};
pub use quality::{Check, Source};
pub use restate::{Cause, CellKey, Change, LateEvent, Restatement, Why};
pub use semantic;
pub use tickets::{TicketPage, TicketRow};
