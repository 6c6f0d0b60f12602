//! Writing the Parquet files of one segment.

use crate::error::{Error, Result, io, parquet};
use crate::layout::sync_dir;
use crate::limits;
use crate::lookup::{LookupWriter, path};
use crate::options::{Options, Step};
use crate::segment::{Segment, Stats, Stored, file, timeline_leaves};
use crate::sums::{FileSum, FileSums, SummedFile};
use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::TimestampMicrosecondType;
use event::Instant;
use facts::{FactTables, Table, TablesBuilder};
use parquet::arrow::arrow_writer::{
    ArrowColumnWriter, ArrowRowGroupWriterFactory, ArrowWriterOptions, compute_leaves,
};
use parquet::arrow::{ArrowSchemaConverter, ArrowWriter};
use parquet::basic::{Compression, Type, ZstdLevel};
use parquet::file::metadata::SortingColumn;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};

/// Bytes gathered before a file is written to.
const FILE_BUFFER_BYTES: usize = 512 * 1024;

/// Writes one version of one segment, in the order of numbers.
pub(crate) struct SegmentWriter {
    dir: PathBuf,
    tables: Vec<TableWriter>,
    /// The segment whose timelines stay as they are, byte for byte.
    kept: Option<Segment>,
    stats: Option<Stats>,
    options: Options,
}

/// One file; the columns of the row group at hand are gathered encoded until it is full.
struct TableWriter {
    table: Table,
    path: PathBuf,
    file: SerializedFileWriter<BufWriter<SummedFile>>,
    factory: ArrowRowGroupWriterFactory,
    group: Vec<ArrowColumnWriter>,
    group_rows: usize,
    group_rows_max: usize,
}

impl SegmentWriter {
    /// Makes the folder and opens a file for every table.
    pub(crate) fn create(dir: PathBuf, rows: u32, options: &Options) -> Result<Self> {
        fs::create_dir_all(&dir).map_err(io("make the folder", &dir))?;
        let tables =
            Table::ALL.into_iter().map(|table| TableWriter::create(&dir, table, rows, options));
        let tables = tables.collect::<Result<_>>()?;
        Ok(Self { dir, tables, kept: None, stats: None, options: options.clone() })
    }

    /// As [`SegmentWriter::create`], for the same tickets with the same timelines as `old`: their
    /// written form is copied, and what is pushed goes without them.
    pub(crate) fn create_keeping(
        dir: PathBuf,
        rows: u32,
        options: &Options,
        old: &Segment,
    ) -> Result<Self> {
        let mut writer = Self::create(dir, rows, options)?;
        for table in writer.tables.iter_mut().filter(|table| table.table == Table::Tickets) {
            table.group.truncate(timeline_leaves(table.file.schema_descr()).start);
        }
        writer.kept = Some(old.clone());
        Ok(writer)
    }

    /// Adds the rows of the next tickets.
    pub(crate) fn push(&mut self, rows: &FactTables) -> Result<()> {
        self.count(&rows[Table::Tickets])?;
        self.tables.iter_mut().try_for_each(|table| table.push(&rows[table.table]))
    }

    /// Finishes every file and makes it durable.
    pub(crate) fn finish(self) -> Result<Stats> {
        let mut sums = Vec::with_capacity(Table::ALL.len());
        for table in self.tables {
            let kept = self.kept.as_ref().filter(|_| table.table == Table::Tickets);
            sums.push(table.finish(kept)?);
            self.options.step(Step::SegmentHalfWritten)?;
        }
        sync_dir(&self.dir)?;
        if let Some(parent) = self.dir.parent() {
            sync_dir(parent)?;
        }
        let empty = Error::damaged(self.dir.display().to_string(), "a segment without tickets");
        let bytes = sums.iter().map(|sum| sum.bytes).sum();
        let files = FileSums::try_from(sums).ok();
        self.stats.map(|stats| Stats { bytes, files, ..stats }).ok_or(empty)
    }

    fn count(&mut self, tickets: &RecordBatch) -> Result<()> {
        let rows = u32::try_from(tickets.num_rows()).unwrap_or(u32::MAX);
        let (Some(created), Some(seen)) =
            (range(tickets, "created_at"), range(tickets, "last_seen_at"))
        else {
            if rows == 0 {
                return Ok(());
            }
            return Err(Error::damaged("a batch of tickets", "it has no instants"));
        };
        let stats = self.stats.get_or_insert(Stats {
            rows: 0,
            bytes: 0,
            min_created_at: created.0,
            max_created_at: created.1,
            min_last_seen_at: seen.0,
            max_last_seen_at: seen.1,
            files: None,
        });
        stats.rows += rows;
        stats.min_created_at = stats.min_created_at.min(created.0);
        stats.max_created_at = stats.max_created_at.max(created.1);
        stats.min_last_seen_at = stats.min_last_seen_at.min(seen.0);
        stats.max_last_seen_at = stats.max_last_seen_at.max(seen.1);
        Ok(())
    }
}

impl TableWriter {
    fn create(dir: &Path, table: Table, rows: u32, options: &Options) -> Result<Self> {
        let path = file(dir, table);
        let out = File::create(&path).map_err(io("create", &path))?;
        let out = BufWriter::with_capacity(FILE_BUFFER_BYTES, SummedFile::new(out));
        let settings = properties(table, options.zstd_level, &path)?;
        let settings = ArrowWriterOptions::new().with_properties(settings);
        let (file, factory) = ArrowWriter::try_new_with_options(out, table.schema(), settings)
            .and_then(ArrowWriter::into_serialized_writer)
            .map_err(parquet("begin", &path))?;
        let group = factory.create_column_writers(0).map_err(parquet("begin", &path))?;
        // Tickets stay in one group, whose rows are the numbers.
        let group_rows_max = rows.max(limits::SEGMENT_ROWS) as usize;
        Ok(Self { table, path, file, factory, group, group_rows: 0, group_rows_max })
    }

    fn push(&mut self, batch: &RecordBatch) -> Result<()> {
        if self.group_rows >= self.group_rows_max {
            let place = self.file.flushed_row_groups().len() + 1;
            let next = self.factory.create_column_writers(place);
            let next = next.map_err(parquet("continue", &self.path))?;
            let full = std::mem::replace(&mut self.group, next);
            write_group(&mut self.file, full, None).map_err(parquet("write", &self.path))?;
            self.group_rows = 0;
        }
        encode(&mut self.group, batch).map_err(parquet("write", &self.path))?;
        self.group_rows += batch.num_rows();
        Ok(())
    }

    /// Finishes the file, with the timelines of a segment of the same tickets where it is given;
    /// tells its size and checksum.
    fn finish(mut self, kept: Option<&Segment>) -> Result<FileSum> {
        let path = self.path;
        if self.group_rows > 0 {
            write_group(&mut self.file, self.group, kept).map_err(parquet("finish", &path))?;
        }
        let buffer = self.file.into_inner().map_err(parquet("finish", &path))?;
        let out = buffer.into_inner().map_err(|error| io("write", &path)(error.into_error()))?;
        out.finish(&path)
    }
}

fn encode(group: &mut [ArrowColumnWriter], batch: &RecordBatch) -> parquet::errors::Result<()> {
    let mut columns = group.iter_mut();
    for (field, values) in batch.schema().fields().iter().zip(batch.columns()) {
        for (leaf, column) in compute_leaves(field, values)?.iter().zip(&mut columns) {
            column.write(leaf)?;
        }
    }
    Ok(())
}

fn write_group(
    file: &mut SerializedFileWriter<BufWriter<SummedFile>>,
    columns: Vec<ArrowColumnWriter>,
    kept: Option<&Segment>,
) -> parquet::errors::Result<()> {
    let mut group = file.next_row_group()?;
    for column in columns {
        column.close()?.append_to_row_group(&mut group)?;
    }
    if let Some(kept) = kept {
        kept.append_timelines(&mut group)?;
    }
    group.close().map(|_| ())
}

fn range(tickets: &RecordBatch, column: &str) -> Option<(Instant, Instant)> {
    let column = tickets.column_by_name(column)?;
    let values = column.as_primitive_opt::<TimestampMicrosecondType>()?.values();
    let (min, max) = (values.iter().min()?, values.iter().max()?);
    Some((Instant::from_micros(*min), Instant::from_micros(*max)))
}

fn properties(table: Table, level: i32, path: &Path) -> Result<WriterProperties> {
    let level = ZstdLevel::try_new(level).map_err(parquet("choose the compression of", path))?;
    let sorting = SortingColumn { column_idx: 0, descending: false, nulls_first: false };
    let mut builder = WriterProperties::builder()
        .set_compression(Compression::ZSTD(level))
        .set_sorting_columns(Some(vec![sorting]))
        .set_created_by("deskmeter".to_owned());
    if table == Table::Tickets {
        // Only tickets are looked up by row; the other tables are read as a whole.
        builder = builder.set_data_page_row_count_limit(limits::PAGE_ROWS);
    }
    let schema = ArrowSchemaConverter::new().convert(&table.schema());
    for column in schema.map_err(parquet("describe", path))?.columns() {
        let name = column.path();
        // What hardly repeats takes time in a dictionary, which is given up anyway.
        let is_plain = match column.physical_type() {
            Type::INT64 | Type::DOUBLE => true,
            _ => UNIQUE_TEXTS.contains(&name.string().as_str()),
        };
        if is_plain {
            builder = builder.set_column_dictionary_enabled(name.clone(), false);
        }
        // No question is about the least text or the least entry of a timeline.
        if column.physical_type() == Type::BYTE_ARRAY || name.parts().len() > 1 {
            let none = EnabledStatistics::None;
            builder = builder.set_column_statistics_enabled(name.clone(), none);
        }
    }
    Ok(builder.build())
}

/// Texts that differ on every row, as paths of Parquet columns.
const UNIQUE_TEXTS: [&str; 3] = ["ticket", "issue", "timeline.list.item.id"];

/// Folds tickets in the order of their numbers straight into a segment's files.
pub(crate) struct FoldingWriter<'a> {
    folder: &'a facts::Folder,
    builder: TablesBuilder,
    writer: SegmentWriter,
    /// Given up where the disk refuses it: the segment does without.
    lookup: Option<LookupWriter>,
}

impl<'a> FoldingWriter<'a> {
    /// Writes a segment, and beside it its lookup file.
    pub(crate) fn new(folder: &'a facts::Folder, writer: SegmentWriter) -> Self {
        // The same tickets with the same timelines: the same file.
        let linked = |old: &Segment| fs::hard_link(path(old.dir()), path(&writer.dir)).is_ok();
        if writer.kept.as_ref().is_some_and(linked) {
            return Self::bare(folder, writer);
        }
        match LookupWriter::create(&writer.dir) {
            Ok(lookup) => Self { lookup: Some(lookup), ..Self::bare(folder, writer) },
            Err(error) => {
                without_lookup(&error);
                Self::bare(folder, writer)
            }
        }
    }

    /// Writes a segment of which nobody looks up single tickets.
    pub(crate) fn bare(folder: &'a facts::Folder, writer: SegmentWriter) -> Self {
        let builder = match writer.kept {
            Some(_) => TablesBuilder::without_timelines(),
            None => TablesBuilder::new(),
        };
        Self { folder, builder, writer, lookup: None }
    }

    /// Folds the next ticket.
    pub(crate) fn push(&mut self, number: u32, stored: &Stored) -> Result<()> {
        if let Some(lookup) = &mut self.lookup
            && let Err(error) = lookup.push(stored)
        {
            without_lookup(&error);
            self.lookup = None;
        }
        crate::apply::push(self.folder, &mut self.builder, number, stored);
        if self.builder.len() >= limits::FOLD_BATCH_TICKETS || self.builder.is_full() {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        self.writer.push(&self.builder.finish())
    }

    /// Finishes the segment.
    pub(crate) fn finish(mut self) -> Result<Stats> {
        if !self.builder.is_empty() {
            self.flush()?;
        }
        if let Some(Err(error)) = self.lookup.map(LookupWriter::finish) {
            without_lookup(&error);
        }
        self.writer.finish()
    }
}

pub(crate) fn without_lookup(error: &Error) {
    let error: &dyn std::error::Error = error;
    tracing::warn!(error, "a segment does without its lookup file; its tickets are read slowly");
}
