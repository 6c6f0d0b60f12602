//! Runs questions.

pub mod function;
pub mod limits;
