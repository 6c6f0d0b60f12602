//! The answer: rows of cells with everything that makes a number provable.

use crate::definition::{Good, Kind, Unit};
use crate::question::Question;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a question is answered with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Answer {
    /// The question in canonical form: defaults filled in, order of parts fixed.
    pub question: Question,
    /// What the numbers mean, by the name of their cells.
    pub metrics: BTreeMap<String, MetricMeta>,
    /// The period that was answered, and the zone it is meant in.
    pub period: Period,
    /// Periods compared with, by comparison (`previous_period`, …).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub compared: BTreeMap<String, Period>,
    /// One row per bucket of time and group, in the order asked for.
    pub rows: Vec<Row>,
    /// What a reader should know before trusting the numbers.
    pub warnings: Vec<Warning>,
    /// How far each source has been read.
    pub freshness: Vec<Freshness>,
}

/// A period of an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Period {
    /// First instant (RFC 3339); null = the beginning of history.
    pub from: Option<String>,
    /// End, exclusive (RFC 3339).
    pub to: String,
    /// IANA zone whose days and weeks are meant.
    pub zone: String,
}

/// What the cells of one metric mean.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct MetricMeta {
    /// The metric's name.
    pub metric: String,
    /// Its number in the dictionary, for example `M01`.
    pub id: String,
    /// The variant that was computed.
    pub variant: String,
    /// Version of the definition.
    pub version: u32,
    /// Short name for people.
    pub title: String,
    /// The definition in one sentence: the formula of this variant.
    pub definition: String,
    /// Unit of `value`: durations are seconds, shares fractions from 0 to 1.
    pub unit: Unit,
    /// Which direction is good.
    pub good: Good,
    /// How the value is formed.
    pub kind: Kind,
    /// The statistics computed; the first is each cell's `value`.
    pub statistics: Vec<String>,
    /// The clock, where the metric has one.
    pub clock: Option<String>,
    /// The instant that values belong to.
    pub attribution: String,
    /// The parameters used.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, i64>,
    /// Which tickets count: `default` or `all`.
    pub population: String,
}

/// One row: a bucket of time and a group, with one cell per metric.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Row {
    /// Local start of the bucket (`2026-11-09`, hours as `2026-11-09T14:00`); absent without a
    /// grain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// Whether the bucket is cut by the range or not over yet.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub partial: bool,
    /// The value of each dimension by its name; a missing one is `(none)`.
    #[serde(flatten)]
    // As any value: text would contradict the keys above in languages with structural types.
    #[schema(value_type = BTreeMap<String, serde_json::Value>)]
    pub dimensions: BTreeMap<String, String>,
    /// The numbers, by the names in [`Answer::metrics`].
    pub cells: BTreeMap<String, Cell>,
}

/// One number with all that is needed to judge it. What does not apply is absent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Cell {
    /// The first statistic, in the metric's unit; null = nothing to compute it from.
    #[serde(with = "number")]
    pub value: Option<f64>,
    /// How many rows (tickets, turns, ratings, clocks, …) the value is computed from.
    pub n: i64,
    /// Every statistic asked for, by name, where there are several.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = BTreeMap<String, Option<f64>>)]
    pub statistics: BTreeMap<String, Number>,
    /// The numerator of a share or a ratio.
    #[serde(default, with = "number", skip_serializing_if = "Option::is_none")]
    pub numerator: Option<f64>,
    /// The denominator of a share or a ratio.
    #[serde(default, with = "number", skip_serializing_if = "Option::is_none")]
    pub denominator: Option<f64>,
    /// The sum of the values, so that means can be combined.
    #[serde(default, with = "number", skip_serializing_if = "Option::is_none")]
    pub sum: Option<f64>,
    /// Lower end of the 95 % interval.
    #[serde(default, with = "number", skip_serializing_if = "Option::is_none")]
    pub low: Option<f64>,
    /// Upper end of the 95 % interval.
    #[serde(default, with = "number", skip_serializing_if = "Option::is_none")]
    pub high: Option<f64>,
    /// How many have started and not finished, so that the value lacks them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unfinished: Option<i64>,
    /// How many can still change their side, for example because a window of days has not closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provisional: Option<i64>,
    /// The same cell in each period compared with.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(no_recursion)]
    pub compared: BTreeMap<String, Self>,
}

/// A number that is written without `.0` where it is whole; null where there is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Number(#[serde(with = "number")] pub Option<f64>);

/// What a reader should know: missing calendars, partial periods, tickets in several groups, …
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Warning {
    /// Which warning, stable across releases.
    pub code: String,
    /// In one sentence.
    pub message: String,
}

impl Warning {
    /// A warning of this code.
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Self { code: code.to_owned(), message: message.into() }
    }
}

/// How far one source has been read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Freshness {
    /// The source's name.
    pub source: String,
    /// When its latest event happened (RFC 3339).
    pub last_event_at: Option<String>,
    /// When we last learnt of one (RFC 3339).
    pub last_seen_at: Option<String>,
}

/// Floats on the wire: whole ones without a fraction, and never `NaN`.
mod number {
    use serde::{Deserialize, Deserializer, Serializer};

    /// Whole numbers up to here are exact in a double (2^53).
    const EXACT_MAX: f64 = 9_007_199_254_740_992.0;

    #[expect(clippy::cast_possible_truncation, reason = "guarded by EXACT_MAX and fract")]
    #[expect(clippy::ref_option, reason = "serde calls it with a reference")]
    pub(super) fn serialize<S: Serializer>(
        value: &Option<f64>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match *value {
            Some(value) if !value.is_finite() => serializer.serialize_none(),
            Some(value) if value.fract() == 0.0 && value.abs() <= EXACT_MAX => {
                serializer.serialize_i64(value as i64)
            }
            Some(value) => serializer.serialize_f64(value),
            None => serializer.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<f64>, D::Error> {
        Option::<f64>::deserialize(deserializer)
    }
}
