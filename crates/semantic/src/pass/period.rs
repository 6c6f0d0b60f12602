//! Pass: the period, and the periods it is compared with.

use super::Draft;
use crate::issue::Issue;
use crate::time::{Grain, Present, Unit, read_range};

const COMPARISONS: [&str; 2] = ["previous_period", "same_period_last_year"];

pub(super) fn read(draft: &mut Draft<'_>) {
    let present = Present { now: draft.now, zone: &draft.zone };
    match read_range(draft.question.range.as_ref(), present) {
        Ok(period) => draft.period = period,
        Err(issue) => draft.issues.push(issue),
    }
}

pub(super) fn read_comparisons(draft: &mut Draft<'_>) {
    let asked = std::mem::take(&mut draft.question.compare);
    for (at, word) in asked.into_iter().enumerate() {
        let place = format!("compare[{at}]");
        let present = Present { now: draft.now, zone: &draft.zone };
        let weekly = draft.grain == Some(Grain::Week)
            || matches!(draft.period.unit, Some(Unit::Grains(Grain::Week, _)));
        let period = match word.as_str() {
            "previous_period" => draft.period.previous(present),
            "same_period_last_year" => draft.period.last_year(present, weekly),
            _ => {
                draft.issues.push(
                    Issue::new("unknown_comparison", place, format!("nothing compares `{word}`"))
                        .did_you_mean(&word, COMPARISONS),
                );
                continue;
            }
        };
        match period {
            _ if draft.question.compare.contains(&word) => {
                draft.issues.push(Issue::new("repeated", place, format!("`{word}` twice")));
            }
            Some(period) => {
                draft.comparisons.push((word.clone(), period));
                draft.question.compare.push(word);
            }
            None => draft.issues.push(
                Issue::new("comparison_needs_range", place, "the range has no beginning")
                    .hint("give a `range` such as `last 12 weeks`"),
            ),
        }
    }
    draft.question.compare.sort();
    draft.comparisons.sort_by(|a, b| a.0.cmp(&b.0));
}
