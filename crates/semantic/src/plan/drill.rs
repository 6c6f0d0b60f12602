//! The rows behind a cell, with the same relation and the same conditions as the cell itself.

use super::scope::instant;
use super::shape::named;
use super::{Instants, Lowered, Lowering, Scope, flow, stock, values};
use crate::compiled::Role;
use crate::definition::Kind;
use crate::dimension::Asked;
use crate::tickets::{Drill, Sort};
use datafusion_common::ScalarValue;
use datafusion_expr::{Expr, LogicalPlan, is_null, lit};

/// Columns of the ticket that every drill-down shows, and the ones they are read from.
const SHOWN: [(&str, &str); 9] = [
    ("ticket", "ticket"),
    ("source", "source"),
    ("created_at", "created_at"),
    ("status", "status"),
    ("channel", "channel"),
    ("priority", "current_priority"),
    ("group", "current_group"),
    ("agent", "current_agent"),
    ("requester", "requester"),
];

/// A narrowed relation whose rows are those of a cell.
pub(crate) struct Drilled<'a> {
    scope: Scope<'a>,
    time: Expr,
    value: Expr,
    distinct: bool,
    pub(crate) scale: f64,
}

impl<'a> Drilled<'a> {
    /// The rows of a duration, count, share, mean or spread.
    pub(crate) fn values(lowering: &Lowering<'a>) -> Lowered<Self> {
        let mut scope = values::open(lowering)?;
        values::keep_period(&mut scope)?;
        let measured = values::measured(&scope)?;
        scope.keep(measured.value.clone().is_not_null());
        let variant = lowering.target.view.variant;
        let distinct = lowering.target.view.kind() == Kind::Count && variant.distinct.is_some();
        let time = scope.time.clone().unwrap_or_else(null_time);
        Ok(Self { scope, time, value: measured.value, distinct, scale: measured.scale })
    }

    /// The rows of one side of a flow.
    pub(crate) fn flow(lowering: &Lowering<'a>, role: Role) -> Lowered<Self> {
        let stream = flow::stream(lowering, role)?;
        if stream.stock {
            return Self::in_stock(lowering, flow::as_stock(lowering, stream, role));
        }
        let mut scope = flow::open(lowering, stream)?;
        scope.keep_period(lowering.period.from, lowering.period.to)?;
        let (value, scale) = flow::counted(&scope, stream)?;
        scope.keep(value.clone().is_not_null());
        let time = scope.time.clone().unwrap_or_else(null_time);
        Ok(Self { scope, time, value, distinct: stream.distinct.is_some(), scale })
    }

    /// The rows of a stock at the end of the period.
    pub(crate) fn stock(lowering: &Lowering<'a>) -> Lowered<Self> {
        let view = lowering.target.view;
        let whole = stock::Stock {
            table: view.table(),
            from: view.variant.from.as_deref(),
            filter: view.variant.filter.as_deref(),
            population: view.variant.population,
            start: view.variant.start.as_deref(),
            end: view.variant.end.as_deref(),
            role: Role::Value,
        };
        Self::in_stock(lowering, whole)
    }

    fn in_stock(lowering: &Lowering<'a>, stock: stock::Stock<'_>) -> Lowered<Self> {
        let instants = Instants::of(lowering);
        let (mut scope, start, end) = stock::open(lowering, stock, instants)?;
        scope.keep(is_null(end.clone()).or(end.gt_eq(instant(instants.to))));
        Ok(Self { scope, time: start, value: lit(1_i64), distinct: false, scale: 1.0 })
    }

    /// The plan of one page.
    pub(crate) fn plan(mut self, groups: &[(&Asked, &str)], drill: &Drill) -> Lowered<LogicalPlan> {
        for (asked, value) in groups {
            let condition = self.scope.in_group(asked, value)?;
            self.scope.keep(condition);
        }
        let mut columns = vec![self.scope.column("number")?.alias("number")];
        for (name, column) in SHOWN {
            columns.push(self.scope.ticket(column)?.alias(name));
        }
        columns.push(self.time.alias("time"));
        columns.push(self.value.alias("value"));
        let functions = self.scope.lowering.fragments.functions;
        let first = functions.udaf("min")?;
        let mut builder = self.scope.finish()?.project(columns)?;
        if self.distinct {
            let shown = SHOWN.iter().map(|(name, _)| *name).chain(["number", "time"]);
            let firsts =
                shown.map(|name| first.call(vec![named(name)]).alias(name)).collect::<Vec<_>>();
            builder = builder.aggregate(vec![named("value")], firsts)?;
        }
        let key = match drill.sort {
            Sort::Value => "value",
            Sort::Time => "time",
            Sort::Number => "number",
        };
        // Number and instant make the order total, so that pages neither overlap nor leave gaps.
        let order = [named(key).sort(drill.ascending, false)]
            .into_iter()
            .chain(["number", "time"].map(|name| named(name).sort(true, false)));
        builder = builder.sort(order)?;
        let skip = usize::try_from(drill.offset).unwrap_or(usize::MAX);
        let fetch = (drill.limit > 0).then(|| usize::try_from(drill.limit).unwrap_or(usize::MAX));
        Ok(builder.limit(skip, fetch)?.build()?)
    }
}

fn null_time() -> Expr {
    lit(ScalarValue::TimestampMicrosecond(None, None))
}
