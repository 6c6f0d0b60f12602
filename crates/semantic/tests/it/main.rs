//! Tests of the compiler from outside: questions in, plans run on small tables.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "random rows hold small numbers"
)]

#[cfg(test)]
mod check;
#[cfg(test)]
mod generated;
#[cfg(test)]
mod issues;
#[cfg(test)]
mod normal;
#[cfg(test)]
mod rows;
#[cfg(test)]
mod support;
#[cfg(test)]
mod times;
