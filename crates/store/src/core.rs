//! What every operation of an open store shares: the state, the newest snapshot, and two locks.

use crate::belong;
use crate::deliveries::Arrivals;
use crate::error::{Error, Result};
use crate::layout::Layout;
use crate::limits;
use crate::live::Live;
use crate::options::Options;
use crate::overlay::Overlay;
use crate::process::Process;
use crate::segment::Segment;
use crate::snapshot::Snapshot;
use crate::state::manifest::Line;
use crate::state::{
    State, commit, counter, erasures, inbox, manifest, meta, policies, retired, set_meta,
};
use crate::submit::Waiting;
use crate::work::Wanted;
use crate::write::SegmentWriter;
use event::{Clock, Instant};
use facts::policies::Policies;
use facts::{Folder, Table};
use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use thread_priority::{ThreadPriority, set_current_thread_priority};
use tokio::sync::watch;

/// An open store.
///
/// Three locks order all writing. `upkeep` guards the manifest and is held as long as segments are
/// written. `live` guards numbers and publishing; it is held while a group of batches is applied,
/// and while a bulk import is folded. `order` guards the numbers of batches; it is held from before
/// a batch is committed until `waiting` knows it, so that nobody who looks up the newest batch
/// takes one of this process for another's. Whoever needs several takes them in this order. Readers
/// take none.
///
/// `waiting` is behind a lock of its own, held for moments only, and never while something is
/// awaited.
#[derive(Debug)]
pub(crate) struct Core {
    pub(crate) options: Options,
    pub(crate) layout: Layout,
    pub(crate) state: State,
    pub(crate) segment_rows: u32,
    pub(crate) live: tokio::sync::Mutex<Live>,
    pub(crate) upkeep: tokio::sync::Mutex<()>,
    pub(crate) process: Option<Process>,
    pub(crate) order: tokio::sync::Mutex<()>,
    pub(crate) waiting: Mutex<Waiting>,
    pub(crate) arrivals: Arrivals,
    /// Held by whoever takes something out of stored tickets; taken before all others.
    pub(crate) scrubbing: tokio::sync::Mutex<()>,
    current: RwLock<Arc<Snapshot>>,
    /// Tells the generation of the newest snapshot.
    published: watch::Sender<u64>,
    versions: AtomicU64,
    /// Whether somebody shortens the log of the state database.
    pub(crate) shortening: AtomicBool,
    pub(crate) wanted: Wanted,
    /// Held as long as the folder is ours.
    lock: Mutex<Option<File>>,
}

/// Name under which the digest of the fact tables' columns is kept.
const COLUMNS: &str = "columns";
pub(crate) const SEGMENT_ROWS: &str = "segment_rows";

impl Core {
    /// Opens a folder as its segments are; the inbox is still to be replayed. Tells whether the
    /// segments were written with other columns than this program's.
    pub(crate) async fn open(dir: &Path, options: Options) -> Result<(Arc<Self>, bool)> {
        let layout = Layout::new(dir);
        layout.create()?;
        belong::check_kind(&layout, &options.state)?;
        let is_shared = options.state.is_shared();
        let lock = if is_shared { layout.share()? } else { layout.lock()? };
        let state = State::open(&options.state, &layout.state()).await?;
        let process = if is_shared {
            belong::tie(&layout, &state).await?;
            Some(Process::new(&layout, &state).await?)
        } else {
            None
        };
        let mut tx = state.begin().await?;
        let segment_rows = settle_rows(&mut tx, &options).await?;
        let columns = columns_digest();
        let stale = meta(&mut tx, COLUMNS).await?.is_some_and(|stored| stored != columns);
        if !stale {
            set_meta(&mut tx, COLUMNS, columns).await?;
        }
        let policies = settle_policies(&mut tx, &options).await?;
        inbox::begin_counting(&mut tx).await?;
        let lines = manifest::read(&mut tx).await?;
        let freshness = manifest::freshness(&mut tx).await?;
        let keeping = erasures::keeping(&mut tx).await?;
        let change = counter::last(&mut tx, counter::MANIFEST).await?;
        let keep = kept(&mut tx, &lines, process.as_ref()).await?;
        commit(tx).await?;

        let newest = match &process {
            Some(process) => process.sweep(&layout, &keep)?,
            None => layout.sweep(&keep)?,
        };
        let layout = process.as_ref().map_or(layout.clone(), |process| layout.of(process));
        let segments = lines.into_iter().map(|line| segment(&layout, line, segment_rows)).collect();
        let snapshot = Snapshot {
            generation: 0,
            as_of: None,
            folder: folder(&policies)?,
            policies: Arc::new(policies),
            segments,
            overlay: Overlay::default(),
            freshness,
            segment_rows,
            keeping,
            present: None,
            scratch: None,
            manifest: change,
        };
        let core = Self {
            options,
            layout,
            state,
            segment_rows,
            live: tokio::sync::Mutex::default(),
            upkeep: tokio::sync::Mutex::new(()),
            process,
            order: tokio::sync::Mutex::default(),
            waiting: Mutex::default(),
            arrivals: Arrivals::default(),
            shortening: AtomicBool::new(false),
            scrubbing: tokio::sync::Mutex::default(),
            current: RwLock::new(Arc::new(snapshot)),
            published: watch::Sender::new(0),
            versions: AtomicU64::new(newest),
            wanted: Wanted::default(),
            lock: Mutex::new(Some(lock)),
        };
        Ok((Arc::new(core), stale))
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        self.options.clock.as_ref()
    }

    /// The newest snapshot.
    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Makes a snapshot the newest; the caller holds `live`.
    pub(crate) fn publish(&self, mut next: Snapshot) -> Arc<Snapshot> {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        next.generation = current.generation + 1;
        *current = Arc::new(next);
        self.published.send_replace(current.generation);
        Arc::clone(&current)
    }

    /// Closes the state database and gives the folder back; nothing works after it.
    pub(crate) async fn close(&self) {
        self.waiting().stop();
        self.state.close().await;
        self.lock.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    /// Hears of each new generation.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.published.subscribe()
    }

    /// A version never used before.
    pub(crate) fn new_version(&self) -> u64 {
        self.versions.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Begins a new version of a segment.
    pub(crate) fn write_segment(&self, id: u32, version: u64) -> Result<SegmentWriter> {
        SegmentWriter::create(self.layout.segment(id, version), self.segment_rows, &self.options)
    }

    /// Hands on the outcome of writing segments under `upkeep`. After a failure the unfinished
    /// versions, all above `before`, are removed, so that a full disk does not fill up further.
    pub(crate) fn written<T>(&self, before: u64, outcome: Result<T>) -> Result<T> {
        // A test's fault stands for a crash, which leaves everything where it is.
        if let Err(error) = &outcome
            && !matches!(error, Error::Fault(_))
            && let Err(error) = self.layout.discard(before)
        {
            tracing::warn!(%error, "could not remove unfinished segments; the next open will");
        }
        outcome
    }

    /// The newest version that was used.
    pub(crate) fn last_version(&self) -> u64 {
        self.versions.load(Ordering::Relaxed)
    }

    /// The segment of a line of the manifest.
    pub(crate) fn segment(&self, line: Line) -> Segment {
        segment(&self.layout, line, self.segment_rows)
    }

    /// Notes that the segments now have this program's columns.
    pub(crate) async fn set_columns(&self) -> Result<()> {
        let mut tx = self.state.begin().await?;
        set_meta(&mut tx, COLUMNS, columns_digest()).await?;
        commit(tx).await
    }

    /// Whether no other process reads this folder.
    fn is_alone(&self) -> bool {
        let Some(process) = &self.process else { return true };
        process.is_alone().unwrap_or_else(|error| {
            let error: &dyn std::error::Error = &error;
            tracing::warn!(error, "replaced segments are kept, as if others read them");
            false
        })
    }

    /// Puts new versions of segments in place of the old ones, whose files go with their last
    /// reader. The caller holds `live` and has swapped the manifest.
    pub(crate) fn replace_segments(&self, snapshot: &mut Snapshot, lines: &[Line]) {
        let is_alone = self.is_alone();
        for line in lines {
            let new = self.segment(*line);
            match snapshot.segments.binary_search_by_key(&line.id, Segment::id) {
                Ok(place) => {
                    if let Some(old) = snapshot.segments.get_mut(place) {
                        // Others may still read it; who swapped it noted it.
                        if is_alone {
                            old.retire();
                        }
                        *old = new;
                    }
                }
                Err(place) => snapshot.segments.insert(place, new),
            }
        }
    }
}

/// Runs work that blocks away from the async threads.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(Error::Task)?
}

/// Runs work that blocks on a thread of its own, which the operating system lets run less than
/// those with a higher priority.
pub(crate) async fn behind<T: Send + 'static>(
    priority: u8,
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    let (sender, receiver) = tokio::sync::oneshot::channel();
    let run = move || {
        let lower = priority.try_into().map(ThreadPriority::Crossplatform);
        if let Ok(Err(error)) = lower.map(set_current_thread_priority) {
            tracing::debug!(?error, "work runs at the priority of everything else");
        }
        // Whoever went away does not want the outcome.
        let _ = sender.send(work());
    };
    let named = std::thread::Builder::new().name("behind".to_owned());
    named.spawn(run).map_err(Error::Threads)?;
    // Nothing is sent only where the work panicked.
    receiver.await.map_err(|_| Error::Stopped)?
}

/// Runs an operation to its end even if whoever asked goes away half-way.
pub(crate) async fn unstoppable<T: Send + 'static>(
    work: impl Future<Output = Result<T>> + Send + 'static,
) -> Result<T> {
    tokio::spawn(work).await.map_err(Error::Task)?
}

/// The fold of checked policies.
pub(crate) fn folder(policies: &Policies) -> Result<Arc<Folder>> {
    Folder::new(policies).map(Arc::new).map_err(Error::Policies)
}

fn segment(layout: &Layout, line: Line, segment_rows: u32) -> Segment {
    Segment::new(line, layout.segment(line.id, line.version), line.id * segment_rows)
}

/// The versions of segments that somebody may be reading: those of the manifest, and those that
/// were replaced while other processes had the folder open.
async fn kept(
    tx: &mut crate::state::Tx,
    lines: &[Line],
    process: Option<&Process>,
) -> Result<BTreeSet<(u32, u64)>> {
    let mut kept: BTreeSet<_> = lines.iter().map(|line| (line.id, line.version)).collect();
    if process.map_or(Ok(true), Process::is_alone)? {
        retired::remove_all(tx).await?;
    } else {
        kept.extend(retired::before(tx, Instant::from_micros(i64::MAX)).await?);
    }
    Ok(kept)
}

async fn settle_policies(tx: &mut crate::state::Tx, options: &Options) -> Result<Policies> {
    if let Some((_, policies)) = policies::current(tx).await? {
        return Ok(policies);
    }
    let policies = Policies::default();
    policies::add(tx, 1, &policies, options.clock.now()).await?;
    Ok(policies)
}

async fn settle_rows(tx: &mut crate::state::Tx, options: &Options) -> Result<u32> {
    let asked = options.rows_asked();
    let stored = meta(tx, SEGMENT_ROWS).await?;
    match stored.map(|text| text.parse::<u32>()) {
        Some(Ok(stored)) => match asked {
            Some(asked) if asked != stored => Err(Error::SegmentRows { stored, asked }),
            _ => Ok(stored),
        },
        Some(Err(error)) => Err(Error::damaged("the number of rows of a segment", error)),
        None => {
            let rows = asked.unwrap_or(limits::SEGMENT_ROWS);
            set_meta(tx, SEGMENT_ROWS, rows.to_string()).await?;
            Ok(rows)
        }
    }
}

/// A hash over the names and types of all columns.
fn columns_digest() -> String {
    let mut text = String::new();
    for table in Table::ALL {
        for field in table.schema().fields() {
            let (name, kind) = (field.name(), field.data_type());
            text.push_str(&format!("{table}.{name}:{kind}:{}\n", field.is_nullable()));
        }
    }
    format!("{:032x}", xxhash_rust::xxh3::xxh3_128(text.as_bytes()))
}
