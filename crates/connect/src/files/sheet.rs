//! XLSX: one sheet of a spreadsheet, read whole.

use crate::files::row::{Header, Next, Row, Table};
use calamine::{Data, Range, Reader, Xlsx};
use std::fmt::Write;
use std::io::Cursor;

/// A sheet.
#[derive(Debug)]
pub(crate) struct Sheet {
    cells: Range<Data>,
    header: Header,
    name: String,
    next: usize,
}

impl Sheet {
    /// Opens the sheet of that name, else the first that has content.
    ///
    /// # Errors
    /// A sentence on why there is no such sheet, or why the file is no workbook.
    pub(crate) fn open(bytes: Vec<u8>, wanted: Option<&str>) -> Result<Self, String> {
        let mut book: Xlsx<_> =
            Xlsx::new(Cursor::new(bytes)).map_err(|error| format!("no workbook: {error}"))?;
        let names = book.sheet_names();
        if let Some(wanted) = wanted
            && !names.iter().any(|name| name == wanted)
        {
            return Err(format!("no sheet `{wanted}`; there are: {}", names.join(", ")));
        }
        for name in names.into_iter().filter(|name| wanted.is_none_or(|wanted| wanted == name)) {
            let cells = book
                .worksheet_range(&name)
                .map_err(|error| format!("sheet `{name}` can't be read: {error}"))?;
            if !cells.is_empty() || wanted.is_some() {
                return Ok(Self::of(cells, name));
            }
        }
        Err("the workbook has no sheet with content".to_owned())
    }

    fn of(cells: Range<Data>, name: String) -> Self {
        let mut sheet = Self { cells, header: Header::default(), name, next: 0 };
        let mut row = Row::default();
        loop {
            match sheet.next(&mut row) {
                Next::Row => break,
                Next::Blank | Next::Bad(_) => {}
                Next::End => return sheet,
            }
        }
        row.trim_to(0);
        sheet.header = Header::new((0..row.len()).map(|index| row.cell(index)));
        sheet
    }
}

impl Table for Sheet {
    fn header(&self) -> &Header {
        &self.header
    }

    fn sheet(&self) -> Option<&str> {
        Some(&self.name)
    }

    fn next(&mut self, row: &mut Row) -> Next {
        if self.next >= self.cells.height() {
            return Next::End;
        }
        let first = self.cells.start().map_or(0, |(row, _)| u64::from(row));
        row.clear(first + self.next as u64 + 1);
        for column in 0..self.cells.width() {
            let data = self.cells.get((self.next, column));
            row.push_with(|cell| write_cell(data.unwrap_or(&Data::Empty), cell));
        }
        self.next += 1;
        row.trim_to(self.header.names().len());
        if row.is_blank() { Next::Blank } else { Next::Row }
    }
}

fn write_cell(data: &Data, cell: &mut String) {
    let written = match data {
        Data::Empty => Ok(()),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => {
            cell.write_str(text)
        }
        Data::Int(number) => write!(cell, "{number}"),
        Data::Float(number) => write!(cell, "{number}"),
        Data::Bool(value) => write!(cell, "{value}"),
        Data::Error(error) => write!(cell, "{error}"),
        // A duration stays what the spreadsheet computes with: days.
        Data::DateTime(moment) if moment.is_duration() => write!(cell, "{}", moment.as_f64()),
        Data::DateTime(moment) => {
            let (year, month, day, hour, minute, second, milli) = moment.to_ymd_hms_milli();
            write!(
                cell,
                "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}"
            )
        }
    };
    debug_assert!(written.is_ok(), "writing to a string does not fail");
}
