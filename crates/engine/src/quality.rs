//! How good the data is: what each source brought, and every check of the histories with its count.

use crate::engine::Engine;
use crate::error::{Error, Result, query, store as store_failed};
use crate::limits::{LATE_US, SOURCES_MAX};
use crate::oddity::{by_anomaly, counts};
use crate::view::View;
use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type};
use datafusion::functions_aggregate::expr_fn::{count, max, min, sum};
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, col, lit, when};
use event::Instant;
use facts::Table;
use facts::facts::Anomaly;
use semantic::Tables as _;
use semantic::question::Question;
use serde::Serialize;

/// What one source brought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Source {
    /// Its name.
    pub source: String,
    /// Its tickets, excluded ones too.
    pub tickets: u64,
    /// When the first of them came in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_created_at: Option<Instant>,
    /// When its latest event happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_event_at: Option<Instant>,
    /// When we last learnt of one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_seen_at: Option<Instant>,
    /// Tickets of which something was learnt late; a check of its own.
    #[serde(skip)]
    late: u64,
}

/// Something that is checked about the data, with how often it is so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = QualityCheck)]
pub struct Check {
    /// Which check, stable across releases.
    pub code: String,
    /// In a few words.
    pub title: String,
    /// What it means for the numbers, and what to do about it.
    pub text: String,
    /// How many.
    pub count: u64,
    /// Out of how many: all tickets, excluded ones too, or all rows in quarantine.
    pub of: u64,
    /// A filter that lists exactly those tickets through `GET /tickets`, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
}

impl Engine {
    /// Every source that tickets came through, by name.
    ///
    /// # Errors
    /// When the store cannot be read within the limits.
    pub async fn sources(&self) -> Result<Vec<Source>> {
        let view = self.view(&Question::default()).await?;
        let failed = query("plan a count", self.session().limits().memory_bytes);
        let plan = by_source(&view).map_err(failed)?;
        let batches = self.session().run(&view.state, &plan, SOURCES_MAX).await?;
        let mut sources = Vec::new();
        for batch in &batches {
            read(batch, &mut sources)?;
        }
        sources.sort_by(|a, b| a.source.cmp(&b.source));
        Ok(sources)
    }

    /// Every check of the data; one that finds nothing has the count 0.
    ///
    /// # Errors
    /// When the store cannot be read within the limits.
    pub async fn quality(&self) -> Result<Vec<Check>> {
        let sources = self.sources().await?;
        let tickets = sources.iter().map(|source| source.tickets).sum();
        let late = sources.iter().map(|source| source.late).sum();
        let view = self.view(&Question::default()).await?;
        let failed = query("plan a count", self.session().limits().memory_bytes);
        let plan = odd_tickets(&view).map_err(failed)?;
        let batches = self.session().run(&view.state, &plan, Anomaly::ALL.len()).await?;
        let odd = counts(&batches);
        let mut checks: Vec<Check> =
            Anomaly::ALL.into_iter().map(|anomaly| of_anomaly(anomaly, &odd, tickets)).collect();
        checks.push(Check {
            code: "late".to_owned(),
            title: "Learnt of late".to_owned(),
            text:
                "We knew the ticket, and then learnt of something more than a day after its last \
                   event: numbers that were reported in between have changed since. Ask with \
                   `as_of` for what was reported, and look at how often the source is read."
                    .to_owned(),
            count: late,
            of: tickets,
            filter: None,
        });
        let failed = store_failed("count the quarantine");
        let quarantined = self.store().quarantine_count().await.map_err(failed)?;
        let all = quarantined.values().sum();
        checks.extend(quarantined.into_iter().map(|(reason, count)| {
            Check {
                code: format!("quarantine:{reason}"),
                title: format!("In quarantine: {}", reason.replace('_', " ")),
                text:
                    "Rows that were not understood are in no number. Mend the mapping and try them \
                   again."
                        .to_owned(),
                count,
                of: all,
                filter: None,
            }
        }));
        Ok(checks)
    }
}

fn by_source(view: &View) -> datafusion::common::Result<LogicalPlan> {
    let micros = |name: &str| datafusion::logical_expr::cast(col(name), DataType::Int64);
    let again = col("last_seen_at").gt(col("first_seen_at"));
    let gap = micros("last_seen_at") - micros("last_event_at");
    let late: Expr = when(again.and(gap.gt(lit(LATE_US))), lit(1_i64)).otherwise(lit(0_i64))?;
    LogicalPlanBuilder::scan(Table::Tickets.name(), view.source(Table::Tickets), None)?
        .aggregate(
            vec![col("source")],
            vec![
                count(lit(1_i64)).alias("tickets"),
                min(micros("created_at")).alias("first_created_at"),
                max(micros("last_event_at")).alias("last_event_at"),
                max(micros("last_seen_at")).alias("last_seen_at"),
                sum(late).alias("late"),
            ],
        )?
        .build()
}

fn odd_tickets(view: &View) -> datafusion::common::Result<LogicalPlan> {
    let odd = LogicalPlanBuilder::scan(Table::Tickets.name(), view.source(Table::Tickets), None)?
        .filter(col("anomalies").is_not_null())?
        .project(vec![col("number"), col("anomalies")])?;
    by_anomaly(odd)
}

fn read(batch: &RecordBatch, sources: &mut Vec<Source>) -> Result<()> {
    let shape = |name: &str| Error::Shape(name.to_owned());
    let names = cast(batch.column(0), &DataType::Utf8).map_err(|_| shape("source"))?;
    let names = names.as_string::<i32>();
    let number = |at: usize, name: &str| {
        batch.column(at).as_primitive_opt::<Int64Type>().ok_or_else(|| shape(name))
    };
    let (tickets, late) = (number(1, "tickets")?, number(5, "late")?);
    let times =
        [number(2, "first_created_at")?, number(3, "last_event_at")?, number(4, "last_seen_at")?];
    for row in 0..batch.num_rows() {
        let [first_created_at, last_event_at, last_seen_at] = times
            .map(|column| column.is_valid(row).then(|| Instant::from_micros(column.value(row))));
        sources.push(Source {
            source: names.value(row).to_owned(),
            tickets: tickets.value(row).cast_unsigned(),
            first_created_at,
            last_event_at,
            last_seen_at,
            late: late.value(row).cast_unsigned(),
        });
    }
    Ok(())
}

fn of_anomaly(anomaly: Anomaly, odd: &[(String, i64)], tickets: u64) -> Check {
    let name = anomaly.name();
    let count = odd.iter().find(|(found, _)| found == name).map_or(0, |(_, count)| *count);
    let (title, text) = words(anomaly);
    Check {
        code: name.to_owned(),
        title: title.to_owned(),
        text: text.to_owned(),
        count: count.cast_unsigned(),
        of: tickets,
        filter: Some(format!("anomaly = {name}")),
    }
}

/// What an anomaly is, what it does to the numbers, and what to do about it.
const fn words(anomaly: Anomaly) -> (&'static str, &'static str) {
    match anomaly {
        Anomaly::SolvedBeforeReply => (
            "Solved before the first response",
            "The customer waited for a reply, and the ticket was solved first. The first response \
             time counts if a person replied later. Often replies are sent outside the help desk, \
             or a rule solves.",
        ),
        Anomaly::EventBeforeCreated => (
            "Events from before the creation",
            "Something happened before the ticket came into being. Look at the time zone that the \
             mapping states for each column of times.",
        ),
        Anomaly::NegativeDuration => (
            "Negative durations",
            "The reply or the solve lies before the creation, so that duration is left out. Look \
             at the time zone and the form of dates in the mapping.",
        ),
        Anomaly::ClockSkew => (
            "Events from the future",
            "Events are dated later than we learnt of them: a clock of the source is wrong, or the \
             mapping reads its times in another zone.",
        ),
        Anomaly::CreationMissing => (
            "Creation missing",
            "No event says when the ticket came into being; it is measured from its first known \
             event. Import the column of the creation, or an earlier part of the history.",
        ),
        Anomaly::CreatedTwice => (
            "Created more than once",
            "There are several creations, and the first counts. Two imports may give the same \
             ticket different ids of events.",
        ),
        Anomaly::UnknownCalendar => (
            "Unknown calendar",
            "The ticket names a calendar that the policies do not know, so it has no business \
             time. Add the calendar to the policies.",
        ),
        Anomaly::BadScale => (
            "Impossible rating scale",
            "A rating's scale ends before it begins, so the rating has no score. Look at how the \
             mapping states the scale.",
        ),
    }
}
