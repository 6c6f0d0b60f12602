//! Fragments of SQL in definitions: parsed and typed against the fact tables, never assembled.

use arrow::datatypes::{DataType, Field, FieldRef};
use datafusion_common::config::ConfigOptions;
use datafusion_common::metadata::ScalarAndMetadata;
use datafusion_common::tree_node::{Transformed, TreeNode};
use datafusion_common::{
    DFSchema, DataFusionError, ParamValues, Result, ScalarValue, TableReference,
};
use datafusion_expr::planner::{ContextProvider, ExprPlanner};
use datafusion_expr::registry::FunctionRegistry;
use datafusion_expr::{
    AggregateUDF, Expr, HigherOrderUDF, LogicalPlan, ScalarUDF, TableSource, WindowUDF, lit,
};
use datafusion_sql::parser::{DFParser, Statement};
use datafusion_sql::planner::{PlannerContext, SqlToRel};
use datafusion_sql::sqlparser::ast::Statement as SqlStatement;
use std::sync::Arc;

/// Where the rows of the fact tables come from.
pub trait Tables {
    /// The source of one table, with [`facts::Table::schema`] as its schema.
    fn source(&self, table: facts::Table) -> Arc<dyn TableSource>;
}

/// The fact tables' schemas without rows: enough to compile and check, not to run.
#[derive(Clone, Copy, Debug, Default)]
pub struct Schemas;

impl Tables for Schemas {
    fn source(&self, table: facts::Table) -> Arc<dyn TableSource> {
        Arc::new(datafusion_expr::logical_plan::builder::LogicalTableSource::new(table.schema()))
    }
}

/// What `:name` stands for in a fragment.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bindings(Vec<(String, ScalarValue)>);

impl Bindings {
    pub(crate) fn push(&mut self, name: &str, value: ScalarValue) {
        self.0.push((name.to_owned(), value));
    }

    fn fields(&self) -> Vec<Option<FieldRef>> {
        self.0
            .iter()
            .map(|(name, value)| Some(Arc::new(Field::new(name, value.data_type(), true))))
            .collect()
    }

    /// Named parameters become `$1`, `$2`, … in planned fragments; this is what they stand for.
    fn value_of(&self, placeholder: &str) -> Option<&ScalarValue> {
        let index: usize = placeholder.strip_prefix('$')?.parse().ok()?;
        self.0.get(index.checked_sub(1)?).map(|(_, value)| value)
    }
}

/// The reader of fragments: fact tables and functions by name.
pub(crate) struct Fragments<'a> {
    tables: &'a dyn Tables,
    pub(crate) functions: &'a dyn FunctionRegistry,
    planners: Vec<Arc<dyn ExprPlanner>>,
    options: ConfigOptions,
}

impl<'a> Fragments<'a> {
    pub(crate) fn new(tables: &'a dyn Tables, functions: &'a dyn FunctionRegistry) -> Self {
        let planners = functions.expr_planners();
        Self { tables, functions, planners, options: ConfigOptions::default() }
    }

    /// The source of a fact table.
    pub(crate) fn table(&self, table: facts::Table) -> Arc<dyn TableSource> {
        self.tables.source(table)
    }

    /// A scalar expression over `schema`.
    pub(crate) fn expression(
        &self,
        sql: &str,
        schema: &DFSchema,
        bindings: &Bindings,
    ) -> Result<Expr> {
        let parsed = DFParser::parse_sql_into_expr(sql)?;
        if parsed.alias.is_some() {
            return Err(DataFusionError::Plan("an expression takes no alias".to_owned()));
        }
        let mut context = PlannerContext::new().with_prepare_param_data_types(bindings.fields());
        let expr = SqlToRel::new(self).sql_to_expr(parsed.expr, schema, &mut context)?;
        let expr = expr.transform_up(|expr| {
            Ok(match &expr {
                Expr::Placeholder(placeholder) => match bindings.value_of(&placeholder.id) {
                    Some(value) => Transformed::yes(lit(value.clone())),
                    None => Transformed::no(expr),
                },
                _ => Transformed::no(expr),
            })
        })?;
        // Checks that every column exists and every function takes its arguments.
        expr.data.get_type_of(schema)?;
        Ok(expr.data)
    }

    /// A relation: one query over the fact tables.
    pub(crate) fn relation(&self, sql: &str, bindings: &Bindings) -> Result<LogicalPlan> {
        let mut statements = DFParser::parse_sql(sql)?;
        let (Some(Statement::Statement(statement)), None) =
            (statements.pop_front(), statements.pop_front())
        else {
            return Err(DataFusionError::Plan("a relation is one SELECT".to_owned()));
        };
        if !matches!(*statement, SqlStatement::Query(_)) {
            return Err(DataFusionError::Plan("a relation is one SELECT".to_owned()));
        }
        let mut context = PlannerContext::new().with_prepare_param_data_types(bindings.fields());
        let plan =
            SqlToRel::new(self).sql_statement_to_plan_with_context(*statement, &mut context)?;
        let values = bindings.0.iter().map(|(_, value)| ScalarAndMetadata::from(value.clone()));
        plan.replace_params_with_values(&ParamValues::List(values.collect()))
    }
}

/// The type of an expression, naming the expression in the error.
trait TypeOf {
    fn get_type_of(&self, schema: &DFSchema) -> Result<DataType>;
}

impl TypeOf for Expr {
    fn get_type_of(&self, schema: &DFSchema) -> Result<DataType> {
        datafusion_expr::ExprSchemable::get_type(self, schema)
    }
}

impl ContextProvider for Fragments<'_> {
    fn get_table_source(&self, name: TableReference) -> Result<Arc<dyn TableSource>> {
        match facts::Table::named(name.table()) {
            Some(table) => Ok(self.tables.source(table)),
            None => {
                let known: Vec<&str> = facts::Table::ALL.iter().map(|table| table.name()).collect();
                Err(DataFusionError::Plan(format!(
                    "there is no table `{}`, only {}",
                    name.table(),
                    known.join(", ")
                )))
            }
        }
    }

    fn get_expr_planners(&self) -> &[Arc<dyn ExprPlanner>] {
        &self.planners
    }

    fn get_function_meta(&self, name: &str) -> Option<Arc<ScalarUDF>> {
        self.functions.udf(name).ok()
    }

    fn get_higher_order_meta(&self, name: &str) -> Option<Arc<HigherOrderUDF>> {
        self.functions.higher_order_function(name).ok()
    }

    fn get_aggregate_meta(&self, name: &str) -> Option<Arc<AggregateUDF>> {
        self.functions.udaf(name).ok()
    }

    fn get_window_meta(&self, name: &str) -> Option<Arc<WindowUDF>> {
        self.functions.udwf(name).ok()
    }

    fn get_variable_type(&self, _: &[String]) -> Option<DataType> {
        None
    }

    fn options(&self) -> &ConfigOptions {
        &self.options
    }

    fn udf_names(&self) -> Vec<String> {
        sorted(self.functions.udfs())
    }

    fn higher_order_function_names(&self) -> Vec<String> {
        sorted(self.functions.higher_order_function_names())
    }

    fn udaf_names(&self) -> Vec<String> {
        sorted(self.functions.udafs())
    }

    fn udwf_names(&self) -> Vec<String> {
        sorted(self.functions.udwfs())
    }
}

fn sorted(names: std::collections::HashSet<String>) -> Vec<String> {
    let mut names: Vec<String> = names.into_iter().collect();
    names.sort_unstable();
    names
}
