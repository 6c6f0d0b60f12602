//! Integer arithmetic against the calendar library, over the nights when clocks change.

use super::*;
use jiff::civil::Weekday;
use jiff::{Timestamp, ToSpan, Zoned};
use proptest::prelude::*;

const ZONES: [&str; 9] = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "America/Sao_Paulo",
    "Africa/Casablanca",
    "Asia/Kathmandu",
];

fn micros(local: jiff::civil::DateTime) -> i64 {
    local.to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp().as_microsecond()
}

/// The same bucket, one instant at a time.
fn naive(at: &Zoned, grain: &str, first: Weekday) -> i64 {
    let day = at.date();
    let start = match grain {
        "hour" => return micros(day.at(at.hour(), 0, 0, 0)),
        "day" => day,
        "week" => {
            let back = at.weekday().since(first);
            day - i32::from(back).days()
        }
        "month" => day.first_of_month(),
        "quarter" => jiff::civil::date(day.year(), (day.month() - 1) / 3 * 3 + 1, 1),
        _ => day.first_of_year(),
    };
    micros(start.at(0, 0, 0, 0))
}

proptest! {
    #[test]
    fn equals_the_calendar_library(
        // 1950 to 2240: before the first rule of some zones, beyond the table of offsets.
        mut instants in proptest::collection::vec(
            -631_152_000_000_000_i64..8_520_336_000_000_000,
            1..40,
        ),
        zone in 0..ZONES.len(),
        grain in proptest::sample::select(vec!["hour", "day", "week", "month", "quarter", "year"]),
        first in proptest::sample::select(vec![
            (Weekday::Monday, "monday"), (Weekday::Sunday, "Sunday"), (Weekday::Saturday, "sat"),
        ]),
        near in any::<bool>(),
    ) {
        if near {
            // Around the clock changes of 2024, where a cached range is easily wrong.
            for at in &mut instants {
                *at = 1_704_067_200_000_000 + at.rem_euclid(366 * 24) * 1_800_000_000;
            }
        }
        let table = Zone::named(ZONES[zone]).unwrap();
        let zone = jiff::tz::TimeZone::get(ZONES[zone]).unwrap();
        let column = TimestampMicrosecondArray::from(instants.clone());
        let bucket = Local::new(Part::Bucket)
            .convert(&column, &table, Unit::parse(grain, first.1).unwrap());
        let hour = Local::new(Part::Hour).convert(&column, &table, Unit::Hour);
        let weekday = Local::new(Part::Weekday).convert(&column, &table, Unit::Day);
        for (row, at) in instants.iter().enumerate() {
            let at = Timestamp::from_microsecond(*at).unwrap().to_zoned(zone.clone());
            let bucket = bucket.as_primitive::<TimestampMicrosecondType>().value(row);
            prop_assert_eq!(bucket, naive(&at, grain, first.0), "{} {}", grain, &at);
            let hour = hour.as_primitive::<arrow::datatypes::Int64Type>().value(row);
            prop_assert_eq!(hour, i64::from(at.hour()));
            let weekday = weekday.as_primitive::<arrow::datatypes::Int64Type>().value(row);
            prop_assert_eq!(weekday, i64::from(at.weekday().to_monday_one_offset()));
        }
    }
}

#[test]
fn the_day_of_25_hours_is_one_day() {
    let zone = Zone::named("Europe/London").unwrap();
    let first: Timestamp = "2026-10-24T23:00:00Z".parse().unwrap();
    let instants: Vec<i64> = (0..26).map(|hour| first.as_microsecond() + hour * HOUR).collect();
    let days = Local::new(Part::Bucket).convert(&instants.into(), &zone, Unit::Day);
    let days = days.as_primitive::<TimestampMicrosecondType>().values().to_vec();
    assert!(days[..25].iter().all(|day| *day == days[0]), "{days:?}");
    assert_eq!(days[25], days[0] + DAY);
}

#[test]
fn nonsense_is_refused() {
    assert!(Unit::parse("fortnight", "monday").unwrap_err().to_string().contains("unknown grain"));
    assert!(Unit::parse("week", "someday").unwrap_err().to_string().contains("someday"));
    assert!(Zone::named("Mars/Olympus").unwrap_err().to_string().contains("Mars/Olympus"));
}
