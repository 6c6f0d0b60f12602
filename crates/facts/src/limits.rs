//! Every limit of this room, quoted in the issue that it causes.

/// Business calendars in the policies.
pub const CALENDARS_MAX: usize = 10_000;

/// SLA policies.
pub const SLA_POLICIES_MAX: usize = 1_000;

/// Versions of one SLA policy.
pub const SLA_VERSIONS_MAX: usize = 1_000;

/// Longest target of an SLA clock, in seconds: ten years of 366 days.
pub const TARGET_SECS_MAX: i64 = 10 * 366 * 86_400;

/// Longest gap within a session and longest tail, in minutes: a week.
pub const SESSION_MINUTES_MAX: u32 = 7 * 24 * 60;

/// How long after a ticket's creation a message of its creator still belongs to the creation, in
/// microseconds: vendors write the ticket and its first message as two records.
pub const CREATION_MESSAGE_US: i64 = 2_000_000;

/// How far in the future an event may lie when we learn of it before its clock is called skewed,
/// in microseconds.
pub const CLOCK_SKEW_US: i64 = 5 * 60 * 1_000_000;

/// A rating that comes this soon after its offer, or after a different one, is no person's; in
/// microseconds.
pub const RATING_TOO_FAST_US: i64 = 5_000_000;
