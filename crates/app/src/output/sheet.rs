//! Rows and typed columns: what a spreadsheet or a data frame reads.

use crate::exit::{Exit, Failure, Outcome};
use arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use std::sync::Arc;

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell {
    /// Nothing.
    Empty,
    /// Words, ids, instants.
    Text(String),
    /// A count.
    Whole(i64),
    /// Seconds, fractions, scores.
    Number(f64),
}

impl<T: Into<String>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Empty, |value| Self::Text(value.into()))
    }
}

impl From<&str> for Cell {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Column {
    /// [`Cell::Text`].
    Text,
    /// [`Cell::Whole`].
    Whole,
    /// [`Cell::Number`].
    Number,
}

/// A table of values.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sheet {
    /// Names and kinds, in order.
    pub(crate) columns: Vec<(String, Column)>,
    /// Rows; each as wide as `columns`.
    pub(crate) rows: Vec<Vec<Cell>>,
}

impl Sheet {
    /// An empty sheet with these columns.
    pub(crate) fn new(columns: &[(&str, Column)]) -> Self {
        let columns = columns.iter().map(|(name, kind)| ((*name).to_owned(), *kind)).collect();
        Self { columns, rows: Vec::new() }
    }

    /// The sheet as typed columns.
    ///
    /// # Errors
    /// Two columns have one name, which is a defect.
    pub(crate) fn batch(&self) -> Outcome<RecordBatch> {
        let columns = self
            .columns
            .iter()
            .enumerate()
            .map(|(index, (name, kind))| (name.clone(), self.array(index, *kind), true));
        RecordBatch::try_from_iter_with_nullable(columns)
            .map_err(|error| Failure::new(Exit::Internal, error))
    }

    fn array(&self, index: usize, kind: Column) -> ArrayRef {
        let cells = self.rows.iter().map(|row| row.get(index).unwrap_or(&Cell::Empty));
        match kind {
            Column::Text => Arc::new(StringArray::from_iter(cells.map(|cell| match cell {
                Cell::Text(text) => Some(text.as_str()),
                _ => None,
            }))),
            Column::Whole => Arc::new(Int64Array::from_iter(cells.map(|cell| match cell {
                Cell::Whole(whole) => Some(*whole),
                _ => None,
            }))),
            Column::Number => {
                #[expect(clippy::cast_precision_loss, reason = "counts shown beside fractions")]
                let numbers = cells.map(|cell| match cell {
                    Cell::Number(number) => Some(*number),
                    Cell::Whole(whole) => Some(*whole as f64),
                    _ => None,
                });
                Arc::new(Float64Array::from_iter(numbers))
            }
        }
    }
}

/// A table for people: a header, thin lines, and numbers to the right where `right` says so.
pub(crate) fn table(header: &[String], right: &[bool], rows: &[Vec<String>]) -> String {
    let mut table = comfy_table::Table::new();
    table
        .load_style(comfy_table::presets::UTF8_BORDERS_ONLY)
        .set_content_arrangement(comfy_table::ContentArrangement::Dynamic)
        .set_header(header.to_vec());
    for row in rows {
        table.add_row(row.clone());
    }
    for (column, right) in table.column_iter_mut().zip(right) {
        if *right {
            column.set_cell_alignment(comfy_table::CellAlignment::Right);
        }
    }
    table.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet() -> Sheet {
        let mut sheet = Sheet::new(&[
            ("channel", Column::Text),
            ("value", Column::Number),
            ("n", Column::Whole),
        ]);
        sheet.rows.push(vec!["e-mail, \"web\"".into(), Cell::Number(900.0), Cell::Whole(3)]);
        sheet.rows.push(vec![Cell::Empty, Cell::Empty, Cell::Whole(0)]);
        sheet
    }

    #[test]
    fn every_cell_lands_in_its_typed_column() {
        let batch = sheet().batch().unwrap();
        let shown = arrow::util::pretty::pretty_format_batches(&[batch]).unwrap().to_string();
        assert!(shown.contains("| e-mail, \"web\" | 900.0 | 3 |"), "{shown}");
        assert!(shown.contains("|               |       | 0 |"), "{shown}");
    }
}
