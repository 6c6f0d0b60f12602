//! The limits of a question, quoted in the issue of whoever exceeds one.

/// Metrics in one question.
pub const METRICS_MAX: usize = 20;
/// Dimensions that one question splits by.
pub const DIMENSIONS_MAX: usize = 3;
/// Filters in one question.
pub const FILTERS_MAX: usize = 50;
/// Values in one `in (…)` filter.
pub const FILTER_VALUES_MAX: usize = 1_000;
/// Buckets of time in one answer, before splitting by dimensions.
pub const BUCKETS_MAX: usize = 50_000;
/// Rows that `limit` may ask for.
pub const ROWS_MAX: u64 = 100_000;
/// Statistics of one metric in one question.
pub const STATISTICS_MAX: usize = 12;
/// Tickets on one page of a drill-down.
pub const PAGE_MAX: u64 = 10_000;
/// Bytes of one definition file.
pub const DEFINITION_BYTES_MAX: u64 = 1 << 20;
