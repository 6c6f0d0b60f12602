//! One row of any table, and the header it is read under.

use crate::quarantine::Reason;
use std::collections::HashMap;
use std::ops::Range;

/// A row: cells as text, in one buffer that is used again for the next row.
#[derive(Debug, Default)]
pub(crate) struct Row {
    text: String,
    ends: Vec<usize>,
    /// Where the row begins in its file.
    pub(crate) line: u64,
    /// What was odd about the row without making it useless.
    pub(crate) notes: Vec<&'static str>,
    /// The JSON object it was, where that is kept.
    pub(crate) object: Option<serde_json::Value>,
}

impl Row {
    pub(crate) fn clear(&mut self, line: u64) {
        self.text.clear();
        self.ends.clear();
        self.notes.clear();
        self.object = None;
        self.line = line;
    }

    pub(crate) fn push(&mut self, cell: &str) {
        self.text.push_str(cell);
        self.ends.push(self.text.len());
    }

    /// Appends a cell that is written piece by piece.
    pub(crate) fn push_with(&mut self, write: impl FnOnce(&mut String)) {
        write(&mut self.text);
        self.ends.push(self.text.len());
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    fn range(&self, index: usize) -> Option<Range<usize>> {
        let end = *self.ends.get(index)?;
        Some(if index == 0 { 0 } else { self.ends[index - 1] }..end)
    }

    /// The cell, without surrounding white space; empty where the row is too short.
    pub(crate) fn cell(&self, index: usize) -> &str {
        self.range(index).map_or("", |range| self.text[range].trim())
    }

    /// Whether every cell is empty.
    pub(crate) fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }

    /// Drops empty cells beyond `len`.
    pub(crate) fn trim_to(&mut self, len: usize) {
        while self.ends.len() > len && self.cell(self.ends.len() - 1).is_empty() {
            self.ends.pop();
            self.text.truncate(self.ends.last().copied().unwrap_or(0));
        }
    }

    /// The row as JSON text: as it was, or as an object of column and cell.
    pub(crate) fn json(&self, header: &Header) -> String {
        self.object.as_ref().map_or_else(|| self.cells(header).to_string(), ToString::to_string)
    }

    /// The row as a JSON value.
    pub(crate) fn value(&self, header: &Header) -> serde_json::Value {
        self.object.clone().unwrap_or_else(|| self.cells(header))
    }

    fn cells(&self, header: &Header) -> serde_json::Value {
        let cells: serde_json::Map<String, serde_json::Value> = header
            .names
            .iter()
            .enumerate()
            .filter_map(|(index, name)| {
                let range = self.range(index)?;
                Some((name.clone(), self.text[range].into()))
            })
            .collect();
        serde_json::Value::Object(cells)
    }
}

/// The columns of a table. JSON and XES may add more on the way.
#[derive(Clone, Debug, Default)]
pub(crate) struct Header {
    names: Vec<String>,
    positions: HashMap<String, usize>,
}

impl Header {
    /// A header of these names: a name used twice becomes `name_2`, an empty one `column_3`.
    pub(crate) fn new<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut header = Self::default();
        for (index, name) in names.into_iter().enumerate() {
            let name = name.trim();
            let name =
                if name.is_empty() { format!("column_{}", index + 1) } else { name.to_owned() };
            let mut unique = name.clone();
            let mut count = 1;
            while header.positions.contains_key(&unique) {
                count += 1;
                unique = format!("{name}_{count}");
            }
            header.add(unique);
        }
        header
    }

    fn add(&mut self, name: String) -> usize {
        let position = self.names.len();
        self.positions.insert(name.clone(), position);
        self.names.push(name);
        position
    }

    /// The place of `name`, which is appended if it is new.
    pub(crate) fn place_of(&mut self, name: &str) -> usize {
        match self.positions.get(name) {
            Some(position) => *position,
            None => self.add(name.to_owned()),
        }
    }

    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        self.positions.get(name).copied()
    }

    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }
}

/// A row that could not be read.
#[derive(Debug)]
pub(crate) struct BadRow {
    pub(crate) line: u64,
    pub(crate) reason: Reason,
    pub(crate) raw: String,
    /// Whether nothing more can be read after it.
    pub(crate) fatal: bool,
}

impl BadRow {
    pub(crate) fn new(line: u64, reason: Reason, raw: String) -> Self {
        Self { line, reason, raw, fatal: false }
    }

    pub(crate) fn fatal(line: u64, reason: Reason) -> Self {
        Self { line, reason, raw: String::new(), fatal: true }
    }
}

/// What a table gives next.
#[derive(Debug)]
pub(crate) enum Next {
    /// The row was filled.
    Row,
    /// A row without content.
    Blank,
    /// Something that is no row.
    Bad(BadRow),
    /// The end.
    End,
}

/// A table read row by row.
pub(crate) trait Table: Send {
    /// The columns known so far.
    fn header(&self) -> &Header;

    /// Fills `row` with the next row.
    fn next(&mut self, row: &mut Row) -> Next;

    /// Whether columns may be added on the way.
    fn is_open(&self) -> bool {
        false
    }

    /// The sheet rows come from.
    fn sheet(&self) -> Option<&str> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_one_name_are_numbered() {
        let header = Header::new(["a", "b", "a", "", "a_2"]);
        assert_eq!(header.names(), ["a", "b", "a_2", "column_4", "a_2_2"]);
    }

    #[test]
    fn empty_cells_beyond_the_header_are_dropped() {
        let mut row = Row::default();
        for cell in ["x", "y", " ", ""] {
            row.push(cell);
        }
        row.trim_to(2);
        assert_eq!((row.len(), row.cell(1), row.cell(7)), (2, "y", ""));
    }
}
