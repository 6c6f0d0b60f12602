//! What an erasure would touch, found out by doing it without keeping the outcome.

use super::papers::{Needles, Papers};
use super::rules::{Digest, Digester, Erased, Named, Rules, fields_of, rename_in};
use super::{ErasureRequest, Touched};
use crate::core::{Core, blocking};
use crate::error::{Error, Result};
use crate::key::Key;
use crate::limits;
use crate::parallel;
use crate::scrub::Scrub;
use crate::segment::{Segment, Stored};
use crate::snapshot::Snapshot;
use crate::state::files::KnownBackup;
use event::Text;
use rustc_hash::FxHashMap;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What an erasure would touch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ErasurePlan {
    /// Counts.
    pub touched: Touched,
    /// Custom fields that stay on their tickets: those asked for, and those that policies ask for.
    pub keep_fields: Vec<String>,
    /// Annotations and settings that name them: people wrote those, and have to change them.
    pub mentions: Vec<String>,
    /// Backups that hold everything as it is now.
    pub backups: Vec<KnownBackup>,
}

/// What a scrub would do to the stored tickets.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    pub(crate) tickets: u64,
    pub(crate) entries: u64,
    /// Segments whose files hold something to take out.
    pub(crate) segments: BTreeSet<u32>,
    /// Tickets that an erased one requested, with what stays of them.
    pub(crate) theirs: FxHashMap<Key, Arc<Erased>>,
}

/// What is known before anything is changed.
pub(super) struct Looked {
    pub(super) plan: ErasurePlan,
    pub(super) papers: Papers,
}

impl Core {
    /// What an erasure would touch.
    pub(super) async fn look(self: &Arc<Self>, request: &ErasureRequest) -> Result<Looked> {
        check(request)?;
        let needles = Needles::new(request.ids.iter().chain(&request.accounts));
        let papers = self.papers(&needles).await?;
        let snapshot = self.snapshot();
        let rules = Arc::new(rehearsal(request, &snapshot));
        let scan = self.scan(Arc::clone(&rules) as _, Arc::clone(&rules)).await?;
        let keep = keep_fields(request, &snapshot);
        let mut policies = 0;
        for (_, mut version) in self.state.policies_documents().await? {
            policies += u64::from(rename_in(&mut version, &rules));
        }
        let touched = Touched {
            tickets: scan.tickets,
            entries: scan.entries,
            segments: scan.segments.len() as u64,
            batches: self.batches_of(&rules, &scan).await?,
            quarantined: papers.quarantine.len() as u64,
            imports: papers.imports.len() as u64,
            policies,
        };
        let plan = ErasurePlan {
            touched,
            keep_fields: keep.iter().map(Text::to_string).collect(),
            mentions: papers.mentions.clone(),
            backups: self.state.backups().await?,
        };
        Ok(Looked { plan, papers })
    }

    /// What a scrub would do to the stored tickets as they are now.
    pub(crate) async fn scan(
        self: &Arc<Self>,
        scrub: Arc<dyn Scrub>,
        rules: Arc<Rules>,
    ) -> Result<Scan> {
        let (core, snapshot) = (Arc::clone(self), self.snapshot());
        blocking(move || {
            let last = snapshot.segments.last().map(Segment::id);
            let beyond = snapshot.overlay.max_number().map(|number| number / core.segment_rows);
            let ids: Vec<u32> = (0..last.max(beyond).map_or(0, |id| id + 1)).collect();
            let threads = core.options.workers();
            let work = |id| scan_segment(&snapshot, id, scrub.as_ref(), &rules);
            let parts = parallel::each(threads, ids, work, |_| ())?;
            let mut whole = Scan::default();
            for part in parts {
                whole.tickets += part.tickets;
                whole.entries += part.entries;
                whole.segments.extend(part.segments);
                whole.theirs.extend(part.theirs);
            }
            Ok(whole)
        })
        .await
    }
}

fn scan_segment(snapshot: &Snapshot, id: u32, scrub: &dyn Scrub, rules: &Rules) -> Result<Scan> {
    let mut scan = Scan::default();
    let mut next = id * snapshot.segment_rows;
    let end = next.saturating_add(snapshot.segment_rows);
    let count = |scan: &mut Scan, stored: Stored| {
        let mut scrubbed = stored.clone();
        if scrub.scrub(&mut scrubbed) {
            let pairs = stored.timeline.iter().zip(&scrubbed.timeline);
            scan.entries += pairs.filter(|(before, after)| before != after).count() as u64;
            scan.tickets += 1;
        }
        if let Some(erased) = rules.requester_of(&scrubbed) {
            scan.theirs.insert(Key::new(&stored.source, &stored.ticket), erased);
        }
    };
    if let Some(segment) = snapshot.segment(id) {
        segment.read_all(limits::FOLD_BATCH_TICKETS, |number, sealed| {
            next = number + 1;
            match snapshot.overlay.get(number)? {
                Some(stored) => {
                    // The row that counts is another, but this one lies in the file.
                    let mut sealed = sealed;
                    if scrub.scrub(&mut sealed) {
                        scan.segments.insert(id);
                    }
                    count(&mut scan, stored);
                }
                None => {
                    let before = scan.tickets;
                    count(&mut scan, sealed);
                    if scan.tickets > before {
                        scan.segments.insert(id);
                    }
                }
            }
            Ok(())
        })?;
    }
    while next < end
        && let Some(stored) = snapshot.overlay.get(next)?
    {
        count(&mut scan, stored);
        next += 1;
    }
    Ok(scan)
}

/// The custom fields that stay.
pub(super) fn keep_fields(request: &ErasureRequest, snapshot: &Snapshot) -> BTreeSet<Text> {
    let mut keep = fields_of(&snapshot.policies);
    keep.extend(request.keep_fields.iter().map(Text::from));
    keep
}

/// The rules as they would be, under a key and pseudonyms that nobody keeps.
fn rehearsal(request: &ErasureRequest, snapshot: &Snapshot) -> Rules {
    let key = Digest::default();
    let digester = Digester::new(&key);
    let sources: BTreeSet<Text> = request.sources.iter().map(Text::from).collect();
    let keep_fields = keep_fields(request, snapshot);
    let people = request.ids.iter().map(|id| (Named::Person, id));
    let all: BTreeMap<Digest, usize> = people
        .chain(request.accounts.iter().map(|id| (Named::Account, id)))
        .zip(0..)
        .map(|((named, id), place)| (digester.digest(named, id), place))
        .collect();
    let erased = all.into_iter().map(|(digest, place)| Erased {
        digest,
        pseudonym: Text::from(format!("\0{place}")),
        sources: sources.clone(),
        keep_fields: keep_fields.clone(),
    });
    Rules::new(&key, erased)
}

fn check(request: &ErasureRequest) -> Result<()> {
    let ids = request.ids.len() + request.accounts.len();
    if ids > limits::ERASURE_IDS_MAX {
        return Err(Error::Limit {
            what: "ids in one erasure",
            given: ids as u64,
            limit: limits::ERASURE_IDS_MAX as u64,
        });
    }
    if ids == 0 || request.ids.iter().chain(&request.accounts).any(String::is_empty) {
        return Err(Error::NobodyToErase);
    }
    Ok(())
}
