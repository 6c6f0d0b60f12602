//! What a formula may say, and the weighing of what it does.
//!
//! Only names and functions listed here are let through. Operands that cost something, and every
//! round through a list, are then wrapped so that they are taken off the budget.

use super::{NAMES, NULL, budget};
use crate::issue::{Issue, did_you_mean};
use crate::limits::{FORMULA_DEPTH_MAX, FORMULA_PART_BYTES_MAX};
use crate::mapping::tree::Node;
use cel::common::ast::operators as op;
use cel::common::ast::{
    CallExpr, ComprehensionExpr, Expr, IdedExpr, ListExpr, LiteralValue, SelectExpr,
};

/// A function that formulas may use.
struct Known {
    name: &'static str,
    /// Whether it is written `value.name()`.
    member: bool,
    /// How many arguments it takes, the value before the dot not counted.
    args: (usize, usize),
    /// Whether its arguments must be written out, because what they cost multiplies.
    written: bool,
}

const fn known(name: &'static str, args: (usize, usize), written: bool) -> Known {
    Known { name, member: true, args, written }
}

const FUNCTIONS: [Known; 20] = [
    Known { name: "size", member: false, args: (1, 1), written: false },
    Known { name: "string", member: false, args: (1, 1), written: false },
    Known { name: "int", member: false, args: (1, 1), written: false },
    Known { name: "double", member: false, args: (1, 1), written: false },
    known("size", (0, 0), false),
    known("contains", (1, 1), false),
    known("startsWith", (1, 1), false),
    known("endsWith", (1, 1), false),
    known("lowerAscii", (0, 0), false),
    known("upperAscii", (0, 0), false),
    known("trim", (0, 0), false),
    known("charAt", (1, 1), false),
    known("substring", (1, 2), false),
    known("indexOf", (1, 1), true),
    known("lastIndexOf", (1, 1), true),
    known("split", (1, 1), true),
    known("join", (0, 1), true),
    known("replace", (2, 2), true),
    known(MATCHES, (1, 1), true),
    known("reverse", (0, 0), false),
];

const MATCHES: &str = "matches";

/// What stays of the macros when they are written wrongly.
const MACROS: [&str; 6] = [op::HAS, op::ALL, op::EXISTS, op::EXISTS_ONE, op::MAP, op::FILTER];

/// Operators whose operands are handed on as they are.
const FREE: [&str; 5] =
    [op::CONDITIONAL, op::LOGICAL_AND, op::LOGICAL_OR, op::LOGICAL_NOT, op::INDEX];

/// Operators whose operands are weighed.
const WEIGHED: [&str; 13] = [
    op::ADD,
    op::SUBSTRACT,
    op::MULTIPLY,
    op::DIVIDE,
    op::MODULO,
    op::NEGATE,
    op::EQUALS,
    op::NOT_EQUALS,
    op::GREATER,
    op::GREATER_EQUALS,
    op::LESS,
    op::LESS_EQUALS,
    op::IN,
];

/// A formula as it is evaluated.
pub(super) struct Checked {
    pub(super) expr: IdedExpr,
    pub(super) headers: bool,
}

/// What is said of a formula that is nested too deep.
pub(super) fn too_deep(node: &Node<'_>) -> Issue {
    let message = format!("a formula is nested at most {FORMULA_DEPTH_MAX} deep");
    node.issue("bad_expr", message).hint("compute a part of it in a value of its own")
}

/// Checks a formula; what is wrong with it goes to `issues`, all at once.
pub(super) fn check(expr: IdedExpr, node: &Node<'_>, issues: &mut Vec<Issue>) -> Option<Checked> {
    let before = issues.len();
    let mut check = Check { node, issues, bound: Vec::new(), headers: false, depth: 0 };
    let expr = check.expr(expr);
    let headers = check.headers;
    (issues.len() == before).then_some(Checked { expr, headers })
}

struct Check<'c, 'n> {
    node: &'c Node<'n>,
    issues: &'c mut Vec<Issue>,
    /// Names bound by the lists around.
    bound: Vec<String>,
    headers: bool,
    depth: usize,
}

impl Check<'_, '_> {
    fn issue(&mut self, code: &'static str, message: String, hint: String) {
        let issue = Issue::new(code, self.node.place(), message);
        self.issues.push(issue.hint(hint));
    }

    fn expr(&mut self, ided: IdedExpr) -> IdedExpr {
        let id = ided.id;
        // A list that is walked over takes as much stack as two operators.
        let levels = if matches!(ided.expr, Expr::Comprehension(_)) { 2 } else { 1 };
        if self.depth + levels > FORMULA_DEPTH_MAX {
            let issue = too_deep(self.node);
            if self.issues.last() != Some(&issue) {
                self.issues.push(issue);
            }
            return ided;
        }
        self.depth += levels;
        let expr = match ided.expr {
            Expr::Ident(name) => {
                self.name(&name);
                Expr::Ident(name)
            }
            Expr::Literal(LiteralValue::Null) => Expr::Ident(NULL.to_owned()),
            Expr::Literal(literal @ LiteralValue::Bytes(_)) => {
                self.not_here("bytes");
                Expr::Literal(literal)
            }
            Expr::Literal(literal) => Expr::Literal(literal),
            Expr::Select(select) => self.select(select, id),
            Expr::Call(call) => Expr::Call(self.call(call)),
            Expr::List(list) => {
                let elements = list.elements.into_iter().map(|item| {
                    let item = self.expr(item);
                    weighed(item, budget::WEIGH)
                });
                Expr::List(ListExpr::new(elements.collect()))
            }
            Expr::Comprehension(comprehension) => {
                Expr::Comprehension(Box::new(self.comprehension(*comprehension)))
            }
            other @ (Expr::Map(_) | Expr::Struct(_) | Expr::Unspecified) => {
                self.not_here("an object");
                other
            }
        };
        self.depth -= levels;
        IdedExpr { id, expr }
    }

    fn not_here(&mut self, what: &str) {
        let message = format!("{what} can't be written in a formula");
        let hint = "a value is text, a number, true, false, null or a list; translate with `map`";
        self.issue("bad_expr", message, hint.to_owned());
    }

    fn name(&mut self, name: &str) {
        self.headers |= name == "headers";
        if NAMES.contains(&name) || name == NULL || self.bound.iter().any(|bound| bound == name) {
            return;
        }
        let mut known: Vec<&str> = NAMES.to_vec();
        known.extend(self.bound.iter().filter(|name| !name.starts_with('@')).map(String::as_str));
        let meant = did_you_mean(name, &known);
        let hint = format!("{meant} (a column is `row.{name}`, a text is in quotes)");
        self.issue("unknown_name", format!("nothing is called `{name}` here"), hint);
    }

    fn select(&mut self, select: SelectExpr, id: u64) -> Expr {
        let test = select.test;
        let operand = Box::new(self.expr(*select.operand));
        let path = Expr::Select(SelectExpr { operand, field: select.field, test: false });
        if !test {
            return path;
        }
        // Null and nothing are the same here, so `has` asks for more than that the key is there.
        call(budget::HAS, IdedExpr { id, expr: path })
    }

    fn call(&mut self, call: CallExpr) -> CallExpr {
        let CallExpr { func_name, target, args } = call;
        let name = func_name.as_str();
        let is_free = FREE.contains(&name) || name == op::NOT_STRICTLY_FALSE;
        if !is_free && !WEIGHED.contains(&name) {
            self.function(name, target.is_some(), &args);
        }
        let heavy = name == MATCHES;
        let mut args: Vec<IdedExpr> = args.into_iter().map(|arg| self.expr(arg)).collect();
        if !is_free {
            args = args.into_iter().map(|arg| weighed(arg, budget::WEIGH)).collect();
        }
        // A list written out doesn't know lists of a payload, but those know it.
        if matches!(name, op::EQUALS | op::NOT_EQUALS)
            && matches!(args.first().map(unweighed), Some(Expr::List(_)))
        {
            args.reverse();
        }
        let target = target.map(|target| {
            let target = self.expr(*target);
            let weigh = if heavy { budget::WEIGH_HEAVY } else { budget::WEIGH };
            Box::new(weighed(target, weigh))
        });
        CallExpr { func_name, target, args }
    }

    fn function(&mut self, name: &str, member: bool, args: &[IdedExpr]) {
        let same: Vec<_> = FUNCTIONS.iter().filter(|known| known.name == name).collect();
        if same.is_empty() {
            let mut names: Vec<&str> = FUNCTIONS.iter().map(|known| known.name).collect();
            names.extend(MACROS);
            let message = if MACROS.contains(&name) {
                format!("`{name}` is written in another way")
            } else {
                format!("there is no function `{name}`")
            };
            let hint = match name {
                op::HAS => "has(row.a.b): a path, and nothing else".to_owned(),
                _ if MACROS.contains(&name) => format!("row.list.{name}(item, item.a == 1)"),
                _ => did_you_mean(name, &names),
            };
            return self.issue("unknown_function", message, hint);
        }
        let fits = |known: &&&Known| {
            known.member == member && (known.args.0..=known.args.1).contains(&args.len())
        };
        let Some(known) = same.iter().find(fits) else {
            let dot = if same[0].member { "value." } else { "" };
            let message = format!("`{name}` doesn't take these arguments");
            let hint =
                format!("{dot}{name}() with {} to {} of them", same[0].args.0, { same[0].args.1 });
            return self.issue("unknown_function", message, hint);
        };
        if known.written {
            self.written(name, args);
        }
    }

    /// Arguments that must be texts written out.
    fn written(&mut self, name: &str, args: &[IdedExpr]) {
        for arg in args {
            let text = match &arg.expr {
                Expr::Literal(LiteralValue::String(text)) => text.inner(),
                _ => "",
            };
            let ok = !text.is_empty() && text.len() <= FORMULA_PART_BYTES_MAX
                || matches!(&arg.expr, Expr::Literal(LiteralValue::String(_)))
                    && name != "split"
                    && text.is_empty();
            if !ok {
                let message = format!("`{name}` takes only texts that are written out here");
                let hint = format!("in quotes, and of at most {FORMULA_PART_BYTES_MAX} bytes");
                self.issue("bad_expr", message, hint);
            } else if name == MATCHES && !is_pattern(text) {
                let message = format!("`{text}` is no pattern");
                self.issue(
                    "bad_expr",
                    message,
                    "a regular expression, such as \"^[A-Z]+-\"".into(),
                );
            }
        }
    }

    fn comprehension(&mut self, it: ComprehensionExpr) -> ComprehensionExpr {
        let range = self.expr(it.iter_range);
        let accu_init = self.expr(it.accu_init);
        let bound = self.bound.len();
        self.bound.push(it.accu_var.clone());
        self.bound.push(it.iter_var.clone());
        self.bound.extend(it.iter_var2.clone());
        let loop_step = self.step(it.loop_step, &it.accu_var);
        let loop_cond = self.expr(it.loop_cond);
        let result = self.result(it.result);
        self.bound.truncate(bound);
        ComprehensionExpr {
            iter_range: weighed(range, budget::WEIGH),
            accu_init,
            loop_cond,
            loop_step,
            result,
            ..it
        }
    }

    /// A round: everything in it is weighed but what was collected before, which would multiply.
    fn step(&mut self, ided: IdedExpr, accu: &str) -> IdedExpr {
        let id = ided.id;
        let is_accu = |expr: &IdedExpr| matches!(&expr.expr, Expr::Ident(name) if name == accu);
        let expr = match ided.expr {
            Expr::Ident(name) => Expr::Ident(name),
            Expr::Call(call) if call.func_name == op::CONDITIONAL => {
                let mut args = call.args.into_iter();
                let condition = args.next().map(|condition| {
                    let condition = self.expr(condition);
                    weighed(condition, budget::WEIGH)
                });
                let rest: Vec<_> = args.map(|arg| self.step(arg, accu)).collect();
                let args = condition.into_iter().chain(rest).collect();
                Expr::Call(CallExpr { args, ..call })
            }
            Expr::Call(call) if call.args.first().is_some_and(is_accu) => {
                let args = call.args.into_iter().map(|arg| match &arg.expr {
                    Expr::Ident(name) if name == accu => arg,
                    // The one item of a list that is added, weighed inside of it.
                    Expr::List(_) => self.expr(arg),
                    _ => {
                        let arg = self.expr(arg);
                        weighed(arg, budget::WEIGH)
                    }
                });
                let args = args.collect();
                Expr::Call(CallExpr { args, ..call })
            }
            other => {
                let other = self.expr(IdedExpr { id, expr: other });
                return weighed(other, budget::WEIGH);
            }
        };
        IdedExpr { id, expr }
    }

    /// What was collected, or a test of it: once, so that it need not be weighed.
    fn result(&mut self, ided: IdedExpr) -> IdedExpr {
        match ided.expr {
            Expr::Ident(_) => ided,
            _ => self.expr(ided),
        }
    }
}

fn call(name: &str, arg: IdedExpr) -> Expr {
    Expr::Call(CallExpr { func_name: name.to_owned(), target: None, args: vec![arg] })
}

/// The expression, taken off the budget when it is evaluated.
fn weighed(expr: IdedExpr, weigh: &str) -> IdedExpr {
    // What is written out weighs what the formula does, which has a limit of its own.
    if matches!(expr.expr, Expr::Literal(_)) && weigh == budget::WEIGH {
        return expr;
    }
    IdedExpr { id: expr.id, expr: call(weigh, expr) }
}

fn unweighed(expr: &IdedExpr) -> &Expr {
    match &expr.expr {
        Expr::Call(call) if call.func_name == budget::WEIGH => {
            call.args.first().map_or(&expr.expr, |arg| &arg.expr)
        }
        other => other,
    }
}

/// Whether the language's own function takes it as a pattern.
fn is_pattern(text: &str) -> bool {
    let literal = |text: &str| IdedExpr {
        id: 0,
        expr: Expr::Literal(LiteralValue::String(text.to_owned().into())),
    };
    let matches = Expr::Call(CallExpr {
        func_name: MATCHES.to_owned(),
        target: Some(Box::new(literal(""))),
        args: vec![literal(text)],
    });
    let context = cel::Context::default();
    cel::Value::resolve(&IdedExpr { id: 0, expr: matches }, &context).is_ok()
}
