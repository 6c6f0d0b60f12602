//! Parquet: record batches, cell by cell as text.

use crate::files::row::{BadRow, Header, Next, Row, Table};
use crate::quarantine::Reason;
use arrow::array::RecordBatch;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use parquet::file::reader::ChunkReader;
use std::fmt::Write;

/// A Parquet file.
pub(crate) struct Columnar {
    batches: ParquetRecordBatchReader,
    header: Header,
    batch: Option<RecordBatch>,
    /// The next row of the batch.
    at: usize,
    /// Rows given so far.
    line: u64,
}

impl std::fmt::Debug for Columnar {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Columnar").field("header", &self.header).finish_non_exhaustive()
    }
}

impl Columnar {
    /// Opens a file, or its bytes.
    ///
    /// # Errors
    /// A sentence on why it can't be read.
    pub(crate) fn open(file: impl ChunkReader + 'static) -> Result<Self, String> {
        let builder = ParquetRecordBatchReaderBuilder::try_new(file)
            .map_err(|error| format!("no readable Parquet: {error}"))?;
        let header =
            Header::new(builder.schema().fields().iter().map(|field| field.name().as_str()));
        let batches = builder.build().map_err(|error| format!("no readable Parquet: {error}"))?;
        Ok(Self { batches, header, batch: None, at: 0, line: 0 })
    }

    fn fill(&mut self, row: &mut Row) -> Option<Result<(), String>> {
        while self.batch.as_ref().is_none_or(|batch| self.at >= batch.num_rows()) {
            match self.batches.next()? {
                Ok(batch) => (self.batch, self.at) = (Some(batch), 0),
                Err(error) => return Some(Err(error.to_string())),
            }
        }
        let batch = self.batch.as_ref()?;
        self.line += 1;
        row.clear(self.line);
        let options = FormatOptions::default();
        for column in batch.columns() {
            let formatter = match ArrayFormatter::try_new(column.as_ref(), &options) {
                Ok(formatter) => formatter,
                Err(error) => return Some(Err(error.to_string())),
            };
            let mut failed = false;
            row.push_with(|cell| failed = write!(cell, "{}", formatter.value(self.at)).is_err());
            if failed {
                return Some(Err("a cell has no text form".to_owned()));
            }
        }
        self.at += 1;
        Some(Ok(()))
    }
}

impl Table for Columnar {
    fn header(&self) -> &Header {
        &self.header
    }

    fn next(&mut self, row: &mut Row) -> Next {
        match self.fill(row) {
            None => Next::End,
            Some(Ok(())) if row.is_blank() => Next::Blank,
            Some(Ok(())) => Next::Row,
            Some(Err(error)) => {
                let reason =
                    Reason::new("cut_off", format!("the file can't be read further: {error}"))
                        .hint(
                            "what came before was read; fetch the file again and import it whole",
                        );
                Next::Bad(BadRow::fatal(self.line + 1, reason))
            }
        }
    }
}
