//! Pass: the order of the rows and how many groups are kept.

use super::Draft;
use crate::compiled::{OrderBy, OrderKey};
use crate::issue::Issue;
use crate::limits::ROWS_MAX;

pub(super) fn read(draft: &mut Draft<'_>) {
    for (at, word) in draft.question.order.0.clone().into_iter().enumerate() {
        let (descending, name) = match word.strip_prefix('-') {
            Some(name) => (true, name),
            None => (false, word.as_str()),
        };
        let dimension = draft.dimensions.iter().position(|dimension| dimension.name == name);
        let measure = draft
            .targets
            .iter()
            .position(|target| target.name == name || target.view.definition.metric == name);
        let key = match (name, dimension, measure) {
            ("time", ..) if draft.grain.is_some() => OrderKey::Time,
            (_, Some(dimension), _) => OrderKey::Dimension(dimension),
            (_, _, Some(measure)) => OrderKey::Measure(measure),
            _ => {
                let known = draft.dimensions.iter().map(|dimension| dimension.name.as_str());
                let known = known.chain(draft.targets.iter().map(|target| target.name.as_str()));
                let issue = Issue::new(
                    "bad_order",
                    format!("order[{at}]"),
                    format!("the answer has no `{name}` to be ordered by"),
                )
                .did_you_mean(name, known.chain(["time"]));
                draft.issues.push(issue);
                continue;
            }
        };
        draft.order.push(OrderBy { key, descending });
    }
    if let Some(limit) = draft.question.limit
        && (limit == 0 || limit > ROWS_MAX)
    {
        let message = format!("`limit` is {limit}, from 1 to {ROWS_MAX} at most");
        draft.issues.push(Issue::new("limit_exceeded", "limit", message));
    }
}
