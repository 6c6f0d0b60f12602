//! The shape of a metric's definition: one YAML file in `definitions/metrics/`.
//!
//! ```yaml
//! metric: first_response_time
//! id: M01
//! version: 1
//! title: First response time
//! description: Words for people.
//! formula: t(first public human agent message) - t(first customer message)
//! unit: seconds              # seconds | count | share | score | ratio | points | days
//! good: low                  # low | high | context
//! kind: duration             # duration | count | share | mean | flow | stock | spread
//! table: tickets             # default table of the variants
//! statistics: [median, p90, mean, min, max, sum]   # first is the default; any pN besides
//! clocks: [business, calendar]                     # first is the default
//! attribution:                                     # first is the default
//!   event:   {time: first_reply_at, moment: first_reply}
//!   created: {time: created_at, moment: created}
//! variants:                                        # first is the default
//!   standard:
//!     title: First human reply
//!     value: {business: first_reply_business_us, calendar: first_reply_us}
//!     unfinished: "wait_started_at IS NOT NULL AND first_reply_at IS NULL"
//!     unfinished_at: wait_started_at
//! parameters:
//!   days: {default: 7, allowed: [1, 3, 7], text: Days within which …}
//! peers: [{system: Another product, text: How it differs}]
//! traps: [What goes wrong easily]
//! source: Where the definition comes from
//! cases: [first_response.yaml]
//! ```
//!
//! Keys of a variant by kind (all SQL is a scalar expression over the columns of its table, or of
//! its `from`; `:now` is the question's present, `:zone` its zone, `:name` a parameter):
//!
//! | kind | keys | a cell's value |
//! | --- | --- | --- |
//! | duration | `value` in microseconds | the statistic, in seconds |
//! | mean | `value`, any number | the statistic (default `mean`) |
//! | count | `count: rows`, `distinct: expr` or `sum: expr` | the count or sum |
//! | share | `numerator: boolean` | rows where it is true / rows counted by `where` |
//! | flow | `numerator: {…}`, `denominator: {…}`, each a [`Stream`] | sum / sum |
//! | stock | `start`, `end` (default `started_at`, `ended_at`) | rows with `start ≤ t < end` at the end of each bucket; statistics last, avg, max, min (of the local days) |
//! | spread | `value`, optionally `over: expr` | (p75 − p25) / median; with `over` the gap between the largest and the smallest group median |
//!
//! For every kind: `where` (which rows count), `population: all` (keep excluded tickets),
//! `provisional` (rows that may still change their side; not counted in the value unless
//! `{when: …, include: true}`), `unfinished` + `unfinished_at` (rows shown as still waiting), and
//! overrides of `table`, `attribution`, `statistics`, `clocks`, `kind`, `unit`, `good`, `formula`.
//! `from: "SELECT …"` replaces the table by a relation; it must keep the columns that dimensions
//! and the population need (`number`, `excluded`, `created_at`, …), so start it with `SELECT *, …`.
//! Rows whose `value` is NULL are not counted.

use serde::de::{MapAccess, Visitor, value::MapAccessDeserializer};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::marker::PhantomData;

/// A metric's definition, as written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// Name in questions: lower-case letters, digits and `_`.
    pub metric: String,
    /// Number in the dictionary, for example `M01`.
    pub id: String,
    /// Raised with every change of meaning.
    pub version: u32,
    /// Short name for people.
    pub title: String,
    /// What it tells and when to use it.
    pub description: String,
    /// The formula in words and symbols.
    pub formula: String,
    /// Unit of the value.
    pub unit: Unit,
    /// Which direction is good.
    pub good: Good,
    /// How the value is formed.
    pub kind: Kind,
    /// Default table of the variants: tickets, turns, spans, clocks, touches or ratings.
    pub table: String,
    /// Statistics offered; the first is the default. Absent = what the kind implies.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub statistics: Vec<String>,
    /// Clocks offered; the first is the default.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clocks: Vec<ClockName>,
    /// Instants that a value may belong to; the first is the default.
    #[serde(default, skip_serializing_if = "Named::is_empty")]
    #[schema(value_type = BTreeMap<String, Attribution>)]
    pub attribution: Named<Attribution>,
    /// The variants; the first is the default.
    #[schema(value_type = BTreeMap<String, Variant>)]
    pub variants: Named<Variant>,
    /// Numbers that a question may set.
    #[serde(default, skip_serializing_if = "Named::is_empty")]
    #[schema(value_type = BTreeMap<String, Parameter>)]
    pub parameters: Named<Parameter>,
    /// How other products compute what they call the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub peers: Vec<Peer>,
    /// What goes wrong easily.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub traps: Vec<String>,
    /// Where the definition comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Scenario files that prove it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cases: Vec<String>,
}

/// One way to compute a metric.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Variant {
    /// Short name for people.
    pub title: Option<String>,
    /// How it differs from the default.
    pub text: Option<String>,
    /// Its formula, where it differs from the metric's.
    pub formula: Option<String>,
    /// Another kind than the metric's.
    pub kind: Option<Kind>,
    /// Another unit.
    pub unit: Option<Unit>,
    /// Another good direction.
    pub good: Option<Good>,
    /// Another table.
    pub table: Option<String>,
    /// A relation in place of the table: one `SELECT` over the fact tables.
    pub from: Option<String>,
    /// Which rows count.
    #[serde(rename = "where")]
    pub filter: Option<String>,
    /// Which tickets: the default population, or all.
    pub population: Population,
    /// Other statistics.
    pub statistics: Vec<String>,
    /// Other clocks; `[]` is not distinguished from absent.
    pub clocks: Vec<ClockName>,
    /// Other instants that a value may belong to.
    #[serde(skip_serializing_if = "Named::is_empty")]
    #[schema(value_type = BTreeMap<String, Attribution>)]
    pub attribution: Named<Attribution>,
    /// The measured value: duration (µs), mean, spread.
    pub value: Option<PerClock>,
    /// Rows that have started and not finished.
    pub unfinished: Option<String>,
    /// The instant that unfinished rows belong to.
    pub unfinished_at: Option<String>,
    /// Rows that may still change their side.
    pub provisional: Option<Provisional>,
    /// share: boolean; flow: stream.
    pub numerator: Option<Side>,
    /// flow: stream.
    pub denominator: Option<Side>,
    /// count: `rows`.
    pub count: Option<Rows>,
    /// count: number of different values.
    pub distinct: Option<String>,
    /// count: sum of a number.
    pub sum: Option<String>,
    /// stock: since when a row is in it.
    pub start: Option<String>,
    /// stock: until when; NULL = still.
    pub end: Option<String>,
    /// spread: the groups whose medians are compared.
    pub over: Option<String>,
}

/// One side of a flow: what is counted, where, and when it belongs to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Stream {
    /// The table; absent = the metric's.
    pub table: Option<String>,
    /// A relation in place of the table.
    pub from: Option<String>,
    /// The column or expression of the instant; not for a stock.
    pub time: Option<String>,
    /// Prefix of agent, group, priority and type columns on tickets.
    pub moment: Option<String>,
    /// Which rows count.
    #[serde(rename = "where")]
    pub filter: Option<String>,
    /// Which tickets.
    pub population: Population,
    /// `rows`.
    pub count: Option<Rows>,
    /// Number of different values.
    pub distinct: Option<String>,
    /// Sum of a number.
    pub sum: Option<String>,
    /// The number of rows with `start ≤ t < end` at the end of the bucket instead.
    pub stock: bool,
    /// Since when a row is in the stock.
    pub start: Option<String>,
    /// Until when.
    pub end: Option<String>,
    /// Divide by the days of the bucket.
    pub per: Option<Per>,
}

/// What a stream is divided by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Per {
    /// The days of the bucket or range, as far as they have passed.
    Day,
}

/// An instant that a value may belong to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Attribution {
    /// A column or expression of the instant.
    pub time: String,
    /// Prefix of the agent, group, priority and type columns on tickets (`first_reply`, `created`,
    /// `solve`, …); absent on child tables, whose own columns hold at their row's moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moment: Option<String>,
    /// Whether the instant may lie ahead, as when a promise falls due: a question that names no
    /// period then keeps what is still to come.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ahead: bool,
    /// In words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// A number that a question may set, written `:name` in the SQL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// Its value where the question sets none.
    pub default: i64,
    /// The values it may take; empty = any.
    #[serde(default)]
    pub allowed: Vec<i64>,
    /// In words.
    #[serde(default)]
    pub text: String,
}

/// How another product computes what it calls the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Peer {
    /// The product.
    pub system: String,
    /// The difference.
    pub text: String,
}

/// A value's expression: one for all clocks, or one for each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PerClock {
    /// The same whatever the clock.
    Any(String),
    /// One for each clock.
    Each(Clocks),
}

/// One expression per clock.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Clocks {
    /// On the business clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub business: Option<String>,
    /// On the calendar clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<String>,
}

/// Rows that may still change their side: a boolean, or `{when, include}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Provisional {
    /// Counted as provisional and kept out of the value.
    Excluded(String),
    /// Counted as provisional; in the value where `include` says so.
    Stated(Stated),
}

/// The long form of [`Provisional`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Stated {
    /// The boolean.
    pub when: String,
    /// Whether such rows are in the value.
    #[serde(default)]
    pub include: bool,
}

/// A side of a ratio: a boolean over the rows (share) or a stream (flow).
#[derive(Clone, Debug, PartialEq)]
pub enum Side {
    /// A boolean over the variant's rows.
    Sql(String),
    /// A stream of its own.
    Stream(Box<Stream>),
}

/// The only thing that `count` takes: `rows`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = CountRows)]
#[serde(rename_all = "snake_case")]
pub enum Rows {
    /// Count rows.
    Rows,
}

/// Which tickets a variant counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Population {
    /// Without test, spam, deleted and merged-away tickets.
    #[default]
    Default,
    /// Every ticket; the variant's `where` says which.
    All,
}

macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $case:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
            utoipa::ToSchema,
        )]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$doc])* $case),+ }

        impl $name {
            /// Every case, in order.
            pub const ALL: &'static [Self] = &[$(Self::$case),+];

            /// The word in YAML and JSON.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$case => $word),+ }
            }

            /// The case of this word.
            pub fn from_name(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|case| case.name() == word)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }
    };
}
pub(crate) use words;

words! {
    /// Unit of a metric's value.
    Unit {
        /// Seconds.
        Seconds = "seconds",
        /// A number of things.
        Count = "count",
        /// A fraction from 0 to 1.
        Share = "share",
        /// A score on the scale of its survey.
        Score = "score",
        /// A ratio of two streams, which may exceed 1.
        Ratio = "ratio",
        /// Points, for example -100 to 100.
        Points = "points",
        /// Days.
        Days = "days",
    }
}

words! {
    /// Which direction is good.
    Good {
        /// The lower the better.
        Low = "low",
        /// The higher the better.
        High = "high",
        /// It depends.
        Context = "context",
    }
}

words! {
    /// How a metric's value is formed.
    Kind {
        /// A statistic of durations.
        Duration = "duration",
        /// A count, distinct count or sum.
        Count = "count",
        /// Rows of a kind among rows.
        Share = "share",
        /// A statistic of numbers.
        Mean = "mean",
        /// The ratio of two streams.
        Flow = "flow",
        /// How many there are at an instant.
        Stock = "stock",
        /// How far values lie apart.
        Spread = "spread",
    }
}

words! {
    /// A clock that durations are measured on.
    ClockName {
        /// Opening hours only.
        Business = "business",
        /// Every second.
        Calendar = "calendar",
    }
}

/// Named things whose order matters: the first is the default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named<T>(pub Vec<(String, T)>);

impl<T> Default for Named<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Named<T> {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The thing of this name.
    pub fn get(&self, name: &str) -> Option<&T> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, thing)| thing)
    }

    /// The first, which is the default.
    pub fn first(&self) -> Option<(&str, &T)> {
        self.0.first().map(|(name, thing)| (name.as_str(), thing))
    }

    /// All names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    /// All names and things, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &T)> {
        self.0.iter().map(|(name, thing)| (name.as_str(), thing))
    }
}

impl<T: Serialize> Serialize for Named<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, thing)| (name, thing)))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Named<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Pairs<T> {
            type Value = Named<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a mapping of names")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Named(pairs))
            }
        }
        deserializer.deserialize_map(Pairs(PhantomData))
    }
}

/// Reads a word as `one` or a mapping as `many`, keeping the places of errors inside either.
macro_rules! word_or_map {
    ($name:ident, $what:literal, $word:expr, $map:ty => $many:expr) => {
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Form;
                impl<'de> Visitor<'de> for Form {
                    type Value = $name;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str($what)
                    }

                    fn visit_str<E>(self, word: &str) -> Result<$name, E> {
                        Ok($word(word.to_owned()))
                    }

                    fn visit_bool<E>(self, word: bool) -> Result<$name, E> {
                        Ok($word(word.to_string()))
                    }

                    fn visit_i64<E>(self, word: i64) -> Result<$name, E> {
                        Ok($word(word.to_string()))
                    }

                    fn visit_u64<E>(self, word: u64) -> Result<$name, E> {
                        Ok($word(word.to_string()))
                    }

                    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<$name, A::Error> {
                        let many = <$map>::deserialize(MapAccessDeserializer::new(map))?;
                        Ok($many(many))
                    }
                }
                deserializer.deserialize_any(Form)
            }
        }
    };
}

word_or_map!(PerClock, "SQL, or {business: SQL, calendar: SQL}", PerClock::Any, Clocks => PerClock::Each);
word_or_map!(Provisional, "SQL, or {when: SQL, include: …}", Provisional::Excluded, Stated => Provisional::Stated);
word_or_map!(Side, "SQL, or a stream", Side::Sql, Stream => |stream| Side::Stream(Box::new(stream)));

macro_rules! write_word_or_map {
    ($name:ident, $word:ident, $map:ident) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    Self::$word(word) => serializer.serialize_str(word),
                    Self::$map(map) => map.serialize(serializer),
                }
            }
        }
    };
}
write_word_or_map!(PerClock, Any, Each);
write_word_or_map!(Provisional, Excluded, Stated);
write_word_or_map!(Side, Sql, Stream);
