//! Flows: a ratio of two streams, each with its own rows and its own instant.

use super::shape::{Keys, named};
use super::stock::{self, Stock};
use super::values::{aggregate, distinct, finish, time_key, whole};
use super::{Lowered, Lowering, Scope};
use crate::compiled::{Part, Role};
use crate::definition::{Per, Side, Stream};
use crate::issue::Issue;
use datafusion_expr::{Expr, lit};

/// The streams of a flow.
pub(crate) fn stream<'a>(lowering: &Lowering<'a>, role: Role) -> Lowered<&'a Stream> {
    let variant = lowering.target.view.variant;
    let side = match role {
        Role::Numerator => &variant.numerator,
        _ => &variant.denominator,
    };
    match side {
        Some(Side::Stream(stream)) => Ok(stream),
        _ => {
            let message = "a flow needs a numerator and a denominator";
            Err(Issue::new("bad_definition", lowering.target.name.clone(), message))
        }
    }
}

/// The plans of both sides.
pub(super) fn parts(lowering: &Lowering<'_>) -> Lowered<Vec<Part>> {
    let sides = [Role::Numerator, Role::Denominator];
    sides.into_iter().map(|role| part(lowering, stream(lowering, role)?, role)).collect()
}

/// What numerator and denominator are divided by.
pub(super) fn scales(lowering: &Lowering<'_>) -> Lowered<(f64, f64)> {
    let scale = |role| -> Lowered<f64> {
        let stream = stream(lowering, role)?;
        if stream.stock {
            return Ok(1.0);
        }
        Ok(counted(&open(lowering, stream)?, stream)?.1)
    };
    Ok((scale(Role::Numerator)?, scale(Role::Denominator)?))
}

/// The relation of one side, narrowed by everything but the period.
pub(crate) fn open<'a>(lowering: &Lowering<'a>, stream: &Stream) -> Lowered<Scope<'a>> {
    let table = stream.table.as_deref().unwrap_or_else(|| lowering.target.view.table());
    let mut scope = Scope::open(*lowering, table, stream.from.as_deref())?;
    if let Some(time) = &stream.time {
        scope.attribute(time, stream.moment.as_deref())?;
    }
    scope.keep_population(stream.population)?;
    scope.keep_sql(stream.filter.as_deref())?;
    scope.keep_filters()?;
    Ok(scope)
}

/// The side of a flow that is a stock.
pub(crate) fn as_stock<'a>(lowering: &Lowering<'a>, stream: &'a Stream, role: Role) -> Stock<'a> {
    Stock {
        table: stream.table.as_deref().unwrap_or_else(|| lowering.target.view.table()),
        from: stream.from.as_deref(),
        filter: stream.filter.as_deref(),
        population: stream.population,
        start: stream.start.as_deref(),
        end: stream.end.as_deref(),
        role,
    }
}

/// What a row adds to its side, and what the sum is divided by.
pub(crate) fn counted(scope: &Scope<'_>, stream: &Stream) -> Lowered<(Expr, f64)> {
    match (&stream.distinct, &stream.sum) {
        (Some(sql), _) => Ok((scope.expression(sql)?, 1.0)),
        (None, Some(sql)) => whole(scope, scope.expression(sql)?),
        (None, None) => Ok((lit(1_i64), 1.0)),
    }
}

fn part(lowering: &Lowering<'_>, stream: &Stream, role: Role) -> Lowered<Part> {
    let per_day = stream.per.map(|per| match per {
        Per::Day => role,
    });
    if stream.stock {
        let part = stock::part_of(lowering, as_stock(lowering, stream, role))?;
        return Ok(Part { per_day, ..part });
    }
    let mut scope = open(lowering, stream)?;
    scope.keep_period(lowering.period.from, lowering.period.to)?;
    let (value, _) = counted(&scope, stream)?;
    let time = time_key(&scope)?;
    let keys = Keys::of(&mut scope, time)?;
    let mut columns = keys.exprs.clone();
    columns.push(value.alias("v"));
    let total = match &stream.distinct {
        Some(_) => distinct(&scope, named("v"))?,
        None => aggregate(&scope, "sum", vec![named("v")])?,
    };
    let name = if role == Role::Numerator { "numerator" } else { "denominator" };
    let mut outputs = vec![(total, name, role)];
    if role == Role::Denominator {
        let n = match &stream.distinct {
            Some(_) => distinct(&scope, named("v"))?,
            None => aggregate(&scope, "count", vec![named("v")])?,
        };
        outputs.push((n, "n", Role::N));
    }
    let builder = keys.unnest(scope.finish()?.project(columns)?)?;
    Ok(Part { per_day, ..finish(lowering, builder, &keys, outputs)? })
}
