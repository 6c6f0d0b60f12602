//! Formulas: expressions in the Common Expression Language over a payload of any shape.
//!
//! The language's own crate parses and evaluates. What is added here: paths that lead nowhere are
//! null instead of an error, only functions whose cost is known are let through, and every
//! evaluation runs on a budget, so that no formula and no payload can hold up or fill the program.

mod budget;
mod check;
pub(crate) mod json;

use crate::issue::Issue;
use crate::limits::{
    FORMULA_BYTES_MAX, FORMULA_DEPTH_MAX, FORMULA_SIGNS_MAX, PAYLOAD_ROWS_MAX, PAYLOAD_STEPS_MAX,
};
use crate::mapping::tree::Node;
use crate::quarantine::Reason;
use cel::common::ast::IdedExpr;
use cel::common::types::CelList;
use cel::common::value::{CowVal, Val};
use cel::{Context, Env, ExecutionError, Value};
use json::{Absent, JsonList, Shape};
use std::sync::{Arc, LazyLock};

pub(crate) use budget::refill;

/// A value of a payload.
pub(crate) type Any = Box<dyn Val>;

/// Names that formulas may use: the row, the whole payload, and the headers it came with.
const NAMES: [&str; 3] = ["row", "payload", "headers"];

/// What parts a formula into pieces.
const SIGNS: &[u8] = b".,:?!()[]{}+-*/%<>=&|";

/// How an absent value is called in formulas once they are checked.
const NULL: &str = "@null";

/// A formula that has been checked.
#[derive(Clone, Debug)]
pub(crate) struct Formula {
    source: String,
    expr: Arc<IdedExpr>,
    /// Whether it reads headers.
    pub(crate) headers: bool,
}

/// What the names in formulas stand for.
pub(crate) struct Values {
    context: Context<'static, 'static>,
}

impl std::fmt::Debug for Values {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Values")
    }
}

static ENV: LazyLock<Arc<Env>> = LazyLock::new(|| {
    let mut env = Env::stdlib();
    // Neither can fail: the names are new to an environment just made.
    let added = cel::extensions::strings(&mut env).and_then(|()| budget::declare(&mut env));
    debug_assert!(added.is_ok(), "{added:?}");
    Arc::new(env)
});

impl Values {
    /// A payload, the headers it came with, and no row yet.
    pub(crate) fn new(payload: &Any, headers: &Any) -> Self {
        let mut context = Context::with_env(Arc::clone(&ENV));
        context.add_variable_as_val("payload", payload.clone());
        context.add_variable_as_val("headers", headers.clone());
        context.add_variable_as_val("row", payload.clone());
        context.add_variable_as_val(NULL, Box::new(Absent));
        Self { context }
    }

    /// The same with another row.
    pub(crate) fn set_row(&mut self, row: &Any) {
        self.context.add_variable_as_val("row", row.clone());
    }
}

impl Formula {
    /// Reads a formula, and reports whatever is wrong with it.
    pub(crate) fn parse(node: &Node<'_>, issues: &mut Vec<Issue>) -> Option<Self> {
        let source = node.text(issues)?;
        if source.len() > FORMULA_BYTES_MAX {
            let message = format!("a formula has at most {FORMULA_BYTES_MAX} bytes");
            issues.push(node.issue("too_long", message));
            return None;
        }
        // A parser takes stack for every sign, whatever the limits that it knows itself.
        if nesting(source) > FORMULA_DEPTH_MAX {
            issues.push(check::too_deep(node));
            return None;
        }
        let signs = source.bytes().filter(|byte| SIGNS.contains(byte)).count();
        if signs > FORMULA_SIGNS_MAX {
            let message = format!(
                "{signs} dots, brackets and operators in one formula; the limit \
                                   is {FORMULA_SIGNS_MAX}"
            );
            issues.push(node.issue("too_long", message).hint("make several values of it"));
            return None;
        }
        let depth = u16::try_from(FORMULA_DEPTH_MAX).unwrap_or(u16::MAX);
        let parser = cel::parser::Parser::new()
            .max_recursion_depth(depth)
            .error_recovery_limit(3)
            .enable_ident_escape_syntax(true);
        let expr =
            match parser.parse(source) {
                Ok(expr) => expr,
                Err(errors) => {
                    let first = errors.errors.first();
                    let column = first.map_or(0, |error| error.pos.1.max(0)) + 1;
                    let words = first.map_or("", |error| error.msg.as_str());
                    let words: String = words.chars().take(200).collect();
                    let message = format!("`{source}` can't be read at column {column}: {words}");
                    issues.push(node.issue("bad_expr", message).hint(
                        "for example payload.ticket.id, row.state == \"open\", has(row.agent)",
                    ));
                    return None;
                }
            };
        let checked = check::check(expr, node, issues)?;
        Some(Self {
            source: source.to_owned(),
            expr: Arc::new(checked.expr),
            headers: checked.headers,
        })
    }

    /// What it comes to, as text; `None` for null and for text without content.
    ///
    /// # Errors
    /// Where it can't be computed from these values.
    pub(crate) fn text(&self, values: &Values) -> Result<Option<String>, Reason> {
        Ok(json::text(self.value(values)?.as_ref()))
    }

    /// What it comes to, as a list of texts; `None` where it is no list.
    ///
    /// # Errors
    /// Where it can't be computed from these values.
    pub(crate) fn texts(&self, values: &Values) -> Result<Option<Vec<String>>, Reason> {
        let value = self.value(values)?;
        Ok(items(value.as_ref()).map(|list| list.into_iter().filter_map(json::text).collect()))
    }

    /// Whether it holds; null doesn't.
    ///
    /// # Errors
    /// Where it can't be computed from these values, or is no condition.
    pub(crate) fn holds(&self, values: &Values) -> Result<bool, Reason> {
        let value = self.value(values)?;
        match json::shape(value.as_ref()) {
            Shape::Flag(flag) => Ok(flag),
            Shape::Absent => Ok(false),
            _ => {
                let message = format!("`{}` is neither true nor false", self.source);
                Err(Reason::new("not_a_condition", message).hint("compare it with something"))
            }
        }
    }

    /// The rows it comes to: the items of a list, or the one thing that is no list.
    ///
    /// # Errors
    /// Where it can't be computed from these values, or is too long.
    pub(crate) fn rows(&self, values: &Values) -> Result<Vec<Any>, Reason> {
        rows_of(self.value(values)?.as_ref())
    }

    fn value<'e>(&'e self, values: &'e Values) -> Result<CowVal<'e, 'static>, Reason> {
        let value = Value::resolve_val(&self.expr, &values.context);
        // A budget that ran out may have been swallowed by `||` or `exists`.
        if budget::is_spent() {
            let message = format!("`{}` takes over {PAYLOAD_STEPS_MAX} steps here", self.source);
            return Err(Reason::new("expr_too_costly", message)
                .hint("lists inside of lists multiply: use `each` for the longest one"));
        }
        value.map_err(|error| {
            let message = format!("`{}`: {}", self.source, words(&error));
            Reason::new("expr_failed", message)
                .hint("where a path may lead nowhere: has(row.a) ? row.a + \"…\" : \"\"")
        })
    }
}

/// The rows of a value: the items of a list, or the one thing that is no list.
///
/// # Errors
/// Where the list is too long.
pub(crate) fn rows_of(value: &(dyn Val + 'static)) -> Result<Vec<Any>, Reason> {
    let rows = match items(value) {
        Some(list) if list.len() > PAYLOAD_ROWS_MAX => {
            let message =
                format!("{} rows in one payload; the limit is {PAYLOAD_ROWS_MAX}", { list.len() });
            return Err(Reason::new("too_many_rows", message).hint("send it in several parts"));
        }
        Some(list) => list.into_iter().map(Val::clone_as_boxed).collect(),
        None if matches!(json::shape(value), Shape::Absent) => Vec::new(),
        None => vec![value.clone_as_boxed()],
    };
    Ok(rows)
}

fn items<'b>(value: &'b (dyn Val + 'static)) -> Option<Vec<&'b (dyn Val + 'static)>> {
    if let Some(list) = value.downcast_ref::<JsonList>() {
        return Some(list.items().collect());
    }
    let list = value.downcast_ref::<CelList<'static>>()?;
    Some(list.inner().iter().map(AsRef::as_ref).collect())
}

/// How deep brackets stand in each other; those in texts count too.
fn nesting(source: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for byte in source.bytes() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// Why a formula failed, without the values: those may be long, and may be personal.
fn words(error: &ExecutionError) -> String {
    match error {
        ExecutionError::NoSuchOverload(overload) => overload.to_string(),
        ExecutionError::UnsupportedBinaryOperator(operator, ..) => {
            format!("`{operator}` doesn't go with these two kinds of value")
        }
        ExecutionError::UnexpectedType { got, want } => format!("{got} where {want} is needed"),
        ExecutionError::FunctionError { function, .. } => format!("`{function}` failed"),
        ExecutionError::DivisionByZero(_) | ExecutionError::RemainderByZero(_) => {
            "a division by zero".to_owned()
        }
        ExecutionError::Overflow(operator, ..) => format!("`{operator}` overflows"),
        ExecutionError::IndexOutOfBounds(_) => "there is no item of that number".to_owned(),
        _ => "it can't be computed".to_owned(),
    }
}
