//! Statistics: what one number is made of many.

use crate::definition::Kind;
use std::fmt;

/// A statistic of a cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Statistic {
    /// Sum over count.
    Mean,
    /// The smallest.
    Min,
    /// The largest.
    Max,
    /// The sum.
    Sum,
    /// A quantile, Hyndman–Fan type 7; `0.5` is the median.
    Quantile(f64),
    /// A count, a distinct count or a sum, as the definition says.
    Count,
    /// Numerator over denominator.
    Ratio,
    /// A stock at the end of the bucket.
    Last,
    /// A stock at the ends of the bucket's days, averaged.
    Avg,
    /// (p75 − p25) / median.
    Spread,
    /// The largest group median less the smallest.
    Gap,
}

impl Statistic {
    /// Reads `median`, `mean`, `min`, `max`, `sum`, `p90`, `p99.9`, `count`, `ratio`, `last`,
    /// `avg`, `spread` or `gap`.
    pub fn read(word: &str) -> Option<Self> {
        Some(match word {
            "mean" => Self::Mean,
            "min" => Self::Min,
            "max" => Self::Max,
            "sum" => Self::Sum,
            "median" => Self::Quantile(0.5),
            "count" => Self::Count,
            "ratio" | "share" => Self::Ratio,
            "last" => Self::Last,
            "avg" => Self::Avg,
            "spread" | "iqr_over_median" => Self::Spread,
            "gap" => Self::Gap,
            _ => {
                let percent: f64 = word.strip_prefix('p')?.parse().ok()?;
                let known = percent > 0.0 && percent < 100.0;
                return known.then_some(Self::Quantile(percent / 100.0));
            }
        })
    }

    /// Whether a metric of this kind can be asked for it.
    pub fn fits(self, kind: Kind) -> bool {
        match kind {
            Kind::Duration | Kind::Mean => {
                matches!(self, Self::Mean | Self::Min | Self::Max | Self::Sum | Self::Quantile(_))
            }
            Kind::Count => matches!(self, Self::Count),
            Kind::Share | Kind::Flow => matches!(self, Self::Ratio),
            Kind::Stock => matches!(self, Self::Last | Self::Avg | Self::Min | Self::Max),
            Kind::Spread => matches!(self, Self::Spread | Self::Gap),
        }
    }

    /// What a kind offers where its definition lists nothing; the first is the default.
    pub const fn offered(kind: Kind) -> &'static [&'static str] {
        match kind {
            Kind::Duration => &["median", "p90", "mean", "min", "max", "sum"],
            Kind::Mean => &["mean", "median", "min", "max", "sum"],
            Kind::Count => &["count"],
            Kind::Share | Kind::Flow => &["ratio"],
            Kind::Stock => &["last", "avg", "max", "min"],
            Kind::Spread => &["spread"],
        }
    }
}

impl fmt::Display for Statistic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mean => f.write_str("mean"),
            Self::Min => f.write_str("min"),
            Self::Max => f.write_str("max"),
            Self::Sum => f.write_str("sum"),
            Self::Quantile(share) if (share - 0.5).abs() < f64::EPSILON => f.write_str("median"),
            // Percentages are read with three places at most; rounding hides the binary tail.
            Self::Quantile(share) => write!(f, "p{}", (share * 100_000.0).round() / 1_000.0),
            Self::Count => f.write_str("count"),
            Self::Ratio => f.write_str("ratio"),
            Self::Last => f.write_str("last"),
            Self::Avg => f.write_str("avg"),
            Self::Spread => f.write_str("spread"),
            Self::Gap => f.write_str("gap"),
        }
    }
}
