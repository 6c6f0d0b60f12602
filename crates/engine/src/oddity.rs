//! What is odd about the tickets behind an answer: counted, and said as warnings.
//!
//! Durations leave out what cannot be measured, for example an interval that ends before it begins.
//! A reader who does not know how many tickets that are takes the rest for the whole.

use crate::engine::Engine;
use crate::error::{Result, query};
use crate::view::View;
use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::Int64Type;
use datafusion::common::{JoinType, ScalarValue};
use datafusion::functions_aggregate::expr_fn::count;
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, col, lit};
use event::Instant;
use facts::Table;
use facts::facts::Anomaly;
use semantic::Tables as _;
use semantic::answer::Warning;
use semantic::compiled::Compiled;
use semantic::definition::Kind;
use semantic::question::{Ends, Question, Range};
use semantic::tickets::Drill;

/// Counts the tickets that came in during the period, with every filter of the question.
const COUNTED: &str = "volume";

/// The metric of effort, and how its variants that are estimates begin.
const HANDLE_TIME: (&str, &str) = ("handle_time", "estimated");

impl Engine {
    /// A warning for each oddity among the tickets that came in during the period.
    pub(crate) async fn oddities(&self, compiled: &Compiled, view: &View) -> Result<Vec<Warning>> {
        if !compiled.measures.iter().any(|measure| measure.kind == Kind::Duration) {
            return Ok(Vec::new());
        }
        let Some(plan) = self.odd_tickets(compiled, view)? else { return Ok(Vec::new()) };
        let name = format!("{} odd", compiled.key());
        let batches =
            self.session().run_again(name, &view.state, &plan, Anomaly::ALL.len()).await?;
        let counts = counts(&batches);
        Ok(Anomaly::ALL
            .into_iter()
            .filter_map(|anomaly| {
                let name = anomaly.name();
                let count = counts.iter().find(|(found, _)| found == name)?.1;
                Some(Warning::new(name, sentence(anomaly, count)?))
            })
            .collect())
    }

    /// How many tickets have each anomaly; `None` where the filters have no meaning for tickets.
    fn odd_tickets(&self, compiled: &Compiled, view: &View) -> Result<Option<LogicalPlan>> {
        let failed = query("plan a count", self.session().limits().memory_bytes);
        let odd = odd_rows(compiled, view).map_err(&failed)?;
        if compiled.question.filters.is_empty() {
            return by_anomaly(odd).map(Some).map_err(&failed);
        }
        let question = Question {
            range: Some(Range::Ends(Ends {
                from: compiled.period.from.map(|from| from.to_string()),
                to: Some(compiled.period.to.to_string()),
                at: None,
            })),
            filters: compiled.question.filters.clone(),
            zone: compiled.question.zone.clone(),
            ..Question::about([COUNTED])
        };
        let all = self.compiler(view, compiled.now).tickets(&question, &Drill::default());
        let Ok(all) = all else { return Ok(None) };
        let joined = LogicalPlanBuilder::from(all.plan)
            .project(vec![col("number").alias("counted")])
            .and_then(LogicalPlanBuilder::build)
            .and_then(|all| {
                odd.join(all, JoinType::LeftSemi, (vec!["number"], vec!["counted"]), None)
            });
        joined.and_then(by_anomaly).map(Some).map_err(&failed)
    }
}

/// How many of the rows have each anomaly; their columns are `number` and `anomalies`.
pub(crate) fn by_anomaly(rows: LogicalPlanBuilder) -> datafusion::common::Result<LogicalPlan> {
    rows.unnest_column("anomalies")?
        .aggregate(vec![col("anomalies")], vec![count(lit(1_i64)).alias("n")])?
        .build()
}

/// The tickets of the period that have an anomaly.
fn odd_rows(compiled: &Compiled, view: &View) -> datafusion::common::Result<LogicalPlanBuilder> {
    let time = |at: Instant| lit(ScalarValue::TimestampMicrosecond(Some(at.micros()), None));
    let mut kept: Expr = col("anomalies").is_not_null().and(col("excluded").is_null());
    if let Some(from) = compiled.period.from {
        kept = kept.and(col("created_at").gt_eq(time(from)));
    }
    kept = kept.and(col("created_at").lt(time(compiled.period.to)));
    LogicalPlanBuilder::scan(Table::Tickets.name(), view.source(Table::Tickets), None)?
        .filter(kept)?
        .project(vec![col("number"), col("anomalies")])
}

/// The rows of [`by_anomaly`].
pub(crate) fn counts(batches: &[RecordBatch]) -> Vec<(String, i64)> {
    let mut counts = Vec::new();
    for batch in batches {
        let texts = arrow::compute::cast(batch.column(0), &arrow::datatypes::DataType::Utf8);
        let numbers = batch.column(1).as_primitive_opt::<Int64Type>();
        if let (Ok(texts), Some(numbers)) = (texts, numbers) {
            let texts = texts.as_string::<i32>();
            counts.extend(
                (0..batch.num_rows())
                    .filter(|row| texts.is_valid(*row))
                    .map(|row| (texts.value(row).to_owned(), numbers.value(row))),
            );
        }
    }
    counts
}

/// What an anomaly means for durations, with the number of tickets; `None` where it means nothing.
fn sentence(anomaly: Anomaly, count: i64) -> Option<String> {
    let (one, many) = match anomaly {
        Anomaly::SolvedBeforeReply => (
            "ticket was solved before its first response",
            "tickets were solved before their first response",
        ),
        Anomaly::EventBeforeCreated => (
            "ticket has events from before its creation",
            "tickets have events from before their creation",
        ),
        Anomaly::NegativeDuration => (
            "ticket was replied to or solved before its creation: that duration is left out",
            "tickets were replied to or solved before their creation: those durations are left out",
        ),
        Anomaly::ClockSkew => (
            "ticket has events from the future: a clock of its source is wrong",
            "tickets have events from the future: a clock of their source is wrong",
        ),
        Anomaly::CreationMissing => (
            "ticket lacks its creation: it is measured from its first known event",
            "tickets lack their creation: they are measured from their first known event",
        ),
        Anomaly::CreatedTwice => (
            "ticket was created more than once: the first counts",
            "tickets were created more than once: the first counts",
        ),
        Anomaly::UnknownCalendar => (
            "ticket names a calendar that the policies do not know: it has no business time",
            "tickets name a calendar that the policies do not know: they have no business time",
        ),
        Anomaly::BadScale => return None,
    };
    let what = if count == 1 { one } else { many };
    Some(format!("of those created in the period, {} {what}", grouped(count)))
}

/// A count with a comma every three digits.
fn grouped(count: i64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Values that nobody measured.
pub(crate) fn estimated(compiled: &Compiled, view: &View) -> Option<Warning> {
    let (metric, begin) = HANDLE_TIME;
    let names: Vec<String> = compiled
        .measures
        .iter()
        .filter(|measure| measure.meta.metric == metric && measure.meta.variant.starts_with(begin))
        .map(|measure| format!("`{}`", measure.name))
        .collect();
    let effort = view.snapshot().policies.effort;
    (!names.is_empty()).then(|| {
        let text = format!(
            "{} is an estimate, not booked time: an agent's deeds less than {} minutes apart are \
             one session, with {} minutes added after the last",
            names.join(", "),
            effort.gap_minutes,
            effort.tail_minutes
        );
        Warning::new("estimated", text)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_easy_to_read() {
        for (count, text) in [(1, "1"), (999, "999"), (1_365, "1,365"), (1_000_000, "1,000,000")] {
            assert_eq!(grouped(count), text);
        }
    }

    #[test]
    fn sentences_agree_with_their_number() {
        let one = sentence(Anomaly::SolvedBeforeReply, 1);
        assert!(
            one.is_some_and(|text| text.ends_with("1 ticket was solved before its first response"))
        );
        let many = sentence(Anomaly::SolvedBeforeReply, 1_365);
        assert!(many.is_some_and(|text| text.contains("1,365 tickets were solved")));
    }
}
