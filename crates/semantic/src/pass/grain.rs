//! Pass: the grain of time, and the spine that it makes of the period.

use super::Draft;
use crate::issue::Issue;
use crate::limits::BUCKETS_MAX;
use crate::time::{Grain, spine};

pub(super) fn read(draft: &mut Draft<'_>) {
    let Some(word) = draft.question.every.clone() else { return };
    let lower = word.trim().to_lowercase();
    let plain = lower.strip_suffix('s').unwrap_or(&lower);
    match Grain::from_name(plain) {
        Some(grain) => {
            draft.grain = Some(grain);
            draft.question.every = Some(grain.name().to_owned());
        }
        None => draft.issues.push(
            Issue::new("unknown_grain", "every", format!("`{word}` is not a grain of time"))
                .did_you_mean(plain, Grain::ALL.iter().map(|grain| grain.name())),
        ),
    }
}

pub(super) fn check_spine(draft: &mut Draft<'_>) {
    let (Some(grain), Some(from)) = (draft.grain, draft.period.from) else { return };
    let ends = (from, draft.period.to);
    let buckets = spine(ends, grain, &draft.zone, draft.now, BUCKETS_MAX + 1);
    if buckets.len() > BUCKETS_MAX {
        let message = format!("more than {BUCKETS_MAX} buckets of a {grain} each");
        draft.issues.push(
            Issue::new("too_many_buckets", "every", message)
                .hint("use a coarser grain or a shorter range"),
        );
    } else {
        draft.spine = Some(buckets);
    }
}
