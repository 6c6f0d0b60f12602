//! Runners on real stores.

mod failing;
mod leading;
mod stopping;
mod support;
