//! The tickets behind a number, and lists of tickets.

use crate::engine::Engine;
use crate::error::{Error, Result, query};
use crate::export::{Format, TableWriter};
use crate::limits::{EXPORT_ROWS_MAX, PAGE_DEFAULT};
use crate::view::View;
use arrow::array::{
    Array, ArrayRef, AsArray, Float64Array, RecordBatch, StringArray, new_null_array,
};
use arrow::compute::cast;
use arrow::datatypes::{
    DataType, Field, Float64Type, Int64Type, Schema, SchemaRef, TimeUnit, TimestampMicrosecondType,
};
use datafusion::functions_aggregate::expr_fn::{count, count_distinct};
use datafusion::logical_expr::{LogicalPlan, LogicalPlanBuilder, col, lit};
use event::Instant;
use semantic::question::{Question, Range};
use semantic::tickets::{Drill, Sort};
use serde::{Deserialize, Serialize};
use std::io::Write;
use std::sync::Arc;

/// A page of the rows behind a cell.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TicketPage {
    /// How many rows (tickets, turns, clocks, ratings, …) are counted in all: the cell's `n`.
    pub n: i64,
    /// How many tickets they are of.
    pub tickets: i64,
    /// The rows of this page.
    pub rows: Vec<TicketRow>,
    /// The `offset` of the next page; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<u64>,
}

/// A row behind a cell, with its ticket. What is not known is absent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TicketRow {
    /// The store's number of the ticket.
    pub number: i64,
    /// The connection it came through.
    pub source: String,
    /// Its id there.
    pub ticket: String,
    /// When it came into being (RFC 3339).
    pub created_at: String,
    /// Its status now.
    pub status: String,
    /// Its channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// Its priority now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<String>,
    /// Its group now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Its agent now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// The customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requester: Option<String>,
    /// The instant that the row belongs to (RFC 3339).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// What it contributes, in the metric's unit: seconds for durations, 1 or 0 for shares.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
}

/// Counts every ticket, excluded ones too, by the moment of its creation.
const EVERY_TICKET: &str = "volume:all_tickets";

impl Engine {
    /// The rows behind one cell of an answer; `n` equals the cell's.
    ///
    /// # Errors
    /// [`Error::Issues`] where question or cell are wrong.
    pub async fn tickets(&self, question: &Question, drill: &Drill) -> Result<TicketPage> {
        let now = self.settings().clock.now();
        let view = self.view(question).await?;
        let mut page = drill.clone();
        if page.limit == 0 {
            page.limit = PAGE_DEFAULT;
        }
        // The compiler is not `Send`: it is gone before anything is awaited.
        let (rows, all) = {
            let compiler = self.compiler(&view, now);
            let all = Drill { offset: 0, limit: 0, ..drill.clone() };
            let all = compiler.tickets(question, &all).map_err(Error::Issues)?;
            (compiler.tickets(question, &page).map_err(Error::Issues)?, all)
        };
        let (n, tickets) = self.count(&view, all.plan).await?;
        let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
        let batches = self.session().run(&view.state, &rows.plan, limit).await?;
        let mut found = Vec::new();
        for batch in &batches {
            read(batch, rows.scale, &mut found)?;
        }
        let end = page.offset + found.len() as u64;
        let next = u64::try_from(n).is_ok_and(|n| end < n && !found.is_empty()).then_some(end);
        Ok(TicketPage { n, tickets, rows: found, next })
    }

    /// Tickets that pass every filter, the newest first, excluded ones too; `range` is about their
    /// creation.
    ///
    /// # Errors
    /// [`Error::Issues`] where a filter is wrong.
    pub async fn list_tickets(
        &self,
        filters: &[String],
        range: Option<Range>,
        offset: u64,
        limit: u64,
    ) -> Result<TicketPage> {
        let mut question = Question::about([EVERY_TICKET]);
        question.filters = filters.to_vec();
        question.range = range;
        let drill = Drill { sort: Sort::Time, offset, limit, ..Drill::default() };
        self.tickets(&question, &drill).await
    }

    /// Writes every row behind a cell, in the order asked for, whatever page the drill-down names;
    /// how many there were. Columns are those of [`TicketRow`].
    ///
    /// # Errors
    /// [`Error::Issues`] where question or cell are wrong, [`Error::ExportRows`] above
    /// [`EXPORT_ROWS_MAX`] rows, and whatever `out` says.
    pub async fn write_tickets<W: Write + Send>(
        &self,
        question: &Question,
        drill: &Drill,
        format: Format,
        out: W,
    ) -> Result<(W, u64)> {
        let now = self.settings().clock.now();
        let view = self.view(question).await?;
        let all = Drill { offset: 0, limit: 0, ..drill.clone() };
        // The compiler is not `Send`: it is gone before anything is awaited.
        let rows = self.compiler(&view, now).tickets(question, &all).map_err(Error::Issues)?;
        let mut writer = TableWriter::new(format, &written_schema(), out)?;
        let mut count = 0;
        self.session()
            .each(&view.state, &rows.plan, |batch| {
                count += batch.num_rows();
                if count > EXPORT_ROWS_MAX {
                    return Err(Error::ExportRows(EXPORT_ROWS_MAX));
                }
                writer.write(&written(&batch, rows.scale)?)
            })
            .await?;
        Ok((writer.finish()?, count as u64))
    }

    /// Rows and different tickets of a drill-down.
    async fn count(&self, view: &View, plan: LogicalPlan) -> Result<(i64, i64)> {
        let counted = LogicalPlanBuilder::from(plan)
            .aggregate(
                Vec::<datafusion::logical_expr::Expr>::new(),
                vec![count(lit(1_i64)).alias("n"), count_distinct(col("number")).alias("tickets")],
            )
            .and_then(LogicalPlanBuilder::build)
            .map_err(query("plan a count", self.session().limits().memory_bytes))?;
        let batches = self.session().run(&view.state, &counted, 1).await?;
        let one = |at: usize| {
            let column = batches.first()?.column(at).as_primitive_opt::<Int64Type>()?;
            (!column.is_empty()).then(|| column.value(0))
        };
        one(0).zip(one(1)).ok_or_else(|| Error::Shape("n".to_owned()))
    }
}

fn read(batch: &RecordBatch, scale: f64, rows: &mut Vec<TicketRow>) -> Result<()> {
    let shape = |name: &str| Error::Shape(name.to_owned());
    let column = |name: &str| batch.column_by_name(name).ok_or_else(|| shape(name));
    let text = |name: &str| -> Result<StringArray> {
        let column = cast(column(name)?, &DataType::Utf8).map_err(|_| shape(name))?;
        Ok(column.as_string::<i32>().clone())
    };
    let time = |name: &str| {
        column(name)?.as_primitive_opt::<TimestampMicrosecondType>().ok_or_else(|| shape(name))
    };
    let numbers =
        column("number")?.as_primitive_opt::<Int64Type>().ok_or_else(|| shape("number"))?;
    let (created, times) = (time("created_at")?, time("time")?);
    let (source, ticket, status) = (text("source")?, text("ticket")?, text("status")?);
    let optional =
        [text("channel")?, text("priority")?, text("group")?, text("agent")?, text("requester")?];
    let values = values(column("value")?);
    let instant = |micros: i64| Instant::from_micros(micros).to_string();
    for row in 0..batch.num_rows() {
        let [channel, priority, group, agent, requester] = optional
            .each_ref()
            .map(|column| column.is_valid(row).then(|| column.value(row).to_owned()));
        rows.push(TicketRow {
            number: numbers.value(row),
            source: source.value(row).to_owned(),
            ticket: ticket.value(row).to_owned(),
            created_at: instant(created.value(row)),
            status: status.value(row).to_owned(),
            channel,
            priority,
            group,
            agent,
            requester,
            time: times.is_valid(row).then(|| instant(times.value(row))),
            value: values
                .as_ref()
                .and_then(|values| values.is_valid(row).then(|| values.value(row) / scale)),
        });
    }
    Ok(())
}

/// Columns of a file of rows behind a cell.
fn written_schema() -> SchemaRef {
    let text = |name: &str, absent| Field::new(name, DataType::Utf8, absent);
    let time = |name: &str, absent| {
        Field::new(name, DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())), absent)
    };
    Arc::new(Schema::new(vec![
        Field::new("number", DataType::Int64, false),
        text("source", false),
        text("ticket", false),
        time("created_at", false),
        text("status", false),
        text("channel", true),
        text("priority", true),
        text("group", true),
        text("agent", true),
        text("requester", true),
        time("time", true),
        Field::new("value", DataType::Float64, true),
    ]))
}

/// The rows of a drill-down as they are written.
fn written(batch: &RecordBatch, scale: f64) -> Result<RecordBatch> {
    let schema = written_schema();
    let column = |field: &Field| -> Result<ArrayRef> {
        let shape = || Error::Shape(field.name().clone());
        let column = batch.column_by_name(field.name()).ok_or_else(shape)?;
        if field.name() == "value" {
            let values =
                values(column).map(|values| values.unary::<_, Float64Type>(|it| it / scale));
            return Ok(match values {
                Some(values) => Arc::new(values),
                None => new_null_array(field.data_type(), batch.num_rows()),
            });
        }
        cast(column, field.data_type()).map_err(|_| shape())
    };
    let columns: Result<Vec<ArrayRef>> =
        schema.fields().iter().map(|field| column(field)).collect();
    RecordBatch::try_new(Arc::clone(&schema), columns?)
        .map_err(|_| Error::Shape("the rows behind a cell".to_owned()))
}

/// The values where they are numbers; the things of a distinct count need not be.
fn values(column: &dyn Array) -> Option<Float64Array> {
    if !column.data_type().is_numeric() {
        return None;
    }
    let floats = cast(column, &DataType::Float64).ok()?;
    floats.as_primitive_opt::<Float64Type>().cloned()
}
