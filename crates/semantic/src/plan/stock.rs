//! Stocks: how many rows are in it at an instant, or at the end of every bucket.
//!
//! Over time there is no join with a calendar: every row is +1 when it enters and −1 when it
//! leaves,
//! summed per bucket, and a running sum over buckets is the stock at their ends. What entered
//! before
//! the period enters in its first bucket, which makes that bucket's row include the opening
//! balance.

use super::scope::instant;
use super::shape::{Keys, bucket, named};
use super::values::aggregate;
use super::{Lowered, Lowering, Scope};
use crate::compiled::{Column, Part, Role, StockPart};
use crate::definition::Population;
use crate::issue::Issue;
use crate::statistic::Statistic;
use crate::time::Grain;
use datafusion_common::ScalarValue;
use datafusion_expr::expr::{WindowFunction, WindowFunctionParams};
use datafusion_expr::{
    Expr, LogicalPlan, LogicalPlanBuilder, WindowFrame, WindowFunctionDefinition, is_null, lit,
    when,
};
use event::Instant;

/// What a stock is made of: a relation with a beginning and an end.
#[derive(Clone, Copy)]
pub(crate) struct Stock<'a> {
    pub(crate) table: &'a str,
    pub(crate) from: Option<&'a str>,
    pub(crate) filter: Option<&'a str>,
    pub(crate) population: Population,
    pub(crate) start: Option<&'a str>,
    pub(crate) end: Option<&'a str>,
    /// The column that the stock becomes.
    pub(crate) role: Role,
}

/// The instants of a stock: from where events matter, and its last moment.
#[derive(Clone, Copy)]
pub(crate) struct Instants {
    /// Rows that ended before it never mattered.
    pub(crate) from: Option<Instant>,
    /// The stock is taken just before it.
    pub(crate) to: Instant,
}

impl Instants {
    /// The period as far as it has passed.
    pub(crate) fn of(lowering: &Lowering<'_>) -> Self {
        let present = lowering.draft.now.plus(1);
        Self { from: lowering.period.from, to: lowering.period.to.min(present) }
    }

    /// The instant at which ages are taken: the moment asked for, or the end of the period.
    fn age_at(self, lowering: &Lowering<'_>) -> Instant {
        let moment = lowering.period.at || self.to == lowering.draft.now.plus(1);
        if moment { self.to.plus(-1) } else { self.to }
    }
}

/// The plan of a metric that is a stock.
pub(super) fn part(lowering: &Lowering<'_>) -> Lowered<Part> {
    let view = lowering.target.view;
    let stock = Stock {
        table: view.table(),
        from: view.variant.from.as_deref(),
        filter: view.variant.filter.as_deref(),
        population: view.variant.population,
        start: view.variant.start.as_deref(),
        end: view.variant.end.as_deref(),
        role: Role::Value,
    };
    part_of(lowering, stock)
}

/// The plan of a stock, whether a metric or a side of a ratio.
pub(super) fn part_of(lowering: &Lowering<'_>, stock: Stock<'_>) -> Lowered<Part> {
    let last_only = lowering
        .target
        .statistics
        .iter()
        .all(|(_, statistic)| matches!(statistic, Statistic::Last | Statistic::Ratio));
    let every = match (lowering.draft.grain, last_only) {
        (grain, true) => grain,
        (Some(Grain::Hour), false) => Some(Grain::Hour),
        (_, false) if lowering.period.from.is_some() => Some(Grain::Day),
        (_, false) => {
            let message = "avg, max and min of a stock need a range with a beginning";
            return Err(Issue::new("statistic_not_offered", "range", message)
                .hint("give a `range` such as `last 12 weeks`"));
        }
    };
    match every {
        Some(grain) => over_time(lowering, stock, grain),
        None => at_instant(lowering, stock),
    }
}

/// The relation narrowed to what is in the stock just before `instants.to`, or to what was in it at
/// any moment of the period.
pub(crate) fn open<'a>(
    lowering: &Lowering<'a>,
    stock: Stock<'_>,
    instants: Instants,
) -> Lowered<(Scope<'a>, Expr, Expr)> {
    let mut scope = Scope::open(*lowering, stock.table, stock.from)?;
    scope.age_at = Some(instants.age_at(lowering));
    let start = scope.expression(stock.start.unwrap_or("started_at"))?;
    let end = scope.expression(stock.end.unwrap_or("ended_at"))?;
    scope.keep_population(stock.population)?;
    scope.keep_sql(stock.filter)?;
    scope.keep_filters()?;
    scope.keep(start.clone().lt(instant(instants.to)));
    Ok((scope, start, end))
}

fn at_instant(lowering: &Lowering<'_>, stock: Stock<'_>) -> Lowered<Part> {
    let instants = Instants::of(lowering);
    let (mut scope, _, end) = open(lowering, stock, instants)?;
    scope.keep(is_null(end.clone()).or(end.gt_eq(instant(instants.to))));
    let keys = Keys::of(&mut scope, None)?;
    let mut columns = keys.exprs.clone();
    columns.push(lit(1_i64).alias("v"));
    let count = aggregate(&scope, "count", vec![named("v")])?;
    let builder = keys.unnest(scope.finish()?.project(columns)?)?;
    let mut part =
        super::values::finish(lowering, builder, &keys, vec![(count, "value", stock.role)])?;
    part.stock = Some(StockPart { every: None, role: stock.role });
    Ok(part)
}

/// One side of the ledger: rows that enter (+1) or leave (−1), by bucket.
fn ledger(
    lowering: &Lowering<'_>,
    stock: Stock<'_>,
    grain: Grain,
    leaving: bool,
) -> Lowered<(LogicalPlan, Keys)> {
    let instants = Instants::of(lowering);
    let (mut scope, start, end) = open(lowering, stock, instants)?;
    if let Some(from) = instants.from {
        // A row that left before the period adds and takes one: nothing. Such files are skipped.
        scope.keep(is_null(end.clone()).or(end.clone().gt_eq(instant(from))));
    }
    if leaving {
        scope.keep(end.clone().lt(instant(instants.to)));
    }
    let at = if leaving { end } else { start };
    let time = bucket(&scope, at.clone(), grain)?;
    let time = match instants.from {
        Some(from) => {
            let zone = &lowering.draft.zone;
            let first = zone.floor(zone.local(from), grain);
            let first =
                jiff::tz::TimeZone::UTC.to_timestamp(first).map_or(0, |it| it.as_microsecond());
            let first = lit(ScalarValue::TimestampMicrosecond(Some(first), None));
            when(at.lt(instant(from)), first).otherwise(time)?
        }
        None => time,
    };
    let keys = Keys::of(&mut scope, Some(time))?;
    let mut columns = keys.exprs.clone();
    columns.push(lit(if leaving { -1_i64 } else { 1_i64 }).alias("v"));
    let builder = keys.unnest(scope.finish()?.project(columns)?)?;
    Ok((builder.build()?, keys))
}

fn over_time(lowering: &Lowering<'_>, stock: Stock<'_>, grain: Grain) -> Lowered<Part> {
    let (entering, keys) = ledger(lowering, stock, grain, false)?;
    let (leaving, _) = ledger(lowering, stock, grain, true)?;
    let functions = lowering.fragments.functions;
    let sum = functions.udaf("sum")?;
    let change = sum.call(vec![named("v")]).alias("change");
    let partition: Vec<Expr> = keys.names().into_iter().skip(1).collect();
    let running = Expr::WindowFunction(Box::new(WindowFunction {
        fun: WindowFunctionDefinition::AggregateUDF(sum),
        params: WindowFunctionParams {
            args: vec![named("change")],
            partition_by: partition,
            order_by: vec![named("time").sort(true, false)],
            window_frame: WindowFrame::new(Some(true)),
            filter: None,
            null_treatment: None,
            distinct: false,
        },
    }));
    let mut outputs = keys.names();
    outputs.push(running.clone().alias("value"));
    let window = LogicalPlanBuilder::from(entering)
        .union(leaving)?
        .aggregate(keys.names(), vec![change])?
        .window(vec![running.alias("value")])?;
    let mut outputs = outputs;
    outputs.pop();
    outputs.push(named("value"));
    let plan = window.project(outputs)?.build()?;
    let mut columns = keys.columns;
    columns.push(Column { name: "value".to_owned(), role: stock.role });
    Ok(Part {
        measure: lowering.measure,
        plan,
        columns,
        stock: Some(StockPart { every: Some(grain), role: stock.role }),
        per_day: None,
    })
}
