//! The store as other rooms see it.

use crate::apply::Accepted;
use crate::backup::BackupReport;
use crate::bulk::Bulk;
use crate::core::{Core, blocking, unstoppable};
use crate::error::{Error, Result};
use crate::gauges::Gauges;
use crate::key::Key;
use crate::options::Options;
use crate::rebuild::{Progress, Rebuilt};
use crate::segment::Stored;
use crate::snapshot::Snapshot;
use crate::state::annotations::{Annotation, Note};
use crate::state::imports::{Import, ImportCounts};
use crate::state::lease::Lease;
use crate::state::policies::PoliciesVersion;
use crate::state::quarantine::{QuarantineFilter, Quarantined, Reject};
use crate::state::{commit, numbers, policies};
use crate::submit::Submitted;
use event::{Event, Instant};
use facts::policies::Policies;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::watch;

/// An open data folder. Clones share it; the folder is free again when the last is dropped.
///
/// Must be used within a tokio runtime with its I/O and time drivers.
#[derive(Clone, Debug)]
pub struct Store {
    pub(crate) core: Arc<Core>,
    /// What upkeep works under; `None` where nobody could take over.
    pub(crate) lease: Option<Lease>,
}

impl Store {
    /// Opens a folder, makes it where it is missing, and replays what was accepted but not sealed.
    ///
    /// Segments written by another version of this program, with other columns, are rebuilt first.
    ///
    /// # Errors
    /// [`Error::Locked`] when another process has it open, [`Error::Damaged`] when it is not as it
    /// was left, and whatever the disk or the state database says.
    pub async fn open(dir: &Path, options: Options) -> Result<Self, Error> {
        let dir: PathBuf = dir.to_path_buf();
        unstoppable(async move {
            let (core, stale) = Core::open(&dir, options).await?;
            core.succeed().await?;
            core.recover().await?;
            if stale {
                tracing::info!("the fact tables have new columns: rebuilding every segment");
                let policies = core.snapshot().policies.as_ref().clone();
                core.rebuild(policies, Arc::new(|_, _| ())).await?;
                core.set_columns().await?;
            }
            core.follow();
            Ok(Self { core, lease: None })
        })
        .await
    }

    /// Whether a folder holds a store, in whichever database its state is.
    pub fn exists(dir: &Path) -> bool {
        let layout = crate::layout::Layout::new(dir);
        layout.state().is_file() || layout.mark().is_file()
    }

    /// Applies what was accepted and closes the state database, so that the folder can be opened
    /// again at once. Nothing needs it to be called: a store that is just dropped is as safe.
    pub async fn close(self) {
        self.core.settle().await;
        self.core.close().await;
    }

    /// What every operation shares, for the other files that make up the store.
    pub(crate) fn core(&self) -> &Arc<Core> {
        &self.core
    }

    /// The folder.
    pub fn dir(&self) -> &Path {
        self.core.layout.root()
    }

    /// Tickets in a segment.
    pub fn segment_rows(&self) -> u32 {
        self.core.segment_rows
    }

    /// Accepts events of any source: when this returns they are on disk, and in `snapshot()`.
    ///
    /// Calls at the same time share a transaction. An event is the same as an earlier one if its
    /// id is in its ticket's timeline already. The same id on two tickets of a source is two
    /// events: sources that number events by ticket exist, and an event never moves.
    ///
    /// # Errors
    /// [`Error::Limit`] above [`crate::limits::ACCEPT_EVENTS_MAX`] events. After
    /// [`Error::Stopped`] what was accepted is safe, and shown when the folder is opened again.
    pub async fn accept(&self, events: Vec<Event>) -> Result<Accepted> {
        self.submit(events).await?.applied().await
    }

    /// As [`Store::accept`], but returns when the events are on disk; [`Submitted::applied`] waits
    /// for the rest, which happens without it too.
    ///
    /// # Errors
    /// As [`Store::accept`]; [`Error::Busy`] when too much waits to be applied already, and then
    /// nothing was accepted.
    pub async fn submit(&self, events: Vec<Event>) -> Result<Submitted> {
        self.core.submit(events).await
    }

    /// How much waits inside.
    pub fn gauges(&self) -> Gauges {
        self.core.gauges()
    }

    /// Everything as it is now. Cheap; hold it as long as one answer needs.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.core.snapshot()
    }

    /// Hears of each new generation of [`Store::snapshot`]; whoever listens slowly misses some, and
    /// never the newest. Does not keep the store open: it ends with the store.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.core.changes()
    }

    /// Everything as it was known at an instant.
    ///
    /// # Errors
    /// When a segment cannot be read, or scratch files not be written.
    pub async fn as_of(&self, at: Instant) -> Result<Arc<Snapshot>> {
        self.core.as_of(at).await
    }

    /// The number of a ticket; `None` where it is not known.
    ///
    /// # Errors
    /// When the state database refuses.
    pub async fn number(&self, source: &str, ticket: &str) -> Result<Option<u32>> {
        let mut tx = self.core.state.begin_reading().await?;
        let found = numbers::find(&mut tx, &[Key::new(source, ticket)]).await?;
        commit(tx).await?;
        Ok(found.first().copied().flatten())
    }

    /// A ticket with its number and its timeline; `None` where it is not known.
    ///
    /// # Errors
    /// When the state database or a segment cannot be read.
    pub async fn ticket(&self, source: &str, ticket: &str) -> Result<Option<(u32, Stored)>> {
        let Some(number) = self.number(source, ticket).await? else { return Ok(None) };
        let Some(stored) = self.ticket_by_number(number).await? else { return Ok(None) };
        Snapshot::check(&stored, number, source, ticket)?;
        Ok(Some((number, stored)))
    }

    /// The ticket of a number; `None` where there is none.
    ///
    /// # Errors
    /// When a segment cannot be read.
    pub async fn ticket_by_number(&self, number: u32) -> Result<Option<Stored>> {
        let snapshot = self.snapshot();
        blocking(move || snapshot.ticket(number)).await
    }

    /// Begins a bulk import.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn bulk(&self) -> Result<Bulk> {
        Bulk::new(Arc::clone(&self.core))
    }

    /// Seals the one segment that most needs it by [`crate::SealPolicy`]; `None` where none does.
    ///
    /// # Errors
    /// [`Error::Replaced`], or when the disk or the state database refuses; then nothing has
    /// changed.
    pub async fn seal_due(&self) -> Result<Option<u32>> {
        let (core, lease) = (Arc::clone(&self.core), self.lease.clone());
        unstoppable(async move { core.seal_due(lease.as_ref()).await }).await
    }

    /// Seals everything; how many segments were written.
    ///
    /// # Errors
    /// When the disk or the state database refuses; then some segments may be sealed.
    pub async fn seal_all(&self) -> Result<usize> {
        let core = Arc::clone(&self.core);
        unstoppable(async move { core.seal_all().await }).await
    }

    /// Folds everything again with other policies; `progress` hears tickets done and in all.
    ///
    /// # Errors
    /// [`Error::Policies`] when they are wrong; otherwise as [`Store::seal_all`], with nothing
    /// changed.
    pub async fn rebuild(&self, policies: Policies, progress: Progress) -> Result<Rebuilt> {
        let core = Arc::clone(&self.core);
        unstoppable(async move { core.rebuild(policies, progress).await }).await
    }

    /// The policies in force.
    pub fn policies(&self) -> Arc<Policies> {
        Arc::clone(&self.snapshot().policies)
    }

    /// Every set of policies that was ever in force, oldest first.
    ///
    /// # Errors
    /// When the state database refuses.
    pub async fn policies_history(&self) -> Result<Vec<PoliciesVersion>> {
        policies::history(&self.core.state.pool).await
    }

    /// Copies everything as it is now into an empty folder, online.
    ///
    /// # Errors
    /// [`Error::NotEmpty`], or whatever the disk says; without `backup.json` it is no backup.
    pub async fn backup(&self, to: &Path) -> Result<BackupReport> {
        let (core, to) = (Arc::clone(&self.core), to.to_path_buf());
        unstoppable(async move { core.backup(&to).await }).await
    }
}

/// What happened outside the tickets.
impl Store {
    /// Annotations that touch a period, by time; without ends, all.
    ///
    /// # Errors
    /// When the state database refuses.
    pub async fn annotations(
        &self,
        from: Option<Instant>,
        to: Option<Instant>,
    ) -> Result<Vec<Annotation>> {
        self.core.state.annotations(from, to).await
    }

    /// Keeps an annotation; its number.
    ///
    /// # Errors
    /// [`Error::Limit`] above [`crate::limits::ANNOTATIONS_MAX`].
    pub async fn annotation_add(&self, note: &Note) -> Result<i64> {
        self.core.state.annotation_add(note).await
    }

    /// Puts another annotation in place of the one of that number.
    ///
    /// # Errors
    /// [`Error::Unknown`] where there is none.
    pub async fn annotation_change(&self, id: i64, note: &Note) -> Result<()> {
        self.core.state.annotation_change(id, note).await
    }

    /// Removes an annotation.
    ///
    /// # Errors
    /// [`Error::Unknown`] where there is none.
    pub async fn annotation_remove(&self, id: i64) -> Result<()> {
        self.core.state.annotation_remove(id).await
    }
}

/// Imports, quarantine and application state.
impl Store {
    /// Notes that an import begins; its number.
    ///
    /// # Errors
    /// When the state database refuses.
    pub async fn import_begin(&self, file: &str, mapping: Option<&str>) -> Result<i64> {
        let id = self.core.state.import_begin(file, mapping, self.core.clock().now()).await?;
        self.core.beat(id);
        Ok(id)
    }

    /// Notes how an import ended; `message` says why it failed.
    ///
    /// # Errors
    /// [`Error::Unknown`] where no import has that number.
    pub async fn import_end(
        &self,
        id: i64,
        counts: ImportCounts,
        message: Option<&str>,
    ) -> Result<()> {
        self.core.state.import_end(id, counts, message, self.core.clock().now()).await
    }

    /// Imports, newest first, those before a number where one is given.
    ///
    /// # Errors
    /// When the state database refuses.
    pub async fn imports(&self, before: Option<i64>, limit: u32) -> Result<Vec<Import>> {
        self.core.state.imports(before, limit).await
    }

    /// Puts things in quarantine, all or none.
    ///
    /// # Errors
    /// When the state database refuses.
    pub async fn quarantine_add(&self, rejects: &[Reject]) -> Result<()> {
        self.core.state.quarantine_add(rejects, self.core.clock().now()).await
    }

    /// Things in quarantine after a number (0 = from the start), oldest first.
    ///
    /// # Errors
    /// When the state database refuses.
    pub async fn quarantine_list(
        &self,
        filter: &QuarantineFilter,
        after: i64,
        limit: u32,
    ) -> Result<Vec<Quarantined>> {
        self.core.state.quarantine_list(filter, after, limit).await
    }

    /// How many things are in quarantine, by reason.
    ///
    /// # Errors
    /// When the state database refuses.
    pub async fn quarantine_count(&self) -> Result<BTreeMap<String, u64>> {
        self.core.state.quarantine_count().await
    }

    /// Removes things from quarantine after they were replayed; how many there were.
    ///
    /// # Errors
    /// When the state database refuses.
    pub async fn quarantine_remove(&self, ids: &[i64]) -> Result<u64> {
        self.core.state.quarantine_remove(ids).await
    }

    /// The application state under a name.
    ///
    /// # Errors
    /// When the state database refuses.
    pub async fn setting(&self, name: &str) -> Result<Option<serde_json::Value>> {
        self.core.state.setting(name).await
    }

    /// Puts application state under a name; `None` removes it.
    ///
    /// # Errors
    /// [`Error::Limit`] above [`crate::limits::SETTING_BYTES_MAX`].
    pub async fn set_setting(&self, name: &str, value: Option<&serde_json::Value>) -> Result<()> {
        self.core.state.set_setting(name, value).await
    }
}
