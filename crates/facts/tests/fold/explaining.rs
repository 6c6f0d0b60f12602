//! A ticket's clocks drawn as segments.

use crate::history::{folder, timeline};
use facts::explain::{ClockTrace, SegmentState};

const NEW_YORK: &str = "
calendars:
  - name: office
    zone: America/New_York
    versions: [{hours: {mon-fri: ['09:00-17:00']}}]
default_calendar: office
";

fn trace(policies: &str, history: &str, name: &str, clock: &str) -> ClockTrace {
    let now = "2026-04-01T00:00:00Z".parse().unwrap();
    let explained = folder(policies).explain("desk", "T", &timeline(history), now);
    let found = explained.clocks.into_iter().find(|t| t.name == name && t.clock == clock);
    found.unwrap_or_else(|| panic!("no clock {name} {clock}"))
}

fn words(trace: &ClockTrace) -> Vec<String> {
    let hour = 3_600_000_000;
    let words = |state: SegmentState, counted: i64| format!("{state:?} {}", counted / (hour / 2));
    trace.segments.iter().map(|s| words(s.state, s.counted_us)).collect()
}

#[test]
fn a_weekend_on_which_the_clocks_change() {
    let history = "2026-03-06T21:30:00Z c creates\n2026-03-09T13:30:00Z a1 writes";
    let business = trace(NEW_YORK, history, "first_reply", "business");
    // Half-hours: one on Friday, one on Monday, though the night between is an hour short.
    assert_eq!(words(&business), ["Running 1", "Closed 0", "Running 1"]);
    let note = business.segments[1].note.as_deref();
    assert_eq!(note, Some("the clocks of America/New_York go forward by 60 minutes"));
    let calendar = trace(NEW_YORK, history, "first_reply", "calendar");
    assert_eq!(words(&calendar), ["Running 128"], "64 h by the calendar clock");
    assert_eq!(calendar.value_us, Some(64 * 3_600_000_000));
}

#[test]
fn pauses_are_drawn_and_do_not_count() {
    let history = "09:00 c creates
                   10:00 a1 status pending
                   12:00 a1 status open
                   13:00 a1 status solved";
    let net = trace("", history, "net_resolution", "calendar");
    assert_eq!(words(&net), ["Running 2", "Paused 0", "Running 2"]);
    let business = trace("", history, "net_resolution", "business");
    assert_eq!(business.value_us, None);
    assert_eq!(business.why.as_deref(), Some("no business calendar was in force for all of it"));
}

#[test]
fn what_is_missing_is_said() {
    let why = |name| trace("", "09:00 c creates\n09:05 a1 notes", name, "calendar").why;
    assert_eq!(why("first_reply").as_deref(), Some("no human agent has replied publicly"));
    assert_eq!(why("full_resolution").as_deref(), Some("the ticket is not solved now"));
    assert_eq!(
        why("first_resolution_from_handoff").as_deref(),
        Some("no bot handed the ticket over")
    );
}
