//! What tests, benchmarks and the demo are made of.
//!
//! - [`builders`]: tickets written down readably, event by event.
//! - [`arb`]: arbitrary histories for property tests.
//! - [`generate`]: a seeded, realistic support desk of any size, with its policies.
//! - [`scenario`]: YAML files that state events, questions and the rows expected.
//!
//! Arrows: `event` and `facts`; the app uses it for `deskmeter generate`.
//! Must not know: the store, questions, the network, the real clock.
//! Start reading at [`builders::ticket`].

pub mod arb;
pub mod builders;
pub mod generate;
pub mod scenario;
