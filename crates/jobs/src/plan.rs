//! When a job runs next: a pure function of how it went.

use crate::limits::{RETRIES, RETRY_FIRST, RETRY_MAX};
use std::time::Duration;
use store::JobState;

/// How often a job looks whether there is something to do, how long a run may take, and how it is
/// tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// From the end of a run to the next.
    pub every: Duration,
    /// Longest time of a run.
    pub timeout: Duration,
    /// Failures in a row before it counts as failed.
    pub retries: u32,
    /// First wait before it is tried again.
    pub retry_first: Duration,
    /// Longest wait before it is tried again.
    pub retry_max: Duration,
}

impl Plan {
    /// A plan with the usual retries.
    pub const fn new(every: Duration, timeout: Duration) -> Self {
        Self { every, timeout, retries: RETRIES, retry_first: RETRY_FIRST, retry_max: RETRY_MAX }
    }
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Well,
    Badly,
    /// The process was told to stop.
    Stopped,
}

/// How a job stands after a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Next {
    pub(crate) state: JobState,
    /// Failures in a row.
    pub(crate) attempts: u32,
    /// From now to the next run.
    pub(crate) after: Duration,
}

/// What follows a run, after so many failures before it. `chance` is from 0 to 1: it spreads the
/// retries of jobs that failed together.
pub(crate) fn next(plan: &Plan, attempts: u32, end: End, chance: f64) -> Next {
    match end {
        End::Well => Next { state: JobState::Idle, attempts: 0, after: plan.every },
        End::Stopped => Next { state: JobState::Idle, attempts, after: Duration::ZERO },
        End::Badly => {
            let attempts = attempts.saturating_add(1);
            if attempts > plan.retries {
                let after = plan.retry_max.max(plan.every);
                return Next { state: JobState::Failed, attempts, after };
            }
            let doubled = 2_u32.saturating_pow(attempts - 1);
            let longest = plan.retry_first.saturating_mul(doubled).min(plan.retry_max);
            // Between half and all of it.
            let after = longest.mul_f64(0.5 + chance.clamp(0.0, 1.0) / 2.0);
            Next { state: JobState::Waiting, attempts, after }
        }
    }
}

/// How long a job that was due at an instant waits at most: a clock that went back must not put it
/// off for longer than it would wait anyway.
pub(crate) fn until(plan: &Plan, due_us: Option<i64>, now_us: i64) -> Duration {
    let left_us = due_us.map_or(0, |due| due.saturating_sub(now_us)).max(0);
    Duration::from_micros(left_us.unsigned_abs()).min(plan.every.max(plan.retry_max))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAN: Plan = Plan {
        every: Duration::from_secs(60),
        timeout: Duration::from_secs(600),
        retries: 4,
        retry_first: Duration::from_secs(1),
        retry_max: Duration::from_secs(6),
    };

    /// State, failures, and wait in milliseconds.
    fn failed(attempts: u32, chance: f64) -> (JobState, u32, u128) {
        let next = next(&PLAN, attempts, End::Badly, chance);
        (next.state, next.attempts, next.after.as_millis())
    }

    #[test]
    fn waits_double_up_to_the_longest() {
        assert_eq!(failed(0, 1.0), (JobState::Waiting, 1, 1000));
        assert_eq!(failed(1, 1.0), (JobState::Waiting, 2, 2000));
        assert_eq!(failed(2, 1.0), (JobState::Waiting, 3, 4000));
        assert_eq!(failed(3, 1.0), (JobState::Waiting, 4, 6000));
    }

    #[test]
    fn chance_takes_off_up_to_half() {
        assert_eq!(failed(2, 0.0).2, 2000);
        assert_eq!(failed(2, 0.5).2, 3000);
        assert_eq!(failed(2, 7.0).2, 4000);
    }

    #[test]
    fn after_the_last_retry_it_is_failed_and_still_tried() {
        assert_eq!(failed(4, 1.0), (JobState::Failed, 5, 60_000));
        assert_eq!(failed(u32::MAX, 1.0), (JobState::Failed, u32::MAX, 60_000));
    }

    #[test]
    fn a_good_run_forgets_failures_and_a_stopped_one_keeps_them() {
        let well = next(&PLAN, 3, End::Well, 0.0);
        assert_eq!((well.state, well.attempts, well.after), (JobState::Idle, 0, PLAN.every));
        let stopped = next(&PLAN, 3, End::Stopped, 0.0);
        assert_eq!((stopped.attempts, stopped.after), (3, Duration::ZERO));
    }

    #[test]
    fn a_clock_that_went_back_puts_nothing_off() {
        assert_eq!(until(&PLAN, None, 5), Duration::ZERO);
        assert_eq!(until(&PLAN, Some(4), 5), Duration::ZERO);
        assert_eq!(until(&PLAN, Some(7), 5), Duration::from_micros(2));
        assert_eq!(until(&PLAN, Some(i64::MAX), 5), PLAN.every);
    }
}
