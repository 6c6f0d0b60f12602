//! One relation with everything that can be named in it: columns, dimensions, filters.

use super::{Lowered, Lowering};
use crate::definition::Population;
use crate::dimension::{AGE_BUCKETS, Asked, NONE, What};
use crate::filter::{Filter, Op};
use crate::issue::Issue;
use crate::sql::Bindings;
use crate::time::{Present, WEEKDAYS, read_range};
use arrow::datatypes::DataType;
use datafusion_common::{Column, DFSchemaRef, JoinType, ScalarValue, TableReference};
use datafusion_expr::utils::conjunction;
use datafusion_expr::{
    Case, Expr, ExprSchemable, LogicalPlanBuilder, cast, is_null, lit, try_cast, when,
};
use event::Instant;
use facts::Table;

/// The alias of the ticket beside a child row.
const TICKET: &str = "ticket";

/// A relation being narrowed.
pub(crate) struct Scope<'a> {
    pub(crate) lowering: Lowering<'a>,
    builder: LogicalPlanBuilder,
    /// Columns of the relation itself, which is all that definitions may name.
    schema: DFSchemaRef,
    relation: TableReference,
    table: Table,
    bindings: Bindings,
    moment: Option<String>,
    /// The instant that rows belong to.
    pub(crate) time: Option<Expr>,
    /// The instant at which ages are taken.
    pub(crate) age_at: Option<Instant>,
    conditions: Vec<Expr>,
    joined: bool,
}

/// An instant as the fact tables hold it.
pub(crate) fn instant(at: Instant) -> Expr {
    lit(ScalarValue::TimestampMicrosecond(Some(at.micros()), None))
}

impl<'a> Scope<'a> {
    /// Opens a table, or the relation that a definition puts in its place.
    pub(crate) fn open(lowering: Lowering<'a>, table: &str, from: Option<&str>) -> Lowered<Self> {
        let Some(table) = Table::named(table) else {
            let message = format!("there is no table `{table}`");
            return Err(Issue::new("bad_definition", lowering.target.name.clone(), message));
        };
        let bindings = lowering.bindings();
        let builder = match from {
            Some(sql) => {
                let plan = lowering.fragments.relation(sql, &bindings)?;
                LogicalPlanBuilder::from(plan).alias(table.name())?
            }
            None => LogicalPlanBuilder::scan(table.name(), lowering.fragments.table(table), None)?,
        };
        Ok(Self {
            schema: builder.schema().clone(),
            builder,
            relation: TableReference::bare(table.name()),
            table,
            bindings,
            moment: None,
            time: None,
            age_at: None,
            conditions: Vec::new(),
            joined: false,
            lowering,
        })
    }

    /// Sets the instant that rows belong to, and the moment whose agent, group, … are meant.
    pub(crate) fn attribute(&mut self, time: &str, moment: Option<&str>) -> Lowered<()> {
        self.time = Some(self.expression(time)?);
        self.moment = moment.map(str::to_owned);
        Ok(())
    }

    /// A fragment of SQL over the relation's own columns.
    pub(crate) fn expression(&self, sql: &str) -> Lowered<Expr> {
        self.lowering.fragments.expression(sql, &self.schema, &self.bindings).map_err(|error| {
            let message = crate::question::first_line(&error);
            Issue::new("bad_sql", self.lowering.target.name.clone(), message)
                .hint(format!("in `{sql}`"))
        })
    }

    /// The type of an expression over the relation's own columns.
    pub(crate) fn type_of(&self, expr: &Expr) -> Lowered<DataType> {
        Ok(expr.get_type(&self.schema)?)
    }

    /// Narrows the relation.
    pub(crate) fn keep(&mut self, condition: Expr) {
        self.conditions.push(condition);
    }

    /// Narrows the relation by a fragment, if there is one.
    pub(crate) fn keep_sql(&mut self, sql: Option<&str>) -> Lowered<()> {
        if let Some(sql) = sql {
            let condition = self.expression(sql)?;
            self.keep(condition);
        }
        Ok(())
    }

    /// Narrows to the half-open period by the raw instant, so that files can be skipped.
    pub(crate) fn keep_period(&mut self, from: Option<Instant>, to: Instant) -> Lowered<()> {
        let time = self.time.clone().ok_or_else(|| {
            Issue::new("internal", "question", "a period needs an attributed instant")
        })?;
        if let Some(from) = from {
            self.keep(time.clone().gt_eq(instant(from)));
        }
        self.keep(time.lt(instant(to)));
        Ok(())
    }

    /// Narrows to the default population, unless the definition or the question says otherwise.
    pub(crate) fn keep_population(&mut self, population: Population) -> Lowered<()> {
        if population == Population::Default && !self.lowering.draft.asks_for_excluded() {
            let excluded = self.column("excluded")?;
            self.keep(is_null(excluded));
        }
        Ok(())
    }

    /// Narrows by the question's filters.
    pub(crate) fn keep_filters(&mut self) -> Lowered<()> {
        for narrowing in &self.lowering.draft.filters {
            let condition = self.filter(&narrowing.field, &narrowing.filter, &narrowing.place)?;
            self.keep(condition);
        }
        Ok(())
    }

    /// Everything wrong with the question's filters on this relation.
    pub(crate) fn filter_issues(&mut self) -> Vec<Issue> {
        let filters = self.lowering.draft.filters.iter();
        filters
            .filter_map(|narrowing| {
                self.filter(&narrowing.field, &narrowing.filter, &narrowing.place).err()
            })
            .collect()
    }

    /// The relation, joined where anything of the ticket was named, and narrowed.
    pub(crate) fn finish(self) -> Lowered<LogicalPlanBuilder> {
        let mut builder = self.builder;
        if self.joined {
            let tickets = self.lowering.fragments.table(Table::Tickets);
            let tickets =
                LogicalPlanBuilder::scan(Table::Tickets.name(), tickets, None)?.alias(TICKET)?;
            let left = Column::new(Some(self.relation), "number");
            let right = Column::new(Some(TICKET), "number");
            builder =
                builder.join(tickets.build()?, JoinType::Inner, (vec![left], vec![right]), None)?;
        }
        Ok(match conjunction(self.conditions) {
            Some(condition) => builder.filter(condition)?,
            None => builder,
        })
    }

    /// A column of the row, or of its ticket.
    pub(crate) fn column(&mut self, name: &str) -> Lowered<Expr> {
        if self.schema.has_column_with_unqualified_name(name) {
            return Ok(Expr::Column(Column::new(Some(self.relation.clone()), name)));
        }
        self.ticket(name)
    }

    /// A column of the ticket.
    pub(crate) fn ticket(&mut self, name: &str) -> Lowered<Expr> {
        let own =
            self.table == Table::Tickets && self.schema.has_column_with_unqualified_name(name);
        if own {
            return Ok(Expr::Column(Column::new(Some(self.relation.clone()), name)));
        }
        if Table::Tickets.column(name).is_none()
            || !self.schema.has_column_with_unqualified_name("number")
        {
            let message = format!("`{name}` has no meaning for `{}`", self.lowering.target.name);
            return Err(Issue::new("dimension_not_offered", name, message));
        }
        self.joined = true;
        Ok(Expr::Column(Column::new(Some(TICKET), name)))
    }

    /// A dimension's raw expression; null where it is missing. A tag is its list.
    fn raw(&mut self, asked: &Asked) -> Lowered<Expr> {
        match &asked.what {
            What::Momentous { column, moment } => match (moment, self.table) {
                (Some(moment), _) => self.ticket(&format!("{moment}_{column}")),
                (None, Table::Tickets) => {
                    let moment = self.moment.as_deref().unwrap_or("current");
                    let name = format!("{moment}_{column}");
                    self.ticket(&name)
                }
                (None, _) => self.column(column),
            },
            What::Column(name) => self.column(name),
            What::Tag => self.ticket("tags"),
            What::Anomaly => self.ticket("anomalies"),
            What::Field(name) => {
                let fields = self.ticket("fields")?;
                self.call("field", vec![fields, lit(name.as_str())])
            }
            What::HourOfDay => self.local("local_hour", &asked.name),
            What::DayOfWeek => self.local("local_weekday", &asked.name),
            What::AgeBucket => self.age(&asked.name),
        }
    }

    fn local(&mut self, function: &str, name: &str) -> Lowered<Expr> {
        let zone = lit(self.lowering.draft.zone.name.as_str());
        match self.time.clone() {
            Some(time) => self.call(function, vec![time, zone]),
            None => Err(self.meaningless(name)),
        }
    }

    fn meaningless(&self, name: &str) -> Issue {
        let message = format!("`{name}` has no meaning for `{}`", self.lowering.target.name);
        Issue::new("dimension_not_offered", name, message)
    }

    fn age(&mut self, name: &str) -> Lowered<Expr> {
        let at = self.age_at.ok_or_else(|| self.meaningless(name))?;
        let created = self.column("created_at")?;
        let cases = AGE_BUCKETS.iter().filter_map(|(name, bound)| {
            // age < bound, rewritten so that the column stands alone
            let younger = created.clone().gt(instant(at.plus(-(*bound)?)));
            Some((Box::new(younger), Box::new(lit(*name))))
        });
        let oldest = AGE_BUCKETS.last().map(|(name, _)| Box::new(lit(*name)));
        Ok(Expr::Case(Case::new(None, cases.collect(), oldest)))
    }

    /// A scalar function by name.
    pub(crate) fn call(&self, name: &str, args: Vec<Expr>) -> Lowered<Expr> {
        Ok(self.lowering.fragments.functions.udf(name)?.call(args))
    }

    /// A dimension as text without nulls; a tag is a list of such, to be unnested.
    pub(crate) fn dimension(&mut self, asked: &Asked) -> Lowered<Expr> {
        let raw = self.raw(asked)?;
        match &asked.what {
            What::Tag | What::Anomaly => {
                let none = self.call("make_array", vec![lit(NONE)])?;
                let length = self.call("array_length", vec![raw.clone()])?;
                Ok(when(length.gt(lit(0_u64)), raw).otherwise(none)?)
            }
            What::DayOfWeek => {
                let days = WEEKDAYS.iter().zip(1_i64..);
                let days = days.map(|((name, _), day)| (Box::new(lit(day)), Box::new(lit(*name))));
                let day = Box::new(cast(raw, DataType::Int64));
                Ok(Expr::Case(Case::new(Some(day), days.collect(), Some(Box::new(lit(NONE))))))
            }
            What::Momentous { .. }
            | What::Column(_)
            | What::Field(_)
            | What::HourOfDay
            | What::AgeBucket => self.call("coalesce", vec![cast(raw, DataType::Utf8), lit(NONE)]),
        }
    }

    /// Whether the row stands in this group of the dimension.
    pub(crate) fn in_group(&mut self, asked: &Asked, value: &str) -> Lowered<Expr> {
        if asked.what == What::Tag {
            let filter = Filter { field: "tag".into(), op: Op::In, values: vec![value.to_owned()] };
            return self.filter(asked, &filter, &asked.name);
        }
        Ok(self.dimension(asked)?.eq(lit(value)))
    }

    fn filter(&mut self, field: &Asked, filter: &Filter, place: &str) -> Lowered<Expr> {
        if matches!(field.what, What::Tag | What::Anomaly) {
            return self.list_filter(field, filter, place);
        }
        let numeric = match &field.what {
            What::Column(name) => self.column_type(name),
            What::HourOfDay => Some(DataType::Int64),
            What::Momentous { .. }
            | What::Tag
            | What::Anomaly
            | What::Field(_)
            | What::DayOfWeek
            | What::AgeBucket => None,
        };
        let compared = matches!(filter.op, Op::Lt | Op::Le | Op::Gt | Op::Ge);
        let raw = match field.what {
            What::DayOfWeek => self.dimension(field)?,
            What::Field(_) if compared => try_cast(self.raw(field)?, DataType::Float64),
            _ => self.raw(field)?,
        };
        let data_type = match (&field.what, numeric) {
            (What::Field(_), _) if compared => DataType::Float64,
            (_, Some(data_type)) => data_type,
            _ => DataType::Utf8,
        };
        if compared && data_type == DataType::Utf8 {
            let message = format!("`{}` is text, which has no order", filter.field);
            return Err(Issue::new("bad_filter_value", place, message).hint("use = or in (…)"));
        }
        let mut missing = false;
        let mut values = Vec::with_capacity(filter.values.len());
        for value in &filter.values {
            if value == NONE {
                missing = true;
            } else {
                values.push(self.value(value, &data_type, place)?);
            }
        }
        let present = || raw.clone().is_not_null();
        Ok(match filter.op {
            Op::IsNull => raw.is_null(),
            Op::IsNotNull => raw.is_not_null(),
            Op::In if values.is_empty() => raw.is_null(),
            Op::In if missing => raw.clone().is_null().or(raw.in_list(values, false)),
            Op::In if values.len() == 1 => raw.eq(values.remove(0)),
            Op::In => raw.in_list(values, false),
            Op::NotIn if values.is_empty() => raw.is_not_null(),
            Op::NotIn if missing => present().and(raw.in_list(values, true)),
            Op::NotIn => raw.clone().is_null().or(raw.in_list(values, true)),
            Op::Lt | Op::Le | Op::Gt | Op::Ge => {
                let Some(value) = values.pop() else {
                    let message = format!("`{NONE}` cannot be compared");
                    return Err(Issue::new("bad_filter_value", place, message));
                };
                match filter.op {
                    Op::Lt => raw.lt(value),
                    Op::Le => raw.lt_eq(value),
                    Op::Gt => raw.gt(value),
                    _ => raw.gt_eq(value),
                }
            }
        })
    }

    /// Whether any of a list, such as the tags, is among the filter's values.
    fn list_filter(&mut self, field: &Asked, filter: &Filter, place: &str) -> Lowered<Expr> {
        let list = self.raw(field)?;
        let length = self.call("array_length", vec![list.clone()])?;
        let length = self.call("coalesce", vec![length, lit(0_u64)])?;
        let none = length.clone().eq(lit(0_u64));
        let mut any = lit(false);
        for value in &filter.values {
            let one = if value == NONE {
                none.clone()
            } else {
                let has = self.call("array_has", vec![list.clone(), lit(value.as_str())])?;
                self.call("coalesce", vec![has, lit(false)])?
            };
            any = if any == lit(false) { one } else { any.or(one) };
        }
        match filter.op {
            Op::In => Ok(any),
            Op::NotIn => Ok(Expr::Not(Box::new(any))),
            Op::IsNull => Ok(none),
            Op::IsNotNull => Ok(length.gt(lit(0_u64))),
            Op::Lt | Op::Le | Op::Gt | Op::Ge => {
                let message = format!("`{}` is text, which has no order", field.name);
                Err(Issue::new("bad_filter_value", place, message).hint("use = or in (…)"))
            }
        }
    }

    fn column_type(&self, name: &str) -> Option<DataType> {
        let own = self.schema.field_with_unqualified_name(name).ok();
        let data_type = match own {
            Some(field) => field.data_type().clone(),
            None => Table::Tickets.schema().field_with_name(name).ok()?.data_type().clone(),
        };
        let text = matches!(data_type, DataType::Utf8 | DataType::Utf8View | DataType::LargeUtf8);
        (!text).then_some(data_type)
    }

    fn value(&self, text: &str, data_type: &DataType, place: &str) -> Lowered<Expr> {
        let bad =
            |what: &str| Issue::new("bad_filter_value", place, format!("`{text}` is not {what}"));
        match data_type {
            DataType::Int64 | DataType::Float64 => match text.parse::<i64>() {
                Ok(number) => Ok(lit(number)),
                Err(_) => text.parse::<f64>().map(lit).map_err(|_| bad("a number")),
            },
            DataType::Boolean => match text {
                "true" | "yes" => Ok(lit(true)),
                "false" | "no" => Ok(lit(false)),
                _ => Err(bad("true or false")),
            },
            DataType::Timestamp(..) => {
                let draft = self.lowering.draft;
                let ends =
                    crate::question::Ends { from: Some(text.to_owned()), to: None, at: None };
                let present =
                    Present { now: Instant::from_micros(i64::MAX - 1), zone: &draft.zone };
                let read = read_range(Some(&crate::question::Range::Ends(ends)), present);
                let from = read.ok().and_then(|range| range.from);
                from.map(instant).ok_or_else(|| bad("a day or a time"))
            }
            _ => Ok(lit(text)),
        }
    }
}
