//! The flags a question is made of.

use clap::Args;
use std::path::PathBuf;

/// A question, in flags or in a file.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "The question")]
pub(crate) struct QuestionArgs {
    /// Metrics, each with an optional variant: `csat` or `csat:neutral_excluded`
    #[arg(value_name = "METRIC", required_unless_present = "question")]
    pub(crate) metrics: Vec<String>,
    /// Dimensions to group by, up to three
    #[arg(long, value_name = "DIMENSION", value_delimiter = ',')]
    pub(crate) by: Vec<String>,
    /// One row for each hour, day, week, month, quarter or year
    #[arg(long, value_name = "GRAIN")]
    pub(crate) every: Option<String>,
    /// Time range in words: `last 12 weeks`, `this month`, `2026-03`
    #[arg(long, value_name = "WORDS", conflicts_with_all = ["from", "to"])]
    pub(crate) range: Option<String>,
    /// First instant or day of the range, included
    #[arg(long, value_name = "TIME")]
    pub(crate) from: Option<String>,
    /// End of the range, not included
    #[arg(long, value_name = "TIME")]
    pub(crate) to: Option<String>,
    /// Time zone of the range and of the rows [default: the configuration's]
    #[arg(long, value_name = "ZONE")]
    pub(crate) zone: Option<String>,
    /// Condition on a dimension: `priority=high`, `group in (Billing, Sales)`; may repeat
    #[arg(long = "where", value_name = "CONDITION")]
    pub(crate) conditions: Vec<String>,
    /// Compare with `previous_period` or `same_period_last_year`; may repeat
    #[arg(long, value_name = "PERIOD", value_delimiter = ',')]
    pub(crate) compare: Vec<String>,
    /// Variants of the metrics; several show side by side
    #[arg(long, value_name = "VARIANT", value_delimiter = ',', help_heading = "How to measure")]
    pub(crate) variant: Vec<String>,
    /// Statistics: median, p90, mean, sum, …; several show side by side
    #[arg(long, value_name = "STAT", value_delimiter = ',', help_heading = "How to measure")]
    pub(crate) stat: Vec<String>,
    /// Clock of durations: business or calendar
    #[arg(long, value_name = "CLOCK", help_heading = "How to measure")]
    pub(crate) clock: Option<String>,
    /// What a value is dated by: default, created, event or solved
    #[arg(long, value_name = "WHEN", help_heading = "How to measure")]
    pub(crate) attribution: Option<String>,
    /// Answer with what was known at this instant
    #[arg(long, value_name = "TIME", help_heading = "The past")]
    pub(crate) as_of: Option<String>,
    /// Read the question from a YAML or JSON file; flags then override it
    #[arg(long, value_name = "FILE.yaml")]
    pub(crate) question: Option<PathBuf>,
}

/// One cell of an answer.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "The cell")]
pub(crate) struct CellArgs {
    /// The row's time, as the answer prints it
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<String>,
    /// The row's value of a dimension; may repeat
    #[arg(long = "is", value_name = "DIMENSION=VALUE")]
    pub(crate) is: Vec<String>,
    /// The name of the cell, where the question asks about several metrics
    #[arg(long, value_name = "METRIC")]
    pub(crate) metric: Option<String>,
    /// How many rows to show
    #[arg(long, default_value_t = 100, value_name = "N")]
    pub(crate) limit: u64,
    /// Where the page before ended
    #[arg(long, default_value_t = 0, value_name = "CURSOR")]
    pub(crate) cursor: u64,
}
