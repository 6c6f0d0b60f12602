//! Answers and fact tables as CSV, JSON lines or Parquet.

use crate::error::{Error, Result};
use arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use semantic::answer::{Answer, Cell, MetricMeta, Row};
use semantic::definition::{Kind, Unit};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::sync::Arc;

/// A format that machines read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated, with a header line; nested columns are left out.
    Csv,
    /// One JSON object a line.
    Json,
    /// Parquet, zstd.
    Parquet,
}

impl Format {
    /// The format of that name: `csv`, `json` (or `jsonl`), `parquet`.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "csv" => Some(Self::Csv),
            "json" | "jsonl" => Some(Self::Json),
            "parquet" => Some(Self::Parquet),
            _ => None,
        }
    }

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Csv => "CSV",
            Self::Json => "JSON",
            Self::Parquet => "Parquet",
        }
    }

    fn failed<E: std::error::Error + Send + Sync + 'static>(self) -> impl Fn(E) -> Error {
        move |source| Error::Write { format: self.name(), source: Box::new(source) }
    }
}

/// Writes batches of one schema, one after the other.
pub struct TableWriter<W: Write + Send> {
    format: Format,
    /// Columns that are written.
    columns: Vec<usize>,
    sink: Sink<W>,
}

enum Sink<W: Write + Send> {
    Csv(Box<arrow::csv::Writer<W>>),
    Json(Box<arrow::json::LineDelimitedWriter<W>>),
    Parquet(Box<ArrowWriter<W>>),
}

impl<W: Write + Send> std::fmt::Debug for TableWriter<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TableWriter").field("format", &self.format).finish_non_exhaustive()
    }
}

impl<W: Write + Send> TableWriter<W> {
    /// A writer of batches of this schema into `out`.
    ///
    /// # Errors
    /// When Parquet refuses the schema.
    pub fn new(format: Format, schema: &SchemaRef, out: W) -> Result<Self> {
        let columns: Vec<usize> = schema
            .fields()
            .iter()
            .enumerate()
            .filter(|(_, field)| format != Format::Csv || !field.data_type().is_nested())
            .map(|(place, _)| place)
            .collect();
        let sink = match format {
            Format::Csv => {
                Sink::Csv(Box::new(arrow::csv::WriterBuilder::new().with_header(true).build(out)))
            }
            Format::Json => Sink::Json(Box::new(arrow::json::LineDelimitedWriter::new(out))),
            Format::Parquet => {
                let properties = WriterProperties::builder()
                    .set_compression(Compression::ZSTD(ZstdLevel::default()))
                    .build();
                let schema = Arc::clone(schema);
                Sink::Parquet(Box::new(
                    ArrowWriter::try_new(out, schema, Some(properties)).map_err(format.failed())?,
                ))
            }
        };
        Ok(Self { format, columns, sink })
    }

    /// Writes one batch.
    ///
    /// # Errors
    /// When `out` refuses.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        let batch = batch.project(&self.columns).map_err(self.format.failed())?;
        match &mut self.sink {
            Sink::Csv(csv) => csv.write(&batch).map_err(self.format.failed()),
            Sink::Json(json) => json.write(&batch).map_err(self.format.failed()),
            Sink::Parquet(parquet) => parquet.write(&batch).map_err(self.format.failed()),
        }
    }

    /// Writes what is left and gives `out` back.
    ///
    /// # Errors
    /// When `out` refuses.
    pub fn finish(self) -> Result<W> {
        match self.sink {
            Sink::Csv(csv) => Ok(csv.into_inner()),
            Sink::Json(mut json) => {
                json.finish().map_err(self.format.failed())?;
                Ok(json.into_inner())
            }
            Sink::Parquet(parquet) => parquet.into_inner().map_err(self.format.failed()),
        }
    }
}

/// Writes an answer as a flat table: `time`, the dimensions, and for each metric its value and
/// what else its cells hold, as `metric`, `metric.n`, `metric.low`, ….
///
/// # Errors
/// When `out` refuses.
pub fn write_answer<W: Write + Send>(answer: &Answer, format: Format, out: W) -> Result<W> {
    let batch = flatten(answer)?;
    let mut writer = TableWriter::new(format, &batch.schema(), out)?;
    writer.write(&batch)?;
    writer.finish()
}

/// The answer as one batch of columns, which are there without rows too.
///
/// # Errors
/// When two columns would have the same name.
pub fn flatten(answer: &Answer) -> Result<RecordBatch> {
    let mut fields = Vec::new();
    let mut columns: Vec<ArrayRef> = Vec::new();
    if answer.question.every.is_some() {
        fields.push(Field::new("time", DataType::Utf8, true));
        columns.push(texts(answer, |row| row.time.as_deref()));
    }
    let dimensions: BTreeSet<&String> = answer.question.by.iter().collect();
    for name in dimensions {
        fields.push(Field::new(name, DataType::Utf8, true));
        columns.push(texts(answer, |row| row.dimensions.get(name).map(String::as_str)));
    }
    for (metric, suffix) in columns_of(answer) {
        let name = if suffix.is_empty() { metric.clone() } else { format!("{metric}.{suffix}") };
        let numbers = answer.rows.iter().map(|row| {
            row.cells.get(&metric).and_then(|cell| numbers_of(cell).get(&suffix).copied().flatten())
        });
        let (data_type, column): (_, ArrayRef) = if is_count(&answer.metrics[&metric], &suffix) {
            (DataType::Int64, Arc::new(numbers.map(|it| it.map(whole)).collect::<Int64Array>()))
        } else {
            (DataType::Float64, Arc::new(numbers.collect::<Float64Array>()))
        };
        fields.push(Field::new(name, data_type, true));
        columns.push(column);
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).map_err(Format::Csv.failed())
}

/// Whether a column of a metric counts things, by what the metric is and never by its numbers, so
/// that the same question always has the same types.
fn is_count(meta: &MetricMeta, suffix: &str) -> bool {
    let last = suffix.rsplit('.').next().unwrap_or(suffix);
    match last {
        "n" | "unfinished" | "provisional" => true,
        "numerator" | "denominator" => meta.kind == Kind::Share,
        "avg" => false,
        // The value itself, another statistic of it, or the same of another period.
        _ => {
            let first = meta.statistics.first().map(String::as_str);
            meta.unit == Unit::Count
                && matches!(meta.kind, Kind::Count | Kind::Stock)
                && !matches!(last, "low" | "high")
                && (first != Some("avg") || meta.statistics.iter().any(|name| name == last))
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "counts of tickets are far below 2^53")]
fn whole(count: f64) -> i64 {
    count.round() as i64
}

fn texts<'a>(answer: &'a Answer, text: impl Fn(&'a Row) -> Option<&'a str>) -> ArrayRef {
    Arc::new(answer.rows.iter().map(text).collect::<StringArray>())
}

/// Every number that some cell of a metric has, metric by metric; the value and how many it is of
/// even where there are no rows.
fn columns_of(answer: &Answer) -> Vec<(String, String)> {
    let mut columns = Vec::new();
    for metric in answer.metrics.keys() {
        let mut suffixes = BTreeSet::from([String::new(), "n".to_owned()]);
        for cell in answer.rows.iter().filter_map(|row| row.cells.get(metric)) {
            suffixes.extend(numbers_of(cell).into_keys());
        }
        columns.extend(suffixes.into_iter().map(|suffix| (metric.clone(), suffix)));
    }
    columns
}

#[expect(clippy::cast_precision_loss, reason = "counts of tickets are far below 2^53")]
fn numbers_of(cell: &Cell) -> BTreeMap<String, Option<f64>> {
    let mut numbers =
        BTreeMap::from([(String::new(), cell.value), ("n".to_owned(), Some(cell.n as f64))]);
    for (name, number) in [
        ("numerator", cell.numerator),
        ("denominator", cell.denominator),
        ("sum", cell.sum),
        ("low", cell.low),
        ("high", cell.high),
        ("unfinished", cell.unfinished.map(|count| count as f64)),
        ("provisional", cell.provisional.map(|count| count as f64)),
    ] {
        if number.is_some() {
            numbers.insert(name.to_owned(), number);
        }
    }
    for (name, number) in &cell.statistics {
        numbers.insert(name.clone(), number.0);
    }
    for (comparison, compared) in &cell.compared {
        numbers.insert(comparison.clone(), compared.value);
        numbers.insert(format!("{comparison}.n"), Some(compared.n as f64));
    }
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;
    use semantic::definition::Good;

    fn meta(kind: Kind, unit: Unit, statistics: &[&str]) -> MetricMeta {
        MetricMeta {
            metric: "m".to_owned(),
            id: "M00".to_owned(),
            variant: "standard".to_owned(),
            version: 1,
            title: String::new(),
            definition: String::new(),
            unit,
            good: Good::Context,
            kind,
            statistics: statistics.iter().map(|name| (*name).to_owned()).collect(),
            clock: None,
            attribution: String::new(),
            parameters: BTreeMap::new(),
            population: "default".to_owned(),
        }
    }

    #[test]
    fn counts_are_whole_numbers_and_nothing_else_is() {
        let volume = meta(Kind::Count, Unit::Count, &["count"]);
        let backlog = meta(Kind::Stock, Unit::Count, &["avg", "last"]);
        let share = meta(Kind::Share, Unit::Share, &["ratio"]);
        let wait = meta(Kind::Duration, Unit::Seconds, &["median", "p90"]);
        for (meta, suffix, expected) in [
            (&volume, "", true),
            (&volume, "previous_period", true),
            (&volume, "previous_period.n", true),
            (&backlog, "", false),
            (&backlog, "last", true),
            (&backlog, "avg", false),
            (&share, "", false),
            (&share, "numerator", true),
            (&share, "low", false),
            (&wait, "", false),
            (&wait, "n", true),
            (&wait, "unfinished", true),
            (&wait, "p90", false),
        ] {
            assert_eq!(is_count(meta, suffix), expected, "{:?} `{suffix}`", meta.kind);
        }
    }
}
