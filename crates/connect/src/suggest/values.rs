//! The values of one column over a whole file, counted.

use crate::error::Error;
use crate::files::row::{Next, Row};
use crate::files::{self, FileSpec};
use crate::limits::{VALUES_BYTES_MAX, VALUES_COUNTED_MAX};
use rustc_hash::FxHashMap;
use serde::Serialize;
use std::path::Path;

/// The values of a column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = ColumnValues)]
pub struct Values {
    /// The most frequent first; empty cells are not counted.
    pub values: Vec<Value>,
    /// Whether these are all.
    pub complete: bool,
}

/// A value, and how many rows have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = ColumnValue)]
pub struct Value {
    /// As it stands in the file, without surrounding white space.
    pub value: String,
    /// Rows that have it.
    pub rows: u64,
}

/// Reads a whole file and counts the values of one column, `most` of which are returned; `None`
/// where there is no such column. Values beyond [`VALUES_COUNTED_MAX`] different ones are not
/// counted, and the answer is not complete then.
///
/// # Errors
/// Where the file can't be opened, or is not what its first bytes say.
pub fn column_values(path: &Path, column: &str, most: usize) -> Result<Option<Values>, Error> {
    let spec = FileSpec::default();
    let mut open = files::open(path, &spec)?.into_table(path, &spec)?;
    let mut counts: FxHashMap<String, u64> = FxHashMap::default();
    let (mut bytes, mut complete) = (0, true);
    let mut row = Row::default();
    let mut place = None;
    loop {
        match open.table.next(&mut row) {
            Next::Row => {}
            Next::Bad(bad) if bad.fatal => break,
            Next::Blank | Next::Bad(_) => continue,
            Next::End => break,
        }
        // JSON brings columns on the way.
        place = place.or_else(|| open.table.header().position(column));
        let cell = place.map_or("", |place| row.cell(place));
        if cell.is_empty() {
            continue;
        }
        if let Some(count) = counts.get_mut(cell) {
            *count += 1;
        } else if counts.len() < VALUES_COUNTED_MAX && bytes + cell.len() <= VALUES_BYTES_MAX {
            bytes += cell.len();
            counts.insert(cell.to_owned(), 1);
        } else {
            complete = false;
        }
    }
    if place.or_else(|| open.table.header().position(column)).is_none() {
        return Ok(None);
    }
    let mut values: Vec<Value> =
        counts.into_iter().map(|(value, rows)| Value { value, rows }).collect();
    values.sort_by(|a, b| b.rows.cmp(&a.rows).then_with(|| a.value.cmp(&b.value)));
    complete &= values.len() <= most;
    values.truncate(most);
    Ok(Some(Values { values, complete }))
}
