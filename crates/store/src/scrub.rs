//! What must no longer be known, as functions from a ticket to the same ticket without it.
//!
//! A scrub is pure and repeatable: what it made it leaves alone, and it does not matter whether
//! entries are scrubbed one by one or as a whole timeline. It changes no id of an entry, no
//! instant and no role, so the order of a timeline and its duplicates stay as they were.

use crate::erase::rules::Rules;
use crate::segment::Stored;
use event::Event;
use std::fmt::Debug;
use std::sync::Arc;

/// Takes something out of tickets.
pub(crate) trait Scrub: Debug + Send + Sync {
    /// Takes it out of a ticket; whether that changed anything.
    fn scrub(&self, stored: &mut Stored) -> bool;
}

/// What a snapshot lets in and lets stand.
#[derive(Clone, Debug, Default)]
pub(crate) struct Keeping {
    /// Who was erased: for ever.
    pub(crate) rules: Arc<Rules>,
    /// Whoever is being erased, while that is being done.
    pub(crate) cleaning: Option<Arc<dyn Scrub>>,
    /// What is past its time, while that is being taken out.
    pub(crate) retaining: Option<Arc<dyn Scrub>>,
}

impl Keeping {
    /// Takes out of events what must not come in.
    pub(crate) fn admit(&self, events: &mut [Event]) {
        self.rules.admit(events);
    }

    /// Takes out of a ticket what must not stay; whether that changed anything.
    pub(crate) fn scrub(&self, stored: &mut Stored) -> bool {
        let mut changed = self.rules.settle(stored);
        for scrub in self.cleaning.iter().chain(&self.retaining) {
            changed |= scrub.scrub(stored);
        }
        changed
    }
}
