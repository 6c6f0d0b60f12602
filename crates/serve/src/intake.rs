//! From files to the store: what an import does, whichever door it came through.
//!
//! `connect` reads rows and makes events; this module hands them to the store, keeps what could not
//! be understood, and notes the import in the log. The command line uses it too, so that both doors
//! do the same.

mod known;
mod pump;

use crate::problem::chain;
use connect::{Importer, Mapping};
use event::{Instant, Text};
use known::Known;
use pump::Pump;
use serde::Serialize;
use std::path::PathBuf;
use std::sync::Arc;
use store::{BulkReport, ImportCounts, QuarantineFilter, Store};

/// What to import.
#[derive(Clone, Debug)]
pub struct Job {
    /// What the rows mean; absent for canonical events.
    pub mapping: Option<Mapping>,
    /// Name of the mapping, for the log of imports.
    pub mapping_name: Option<String>,
    /// Files and folders, or `-`.
    pub files: Vec<PathBuf>,
    /// Name of the connection, in place of the one that file or mapping names.
    pub source: Option<String>,
    /// When we learn of it.
    pub seen: Instant,
}

/// How far an import got.
#[derive(Clone, Copy, Debug)]
pub enum Stage {
    /// Files are read.
    Reading(connect::Progress),
    /// Tickets are folded and written: done, and in all.
    Folding(u64, u64),
}

/// Hears how far an import got.
pub type Listener = Arc<dyn Fn(Stage) + Send + Sync>;

/// What an import did.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Imported {
    /// Its number in the log of imports; absent for a dry run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<i64>,
    /// Whether nothing was changed.
    pub dry_run: bool,
    /// Events that were new.
    pub new: u64,
    /// Events that were known already, by source and id.
    pub duplicate: u64,
    /// Rows that are in quarantine since this import; the same row is never put there twice.
    pub quarantined_new: u64,
    /// Everything that was found in the files.
    pub report: connect::Report,
}

/// Why an import was not done. Nothing of it is kept then.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The files or the mapping do not allow it to begin.
    #[error(transparent)]
    Connect(#[from] connect::Error),
    /// The store refused.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// A thread of the import ended early.
    #[error("a thread of the import ended early")]
    Thread(#[source] tokio::task::JoinError),
}

/// Says what importing would do, and changes nothing.
///
/// # Errors
/// It cannot begin.
pub async fn dry_run(job: Job, listener: Listener) -> Result<Imported, Error> {
    let reading = tokio::task::spawn_blocking(move || {
        let importer = Importer::new(job.mapping, job.files, job.seen);
        importer.dry_run(&mut |progress| listener(Stage::Reading(*progress)))
    });
    let report = reading.await.map_err(Error::Thread)??;
    Ok(Imported { id: None, dry_run: true, new: 0, duplicate: 0, quarantined_new: 0, report })
}

/// Imports. A few events go through the inbox; many are sorted and written at once.
///
/// # Errors
/// It cannot begin, or the store refuses; then no event of it is kept, and it can be run again.
pub async fn import(store: &Store, job: Job, listener: Listener) -> Result<Imported, Error> {
    let id = begin(store, &job).await?;
    carry_out(store, job, id, listener).await
}

/// Notes in the log that an import begins; its number.
pub(crate) async fn begin(store: &Store, job: &Job) -> Result<i64, Error> {
    Ok(store.import_begin(&label(&job.files), job.mapping_name.as_deref()).await?)
}

/// Does the import that has this number in the log, and notes there how it ended.
pub(crate) async fn carry_out(
    store: &Store,
    job: Job,
    id: i64,
    listener: Listener,
) -> Result<Imported, Error> {
    let done = run(store, job, id, listener).await;
    let (counts, message) = match &done {
        Ok(imported) => (counts(&imported.report), None),
        Err(error) => (ImportCounts::default(), Some(chain(error))),
    };
    store.import_end(id, counts, message.as_deref()).await?;
    done
}

async fn run(store: &Store, job: Job, id: i64, listener: Listener) -> Result<Imported, Error> {
    let known = Known::load(store).await?;
    let pumping = {
        let (store, listener) = (store.clone(), Arc::clone(&listener));
        // Takes the runtime along: the quarantine is filled from the reading thread.
        let runtime = tokio::runtime::Handle::current();
        move || Pump::new(store, runtime, id, known).run(job, &listener)
    };
    let pumped = tokio::task::spawn_blocking(pumping).await.map_err(Error::Thread)??;
    let BulkReport { new, duplicate, .. } = match pumped.bulk {
        Some(bulk) => {
            let progress = Arc::new(move |done, total| listener(Stage::Folding(done, total)));
            bulk.finish(progress).await?
        }
        None => {
            let accepted = store.accept(pumped.few).await?;
            let (new, duplicate) = (accepted.new, accepted.duplicate);
            BulkReport { new, duplicate, ..BulkReport::default() }
        }
    };
    Ok(Imported {
        id: Some(id),
        dry_run: false,
        new,
        duplicate,
        quarantined_new: pumped.quarantined_new,
        report: pumped.report,
    })
}

const fn counts(report: &connect::Report) -> ImportCounts {
    ImportCounts { rows: report.rows, events: report.events, quarantined: report.quarantined }
}

/// The names of the files, for the log.
fn label(files: &[PathBuf]) -> String {
    /// Names beyond this many are only counted.
    const NAMES_MAX: usize = 5;
    let name = |file: &PathBuf| {
        file.file_name()
            .map_or_else(|| file.display().to_string(), |name| name.to_string_lossy().into_owned())
    };
    let names: Vec<String> = files.iter().take(NAMES_MAX).map(name).collect();
    let more = files.len().saturating_sub(NAMES_MAX);
    if more == 0 { names.join(", ") } else { format!("{} and {more} more", names.join(", ")) }
}

/// What trying the quarantine again came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Replayed {
    /// Rows tried.
    pub tried: u64,
    /// Rows understood now; they have left the quarantine.
    pub understood: u64,
    /// Events that were new.
    pub new: u64,
    /// Rows tried that stay in quarantine.
    pub remaining: u64,
}

/// How to try quarantined rows again.
#[derive(Clone, Debug)]
pub struct Again {
    /// Which rows.
    pub filter: QuarantineFilter,
    /// The mended mapping; absent for canonical events.
    pub mapping: Option<Mapping>,
    /// Files that the mapping looks things up in.
    pub files: Vec<PathBuf>,
    /// Rows to try at most.
    pub rows_max: u64,
    /// When we learn of what is understood now.
    pub seen: Instant,
}

/// Tries quarantined rows again; what is understood now leaves the quarantine.
///
/// # Errors
/// A lookup table of the mapping is missing, or the store refuses.
pub async fn replay(store: &Store, again: Again) -> Result<Replayed, Error> {
    /// Rows read at a time.
    const PAGE: u32 = 500;
    let importer = Importer::new(again.mapping, again.files, again.seen);
    let replay = importer.replay()?;
    let mut replayed = Replayed::default();
    let mut after = 0;
    while replayed.tried < again.rows_max {
        let left = u32::try_from(again.rows_max - replayed.tried).unwrap_or(PAGE).min(PAGE);
        let rows = store.quarantine_list(&again.filter, after, left).await?;
        let Some(last) = rows.last() else { break };
        after = last.id;
        let mut events = Vec::new();
        let mut understood = Vec::new();
        for row in &rows {
            let Ok(mut made) = replay.events(&known::as_read(row)) else { continue };
            if !row.source.is_empty() {
                made.iter_mut().for_each(|event| event.source = Text::from(&row.source));
            }
            events.append(&mut made);
            understood.push(row.id);
        }
        replayed.tried += rows.len() as u64;
        replayed.understood += understood.len() as u64;
        // First on disk, then out of quarantine: a crash in between only repeats known events.
        replayed.new += store.accept(events).await?.new;
        store.quarantine_remove(&understood).await?;
    }
    replayed.remaining = replayed.tried - replayed.understood;
    Ok(replayed)
}
