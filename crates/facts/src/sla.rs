//! SLA policies at work: which one applies, and the clocks it sets running (M28).

mod book;
mod clocks;
mod live;

pub(crate) use book::{Book, Traits};
pub(crate) use clocks::Clocks;
