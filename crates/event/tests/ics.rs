//! Holidays out of iCalendar files, and what is said about the rest.

use event::ics::{IcsError, holidays};

const FILE: &str = "BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//test//EN\r
BEGIN:VEVENT\r
UID:1\r
DTSTART;VALUE=DATE:20261225\r
DTEND;VALUE=DATE:20261227\r
SUMMARY:Christmas, a name that is so long that its line is folded by the program th\r
 at wrote it\r
END:VEVENT\r
BEGIN:VEVENT\r
UID:2\r
DTSTART;VALUE=DATE:20261226\r
SUMMARY:Boxing Day\r
END:VEVENT\r
BEGIN:VEVENT\r
UID:3\r
DTSTART;VALUE=DATE:20200229\r
RRULE:FREQ=YEARLY;UNTIL=20300101\r
SUMMARY:Leap day\r
END:VEVENT\r
BEGIN:VEVENT\r
UID:4\r
DTSTART:20261224T120000Z\r
SUMMARY:Party\r
END:VEVENT\r
BEGIN:VEVENT\r
UID:5\r
DTSTART;VALUE=DATE:20260907\r
RRULE:FREQ=YEARLY;BYMONTH=9;BYDAY=1MO\r
SUMMARY:Labor Day\r
END:VEVENT\r
BEGIN:VTODO\r
UID:6\r
SUMMARY:Bake\r
END:VTODO\r
END:VCALENDAR\r
";

#[test]
fn whole_days_ranges_and_yearly_days_are_read() {
    let read = holidays(FILE).unwrap();
    let lines: Vec<String> = read
        .holidays
        .iter()
        .map(|day| format!("{} {}", day.date, day.name.as_deref().unwrap_or_default()))
        .collect();
    let long = "Christmas, a name that is so long that its line is folded by the program that \
                wrote it";
    assert_eq!(
        lines,
        [
            "2020-02-29 Leap day".to_owned(),
            "2024-02-29 Leap day".to_owned(),
            "2028-02-29 Leap day".to_owned(),
            format!("2026-12-25 {long}"),
            format!("2026-12-26 {long} / Boxing Day"),
        ]
        .iter()
        .cloned()
        .collect::<std::collections::BTreeSet<_>>()
        .into_iter()
        .collect::<Vec<_>>()
    );
}

#[test]
fn what_is_no_holiday_is_reported() {
    let skipped: Vec<String> = holidays(FILE)
        .unwrap()
        .skipped
        .iter()
        .map(|entry| format!("{} {}: {}", entry.number, entry.summary, entry.reason))
        .collect();
    insta::assert_snapshot!(skipped.join("\n"), @r"
    4 Party: it has a time of day; only whole days are holidays
    5 Labor Day: RRULE `FREQ=YEARLY;BYMONTH=9;BYDAY=1MO` is not supported; only plain FREQ=YEARLY is
    6 Bake: a VTODO is no holiday
    ");
}

#[test]
fn yearly_days_end_with_the_years_of_business_calendars() {
    let text = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20250101\nRRULE:FREQ=YEARLY\n\
                SUMMARY:New Year\nEND:VEVENT\nEND:VCALENDAR\n";
    let read = holidays(text).unwrap();
    assert_eq!(read.holidays.len(), 36, "2025 to 2060");
}

#[test]
fn a_text_that_is_no_calendar_is_refused() {
    for text in ["", "date,name\n2026-12-25,Christmas", "BEGIN:VCALENDAR\nBEGIN:VEVENT\n"] {
        assert!(matches!(holidays(text), Err(IcsError::Malformed { .. })), "{text}");
    }
}
