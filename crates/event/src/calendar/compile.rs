//! From a written calendar to open intervals in UTC.
//!
//! Two steps. First the local one: walk the local days of the named range of years and lay out
//! their hours as seconds since 1970-01-01T00:00 *local*. Then the zone: between two changes of
//! offset, local and UTC differ by a constant, so each such stretch cuts its part out of the local
//! hours and shifts it. An instant is thus open exactly when its local time is: an hour that a
//! spring night skips is never counted, one that an autumn night repeats is counted twice.

use super::issue::Issues;
use super::spec::{CalendarSpec, Holiday, Hours, VersionSpec};
use crate::limits::{
    CALENDAR_HOLIDAYS_MAX, CALENDAR_INTERVALS_MAX, CALENDAR_VERSIONS_MAX, CALENDAR_YEAR_MAX,
    CALENDAR_YEAR_MIN,
};
use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use rustc_hash::FxHashMap;

/// Seconds in a local day, which is a matter of clock faces and not of elapsed time.
const DAY_SECS: i64 = 86_400;

/// Names of the weekdays, Monday first.
pub(super) const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Seconds from the day's midnight, half-open; an end past [`DAY_SECS`] is on the next day.
type Interval = (i64, i64);

/// Half-open stretches of time in seconds, sorted and disjoint once normalised.
pub(super) type Stretches = Vec<(i64, i64)>;

/// The first local day materialised.
pub(super) fn first_day() -> Date {
    Date::constant(CALENDAR_YEAR_MIN, 1, 1)
}

/// The first local day no longer materialised.
pub(super) fn end_day() -> Date {
    Date::constant(CALENDAR_YEAR_MAX + 1, 1, 1)
}

/// Local days since 1970-01-01.
fn day_number(date: Date) -> i64 {
    let epoch = Date::constant(1970, 1, 1);
    date.duration_since(epoch).as_hours() / 24
}

/// Resolves the zone's name.
pub(super) fn zone(spec: &CalendarSpec, issues: &mut Issues) -> Option<TimeZone> {
    match TimeZone::get(&spec.zone) {
        Ok(zone) => Some(zone),
        Err(_) => {
            let hint = match nearest_zone(&spec.zone) {
                Some(name) => format!("did you mean `{name}`?"),
                None => "use an IANA name such as `Europe/Berlin` or `UTC`".to_owned(),
            };
            issues.add("unknown_zone", "zone", format!("no zone named `{}`", spec.zone), hint);
            None
        }
    }
}

/// The zone whose name is closest to a mistyped one.
fn nearest_zone(name: &str) -> Option<String> {
    let lower = name.to_lowercase().replace(' ', "_");
    let known: Vec<String> =
        jiff::tz::db().available().map(|zone| zone.as_str().to_owned()).collect();
    let tail = |zone: &str| zone.rsplit('/').next().unwrap_or(zone).to_lowercase();
    known
        .iter()
        .find(|zone| tail(zone) == lower)
        .or_else(|| {
            known
                .iter()
                .map(|zone| (crate::suggest::distance(&zone.to_lowercase(), &lower), zone))
                .filter(|(distance, _)| *distance <= 1 + lower.len() / 5)
                .min()
                .map(|(_, zone)| zone)
        })
        .cloned()
}

/// One version's hours, read and checked.
struct Version {
    from: i64,
    to: i64,
    week: [Vec<Interval>; 7],
    holidays: FxHashMap<i64, Vec<Interval>>,
}

/// Lays out the local hours of all versions; sorted and disjoint.
pub(super) fn local_hours(spec: &CalendarSpec, issues: &mut Issues) -> Stretches {
    if spec.versions.is_empty() {
        issues.add("no_versions", "versions", "the calendar has no versions", "add one with hours");
    }
    if spec.versions.len() > CALENDAR_VERSIONS_MAX {
        let message = format!("{} versions; at most {CALENDAR_VERSIONS_MAX}", spec.versions.len());
        issues.add("too_many", "versions", message, "");
        return Vec::new();
    }
    let mut versions: Vec<(usize, Version)> = Vec::new();
    for (at, version) in spec.versions.iter().enumerate() {
        if let Some(version) = read_version(version, &format!("versions[{at}]"), issues) {
            versions.push((at, version));
        }
    }
    versions.sort_by_key(|(_, version)| version.from);
    for pair in versions.windows(2) {
        if let [(before, a), (after, b)] = pair
            && a.to > b.from
        {
            issues.add(
                "overlapping_versions",
                format!("versions[{after}]"),
                format!("valid at the same time as versions[{before}]"),
                "end the earlier one with `to:` (exclusive) on the day the later one starts",
            );
        }
    }
    let mut hours = Vec::new();
    for (_, version) in &versions {
        lay_out(version, &mut hours);
    }
    normalise(hours)
}

/// Reads one version; `None` where its validity makes no sense.
fn read_version(spec: &VersionSpec, place: &str, issues: &mut Issues) -> Option<Version> {
    let week = read_week(&spec.hours, place, issues);
    let holidays = read_holidays(&spec.holidays, place, issues);
    if let (Some(from), Some(to)) = (spec.from, spec.to)
        && to <= from
    {
        issues.add(
            "end_before_start",
            format!("{place}.to"),
            format!("{to} is not after `from`, {from}"),
            "`to` is the first day on which the version is no longer valid",
        );
        return None;
    }
    let from = spec.from.map_or(i64::MIN, day_number);
    Some(Version { from, to: spec.to.map_or(i64::MAX, day_number), week, holidays })
}

/// Reads the hours of a week.
fn read_week(hours: &Hours, place: &str, issues: &mut Issues) -> [Vec<Interval>; 7] {
    let mut week: [Vec<Interval>; 7] = Default::default();
    let days = match hours {
        Hours::Always(_) => return std::array::from_fn(|_| vec![(0, DAY_SECS)]),
        Hours::Week(days) => days,
    };
    for (key, texts) in days {
        let place = format!("{place}.hours.{key}");
        let Some(range) = read_days(key) else {
            issues.add(
                "unknown_day",
                place,
                format!("`{key}` is not a day"),
                "use mon, tue, wed, thu, fri, sat, sun, or a range such as mon-fri",
            );
            continue;
        };
        let intervals = read_intervals(texts, &place, issues);
        for day in range {
            if !week[day].is_empty() {
                issues.add(
                    "day_twice",
                    place.clone(),
                    format!("{} has hours already", DAYS[day]),
                    "name each day once; a day may have several intervals",
                );
            }
            week[day].extend_from_slice(&intervals);
        }
    }
    check_midnight(&week, place, issues);
    week
}

/// Whether hours that run past midnight meet those of the day after.
fn check_midnight(week: &[Vec<Interval>; 7], place: &str, issues: &mut Issues) {
    for (day, intervals) in week.iter().enumerate() {
        let spill = intervals.iter().map(|interval| interval.1 - DAY_SECS).max().unwrap_or(0);
        let next = (day + 1) % 7;
        if week[next].iter().any(|interval| interval.0 < spill) {
            issues.add(
                "overlapping_intervals",
                format!("{place}.hours.{}", DAYS[day]),
                format!("its last interval runs into {}'s hours", DAYS[next]),
                "an interval that ends at or before its start ends on the next day",
            );
        }
    }
}

/// `mon` or `mon-fri` as positions in the week, Monday 0; a range may wrap (`sat-mon`).
fn read_days(key: &str) -> Option<Vec<usize>> {
    let lower = key.trim().to_lowercase();
    let find = |name: &str| {
        let name = name.trim();
        let full = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
        DAYS.iter().position(|day| *day == name).or_else(|| full.iter().position(|d| *d == name))
    };
    match lower.split_once('-') {
        None => find(&lower).map(|day| vec![day]),
        Some((first, last)) => {
            let (first, last) = (find(first)?, find(last)?);
            Some((0..=(last + 7 - first) % 7).map(|step| (first + step) % 7).collect())
        }
    }
}

/// Reads a day's intervals and checks that they don't overlap.
fn read_intervals(texts: &[String], place: &str, issues: &mut Issues) -> Vec<Interval> {
    if texts.len() > CALENDAR_INTERVALS_MAX {
        let message = format!("{} intervals; at most {CALENDAR_INTERVALS_MAX}", texts.len());
        issues.add("too_many", place, message, "");
        return Vec::new();
    }
    let mut intervals: Vec<(Interval, usize)> = Vec::new();
    for (at, text) in texts.iter().enumerate() {
        match read_interval(text) {
            Ok(interval) => intervals.push((interval, at)),
            Err(message) => issues.add(
                "bad_interval",
                format!("{place}[{at}]"),
                message,
                "write it as `09:00-17:30`; `22:00-06:00` ends on the next day",
            ),
        }
    }
    intervals.sort_unstable();
    for pair in intervals.windows(2) {
        if let [(a, first), (b, second)] = pair
            && a.1 > b.0
        {
            issues.add(
                "overlapping_intervals",
                format!("{place}[{second}]"),
                format!("`{}` overlaps `{}`", texts[*second], texts[*first]),
                "intervals are half-open: one may start at the minute the other ends",
            );
        }
    }
    intervals.into_iter().map(|(interval, _)| interval).collect()
}

/// Reads `09:00-17:30`.
fn read_interval(text: &str) -> Result<Interval, String> {
    let (start, end) =
        text.split_once('-').ok_or_else(|| format!("`{text}` is not an interval"))?;
    let read = |time: &str| read_time(time).ok_or_else(|| format!("`{time}` is not a time of day"));
    let (start, end) = (read(start)?, read(end)?);
    if start == end {
        return Err(format!("`{text}` is empty; the whole day is `00:00-24:00`"));
    }
    if start == DAY_SECS {
        return Err(format!("`{text}` starts at the end of the day"));
    }
    Ok((start, if end < start { end + DAY_SECS } else { end }))
}

/// Reads `9:00`, `09:00` or `09:00:30`, up to `24:00`, as seconds from midnight.
fn read_time(text: &str) -> Option<i64> {
    let mut parts = text.trim().split(':');
    let mut part = |max: i64| -> Option<Option<i64>> {
        let Some(part) = parts.next() else { return Some(None) };
        if part.is_empty() || part.len() > 2 || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        part.parse().ok().filter(|number| *number <= max).map(Some)
    };
    let hours = part(24)??;
    let minutes = part(59)??;
    let seconds = part(59)?.unwrap_or(0);
    let total = hours * 3600 + minutes * 60 + seconds;
    (parts.next().is_none() && total <= DAY_SECS).then_some(total)
}

/// Reads the holidays of a version, by local day.
fn read_holidays(
    specs: &[Holiday],
    place: &str,
    issues: &mut Issues,
) -> FxHashMap<i64, Vec<Interval>> {
    let mut holidays: FxHashMap<i64, Vec<Interval>> = FxHashMap::default();
    if specs.len() > CALENDAR_HOLIDAYS_MAX {
        let message = format!("{} holidays; at most {CALENDAR_HOLIDAYS_MAX}", specs.len());
        issues.add("too_many", format!("{place}.holidays"), message, "");
        return holidays;
    }
    for (at, spec) in specs.iter().enumerate() {
        let place = format!("{place}.holidays[{at}]");
        let intervals = read_intervals(&spec.hours, &format!("{place}.hours"), issues);
        if holidays.insert(day_number(spec.date), intervals).is_some() {
            issues.add(
                "holiday_twice",
                place,
                format!("{} is a holiday already", spec.date),
                "keep one entry a day, with all of its hours",
            );
        }
    }
    holidays
}

/// Writes a version's hours as local seconds.
///
/// Hours that run past midnight belong to the day they fall on: a holiday closes its whole local
/// day, also what the evening before would have left over.
fn lay_out(version: &Version, hours: &mut Stretches) {
    let first = version.from.max(day_number(first_day()));
    let end = version.to.min(day_number(end_day()));
    // 1970-01-01 was a Thursday, position 3 when Monday is 0.
    let weekday = |day: i64| usize::try_from((day + 3).rem_euclid(7)).unwrap_or(0);
    let mut spill: Vec<Interval> = Vec::new();
    for day in first..end {
        let midnight = day * DAY_SECS;
        let holiday = version.holidays.get(&day);
        if holiday.is_none() {
            hours.extend(spill.iter().map(|(from, to)| (midnight + from, midnight + to)));
        }
        spill.clear();
        for (from, to) in holiday.unwrap_or(&version.week[weekday(day)]) {
            hours.push((midnight + from, midnight + (*to).min(DAY_SECS)));
            if *to > DAY_SECS {
                spill.push((0, to - DAY_SECS));
            }
        }
    }
}

/// Sorts, and joins what touches or overlaps.
fn normalise(mut stretches: Stretches) -> Stretches {
    stretches.sort_unstable();
    let mut joined: Stretches = Vec::with_capacity(stretches.len());
    for (from, to) in stretches {
        push_joined(&mut joined, from, to);
    }
    joined
}

/// Appends a stretch that starts no earlier than the last one.
fn push_joined(stretches: &mut Stretches, from: i64, to: i64) {
    match stretches.last_mut() {
        Some(last) if last.1 >= from => last.1 = last.1.max(to),
        _ => stretches.push((from, to)),
    }
}

/// Moves local hours to UTC seconds; sorted and disjoint.
pub(super) fn to_utc(local: &Stretches, zone: &TimeZone) -> Stretches {
    let mut utc: Stretches = Vec::with_capacity(local.len());
    let Some(start) = local.first().map(|stretch| stretch.0 - 2 * DAY_SECS) else { return utc };
    let end = local.last().map_or(start, |stretch| stretch.1 + 2 * DAY_SECS);
    let mut from = start;
    let mut offset = offset_at(zone, start);
    while from < end {
        let next = jiff::Timestamp::from_second(from)
            .ok()
            .and_then(|from| zone.following(from).next())
            .map_or(end, |change| change.timestamp().as_second().min(end));
        let shift = i64::from(offset.seconds());
        let (local_from, local_to) = (from + shift, next + shift);
        let first = local.partition_point(|stretch| stretch.1 <= local_from);
        for stretch in local[first..].iter().take_while(|stretch| stretch.0 < local_to) {
            let piece = (stretch.0.max(local_from) - shift, stretch.1.min(local_to) - shift);
            push_joined(&mut utc, piece.0, piece.1);
        }
        from = next;
        offset = offset_at(zone, next);
    }
    utc
}

/// The zone's offset at a UTC second.
fn offset_at(zone: &TimeZone, second: i64) -> Offset {
    jiff::Timestamp::from_second(second).map_or(Offset::UTC, |at| zone.to_offset(at))
}
