//! What of a ticket is past its time.

use super::rules::{Basis, Field, RetentionRules};
use crate::scrub::Scrub;
use crate::segment::Stored;
use event::{Entry, Instant, Kind, Status, Text};
use std::collections::BTreeSet;

/// The rules about tickets at one moment.
#[derive(Debug)]
pub(crate) struct Cutoffs {
    rules: Vec<Cutoff>,
    now: Instant,
    /// Custom fields that policies ask for: without them numbers would change.
    keep: BTreeSet<Text>,
}

#[derive(Debug)]
struct Cutoff {
    field: Field,
    source: Option<String>,
    by: Basis,
    after_us: i64,
}

impl Cutoffs {
    pub(crate) fn new(rules: &RetentionRules, now: Instant, keep: BTreeSet<Text>) -> Self {
        let rules = rules.rules.iter().filter_map(|rule| {
            let (field, after_us) = (rule.what()?, rule.after_us()?);
            Some(Cutoff { field, source: rule.source.clone(), by: rule.by, after_us })
        });
        let of_tickets = |rule: &Cutoff| matches!(rule.field, Field::Text | Field::Custom(_));
        Self { rules: rules.filter(of_tickets).collect(), now, keep }
    }

    /// When something of a ticket is due first; `None` while there is nothing to take out.
    pub(crate) fn next_due(&self, stored: &Stored) -> Option<Instant> {
        let due = self.rules.iter().filter_map(|rule| {
            let at = rule.due_at(stored)?;
            stored.timeline.iter().any(|entry| self.has(rule, entry)).then_some(at)
        });
        due.min()
    }

    fn has(&self, rule: &Cutoff, entry: &Entry) -> bool {
        match &rule.field {
            Field::Text => {
                matches!(&entry.kind, Kind::Message(message) if message.text.is_some())
            }
            Field::Custom(name) => {
                let goes = |field: &Text| self.goes(name.as_deref(), field);
                let in_extra = entry.extra.as_ref().is_some_and(|all| all.keys().any(goes));
                in_extra
                    || matches!(&entry.kind, Kind::Field { name, value: Some(_) } if goes(name))
            }
            Field::Quarantine | Field::Imports => false,
        }
    }

    fn goes(&self, name: Option<&str>, field: &Text) -> bool {
        name.is_none_or(|name| name == field) && !self.keep.contains(field)
    }

    fn take(&self, rule: &Cutoff, entry: &mut Entry) {
        match (&rule.field, &mut entry.kind) {
            (Field::Text, Kind::Message(message)) => message.text = None,
            (Field::Custom(name), kind) => {
                if let Some(extra) = &mut entry.extra {
                    extra.retain(|field, _| !self.goes(name.as_deref(), field));
                    if extra.is_empty() {
                        entry.extra = None;
                    }
                }
                if let Kind::Field { name: field, value } = kind
                    && self.goes(name.as_deref(), field)
                {
                    *value = None;
                }
            }
            _ => {}
        }
    }
}

impl Cutoff {
    /// When a ticket's field falls due; `None` where it does not yet.
    fn due_at(&self, stored: &Stored) -> Option<Instant> {
        if self.source.as_ref().is_some_and(|source| *source != stored.source) {
            return None;
        }
        let from = match self.by {
            Basis::LastEvent => stored.timeline.iter().map(|entry| entry.at).max(),
            Basis::Closed => ended_at(&stored.timeline),
        };
        Some(from?.plus(self.after_us))
    }
}

/// When a ticket came to its end, where it is at it.
fn ended_at(timeline: &[Entry]) -> Option<Instant> {
    let mut ended = None;
    for entry in timeline.iter().filter(|entry| entry.origin.is_none()) {
        ended = match &entry.kind {
            Kind::Status { status, .. } => match status {
                // What was solved before it was closed is at its end since then.
                Status::Solved | Status::Closed | Status::Deleted | Status::Spam => {
                    ended.or(Some(entry.at))
                }
                _ => None,
            },
            Kind::Merged { .. } => ended.or(Some(entry.at)),
            _ => ended,
        };
    }
    ended
}

impl Scrub for Cutoffs {
    fn scrub(&self, stored: &mut Stored) -> bool {
        let mut changed = false;
        for rule in &self.rules {
            if rule.due_at(stored).is_none_or(|due| due > self.now) {
                continue;
            }
            for entry in &mut stored.timeline {
                if self.has(rule, entry) {
                    self.take(rule, entry);
                    changed = true;
                }
            }
        }
        changed
    }
}
