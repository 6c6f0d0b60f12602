//! Bulk import: spill by segment, then fold each segment once and swap them all in together.
//!
//! While events come in, nothing but spill is written: a crash leaves the store as it was, and the
//! same import can simply be run again. At the end numbers, manifest and whatever goes through the
//! inbox become visible in one transaction.

mod inherited;

use crate::apply::{Accepted, derived};
use crate::core::{Core, blocking};
use crate::erase::rules::Rules;
use crate::error::{Error, Result};
use crate::key::Key;
use crate::limits;
use crate::live::{Live, advance, answer, freshness, or_later};
use crate::number::{Resolved, resolve};
use crate::options::Step;
use crate::parallel;
use crate::rebuild::Progress;
use crate::scrub::{Keeping, Scrub};
use crate::segment::Stored;
use crate::snapshot::Snapshot;
use crate::spill::{Record, Spill, Spilt, SpiltTicket};
use crate::state::manifest::{Freshness, Line};
use crate::state::{Tx, commit, inbox, manifest, numbers};
use crate::submit::{Batch, Caller};
use crate::upkeep::Upkeep;
use crate::write::FoldingWriter;
use event::{Event, Text};
use hashbrown::HashTable;
use inherited::Inherited;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::oneshot;

/// An import that is being filled; dropping it forgets everything.
#[derive(Debug)]
pub struct Bulk {
    core: Arc<Core>,
    dir: tempfile::TempDir,
    spill: Spill,
    seen: Mutex<Seen>,
    /// Who had been erased when it began.
    rules: Arc<Rules>,
}

#[derive(Debug, Default)]
struct Seen {
    /// The keys by provisional number, which is their order of first appearance.
    keys: Vec<Key>,
    /// Finds a key's number; the keys themselves are not held twice.
    places: HashTable<u32>,
    sources: BTreeMap<Text, Freshness>,
    events: u64,
}

/// What a bulk import did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BulkReport {
    /// Events given.
    pub events: u64,
    /// Events that are now in a timeline and were not before.
    pub new: u64,
    /// Events whose id was in the ticket's timeline already, or came twice.
    pub duplicate: u64,
    /// Tickets the events belong to.
    pub tickets: u64,
    /// Tickets never seen before.
    pub new_tickets: u64,
    /// Segments written.
    pub segments: usize,
}

/// A stored segment is rewritten if at least one in this many of its tickets is touched;
/// fewer go through the inbox and are sealed later.
const REWRITE_SHARE: u64 = 16;

/// A key is a hash already.
fn hash(key: &Key) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = key.bytes();
    u64::from_le_bytes([a, b, c, d, e, f, g, h])
}

/// What one segment came to.
#[derive(Default)]
struct Built {
    line: Option<Line>,
    counts: Accepted,
    /// Events of a segment that is not rewritten: they go through the inbox.
    loose: Vec<Event>,
    /// What merged-away tickets hand on to tickets of other segments, or handed on before: it goes
    /// through the inbox too.
    guests: Vec<Event>,
    tickets: u64,
}

impl Bulk {
    pub(crate) fn new(core: Arc<Core>) -> Result<Self> {
        let scratch = core.layout.scratch();
        let dir = tempfile::Builder::new()
            .prefix("import-")
            .tempdir_in(&scratch)
            .map_err(crate::error::io("make a folder in", &scratch))?;
        let spill = Spill::new(&dir.path().join("first"))?;
        let rules = Arc::clone(&core.snapshot().keeping.rules);
        Ok(Self { core, dir, spill, seen: Mutex::default(), rules })
    }

    /// Adds events; may be called from several threads, which then share the work.
    ///
    /// # Errors
    /// When the disk refuses, or there are more tickets than numbers.
    pub fn push(&self, events: impl AsRef<[Event]>) -> Result<()> {
        let mut admitted = Vec::new();
        let events = if self.rules.is_empty() {
            events.as_ref()
        } else {
            admitted.extend_from_slice(events.as_ref());
            self.rules.admit(&mut admitted);
            &admitted
        };
        let keys: Vec<Key> =
            events.iter().map(|event| Key::new(&event.source, &event.ticket)).collect();
        let sources = freshness(events);
        let mut placed = self.place(&keys, sources)?;
        let rows = self.core.segment_rows;
        placed.sort_by_key(|(number, _, _)| number / rows);
        for group in placed.chunk_by(|a, b| a.0 / rows == b.0 / rows) {
            let partition = group[0].0 / rows;
            let records = group.iter().flat_map(|(number, new, place)| {
                let Event { source, ticket, entry } = &events[*place];
                let name = new.then_some((number % rows, Record::Name { source, ticket }));
                name.into_iter().chain([(number % rows, Record::Entry(entry))])
            });
            self.spill.push(partition as usize, records)?;
        }
        Ok(())
    }

    /// Provisional number, whether it is new, and place in `keys`.
    fn place(
        &self,
        keys: &[Key],
        sources: BTreeMap<Text, Freshness>,
    ) -> Result<Vec<(u32, bool, usize)>> {
        let mut guard = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = &mut *guard;
        seen.events += keys.len() as u64;
        for (source, fresh) in sources {
            let known = seen.sources.entry(source).or_insert(fresh);
            *known = known.max(fresh);
        }
        let mut placed = Vec::with_capacity(keys.len());
        for (place, key) in keys.iter().enumerate() {
            let Seen { keys, places, .. } = &mut *seen;
            let next = u32::try_from(keys.len()).unwrap_or(u32::MAX);
            let is_it = |number: &u32| keys[*number as usize] == *key;
            let found = places.entry(hash(key), is_it, |number| hash(&keys[*number as usize]));
            let number = *found.or_insert(next).get();
            if number == next {
                keys.push(*key);
            }
            placed.push((number, number == next, place));
        }
        if seen.keys.len() > limits::TICKETS_MAX as usize {
            return Err(Error::Limit {
                what: "tickets",
                given: seen.keys.len() as u64,
                limit: u64::from(limits::TICKETS_MAX),
            });
        }
        Ok(placed)
    }

    /// Folds and stores everything; other events wait until it is done.
    ///
    /// # Errors
    /// When the disk or the state database refuses; then nothing of the import is stored.
    pub async fn finish(self, progress: Progress) -> Result<BulkReport> {
        crate::core::unstoppable(self.store(progress)).await
    }

    async fn store(self, progress: Progress) -> Result<BulkReport> {
        let Self { core, dir, spill, seen, rules } = self;
        let Seen { places, keys, sources, events } =
            seen.into_inner().unwrap_or_else(PoisonError::into_inner);
        // From here on the list of keys is enough.
        drop(places);
        core.options.step(Step::BulkSpilt)?;
        let upkeep = core.upkeep().await?;
        let mut live = core.live.lock().await;
        if core.waiting().stopped {
            return Err(Error::Stopped);
        }
        // Nobody else gives numbers until it is done.
        let mut numbering = core.numbering(&mut live).await?;
        let new_from = numbers::next(&mut numbering).await?;
        let Resolved { numbers, new, next } = resolve(new_from, &mut numbering, &keys).await?;
        let tickets = keys.len() as u64;
        drop(keys);
        let (spill, first) = arrange(&core, &dir, spill, numbers).await?;
        let before = core.last_version();
        let late = Arc::clone(&core.snapshot().keeping.rules);
        let late = (!Arc::ptr_eq(&late, &rules)).then_some(late);
        let through = live.applied;
        let spilt = SpiltAll { spill, first, new_from, tickets, through, late };
        let built = build(&core, spilt, progress).await;
        let built = core.written(before, built)?;
        let mut report =
            BulkReport { events, tickets, new_tickets: new.len() as u64, ..BulkReport::default() };
        let mut lines = Vec::new();
        let mut loose = Vec::new();
        let mut guests = Vec::new();
        for built in built {
            lines.extend(built.line);
            loose.extend(built.loose);
            guests.extend(built.guests);
            let counts = built.counts;
            report.new += counts.new;
            report.duplicate += counts.duplicate;
        }
        report.segments = lines.len();
        let import = Import { lines, loose, guests, new, new_from, next, sources };
        let more = core.swap_in(&mut live, &upkeep, numbering, import).await?;
        report.new += more.new;
        report.duplicate += more.duplicate;
        Ok(report)
    }
}

/// Gives every spilt ticket its final number, and tells the segment of the first partition.
///
/// In a new store the provisional numbers are the final ones. Otherwise the spill is dealt out
/// again, this time by final number.
async fn arrange(
    core: &Arc<Core>,
    dir: &tempfile::TempDir,
    spill: Spill,
    numbers: Vec<u32>,
) -> Result<(Spill, u32)> {
    let rows = core.segment_rows;
    let first = numbers.first().copied().unwrap_or(0);
    let aligned = first % rows == 0
        && numbers.iter().zip(first..).all(|(number, expected)| *number == expected);
    if aligned {
        return Ok((spill, first / rows));
    }
    let dir = dir.path().join("second");
    blocking(move || {
        let dealt = Spill::new(&dir)?;
        for place in 0..spill.len() {
            let Some(spilt) = spill.take(place)? else { continue };
            let base = place * rows as usize;
            let mut by_segment: BTreeMap<u32, Vec<(u32, Record<'_>)>> = BTreeMap::new();
            for record in spilt.records() {
                let (row, record) = record?;
                let number = numbers[base + row as usize];
                by_segment.entry(number / rows).or_default().push((number % rows, record));
            }
            for (segment, records) in by_segment {
                dealt.push(segment as usize, records)?;
            }
        }
        Ok((dealt, 0))
    })
    .await
}

/// All that is to be built.
struct SpiltAll {
    spill: Spill,
    /// Segment of the first partition.
    first: u32,
    /// Number of the first ticket that was not known before.
    new_from: u32,
    tickets: u64,
    /// Every batch up to this one is in the overlay.
    through: u64,
    /// Who is erased now, where somebody was since the spill was begun.
    late: Option<Arc<Rules>>,
}

/// Folds every segment on all threads.
async fn build(core: &Arc<Core>, spilt: SpiltAll, progress: Progress) -> Result<Vec<Built>> {
    let snapshot = core.snapshot();
    let core = Arc::clone(core);
    blocking(move || {
        let SpiltAll { spill, first, new_from, tickets, through, late } = spilt;
        let places: Vec<usize> = (0..spill.len()).collect();
        parallel::each(
            core.options.workers(),
            places,
            |place| {
                let id = first + u32::try_from(place).unwrap_or(u32::MAX);
                match spill.take(place)? {
                    Some(spilt) => {
                        let late = late.as_deref();
                        let mut built =
                            build_segment(&core, &snapshot, id, &spilt, (new_from, late))?;
                        built.line =
                            built.line.map(|line| Line { through, imported: line.version, ..line });
                        Ok(built)
                    }
                    None => Ok(Built::default()),
                }
            },
            |done| progress(done.iter().map(|built| built.tickets).sum(), tickets),
        )
    })
    .await
}

fn build_segment(
    core: &Core,
    snapshot: &Snapshot,
    id: u32,
    spilt: &Spilt,
    (new_from, late): (u32, Option<&Rules>),
) -> Result<Built> {
    let tickets = spilt.rows().count() as u64;
    let stored = snapshot.segment(id).map_or(0, |segment| u64::from(segment.rows()));
    let events = spilt.entries();
    if tickets * REWRITE_SHARE < stored && events <= limits::ACCEPT_EVENTS_MAX as u64 {
        let loose = loose(snapshot, id, spilt)?;
        return Ok(Built { loose, tickets, ..Built::default() });
    }
    let version = core.new_version();
    let out = FoldingWriter::new(&snapshot.folder, core.write_segment(id, version)?);
    let base = id * snapshot.segment_rows;
    let inherited = Inherited::new(spilt, new_from.saturating_sub(base))?;
    let (counts, guests) = (Accepted::default(), Vec::new());
    let keeping = &snapshot.keeping;
    let mut segment = Building { spilt, inherited, keeping, late, out, counts, guests };
    let mut next = base;
    if let Some(old) = snapshot.segment(id) {
        old.read_all(limits::FOLD_BATCH_TICKETS, |number, sealed| {
            next = number + 1;
            let stored = snapshot.overlay.get(number)?.unwrap_or(sealed);
            segment.push(number, number - base, Some(stored)).map(|_| ())
        })?;
    }
    while next < base.saturating_add(snapshot.segment_rows) {
        let stored = snapshot.overlay.get(next)?;
        if !segment.push(next, next - base, stored)? {
            break;
        }
        next += 1;
    }
    let Building { out, counts, guests, .. } = segment;
    let line = Some(Line { id, version, through: 0, imported: 0, stats: out.finish()? });
    Ok(Built { line, counts, guests, tickets, loose: Vec::new() })
}

/// A segment on its way to disk.
struct Building<'a> {
    spilt: &'a Spilt,
    inherited: Inherited<'a>,
    keeping: &'a Keeping,
    late: Option<&'a Rules>,
    out: FoldingWriter<'a>,
    counts: Accepted,
    guests: Vec<Event>,
}

impl Building<'_> {
    /// Adds the next ticket; `false` where there is none.
    fn push(&mut self, number: u32, row: u32, stored: Option<Stored>) -> Result<bool> {
        let SpiltTicket { name, entries } = self.spilt.ticket(row)?;
        if entries.is_empty() {
            let Some(mut stored) = stored else { return Ok(false) };
            self.scrub(&mut stored);
            self.out.push(number, &stored)?;
            return Ok(true);
        }
        let given = entries.len() as u64;
        let (source, ticket, old) = match (stored, name) {
            (Some(stored), name) => {
                if let Some((source, ticket)) = name {
                    Snapshot::check(&stored, number, &source, &ticket)?;
                }
                (stored.source, stored.ticket, stored.timeline)
            }
            (None, Some((source, ticket))) => (source, ticket, Vec::new()),
            (None, None) => return Err(Error::damaged("the spill of an import", "no name")),
        };
        let before = old.len() as u64;
        let merged = if before == 0 {
            let mut entries = entries;
            facts::timeline::arrange(&mut entries);
            entries
        } else {
            facts::timeline::merge(old, entries)
        };
        let new = (merged.len() as u64).saturating_sub(before);
        self.counts.new += new;
        self.counts.duplicate += given.saturating_sub(new);
        let timeline = match self.inherited.take(row) {
            Some(entries) => facts::timeline::merge(merged, entries),
            None => merged,
        };
        let mut stored = Stored { source, ticket, timeline };
        self.scrub(&mut stored);
        let elsewhere = derived(&stored).into_iter();
        self.guests.extend(elsewhere.filter(|event| !self.inherited.holds(row, event)));
        self.out.push(number, &stored)?;
        Ok(true)
    }
}

impl Building<'_> {
    fn scrub(&self, stored: &mut Stored) {
        if let Some(late) = self.late {
            late.scrub(stored);
        }
        self.keeping.scrub(stored);
    }
}

/// The spilt events of a segment that is not worth rewriting.
fn loose(snapshot: &Snapshot, id: u32, spilt: &Spilt) -> Result<Vec<Event>> {
    let base = id * snapshot.segment_rows;
    let mut events = Vec::new();
    for row in spilt.rows() {
        let SpiltTicket { name, entries } = spilt.ticket(row)?;
        let (source, ticket) = match name {
            Some(name) => name,
            None => {
                let stored = snapshot.ticket(base + row)?;
                let stored =
                    stored.ok_or_else(|| Error::damaged("the spill of an import", "no name"))?;
                (stored.source, stored.ticket)
            }
        };
        events.extend(entries.into_iter().map(|entry| Event {
            source: source.clone(),
            ticket: ticket.clone(),
            entry,
        }));
    }
    Ok(events)
}

/// Everything that becomes visible together.
struct Import {
    lines: Vec<Line>,
    loose: Vec<Event>,
    guests: Vec<Event>,
    new: Vec<(Key, u32)>,
    /// The number that the first of them gets.
    new_from: u32,
    next: u32,
    sources: BTreeMap<Text, Freshness>,
}

impl Core {
    /// Keeps other processes from giving numbers to tickets, once this one has rows of all that
    /// have one. SQLite has no others: there it only reads.
    async fn numbering(&self, live: &mut Live) -> Result<Tx> {
        if !self.is_shared() {
            return self.state.begin_reading().await;
        }
        loop {
            let mut tx = self.state.begin_numbering().await?;
            if u64::from(numbers::next(&mut tx).await?) == self.snapshot().tickets_count() {
                return Ok(tx);
            }
            commit(tx).await?;
            self.refresh_with(live).await?;
        }
    }

    /// Numbers, manifest and inbox in one transaction, then the new snapshot; counts what went
    /// through the inbox.
    async fn swap_in(
        self: &Arc<Self>,
        live: &mut Live,
        upkeep: &Upkeep<'_>,
        numbering: Tx,
        import: Import,
    ) -> Result<Accepted> {
        let Import { lines, loose, guests, mut new, new_from, next, mut sources } = import;
        // In the order of keys they are appended to the index instead of scattered over it.
        new.sort_unstable();
        let ids: BTreeSet<u32> = lines.iter().map(|line| line.id).collect();
        let mut working = Snapshot::clone(&self.snapshot());
        advance(&mut working, std::mem::take(&mut sources));
        let order = self.order.lock().await;
        let mut tx = self.state.begin().await?;
        if numbers::next(&mut tx).await? != new_from {
            return Err(Error::Overtaken);
        }
        numbers::insert(&mut tx, &new).await?;
        numbers::set_next(&mut tx, next).await?;
        let change = upkeep.swap(&mut tx, &lines, self.clock().now()).await?;
        manifest::advance(&mut tx, &working.freshness).await?;
        let loose = self.store_pieces(&mut tx, loose).await?;
        let guests = self.store_pieces(&mut tx, guests).await?;
        self.options.step(Step::BulkBeforeCommit)?;
        commit(tx).await?;
        commit(numbering).await?;
        self.crash_at(Step::BulkAfterCommit)?;
        let (newest, heard) = self.enqueue_pieces(loose, guests);
        drop(order);
        live.sealed(&ids, live.applied);
        self.replace_segments(&mut working, &lines);
        working.manifest = change;
        let rows = self.segment_rows;
        working.overlay = working.overlay.without(|number, _| ids.contains(&(number / rows)))?;
        // Readers see all of an import or nothing: what goes through the inbox comes with it.
        let mut answers = Vec::new();
        let mut failed = None;
        while live.applied < newest && failed.is_none() {
            match self.apply_next(live, &mut working, newest).await {
                Ok((_, more)) => answers.extend(more),
                Err(error) => failed = Some(error),
            }
        }
        if self.waiting().stopped {
            return Err(failed.unwrap_or(Error::Stopped));
        }
        self.publish(working);
        self.waiting().forget_applied(live);
        or_later(self.forget_unchanged(live).await);
        self.wake_applying();
        answer(answers);
        if let Some(error) = failed {
            return Err(error);
        }
        let mut counts = Accepted::default();
        for heard in heard {
            let more = heard.await.unwrap_or(Err(Error::Stopped))?;
            counts.new += more.new;
            counts.duplicate += more.duplicate;
        }
        Ok(counts)
    }

    /// Stores events as batches of a larger transaction, with their numbers.
    async fn store_pieces(&self, tx: &mut Tx, mut events: Vec<Event>) -> Result<Vec<Piece>> {
        self.snapshot().keeping.admit(&mut events);
        let mut pieces = Vec::new();
        let mut rest = events.into_iter().peekable();
        while rest.peek().is_some() {
            let events: Vec<Event> = rest.by_ref().take(limits::ACCEPT_EVENTS_MAX).collect();
            let body =
                crate::codec::pack(&events).map_err(|error| Error::damaged("a batch", error))?;
            let count = events.len() as u64;
            let number = inbox::add(&mut **tx, self.clock().now(), count, body).await?;
            pieces.push(Piece { number, events });
        }
        Ok(pieces)
    }

    /// Lets stored pieces wait to be applied; the newest batch, and where the counts of the loose
    /// ones are heard.
    fn enqueue_pieces(&self, loose: Vec<Piece>, guests: Vec<Piece>) -> (u64, Vec<Heard>) {
        let accepted_at = self.clock().now();
        let mut waiting = self.waiting();
        let mut heard = Vec::new();
        let loose = loose.into_iter().map(|piece| {
            let (applied, hearing) = oneshot::channel();
            heard.push(hearing);
            (piece, Some(applied))
        });
        let mut newest = 0;
        for (Piece { number, events }, applied) in
            loose.chain(guests.into_iter().map(|piece| (piece, None)))
        {
            newest = number;
            let bytes = crate::submit::bytes(&events, &[]);
            let count = events.len() as u64;
            let callers = Some(vec![Caller { events, applied }]);
            let batch = Batch { accepted_at, events: count, bytes, callers };
            waiting.unapplied.insert(number, batch);
        }
        waiting.newest = waiting.newest.max(newest);
        (newest, heard)
    }
}

/// A batch of an import that goes through the inbox.
struct Piece {
    number: u64,
    events: Vec<Event>,
}

type Heard = oneshot::Receiver<Result<Accepted>>;
