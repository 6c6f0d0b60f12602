//! The keys of a part's rows: the bucket of time and the dimensions.

use super::{Lowered, Scope};
use crate::compiled::{Column, Role};
use crate::dimension::What;
use crate::time::{Grain, weekday_name};
use datafusion_common::Column as Named;
use datafusion_expr::{Expr, LogicalPlanBuilder, lit};

/// The expressions that key the rows, and the names of the columns they become.
pub(super) struct Keys {
    pub(super) exprs: Vec<Expr>,
    pub(super) columns: Vec<Column>,
    /// The column to unnest, where a dimension has several values.
    unnest: Option<String>,
}

/// A column by its bare name.
pub(super) fn named(name: &str) -> Expr {
    Expr::Column(Named::new_unqualified(name))
}

/// The bucket that an instant falls in.
pub(super) fn bucket(scope: &Scope<'_>, time: Expr, grain: Grain) -> Lowered<Expr> {
    let zone = &scope.lowering.draft.zone;
    let mut args = vec![time, lit(grain.name()), lit(zone.name.as_str())];
    if grain == Grain::Week {
        args.push(lit(weekday_name(zone.week_start)));
    }
    scope.call("local_bucket", args)
}

impl Keys {
    /// The keys of a part; `time` is the bucket where there is a grain.
    pub(super) fn of(scope: &mut Scope<'_>, time: Option<Expr>) -> Lowered<Self> {
        let mut keys = Self { exprs: Vec::new(), columns: Vec::new(), unnest: None };
        if let Some(time) = time {
            keys.push(time, "time".to_owned(), Role::Time);
        }
        let draft = scope.lowering.draft;
        for (at, asked) in draft.dimensions.iter().enumerate() {
            let name = format!("d{at}");
            let expr = scope.dimension(asked)?;
            if asked.what == What::Tag {
                keys.unnest = Some(name.clone());
            }
            keys.push(expr, name, Role::Dimension(at));
        }
        Ok(keys)
    }

    fn push(&mut self, expr: Expr, name: String, role: Role) {
        self.exprs.push(expr.alias(&name));
        self.columns.push(Column { name, role });
    }

    /// The key columns by name, to group and partition by.
    pub(super) fn names(&self) -> Vec<Expr> {
        self.columns.iter().map(|column| named(&column.name)).collect()
    }

    /// One row per value of a dimension that has several.
    pub(super) fn unnest(&self, builder: LogicalPlanBuilder) -> Lowered<LogicalPlanBuilder> {
        Ok(match &self.unnest {
            Some(column) => builder.unnest_column(Named::new_unqualified(column))?,
            None => builder,
        })
    }
}
