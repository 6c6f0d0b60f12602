//! Instants of a row: read in the formats stated, in the zone stated, or counted from another.

use crate::issue::Issue;
use crate::mapping::expr::{Cells, Expr, Scope};
use crate::mapping::number::{self, DecimalMark};
use crate::mapping::tree::{Form, Node, Tree};
use crate::quarantine::Reason;
use event::Instant;
use event::limits::{INSTANT_END_MICROS, INSTANT_MIN_MICROS};
use event::time::MICROS_PER_SEC;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// How a date is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// Year, month, day with `-` or `/`; optional time, fraction and offset.
    Iso,
    /// Seconds, milliseconds or microseconds since 1970; the factor to microseconds.
    Epoch(i64),
    /// A pattern as `strftime` has them.
    Pattern(String),
}

impl Format {
    fn parse(text: &str) -> Self {
        match text {
            "iso" => Self::Iso,
            "epoch" => Self::Epoch(MICROS_PER_SEC),
            "epoch_ms" => Self::Epoch(1000),
            "epoch_us" => Self::Epoch(1),
            pattern => Self::Pattern(pattern.to_owned()),
        }
    }

    /// How a report and a mapping call it.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Iso => "iso",
            Self::Epoch(MICROS_PER_SEC) => "epoch",
            Self::Epoch(1000) => "epoch_ms",
            Self::Epoch(_) => "epoch_us",
            Self::Pattern(pattern) => pattern,
        }
    }

    fn read(&self, text: &str) -> Option<(DateTime, Option<i64>)> {
        match self {
            Self::Iso => iso(text),
            Self::Epoch(factor) => {
                let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
                let micros = whole.parse::<i64>().ok()?.checked_mul(*factor)?;
                let fraction = if fraction.is_empty() {
                    0
                } else {
                    micros_of(fraction)?.checked_mul(*factor)? / MICROS_PER_SEC
                };
                let stamp =
                    jiff::Timestamp::from_microsecond(micros.checked_add(fraction)?).ok()?;
                Some((TimeZone::UTC.to_datetime(stamp), Some(0)))
            }
            Self::Pattern(pattern) => {
                let parsed = jiff::fmt::strtime::parse(pattern, text).ok()?;
                let offset = parsed.offset().map(|offset| i64::from(offset.seconds()));
                Some((parsed.to_datetime().ok()?, offset))
            }
        }
    }
}

/// How times are read in one input.
#[derive(Clone, Debug)]
pub(crate) struct Reading {
    /// Tried in order.
    pub(crate) formats: Vec<Format>,
    /// For times without offset; `None` means UTC, which a report then mentions.
    pub(crate) zone: Option<TimeZone>,
}

impl Default for Reading {
    fn default() -> Self {
        Self { formats: vec![Format::Iso], zone: None }
    }
}

impl Reading {
    /// Takes `dates` and `zone` from a form; what is absent stays as in `base`.
    pub(crate) fn take(form: &mut Form<'_>, base: &Self, issues: &mut Vec<Issue>) -> Self {
        let mut reading = base.clone();
        if let Some(dates) = form.take("dates") {
            reading.formats = Vec::new();
            for item in dates.items() {
                let Some(text) = item.text(issues) else { continue };
                let format = Format::parse(text);
                if let Format::Pattern(pattern) = &format {
                    check_pattern(pattern, &item, issues);
                }
                reading.formats.push(format);
            }
        }
        if let Some(node) = form.take("zone")
            && let Some(name) = node.text(issues)
        {
            match TimeZone::get(name) {
                Ok(zone) => reading.zone = Some(zone),
                Err(_) => {
                    let issue = node.issue("unknown_zone", format!("no time zone `{name}`"));
                    issues.push(issue.hint("an IANA name, for example Europe/Rome, or UTC"));
                }
            }
        }
        reading
    }

    /// The instant that `text` names.
    ///
    /// # Errors
    /// Where no format fits, or the instant lies outside what an event may carry.
    pub(crate) fn read(&self, text: &str, seen: &mut TimesSeen) -> Result<Instant, Reason> {
        let found = self.formats.iter().enumerate().find_map(|(index, format)| {
            format.read(text).map(|(local, offset)| (index, local, offset))
        });
        let Some((index, local, offset)) = found else {
            let names: Vec<&str> = self.formats.iter().map(Format::name).collect();
            let message = format!("`{text}` is no date of the form {}", names.join(" or "));
            return Err(Reason::new("bad_time", message).hint(
                "state the form in `dates`, for example [\"%d/%m/%Y %H:%M\"]; whether the day \
                 or the month comes first is never guessed",
            ));
        };
        seen.formats.push((self.formats[index].name().to_owned(), 1));
        let outside = || {
            Reason::new("time_out_of_range", format!("`{text}` lies outside 1970 to 2200"))
                .hint("a placeholder for `no date` belongs into `empty`")
        };
        let instant = match offset {
            Some(offset) => {
                let stamp = TimeZone::UTC.to_timestamp(local).map_err(|_| outside())?;
                Instant::from(stamp).plus(-offset * MICROS_PER_SEC)
            }
            None => self.local(local, seen).ok_or_else(outside)?,
        };
        if (INSTANT_MIN_MICROS..INSTANT_END_MICROS).contains(&instant.micros()) {
            Ok(instant)
        } else {
            Err(outside())
        }
    }

    fn local(&self, local: DateTime, seen: &mut TimesSeen) -> Option<Instant> {
        let Some(zone) = &self.zone else {
            seen.zone_assumed = true;
            return TimeZone::UTC.to_timestamp(local).ok().map(Instant::from);
        };
        let stamp = zone.to_ambiguous_timestamp(local);
        seen.ambiguous |= stamp.is_ambiguous();
        stamp.compatible().ok().map(Instant::from)
    }
}

/// What was noticed while the times of a row were read.
#[derive(Debug, Default)]
pub(crate) struct TimesSeen {
    /// Forms met, with counts.
    pub(crate) formats: Vec<(String, u64)>,
    /// A time had no offset and no zone was stated.
    pub(crate) zone_assumed: bool,
    /// A local time happened twice, or never, in a night of clock change.
    pub(crate) ambiguous: bool,
    /// A duration was negative.
    pub(crate) negative: bool,
}

fn check_pattern(pattern: &str, node: &Node<'_>, issues: &mut Vec<Issue>) {
    let probe = jiff::civil::date(2001, 2, 3).at(16, 5, 6, 0).in_tz("UTC");
    let written = probe.and_then(|probe| jiff::fmt::strtime::format(pattern, &probe));
    if !pattern.contains('%') || written.is_err() {
        let issue = node.issue("bad_date_format", format!("`{pattern}` is no date format"));
        issues
            .push(issue.hint(
                "iso, epoch, epoch_ms, epoch_us, or a pattern such as \"%d/%m/%Y %H:%M:%S\"",
            ));
    }
}

/// Where an instant comes from.
#[derive(Clone, Debug)]
pub(crate) enum Time {
    /// A column, read in these forms.
    Read(Expr, Reading),
    /// So long after the instant of an earlier rule.
    After { rule: usize, amount: Expr, micros: i64, mark: DecimalMark },
    /// The first that is not empty.
    First(Vec<Self>),
}

/// What times are parsed with.
#[derive(Debug)]
pub(crate) struct TimeScope<'a> {
    pub(crate) reading: &'a Reading,
    pub(crate) mark: DecimalMark,
    /// Names of the rules above, which `after` may refer to.
    pub(crate) rules: &'a [String],
}

/// Units of an amount of time, with their microseconds.
const UNITS: [(&str, i64); 5] = [
    ("seconds", MICROS_PER_SEC),
    ("minutes", 60 * MICROS_PER_SEC),
    ("hours", 3600 * MICROS_PER_SEC),
    ("days", 86_400 * MICROS_PER_SEC),
    ("milliseconds", 1000),
];

impl Time {
    /// Reads where an instant comes from: an expression, or `{after: rule, minutes: column}`.
    pub(crate) fn parse(
        node: &Node<'_>,
        times: &TimeScope<'_>,
        scope: &mut Scope,
        issues: &mut Vec<Issue>,
    ) -> Self {
        match node.tree {
            Tree::List(_) => {
                let items = node.items();
                Self::First(
                    items.iter().map(|item| Self::parse(item, times, scope, issues)).collect(),
                )
            }
            Tree::Map(_) => {
                let mut form = Form::new(node, issues);
                let time = match form.take("after") {
                    Some(after) => Self::parse_after(&after, &mut form, times, (scope, issues)),
                    None => {
                        let reading = Reading::take(&mut form, times.reading, issues);
                        Some(Self::Read(Expr::take_from(&mut form, scope, issues), reading))
                    }
                };
                form.finish(issues);
                time.unwrap_or_else(|| Self::First(Vec::new()))
            }
            _ => Self::Read(Expr::parse(node, scope, issues), times.reading.clone()),
        }
    }

    fn parse_after(
        after: &Node<'_>,
        form: &mut Form<'_>,
        times: &TimeScope<'_>,
        (scope, issues): (&mut Scope, &mut Vec<Issue>),
    ) -> Option<Self> {
        let name = after.text(issues)?;
        let rule = times.rules.iter().position(|rule| rule == name);
        if rule.is_none() {
            let names: Vec<&str> = times.rules.iter().map(String::as_str).collect();
            let issue = after.issue("unknown_rule", format!("no rule `{name}` above this one"));
            issues.push(issue.hint(if names.is_empty() {
                "name the rule that the time counts from, and put it first".to_owned()
            } else {
                crate::issue::did_you_mean(name, &names)
            }));
        }
        let mut found = None;
        for (unit, micros) in UNITS {
            if let Some(node) = form.take(unit) {
                let amount = Expr::parse(&node, scope, issues);
                found = Some((amount, micros));
            }
        }
        let Some((amount, micros)) = found else {
            let issue = form.node().issue("missing_key", "`after` needs an amount of time");
            issues.push(issue.hint("one of: seconds, minutes, hours, days, milliseconds"));
            return None;
        };
        Some(Self::After { rule: rule?, amount, micros, mark: times.mark })
    }

    /// The instant in this row; `None` where it is empty.
    ///
    /// # Errors
    /// Where it can't be read.
    pub(crate) fn eval<'r>(
        &'r self,
        cells: &mut Cells<'r>,
        earlier: &[Option<Instant>],
        seen: &mut TimesSeen,
    ) -> Result<Option<Instant>, Reason> {
        match self {
            Self::Read(expr, reading) => match expr.eval(cells)? {
                Some(text) => reading.read(&text, seen).map(Some),
                None => Ok(None),
            },
            Self::After { rule, amount, micros, mark } => {
                let Some(base) = earlier.get(*rule).copied().flatten() else { return Ok(None) };
                let Some(text) = amount.eval(cells)? else { return Ok(None) };
                let scaled = number::scaled(&text, *micros, *mark)?;
                seen.negative |= scaled < 0;
                Ok(Some(base.plus(scaled)))
            }
            Self::First(all) => {
                for time in all {
                    if let Some(instant) = time.eval(cells, earlier, seen)? {
                        return Ok(Some(instant));
                    }
                }
                Ok(None)
            }
        }
    }
}

/// Reads `2026-03-02`, `2026/03/02 09:00`, `2026-03-02T09:00:05.123456+01:00` and their like.
fn iso(text: &str) -> Option<(DateTime, Option<i64>)> {
    let bytes = text.as_bytes();
    let digits = |from: usize, count: usize| -> Option<i64> {
        let part = bytes.get(from..from + count)?;
        part.iter().try_fold(0i64, |number, byte| {
            byte.is_ascii_digit().then(|| number * 10 + i64::from(byte - b'0'))
        })
    };
    let (year, month, day) = (digits(0, 4)?, digits(5, 2)?, digits(8, 2)?);
    let separator = bytes[4];
    if !matches!(separator, b'-' | b'/') || bytes[7] != separator {
        return None;
    }
    let (mut hour, mut minute, mut second, mut micros) = (0, 0, 0, 0);
    let mut at = 10;
    if let Some(between) = bytes.get(at) {
        if !matches!(between, b'T' | b't' | b' ') {
            return None;
        }
        (hour, minute) = (digits(11, 2)?, digits(14, 2)?);
        if bytes[13] != b':' {
            return None;
        }
        at = 16;
        if bytes.get(at) == Some(&b':') {
            second = digits(17, 2)?;
            at = 19;
            if matches!(bytes.get(at), Some(b'.' | b',')) {
                let fraction = bytes[at + 1..].iter().take_while(|b| b.is_ascii_digit()).count();
                micros = micros_of(text.get(at + 1..at + 1 + fraction)?)?;
                at += 1 + fraction;
            }
        }
    }
    let offset = zone_offset(text.get(at..)?.trim())?;
    let small = |number: i64| i8::try_from(number).ok();
    let local = DateTime::new(
        i16::try_from(year).ok()?,
        small(month)?,
        small(day)?,
        small(hour)?,
        small(minute)?,
        small(second.min(59))?,
        i32::try_from(micros).ok()? * 1000,
    );
    Some((local.ok()?, offset))
}

/// `Z`, `UTC`, `+01:00`, `+0100`, `+01`, or nothing; the outer `None` is something else.
#[expect(clippy::option_option, reason = "unreadable and absent are different answers")]
fn zone_offset(text: &str) -> Option<Option<i64>> {
    if text.is_empty() {
        return Some(None);
    }
    if matches!(text, "Z" | "z" | "UTC" | "GMT") {
        return Some(Some(0));
    }
    let (sign, rest) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let rest = rest.replace(':', "");
    if !rest.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: i64 = rest.parse().ok()?;
    let seconds = match rest.len() {
        2 => number * 3600,
        4 => number / 100 * 3600 + number % 100 * 60,
        _ => return None,
    };
    (seconds <= 18 * 3600).then_some(Some(sign * seconds))
}

/// Microseconds of a decimal fraction; digits beyond are cut.
fn micros_of(digits: &str) -> Option<i64> {
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    format!("{digits:0<6}").get(..6)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, formats: &[&str], zone: Option<&str>) -> String {
        let reading = Reading {
            formats: formats.iter().map(|format| Format::parse(format)).collect(),
            zone: zone.map(|zone| TimeZone::get(zone).unwrap()),
        };
        match reading.read(text, &mut TimesSeen::default()) {
            Ok(instant) => instant.to_string(),
            Err(reason) => reason.code.to_owned(),
        }
    }

    #[test]
    fn iso_dates_of_all_kinds() {
        for (text, expected) in [
            ("2026-03-02", "2026-03-02T00:00:00Z"),
            ("2026/03/02 09:05", "2026-03-02T09:05:00Z"),
            ("2012/10/09 14:50:17.000", "2012-10-09T14:50:17Z"),
            ("2006-01-11 15:49:42+00:00", "2006-01-11T15:49:42Z"),
            ("2006-01-11T15:49:42.5+0130", "2006-01-11T14:19:42.5Z"),
            ("2026-03-02 09:05:06 UTC", "2026-03-02T09:05:06Z"),
            ("2026-02-30", "bad_time"),
            ("02-03-2026", "bad_time"),
            ("2026-03-02x", "bad_time"),
            ("1900-01-01", "time_out_of_range"),
            ("é026-03-02", "bad_time"),
        ] {
            assert_eq!(read(text, &["iso"], None), expected, "{text}");
        }
    }

    #[test]
    fn day_and_month_are_as_stated() {
        assert_eq!(read("6/1/2023 12:15", &["%m/%d/%Y %H:%M"], None), "2023-06-01T12:15:00Z");
        assert_eq!(read("6/1/2023 12:15", &["%d/%m/%Y %H:%M"], None), "2023-01-06T12:15:00Z");
        assert_eq!(read("6/1/2023", &["iso", "%d/%m/%Y"], None), "2023-01-06T00:00:00Z");
        assert_eq!(read("1709251200.25", &["epoch"], None), "2024-03-01T00:00:00.25Z");
        assert_eq!(read("1709251200250", &["epoch_ms"], None), "2024-03-01T00:00:00.25Z");
    }

    #[test]
    fn local_times_are_read_in_their_zone() {
        let rome = Some("Europe/Rome");
        assert_eq!(read("2026-07-01 12:00", &["iso"], rome), "2026-07-01T10:00:00Z");
        // In the night of 29 March this hour does not exist; on 25 October it happens twice.
        assert_eq!(read("2026-03-29 02:30", &["iso"], rome), "2026-03-29T01:30:00Z");
        assert_eq!(read("2026-10-25 02:30", &["iso"], rome), "2026-10-25T00:30:00Z");
    }
}
