//! The question: the one way to ask for a number, whatever door it comes through.
//!
//! A [`Question`] is what was *written*: every part is still text. The passes read it and say
//! everything that is wrong at once; see [`crate::compile`].

use crate::issue::Issue;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What is asked: metrics, how to split them, over which time, of which tickets.
///
/// ```
/// use semantic::Question;
/// let question = Question::read(
///     "metrics: [first_response_time]\nby: [channel]\nevery: week\nrange: last 12 weeks\n",
/// );
/// assert_eq!(question.map(|q| q.metrics.len()), Ok(1));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// The metrics to compute; at least one.
    pub metrics: Vec<Asked>,
    /// Dimensions to split by, three at most: `channel`, `field.plan`, `current.agent`, …
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by: Vec<String>,
    /// Grain of time: hour, day, week, month, quarter or year. Absent = one number for the range.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<String>,
    /// The period; absent = all history.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<Range>,
    /// IANA zone whose days, weeks and months are meant; absent = the context's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// First day of the week; absent = the context's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub week_start: Option<String>,
    /// Filters, all of which must hold: `priority in (high, urgent)`, `group = Billing`, …
    #[serde(default, rename = "where", skip_serializing_if = "Vec::is_empty")]
    pub filters: Vec<String>,
    /// `previous_period`, `same_period_last_year`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub compare: Vec<String>,
    /// The instant that values belong to, for every metric that offers it: `event`, `created`, …;
    /// absent or `default` = each metric's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attribution: Option<String>,
    /// `business` or `calendar`, for every metric that has a clock; absent = each metric's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<String>,
    /// Statistics for every metric that offers them, the first being the cell's value;
    /// absent = each metric's own first.
    #[serde(
        default,
        alias = "stat",
        alias = "statistics",
        skip_serializing_if = "Words::is_empty"
    )]
    pub statistic: Words,
    /// Answer with what was knowable at this instant (RFC 3339).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<String>,
    /// Keep only the first so many groups, by `order`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// Order of the rows: `time`, a dimension or a metric, descending with a leading `-`.
    #[serde(default, skip_serializing_if = "Words::is_empty")]
    pub order: Words,
}

/// One metric as asked for: a name, `name:variant`, or an object.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Asked {
    /// The metric's name.
    pub metric: String,
    /// The variant; absent = the definition's first.
    pub variant: Option<String>,
    /// Values for the definition's parameters; absent ones take their defaults.
    pub parameters: BTreeMap<String, i64>,
    /// Statistics of this metric, before those of the question.
    pub statistic: Words,
    /// The clock of this metric, before that of the question.
    pub clock: Option<String>,
    /// The attribution of this metric, before that of the question.
    pub attribution: Option<String>,
    /// The name of its cells in the answer; absent = made from name, variant and parameters.
    pub name: Option<String>,
}

/// One metric as asked for, in full.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AskedMetric)]
pub(crate) struct AskedObject {
    /// The metric's name.
    metric: String,
    /// The variant; absent = the definition's first.
    #[serde(default)]
    variant: Option<String>,
    /// Values for the definition's parameters; absent ones take their defaults.
    #[serde(default)]
    #[schema(required = false)]
    parameters: BTreeMap<String, i64>,
    /// Statistics of this metric, before those of the question.
    #[serde(default, alias = "stat", alias = "statistics")]
    #[schema(required = false)]
    statistic: Words,
    /// The clock of this metric, before that of the question.
    #[serde(default)]
    clock: Option<String>,
    /// The attribution of this metric, before that of the question.
    #[serde(default)]
    attribution: Option<String>,
    /// The name of its cells in the answer; absent = made from name, variant and parameters.
    #[serde(default, rename = "as")]
    name: Option<String>,
}

/// A word or a list of words; in either a comma stands between words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words(pub Vec<String>);

impl Words {
    /// Whether no word is given.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<S: Into<String>> FromIterator<S> for Words {
    fn from_iter<T: IntoIterator<Item = S>>(words: T) -> Self {
        Self(words.into_iter().map(Into::into).collect())
    }
}

/// The period of a question.
///
/// As text: `last 12 weeks` (the current week so far and the eleven before it), `previous 12 weeks`
/// (complete ones), `this month`, `last month` (the complete one before), `month to date`, `today`,
/// `yesterday`, `2026`, `2026-Q1`, `2026-03`, `2026-03-02`, `2026-03-01..2026-03-31`, `all`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(untagged)]
pub enum Range {
    /// A period in words.
    Text(String),
    /// From one end to the other, or one instant.
    Ends(Ends),
}

/// Both ends of a range. A day, month or year given as `to` is included whole; a time is exclusive.
/// Local times are in the question's zone; times with an offset are taken as they are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Ends {
    /// First instant; absent = the beginning of history.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Last instant, exclusive; absent = the present.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// One instant, for metrics that are a stock; excludes `from` and `to`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
}

/// The keys of a question, for "did you mean".
const QUESTION_KEYS: &[&str] = &[
    "metrics",
    "by",
    "every",
    "range",
    "zone",
    "week_start",
    "where",
    "compare",
    "attribution",
    "clock",
    "statistic",
    "statistics",
    "stat",
    "as_of",
    "limit",
    "order",
];
/// The keys of one metric's object form.
const ASKED_KEYS: &[&str] = &[
    "metric",
    "variant",
    "parameters",
    "statistic",
    "statistics",
    "stat",
    "clock",
    "attribution",
    "as",
];
/// The keys of a range with two ends.
const RANGE_KEYS: &[&str] = &["from", "to", "at"];

impl Question {
    /// A question about `metrics`, each a name or `name:variant`.
    pub fn about<'a>(metrics: impl IntoIterator<Item = &'a str>) -> Self {
        Self { metrics: metrics.into_iter().map(Asked::from).collect(), ..Self::default() }
    }

    /// Reads a question from YAML or JSON text.
    ///
    /// # Errors
    /// Every unknown key and every value of a wrong type, with its place.
    pub fn read(text: &str) -> Result<Self, Vec<Issue>> {
        match serde_saphyr::from_str::<serde_json::Value>(text) {
            Ok(value) => Self::from_value(value),
            Err(error) => Err(vec![Issue::new("unreadable", "question", first_line(&error))]),
        }
    }

    /// Reads a question from a JSON value.
    ///
    /// # Errors
    /// Every unknown key and every value of a wrong type, with its place.
    pub fn from_value(mut value: serde_json::Value) -> Result<Self, Vec<Issue>> {
        let mut issues = Vec::new();
        lenient(&mut value);
        check_shape(&value, &mut issues);
        if !issues.is_empty() {
            return Err(issues);
        }
        serde_json::from_value(value)
            .map_err(|error| vec![Issue::new("wrong_type", "question", error.to_string())])
    }
}

/// Wraps single words where lists belong, and turns years and dates that YAML read as numbers back
/// into text.
fn lenient(value: &mut serde_json::Value) {
    let Some(object) = value.as_object_mut() else { return };
    for key in ["metrics", "by", "where", "compare"] {
        if let Some(item) = object.get_mut(key)
            && (item.is_string() || (key == "metrics" && item.is_object()))
        {
            *item = serde_json::Value::Array(vec![item.take()]);
        }
    }
    if let Some(range) = object.get_mut("range")
        && range.is_number()
    {
        *range = serde_json::Value::String(range.to_string());
    }
}

fn check_shape(value: &serde_json::Value, issues: &mut Vec<Issue>) {
    let Some(object) = value.as_object() else {
        issues.push(Issue::new("wrong_type", "question", "a question is an object with `metrics`"));
        return;
    };
    check_keys(object, "", QUESTION_KEYS, issues);
    for (key, value) in object {
        match key.as_str() {
            "metrics" => check_metrics(value, issues),
            "by" | "where" | "compare" => check_words(key, value, issues),
            "range" => check_range(value, issues),
            "limit" if !value.is_u64() && !value.is_null() => {
                issues.push(Issue::new("wrong_type", key, "`limit` is a whole number"));
            }
            "statistic" | "statistics" | "stat" | "order" if !value.is_string() => {
                check_words(key, value, issues);
            }
            "every" | "zone" | "week_start" | "attribution" | "clock" | "as_of"
                if !value.is_string() && !value.is_null() =>
            {
                issues.push(Issue::new("wrong_type", key, format!("`{key}` is one word")));
            }
            _ => {}
        }
    }
    if !object.contains_key("metrics") {
        issues.push(Issue::new("no_metric", "metrics", "the question names no metric"));
    }
}

fn check_keys(
    object: &serde_json::Map<String, serde_json::Value>,
    place: &str,
    known: &[&'static str],
    issues: &mut Vec<Issue>,
) {
    for key in object.keys().filter(|key| !known.contains(&key.as_str())) {
        let place = if place.is_empty() { key.clone() } else { format!("{place}.{key}") };
        issues.push(
            Issue::new("unknown_key", place, format!("nothing reads the key `{key}`"))
                .did_you_mean(key, known.iter().copied()),
        );
    }
}

fn check_words(key: &str, value: &serde_json::Value, issues: &mut Vec<Issue>) {
    let Some(list) = value.as_array() else {
        issues.push(Issue::new("wrong_type", key, format!("`{key}` is a list of words")));
        return;
    };
    for (at, _) in list.iter().enumerate().filter(|(_, item)| !item.is_string()) {
        issues.push(Issue::new("wrong_type", format!("{key}[{at}]"), "not a word"));
    }
}

fn check_metrics(value: &serde_json::Value, issues: &mut Vec<Issue>) {
    let Some(list) = value.as_array() else {
        issues.push(Issue::new("wrong_type", "metrics", "`metrics` is a list of names"));
        return;
    };
    for (at, item) in list.iter().enumerate() {
        let place = format!("metrics[{at}]");
        match item {
            serde_json::Value::String(_) => {}
            serde_json::Value::Object(object) => {
                check_keys(object, &place, ASKED_KEYS, issues);
                if let Err(error) = serde_json::from_value::<AskedObject>(item.clone())
                    && object.keys().all(|key| ASKED_KEYS.contains(&key.as_str()))
                {
                    issues.push(Issue::new("wrong_type", place, error.to_string()));
                }
            }
            _ => issues.push(Issue::new("wrong_type", place, "a metric is a name or an object")),
        }
    }
}

fn check_range(value: &serde_json::Value, issues: &mut Vec<Issue>) {
    match value {
        serde_json::Value::String(_) | serde_json::Value::Null => {}
        serde_json::Value::Object(object) => {
            check_keys(object, "range", RANGE_KEYS, issues);
            for (key, item) in object {
                if !item.is_string() && !item.is_null() {
                    issues.push(Issue::new(
                        "wrong_type",
                        format!("range.{key}"),
                        "a day or a time, as text",
                    ));
                }
            }
        }
        _ => {
            issues.push(Issue::new("wrong_type", "range", "a period in words, or `from` and `to`"));
        }
    }
}

/// The first line of an error, without the drawing of the source that may follow it.
pub(crate) fn first_line(error: &impl std::fmt::Display) -> String {
    error.to_string().lines().next().unwrap_or_default().to_owned()
}

impl From<&str> for Asked {
    /// Reads `name` or `name:variant`.
    fn from(text: &str) -> Self {
        let (metric, variant) = match text.split_once(':') {
            Some((metric, variant)) => (metric, Some(variant.trim().to_owned())),
            None => (text, None),
        };
        Self { metric: metric.trim().to_owned(), variant, ..Self::default() }
    }
}

impl<'de> Deserialize<'de> for Asked {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Form {
            Name(String),
            Object(AskedObject),
        }
        Ok(match Form::deserialize(deserializer)? {
            Form::Name(name) => Self::from(name.as_str()),
            Form::Object(object) => {
                let name = Self::from(object.metric.as_str());
                Self {
                    metric: name.metric,
                    variant: object.variant.or(name.variant),
                    parameters: object.parameters,
                    statistic: object.statistic,
                    clock: object.clock,
                    attribution: object.attribution,
                    name: object.name,
                }
            }
        })
    }
}

impl Serialize for Asked {
    /// Writes the short form where name and variant say it all.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let short = match &self.variant {
            Some(variant) => format!("{}:{variant}", self.metric),
            None => self.metric.clone(),
        };
        if self.parameters.is_empty()
            && self.statistic.is_empty()
            && self.clock.is_none()
            && self.attribution.is_none()
            && self.name.is_none()
        {
            return serializer.serialize_str(&short);
        }
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("metric", &self.metric)?;
        if let Some(variant) = &self.variant {
            map.serialize_entry("variant", variant)?;
        }
        if !self.parameters.is_empty() {
            map.serialize_entry("parameters", &self.parameters)?;
        }
        if !self.statistic.is_empty() {
            map.serialize_entry("statistic", &self.statistic)?;
        }
        for (key, value) in
            [("clock", &self.clock), ("attribution", &self.attribution), ("as", &self.name)]
        {
            if let Some(value) = value {
                map.serialize_entry(key, value)?;
            }
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Form {
            One(String),
            Many(Vec<String>),
        }
        let texts = match Form::deserialize(deserializer)? {
            Form::One(text) => vec![text],
            Form::Many(texts) => texts,
        };
        // No word has a comma in it: in a list it stands between words as well.
        Ok(texts.iter().flat_map(|text| text.split(',')).map(str::trim).collect())
    }
}

impl Serialize for Words {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.as_slice() {
            [word] => serializer.serialize_str(word),
            words => serializer.collect_seq(words),
        }
    }
}
