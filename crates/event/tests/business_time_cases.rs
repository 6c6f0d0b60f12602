//! Business time against cases reproduced from other libraries' test suites.
//!
//! Where the folder of real data is not at hand (`SHARED_DATA`), it is skipped.

#![expect(clippy::panic, reason = "a helper that fails is a test that fails")]

use event::Instant;
use event::calendar::{Calendar, CalendarSpec, Holiday, Hours};
use jiff::civil::{Date, DateTime};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

#[derive(Deserialize)]
struct Case {
    id: String,
    kind: String,
    tz: String,
    weekly_hours: BTreeMap<String, Vec<(String, String)>>,
    holidays: Vec<Date>,
    holiday_hours: BTreeMap<Date, Vec<(String, String)>>,
    start: DateTime,
    end: Option<DateTime>,
    expected_seconds: Option<i64>,
    add_seconds: Option<i64>,
    expected_end: Option<DateTime>,
}

fn intervals(pairs: &[(String, String)]) -> Vec<String> {
    pairs.iter().map(|(from, to)| format!("{from}-{to}")).collect()
}

fn calendar(case: &Case) -> Calendar {
    let week = case.weekly_hours.iter().map(|(day, pairs)| (day.clone(), intervals(pairs)));
    let mut holidays: Vec<Holiday> = case.holidays.iter().copied().map(Holiday::closed).collect();
    holidays.extend(case.holiday_hours.iter().map(|(date, pairs)| Holiday {
        date: *date,
        name: None,
        hours: intervals(pairs),
    }));
    let spec = CalendarSpec::simple(&case.id, &case.tz, Hours::Week(week.collect()), holidays);
    Calendar::compile(&spec).unwrap_or_else(|issues| panic!("{}: {issues:?}", case.id))
}

#[test]
fn the_published_cases_come_out() {
    #[expect(clippy::disallowed_methods, reason = "a test has no configuration to read it from")]
    let Ok(folder) = std::env::var("SHARED_DATA") else {
        println!("skipped: SHARED_DATA is not set");
        return;
    };
    let path = Path::new(&folder).join("business_time_cases/cases_handout.json");
    let text = std::fs::read_to_string(&path).unwrap();
    let cases: Vec<Case> = serde_json::from_str(&text).unwrap();
    let mut wrong = Vec::new();
    for case in &cases {
        let calendar = calendar(case);
        let zone = jiff::tz::TimeZone::get(&case.tz).unwrap();
        let instant =
            |local: DateTime| Instant::from(zone.to_timestamp(local).expect("a local time"));
        let from = instant(case.start);
        let (got, expected) = match case.kind.as_str() {
            "duration" => (
                format!("{}", calendar.elapsed(from, instant(case.end.unwrap()))),
                format!("{}", case.expected_seconds.unwrap() * 1_000_000),
            ),
            "deadline" => (
                format!("{:?}", calendar.add(from, case.add_seconds.unwrap() * 1_000_000)),
                format!("{:?}", Some(instant(case.expected_end.unwrap()))),
            ),
            other => panic!("{}: unknown kind {other}", case.id),
        };
        if got != expected {
            wrong.push(format!("{}: {got} instead of {expected}", case.id));
        }
    }
    assert_eq!(cases.len(), 103);
    assert!(wrong.is_empty(), "{} cases differ:\n{}", wrong.len(), wrong.join("\n"));
}
