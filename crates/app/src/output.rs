//! Prints what was found: for people, for programs, for spreadsheets, for analysis.

mod answer;
mod human;
mod metric;
mod report;
mod restatement;
mod sheet;
mod ticket;
mod tried;

pub(crate) use answer::{in_unit, page as answer_page};
pub(crate) use human::{count, duration, number, share, wrap};
pub(crate) use metric::{explained as metric_explained, list as metric_list};
pub(crate) use report::report;
pub(crate) use restatement::page as restatement_page;
pub(crate) use sheet::{Cell, Column, Sheet, table};
pub(crate) use ticket::{explained as ticket_explained, page as ticket_page};
pub(crate) use tried::tried;

use crate::cli::{Format, OutputArgs};
use crate::exit::{Exit, Failure, Outcome};
use arrow::array::RecordBatch;
use engine::export;
use std::io::{IsTerminal as _, Write};
use std::path::Path;

/// One answer in every shape it can be printed in.
pub(crate) struct Page {
    /// For programs: exactly what the API answers.
    pub(crate) json: String,
    /// For spreadsheets and analysis.
    pub(crate) batch: RecordBatch,
    /// For people.
    pub(crate) human: String,
}

impl OutputArgs {
    /// The format asked for, else the one the file's name says, else a table on a terminal and
    /// JSON everywhere else.
    pub(crate) fn chosen(&self) -> Format {
        self.format.or_else(|| self.output.as_deref().and_then(by_name)).unwrap_or_else(|| {
            if self.output.is_none() && std::io::stdout().is_terminal() {
                Format::Table
            } else {
                Format::Json
            }
        })
    }

    /// Prints `page` as asked.
    ///
    /// # Errors
    /// The file or standard output cannot be written.
    pub(crate) fn print(&self, page: &Page) -> Outcome<()> {
        let mut bytes = Vec::new();
        match self.chosen() {
            Format::Table => {
                bytes.extend_from_slice(page.human.trim_end().as_bytes());
                bytes.push(b'\n');
            }
            Format::Json => {
                bytes.extend_from_slice(page.json.as_bytes());
                bytes.push(b'\n');
            }
            Format::Csv => write_batch(&page.batch, export::Format::Csv, &mut bytes)?,
            Format::Parquet => write_batch(&page.batch, export::Format::Parquet, &mut bytes)?,
        }
        self.with_writer(|writer| Ok(writer.write_all(&bytes)?))
    }

    /// Hands `write` the place the output goes to; a file appears whole or not at all.
    ///
    /// # Errors
    /// The place cannot be written, or `write` fails.
    pub(crate) fn with_writer(
        &self,
        write: impl FnOnce(&mut (dyn Write + Send)) -> Outcome<()>,
    ) -> Outcome<()> {
        let Some(file) = &self.output else {
            let mut stdout = std::io::stdout();
            if self.chosen() == Format::Parquet && stdout.is_terminal() {
                return Err(Failure::words(Exit::Usage, "Parquet is not for a terminal")
                    .hint("add --output FILE.parquet, or choose --format table"));
            }
            write(&mut stdout)?;
            return Ok(stdout.flush()?);
        };
        let tried = |error: Failure| error.context(format!("writing {}", file.display()));
        let folder = match file.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let mut whole =
            tempfile::NamedTempFile::new_in(folder).map_err(|error| tried(error.into()))?;
        write(whole.as_file_mut()).map_err(tried)?;
        whole.persist(file).map_err(|error| tried(error.error.into()))?;
        Ok(())
    }
}

/// What programs read, in the order in which the API answers.
///
/// # Errors
/// It cannot be written as JSON, which is a defect.
pub(crate) fn json(value: &impl serde::Serialize) -> Outcome<String> {
    serde_json::to_string_pretty(value).map_err(|error| Failure::new(Exit::Internal, error))
}

fn write_batch(batch: &RecordBatch, format: export::Format, bytes: &mut Vec<u8>) -> Outcome<()> {
    let mut writer = export::TableWriter::new(format, &batch.schema(), bytes)?;
    writer.write(batch)?;
    writer.finish()?;
    Ok(())
}

fn by_name(file: &Path) -> Option<Format> {
    match file.extension()?.to_str()? {
        "json" => Some(Format::Json),
        "csv" => Some(Format::Csv),
        "parquet" => Some(Format::Parquet),
        "txt" => Some(Format::Table),
        _ => None,
    }
}
