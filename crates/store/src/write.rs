//! Writing the Parquet files of one segment.

use crate::error::{Error, Result, io, parquet};
use crate::layout::sync_dir;
use crate::limits;
use crate::options::{Options, Step};
use crate::segment::{Stats, file};
use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::TimestampMicrosecondType;
use event::Instant;
use facts::{FactTables, Table};
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::arrow::{ArrowSchemaConverter, ArrowWriter};
use parquet::basic::{Compression, Type, ZstdLevel};
use parquet::file::metadata::SortingColumn;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};

/// Bytes gathered before a file is written to.
const FILE_BUFFER_BYTES: usize = 512 * 1024;

/// Writes one version of one segment, in the order of numbers.
pub(crate) struct SegmentWriter {
    dir: PathBuf,
    tables: Vec<TableWriter>,
    stats: Option<Stats>,
    options: Options,
}

struct TableWriter {
    table: Table,
    path: PathBuf,
    writer: ArrowWriter<BufWriter<File>>,
}

impl SegmentWriter {
    /// Makes the folder and opens a file for every table.
    pub(crate) fn create(dir: PathBuf, rows: u32, options: &Options) -> Result<Self> {
        fs::create_dir_all(&dir).map_err(io("make the folder", &dir))?;
        let mut tables = Vec::with_capacity(Table::ALL.len());
        for table in Table::ALL {
            let path = file(&dir, table);
            let out = File::create(&path).map_err(io("create", &path))?;
            let out = BufWriter::with_capacity(FILE_BUFFER_BYTES, out);
            let properties = properties(table, rows, options.zstd_level, &path)?;
            let settings = ArrowWriterOptions::new().with_properties(properties);
            let writer = ArrowWriter::try_new_with_options(out, table.schema(), settings)
                .map_err(parquet("begin", &path))?;
            tables.push(TableWriter { table, path, writer });
        }
        Ok(Self { dir, tables, stats: None, options: options.clone() })
    }

    /// Adds the rows of the next tickets.
    pub(crate) fn push(&mut self, rows: &FactTables) -> Result<()> {
        self.count(&rows[Table::Tickets])?;
        for TableWriter { table, path, writer } in &mut self.tables {
            let batch = &rows[*table];
            if batch.num_rows() > 0 {
                writer.write(batch).map_err(parquet("write", path))?;
            }
        }
        Ok(())
    }

    /// Finishes every file and makes it durable.
    pub(crate) fn finish(self) -> Result<Stats> {
        let mut bytes = 0;
        for TableWriter { path, writer, .. } in self.tables {
            let buffer = writer.into_inner().map_err(parquet("finish", &path))?;
            let out =
                buffer.into_inner().map_err(|error| io("write", &path)(error.into_error()))?;
            out.sync_all().map_err(io("sync", &path))?;
            bytes += out.metadata().map_err(io("measure", &path))?.len();
            self.options.step(Step::SegmentHalfWritten)?;
        }
        sync_dir(&self.dir)?;
        if let Some(parent) = self.dir.parent() {
            sync_dir(parent)?;
        }
        let empty = Error::damaged(self.dir.display().to_string(), "a segment without tickets");
        self.stats.map(|stats| Stats { bytes, ..stats }).ok_or(empty)
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
        });
        stats.rows += rows;
        stats.min_created_at = stats.min_created_at.min(created.0);
        stats.max_created_at = stats.max_created_at.max(created.1);
        stats.min_last_seen_at = stats.min_last_seen_at.min(seen.0);
        stats.max_last_seen_at = stats.max_last_seen_at.max(seen.1);
        Ok(())
    }
}

fn range(tickets: &RecordBatch, column: &str) -> Option<(Instant, Instant)> {
    let column = tickets.column_by_name(column)?;
    let values = column.as_primitive_opt::<TimestampMicrosecondType>()?.values();
    let (min, max) = (values.iter().min()?, values.iter().max()?);
    Some((Instant::from_micros(*min), Instant::from_micros(*max)))
}

fn properties(table: Table, rows: u32, level: i32, path: &Path) -> Result<WriterProperties> {
    let level = ZstdLevel::try_new(level).map_err(parquet("choose the compression of", path))?;
    let sorting = SortingColumn { column_idx: 0, descending: false, nulls_first: false };
    let mut builder = WriterProperties::builder()
        .set_compression(Compression::ZSTD(level))
        .set_max_row_group_row_count(Some(rows.max(limits::SEGMENT_ROWS) as usize))
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
    builder: facts::TablesBuilder,
    writer: SegmentWriter,
}

impl<'a> FoldingWriter<'a> {
    pub(crate) fn new(folder: &'a facts::Folder, writer: SegmentWriter) -> Self {
        Self { folder, builder: facts::TablesBuilder::new(), writer }
    }

    /// Folds the next ticket.
    pub(crate) fn push(&mut self, number: u32, stored: &crate::segment::Stored) -> Result<()> {
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
        self.writer.finish()
    }
}
