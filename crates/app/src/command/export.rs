//! `export`: a fact table, or the answer to a question, as a file.

use super::question::question;
use super::{Context, desk};
use crate::cli::{ExportArgs, Format, QuestionArgs, TableName};
use crate::exit::{Exit, Failure, Outcome};
use crate::output;
use arrow::array::{AsArray as _, BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use arrow::datatypes::Int64Type;
use engine::export::{Format as Written, TableWriter};
use facts::Table;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::io::Write;
use std::sync::Arc;
use store::Snapshot;

/// Runs `export`.
///
/// # Errors
/// There is no desk, the question has issues, or the file cannot be written.
pub(crate) async fn run(context: &Context, args: &ExportArgs) -> Outcome {
    if let Some(file) = &args.question {
        let flags = QuestionArgs { question: Some(file.clone()), ..QuestionArgs::default() };
        let question = question(&flags)?;
        let engine = desk::existing(context).await?;
        let answer = engine.ask(&question).await?;
        args.output.print(&output::answer_page(&answer)?)?;
        return Ok(Exit::Done);
    }
    let Some(table) = args.table else {
        return Err(Failure::words(Exit::Usage, "name a table, or a question with --question"));
    };
    let format = match args.output.chosen() {
        Format::Parquet => Written::Parquet,
        Format::Json => Written::Json,
        // A fact table is for machines: on a terminal too.
        Format::Csv | Format::Table => Written::Csv,
    };
    let engine = desk::existing(context).await?;
    let snapshot = engine.store().snapshot();
    let output = args.output.clone();
    let writing = tokio::task::spawn_blocking(move || {
        output.with_writer(|writer| write(&snapshot, facts_table(table), format, writer))
    });
    writing.await.map_err(|error| Failure::new(Exit::Internal, error))??;
    Ok(Exit::Done)
}

const fn facts_table(table: TableName) -> Table {
    match table {
        TableName::Tickets => Table::Tickets,
        TableName::Turns => Table::Turns,
        TableName::Spans => Table::Spans,
        TableName::Clocks => Table::Clocks,
        TableName::Touches => Table::Touches,
        TableName::Ratings => Table::Ratings,
    }
}

/// Writes a table's rows: of each segment those that have not changed since, then the changed ones.
fn write(
    snapshot: &Snapshot,
    table: Table,
    format: Written,
    writer: &mut (dyn Write + Send),
) -> Outcome<()> {
    let schema = table.schema();
    // Nothing is written of a damaged file, not even the part before the damage.
    snapshot.vouch(table)?;
    let mut rows = TableWriter::new(format, &schema, writer)?;
    for segment in &snapshot.segments {
        let file = std::fs::File::open(segment.path(table))?;
        let internal = |error| Failure::new(Exit::Internal, anyhow::Error::new(error));
        let reader = ParquetRecordBatchReaderBuilder::try_new(file).map_err(internal)?;
        for batch in reader.build().map_err(internal)? {
            let batch = batch.map_err(|error| Failure::new(Exit::Internal, error))?;
            rows.write(&unchanged(snapshot, &with_schema(&batch, &schema)?)?)?;
        }
    }
    for batch in snapshot.overlay.rows(table, None)? {
        rows.write(&batch)?;
    }
    rows.finish()?;
    Ok(())
}

/// The batch with the table's own schema: files carry further notes on theirs.
fn with_schema(batch: &RecordBatch, schema: &arrow::datatypes::SchemaRef) -> Outcome<RecordBatch> {
    RecordBatch::try_new(Arc::clone(schema), batch.columns().to_vec())
        .map_err(|error| Failure::new(Exit::Internal, error))
}

/// The rows whose ticket is not in the overlay.
fn unchanged(snapshot: &Snapshot, batch: &RecordBatch) -> Outcome<RecordBatch> {
    let fresh = snapshot.overlay.fresh();
    if fresh.is_empty() {
        return Ok(batch.clone());
    }
    let numbers =
        batch.column_by_name("number").and_then(|numbers| numbers.as_primitive_opt::<Int64Type>());
    let Some(numbers) = numbers else {
        return Err(Failure::words(Exit::Internal, "a fact table has no column `number`"));
    };
    let keep: BooleanArray = numbers
        .values()
        .iter()
        .map(|number| Some(!u32::try_from(*number).is_ok_and(|number| fresh.contains(number))))
        .collect();
    filter_record_batch(batch, &keep).map_err(|error| Failure::new(Exit::Internal, error))
}
