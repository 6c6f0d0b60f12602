//! Pass: the zone, the first day of the week, and the instant that the question looks from.

use super::Draft;
use crate::issue::Issue;
use crate::time::{Resolved, Zone, read_weekday, weekday_name};
use event::Instant;

pub(super) fn read(draft: &mut Draft<'_>) {
    if let Some(name) = draft.question.zone.clone() {
        match Zone::read(&name) {
            Ok(zone) => {
                let week_start = draft.zone.week_start;
                draft.zone = Zone { week_start, ..zone };
            }
            Err(issue) => draft.issues.push(issue),
        }
    }
    if let Some(name) = &draft.question.week_start {
        match read_weekday(name) {
            Ok(day) => draft.zone.week_start = day,
            Err(issue) => draft.issues.push(issue),
        }
    }
    if let Some(text) = &draft.question.as_of {
        match text.parse::<Instant>() {
            Ok(instant) => {
                draft.as_of = Some(instant);
                draft.now = instant;
                draft.question.as_of = Some(instant.to_string());
            }
            Err(_) => draft.issues.push(
                Issue::new("bad_instant", "as_of", format!("`{text}` is not an instant"))
                    .hint("write RFC 3339 with an offset, for example 2026-11-16T09:00:00Z"),
            ),
        }
    }
    draft.period = Resolved::all(draft.now);
    draft.question.zone = Some(draft.zone.name.clone());
    draft.question.week_start = Some(weekday_name(draft.zone.week_start).to_owned());
}
