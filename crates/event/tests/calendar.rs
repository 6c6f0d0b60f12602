//! What the business clock promises: worked examples, its laws, and what it refuses.

#![expect(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

use event::Instant;
use event::calendar::{Calendar, CalendarSpec, Holiday, Hours, VersionSpec};
use proptest::prelude::*;
use std::sync::LazyLock;

const HOUR: i64 = 3_600_000_000;
const MINUTE: i64 = 60_000_000;

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

/// A local time in New York, read with the offset in force then.
fn new_york(local: &str) -> Instant {
    let zone = jiff::tz::TimeZone::get("America/New_York").unwrap();
    zone.to_timestamp(local.parse().unwrap()).unwrap().into()
}

fn compile(zone: &str, days: &[&str], intervals: &[&str]) -> Calendar {
    let spec = CalendarSpec::simple("test", zone, Hours::on(days, intervals), Vec::new());
    Calendar::compile(&spec).unwrap()
}

fn from_yaml(text: &str) -> Calendar {
    Calendar::compile(&serde_saphyr::from_str(text).unwrap()).unwrap()
}

static OFFICE: LazyLock<Calendar> =
    LazyLock::new(|| compile("America/New_York", &["mon-fri"], &["09:00-17:00"]));

/// Night shifts, a holiday, half a holiday, a change of hours, both changes of offset.
static TWISTED: LazyLock<Calendar> = LazyLock::new(|| {
    from_yaml(
        r#"
name: twisted
zone: Europe/Berlin
versions:
  - to: 2024-07-01
    hours: {mon-thu: ["08:00-12:00", "13:30-18:00"], fri: ["09:00-15:00"], sat: ["22:00-06:00"]}
    holidays: [{date: 2024-05-01}, {date: 2024-05-02, hours: ["10:00-11:00"]}]
  - from: 2024-07-01
    hours: {mon-sun: ["01:30-03:15", "20:00-24:00"]}
"#,
    )
});

#[test]
fn golden_g2_weekends_with_a_change_of_offset() {
    for (from, to, calendar_hours) in [
        ("2024-03-08T16:30", "2024-03-11T09:30", 64),
        ("2024-11-01T16:30", "2024-11-04T09:30", 66),
        ("2024-04-05T16:30", "2024-04-08T09:30", 65),
    ] {
        let (from, to) = (new_york(from), new_york(to));
        assert_eq!(to.since(from), calendar_hours * HOUR);
        assert_eq!(OFFICE.elapsed(from, to), HOUR);
    }
}

#[test]
fn golden_g3_short_and_long_days() {
    let always = compile("America/New_York", &["mon-sun"], &["00:00-24:00"]);
    let night = compile("America/New_York", &["sun"], &["01:00-04:00"]);
    for (day, next, hours, night_hours) in
        [("2024-03-10", "2024-03-11", 23, 2), ("2024-11-03", "2024-11-04", 25, 4)]
    {
        let from = new_york(&format!("{day}T00:00"));
        let to = new_york(&format!("{next}T00:00"));
        assert_eq!(always.elapsed(from, to), hours * HOUR);
        assert_eq!(Calendar::always().elapsed(from, to), hours * HOUR);
        assert_eq!(night.elapsed(from, to), night_hours * HOUR);
    }
}

#[test]
fn golden_g4_split_days_weekends_and_holidays() {
    let split = compile("Europe/Berlin", &["mon-fri"], &["08:00-12:00", "13:30-18:00"]);
    assert_eq!(split.elapsed(at("2024-06-05T11:30+02:00"), at("2024-06-05T14:00+02:00")), HOUR);
    let saturday = (new_york("2024-06-08T10:00"), new_york("2024-06-08T12:00"));
    assert_eq!(OFFICE.elapsed(saturday.0, saturday.1), 0);
    let fourth = Holiday::closed("2024-07-04".parse().unwrap());
    let spec = CalendarSpec::simple(
        "us",
        "America/New_York",
        Hours::on(&["mon-fri"], &["09:00-17:00"]),
        vec![fourth],
    );
    let calendar = Calendar::compile(&spec).unwrap();
    let elapsed = calendar.elapsed(new_york("2024-07-03T16:00"), new_york("2024-07-05T10:00"));
    assert_eq!(elapsed, 120 * MINUTE);
}

#[test]
fn golden_g5_the_hours_of_two_schedules_add_up() {
    // 538:22 + 421:25 + 0:21 minutes, over two calendars in UTC.
    let first = from_yaml(
        "{name: a, zone: UTC, versions: [{hours: {tue: ['08:00-02:00'], wed: ['12:00-23:00']}}]}",
    );
    let created = at("2020-09-29T17:01:38Z");
    let switched = at("2020-09-30T19:01:25Z");
    let replied = at("2020-09-30T19:01:46Z");
    let second = compile("UTC", &["tue", "wed"], &["08:00-19:30"]);
    assert_eq!(first.elapsed(created, at("2020-09-30T02:00:00Z")), (538 * 60 + 22) * 1_000_000);
    assert_eq!(first.elapsed(at("2020-09-30T02:00Z"), switched), (421 * 60 + 25) * 1_000_000);
    assert_eq!(second.elapsed(switched, replied), 21 * 1_000_000);
    let all = first.elapsed(created, switched) + second.elapsed(switched, replied);
    assert_eq!(all, 57_608 * 1_000_000);
}

#[test]
fn golden_g6_a_deadline_over_the_weekend() {
    assert_eq!(OFFICE.add(new_york("2024-06-07T16:30"), HOUR), Some(new_york("2024-06-10T09:30")));
}

#[test]
fn intervals_are_half_open_and_deadlines_early() {
    let (open, close) = (new_york("2024-06-05T09:00"), new_york("2024-06-05T17:00"));
    assert!(OFFICE.is_open(open));
    assert!(!OFFICE.is_open(close));
    assert_eq!(OFFICE.elapsed(close, new_york("2024-06-06T09:00")), 0);
    assert_eq!(OFFICE.add(open, 8 * HOUR), Some(close));
    assert_eq!(OFFICE.add(close, 0), Some(close));
    assert_eq!(OFFICE.add(close, 1), Some(new_york("2024-06-06T09:00").plus(1)));
    assert_eq!(OFFICE.elapsed(close, open), -8 * HOUR);
}

#[test]
fn a_holiday_closes_its_local_day_also_after_midnight() {
    let calendar = from_yaml(
        r#"
name: night
zone: Europe/Berlin
versions:
  - hours: {mon-sun: ["22:00-06:00"]}
    holidays: [{date: 2024-12-25}, {date: 2024-12-27, hours: ["23:00-01:00"]}]
"#,
    );
    let day = |day: &str, next: &str| {
        calendar.elapsed(at(&format!("{day}T00:00+01:00")), at(&format!("{next}T00:00+01:00")))
    };
    assert_eq!(day("2024-12-23", "2024-12-24"), 8 * HOUR);
    assert_eq!(day("2024-12-25", "2024-12-26"), 0);
    assert_eq!(day("2024-12-26", "2024-12-27"), 2 * HOUR);
    assert_eq!(day("2024-12-27", "2024-12-28"), HOUR);
    assert_eq!(day("2024-12-28", "2024-12-29"), 3 * HOUR);
}

#[test]
fn versions_change_the_hours_on_their_day() {
    let spec = CalendarSpec {
        name: "grown".to_owned(),
        zone: "UTC".to_owned(),
        versions: vec![
            VersionSpec {
                from: Some("2025-01-01".parse().unwrap()),
                to: None,
                hours: Hours::always(),
                holidays: Vec::new(),
            },
            VersionSpec {
                from: None,
                to: Some("2025-01-01".parse().unwrap()),
                hours: Hours::on(&["mon-fri"], &["09:00-17:00"]),
                holidays: Vec::new(),
            },
        ],
    };
    let calendar = Calendar::compile(&spec).unwrap();
    let elapsed = calendar.elapsed(at("2024-12-31T00:00Z"), at("2025-01-02T00:00Z"));
    assert_eq!(elapsed, 32 * HOUR);
    assert!(!calendar.is_always());
}

#[test]
fn outside_the_materialised_years_it_is_closed() {
    assert_eq!(OFFICE.elapsed(at("1970-01-01T00:00Z"), at("1989-12-31T00:00Z")), 0);
    assert_eq!(OFFICE.elapsed(at("2061-06-01T00:00Z"), at("2099-12-31T00:00Z")), 0);
    assert_eq!(OFFICE.add(at("2060-12-31T00:00Z"), 100 * HOUR), None);
    let first = OFFICE.open(at("1970-01-01T00:00Z"), at("2000-01-01T00:00Z")).next();
    assert_eq!(first.unwrap().0, new_york("1990-01-01T09:00"));
    let far = at("2100-01-01T00:00Z");
    assert_eq!(Calendar::always().add(far, HOUR), Some(far.plus(HOUR)));
}

#[test]
fn everything_wrong_is_reported_at_once() {
    let spec: CalendarSpec = serde_saphyr::from_str(
        r#"
name: " "
zone: Europe/Berln
versions:
  - from: 2024-06-01
    to: 2024-01-01
    hours: {mon: ["09:00-12:00", "11:00-13:00", "9-5", "10:00-10:00", "25:00-26:00"]}
  - hours: {mon-wed: ["09:00-12:00"], tue: ["13:00-14:00"], funday: ["09:00-10:00"]}
    holidays: [{date: 2024-12-25}, {date: 2024-12-25}]
  - from: 2025-01-01
    hours: {sat: ["22:00-06:00"], sun: ["05:00-12:00"]}
"#,
    )
    .unwrap();
    let issues = Calendar::compile(&spec).unwrap_err();
    let lines: Vec<String> = issues.iter().map(|issue| format!("{} {issue}", issue.code)).collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn a_calendar_that_never_opens_is_refused() {
    for versions in [
        "[]",
        "[{hours: {}}]",
        "[{hours: {mon: []}}]",
        "[{from: 2090-01-01, hours: 24x7}]",
        "[{from: 2024-01-01, to: 2024-01-02, hours: 24x7, holidays: [{date: 2024-01-01}]}]",
    ] {
        let text = format!("{{name: shut, zone: UTC, versions: {versions}}}");
        let spec: CalendarSpec = serde_saphyr::from_str(&text).unwrap();
        let issues = Calendar::compile(&spec).unwrap_err();
        assert!(matches!(issues[0].code, "never_opens" | "no_versions"), "{versions}: {issues:?}");
    }
}

#[test]
fn unknown_keys_are_refused() {
    let text = "{name: a, zone: UTC, versions: [{hours: 24x7, holiday: []}]}";
    assert!(serde_saphyr::from_str::<CalendarSpec>(text).is_err());
}

/// Whether a local time lies in the hours of [`TWISTED`], worked out the slow way.
fn twisted_is_open(at: Instant) -> bool {
    let zone = jiff::tz::TimeZone::get("Europe/Berlin").unwrap();
    let local = jiff::Timestamp::try_from(at).unwrap().to_zoned(zone).datetime();
    let minute = i64::from(local.hour()) * 60 + i64::from(local.minute());
    let within = |from: i64, to: i64| (from * 60..to * 60).contains(&minute);
    let day = local.date();
    if day >= jiff::civil::date(2024, 7, 1) {
        return (90..195).contains(&minute) || within(20, 24);
    }
    if day == jiff::civil::date(2024, 5, 1) {
        return false;
    }
    if day == jiff::civil::date(2024, 5, 2) {
        return within(10, 11);
    }
    match day.weekday().to_monday_one_offset() {
        1..=4 => within(8, 12) || (810..1080).contains(&minute),
        5 => within(9, 15),
        6 => within(22, 24),
        _ => within(0, 6),
    }
}

#[test]
fn an_instant_is_open_exactly_when_its_local_time_is() {
    // From before the spring change to after the autumn one, a sample every 15 minutes.
    let (from, to) = (at("2024-03-20T00:00Z"), at("2024-11-10T00:00Z"));
    let mut counted = 0;
    let mut minute = from;
    while minute < to {
        let open = twisted_is_open(minute);
        assert_eq!(TWISTED.is_open(minute), open, "{minute}");
        counted += i64::from(open) * 15 * MINUTE;
        minute = minute.plus(15 * MINUTE);
    }
    assert_eq!(TWISTED.elapsed(from, to), counted);
}

fn instants() -> impl Strategy<Value = Instant> {
    let around = |text: &str| at(text).micros();
    prop_oneof![
        (around("2024-03-20T00:00Z")..around("2024-11-10T00:00Z")),
        (around("1985-01-01T00:00Z")..around("2065-01-01T00:00Z")),
        // Whole quarters of an hour, where intervals begin and end.
        (around("2024-06-20T00:00Z") / (15 * MINUTE)..around("2024-07-10T00:00Z") / (15 * MINUTE))
            .prop_map(|quarter| quarter * 15 * MINUTE),
    ]
    .prop_map(Instant::from_micros)
}

fn calendars() -> impl Strategy<Value = &'static Calendar> {
    static ALWAYS: LazyLock<Calendar> = LazyLock::new(Calendar::always);
    prop_oneof![Just(&*OFFICE), Just(&*TWISTED), Just(&*ALWAYS)]
}

proptest! {
    #[test]
    fn elapsed_is_additive(c in calendars(), a in instants(), b in instants(), mid in instants()) {
        prop_assert_eq!(c.elapsed(a, mid) + c.elapsed(mid, b), c.elapsed(a, b));
    }

    #[test]
    fn elapsed_is_monotone_and_never_outruns_the_clock(
        c in calendars(), a in instants(), b in instants(),
    ) {
        let (a, b) = (a.min(b), a.max(b));
        let elapsed = c.elapsed(a, b);
        prop_assert!(elapsed >= 0 && elapsed <= b.since(a));
        prop_assert_eq!(c.elapsed(b, a), -elapsed);
    }

    #[test]
    fn add_is_the_inverse_of_elapsed(
        c in calendars(), a in instants(), micros in 1..1000 * HOUR,
    ) {
        if let Some(due) = c.add(a, micros) {
            prop_assert_eq!(c.elapsed(a, due), micros);
            // The earliest such instant: one microsecond before, it is not reached.
            prop_assert_eq!(c.elapsed(a, due.plus(-1)), micros - 1);
        }
    }

    #[test]
    fn add_is_monotone(
        c in calendars(), a in instants(), less in 1..1000 * HOUR, more in 0..1000 * HOUR,
    ) {
        if let Some(late) = c.add(a, less + more) {
            prop_assert!(c.add(a, less).unwrap() <= late);
        }
    }

    #[test]
    fn open_intervals_add_up_to_elapsed(c in calendars(), a in instants(), b in instants()) {
        let (a, b) = (a.min(b), a.max(b));
        let mut last = a;
        let mut sum = 0;
        for (from, to) in c.open(a, b) {
            prop_assert!(from >= last && to > from && to <= b);
            sum += to.since(from);
            last = to;
        }
        prop_assert_eq!(sum, c.elapsed(a, b));
    }

    #[test]
    fn always_open_is_the_calendar_difference(a in instants(), b in instants()) {
        prop_assert_eq!(Calendar::always().elapsed(a, b), b.since(a));
    }
}
