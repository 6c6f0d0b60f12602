//! Durations, counts, shares, means and spreads: an aggregate over rows of one period.

use super::shape::{Keys, bucket, named};
use super::{Lowered, Lowering, Scope, quantiles};
use crate::compiled::{Column, Part, Role};
use crate::definition::{ClockName, Kind, PerClock, Provisional, Side};
use crate::issue::Issue;
use crate::statistic::Statistic;
use arrow::datatypes::DataType;
use datafusion_expr::expr::AggregateFunction;
use datafusion_expr::{Expr, LogicalPlanBuilder, cast, lit, when};

/// Microseconds of a second: what durations are divided by.
const MICROS: f64 = 1_000_000.0;
/// Fractions are summed as whole millionths, so that no order of addition changes a digit.
const FRACTION: f64 = 1_000_000.0;

/// The measured value of a row: null where the row is not counted.
pub(crate) struct Measured {
    /// The value as a whole number; for a distinct count the thing itself.
    pub(crate) value: Expr,
    /// What whole numbers are divided by.
    pub(crate) scale: f64,
    /// Whether the row may still change its side.
    pub(crate) provisional: Option<Expr>,
}

/// The plans of one metric: its values, and what has not finished.
pub(super) fn parts(lowering: &Lowering<'_>) -> Lowered<Vec<Part>> {
    let mut parts = vec![value_part(lowering)?];
    let variant = lowering.target.view.variant;
    if let (Some(unfinished), Some(at)) = (&variant.unfinished, &variant.unfinished_at) {
        parts.push(unfinished_part(lowering, unfinished, at)?);
    }
    Ok(parts)
}

/// What the values are divided by, found from the types in the definition.
pub(super) fn scale(lowering: &Lowering<'_>) -> Lowered<f64> {
    let scope = open(lowering)?;
    Ok(measured(&scope)?.scale)
}

/// The relation of the metric, attributed and narrowed by everything but the period.
pub(crate) fn open<'a>(lowering: &Lowering<'a>) -> Lowered<Scope<'a>> {
    let view = lowering.target.view;
    let mut scope = Scope::open(*lowering, view.table(), view.variant.from.as_deref())?;
    if let Some((_, attribution)) = &lowering.target.attribution {
        scope.attribute(&attribution.time, attribution.moment.as_deref())?;
    }
    scope.keep_population(view.variant.population)?;
    scope.keep_sql(view.variant.filter.as_deref())?;
    scope.keep_filters()?;
    Ok(scope)
}

/// Narrows to the question's period. Of instants that lie ahead, all history includes the future.
pub(crate) fn keep_period(scope: &mut Scope<'_>) -> Lowered<()> {
    let Lowering { draft, target, period, .. } = scope.lowering;
    let ahead = target.attribution.as_ref().is_some_and(|(_, attribution)| attribution.ahead);
    if ahead && draft.grain.is_none() && period.is_all(draft.now) {
        return Ok(());
    }
    scope.keep_period(period.from, period.to)
}

/// The measured value of each row of the scope.
pub(crate) fn measured(scope: &Scope<'_>) -> Lowered<Measured> {
    let target = scope.lowering.target;
    let variant = target.view.variant;
    let (value, scale) = match target.view.kind() {
        Kind::Duration | Kind::Mean | Kind::Spread => {
            let sql = match (&variant.value, target.clock) {
                (Some(PerClock::Any(sql)), _) => Some(sql),
                (Some(PerClock::Each(each)), Some(ClockName::Business)) => each.business.as_ref(),
                (Some(PerClock::Each(each)), _) => each.calendar.as_ref(),
                (None, _) => None,
            };
            let sql = sql.ok_or_else(|| missing(scope, "value"))?;
            let (value, scale) = whole(scope, scope.expression(sql)?)?;
            let seconds = target.view.kind() == Kind::Duration
                || sql.ends_with("_us")
                || (variant.unit.unwrap_or(target.view.definition.unit)
                    == crate::definition::Unit::Seconds);
            (value, if seconds { scale * MICROS } else { scale })
        }
        Kind::Share => match &variant.numerator {
            Some(Side::Sql(sql)) => {
                (when(scope.expression(sql)?, lit(1_i64)).otherwise(lit(0_i64))?, 1.0)
            }
            _ => return Err(missing(scope, "numerator")),
        },
        Kind::Count => match (&variant.distinct, &variant.sum) {
            (Some(sql), _) => (scope.expression(sql)?, 1.0),
            (None, Some(sql)) => whole(scope, scope.expression(sql)?)?,
            (None, None) => (lit(1_i64), 1.0),
        },
        Kind::Flow | Kind::Stock => return Err(missing(scope, "value")),
    };
    let (provisional, include) = match &variant.provisional {
        None => (None, true),
        Some(Provisional::Excluded(sql)) => (Some(scope.expression(sql)?), false),
        Some(Provisional::Stated(stated)) => {
            (Some(scope.expression(&stated.when)?), stated.include)
        }
    };
    let value = match &provisional {
        Some(when_provisional) if !include => {
            let settled = when_provisional.clone().is_not_true();
            when(settled, value).end()?
        }
        _ => value,
    };
    Ok(Measured { value, scale, provisional })
}

fn missing(scope: &Scope<'_>, key: &str) -> Issue {
    let message = format!("the definition lacks `{key}`");
    Issue::new("bad_definition", scope.lowering.target.name.clone(), message)
}

/// A number as a whole number, and what to divide it by.
pub(super) fn whole(scope: &Scope<'_>, expr: Expr) -> Lowered<(Expr, f64)> {
    let data_type = scope.type_of(&expr)?;
    if data_type == DataType::Int64 {
        Ok((expr, 1.0))
    } else if data_type.is_integer() {
        Ok((cast(expr, DataType::Int64), 1.0))
    } else {
        let millionths = cast(expr, DataType::Float64) * lit(FRACTION);
        let rounded = scope.call("round", vec![millionths])?;
        Ok((cast(rounded, DataType::Int64), FRACTION))
    }
}

/// An aggregate by name.
pub(super) fn aggregate(scope: &Scope<'_>, name: &str, args: Vec<Expr>) -> Lowered<Expr> {
    Ok(scope.lowering.fragments.functions.udaf(name)?.call(args))
}

/// The number of different values.
pub(super) fn distinct(scope: &Scope<'_>, arg: Expr) -> Lowered<Expr> {
    let count = scope.lowering.fragments.functions.udaf("count")?;
    let call = AggregateFunction::new_udf(count, vec![arg], true, None, Vec::new(), None);
    Ok(Expr::AggregateFunction(call))
}

/// The bucket of the attributed instant, where the question has a grain.
pub(super) fn time_key(scope: &Scope<'_>) -> Lowered<Option<Expr>> {
    match (scope.lowering.draft.grain, scope.time.clone()) {
        (Some(grain), Some(time)) => Ok(Some(bucket(scope, time, grain)?)),
        _ => Ok(None),
    }
}

fn value_part(lowering: &Lowering<'_>) -> Lowered<Part> {
    let mut scope = open(lowering)?;
    keep_period(&mut scope)?;
    let Measured { value, provisional, .. } = measured(&scope)?;
    let shown = match &provisional {
        Some(provisional) => value.clone().is_not_null().or(provisional.clone().is_true()),
        None => value.clone().is_not_null(),
    };
    if !matches!(&value, Expr::Literal(..)) && lowering.target.view.kind() != Kind::Share {
        scope.keep(shown);
    }
    let time = time_key(&scope)?;
    let keys = Keys::of(&mut scope, time)?;
    let mut columns = keys.exprs.clone();
    columns.push(value.alias("v"));
    if let Some(provisional) = &provisional {
        columns.push(when(provisional.clone(), lit(1_i64)).otherwise(lit(0_i64))?.alias("p"));
    }
    if let Some(over) = &lowering.target.view.variant.over {
        columns.push(scope.expression(over)?.alias("o"));
    }
    let outputs = ingredients(&scope, provisional.is_some())?;
    let gap = gap_inner(&scope, &keys)?;
    let builder = keys.unnest(scope.finish()?.project(columns)?)?;
    let builder = match gap {
        Some((groups, inner)) => builder.aggregate(groups, inner)?,
        None => builder,
    };
    finish(lowering, builder, &keys, outputs)
}

/// Aggregates with the roles of their columns, in order.
type Outputs = Vec<(Expr, &'static str, Role)>;

fn ingredients(scope: &Scope<'_>, provisional: bool) -> Lowered<Outputs> {
    let target = scope.lowering.target;
    let call = |name: &str| aggregate(scope, name, vec![named("v")]);
    let mut outputs = Vec::new();
    match target.view.kind() {
        Kind::Share => {
            outputs.push((call("count")?, "n", Role::N));
            outputs.push((call("sum")?, "numerator", Role::Numerator));
        }
        Kind::Count if target.view.variant.distinct.is_some() => {
            outputs.push((distinct(scope, named("v"))?, "value", Role::Value));
        }
        Kind::Count => {
            outputs.push((call("count")?, "n", Role::N));
            outputs.push((call("sum")?, "value", Role::Value));
        }
        Kind::Spread if target.view.variant.over.is_some() => return gap_outer(scope, provisional),
        Kind::Duration | Kind::Mean | Kind::Spread | Kind::Flow | Kind::Stock => {
            outputs.push((call("count")?, "n", Role::N));
            let shares = quantiles(target);
            if !shares.is_empty() {
                let args = std::iter::once(named("v")).chain(shares.into_iter().map(lit));
                let list = aggregate(scope, "quantiles", args.collect())?;
                outputs.push((list, "quantiles", Role::Quantiles));
            }
            outputs.push((call("sum")?, "sum", Role::Sum));
            for (wanted, name, role) in
                [(Statistic::Min, "min", Role::Min), (Statistic::Max, "max", Role::Max)]
            {
                if target.statistics.iter().any(|(_, statistic)| *statistic == wanted) {
                    outputs.push((call(name)?, name, role));
                }
            }
        }
    }
    if provisional {
        let count = aggregate(scope, "sum", vec![named("p")])?;
        outputs.push((count, "provisional", Role::Provisional));
    }
    Ok(outputs)
}

/// The medians of the groups that a gap lies between.
type Inner = (Vec<Expr>, Vec<Expr>);

fn gap_inner(scope: &Scope<'_>, keys: &Keys) -> Lowered<Option<Inner>> {
    let view = scope.lowering.target.view;
    if view.kind() != Kind::Spread || view.variant.over.is_none() {
        return Ok(None);
    }
    let mut groups = keys.names();
    groups.push(named("o"));
    let median = aggregate(scope, "quantiles", vec![named("v"), lit(0.5)])?.alias("m");
    let mut inner = vec![median, aggregate(scope, "count", vec![named("v")])?.alias("c")];
    if view.variant.provisional.is_some() {
        inner.push(aggregate(scope, "sum", vec![named("p")])?.alias("p"));
    }
    Ok(Some((groups, inner)))
}

fn gap_outer(scope: &Scope<'_>, provisional: bool) -> Lowered<Outputs> {
    let median = scope.call("array_element", vec![named("m"), lit(1_i64)])?;
    let largest = aggregate(scope, "max", vec![median.clone()])?;
    let smallest = aggregate(scope, "min", vec![median])?;
    let mut outputs = vec![
        (aggregate(scope, "sum", vec![named("c")])?, "n", Role::N),
        (largest, "largest", Role::Max),
        (smallest, "smallest", Role::Min),
    ];
    if provisional {
        let count = aggregate(scope, "sum", vec![named("p")])?;
        outputs.push((count, "provisional", Role::Provisional));
    }
    Ok(outputs)
}

/// Aggregates by the keys and names the columns.
pub(super) fn finish(
    lowering: &Lowering<'_>,
    builder: LogicalPlanBuilder,
    keys: &Keys,
    outputs: Outputs,
) -> Lowered<Part> {
    let mut columns = keys.columns.clone();
    let mut aggregates = Vec::with_capacity(outputs.len());
    for (expr, name, role) in outputs {
        aggregates.push(expr.alias(name));
        columns.push(Column { name: name.to_owned(), role });
    }
    let plan = builder.aggregate(keys.names(), aggregates)?.build()?;
    Ok(Part { measure: lowering.measure, plan, columns, stock: None, per_day: None })
}

/// How many have started in the period and not finished. What has not finished has no moment of
/// its own yet, so it stands with today's agent, group, priority and type.
fn unfinished_part(lowering: &Lowering<'_>, condition: &str, at: &str) -> Lowered<Part> {
    let view = lowering.target.view;
    let mut scope = Scope::open(*lowering, view.table(), view.variant.from.as_deref())?;
    let moment = lowering.target.attribution.as_ref().and_then(|(_, it)| it.moment.as_deref());
    let moment = moment.filter(|moment| *moment == "created").or(Some("current"));
    scope.attribute(at, moment)?;
    scope.keep_period(lowering.period.from, lowering.period.to)?;
    scope.keep_population(view.variant.population)?;
    scope.keep_sql(view.variant.filter.as_deref())?;
    scope.keep_sql(Some(condition))?;
    scope.keep_filters()?;
    let time = time_key(&scope)?;
    let keys = Keys::of(&mut scope, time)?;
    let mut columns = keys.exprs.clone();
    columns.push(lit(1_i64).alias("v"));
    let count = aggregate(&scope, "count", vec![named("v")])?;
    let builder = keys.unnest(scope.finish()?.project(columns)?)?;
    finish(lowering, builder, &keys, vec![(count, "unfinished", Role::Unfinished)])
}
