//! Runs questions.

mod answer;
pub mod error;
pub mod export;
pub mod function;
pub mod interval;
pub mod limits;
mod session;
mod tables;
