//! Erasure of a person: everywhere, for good, while every number stays as it was.
//!
//! An id is replaced by a pseudonym of its own, the same wherever it stands, so that whatever
//! counts or compares people still does. The words and custom fields of the tickets they
//! requested go. What is kept of the id is a keyed digest, with which later events of the same
//! person are met before they are stored.
//!
//! From the first transaction on nobody can bring the person back in; the rest is cleaning, done
//! segment by segment through the manifest, and begun again after a crash.

mod announce;
mod clean;
mod papers;
mod plan;
pub(crate) mod rules;

use event::Instant;
use serde::{Deserialize, Serialize};
use std::fmt;

pub use plan::ErasurePlan;

/// Who is to be erased.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ErasureRequest {
    /// Their ids in the sources: as requester, agent, or author of anything.
    pub ids: Vec<String>,
    /// Ids of accounts that would give them away.
    pub accounts: Vec<String>,
    /// The sources in which these ids are theirs; empty = all.
    pub sources: Vec<String>,
    /// Custom fields of their tickets that say nothing of them, and stay.
    pub keep_fields: Vec<String>,
}

impl fmt::Debug for ErasureRequest {
    /// Without the ids, which have no place in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (ids, accounts) = (self.ids.len(), self.accounts.len());
        write!(f, "ErasureRequest({ids} ids, {accounts} accounts)")
    }
}

/// What an erasure touches, in counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Touched {
    /// Tickets with something to take out.
    pub tickets: u64,
    /// Entries of their timelines in which something changes.
    pub entries: u64,
    /// Segments written anew.
    pub segments: u64,
    /// Batches of the inbox rewritten.
    pub batches: u64,
    /// Rows of the quarantine whose raw text is emptied.
    pub quarantined: u64,
    /// Entries of the log of imports whose names are emptied.
    pub imports: u64,
    /// Sets of policies in which somebody is renamed.
    pub policies: u64,
}

/// One line of the log of erasures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Erasure {
    /// Its number.
    pub id: i64,
    /// When it was asked for; from then on nothing of the person comes in.
    pub asked_at: Instant,
    /// When the last old file was gone.
    pub finished_at: Option<Instant>,
    /// The sources it is about; empty = all.
    pub sources: Vec<String>,
    /// How many ids were named.
    pub ids: u64,
    /// How many accounts were named.
    pub accounts: u64,
    /// What it touched.
    pub touched: Touched,
}
