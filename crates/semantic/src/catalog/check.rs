//! Checks of a definition before any question reaches it: its structure, then its SQL.

use super::{Entry, View};
use crate::definition::{Kind, PerClock, Provisional, Side, Stream};
use crate::issue::Issue;
use crate::sql::{Bindings, Fragments, Schemas};
use crate::statistic::Statistic;
use arrow::datatypes::{DataType, TimeUnit};
use datafusion_common::{DFSchema, ScalarValue};
use datafusion_expr::registry::FunctionRegistry;
use datafusion_expr::{ExprSchemable, LogicalPlanBuilder};

/// A place in the file: the line that holds `needle`, if any does.
fn place(entry: &Entry, needle: &str) -> String {
    let first = needle.lines().next().unwrap_or_default().trim();
    let line = entry.text.lines().position(|line| !first.is_empty() && line.contains(first));
    match line {
        Some(at) => format!("{}:{}", entry.file, at + 1),
        None => entry.file.clone(),
    }
}

fn bad(entry: &Entry, needle: &str, message: impl Into<String>) -> Issue {
    Issue::new("bad_definition", place(entry, needle), message)
}

fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// What can be seen without functions: names, keys that belong together, statistics.
pub(super) fn structure(entry: &Entry, issues: &mut Vec<Issue>) {
    let definition = &entry.definition;
    let names = definition.variants.names().chain(definition.parameters.names());
    for name in names.chain([definition.metric.as_str()]).filter(|name| !is_name(name)) {
        issues.push(Issue::new(
            "bad_name",
            place(entry, name),
            format!("`{name}` is not a name: lower-case letters, digits and _ only"),
        ));
    }
    if definition.variants.is_empty() {
        issues.push(bad(entry, "variants", "a metric has at least one variant"));
    }
    for (name, parameter) in definition.parameters.iter() {
        if !parameter.allowed.is_empty() && !parameter.allowed.contains(&parameter.default) {
            issues.push(bad(entry, name, format!("the default of `{name}` is not allowed")));
        }
        if ["now", "zone"].contains(&name) {
            issues.push(bad(entry, name, format!("`:{name}` has a meaning of its own")));
        }
    }
    for (name, variant) in definition.variants.iter() {
        variant_structure(entry, name, View { definition, variant }, issues);
    }
}

fn variant_structure(entry: &Entry, name: &str, view: View<'_>, issues: &mut Vec<Issue>) {
    let variant = view.variant;
    let at = format!("{name}:");
    if facts::Table::named(view.table()).is_none() {
        let known = facts::Table::ALL.iter().map(|table| table.name());
        let message = format!("there is no table `{}`", view.table());
        issues.push(bad(entry, view.table(), message).did_you_mean(view.table(), known));
    }
    let kind = view.kind();
    let need = |present: bool, key: &str| {
        (!present).then(|| bad(entry, &at, format!("variant `{name}`: a {kind} needs `{key}`")))
    };
    let missing = match kind {
        Kind::Duration | Kind::Mean | Kind::Spread => need(variant.value.is_some(), "value"),
        Kind::Share => {
            need(matches!(variant.numerator, Some(Side::Sql(_))), "numerator: a boolean")
        }
        Kind::Flow => need(
            matches!(variant.numerator, Some(Side::Stream(_)))
                && matches!(variant.denominator, Some(Side::Stream(_))),
            "numerator and denominator: {…}",
        ),
        Kind::Count => {
            let forms =
                [variant.count.is_some(), variant.distinct.is_some(), variant.sum.is_some()];
            need(forms.iter().filter(|given| **given).count() <= 1, "one of count, distinct, sum")
        }
        Kind::Stock => None,
    };
    issues.extend(missing);
    if kind != Kind::Stock && kind != Kind::Flow && view.attribution().is_empty() {
        issues.push(bad(entry, &at, format!("variant `{name}` has no `attribution`")));
    }
    if variant.unfinished.is_some() != variant.unfinished_at.is_some() {
        let message = format!("variant `{name}`: `unfinished` and `unfinished_at` go together");
        issues.push(bad(entry, &at, message));
    }
    for word in view.statistics() {
        let fits = Statistic::read(&word).is_some_and(|statistic| statistic.fits(kind));
        if !fits {
            let message = format!("variant `{name}`: a {kind} has no statistic `{word}`");
            issues.push(
                bad(entry, &word, message)
                    .did_you_mean(&word, Statistic::offered(kind).iter().copied()),
            );
        }
    }
    if matches!(variant.value, Some(PerClock::Each(_))) && view.clocks().is_empty() {
        issues.push(bad(entry, &at, format!("variant `{name}` has values but no `clocks`")));
    }
}

/// What a fragment must yield.
#[derive(Clone, Copy)]
enum Wanted {
    Boolean,
    Number,
    Time,
    Any,
}

struct Reader<'a> {
    entry: &'a Entry,
    fragments: Fragments<'a>,
    bindings: Bindings,
    issues: &'a mut Vec<Issue>,
}

/// Reads every fragment against the schema of its table or relation.
pub(super) fn fragments(entry: &Entry, functions: &dyn FunctionRegistry, issues: &mut Vec<Issue>) {
    let mut bindings = Bindings::default();
    bindings.push("now", ScalarValue::TimestampMicrosecond(Some(0), None));
    bindings.push("zone", ScalarValue::from("UTC"));
    for (name, parameter) in entry.definition.parameters.iter() {
        bindings.push(name, ScalarValue::from(parameter.default));
    }
    let fragments = Fragments::new(&Schemas, functions);
    let mut reader = Reader { entry, fragments, bindings, issues };
    let definition = &entry.definition;
    for (_, variant) in definition.variants.iter() {
        reader.variant(View { definition, variant });
    }
}

impl Reader<'_> {
    fn schema(&mut self, table: &str, from: Option<&str>) -> Option<DFSchema> {
        let known = facts::Table::named(table)?;
        let Some(sql) = from else {
            return DFSchema::try_from_qualified_schema(known.name(), &known.schema()).ok();
        };
        let relation = self
            .fragments
            .relation(sql, &self.bindings)
            .and_then(|plan| LogicalPlanBuilder::from(plan).alias(known.name()));
        match relation {
            Ok(relation) => {
                for column in ["number", "excluded"] {
                    if !relation.schema().has_column_with_unqualified_name(column) {
                        self.bad_sql(sql, format!("the relation lacks the column `{column}`"));
                    }
                }
                Some(relation.schema().as_ref().clone())
            }
            Err(error) => {
                self.bad_sql(sql, crate::question::first_line(&error));
                None
            }
        }
    }

    fn bad_sql(&mut self, sql: &str, message: String) {
        let place = place(self.entry, sql);
        self.issues.push(Issue::new("bad_sql", place, message).hint(format!("in `{sql}`")));
    }

    fn sql(&mut self, sql: Option<&str>, schema: &DFSchema, wanted: Wanted) {
        let Some(sql) = sql else { return };
        let read = self.fragments.expression(sql, schema, &self.bindings);
        match read.and_then(|expr| expr.get_type(schema)) {
            Ok(data_type) if fits(&data_type, wanted) => {}
            Ok(data_type) => {
                let wanted = match wanted {
                    Wanted::Boolean => "true or false",
                    Wanted::Number => "a number",
                    Wanted::Time => "an instant",
                    Wanted::Any => "any value",
                };
                self.bad_sql(sql, format!("yields {data_type}, not {wanted}"));
            }
            Err(error) => self.bad_sql(sql, crate::question::first_line(&error)),
        }
    }

    fn variant(&mut self, view: View<'_>) {
        let variant = view.variant;
        if view.kind() == Kind::Flow {
            for side in [&variant.numerator, &variant.denominator].into_iter().flatten() {
                if let Side::Stream(stream) = side {
                    self.stream(view, stream);
                }
            }
            return;
        }
        let Some(schema) = self.schema(view.table(), variant.from.as_deref()) else { return };
        self.sql(variant.filter.as_deref(), &schema, Wanted::Boolean);
        for (_, attribution) in view.attribution().iter() {
            self.sql(Some(&attribution.time), &schema, Wanted::Time);
        }
        match &variant.value {
            Some(PerClock::Any(sql)) => self.sql(Some(sql), &schema, Wanted::Number),
            Some(PerClock::Each(each)) => {
                self.sql(each.business.as_deref(), &schema, Wanted::Number);
                self.sql(each.calendar.as_deref(), &schema, Wanted::Number);
            }
            None => {}
        }
        self.sql(variant.unfinished.as_deref(), &schema, Wanted::Boolean);
        self.sql(variant.unfinished_at.as_deref(), &schema, Wanted::Time);
        let provisional = variant.provisional.as_ref().map(|provisional| match provisional {
            Provisional::Excluded(sql) => sql.as_str(),
            Provisional::Stated(stated) => stated.when.as_str(),
        });
        self.sql(provisional, &schema, Wanted::Boolean);
        if let Some(Side::Sql(sql)) = &variant.numerator {
            self.sql(Some(sql), &schema, Wanted::Boolean);
        }
        self.sql(variant.distinct.as_deref(), &schema, Wanted::Any);
        self.sql(variant.sum.as_deref(), &schema, Wanted::Number);
        self.sql(variant.over.as_deref(), &schema, Wanted::Any);
        self.sql(variant.start.as_deref(), &schema, Wanted::Time);
        self.sql(variant.end.as_deref(), &schema, Wanted::Time);
        if view.kind() == Kind::Stock && variant.start.is_none() {
            self.sql(Some("started_at"), &schema, Wanted::Time);
        }
    }

    fn stream(&mut self, view: View<'_>, stream: &Stream) {
        let table = stream.table.as_deref().unwrap_or_else(|| view.table());
        let Some(schema) = self.schema(table, stream.from.as_deref()) else {
            if facts::Table::named(table).is_none() {
                let message = format!("there is no table `{table}`");
                self.issues.push(bad(self.entry, table, message));
            }
            return;
        };
        if !stream.stock && stream.time.is_none() {
            self.issues.push(bad(self.entry, table, "a stream needs `time`, unless it is a stock"));
        }
        self.sql(stream.time.as_deref(), &schema, Wanted::Time);
        self.sql(stream.filter.as_deref(), &schema, Wanted::Boolean);
        self.sql(stream.distinct.as_deref(), &schema, Wanted::Any);
        self.sql(stream.sum.as_deref(), &schema, Wanted::Number);
        self.sql(stream.start.as_deref(), &schema, Wanted::Time);
        self.sql(stream.end.as_deref(), &schema, Wanted::Time);
    }
}

fn fits(data_type: &DataType, wanted: Wanted) -> bool {
    match wanted {
        Wanted::Boolean => *data_type == DataType::Boolean,
        Wanted::Number => data_type.is_numeric(),
        Wanted::Time => matches!(
            data_type,
            DataType::Timestamp(TimeUnit::Microsecond | TimeUnit::Nanosecond, None)
        ),
        Wanted::Any => true,
    }
}
