//! Plans written back as SQL over the fact tables, for people who want to read or run them.

use crate::compile::Compiler;
use crate::compiled::{Part, Role};
use crate::issue::Issue;
use crate::question::{Question, first_line};
use crate::sql::{Bindings, Fragments};
use datafusion_common::Result;
use datafusion_common::tree_node::{Transformed, TreeNode};
use datafusion_expr::{Expr, LogicalPlan, LogicalPlanBuilder};
use datafusion_sql::sqlparser::ast::{DataType, TimezoneInfo};
use datafusion_sql::unparser::Unparser;
use datafusion_sql::unparser::dialect::CustomDialectBuilder;
use serde::Serialize;

/// Digits of a second in the fact tables.
const MICROS_DIGITS: u64 = 6;
/// The name of a relation of groups that are aggregated again.
const GROUPS: &str = "groups";

/// One plan of a question, as SQL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Statement {
    /// The name of the cells that it is for.
    pub metric: String,
    /// What of them it gives: `value`, `numerator`, `denominator` or `unfinished`.
    pub part: String,
    /// One `SELECT` over the fact tables. Durations are microseconds, buckets local times.
    pub sql: String,
}

impl Compiler<'_> {
    /// The plans that answer the question, as SQL; those of periods compared with are left out.
    ///
    /// # Errors
    /// Everything that is wrong with the question, or each plan that SQL cannot say, and why.
    pub fn statements(
        &self,
        question: &Question,
    ) -> std::result::Result<Vec<Statement>, Vec<Issue>> {
        let compiled = self.compile(question)?;
        let fragments = Fragments::new(self.tables, self.functions);
        let mut issues = Vec::new();
        let mut statements = Vec::with_capacity(compiled.parts.len());
        for part in &compiled.parts {
            let metric = compiled.measures.get(part.measure).map_or("", |it| it.name.as_str());
            match write(&fragments, &part.plan) {
                Ok(sql) => statements.push(Statement {
                    metric: metric.to_owned(),
                    part: what(part).to_owned(),
                    sql,
                }),
                Err(why) => {
                    let message =
                        format!("the {} of `{metric}` has no form in SQL: {why}", what(part));
                    let issue = Issue::new("no_sql", metric, message);
                    issues.push(issue.hint("ask for it without the dimension or statistic named"));
                }
            }
        }
        if issues.is_empty() { Ok(statements) } else { Err(issues) }
    }
}

fn what(part: &Part) -> &'static str {
    let has = |role| part.columns.iter().any(|column| column.role == role);
    if has(Role::Unfinished) {
        "unfinished"
    } else if has(Role::Denominator) {
        "denominator"
    } else if has(Role::Numerator) && !has(Role::N) {
        "numerator"
    } else {
        "value"
    }
}

/// Writes a plan, and reads it again: what cannot be read must not be shown.
fn write(fragments: &Fragments<'_>, plan: &LogicalPlan) -> std::result::Result<String, String> {
    let said = |error| first_line(&error);
    let micros = DataType::Timestamp(Some(MICROS_DIGITS), TimezoneInfo::None);
    let dialect =
        CustomDialectBuilder::new().with_timestamp_cast_dtype(micros.clone(), micros).build();
    let unparser = Unparser::new(&dialect).with_pretty(true);
    let plan = readable(plan.clone()).map_err(said)?;
    let sql = format!("{:#}", unparser.plan_to_sql(&plan).map_err(said)?);
    fragments.relation(&sql, &Bindings::default()).map_err(said)?;
    Ok(sql)
}

/// The same plan in a form that can be written: an aggregate of aggregates reads a named relation,
/// and the columns stand in their order, keys first.
fn readable(plan: LogicalPlan) -> Result<LogicalPlan> {
    let plan = plan.transform_up(|node| match node {
        LogicalPlan::Aggregate(outer) if matches!(&*outer.input, LogicalPlan::Aggregate(_)) => {
            let inner = LogicalPlanBuilder::from(outer.input.as_ref().clone()).alias(GROUPS)?;
            let whole = inner.aggregate(outer.group_expr, outer.aggr_expr)?.build()?;
            Ok(Transformed::yes(whole))
        }
        node => Ok(Transformed::no(node)),
    })?;
    let columns: Vec<Expr> = plan.data.schema().columns().into_iter().map(Expr::Column).collect();
    LogicalPlanBuilder::from(plan.data).project(columns)?.build()
}
