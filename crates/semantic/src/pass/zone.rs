//! Pass: the zone, the first day of the week, and the instant that the question looks from.

use super::Draft;
use crate::issue::{Issue, suggest};
use crate::time::{Resolved, WEEKDAYS, Zone, weekday, weekday_name};
use event::Instant;

pub(super) fn read(draft: &mut Draft<'_>) {
    if let Some(name) = draft.question.zone.clone() {
        match Zone::named(&name) {
            Some(zone) => {
                let week_start = draft.zone.week_start;
                draft.zone = Zone { week_start, ..zone };
            }
            None => draft.issues.push(unknown_zone(&name)),
        }
    }
    if let Some(name) = &draft.question.week_start {
        match weekday(name) {
            Some(day) => draft.zone.week_start = day,
            None => {
                let message = format!("`{name}` is not a day of the week");
                draft.issues.push(
                    Issue::new("unknown_week_start", "week_start", message)
                        .did_you_mean(name, WEEKDAYS.iter().map(|(name, _)| *name)),
                );
            }
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

fn unknown_zone(name: &str) -> Issue {
    let known: Vec<String> = jiff::tz::db().available().map(|zone| zone.to_string()).collect();
    let issue = Issue::new("unknown_zone", "zone", format!("there is no time zone `{name}`"));
    match suggest(name, known.iter().map(String::as_str)) {
        Some(hint) if hint.starts_with("did") => issue.hint(hint),
        _ => issue.hint("use an IANA name such as Europe/Berlin or UTC"),
    }
}
