//! The rules: which field, how long, and after what.

use event::Instant;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// How long what is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RetentionRules {
    /// Each for itself; what several are about goes with the first of them.
    pub rules: Vec<RetentionRule>,
}

/// How long one field is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetentionRule {
    /// `text`, `custom_fields`, `custom_fields.NAME`, `quarantine` or `imports`.
    pub field: String,
    /// For how long: a number of days or weeks, such as `90d` or `12w`.
    pub after: String,
    /// Only tickets of this source; all where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// After what.
    #[serde(default)]
    pub by: Basis,
}

/// The moment from which a field of a ticket is kept for a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The last thing that happened.
    #[default]
    LastEvent,
    /// The ticket's end: solved, closed, thrown away or merged. While it is open nothing is due.
    Closed,
}

/// What is wrong with a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetentionIssue {
    /// Which rule and key, as `rules[0].after`.
    pub place: String,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub hint: String,
}

/// What a rule is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    Text,
    /// All of them, or one.
    Custom(Option<String>),
    Quarantine,
    Imports,
}

const CUSTOM: &str = "custom_fields";
const DAY_US: i64 = 24 * 3_600 * 1_000_000;
/// A hundred years: whoever wants more writes no rule.
const DAYS_MAX: i64 = 36_525;

impl RetentionRule {
    pub(crate) fn what(&self) -> Option<Field> {
        Some(match self.field.as_str() {
            "text" => Field::Text,
            CUSTOM => Field::Custom(None),
            "quarantine" => Field::Quarantine,
            "imports" => Field::Imports,
            other => {
                let name = other.strip_prefix(CUSTOM)?.strip_prefix('.')?;
                (!name.is_empty()).then(|| Field::Custom(Some(name.to_owned())))?
            }
        })
    }

    /// The time in microseconds.
    pub(crate) fn after_us(&self) -> Option<i64> {
        let (number, days) = match (self.after.strip_suffix('d'), self.after.strip_suffix('w')) {
            (Some(number), _) => (number, 1),
            (_, Some(number)) => (number, 7),
            _ => return None,
        };
        if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let days = number.parse::<i64>().ok()?.checked_mul(days)?;
        (1..=DAYS_MAX).contains(&days).then_some(days * DAY_US)
    }
}

impl RetentionRules {
    /// What is wrong with them, all of it.
    pub fn check(&self) -> Vec<RetentionIssue> {
        let mut issues = Vec::new();
        let mut known = BTreeSet::new();
        for (place, rule) in self.rules.iter().enumerate() {
            let mut wrong = |key: &str, message: String, hint: &str| {
                let (place, hint) = (format!("rules[{place}].{key}"), hint.to_owned());
                issues.push(RetentionIssue { place, message, hint });
            };
            if rule.what().is_none() {
                let hint = "text, custom_fields, custom_fields.NAME, quarantine or imports";
                wrong("field", format!("there is no field `{}` to keep", rule.field), hint);
            }
            if rule.after_us().is_none() {
                let message = format!("`{}` is not a length of time", rule.after);
                wrong("after", message, "a number of days or weeks from one day on: 90d, 12w");
            }
            if rule.what() == Some(Field::Imports) && rule.source.is_some() {
                let message = "imports are of no source".to_owned();
                wrong("source", message, "leave it out");
            }
            if !known.insert((&rule.field, &rule.source)) {
                let message = format!("there are two rules for `{}`", rule.field);
                wrong("field", message, "keep the shorter one");
            }
        }
        issues
    }

    /// Source and instant: raw texts that came before it are past their time.
    pub(crate) fn quarantine_before(&self, now: Instant) -> Vec<(Option<String>, Instant)> {
        self.before(now, &Field::Quarantine).collect()
    }

    /// Imports that ended before it are past their time.
    pub(crate) fn imports_before(&self, now: Instant) -> Option<Instant> {
        self.before(now, &Field::Imports).map(|(_, at)| at).max()
    }

    fn before(
        &self,
        now: Instant,
        field: &Field,
    ) -> impl Iterator<Item = (Option<String>, Instant)> {
        self.rules
            .iter()
            .filter(move |rule| rule.what().as_ref() == Some(field))
            .filter_map(move |rule| Some((rule.source.clone(), now.plus(-rule.after_us()?))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(field: &str, after: &str) -> RetentionRule {
        let (field, after) = (field.to_owned(), after.to_owned());
        RetentionRule { field, after, source: None, by: Basis::default() }
    }

    #[test]
    fn every_mistake_is_told_at_once() {
        let rules = vec![rule("txt", "90d"), rule("text", "0d"), rule("text", "1y")];
        let issues = RetentionRules { rules }.check();
        let places: Vec<&str> = issues.iter().map(|issue| issue.place.as_str()).collect();
        assert_eq!(
            places,
            ["rules[0].field", "rules[1].after", "rules[2].after", "rules[2].field"]
        );
        let fine = vec![rule("text", "90d"), rule("custom_fields.plan", "12w")];
        assert_eq!(RetentionRules { rules: fine }.check(), []);
    }

    #[test]
    fn lengths_are_days_and_weeks() {
        assert_eq!(rule("text", "2w").after_us(), rule("text", "14d").after_us());
        for wrong in ["", "d", "-1d", "+1d", "1.5d", "90", "99999999999999999999d"] {
            assert_eq!(rule("text", wrong).after_us(), None, "{wrong}");
        }
    }
}
