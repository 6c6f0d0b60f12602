//! Spines, ranges and comparisons over changes of the clock.

use event::Instant;
use jiff::civil::{DateTime, date};
use proptest::prelude::*;
use semantic::question::{Ends, Range};
use semantic::time::{Bucket, Grain, Present, Zone, read_range, spine, weekday};

fn zone(name: &str) -> Zone {
    Zone::named(name).unwrap()
}

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

fn range(text: &str, zone: &Zone, now: &str) -> (String, String) {
    let present = Present { now: at(now), zone };
    let range = read_range(Some(&Range::Text(text.into())), present).unwrap();
    (range.from.unwrap().to_string(), range.to.to_string())
}

fn hours(bucket: &Bucket) -> i64 {
    bucket.to.since(bucket.from) / 3_600_000_000
}

#[test]
fn october_does_not_vanish_in_london() {
    let london = zone("Europe/London");
    let (from, to) = range("2026", &london, "2027-01-01T00:00:00Z");
    let months = spine((at(&from), at(&to)), Grain::Month, &london, at("2027-01-01T00:00:00Z"), 99);
    let starts: Vec<i8> = months.iter().map(|month| month.start.month()).collect();
    assert_eq!(starts, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    assert_eq!(hours(&months[9]), 31 * 24 + 1, "October has an hour more");
    let days = spine((at(&from), at(&to)), Grain::Day, &london, at("2027-01-01T00:00:00Z"), 999);
    assert_eq!(days.len(), 365);
    let odd: Vec<(String, i64)> = days
        .iter()
        .filter(|day| hours(day) != 24)
        .map(|day| (day.start.date().to_string(), hours(day)))
        .collect();
    assert_eq!(odd, [("2026-03-29".to_owned(), 23), ("2026-10-25".to_owned(), 25)]);
}

#[test]
fn an_hour_that_is_skipped_has_no_bucket_and_one_repeated_has_one_of_two_hours() {
    let berlin = zone("Europe/Berlin");
    let day = |text: &str| {
        let (from, to) = range(text, &berlin, "2027-01-01T00:00:00Z");
        spine((at(&from), at(&to)), Grain::Hour, &berlin, at("2027-01-01T00:00:00Z"), 99)
    };
    let spring = day("2026-03-29");
    assert_eq!(spring.len(), 23);
    assert!(spring.iter().all(|hour| hour.start.hour() != 2 && hours(hour) == 1));
    let autumn = day("2026-10-25");
    assert_eq!(autumn.len(), 24);
    assert_eq!(autumn.iter().map(hours).sum::<i64>(), 25);
    assert_eq!(hours(&autumn[2]), 2);
}

#[test]
fn weeks_begin_when_told() {
    let mut berlin = zone("Europe/Berlin");
    let wednesday: DateTime = date(2026, 3, 4).at(12, 0, 0, 0);
    for (start, day) in [("monday", 2), ("sunday", 1), ("saturday", 28), ("wednesday", 4)] {
        berlin.week_start = weekday(start).unwrap();
        assert_eq!(berlin.floor(wednesday, Grain::Week).day(), day, "{start}");
    }
}

#[test]
fn words_are_periods_of_the_zone() {
    let berlin = zone("Europe/Berlin");
    let now = "2026-11-18T09:00:00Z"; // a Wednesday
    let check = |text: &str, from: &str, to: &str| {
        assert_eq!(range(text, &berlin, now), (from.to_owned(), to.to_owned()), "{text}");
    };
    check("today", "2026-11-17T23:00:00Z", "2026-11-18T23:00:00Z");
    check("this week", "2026-11-15T23:00:00Z", "2026-11-22T23:00:00Z");
    check("last 2 weeks", "2026-11-08T23:00:00Z", "2026-11-22T23:00:00Z");
    check("previous 2 weeks", "2026-11-01T23:00:00Z", "2026-11-15T23:00:00Z");
    check("last month", "2026-09-30T22:00:00Z", "2026-10-31T23:00:00Z");
    check("month to date", "2026-10-31T23:00:00Z", "2026-11-18T09:00:00.000001Z");
    check("2026-Q4", "2026-09-30T22:00:00Z", "2026-12-31T23:00:00Z");
    check("2026-W10", "2026-03-01T23:00:00Z", "2026-03-08T23:00:00Z");
    check("2026-03-01..2026-03-31", "2026-02-28T23:00:00Z", "2026-03-31T22:00:00Z");
    check("2026-03-01T08:00..2026-03-01T09:00", "2026-03-01T07:00:00Z", "2026-03-01T08:00:00Z");
}

#[test]
fn what_is_no_period_is_said() {
    let berlin = zone("Europe/Berlin");
    let present = Present { now: at("2026-11-18T09:00:00Z"), zone: &berlin };
    for text in ["last 0 weeks", "last moon", "2026-13", "2026-02-30", "2026-Q5", "soon", ""] {
        let issue = read_range(Some(&Range::Text(text.into())), present).unwrap_err();
        assert_eq!(issue.code, "bad_range", "{text}");
    }
    let issue = read_range(Some(&Range::Text("2026-03-05..2026-03-01".into())), present);
    assert_eq!(issue.unwrap_err().code, "empty_range");
    let both = Ends { from: Some("2026".into()), to: None, at: Some("2026".into()) };
    assert_eq!(read_range(Some(&Range::Ends(both)), present).unwrap_err().place, "range.at");
}

#[test]
fn comparisons_are_as_long_as_the_period_has_lasted() {
    let berlin = zone("Europe/Berlin");
    let present = Present { now: at("2026-11-18T09:00:00Z"), zone: &berlin };
    let period = |text: &str| read_range(Some(&Range::Text(text.into())), present).unwrap();
    let check = |text: &str, from: &str, to: &str| {
        let previous = period(text).previous(present).unwrap();
        assert_eq!((previous.from, previous.to), (Some(at(from)), at(to)), "{text}");
    };
    check("2026-03", "2026-01-31T23:00:00Z", "2026-02-28T23:00:00Z");
    check("last 2 weeks", "2026-10-25T23:00:00Z", "2026-11-04T09:00:00.000001Z");
    check("2026-11-01..2026-11-10", "2026-10-21T22:00:00Z", "2026-10-31T23:00:00Z");
    let year = period("2026-03").last_year(present, false).unwrap();
    assert_eq!(year.from, Some(at("2025-02-28T23:00:00Z")));
    let weeks = period("2026-W10").last_year(present, true).unwrap();
    assert_eq!(weeks.from, Some(at("2025-03-02T23:00:00Z")), "a Monday too");
    assert_eq!(read_range(None, present).unwrap().previous(present), None);
}

const ZONES: [&str; 8] = [
    "UTC",
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "America/Havana",
    "Asia/Beirut",
];

proptest! {
    /// Buckets tile the period, and every instant falls in the bucket that its local time names.
    #[test]
    fn buckets_tile_any_period(
        zone_at in 0..ZONES.len(),
        grain_at in 0..Grain::ALL.len(),
        start in 1_600_000_000_i64..1_800_000_000,
        secs in 1_i64..20_000_000,
        inside in 0.0_f64..1.0,
    ) {
        let (zone, grain) = (zone(ZONES[zone_at]), Grain::ALL[grain_at]);
        let from = Instant::from_micros(start * 1_000_000);
        let to = from.plus(secs * 1_000_000);
        let buckets = spine((from, to), grain, &zone, to, 10_000);
        prop_assert_eq!(buckets.first().map(|bucket| bucket.from), Some(from));
        prop_assert_eq!(buckets.last().map(|bucket| bucket.to), Some(to));
        for pair in buckets.windows(2) {
            prop_assert_eq!(pair[0].to, pair[1].from);
            prop_assert!(pair[0].start < pair[1].start);
        }
        let instant = from.plus((inside * (secs * 1_000_000) as f64) as i64);
        let named = zone.floor(zone.local(instant), grain);
        let found = buckets.iter().find(|bucket| bucket.from <= instant && instant < bucket.to);
        prop_assert_eq!(found.map(|bucket| bucket.start), Some(named));
    }
}
