//! Holidays out of iCalendar files (RFC 5545), as national calendars are published.
//!
//! Read are all-day events, ranges of days and plain yearly repetition. What cannot be a holiday
//! here, such as an appointment with a time of day, is reported, never left out in silence.

use crate::calendar::Holiday;
use crate::limits::{CALENDAR_YEAR_MAX, ICS_BYTES_MAX, ICS_EVENT_DAYS_MAX};
use icalendar::parser::{Component, read_calendar, unfold};
use jiff::ToSpan;
use jiff::civil::Date;
use std::collections::BTreeMap;

/// What an iCalendar file had to say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holidays {
    /// Days closed, by date, each once; names of one date are joined with ` / `.
    pub holidays: Vec<Holiday>,
    /// Entries that were not understood, in the file's order.
    pub skipped: Vec<Skipped>,
}

/// An entry of the file that became no holiday.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Position among the file's components, from 1.
    pub number: usize,
    /// Its summary, or its kind where it has none.
    pub summary: String,
    /// Why it was skipped.
    pub reason: String,
}

/// Why a text is no iCalendar file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IcsError {
    /// It is larger than [`ICS_BYTES_MAX`].
    #[error("the calendar file has {bytes} bytes; at most {ICS_BYTES_MAX}")]
    TooLong {
        /// Its size.
        bytes: usize,
    },
    /// It doesn't follow RFC 5545.
    #[error("not an iCalendar file: {reason}")]
    Malformed {
        /// What the parser said.
        reason: String,
    },
}

/// Reads the holidays of an iCalendar text.
pub fn holidays(text: &str) -> Result<Holidays, IcsError> {
    if text.len() > ICS_BYTES_MAX {
        return Err(IcsError::TooLong { bytes: text.len() });
    }
    let text = text.trim_start_matches('\u{feff}');
    if !text.trim_start().to_ascii_uppercase().starts_with("BEGIN:VCALENDAR") {
        return Err(IcsError::Malformed { reason: "it doesn't begin with BEGIN:VCALENDAR".into() });
    }
    let unfolded = unfold(text);
    let calendar = read_calendar(&unfolded)
        .map_err(|reason| IcsError::Malformed { reason: short(&reason) })?;
    let mut days: BTreeMap<Date, Vec<String>> = BTreeMap::new();
    let mut skipped = Vec::new();
    for (at, component) in calendar.components.iter().enumerate() {
        let summary = property(component, "SUMMARY").unwrap_or(component.name.as_str());
        match dates(component) {
            Ok(dates) => {
                for date in dates {
                    let names = days.entry(date).or_default();
                    if !names.iter().any(|name| name == summary) {
                        names.push(summary.to_owned());
                    }
                }
            }
            Err(reason) => {
                skipped.push(Skipped { number: at + 1, summary: summary.to_owned(), reason });
            }
        }
    }
    let holidays = days
        .into_iter()
        .map(|(date, names)| Holiday { date, name: Some(names.join(" / ")), hours: Vec::new() })
        .collect();
    Ok(Holidays { holidays, skipped })
}

/// The parser quotes the rest of the file: the first line says enough.
fn short(reason: &str) -> String {
    reason.lines().next().unwrap_or_default().chars().take(200).collect()
}

fn property<'a>(component: &'a Component<'_>, name: &str) -> Option<&'a str> {
    component.properties.iter().find(|property| property.name == name).map(|property| {
        let value: &str = property.val.as_ref();
        value
    })
}

/// The days an entry covers; none for an entry that is no event, such as a zone.
fn dates(component: &Component<'_>) -> Result<Vec<Date>, String> {
    match component.name.as_str() {
        "VEVENT" => {}
        "VTIMEZONE" => return Ok(Vec::new()),
        other => return Err(format!("a {other} is no holiday")),
    }
    if property(component, "STATUS") == Some("CANCELLED") {
        return Err("it was cancelled".to_owned());
    }
    for name in ["RDATE", "EXDATE", "RECURRENCE-ID", "EXRULE"] {
        if property(component, name).is_some() {
            return Err(format!("{name} is not supported; write the dates out"));
        }
    }
    let start = date(property(component, "DTSTART").ok_or("it has no DTSTART")?)?;
    let end = match (property(component, "DTEND"), property(component, "DURATION")) {
        (Some(end), _) => date(end)?,
        (None, Some(duration)) => later(start, whole_days(duration)?)?,
        (None, None) => later(start, 1)?,
    };
    let length = (end.duration_since(start).as_hours() / 24).max(1);
    if end < start {
        return Err(format!("it ends on {end}, before it starts on {start}"));
    }
    if length > ICS_EVENT_DAYS_MAX {
        return Err(format!("it covers {length} days; at most {ICS_EVENT_DAYS_MAX}"));
    }
    let starts = match property(component, "RRULE") {
        None => vec![start],
        Some(rule) => yearly(start, rule)?,
    };
    let mut dates = Vec::new();
    for start in starts {
        for step in 0..length {
            dates.push(later(start, step)?);
        }
    }
    Ok(dates)
}

/// The day `days` after.
fn later(date: Date, days: i64) -> Result<Date, String> {
    date.checked_add(days.days()).map_err(|_| format!("{date} is too late"))
}

/// Reads `20261225`.
fn date(text: &str) -> Result<Date, String> {
    if text.contains('T') {
        return Err("it has a time of day; only whole days are holidays".to_owned());
    }
    let number = |range: std::ops::Range<usize>| text.get(range).and_then(|part| part.parse().ok());
    let parts = (text.len() == 8).then(|| {
        let (year, month, day): (Option<i16>, Option<i8>, Option<i8>) =
            (text.get(0..4).and_then(|part| part.parse().ok()), number(4..6), number(6..8));
        Date::new(year?, month?, day?).ok()
    });
    parts.flatten().ok_or_else(|| format!("`{text}` is not a date"))
}

/// Reads `P1D` or `P2W`.
fn whole_days(text: &str) -> Result<i64, String> {
    let days = text.strip_prefix('P').and_then(|rest| {
        let (number, unit) = rest.split_at_checked(rest.len().checked_sub(1)?)?;
        let number: i64 = number.parse().ok().filter(|number| (1..=400).contains(number))?;
        match unit {
            "D" => Some(number),
            "W" => Some(number * 7),
            _ => None,
        }
    });
    days.ok_or_else(|| format!("DURATION `{text}` is not a number of whole days"))
}

/// The days on which a plain yearly rule repeats, up to the last year of business calendars.
fn yearly(start: Date, rule: &str) -> Result<Vec<Date>, String> {
    let unsupported = || format!("RRULE `{rule}` is not supported; only plain FREQ=YEARLY is");
    let (mut every, mut count, mut until) = (1_i16, usize::MAX, Date::MAX);
    let mut is_yearly = false;
    for part in rule.split(';').filter(|part| !part.is_empty()) {
        match part.split_once('=').ok_or_else(unsupported)? {
            ("FREQ", "YEARLY") => is_yearly = true,
            ("INTERVAL", text) => {
                every = text.parse().ok().filter(|n| *n > 0).ok_or_else(unsupported)?;
            }
            ("COUNT", text) => count = text.parse().map_err(|_| unsupported())?,
            ("UNTIL", text) => until = date(text.split('T').next().unwrap_or(text))?,
            // Restating the start's own day changes nothing.
            ("BYMONTH", text) if text.parse() == Ok(start.month()) => {}
            ("BYMONTHDAY", text) if text.parse() == Ok(start.day()) => {}
            ("WKST", _) => {}
            _ => return Err(unsupported()),
        }
    }
    if !is_yearly {
        return Err(unsupported());
    }
    let mut dates = Vec::new();
    let mut year = start.year();
    while year <= CALENDAR_YEAR_MAX && dates.len() < count {
        // 29 February only falls in leap years: other years are passed over, as RFC 5545 says.
        if let Ok(date) = Date::new(year, start.month(), start.day()) {
            if date > until {
                break;
            }
            dates.push(date);
        }
        year = year.saturating_add(every);
    }
    Ok(dates)
}
