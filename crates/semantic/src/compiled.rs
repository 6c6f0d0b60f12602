//! What the compiler yields: plans, what their columns are, and how their rows become cells.
//!
//! Every [`Part`] is one plan over the fact tables. Its rows are keyed by the columns of
//! [`Role::Time`] and [`Role::Dimension`]; a row carries raw ingredients (counts, sums, a list of
//! quantiles), never a finished number. The engine runs all parts, merges rows of equal keys over
//! all parts of a measure, fills the spine, and reads each cell with [`Measure::readings`]:
//!
//! | reading | from |
//! | --- | --- |
//! | `Quantile(i)` | item `i` of `quantiles`, over `scale` |
//! | `Mean` | `sum / n`, over `scale` |
//! | `Min`, `Max`, `Sum` | that column, over `scale` |
//! | `Value` | `value`, over `scale` (counts, distinct counts, sums) |
//! | `Ratio` | `(numerator / scale) / (denominator / denominator_scale)`; null where the denominator is 0; a share has no denominator column: its denominator is `n` |
//! | `Gap` | `(max - min)` of the group medians, over `scale` |
//! | `Spread` | `(q[2] - q[0]) / q[1]` of `quantiles` |
//! | `Stock(…)` | `value` of the stock, rolled up |
//!
//! A distinct count and a stock have no `n` column: their `n` is their value (of a stock the last).
//!
//! *Missing cells.* A part without a row for a key means: `n` = 0, value absent; but a count is 0,
//! and a share or flow whose denominator is absent is null. A **stock** part ([`Part::stock`]) has
//! a
//! row only where the stock changed: the first bucket's row includes the opening balance, and every
//! later bucket without a row repeats the one before (0 before the first). Buckets that begin after
//! the present have no value. Where `stock.every` is finer than the question's grain, fill the
//! finer
//! spine first and roll it up by the measure's reading (last, average, max or min of the days).
//! Without a time column the row is the value itself.

use crate::answer::{MetricMeta, Warning};
use crate::definition::Kind;
use crate::question::Question;
use crate::time::{Bucket, Grain, Resolved, Zone};
use datafusion_expr::LogicalPlan;
use event::Instant;

/// A question, compiled.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// The question in canonical form.
    pub question: Question,
    /// The zone of its days and weeks.
    pub zone: Zone,
    /// The grain of time, if any.
    pub grain: Option<Grain>,
    /// The period asked about.
    pub period: Resolved,
    /// The buckets of the period; `None` without a grain, or where the period has no beginning:
    /// then call [`Compiled::spine_from`] with the first bucket that any part returned.
    pub spine: Option<Vec<Bucket>>,
    /// The present of the question: its `as_of` where it has one.
    pub now: Instant,
    /// Answer from what was knowable then.
    pub as_of: Option<Instant>,
    /// The dimensions, in order.
    pub dimensions: Vec<DimensionMeta>,
    /// What is measured; a part names its measure by position.
    pub measures: Vec<Measure>,
    /// The plans for the period.
    pub parts: Vec<Part>,
    /// The plans for the periods compared with.
    pub compared: Vec<Compared>,
    /// Order of the rows, most important first; empty = time, then dimensions.
    pub order: Vec<OrderBy>,
    /// Keep only so many groups (combinations of dimensions), by the order.
    pub limit: Option<u64>,
    /// What is known already to be worth a warning.
    pub warnings: Vec<Warning>,
}

/// A period that is compared with: bucket `i` of its spine belongs beside bucket `i` of the
/// question's; what either lacks has no counterpart.
#[derive(Clone, Debug)]
pub struct Compared {
    /// `previous_period` or `same_period_last_year`.
    pub name: String,
    /// The period.
    pub period: Resolved,
    /// Its buckets.
    pub spine: Option<Vec<Bucket>>,
    /// Its plans, as in [`Compiled::parts`].
    pub parts: Vec<Part>,
}

/// A dimension of the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DimensionMeta {
    /// Its name in rows.
    pub name: String,
    /// How its values are put in order.
    pub order: ValueOrder,
    /// Whether a ticket can stand in several groups, so that groups do not add up.
    pub multiple: bool,
}

/// The natural order of a dimension's values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ValueOrder {
    /// As text.
    Text,
    /// As whole numbers.
    Number,
    /// As listed; others follow.
    Listed(Vec<&'static str>),
}

/// A measure of the answer.
#[derive(Clone, Debug)]
pub struct Measure {
    /// The name of its cells.
    pub name: String,
    /// What they mean.
    pub meta: MetricMeta,
    /// Its kind; shares get a Wilson interval.
    pub kind: Kind,
    /// Each statistic's name and how to read it; the first is the cell's value.
    pub readings: Vec<(String, Reading)>,
    /// What raw values (and a ratio's numerator) are divided by.
    pub scale: f64,
    /// What a ratio's denominator is divided by.
    pub denominator_scale: f64,
}

/// How a statistic is read from a row of raw ingredients; see the [module](self).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// This item of the list of quantiles.
    Quantile(usize),
    /// Sum over n.
    Mean,
    /// The minimum.
    Min,
    /// The maximum.
    Max,
    /// The sum.
    Sum,
    /// The value column.
    Value,
    /// Numerator over denominator.
    Ratio,
    /// (p75 − p25) / median of the list of quantiles.
    Spread,
    /// The largest group median less the smallest: columns `Max` and `Min`, which are floats here.
    Gap,
    /// A stock.
    Stock(Rollup),
}

/// How a stock's days become one bucket; a stock is never summed over time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rollup {
    /// The last.
    Last,
    /// The mean.
    Avg,
    /// The smallest.
    Min,
    /// The largest.
    Max,
}

/// One plan of a question.
#[derive(Clone, Debug)]
pub struct Part {
    /// Position of its measure in [`Compiled::measures`].
    pub measure: usize,
    /// The plan.
    pub plan: LogicalPlan,
    /// Its output columns, in order.
    pub columns: Vec<Column>,
    /// How to fill it, where it is a stock.
    pub stock: Option<StockPart>,
    /// Which ingredient is divided by the days of its bucket (as far as they have passed).
    pub per_day: Option<Role>,
}

/// How a part that is a stock is filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StockPart {
    /// The grain of its time column, which may be finer than the question's; `None` = an instant.
    pub every: Option<Grain>,
    /// The column that is carried forward.
    pub role: Role,
}

/// An output column of a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name in the plan's schema.
    pub name: String,
    /// What it is.
    pub role: Role,
}

/// What an output column is. Counts and sums are `Int64`, dimensions text without nulls, the time
/// a naive local `Timestamp(µs)`, quantiles a list of `Float64`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Local start of the bucket.
    Time,
    /// The dimension at this position.
    Dimension(usize),
    /// How many rows the value is computed from.
    N,
    /// The sum of the values.
    Sum,
    /// The smallest value.
    Min,
    /// The largest value.
    Max,
    /// All quantiles asked for, in one list.
    Quantiles,
    /// The value as it is.
    Value,
    /// The numerator of a ratio.
    Numerator,
    /// The denominator of a ratio.
    Denominator,
    /// How many have not finished.
    Unfinished,
    /// How many may still change.
    Provisional,
}

/// One key of the rows' order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderBy {
    /// What the rows are ordered by.
    pub key: OrderKey,
    /// Whether the largest come first.
    pub descending: bool,
}

/// What rows can be ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderKey {
    /// The bucket.
    Time,
    /// The dimension at this position.
    Dimension(usize),
    /// The measure at this position.
    Measure(usize),
}

impl Compiled {
    /// The spine where the period has no beginning: from the bucket that starts at `first`.
    pub fn spine_from(&self, first: jiff::civil::DateTime) -> Vec<Bucket> {
        let Some(grain) = self.grain else { return Vec::new() };
        let from = self.zone.instant(self.zone.floor(first, grain));
        let ends = (from, self.period.to);
        crate::time::spine(ends, grain, &self.zone, self.now, crate::limits::BUCKETS_MAX)
    }

    /// The finer spine of a stock whose `every` differs from the question's grain.
    pub fn stock_spine(&self, every: Grain, period: Resolved, first: Instant) -> Vec<Bucket> {
        let ends = (period.from.unwrap_or(first), period.to);
        crate::time::spine(ends, every, &self.zone, self.now, crate::limits::BUCKETS_MAX)
    }

    /// A key under which an answer may be kept: equal questions agree in it, and where they are
    /// asked at the same instant of the same facts, so do their answers.
    pub fn key(&self) -> String {
        serde_json::to_string(&self.question).unwrap_or_default()
    }
}
