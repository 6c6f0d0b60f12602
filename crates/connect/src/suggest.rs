//! What is in a file, as far as its beginning tells, and a first draft of a mapping for it.

mod draft;
mod guess;
mod names;
mod values;
mod words;

pub use guess::Guess;
pub use values::{Value, Values, column_values};

use crate::error::Error;
use crate::files::row::{Next, Row};
use crate::files::{self, Detected, FileSpec, OpenTable};
use crate::import::file_name;
use crate::limits::{PREVIEW_CELL_CHARS, PREVIEW_ROWS, PREVIEW_SAMPLES, SUGGEST_ROWS};
use crate::mapping::time::{Format, Reading, TimesSeen};
use serde::Serialize;
use std::collections::HashSet;
use std::path::Path;

/// Forms of dates that are tried; where day and month could be swapped, both fit and it is said.
const FORMS: [&str; 21] = [
    "iso",
    "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%m/%d/%Y %H:%M",
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y %I:%M %p",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d-%m-%Y %H:%M:%S",
    "%m-%d-%Y %H:%M:%S",
    "%d-%m-%Y %H:%M",
    "%m-%d-%Y %H:%M",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d.%m.%Y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%d %b %Y %H:%M",
    "%b %d, %Y %I:%M %p",
    "%b %d, %Y",
];

/// A column of times may have one value in so many that is none.
const BROKEN_ONE_IN: usize = 10;

/// What is in a file.
#[derive(Clone, Debug, Serialize)]
pub struct Overview {
    /// What was found out about the file as a whole.
    pub detected: Detected,
    /// Its columns; those that only later rows have are absent.
    pub columns: Vec<Column>,
    /// The first rows, long cells cut off.
    pub rows: Vec<Vec<String>>,
    /// A mapping to begin with; absent for canonical events, which need none.
    pub mapping: Option<String>,
}

/// One column, as far as the rows looked at tell.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// A few different values, in the order of the file, long ones cut off.
    pub samples: Vec<String>,
    /// Different values.
    pub distinct: usize,
    /// Rows in which it is empty.
    pub empty: usize,
    /// Forms of dates that its values have, as `dates` of a mapping takes them.
    #[schema(value_type = Vec<String>)]
    pub forms: Vec<&'static str>,
    /// What it seems to hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guess: Option<Guess>,
    /// Every value that is not empty, in the order of the file.
    #[serde(skip)]
    pub(crate) values: Vec<String>,
}

impl Column {
    fn new(name: &str, at: usize, rows: &[Vec<String>]) -> Self {
        let cells = rows.iter().filter_map(|row| row.get(at)).filter(|cell| !cell.is_empty());
        let values: Vec<String> = cells.cloned().collect();
        let mut known = HashSet::new();
        let fresh: Vec<&String> = values.iter().filter(|value| known.insert(*value)).collect();
        Self {
            name: name.to_owned(),
            samples: fresh.iter().take(PREVIEW_SAMPLES).map(|value| shortened(value)).collect(),
            distinct: fresh.len(),
            empty: rows.len() - values.len(),
            forms: forms(&fresh),
            guess: None,
            values,
        }
    }

    /// The different values, sorted.
    fn different(&self) -> Vec<&str> {
        let mut values: Vec<&str> = self.values.iter().map(String::as_str).collect();
        values.sort_unstable();
        values.dedup();
        values
    }

    /// Whether no value stands in two rows.
    fn is_unique(&self) -> bool {
        !self.values.is_empty() && self.distinct == self.values.len()
    }
}

/// Looks at a file: what it is, its columns, what they seem to hold, and a mapping to begin with.
///
/// # Errors
/// Where the file can't be opened, or is not what its first bytes say.
pub fn overview(path: &Path) -> Result<Overview, Error> {
    let spec = FileSpec::default();
    let open = files::open(path, &spec)?;
    let canonical = open.format.is_canonical();
    let mut open = open.into_table(path, &spec)?;
    let rows = first_rows(&mut open);
    let names = open.table.header().names();
    let mut columns: Vec<Column> =
        names.iter().enumerate().map(|(at, name)| Column::new(name, at, &rows)).collect();
    if !canonical {
        guess::fill(&mut columns);
    }
    let mapping = (!canonical).then(|| draft::draft(&file_name(path), &columns));
    let rows = rows.iter().take(PREVIEW_ROWS).map(|row| preview(row, columns.len())).collect();
    Ok(Overview { detected: open.detected, columns, rows, mapping })
}

/// Drafts a mapping for a file: what was recognised is filled in, the rest is said in comments.
///
/// The draft is a start for a person, who knows what the columns mean.
///
/// # Errors
/// As for [`overview`].
pub fn suggest_mapping(path: &Path) -> Result<String, Error> {
    let Overview { columns, mapping, .. } = overview(path)?;
    Ok(mapping.unwrap_or_else(|| draft::draft(&file_name(path), &columns)))
}

fn first_rows(open: &mut OpenTable) -> Vec<Vec<String>> {
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut row = Row::default();
    while rows.len() < SUGGEST_ROWS {
        match open.table.next(&mut row) {
            Next::Row => rows.push((0..row.len()).map(|at| row.cell(at).to_owned()).collect()),
            Next::Blank => {}
            Next::Bad(bad) if bad.fatal => break,
            Next::Bad(_) => {}
            Next::End => break,
        }
    }
    rows
}

/// A row as it is shown, with a cell for every column.
fn preview(row: &[String], columns: usize) -> Vec<String> {
    (0..columns).map(|at| row.get(at).map_or_else(String::new, |cell| shortened(cell))).collect()
}

fn shortened(cell: &str) -> String {
    match cell.char_indices().nth(PREVIEW_CELL_CHARS) {
        Some((end, _)) => format!("{}…", &cell[..end]),
        None => cell.to_owned(),
    }
}

/// The forms that these times have; none where they are no times. A few may be broken, as long as
/// no other form reads more of them.
fn forms(values: &[&String]) -> Vec<&'static str> {
    let misread = |form: &'static str| {
        let format = if form == "iso" { Format::Iso } else { Format::Pattern(form.into()) };
        let reading = Reading { formats: vec![format], zone: None };
        let readable = |value: &&&String| reading.read(value, &mut TimesSeen::default()).is_ok();
        values.len() - values.iter().filter(readable).count()
    };
    let misread = FORMS.map(|form| (form, misread(form)));
    let least = misread.iter().map(|(_, count)| *count).min().unwrap_or(0);
    if values.is_empty() || least * BROKEN_ONE_IN > values.len() {
        return Vec::new();
    }
    misread.into_iter().filter(|(_, count)| *count == least).map(|(form, _)| form).collect()
}

#[cfg(test)]
mod tests;
