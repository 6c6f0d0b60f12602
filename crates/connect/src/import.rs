//! The importer: files in; events, quarantine and a report out.

pub(crate) mod canonical;
pub(crate) mod identity;
pub(crate) mod make;
pub(crate) mod payload;
pub(crate) mod plan;
pub(crate) mod replay;
pub(crate) mod translate;

use crate::error::Error;
use crate::files::records::Split;
use crate::files::row::{BadRow, Header, Next, Row};
use crate::files::{Detected, FileSpec, Format, OpenTable, Opened, source};
use crate::formula::refill;
use crate::limits::{BATCH_EVENTS, EARLIEST_TICKETS_MAX};
use crate::mapping::Mapping;
use crate::mapping::lookup::Lookups;
use crate::quarantine::{Place, Quarantined, Reason};
use crate::report::{FileReport, Progress, Report};
use event::{Event, Instant, Text};
use payload::{Done, Payload, reason_of};
use plan::{Content, Plan};
use rustc_hash::FxHashMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use translate::{Translated, Translator, is_earlier};

/// Reads files into events.
#[derive(Clone, Debug)]
pub struct Importer {
    mapping: Option<Mapping>,
    paths: Vec<PathBuf>,
    seen: Instant,
}

/// All that an import came to.
#[derive(Clone, Debug)]
pub struct Imported {
    /// The events, in the order of the files.
    pub events: Vec<Event>,
    /// What could not be read.
    pub quarantined: Vec<Quarantined>,
    /// How much of what there was.
    pub report: Report,
}

/// Where an import hands over what it makes.
pub(crate) struct Out<'o> {
    pub(crate) events: &'o mut dyn FnMut(Vec<Event>) -> ControlFlow<()>,
    pub(crate) quarantined: &'o mut dyn FnMut(Quarantined),
    pub(crate) progress: &'o mut dyn FnMut(&Progress),
}

impl std::fmt::Debug for Out<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Out")
    }
}

impl Importer {
    /// An import of files, of folders, or of standard input (`-`), learnt of at `seen`.
    ///
    /// Without a mapping the files hold canonical `CloudEvents`.
    pub const fn new(mapping: Option<Mapping>, paths: Vec<PathBuf>, seen: Instant) -> Self {
        Self { mapping, paths, seen }
    }

    /// Reads everything. Events come in batches, in the order of the files; an import stops early
    /// only where `events` answers with a break.
    ///
    /// # Errors
    /// Where it can't begin: a file that can't be opened, or a mapping that doesn't fit. Nothing
    /// has been handed over then.
    pub fn run(
        &self,
        events: &mut dyn FnMut(Vec<Event>) -> ControlFlow<()>,
        quarantined: &mut dyn FnMut(Quarantined),
        progress: &mut dyn FnMut(&Progress),
    ) -> Result<Report, Error> {
        let out = Out { events, quarantined, progress };
        let plan = Plan::new(self.mapping.as_ref(), &self.paths)?;
        let mut run = Run::new(out, self.seen, &plan);
        for file in plan.files {
            if run.report.stopped {
                break;
            }
            match (file.content, &self.mapping) {
                (Content::Table(table, inputs), Some(mapping)) => {
                    let rows = Rows::new(mapping, inputs, &plan.lookups, self.seen);
                    run.table(&file_name(&file.path), table, rows);
                }
                (Content::Canonical(opened), _) => run.canonical(&file_name(&file.path), opened),
                // Only a mapping makes tables of files.
                (Content::Table(..), None) => {}
            }
        }
        Ok(run.finish())
    }

    /// Reads everything into memory: for files that are known to be small.
    ///
    /// # Errors
    /// As for [`Importer::run`].
    pub fn gather(&self) -> Result<Imported, Error> {
        let (mut events, mut quarantined) = (Vec::new(), Vec::new());
        let report = self.run(
            &mut |batch| {
                events.extend(batch);
                ControlFlow::Continue(())
            },
            &mut |bad| quarantined.push(bad),
            &mut |_| {},
        )?;
        Ok(Imported { events, quarantined, report })
    }

    /// Opens everything and reads nothing but beginnings and lookup tables.
    ///
    /// # Errors
    /// As for [`Importer::run`]: where this finds nothing wrong, an import can begin.
    pub fn check(&self) -> Result<(), Error> {
        Plan::new(self.mapping.as_ref(), &self.paths).map(|_| ())
    }

    /// Says what [`Importer::run`] would do.
    ///
    /// # Errors
    /// As for [`Importer::run`].
    pub fn dry_run(&self, progress: &mut dyn FnMut(&Progress)) -> Result<Report, Error> {
        self.run(&mut |_| ControlFlow::Continue(()), &mut |_| {}, progress)
    }
}

/// What turns the rows of one file into events: one input of the mapping, or several.
struct Rows<'m> {
    mapping: &'m Mapping,
    lookups: &'m Lookups,
    seen: Instant,
    translators: Vec<(usize, Translator<'m>)>,
}

impl<'m> Rows<'m> {
    fn new(mapping: &'m Mapping, inputs: Vec<usize>, lookups: &'m Lookups, seen: Instant) -> Self {
        let translator = |input| (input, mapping.translator(input, lookups, seen));
        let translators = inputs.into_iter().map(translator).collect();
        Self { mapping, lookups, seen, translators }
    }

    /// What a row comes to, under every input.
    fn done(&mut self, header: &Header, row: &Row) -> Vec<Done> {
        refill();
        let mut all = Vec::with_capacity(self.translators.len());
        let mut payload = None;
        for (input, translator) in &mut self.translators {
            if translator.input.formulas {
                let payload = payload.get_or_insert_with(|| Payload::new(row.value(header), &[]));
                all.extend(self.mapping.payload(&[*input], payload, self.lookups, self.seen));
            } else {
                translator.bind(header);
                let (made, result) = translator.translate(row, None);
                all.push(Done { input: *input, row: None, made, result });
            }
        }
        all
    }
}

/// An import on its way.
struct Run<'o> {
    out: Out<'o>,
    seen: Instant,
    report: Report,
    batch: Vec<Event>,
    /// Per input, rule and ticket: the earliest event so far.
    earliest: FxHashMap<(usize, usize, Text), Event>,
    /// Bytes of the files that are through.
    bytes_before: u64,
    bytes_total: u64,
}

impl<'o> Run<'o> {
    fn new(out: Out<'o>, seen: Instant, plan: &Plan) -> Self {
        let mut report = Report::default();
        report.ignored_files.clone_from(&plan.ignored);
        for (code, place) in &plan.notes {
            report.note(code, place);
        }
        Self {
            out,
            seen,
            report,
            batch: Vec::with_capacity(BATCH_EVENTS),
            earliest: FxHashMap::default(),
            bytes_before: 0,
            bytes_total: plan.bytes,
        }
    }

    /// Reads a table through its mapping.
    fn table(&mut self, name: &str, mut open: OpenTable, mut rows: Rows<'_>) {
        let name = Text::from(name);
        let sheet = open.table.sheet().map(Text::from);
        let place = |line| Place { file: name.clone(), sheet: sheet.clone(), line };
        let rows_before = self.report.rows;
        let mut row = Row::default();
        loop {
            match open.table.next(&mut row) {
                Next::Row => {}
                Next::Blank => {
                    self.report.blank_rows += 1;
                    continue;
                }
                Next::Bad(BadRow { line, reason, raw, fatal }) => {
                    self.report.rows += 1;
                    self.quarantine(reason.at(place(line), raw));
                    if fatal {
                        break;
                    }
                    continue;
                }
                Next::End => break,
            }
            self.report.rows += 1;
            let place = place(row.line);
            if let Err(reason) = self.row(&mut rows, open.table.header(), &row, &place) {
                self.quarantine(reason.at(place, row.json(open.table.header())));
            }
            if self.full(open.progress.load(Ordering::Relaxed)).is_break() {
                break;
            }
        }
        self.bytes_before += open.progress.load(Ordering::Relaxed);
        let columns = open.table.header().names().to_vec();
        self.compare_columns(&name, &columns, &rows);
        let rows = self.report.rows - rows_before;
        let file = FileReport { name: name.to_string(), detected: open.detected, columns, rows };
        self.report.files.push(file);
    }

    fn row(
        &mut self,
        rows: &mut Rows<'_>,
        header: &Header,
        row: &Row,
        place: &Place,
    ) -> Result<(), Reason> {
        for note in &row.notes {
            self.report.note(note, place);
        }
        let mut done = rows.done(header, row);
        self.report.filtered_rows += u64::from(done.iter().all(|done| done.made.filtered));
        for Done { input, made, result, .. } in &mut done {
            let taken = self.take(*input, std::mem::take(made), place);
            if result.is_ok() {
                *result = taken;
            }
        }
        reason_of(&done).map_or(Ok(()), Err)
    }

    /// Takes over what a row came to; a row that came to nothing has left no events in it.
    fn take(&mut self, input: usize, made: Translated, place: &Place) -> Result<(), Reason> {
        for (key, value) in made.unmapped {
            self.report.note_unmapped(key, value);
        }
        for (format, count) in made.times.formats {
            self.report.note_format(format, count);
        }
        for (noticed, code) in
            [(made.times.zone_assumed, "zone_assumed"), (made.times.ambiguous, "ambiguous_time")]
        {
            if noticed {
                self.report.note(code, place);
            }
        }
        for (rule, event) in made.earliest {
            self.keep_earliest((input, rule), event)?;
        }
        for what in made.backwards {
            self.report.note_backwards(what, place);
        }
        for event in made.events {
            self.report.count_event(&event, self.seen);
            self.batch.push(event);
        }
        Ok(())
    }

    fn keep_earliest(&mut self, (input, rule): (usize, usize), event: Event) -> Result<(), Reason> {
        let full = self.earliest.len() >= EARLIEST_TICKETS_MAX;
        match self.earliest.entry((input, rule, event.ticket.clone())) {
            std::collections::hash_map::Entry::Occupied(mut entry) => {
                if is_earlier(&event, entry.get()) {
                    entry.insert(event);
                }
            }
            std::collections::hash_map::Entry::Vacant(_) if full => {
                let message = format!("over {EARLIEST_TICKETS_MAX} tickets need their first row");
                return Err(Reason::new("too_many_tickets", message)
                    .hint("split the file by ticket, or drop `once: earliest`"));
            }
            std::collections::hash_map::Entry::Vacant(entry) => {
                entry.insert(event);
            }
        }
        Ok(())
    }

    /// Reads canonical events.
    fn canonical(&mut self, name: &str, opened: Opened) {
        let name = Text::from(name);
        let split = match opened.format {
            Format::EventBatch => Split::Objects,
            _ => Split::Lines,
        };
        let detected = Detected {
            format: opened.format,
            compression: opened.source.compression,
            encoding: Some(opened.encoding.name()),
            delimiter: None,
            sheet: None,
        };
        let read = Arc::clone(&opened.source.progress);
        let reader = source::decoded(opened.source.reader, &opened.source.sample, opened.encoding);
        let rows_before = self.report.rows;
        canonical::read(reader, split, self.seen, &mut |parsed| {
            self.report.rows += parsed.rows;
            for (line, reason, raw) in parsed.bad {
                let place = Place { file: name.clone(), sheet: None, line };
                self.quarantine(reason.at(place, raw));
            }
            for event in &parsed.events {
                self.report.count_event(event, self.seen);
            }
            if self.batch.is_empty() {
                self.batch = parsed.events;
            } else {
                self.batch.extend(parsed.events);
            }
            self.full(read.load(Ordering::Relaxed))
        });
        self.bytes_before += read.load(Ordering::Relaxed);
        let rows = self.report.rows - rows_before;
        let columns = Vec::new();
        self.report.files.push(FileReport { name: name.to_string(), detected, columns, rows });
    }

    fn quarantine(&mut self, quarantined: Quarantined) {
        self.report.count_quarantined(&quarantined);
        (self.out.quarantined)(quarantined);
    }

    /// Hands over a batch if it is full, and says whether to go on.
    fn full(&mut self, bytes: u64) -> ControlFlow<()> {
        if self.batch.len() >= BATCH_EVENTS {
            return self.flush(bytes);
        }
        if self.report.rows.is_multiple_of(BATCH_EVENTS as u64) {
            self.tell(bytes);
        }
        ControlFlow::Continue(())
    }

    fn flush(&mut self, bytes: u64) -> ControlFlow<()> {
        self.tell(bytes);
        if self.batch.is_empty() || self.report.stopped {
            return ControlFlow::Continue(());
        }
        let batch = std::mem::replace(&mut self.batch, Vec::with_capacity(BATCH_EVENTS));
        let flow = (self.out.events)(batch);
        self.report.stopped |= flow.is_break();
        flow
    }

    fn tell(&mut self, bytes: u64) {
        (self.out.progress)(&Progress {
            bytes: self.bytes_before + bytes,
            bytes_total: self.bytes_total,
            rows: self.report.rows,
            events: self.report.events,
            quarantined: self.report.quarantined,
        });
    }

    fn compare_columns(&mut self, file: &str, columns: &[String], rows: &Rows<'_>) {
        let inputs = || rows.translators.iter().map(|(_, translator)| translator.input);
        // Formulas reach whatever they like: what they read is shown by trying one payload.
        let all_kept = inputs()
            .any(|input| matches!(input.fields, crate::mapping::Fields::Rest) || input.formulas);
        let wanted = |column: &String| inputs().any(|input| input.columns.contains(column));
        for column in columns.iter().filter(|column| !wanted(column) && !all_kept) {
            self.report.unused_columns.push(format!("{file}: {column}"));
        }
        for column in inputs().flat_map(|input| &input.columns) {
            let named = format!("{file}: {column}");
            if !columns.contains(column) && !self.report.missing_columns.contains(&named) {
                self.report.missing_columns.push(named);
            }
        }
    }

    fn finish(mut self) -> Report {
        let mut earliest: Vec<_> = std::mem::take(&mut self.earliest).into_iter().collect();
        earliest.sort_unstable_by(|(left, _), (right, _)| left.cmp(right));
        for (_, event) in earliest {
            if self.report.stopped {
                break;
            }
            self.report.count_event(&event, self.seen);
            self.batch.push(event);
            if self.batch.len() >= BATCH_EVENTS && self.flush(0).is_break() {
                break;
            }
        }
        // Nothing is left to stop, whatever the answer.
        let _ = self.flush(0);
        self.report.finish();
        self.report
    }
}

/// The name of a file without its folder.
pub(crate) fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// What a file is, without a mapping and without reading it.
///
/// # Errors
/// Where it can't be opened.
pub fn detect(path: &Path) -> Result<Detected, Error> {
    let spec = FileSpec::default();
    Ok(crate::files::open(path, &spec)?.into_table(path, &spec)?.detected)
}
