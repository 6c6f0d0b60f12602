//! One segment against the manifest: its files, their checksums, rows and numbers.

use super::{Affected, Finding, Severity};
use crate::error::{Error, Result, arrow, io, parquet};
use crate::layout::Layout;
use crate::segment::{Tickets, file};
use crate::state::manifest::Line;
use ::arrow::array::AsArray;
use ::arrow::datatypes::Int64Type;
use ::parquet::arrow::ProjectionMask;
use ::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use facts::Table;
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// Names of affected tickets that are told; of more, the rest is in the numbers.
const NAMES_MAX: usize = 200_000;

/// Everything that is wrong with a segment. `numbers` are the rows of a segment, and the tickets
/// that have numbers.
pub(super) fn look(
    layout: &Layout,
    line: &Line,
    numbers: (u32, u32),
    thorough: bool,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let dir = layout.segment(line.id, line.version);
    let (rows, numbered) = numbers;
    let first = line.id.saturating_mul(rows);
    if line.stats.rows > rows || first.saturating_add(line.stats.rows) > numbered {
        findings.push(Finding::new(
            "numbers_missing",
            Severity::Error,
            dir.display(),
            format!("it has {} tickets from number {first} on, of {numbered}", line.stats.rows),
            "manifest and numbers disagree: restore a backup",
        ));
    }
    for table in Table::ALL {
        let path = file(&dir, table);
        if let Err(error) = whole(&path, table, line, first, thorough) {
            findings.push(damaged(&path, table, line, first, &error));
        }
    }
    if line.stats.files.is_none() && findings.is_empty() {
        findings.push(Finding::new(
            "checksum_unknown",
            Severity::Info,
            dir.display(),
            "an earlier version wrote it without checksums, so a flipped bit would not be noticed",
            "`deskmeter doctor --repair` reads it whole and keeps checksums from then on",
        ));
    }
    findings
}

fn damaged(path: &Path, table: Table, line: &Line, first: u32, error: &Error) -> Finding {
    let source = std::error::Error::source(error).map(|cause| format!(": {cause}"));
    let why = format!("{error}{}", source.unwrap_or_default());
    if table == Table::Tickets {
        let remedy = "`deskmeter doctor --repair` makes it again where the lookup file beside it \
                      is whole, and with `--from BACKUP` takes it from a backup that has it; else \
                      restore a backup, or let the sources send these tickets again";
        let mut finding =
            Finding::new("tickets_damaged", Severity::Error, path.display(), why, remedy);
        finding.tickets = Some(affected(path, line, first));
        finding
    } else {
        let remedy = "`deskmeter doctor --repair` makes it again out of the tickets' histories";
        Finding::new("table_damaged", Severity::Error, path.display(), why, remedy)
    }
}

/// Compares one file with what the manifest says of it.
pub(super) fn whole(
    path: &Path,
    table: Table,
    line: &Line,
    first: u32,
    thorough: bool,
) -> Result<()> {
    if let Some(sums) = &line.stats.files {
        let sum = sums[table.index()];
        if thorough {
            sum.require(path)?;
        } else {
            sum.require_size(path)?;
        }
    } else if !path.exists() {
        return Err(Error::damaged(path.display().to_string(), "it is missing"));
    }
    if !thorough {
        return Ok(());
    }
    // Without a checksum only reading everything tells whether it can be read.
    let only_numbers = line.stats.files.is_some();
    guarded(path, || numbers(path, table, line, first, only_numbers))
}

/// Runs a reader over a file that may hold anything; the reader was made for whole files.
fn guarded<T>(path: &Path, read: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(read))
        .unwrap_or_else(|_| Err(Error::damaged(path.display().to_string(), "it cannot be read")))
}

/// Reads the numbers of a file: dense in `tickets`, in order and of this segment elsewhere.
fn numbers(path: &Path, table: Table, line: &Line, first: u32, only_numbers: bool) -> Result<()> {
    let damaged = |detail: String| Error::damaged(path.display().to_string(), detail);
    let input = File::open(path).map_err(io("open", path))?;
    let mut builder = ParquetRecordBatchReaderBuilder::try_new(input)
        .map_err(parquet("read the footer of", path))?;
    if only_numbers {
        let mask = ProjectionMask::roots(builder.parquet_schema(), [0]);
        builder = builder.with_projection(mask);
    }
    let reader = builder.build().map_err(parquet("read", path))?;
    let range = i64::from(first)..i64::from(first) + i64::from(line.stats.rows);
    let mut next = range.start;
    for batch in reader {
        let batch = batch.map_err(arrow("read"))?;
        let column =
            batch.columns().first().and_then(|column| column.as_primitive_opt::<Int64Type>());
        let column = column.ok_or_else(|| damaged("it has no numbers".to_owned()))?;
        for number in column.values() {
            let is_next = match table {
                Table::Tickets => *number == next,
                _ => *number >= next && range.contains(number),
            };
            if !is_next {
                return Err(damaged(format!("number {number} where {next} was to be")));
            }
            next = if table == Table::Tickets { number + 1 } else { *number };
        }
    }
    if table == Table::Tickets && next != range.end {
        return Err(damaged(format!("it ends before number {next} of {}", range.end)));
    }
    Ok(())
}

/// What can still be said of the tickets of a damaged file.
fn affected(path: &Path, line: &Line, first: u32) -> Affected {
    let mut names = Vec::new();
    let mut readable = 0;
    // Whatever stops it, what was read before stands.
    let _ = guarded(path, || {
        let input = File::open(path).map_err(io("open", path))?;
        let builder = ParquetRecordBatchReaderBuilder::try_new(input)
            .map_err(parquet("read the footer of", path))?;
        let wanted = ["source", "ticket"].map(|name| builder.schema().index_of(name).ok());
        let mask = ProjectionMask::roots(builder.parquet_schema(), wanted.into_iter().flatten());
        for batch in builder.with_projection(mask).build().map_err(parquet("read", path))? {
            let batch = batch.map_err(arrow("read"))?;
            let [source, ticket] = batch.columns() else { break };
            let (source, ticket) = (source.as_string_opt::<i32>(), ticket.as_string_opt::<i32>());
            let (Some(source), Some(ticket)) = (source, ticket) else { break };
            let rows = (0..batch.num_rows()).take(NAMES_MAX.saturating_sub(names.len()));
            names.extend(rows.map(|row| format!("{}/{}", source.value(row), ticket.value(row))));
        }
        Ok(())
    });
    let _ = guarded(path, || {
        let input = File::open(path).map_err(io("open", path))?;
        let reader = ParquetRecordBatchReaderBuilder::try_new(input)
            .map_err(parquet("read the footer of", path))?
            .build()
            .map_err(parquet("read", path))?;
        for batch in reader {
            let batch = batch.map_err(arrow("read"))?;
            let tickets = Tickets::new(&batch, &path.display().to_string())?;
            for row in 0..batch.num_rows() {
                readable += u32::from(tickets.get(row).is_ok());
            }
        }
        Ok(())
    });
    let last = first + line.stats.rows.saturating_sub(1);
    Affected { first, last, readable, names }
}
