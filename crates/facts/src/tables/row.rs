//! Rows of a table, written column by column in the schema's order.

use crate::schema::{ColumnKind, Table};
use arrow::array::{
    ArrayBuilder, ArrayRef, BooleanBuilder, Float64Builder, Int64Builder, ListArray, ListBuilder,
    MapBuilder, StringBuilder, TimestampMicrosecondBuilder,
};
use arrow::datatypes::{DataType, Field, Schema};
use arrow::record_batch::{RecordBatch, RecordBatchOptions};
use event::Instant;
use std::sync::Arc;

/// The growing columns of one table.
#[derive(Debug)]
pub(super) struct Rows {
    table: Table,
    cells: Vec<Cell>,
    len: usize,
}

/// One growing column.
#[derive(Debug)]
enum Cell {
    Int(Int64Builder),
    Time(TimestampMicrosecondBuilder),
    Float(Float64Builder),
    Text(StringBuilder),
    Flag(BooleanBuilder),
    List(Box<ListBuilder<StringBuilder>>),
    Map(Box<MapBuilder<StringBuilder, StringBuilder>>),
    /// Built elsewhere.
    Timeline,
}

impl Cell {
    fn new(kind: ColumnKind) -> Self {
        match kind {
            ColumnKind::Count | ColumnKind::Duration => Self::Int(Int64Builder::new()),
            ColumnKind::Time => Self::Time(TimestampMicrosecondBuilder::new()),
            ColumnKind::Float => Self::Float(Float64Builder::new()),
            ColumnKind::Text => Self::Text(StringBuilder::new()),
            ColumnKind::Flag => Self::Flag(BooleanBuilder::new()),
            ColumnKind::TextList => {
                let item = Field::new("item", DataType::Utf8, false);
                Self::List(Box::new(ListBuilder::new(StringBuilder::new()).with_field(item)))
            }
            ColumnKind::TextMap => {
                let map = MapBuilder::new(None, StringBuilder::new(), StringBuilder::new());
                Self::Map(Box::new(map))
            }
            ColumnKind::Timeline => Self::Timeline,
        }
    }

    /// The column so far; the next batch finds room for as much again.
    fn finish(&mut self) -> Option<ArrayRef> {
        Some(match self {
            Self::Int(cell) => {
                let next = Int64Builder::with_capacity(cell.len());
                Arc::new(std::mem::replace(cell, next).finish())
            }
            Self::Time(cell) => {
                let next = TimestampMicrosecondBuilder::with_capacity(cell.len());
                Arc::new(std::mem::replace(cell, next).finish())
            }
            Self::Text(cell) => {
                let next = StringBuilder::with_capacity(cell.len(), cell.values_slice().len());
                Arc::new(std::mem::replace(cell, next).finish())
            }
            Self::Float(cell) => Arc::new(cell.finish()),
            Self::Flag(cell) => Arc::new(cell.finish()),
            Self::List(cell) => Arc::new(cell.finish()),
            Self::Map(cell) => Arc::new(cell.finish()),
            Self::Timeline => return None,
        })
    }
}

impl Rows {
    pub(super) fn new(table: Table) -> Self {
        let cells = table.columns().iter().map(|column| Cell::new(column.kind)).collect();
        Self { table, cells, len: 0 }
    }

    /// Starts a row.
    pub(super) fn row(&mut self) -> Writer<'_> {
        self.len += 1;
        Writer { table: self.table, cells: self.cells.iter_mut(), at: 0 }
    }

    /// The rows so far as a batch, without the timeline where there is none; nothing is left.
    pub(super) fn finish(&mut self, timelines: Option<ListArray>) -> RecordBatch {
        let timelines = timelines.map(|list| Arc::new(list) as ArrayRef);
        let columns: Vec<ArrayRef> =
            self.cells.iter_mut().filter_map(|cell| cell.finish().or(timelines.clone())).collect();
        let options = RecordBatchOptions::new().with_row_count(Some(self.len));
        self.len = 0;
        let mut schema = self.table.schema();
        if columns.len() < schema.fields().len() {
            schema = Arc::new(Schema::new(&schema.fields()[..columns.len()]));
        }
        RecordBatch::try_new_with_options(schema, columns, &options)
            .expect("every row writes each column of the schema once, which `Writer` asserts")
    }
}

/// Writes one row: each call fills the next column, whose name debug builds check.
///
/// A ticket writes some four hundred cells, so what writes one is inlined.
#[derive(Debug)]
pub(super) struct Writer<'a> {
    table: Table,
    cells: std::slice::IterMut<'a, Cell>,
    at: usize,
}

impl Writer<'_> {
    #[inline]
    fn expect(&self, name: &str) {
        debug_assert_eq!(
            self.table.columns().get(self.at).map(|column| column.name.as_ref()),
            Some(name),
            "{} is written out of the schema's order",
            self.table,
        );
    }

    #[inline]
    pub(super) fn int(&mut self, name: &str, value: i64) {
        self.expect(name);
        self.next_micros(Some(value));
    }

    #[inline]
    pub(super) fn micros(&mut self, name: &str, value: Option<i64>) {
        self.expect(name);
        self.next_micros(value);
    }

    #[inline]
    pub(super) fn time(&mut self, name: &str, value: Option<Instant>) {
        self.expect(name);
        self.at += 1;
        if let Some(Cell::Time(cell)) = self.cells.next() {
            cell.append_option(value.map(Instant::micros));
        }
    }

    #[inline]
    pub(super) fn float(&mut self, name: &str, value: Option<f64>) {
        self.expect(name);
        self.at += 1;
        if let Some(Cell::Float(cell)) = self.cells.next() {
            cell.append_option(value);
        }
    }

    #[inline]
    pub(super) fn flag(&mut self, name: &str, value: bool) {
        self.expect(name);
        self.at += 1;
        if let Some(Cell::Flag(cell)) = self.cells.next() {
            cell.append_value(value);
        }
    }

    #[inline]
    pub(super) fn str(&mut self, name: &str, value: &str) {
        self.text(name, Some(value));
    }

    #[inline]
    pub(super) fn text(&mut self, name: &str, value: Option<&str>) {
        self.expect(name);
        self.next_text(value);
    }

    pub(super) fn list<'t>(&mut self, name: &str, values: impl Iterator<Item = &'t str>) {
        self.expect(name);
        self.at += 1;
        if let Some(Cell::List(cell)) = self.cells.next() {
            let mut any = false;
            for value in values {
                cell.values().append_value(value);
                any = true;
            }
            cell.append(any);
        }
    }

    pub(super) fn map<'t>(&mut self, name: &str, values: impl Iterator<Item = (&'t str, &'t str)>) {
        self.expect(name);
        self.at += 1;
        if let Some(Cell::Map(cell)) = self.cells.next() {
            let mut any = false;
            for (key, value) in values {
                cell.keys().append_value(key);
                cell.values().append_value(value);
                any = true;
            }
            // Keys and values were appended in pairs, which is all that `append` checks.
            let appended = cell.append(any);
            debug_assert!(appended.is_ok(), "keys and values of `{name}` differ in number");
        }
    }

    /// Fills the next column, a number.
    #[inline]
    pub(super) fn next_micros(&mut self, value: Option<i64>) {
        self.at += 1;
        if let Some(Cell::Int(cell)) = self.cells.next() {
            cell.append_option(value);
        }
    }

    /// Fills the next column, a text.
    #[inline]
    pub(super) fn next_text(&mut self, value: Option<&str>) {
        self.at += 1;
        if let Some(Cell::Text(cell)) = self.cells.next() {
            cell.append_option(value);
        }
    }

    /// Ends the row where every column was written.
    pub(super) fn end(self) {
        debug_assert_eq!(self.at, self.table.columns().len(), "{} row too short", self.table);
    }

    /// Ends the row where every column but the last, of that name, was written.
    pub(super) fn end_before(self, name: &str) {
        self.expect(name);
        debug_assert_eq!(self.at + 1, self.table.columns().len(), "{} row too short", self.table);
    }
}
