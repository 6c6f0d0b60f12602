//! Pass: the dimensions that the question splits by.

use super::Draft;
use crate::definition::Kind;
use crate::dimension::{self, What};
use crate::issue::Issue;
use crate::limits::DIMENSIONS_MAX;

pub(super) fn read(draft: &mut Draft<'_>) {
    let asked = draft.question.by.clone();
    if asked.len() > DIMENSIONS_MAX {
        let message = format!("{} dimensions, {DIMENSIONS_MAX} at most", asked.len());
        draft.issues.push(Issue::new("too_many_dimensions", "by", message));
    }
    for (at, name) in asked.iter().enumerate() {
        let place = format!("by[{at}]");
        match dimension::read(name, true, &place) {
            Err(issue) => draft.issues.push(issue),
            Ok(dimension) if draft.dimensions.contains(&dimension) => {
                draft.issues.push(Issue::new("repeated", place, format!("`{name}` twice")));
            }
            Ok(dimension) => {
                check(draft, &dimension, &place);
                draft.question.by[at].clone_from(&dimension.name);
                draft.dimensions.push(dimension);
            }
        }
    }
}

/// Dimensions that have a meaning for some kinds of metric only.
pub(super) fn check(draft: &mut Draft<'_>, dimension: &dimension::Asked, place: &str) {
    let mut refused = Vec::new();
    for target in &draft.targets {
        let kind = target.view.kind();
        let why = match dimension.what {
            What::AgeBucket if kind != Kind::Stock => "only a stock has ages",
            What::AgeBucket if draft.grain.is_some() => {
                "ages are taken at one instant: leave `every` out"
            }
            What::HourOfDay | What::DayOfWeek if kind == Kind::Stock => {
                "a stock has no instant of its own: use `every`"
            }
            _ => continue,
        };
        refused.push((target.name.clone(), why));
    }
    for (name, why) in refused {
        let message = format!("`{}` has no meaning for `{name}`", dimension.name);
        draft.issues.push(Issue::new("dimension_not_offered", place, message).hint(why));
    }
}
