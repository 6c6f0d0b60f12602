//! Pass: the filters, read and put in a fixed order.

use super::{Draft, Narrowing, dimensions};
use crate::dimension;
use crate::filter::{Filter, read_filter};
use crate::issue::Issue;
use crate::limits::FILTERS_MAX;

pub(super) fn read(draft: &mut Draft<'_>) {
    let asked = draft.question.filters.clone();
    if asked.len() > FILTERS_MAX {
        let message = format!("{} filters, {FILTERS_MAX} at most", asked.len());
        draft.issues.push(Issue::new("limit_exceeded", "where", message));
    }
    for (at, text) in asked.iter().enumerate() {
        let place = format!("where[{at}]");
        let filter = match read_filter(text, &place) {
            Ok(filter) => filter,
            Err(issue) => {
                draft.issues.push(issue);
                continue;
            }
        };
        match dimension::read(&filter.field, false, &place) {
            Ok(field) => {
                dimensions::check(draft, &field, &place);
                let mut filter = Filter { field: field.name.clone(), ..filter };
                filter.values.sort();
                filter.values.dedup();
                draft.filters.push(Narrowing { field, filter, place });
            }
            Err(issue) => draft.issues.push(issue),
        }
    }
    draft.filters.sort_by_cached_key(|narrowing| narrowing.filter.to_string());
    draft.filters.dedup_by(|one, other| one.filter == other.filter);
    draft.question.filters =
        draft.filters.iter().map(|narrowing| narrowing.filter.to_string()).collect();
}
