//! Every limit of this room, each quoted in the error that it causes.

use std::path::PathBuf;
use std::time::Duration;

/// Most quantiles of one column in one metric.
pub const QUANTILES_MAX: usize = 32;

/// Rows that one answer may have.
pub const ROWS_MAX: usize = 200_000;

/// Rows of a drill-down's page where none are asked for.
pub const PAGE_DEFAULT: u64 = 100;

/// Values of a dimension that are listed.
pub const VALUES_MAX: usize = 1_000;

/// Rows behind a cell that one file takes.
pub const EXPORT_ROWS_MAX: usize = 5_000_000;

/// Tickets listed as the cause of a restatement; the count goes on.
pub const CAUSES_MAX: usize = 1_000;

/// Footers of Parquet files kept between questions.
pub const FOOTER_CACHE_BYTES: usize = 256 << 20;

/// Answers kept for as long as nothing changes, about.
pub const ANSWERS_KEPT: usize = 256;

/// Rows of all answers that are kept.
pub const ANSWERS_KEPT_ROWS: u64 = 100_000;

/// How long an answer is kept while the present goes on: until the minute ends.
pub const ANSWER_KEPT_US: i64 = 60_000_000;

/// Longest time for which a slow answer does for those who are content with an older one.
pub const ANSWER_RESTS_MAX: Duration = Duration::from_secs(10);

/// Values up to which a plan counts as one that reads little: four columns of a million rows, some
/// 30 ms of one core.
pub const READ_LITTLE_VALUES: u64 = 4_000_000;

/// Plans that read little and run at the same time.
pub const SHORT_AT_ONCE: usize = 16;

/// Rows of a batch.
pub const BATCH_ROWS: usize = 8_192;

/// Sources that are listed.
pub const SOURCES_MAX: usize = 10_000;
/// How long after an event we may learn of it before that is late.
pub const LATE_US: i64 = 24 * 3_600 * 1_000_000;
/// Metrics that can have a target.
pub const TARGETS_MAX: usize = 500;

/// What questions may use together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Memory of all running questions.
    pub memory_bytes: usize,
    /// Disk that aggregations, sorts and joins may spill to.
    pub spill_bytes: u64,
    /// Where they spill to; `None` = the system's folder for temporary files.
    pub spill_dir: Option<PathBuf>,
    /// Time of one question.
    pub time: Duration,
    /// Threads that one question may keep busy.
    pub partitions: usize,
    /// Plans that read much and run at the same time; others wait.
    pub concurrent: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory_bytes: 1 << 30,
            spill_bytes: 8 << 30,
            spill_dir: None,
            time: Duration::from_secs(60),
            partitions: 2,
            concurrent: 2,
        }
    }
}
