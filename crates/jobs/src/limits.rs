//! Every wait and bound of the jobs, in one place.

use std::time::Duration;

/// Length of the lease: so long after a process died another one takes over.
pub const LEASE: Duration = Duration::from_secs(15);
/// How often in its length the lease is renewed, and asked for while another process has it.
pub const RENEWALS: u32 = 4;
/// How often a worker looks what was asked of it, and notes how far it got.
pub const LOOK_EVERY: Duration = Duration::from_secs(2);
/// A run that takes longer is noted while it runs, not only when it has done something.
pub const NOTE_AFTER: Duration = Duration::from_millis(500);
/// A job that looks less often than this has each run noted, even those that find nothing to do.
pub const NOTE_EVERY: Duration = Duration::from_secs(60);
/// How long jobs may go on once the process was told to stop.
pub const STOP_TIMEOUT: Duration = Duration::from_secs(10);
/// First wait before a failed job is tried again; it doubles with each failure.
pub const RETRY_FIRST: Duration = Duration::from_secs(1);
/// Longest wait before a failed job is tried again.
pub const RETRY_MAX: Duration = Duration::from_secs(300);
/// Failures in a row after which a job counts as failed; it is still tried, at the longest wait.
pub const RETRIES: u32 = 8;
/// Characters of a message that are kept.
pub const MESSAGE_CHARS_MAX: usize = 2_000;
/// Time between two looks for deliveries of webhooks to be mapped.
pub const DELIVERIES_EVERY: Duration = Duration::from_millis(250);
/// How long a run that mapped some waits for more.
pub const DELIVERIES_LINGER: Duration = Duration::from_secs(2);
/// How long a run goes on at most while deliveries keep coming; the next follows at once.
pub const DELIVERIES_RUN: Duration = Duration::from_secs(600);
/// Deliveries mapped at a time.
pub const DELIVERIES_GROUP: u32 = 500;
