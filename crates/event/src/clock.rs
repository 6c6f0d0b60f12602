//! The only way to learn what time it is: a [`Clock`] handed in from outside.

use crate::Instant;
use std::fmt::Debug;

/// Tells the present. Injected everywhere, so that a test can hold or move it.
pub trait Clock: Debug + Send + Sync {
    /// The current instant.
    fn now(&self) -> Instant;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Instant {
        #[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
        let now = jiff::Timestamp::now();
        now.into()
    }
}

/// A clock that stands still, for tests and for reproducing an answer.
#[derive(Clone, Copy, Debug)]
pub struct FixedClock(pub Instant);

impl Clock for FixedClock {
    fn now(&self) -> Instant {
        self.0
    }
}
