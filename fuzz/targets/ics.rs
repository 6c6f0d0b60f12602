//! Any text as an iCalendar file: the holidays are in order, and a calendar takes them.
#![no_main]

use event::calendar::{Calendar, CalendarSpec, Hours};
use event::ics::holidays;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(read) = holidays(text) else { return };
    let days: Vec<_> = read.holidays.iter().map(|holiday| holiday.date).collect();
    assert!(days.is_sorted_by(|a, b| a < b), "each day once, in order: {days:?}");
    let spec = CalendarSpec::simple("any", "Europe/Berlin", Hours::always(), read.holidays);
    if let Err(issues) = Calendar::compile(&spec) {
        // A calendar takes only so many holidays, and only years it can work out.
        assert!(!issues.is_empty());
    }
});
