//! What can be wrong with a business calendar.

use serde::Serialize;
use std::fmt;

/// One thing wrong with a calendar, with the place to look and the way to mend it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CalendarIssue {
    /// A stable word for the kind of problem, for example `unknown_zone`.
    pub code: &'static str,
    /// Where in the calendar, for example `versions[0].hours.mon[1]`.
    pub place: String,
    /// What is wrong, in one sentence.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl fmt::Display for CalendarIssue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)?;
        match &self.hint {
            Some(hint) => write!(f, " (hint: {hint})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for CalendarIssue {}

/// The issues found so far.
#[derive(Debug, Default)]
pub(super) struct Issues(pub(super) Vec<CalendarIssue>);

impl Issues {
    /// Notes one more.
    pub(super) fn add(
        &mut self,
        code: &'static str,
        place: impl Into<String>,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        let hint = Some(hint.into()).filter(|hint| !hint.is_empty());
        self.0.push(CalendarIssue { code, place: place.into(), message: message.into(), hint });
    }
}
