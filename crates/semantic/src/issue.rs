//! What is wrong with a question or a definition, as a value: every problem at once, each with a
//! remedy.

use serde::{Deserialize, Serialize};
use std::fmt;

/// One problem of a question or a definition that its author can mend.
///
/// Issues are collected, never thrown at the first one; see [`Issue::did_you_mean`] for hints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Issue {
    /// Which problem this is, stable across releases; each one is listed in [`CODES`].
    pub code: String,
    /// Where: a path in the question (`where[1]`) or a file and line
    /// (`first_response_time.yaml:12`).
    pub place: String,
    /// What is wrong, in one lower-case sentence without a full stop.
    pub message: String,
    /// What to do about it, where we know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

impl Issue {
    /// An issue without a hint.
    pub fn new(code: &'static str, place: impl Into<String>, message: impl Into<String>) -> Self {
        debug_assert!(CODES.iter().any(|(known, _)| *known == code), "undocumented code {code}");
        Self { code: code.to_owned(), place: place.into(), message: message.into(), hint: None }
    }

    /// The same issue with a remedy.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same issue with the nearest of `known` as its hint, or all of them where none is near.
    #[must_use]
    pub fn did_you_mean<'a>(self, asked: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        match suggest(asked, known) {
            Some(hint) => self.hint(hint),
            None => self,
        }
    }
}

impl fmt::Display for Issue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} [{}]", self.place, self.message, self.code)?;
        match &self.hint {
            Some(hint) => write!(f, "\n  hint: {hint}"),
            None => Ok(()),
        }
    }
}

/// How alike two words must be (Jaro–Winkler, 0 to 1) before one is offered for the other.
const SIMILARITY_MIN: f64 = 0.75;
/// How many words a hint lists where none is alike.
const LISTED_MAX: usize = 12;

/// "did you mean …?" for the nearest of `known`, or the list of them where none is near.
pub fn suggest<'a>(asked: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let known: Vec<&str> = known.into_iter().collect();
    let asked_lower = asked.to_lowercase();
    let nearest = known
        .iter()
        .map(|word| (strsim::jaro_winkler(&asked_lower, &word.to_lowercase()), *word))
        .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)));
    match nearest {
        Some((similarity, word)) if similarity >= SIMILARITY_MIN => {
            Some(format!("did you mean `{word}`?"))
        }
        Some(_) if known.len() <= LISTED_MAX => Some(format!("one of: {}", known.join(", "))),
        Some(_) => Some(format!("for example: {}, …", known[..LISTED_MAX].join(", "))),
        None => None,
    }
}

/// Every issue code with what it means and what to do; `docs/reference/issues.md` is made from it.
pub const CODES: &[(&str, &str)] = &[
    ("unreadable", "The text is not valid YAML or JSON. Mend the syntax at the place named."),
    (
        "unknown_key",
        "A key that nothing reads. Questions and definitions refuse what they do not know, so that a typing error never changes a number in silence.",
    ),
    (
        "wrong_type",
        "A value of another kind than the key takes, for example a list where a word belongs.",
    ),
    (
        "bad_retention",
        "A rule of retention names a field that is not kept, no length of time, or the same field twice.",
    ),
    ("no_metric", "The question names no metric. Give at least one under `metrics`."),
    (
        "unknown_metric",
        "No metric of this name is shipped or defined by you. `GET /api/v1/metrics` and `deskmeter explain` list them.",
    ),
    (
        "unknown_variant",
        "The metric exists, but not in this variant. `deskmeter explain METRIC` lists its variants.",
    ),
    ("unknown_parameter", "The metric takes no parameter of this name."),
    ("bad_parameter", "The parameter's value is not among those its definition allows."),
    (
        "unknown_statistic",
        "A statistic is median, mean, min, max, sum, p1 … p99 or p99.9, or one that the metric's kind offers, such as last, avg, max and min of a stock.",
    ),
    (
        "statistic_not_offered",
        "The metric's kind has no such statistic: a share has no median, a stock is never summed over time.",
    ),
    ("unknown_clock", "A clock is `business` or `calendar`."),
    ("clock_not_offered", "This variant is not measured on that clock."),
    (
        "unknown_attribution",
        "The metric cannot be attributed to that instant; its definition lists the instants it offers.",
    ),
    (
        "unknown_dimension",
        "Nothing can be split or filtered by this name. `GET /api/v1/dimensions` lists what can.",
    ),
    (
        "dimension_not_offered",
        "The dimension exists but has no meaning for this metric, for example an age bucket for anything but a stock.",
    ),
    ("too_many_dimensions", "A question splits by three dimensions at most."),
    ("repeated", "The same thing is asked twice."),
    ("unknown_grain", "`every` is hour, day, week, month, quarter or year."),
    (
        "unknown_zone",
        "The zone is not in the IANA time zone database. Use a name such as Europe/Berlin.",
    ),
    ("unknown_week_start", "`week_start` is the name of a weekday."),
    (
        "bad_range",
        "The range cannot be read. Write `last 12 weeks`, `previous month`, `this year`, `2026-03`, `2026-03-01..2026-03-31`, or `from` and `to`.",
    ),
    ("empty_range", "The range ends before it begins."),
    (
        "too_many_buckets",
        "The range has more buckets of the asked grain than one answer may hold. Use a coarser grain or a shorter range.",
    ),
    (
        "bad_filter",
        "The filter cannot be read. Write `field = value`, `field != value`, `field in (a, b)`, `field not in (a, b)`, `field is null`, `field is not null`, or `<`, `<=`, `>`, `>=` for numbers and times.",
    ),
    (
        "bad_filter_value",
        "The value does not fit the field: a word for a number, or a comparison of words.",
    ),
    ("unknown_comparison", "`compare` takes previous_period and same_period_last_year."),
    ("comparison_needs_range", "A comparison needs a range with both ends."),
    ("bad_instant", "An instant is RFC 3339 with an offset, for example 2026-11-16T09:00:00Z."),
    (
        "bad_order",
        "`order` names `time`, a dimension of the question or one of its metrics, with an optional leading `-` for descending.",
    ),
    ("limit_exceeded", "A number in the question is above the limit that its message quotes."),
    ("bad_name", "A name holds other characters than a-z, 0-9 and _, or is empty."),
    ("bad_definition", "A part of the definition is missing or does not fit its kind."),
    (
        "bad_sql",
        "A fragment of SQL in the definition cannot be read against the fact table, or yields another type than its place takes.",
    ),
    ("duplicate_definition", "Two files of one folder define the same metric and version."),
    (
        "bad_target",
        "A target is a finite number in the unit of its metric: seconds for durations, a fraction from 0 to 1 for shares.",
    ),
    (
        "no_sql",
        "The plan of the metric uses something that SQL cannot say. The answer is not affected.",
    ),
    ("no_title", "An annotation has a title, which is what a chart shows of it."),
    ("unknown_kind", "An annotation is a release, a campaign, an incident, a holiday, or other."),
    (
        "internal",
        "The question is sound but could not be compiled: a defect of ours. Please report it with the question.",
    ),
];

/// The reference page of all issue codes, in Markdown.
pub fn reference() -> String {
    let mut page = String::from(
        "# Issues\n\nGenerated from `semantic::issue::CODES`; refresh with \
         `UPDATE=1 cargo test -p semantic`.\n\nEvery problem of a question or a definition is \
         reported at once, with its code, place, message and hint.\n\n| code | meaning and remedy |\n| --- | --- |\n",
    );
    for (code, text) in CODES {
        page.push_str(&format!("| `{code}` | {text} |\n"));
    }
    page
}
