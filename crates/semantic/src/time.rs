//! Local time: grains, zones, and where a bucket begins and ends.

mod range;
mod spine;

pub use range::{Present, Resolved, Unit, read_end, read_range, read_start};
pub use spine::{Bucket, spine};

use crate::definition::words;
use crate::issue::{Issue, suggest};
use event::Instant;
use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, SpanRound, ToSpan};
use serde::{Deserialize, Serialize};
use std::fmt;

words! {
    /// The length of a bucket of time.
    Grain {
        /// An hour of the local clock.
        Hour = "hour",
        /// A local day, of 23, 24 or 25 hours.
        Day = "day",
        /// Seven local days, beginning as `week_start` says.
        Week = "week",
        /// A calendar month.
        Month = "month",
        /// Three calendar months.
        Quarter = "quarter",
        /// A calendar year.
        Year = "year",
    }
}

impl Grain {
    /// `count` grains as a civil span.
    pub(crate) fn span(self, count: i64) -> Span {
        match self {
            Self::Hour => count.hours(),
            Self::Day => count.days(),
            Self::Week => (count * 7).days(),
            Self::Month => count.months(),
            Self::Quarter => (count * 3).months(),
            Self::Year => count.years(),
        }
    }
}

/// A zone with the name it was asked by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    /// IANA name.
    pub name: String,
    /// Its rules.
    pub rules: TimeZone,
    /// The first day of a week.
    pub week_start: Weekday,
}

impl Zone {
    /// The zone of this IANA name, weeks beginning on Monday.
    pub fn named(name: &str) -> Option<Self> {
        let rules = TimeZone::get(name).ok()?;
        Some(Self { name: name.to_owned(), rules, week_start: Weekday::Monday })
    }

    /// The zone of this IANA name, as a person wrote it.
    ///
    /// # Errors
    /// There is none; the name meant, if one is near.
    pub fn read(name: &str) -> Result<Self, Issue> {
        Self::named(name).ok_or_else(|| {
            let known: Vec<String> =
                jiff::tz::db().available().map(|zone| zone.to_string()).collect();
            let message = format!("there is no time zone `{name}`");
            let issue = Issue::new("unknown_zone", "zone", message);
            match suggest(name, known.iter().map(String::as_str)) {
                Some(hint) if hint.starts_with("did") => issue.hint(hint),
                _ => issue.hint("use an IANA name such as Europe/Berlin or UTC"),
            }
        })
    }

    /// Coordinated Universal Time.
    pub fn utc() -> Self {
        Self { name: "UTC".to_owned(), rules: TimeZone::UTC, week_start: Weekday::Monday }
    }

    /// What the clocks of the zone show at `instant`; held at the ends of the calendar.
    pub fn local(&self, instant: Instant) -> DateTime {
        match jiff::Timestamp::try_from(instant) {
            Ok(timestamp) => self.rules.to_datetime(timestamp),
            Err(_) if instant.micros() < 0 => DateTime::MIN,
            Err(_) => DateTime::MAX,
        }
    }

    /// The first instant at which the clocks of the zone show `local` or later.
    pub fn instant(&self, local: DateTime) -> Instant {
        match self.rules.to_timestamp(local) {
            Ok(timestamp) => timestamp.into(),
            Err(_) if local.year() < 0 => Instant::from_micros(i64::MIN),
            Err(_) => Instant::from_micros(i64::MAX),
        }
    }

    /// The local start of the bucket that holds `local`.
    pub fn floor(&self, local: DateTime, grain: Grain) -> DateTime {
        let day = local.date();
        let start = match grain {
            Grain::Hour => return day.to_datetime(Time::constant(local.hour(), 0, 0, 0)),
            Grain::Day => day,
            Grain::Week => {
                let since = self.week_start.until(day.weekday());
                day.saturating_sub(i64::from(since).days())
            }
            Grain::Month => day.first_of_month(),
            Grain::Quarter => date(day.year(), (day.month() - 1) / 3 * 3 + 1),
            Grain::Year => date(day.year(), 1),
        };
        start.to_datetime(Time::midnight())
    }

    /// The local start of the bucket `count` grains after the one that begins at `start`.
    pub fn step(&self, start: DateTime, grain: Grain, count: i64) -> DateTime {
        start.saturating_add(grain.span(count))
    }
}

/// The first day of a month; the month comes from a valid date, so the fallback is never used.
fn date(year: i16, month: i8) -> Date {
    Date::new(year, month, 1).unwrap_or(Date::ZERO)
}

/// The name of a weekday, as in questions.
pub const WEEKDAYS: [(&str, Weekday); 7] = [
    ("monday", Weekday::Monday),
    ("tuesday", Weekday::Tuesday),
    ("wednesday", Weekday::Wednesday),
    ("thursday", Weekday::Thursday),
    ("friday", Weekday::Friday),
    ("saturday", Weekday::Saturday),
    ("sunday", Weekday::Sunday),
];

/// The weekday of this name.
pub fn weekday(name: &str) -> Option<Weekday> {
    let name = name.to_lowercase();
    WEEKDAYS.iter().find(|(known, _)| *known == name).map(|(_, day)| *day)
}

/// The weekday of this name, as a person wrote it.
///
/// # Errors
/// There is none; the day meant, if one is near.
pub fn read_weekday(name: &str) -> Result<Weekday, Issue> {
    weekday(name).ok_or_else(|| {
        let message = format!("`{name}` is not a day of the week");
        Issue::new("unknown_week_start", "week_start", message)
            .did_you_mean(name, WEEKDAYS.iter().map(|(name, _)| *name))
    })
}

/// The name of this weekday.
pub fn weekday_name(day: Weekday) -> &'static str {
    WEEKDAYS.iter().find(|(_, known)| *known == day).map_or("monday", |(name, _)| *name)
}

/// Whole days between two local times, rounded up, at least one.
pub fn days_between(from: DateTime, to: DateTime) -> i64 {
    let whole = from.until(to).ok().and_then(|span| {
        span.round(SpanRound::new().largest(jiff::Unit::Hour).days_are_24_hours()).ok()
    });
    whole.map_or(1, |span| (i64::from(span.get_hours()) + 23) / 24).max(1)
}

/// A local time as buckets are written: a day, or a day with an hour.
pub fn bucket_name(start: DateTime, grain: Grain) -> String {
    match grain {
        Grain::Hour => start.strftime("%Y-%m-%dT%H:%M").to_string(),
        Grain::Day | Grain::Week | Grain::Month | Grain::Quarter | Grain::Year => {
            start.date().to_string()
        }
    }
}
