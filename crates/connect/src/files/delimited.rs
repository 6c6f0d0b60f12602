//! Delimited text: CSV, TSV and their relatives.

use crate::files::records::{Records, Split, Step};
use crate::files::row::{BadRow, Header, Next, Row, Table};
use crate::files::source::honest_text;
use crate::limits::{COLUMNS_MAX, RECORD_BYTES_MAX};
use crate::quarantine::{Reason, excerpt, raw_text};
use std::io::Read;

/// Delimiters that are tried, likeliest first.
const DELIMITERS: [u8; 5] = [b',', b';', b'\t', b'|', b'\x1f'];

/// What is done with a row that has fewer cells than the header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Ragged {
    /// It is quarantined, for nobody knows which cells are missing.
    #[default]
    Quarantine,
    /// The missing cells are at the end, and empty.
    Pad,
}

/// What a mapping states about a delimited file, and what is found out otherwise.
#[derive(Clone, Debug, Default)]
pub(crate) struct Dialect {
    pub(crate) delimiter: Option<u8>,
    /// Column names of a file that has none of its own.
    pub(crate) columns: Option<Vec<String>>,
    pub(crate) ragged: Ragged,
    /// Lines before the header.
    pub(crate) skip: u64,
}

/// A delimited file.
pub(crate) struct Delimited {
    records: Records<Box<dyn Read + Send>>,
    header: Header,
    delimiter: u8,
    ragged: Ragged,
}

impl std::fmt::Debug for Delimited {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Delimited").field("header", &self.header).finish_non_exhaustive()
    }
}

impl Delimited {
    /// Starts reading; `sample` is the beginning of the stream in UTF-8.
    pub(crate) fn new(reader: Box<dyn Read + Send>, sample: &[u8], dialect: &Dialect) -> Self {
        let stated = stated_delimiter(sample);
        let delimiter = dialect.delimiter.or(stated).unwrap_or_else(|| sniff(sample));
        let line_end =
            if !sample.contains(&b'\n') && sample.contains(&b'\r') { b'\r' } else { b'\n' };
        let records = Records::new(reader, Split::Quoted { delimiter, line_end });
        let mut table =
            Self { records, header: Header::default(), delimiter, ragged: dialect.ragged };
        for _ in 0..dialect.skip + u64::from(stated.is_some()) {
            table.records.step();
        }
        table.header = match &dialect.columns {
            Some(columns) => Header::new(columns.iter().map(String::as_str)),
            None => table.read_header(),
        };
        table
    }

    /// The delimiter stated or found.
    pub(crate) fn delimiter(&self) -> u8 {
        self.delimiter
    }

    fn read_header(&mut self) -> Header {
        let mut row = Row::default();
        loop {
            match self.records.step() {
                Step::Record { line, range, .. } => {
                    row.clear(line);
                    let (text, _) = honest_text(self.records.bytes(range));
                    split_cells(&text.replace('\0', ""), self.delimiter, &mut row);
                    if !row.is_blank() {
                        let count = row.len().min(COLUMNS_MAX);
                        return Header::new((0..count).map(|index| row.cell(index)));
                    }
                }
                Step::Oversize { .. } | Step::Unclosed { .. } => {}
                Step::Broken { .. } | Step::End => return Header::default(),
            }
        }
    }

    fn judge(&self, row: &mut Row, bytes: &[u8], cut: bool) -> Next {
        let expected = self.header.names().len();
        row.trim_to(expected);
        let found = row.len();
        if row.is_blank() {
            return Next::Blank;
        }
        if found == expected || (found < expected && self.ragged == Ragged::Pad && !cut) {
            return Next::Row;
        }
        let reason = if cut && found < expected {
            Reason::new(
                "cut_off",
                format!("the file ends inside this row: {found} of {expected} cells"),
            )
            .hint("export the file again, or fetch it again, and import it whole")
        } else {
            Reason::new("ragged_row", format!("{found} cells under {expected} columns")).hint(
                "a delimiter inside a cell needs quotes; `ragged: pad` in the mapping takes \
                 missing cells at the end as empty",
            )
        };
        Next::Bad(BadRow::new(row.line, reason, raw_text(bytes)))
    }
}

impl Table for Delimited {
    fn header(&self) -> &Header {
        &self.header
    }

    fn next(&mut self, row: &mut Row) -> Next {
        match self.records.step() {
            Step::Record { line, range, cut } => {
                row.clear(line);
                let bytes = self.records.bytes(range);
                if bytes.trim_ascii().is_empty() {
                    return Next::Blank;
                }
                if bytes.contains(&0) {
                    let reason = Reason::new("nul_bytes", "the row holds NUL bytes")
                        .hint("the file was damaged in storage or transfer: fetch it again");
                    return Next::Bad(BadRow::new(line, reason, excerpt(bytes)));
                }
                let (text, lied) = honest_text(bytes);
                split_cells(&text, self.delimiter, row);
                if lied {
                    row.notes.push("encoding_lies");
                }
                self.judge(row, bytes, cut)
            }
            other => unusable(other, |range| raw_text(self.records.bytes(range))),
        }
    }
}

/// The answer to a step that is no record.
pub(crate) fn unusable(step: Step, text: impl FnOnce(std::ops::Range<usize>) -> String) -> Next {
    match step {
        Step::Oversize { line, excerpt: beginning, bytes } => {
            let message = format!("{bytes} bytes in one line; the limit is {RECORD_BYTES_MAX}");
            let reason = Reason::new("line_too_long", message)
                .hint("its beginning is kept here; the rest was skipped, the next line was read");
            Next::Bad(BadRow::new(line, reason, excerpt(&beginning)))
        }
        Step::Unclosed { line, range } => {
            let reason = Reason::new("unclosed", "a quote or bracket opens here and never closes")
                .hint("close it, or double it if it belongs to the text; reading went on below");
            Next::Bad(BadRow::new(line, reason, text(range)))
        }
        Step::Broken { line, error } => {
            let reason = Reason::new("cut_off", format!("the file can't be read further: {error}"))
                .hint("what came before was read; fetch the file again and import it whole");
            Next::Bad(BadRow::fatal(line, reason))
        }
        Step::Record { .. } | Step::End => Next::End,
    }
}

/// `sep=;` in the first line, as Excel writes and reads it.
fn stated_delimiter(sample: &[u8]) -> Option<u8> {
    let line = sample.split(|byte| *byte == b'\n').next()?.trim_ascii_end();
    match line {
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', delimiter] => Some(*delimiter),
        _ => None,
    }
}

/// The delimiter under which the first records have the same number of cells, the more the better.
fn sniff(sample: &[u8]) -> u8 {
    let score = |delimiter: u8| {
        let mut records = Records::new(sample, Split::Quoted { delimiter, line_end: b'\n' });
        let mut counts = Vec::new();
        while let Step::Record { line, range, .. } = records.step() {
            let mut row = Row::default();
            row.clear(line);
            split_cells(&String::from_utf8_lossy(records.bytes(range)), delimiter, &mut row);
            if !row.is_blank() {
                counts.push(row.len());
            }
            if counts.len() == 32 {
                break;
            }
        }
        let first = counts.first().copied().unwrap_or(0);
        let like_first = counts.iter().filter(|count| **count == first).count();
        // Fewer than two columns decide nothing; agreement counts before width.
        if first < 2 { (0, 0) } else { (like_first * 100 / counts.len(), first) }
    };
    let mut best = (DELIMITERS[0], (0, 0));
    for delimiter in DELIMITERS {
        let score = score(delimiter);
        if score > best.1 {
            best = (delimiter, score);
        }
    }
    best.0
}

/// Splits a record into cells; quotes open where a cell begins, and are doubled inside.
pub(crate) fn split_cells(text: &str, delimiter: u8, row: &mut Row) {
    let text = text.strip_suffix('\n').unwrap_or(text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    if !text.contains('"') {
        for cell in text.split(delimiter as char) {
            row.push(cell);
        }
        return;
    }
    let mut rest = text;
    loop {
        rest = match rest.strip_prefix('"') {
            Some(quoted) => push_quoted(quoted, delimiter, row),
            None => {
                let end = rest.find(delimiter as char).unwrap_or(rest.len());
                row.push(&rest[..end]);
                &rest[end..]
            }
        };
        match rest.strip_prefix(delimiter as char) {
            Some(next) => rest = next,
            None => return,
        }
    }
}

/// Pushes the quoted cell that `text` begins with, and returns what follows it.
fn push_quoted<'a>(text: &'a str, delimiter: u8, row: &mut Row) -> &'a str {
    let mut rest = text;
    row.push_with(|cell| {
        loop {
            let Some(end) = rest.find('"') else {
                cell.push_str(rest);
                rest = "";
                return;
            };
            cell.push_str(&rest[..end]);
            rest = &rest[end + 1..];
            match rest.strip_prefix('"') {
                Some(after) => {
                    cell.push('"');
                    rest = after;
                }
                None => break,
            }
        }
        // Text after the closing quote belongs to the cell as it stands.
        let end = rest.find(delimiter as char).unwrap_or(rest.len());
        cell.push_str(&rest[..end]);
        rest = &rest[end..];
    });
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &'static str, dialect: &Dialect) -> Vec<String> {
        let mut table = Delimited::new(Box::new(text.as_bytes()), text.as_bytes(), dialect);
        let mut seen = vec![table.header().names().join("|")];
        let mut row = Row::default();
        loop {
            match table.next(&mut row) {
                Next::Row => {
                    let cells: Vec<&str> = (0..row.len()).map(|index| row.cell(index)).collect();
                    seen.push(format!("{} {}", row.line, cells.join("|")));
                }
                Next::Blank => seen.push("blank".to_owned()),
                Next::Bad(bad) => seen.push(format!("{} {}", bad.line, bad.reason.code)),
                Next::End => return seen,
            }
        }
    }

    #[test]
    fn a_delimiter_is_found_and_odd_rows_are_named() {
        let text = "a;b;c\r\n1;\"x;\"\"y\"\"\";3\r\n\r\n;;\n4;5\n6;7;8;9\n6;7;8;\n1,2;3;4\nend;";
        assert_eq!(
            read(text, &Dialect::default()),
            [
                "a|b|c",
                "2 1|x;\"y\"|3",
                "blank",
                "blank",
                "5 ragged_row",
                "6 ragged_row",
                "7 6|7|8",
                "8 1,2|3|4",
                "9 cut_off"
            ]
        );
    }

    #[test]
    fn a_stated_delimiter_line_is_no_header() {
        assert_eq!(read("sep=|\na|b\n1|2\n", &Dialect::default()), ["a|b", "3 1|2"]);
    }

    #[test]
    fn short_rows_are_padded_when_the_mapping_says_so() {
        let dialect = Dialect { ragged: Ragged::Pad, ..Dialect::default() };
        assert_eq!(read("a,b\n1\n", &dialect), ["a|b", "2 1"]);
    }

    #[test]
    fn a_file_without_header_takes_the_names_given() {
        let dialect =
            Dialect { columns: Some(vec!["x".to_owned(), "y".to_owned()]), ..Dialect::default() };
        assert_eq!(read("1,2\n3,4\n", &dialect), ["x|y", "1 1|2", "2 3|4"]);
    }
}
