//! What a store must show after a set of events: worked out without a store.

use crate::support::{Rows, event, json};
use event::{Entry, Event, Text};
use facts::policies::Policies;
use facts::{Folder, Table, TablesBuilder};
use std::collections::{BTreeMap, BTreeSet};

/// Timelines by source and ticket.
pub(super) type Timelines = BTreeMap<(Text, Text), Vec<Entry>>;

/// Every row after these events, however they came.
pub(super) fn rows(numbers: &BTreeSet<u32>, policies: &Policies) -> Rows {
    let timelines = timelines(numbers);
    let folder = Folder::new(policies).unwrap();
    let mut builder = TablesBuilder::new();
    let mut names = Vec::new();
    for (number, ((source, ticket), timeline)) in (0..).zip(&timelines) {
        let facts = folder.fold(source, ticket, timeline);
        builder.push(number, source, ticket, timeline, &facts);
        names.push(format!("\"{source}\"/\"{ticket}\""));
    }
    let tables = builder.finish();
    let mut rows = Rows::new();
    for table in Table::ALL {
        for row in json(&tables[table]) {
            let serde_json::Value::Object(mut row) = row else { panic!("a row is an object") };
            let number = row.remove("number").and_then(|number| number.as_u64()).unwrap();
            let name = names[usize::try_from(number).unwrap()].clone();
            let text = serde_json::Value::Object(row).to_string();
            rows.entry((name, table.name())).or_default().push(text);
        }
    }
    rows
}

/// Merges everything, then hands on what merged-away tickets have until nobody learns anything.
pub(super) fn timelines(numbers: &BTreeSet<u32>) -> Timelines {
    let mut news: Vec<Event> = numbers.iter().map(|number| event(*number)).collect();
    let mut timelines = Timelines::new();
    while !news.is_empty() {
        let mut changed = BTreeSet::new();
        for Event { source, ticket, entry } in news {
            let name = (source, ticket);
            let old = timelines.remove(&name).unwrap_or_default();
            let new = facts::timeline::merge(old.clone(), vec![entry]);
            if new != old {
                changed.insert(name.clone());
            }
            timelines.insert(name, new);
        }
        news = changed
            .into_iter()
            .flat_map(|name| {
                let derived = facts::derived(&name.1, &timelines[&name]);
                derived.into_iter().flat_map(move |(into, entries)| {
                    let source = name.0.clone();
                    entries.into_iter().map(move |entry| Event {
                        source: source.clone(),
                        ticket: into.clone(),
                        entry,
                    })
                })
            })
            .collect();
    }
    timelines
}
