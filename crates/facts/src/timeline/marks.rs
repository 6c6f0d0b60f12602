//! Marks in the timeline column's `number` for what its words cannot say.

/// Bit of an `assigned` entry: the agent is cleared.
pub(super) const AGENT_CLEARED: i64 = 1;
/// Bit of an `assigned` entry: the group is cleared.
pub(super) const GROUP_CLEARED: i64 = 2;
