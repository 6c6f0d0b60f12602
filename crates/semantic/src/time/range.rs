//! The period of a question: words and dates to instants, and the periods it is compared with.

use super::{Grain, Zone, days_between};
use crate::issue::Issue;
use crate::question::{Ends, Range};
use event::Instant;
use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time};

/// What a period is a whole number of, if it is: the step to the period before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// So many grains.
    Grains(Grain, i64),
    /// Local days between two midnights.
    Days(i64),
    /// Microseconds.
    Micros(i64),
}

/// The present, and the zone it is looked at from.
#[derive(Clone, Copy, Debug)]
pub struct Present<'a> {
    /// The present.
    pub now: Instant,
    /// The zone of the question.
    pub zone: &'a Zone,
}

/// A period as instants, half-open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// First instant; `None` = the beginning of history.
    pub from: Option<Instant>,
    /// End, exclusive.
    pub to: Instant,
    /// Whether one instant was asked for (`at`), which only a stock can answer.
    pub at: bool,
    /// The step to the period before.
    pub unit: Option<Unit>,
}

impl Resolved {
    /// All history up to and with the present.
    pub fn all(now: Instant) -> Self {
        Self { from: None, to: now.plus(1), at: false, unit: None }
    }

    /// Whether it is all history up to and with the present.
    pub fn is_all(&self, now: Instant) -> bool {
        *self == Self::all(now)
    }

    /// The period before this one, as long as this one has lasted so far.
    pub fn previous(&self, present: Present<'_>) -> Option<Self> {
        let unit = self.unit?;
        self.shifted(present, |local| match unit {
            Unit::Grains(grain, count) => Shift::To(present.zone.step(local, grain, -count)),
            Unit::Days(days) => Shift::To(local.saturating_sub(days.days())),
            Unit::Micros(micros) => Shift::By(micros),
        })
    }

    /// The same period a year ago: by 52 weeks where `weekly`, so that weekdays agree, else by a
    /// calendar year.
    pub fn last_year(&self, present: Present<'_>, weekly: bool) -> Option<Self> {
        let span = if weekly { 364.days() } else { 1.year() };
        self.shifted(present, |local| Shift::To(local.saturating_sub(span)))
    }

    fn shifted(&self, present: Present<'_>, shift: impl Fn(DateTime) -> Shift) -> Option<Self> {
        let moved = |instant: Instant| match shift(present.zone.local(instant)) {
            Shift::To(local) => present.zone.instant(local),
            Shift::By(micros) => instant.plus(-micros),
        };
        let from = moved(self.from?);
        let to = moved(self.to.min(present.now.plus(1).max(self.from?)));
        Some(Self { from: Some(from), to, at: self.at, unit: self.unit })
    }
}

enum Shift {
    To(DateTime),
    By(i64),
}

/// Reads a period; `None` in the question is all history.
///
/// # Errors
/// `bad_range` or `empty_range`, with the place in the question.
pub fn read_range(range: Option<&Range>, present: Present<'_>) -> Result<Resolved, Issue> {
    let resolved = match range {
        None => Resolved::all(present.now),
        Some(Range::Text(text)) => read_text(text, present)?,
        Some(Range::Ends(ends)) => read_ends(ends, present)?,
    };
    match resolved.from {
        Some(from) if from >= resolved.to => {
            let to = resolved.to;
            Err(Issue::new(
                "empty_range",
                "range",
                format!("the range ends at {to}, not after its beginning {from}"),
            )
            .hint("`to` must lie after `from`"))
        }
        _ => Ok(resolved),
    }
}

const HINT: &str = "write for example `last 12 weeks`, `previous month`, `this year`, `2026-03`, \
                    `2026-03-01..2026-03-31`, or `from` and `to`";

fn bad(place: &str, text: &str) -> Issue {
    Issue::new("bad_range", place, format!("`{text}` is not a period")).hint(HINT)
}

fn read_text(text: &str, present: Present<'_>) -> Result<Resolved, Issue> {
    let text = text.trim();
    if let Some((from, to)) = text.split_once("..") {
        let side = |side: &str| Some(side.trim().to_owned()).filter(|side| !side.is_empty());
        return read_ends(&Ends { from: side(from), to: side(to), at: None }, present);
    }
    if let Some(resolved) = read_words(&text.to_lowercase(), present) {
        return Ok(resolved);
    }
    let (from, to, unit) = read_day(text, present.zone).ok_or_else(|| bad("range", text))?;
    Ok(Resolved { from: Some(from), to, at: false, unit })
}

/// `last 12 weeks`, `this month`, `today`, …
fn read_words(text: &str, present: Present<'_>) -> Option<Resolved> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let (grain, first, count) = match words.as_slice() {
        ["all"] | ["all", "time"] => return Some(Resolved::all(present.now)),
        ["today"] => (Grain::Day, 0, 1),
        ["yesterday"] => (Grain::Day, -1, 1),
        ["this" | "current", unit] => (grain_of(unit)?, 0, 1),
        ["last" | "previous", unit] => (grain_of(unit)?, -1, 1),
        ["last", count, unit] => {
            let count = count_of(count)?;
            (grain_of(unit)?, 1 - count, count)
        }
        ["previous", count, unit] => {
            let count = count_of(count)?;
            (grain_of(unit)?, -count, count)
        }
        [unit, "to", "date"] => {
            let grain = grain_of(unit)?;
            let from = present.zone.floor(present.zone.local(present.now), grain);
            return Some(Resolved {
                from: Some(present.zone.instant(from)),
                to: present.now.plus(1),
                at: false,
                unit: Some(Unit::Grains(grain, 1)),
            });
        }
        _ => return None,
    };
    let zone = present.zone;
    let current = zone.floor(zone.local(present.now), grain);
    let from = zone.step(current, grain, first);
    Some(Resolved {
        from: Some(zone.instant(from)),
        to: zone.instant(zone.step(from, grain, count)),
        at: false,
        unit: Some(Unit::Grains(grain, count)),
    })
}

/// So many units at most, so that no arithmetic of the calendar can overflow.
const UNITS_MAX: i64 = 100_000;

fn count_of(word: &str) -> Option<i64> {
    word.parse().ok().filter(|count| (1..=UNITS_MAX).contains(count))
}

fn grain_of(word: &str) -> Option<Grain> {
    Grain::from_name(word.strip_suffix('s').unwrap_or(word))
}

fn read_ends(ends: &Ends, present: Present<'_>) -> Result<Resolved, Issue> {
    if let Some(at) = &ends.at {
        if ends.from.is_some() || ends.to.is_some() {
            return Err(Issue::new(
                "bad_range",
                "range.at",
                "`at` is one instant, without `from` and `to`",
            ));
        }
        // A day as an instant is its end, so that `at: 2026-03-31` is the close of that day.
        let to = match read_instant(at, present.zone) {
            Some(instant) => instant.plus(1),
            None => read_day(at, present.zone).ok_or_else(|| bad("range.at", at))?.1,
        };
        return Ok(Resolved { from: None, to, at: true, unit: None });
    }
    let from = match &ends.from {
        Some(text) => Some(read_start(text, present.zone).ok_or_else(|| bad("range.from", text))?),
        None => None,
    };
    let to = match &ends.to {
        Some(text) => read_end(text, present.zone).ok_or_else(|| bad("range.to", text))?,
        None => present.now.plus(1),
    };
    let unit = from.map(|from| whole_days(from, to, present.zone));
    Ok(Resolved { from, to, at: false, unit })
}

/// Whole days between two local midnights, else microseconds.
fn whole_days(from: Instant, to: Instant, zone: &Zone) -> Unit {
    let (start, end) = (zone.local(from), zone.local(to));
    let midnight = Time::midnight();
    if start.time() == midnight && end.time() == midnight {
        Unit::Days(days_between(start, end))
    } else {
        Unit::Micros(to.since(from))
    }
}

/// The instant that a person wrote: a time, or the beginning of a day, month or year.
pub fn read_start(text: &str, zone: &Zone) -> Option<Instant> {
    read_instant(text, zone).or_else(|| read_day(text, zone).map(|(from, ..)| from))
}

/// The exclusive end that a person wrote: a time, or the end of a day, month or year.
pub fn read_end(text: &str, zone: &Zone) -> Option<Instant> {
    read_instant(text, zone).or_else(|| read_day(text, zone).map(|(_, to, _)| to))
}

/// A time with an offset, or a local time in the zone.
fn read_instant(text: &str, zone: &Zone) -> Option<Instant> {
    if let Ok(instant) = text.parse::<Instant>() {
        return Some(instant);
    }
    let has_time = text.contains(['T', 't', ' ']) && text.contains(':');
    let local: DateTime = text.parse().ok().filter(|_| has_time)?;
    Some(zone.instant(local))
}

/// A day, week (`2026-W10`), month, quarter or year, whole.
fn read_day(text: &str, zone: &Zone) -> Option<(Instant, Instant, Option<Unit>)> {
    let (start, grain) = if let Some((year, week)) = text.split_once("-W") {
        let week = jiff::civil::ISOWeekDate::new(
            year.parse().ok()?,
            week.parse().ok()?,
            jiff::civil::Weekday::Monday,
        );
        (week.ok()?.date(), Grain::Week)
    } else if let Some((year, quarter)) = text.split_once("-Q") {
        let quarter: i8 = quarter.parse().ok().filter(|quarter| (1..=4).contains(quarter))?;
        (Date::new(year.parse().ok()?, quarter * 3 - 2, 1).ok()?, Grain::Quarter)
    } else {
        let parts: Vec<&str> = text.split('-').collect();
        match parts.as_slice() {
            [year] if year.len() == 4 => (Date::new(year.parse().ok()?, 1, 1).ok()?, Grain::Year),
            [year, month] if year.len() == 4 => {
                (Date::new(year.parse().ok()?, month.parse().ok()?, 1).ok()?, Grain::Month)
            }
            [_, _, _] => (text.parse().ok()?, Grain::Day),
            _ => return None,
        }
    };
    let from = start.to_datetime(Time::midnight());
    let to = zone.step(from, grain, 1);
    Some((zone.instant(from), zone.instant(to), Some(Unit::Grains(grain, 1))))
}
