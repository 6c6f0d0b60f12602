//! Carries events and rejects from the reading thread to the store.

use super::{Error, Job, Listener, Stage};
use crate::intake::known::Known;
use connect::{Importer, Report};
use event::{Event, Text};
use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;
use store::{Bulk, Reject, Store};
use tokio::runtime::Handle;

/// Events that still go through the inbox; more are sorted and written at once.
const FEW_EVENTS: usize = 20_000;
/// Rejects kept in memory until they go to the quarantine together.
const REJECTS_AT_ONCE: usize = 500;
/// Batches that may wait for the sorting thread.
const BATCHES_WAITING: usize = 8;

/// What reading came to.
pub(crate) struct Pumped {
    pub(crate) report: Report,
    /// All events, where they are few.
    pub(crate) few: Vec<Event>,
    /// All events, where they are many.
    pub(crate) bulk: Option<Bulk>,
    pub(crate) quarantined_new: u64,
}

/// One import's reading thread.
pub(crate) struct Pump {
    store: Store,
    runtime: Handle,
    import: i64,
    known: Known,
}

impl Pump {
    pub(crate) const fn new(store: Store, runtime: Handle, import: i64, known: Known) -> Self {
        Self { store, runtime, import, known }
    }

    /// Reads everything. Blocks; call it on a blocking thread.
    pub(crate) fn run(self, job: Job, listener: &Listener) -> Result<Pumped, Error> {
        let Self { store, runtime, import, known } = self;
        let source = job.source.as_deref().map(Text::from);
        let named = job
            .source
            .clone()
            .or_else(|| job.mapping.as_ref().map(|mapping| mapping.source().to_owned()));
        let mut rejects = Rejects {
            store: store.clone(),
            runtime,
            import,
            source: named.unwrap_or_default(),
            known,
            waiting: Vec::new(),
            added: 0,
            failed: None,
        };
        let mut sink = Sink { store, few: Vec::new(), sorter: None, failed: None };
        let report = Importer::new(job.mapping, job.files, job.seen).run(
            &mut |mut events: Vec<Event>| {
                if let Some(source) = &source {
                    events.iter_mut().for_each(|event| event.source = source.clone());
                }
                sink.take(events)
            },
            &mut |quarantined| rejects.take(&quarantined),
            &mut |progress| listener(Stage::Reading(*progress)),
        )?;
        rejects.flush();
        let Rejects { added, failed, .. } = rejects;
        if let Some(error) = failed {
            return Err(error.into());
        }
        let (few, bulk) = sink.finish()?;
        Ok(Pumped { report, few, bulk, quarantined_new: added })
    }
}

/// Where events go: into memory while they are few, then to a sorting thread.
struct Sink {
    store: Store,
    few: Vec<Event>,
    sorter: Option<Sorter>,
    failed: Option<store::Error>,
}

struct Sorter {
    sender: SyncSender<Vec<Event>>,
    thread: JoinHandle<store::Result<Bulk>>,
}

impl Sink {
    fn take(&mut self, events: Vec<Event>) -> ControlFlow<()> {
        if self.sorter.is_none() {
            self.few.extend(events);
            if self.few.len() <= FEW_EVENTS {
                return ControlFlow::Continue(());
            }
            match self.store.bulk() {
                Ok(bulk) => self.sorter = Some(Sorter::start(bulk)),
                Err(error) => {
                    self.failed = Some(error);
                    return ControlFlow::Break(());
                }
            }
            let few = std::mem::take(&mut self.few);
            return self.send(few);
        }
        self.send(events)
    }

    fn send(&self, events: Vec<Event>) -> ControlFlow<()> {
        match &self.sorter {
            // A thread that ended early says why when it is joined.
            Some(sorter) if sorter.sender.send(events).is_ok() => ControlFlow::Continue(()),
            _ => ControlFlow::Break(()),
        }
    }

    fn finish(self) -> Result<(Vec<Event>, Option<Bulk>), Error> {
        if let Some(error) = self.failed {
            return Err(error.into());
        }
        let Some(Sorter { sender, thread }) = self.sorter else { return Ok((self.few, None)) };
        drop(sender);
        match thread.join() {
            Ok(sorted) => Ok((Vec::new(), Some(sorted?))),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
}

impl Sorter {
    fn start(bulk: Bulk) -> Self {
        let (sender, receiver) = sync_channel(BATCHES_WAITING);
        let thread = std::thread::spawn(move || sort(bulk, &receiver));
        Self { sender, thread }
    }
}

fn sort(bulk: Bulk, receiver: &Receiver<Vec<Event>>) -> store::Result<Bulk> {
    while let Ok(events) = receiver.recv() {
        bulk.push(&events)?;
    }
    Ok(bulk)
}

/// Where rejects go: to the quarantine, some hundreds at a time.
struct Rejects {
    store: Store,
    runtime: Handle,
    import: i64,
    source: String,
    known: Known,
    waiting: Vec<Reject>,
    added: u64,
    failed: Option<store::Error>,
}

impl Rejects {
    fn take(&mut self, quarantined: &connect::Quarantined) {
        let reject = Reject {
            source: self.source.clone(),
            import: Some(self.import),
            place: quarantined.place.to_string(),
            reason: quarantined.code.clone(),
            message: match &quarantined.hint {
                Some(hint) => format!("{} ({hint})", quarantined.message),
                None => quarantined.message.clone(),
            },
            raw: quarantined.raw.clone().into_bytes(),
        };
        if self.known.add(&reject) {
            self.waiting.push(reject);
        }
        if self.waiting.len() >= REJECTS_AT_ONCE {
            self.flush();
        }
    }

    fn flush(&mut self) {
        let rejects = std::mem::take(&mut self.waiting);
        if rejects.is_empty() || self.failed.is_some() {
            return;
        }
        match self.runtime.block_on(self.store.quarantine_add(&rejects)) {
            Ok(()) => self.added += rejects.len() as u64,
            Err(error) => self.failed = Some(error),
        }
    }
}
