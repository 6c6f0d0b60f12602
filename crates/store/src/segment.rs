//! One segment: consecutive ticket numbers as immutable Parquet files.

use crate::error::{Error, Result, arrow, io, parquet};
use crate::limits;
use crate::lookup::{Lookup, LookupWriter};
use crate::state::manifest::Line;
use crate::sums::FileSums;
use arrow::array::{AsArray, ListArray, RecordBatch, StringArray};
use arrow::datatypes::TimestampMicrosecondType;
use event::{Entry, Instant, Text};
use facts::Table;
use facts::timeline::TimelineReader;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader,
    ParquetRecordBatchReaderBuilder, RowSelection,
};
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::ParquetError;
use parquet::file::metadata::PageIndexPolicy;
use parquet::file::writer::SerializedRowGroupWriter;
use parquet::schema::types::SchemaDescriptor;
use std::fs::File;
use std::io::Write;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// What the manifest says of a segment, for pruning without opening a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stats {
    /// Tickets.
    pub rows: u32,
    /// Bytes of all its files.
    pub bytes: u64,
    /// Earliest creation.
    pub min_created_at: Instant,
    /// Latest creation.
    pub max_created_at: Instant,
    /// Earliest instant at which a ticket's newest event was learnt of.
    pub min_last_seen_at: Instant,
    /// Latest instant at which a ticket's newest event was learnt of.
    pub max_last_seen_at: Instant,
    /// Size and checksum of each file; not known of segments that 0.1.0 wrote.
    pub files: Option<FileSums>,
}

/// A ticket as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Name of the connection it came through.
    pub source: Text,
    /// External id.
    pub ticket: Text,
    /// Everything that happened, in order.
    pub timeline: Vec<Entry>,
}

/// One version of a segment; its files live at least as long as this value.
#[derive(Clone, Debug)]
pub struct Segment(Arc<Files>);

#[derive(Debug)]
struct Files {
    id: u32,
    version: u64,
    dir: PathBuf,
    first: u32,
    through: u64,
    imported: u64,
    stats: Stats,
    retired: AtomicBool,
    footer: OnceLock<ArrowReaderMetadata>,
    /// The files that were compared with their checksums, by place in [`Table::ALL`].
    vouched: [AtomicBool; Table::ALL.len()],
    lookup: Mutex<Lookups>,
}

/// What is known of a segment's lookup file.
#[derive(Debug)]
enum Lookups {
    /// Nobody looked for it.
    Unknown,
    Open(Arc<Lookup>),
    /// There is none that is whole; so many tickets were read without it.
    Missing(usize),
}

impl Drop for Files {
    fn drop(&mut self) {
        if self.retired.load(Ordering::Acquire)
            && let Err(error) = std::fs::remove_dir_all(&self.dir)
        {
            // The next open sweeps it.
            tracing::warn!(%error, dir = %self.dir.display(), "could not remove an old segment");
        }
    }
}

impl Segment {
    pub(crate) fn new(line: Line, dir: PathBuf, first: u32) -> Self {
        let Line { id, version, through, imported, stats } = line;
        let (retired, footer) = (AtomicBool::new(false), OnceLock::new());
        let (lookup, vouched) = (Mutex::new(Lookups::Unknown), Default::default());
        Self(Arc::new(Files {
            id,
            version,
            dir,
            first,
            through,
            imported,
            stats,
            retired,
            footer,
            lookup,
            vouched,
        }))
    }

    /// Its place: numbers `id × segment_rows ..`.
    pub fn id(&self) -> u32 {
        self.0.id
    }

    /// Grows with every rewrite; `(id, version)` names its content for ever.
    pub fn version(&self) -> u64 {
        self.0.version
    }

    /// The folder with its files.
    pub fn dir(&self) -> &Path {
        &self.0.dir
    }

    /// The file of one table.
    pub fn path(&self, table: Table) -> PathBuf {
        file(&self.0.dir, table)
    }

    /// Number of its first ticket.
    pub fn first_number(&self) -> u32 {
        self.0.first
    }

    /// Every batch up to this one is in its rows, as far as it is about its tickets; 0 = unknown.
    pub fn through(&self) -> u64 {
        self.0.through
    }

    /// The version with which a bulk import last changed it.
    pub(crate) fn imported(&self) -> u64 {
        self.0.imported
    }

    /// How many tickets it holds; row n of `tickets.parquet` is number `first_number + n`,
    /// except in a snapshot as of the past, where tickets unknown then are left out.
    pub fn rows(&self) -> u32 {
        self.0.stats.rows
    }

    /// What the manifest says of it.
    pub fn stats(&self) -> &Stats {
        &self.0.stats
    }

    /// The numbers it holds.
    pub fn numbers(&self) -> Range<u32> {
        self.0.first..self.0.first + self.0.stats.rows
    }

    /// Whether a table's file was compared with what was written, or cannot be.
    pub fn is_vouched(&self, table: Table) -> bool {
        self.0.stats.files.is_none() || self.0.vouched[table.index()].load(Ordering::Acquire)
    }

    /// Compares a table's file with what was written, once in the life of this value: whoever
    /// reads the file after that reads what was written. Blocks.
    ///
    /// # Errors
    /// [`Error::Damaged`] names the file and what differs.
    pub fn vouch(&self, table: Table) -> Result<()> {
        let Some(sums) = self.0.stats.files.filter(|_| !self.is_vouched(table)) else {
            return Ok(());
        };
        sums[table.index()].require(&self.path(table))?;
        self.0.vouched[table.index()].store(true, Ordering::Release);
        Ok(())
    }

    /// Lets the files go when the last snapshot that needs them is dropped.
    pub(crate) fn retire(&self) {
        self.0.retired.store(true, Ordering::Release);
    }

    fn open(&self, path: &Path) -> Result<(File, ArrowReaderMetadata)> {
        self.vouch(Table::Tickets)?;
        let file = File::open(path).map_err(io("open", path))?;
        if let Some(footer) = self.0.footer.get() {
            return Ok((file, footer.clone()));
        }
        let options = ArrowReaderOptions::new().with_offset_index_policy(PageIndexPolicy::Required);
        let footer = ArrowReaderMetadata::load(&file, options)
            .map_err(parquet("read the footer of", path))?;
        Ok((file, self.0.footer.get_or_init(|| footer).clone()))
    }

    fn reader(
        &self,
        rows: Option<RowSelection>,
        batch: usize,
    ) -> Result<(PathBuf, ParquetRecordBatchReader)> {
        let path = self.path(Table::Tickets);
        let (file, footer) = self.open(&path)?;
        let columns: Vec<usize> = [SOURCE, TICKET, TIMELINE]
            .iter()
            .filter_map(|name| footer.schema().index_of(name).ok())
            .collect();
        let mask = ProjectionMask::roots(footer.parquet_schema(), columns);
        let mut builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, footer)
            .with_projection(mask)
            .with_batch_size(batch);
        if let Some(rows) = rows {
            builder = builder.with_row_selection(rows);
        }
        let reader = builder.build().map_err(parquet("read", &path))?;
        Ok((path, reader))
    }

    /// The tickets at these rows, which ascend.
    pub(crate) fn read_rows(&self, rows: &[u32]) -> Result<Vec<Stored>> {
        debug_assert!(rows.is_sorted() && rows.last().is_none_or(|row| *row < self.rows()));
        let Some(lookup) = self.lookup(rows.len())? else { return self.read_pages(rows) };
        lookup.read(rows).or_else(|error| {
            let error: &dyn std::error::Error = &error;
            tracing::warn!(error, "a lookup file is damaged; the segment is read instead");
            let mut known = self.0.lookup.lock().unwrap_or_else(PoisonError::into_inner);
            *known = Lookups::Missing(0);
            drop(known);
            self.read_pages(rows)
        })
    }

    /// Makes the lookup file where there is none.
    pub(crate) fn index(&self) -> Result<()> {
        self.lookup(limits::LOOKUP_AFTER_TICKETS).map(drop)
    }

    /// The lookup file, made anew once so many tickets were asked for that it pays.
    fn lookup(&self, tickets: usize) -> Result<Option<Arc<Lookup>>> {
        let mut known = self.0.lookup.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*known, Lookups::Unknown) {
            *known = match Lookup::open(&self.0.dir, self.rows()) {
                Some(lookup) => Lookups::Open(Arc::new(lookup)),
                None => Lookups::Missing(0),
            };
        }
        match &mut *known {
            Lookups::Open(lookup) => Ok(Some(Arc::clone(lookup))),
            Lookups::Missing(read) if *read + tickets < limits::LOOKUP_AFTER_TICKETS => {
                *read += tickets;
                Ok(None)
            }
            _ => {
                *known = Lookups::Missing(0);
                let mut writer = LookupWriter::create(&self.0.dir)?;
                self.read_all(limits::FOLD_BATCH_TICKETS, |_, stored| writer.push(&stored))?;
                writer.finish()?;
                let Some(lookup) = Lookup::open(&self.0.dir, self.rows()).map(Arc::new) else {
                    return Ok(None);
                };
                *known = Lookups::Open(Arc::clone(&lookup));
                Ok(Some(lookup))
            }
        }
    }

    /// As [`Segment::read_rows`]; only the pages they lie on are read.
    fn read_pages(&self, rows: &[u32]) -> Result<Vec<Stored>> {
        let ranges = rows.iter().map(|row| *row as usize..*row as usize + 1);
        let selection = RowSelection::from_consecutive_ranges(ranges, self.rows() as usize);
        let (path, reader) = self.reader(Some(selection), rows.len().clamp(1, 8_192))?;
        let mut found = Vec::with_capacity(rows.len());
        for batch in reader {
            let batch = batch.map_err(arrow("read"))?;
            let tickets = Tickets::new(&batch, &path.to_string_lossy())?;
            for row in 0..batch.num_rows() {
                found.push(tickets.get(row)?);
            }
        }
        if found.len() == rows.len() {
            Ok(found)
        } else {
            let detail = format!("{} of {} rows found", found.len(), rows.len());
            Err(Error::damaged(path.display().to_string(), detail))
        }
    }

    /// Numbers of the tickets of which something was learnt after an instant.
    pub(crate) fn rows_seen_after(&self, at: Instant) -> Result<Vec<u32>> {
        let path = self.path(Table::Tickets);
        let (file, footer) = self.open(&path)?;
        let column: Vec<usize> = footer.schema().index_of(LAST_SEEN_AT).into_iter().collect();
        let mask = ProjectionMask::roots(footer.parquet_schema(), column);
        let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(file, footer)
            .with_projection(mask)
            .with_batch_size(16_384)
            .build()
            .map_err(parquet("read", &path))?;
        let mut numbers = Vec::new();
        let mut number = self.first_number();
        for batch in reader {
            let batch = batch.map_err(arrow("read"))?;
            let seen = batch
                .column_by_name(LAST_SEEN_AT)
                .and_then(|column| column.as_primitive_opt::<TimestampMicrosecondType>())
                .ok_or_else(|| Error::damaged(path.display().to_string(), "a column is missing"))?;
            for seen in seen.values() {
                if *seen > at.micros() {
                    numbers.push(number);
                }
                number += 1;
            }
        }
        Ok(numbers)
    }

    /// Copies the columns of its timelines, as they are written, to the end of a row group of the
    /// same tickets.
    pub(crate) fn append_timelines<W: Write + Send>(
        &self,
        group: &mut SerializedRowGroupWriter<'_, W>,
    ) -> parquet::errors::Result<()> {
        let (file, footer) = self
            .open(&self.path(Table::Tickets))
            .map_err(|error| ParquetError::External(Box::new(error)))?;
        let [own] = footer.metadata().row_groups() else {
            return Err(ParquetError::General("tickets are in more than one row group".to_owned()));
        };
        for leaf in timeline_leaves(footer.parquet_schema()) {
            let metadata = own.column(leaf).clone();
            let pages = footer.metadata().offset_index().and_then(|groups| groups.first());
            let close = ColumnCloseResult {
                bytes_written: metadata.compressed_size().unsigned_abs(),
                rows_written: own.num_rows().unsigned_abs(),
                metadata,
                bloom_filter: None,
                column_index: None,
                offset_index: pages.and_then(|columns| columns.get(leaf)).cloned(),
            };
            group.append_column(&file, close)?;
        }
        Ok(())
    }

    /// All its tickets in order, some rows at a time.
    pub(crate) fn read_all(
        &self,
        batch: usize,
        mut each: impl FnMut(u32, Stored) -> Result<()>,
    ) -> Result<()> {
        let (path, reader) = self.reader(None, batch)?;
        let mut number = self.first_number();
        for batch in reader {
            let batch = batch.map_err(arrow("read"))?;
            let tickets = Tickets::new(&batch, &path.to_string_lossy())?;
            for row in 0..batch.num_rows() {
                each(number, tickets.get(row)?)?;
                number += 1;
            }
        }
        if number == self.numbers().end {
            Ok(())
        } else {
            let detail = format!("it ends before number {number}");
            Err(Error::damaged(path.display().to_string(), detail))
        }
    }
}

/// The file of one table in a segment's folder.
pub(crate) fn file(dir: &Path, table: Table) -> PathBuf {
    dir.join(format!("{}.parquet", table.name()))
}

/// The leaves of the last column of `tickets`.
pub(crate) fn timeline_leaves(schema: &SchemaDescriptor) -> Range<usize> {
    let leaves = schema.num_columns();
    let last = schema.get_column_root_idx(leaves - 1);
    (0..leaves).find(|leaf| schema.get_column_root_idx(*leaf) == last).unwrap_or(leaves)..leaves
}

const SOURCE: &str = "source";
const TICKET: &str = "ticket";
const TIMELINE: &str = "timeline";
const LAST_SEEN_AT: &str = "last_seen_at";

/// The stored tickets of a batch of the tickets table.
#[derive(Debug)]
pub(crate) struct Tickets {
    source: StringArray,
    ticket: StringArray,
    timeline: TimelineReader,
    /// Whose rows they are, for messages.
    of: Arc<str>,
}

impl Tickets {
    pub(crate) fn new(batch: &RecordBatch, of: &str) -> Result<Self> {
        let missing = || Error::damaged(of, "a column is missing");
        let text = |name| {
            let column = batch.column_by_name(name);
            column.and_then(|column| column.as_string_opt::<i32>()).cloned().ok_or_else(missing)
        };
        let timeline: &ListArray = batch
            .column_by_name(TIMELINE)
            .and_then(|column| column.as_list_opt::<i32>())
            .ok_or_else(missing)?;
        Ok(Self {
            source: text(SOURCE)?,
            ticket: text(TICKET)?,
            timeline: TimelineReader::new(timeline).map_err(|error| Error::damaged(of, error))?,
            of: of.into(),
        })
    }

    pub(crate) fn get(&self, row: usize) -> Result<Stored> {
        let timeline = self.timeline.read(row).map_err(|error| Error::damaged(&*self.of, error))?;
        Ok(Stored {
            source: Text::from(self.source.value(row)),
            ticket: Text::from(self.ticket.value(row)),
            timeline,
        })
    }
}
