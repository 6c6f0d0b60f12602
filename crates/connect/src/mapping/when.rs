//! Conditions: which rows a rule, or the whole input, is about.

use crate::formula::Formula;
use crate::issue::Issue;
use crate::mapping::expr::{Cells, Expr, Scope, Test};
use crate::mapping::tree::{Form, Node, Tree};
use crate::quarantine::Reason;

/// A condition on a row.
#[derive(Clone, Debug)]
pub(crate) enum When {
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
    Test(Box<Expr>, Vec<Test>),
    Formula(Formula),
}

impl When {
    /// Reads a condition; a list means that all of it holds.
    pub(crate) fn parse(node: &Node<'_>, scope: &mut Scope, issues: &mut Vec<Issue>) -> Self {
        if matches!(node.tree, Tree::List(_)) {
            return Self::All(Self::parse_list(node, scope, issues));
        }
        let mut form = Form::new(node, issues);
        let mut parts = Vec::new();
        if let Some(all) = form.take("all") {
            parts.push(Self::All(Self::parse_list(&all, scope, issues)));
        }
        if let Some(any) = form.take("any") {
            parts.push(Self::Any(Self::parse_list(&any, scope, issues)));
        }
        if let Some(not) = form.take("not") {
            parts.push(Self::Not(Box::new(Self::parse(&not, scope, issues))));
        }
        let tests = Test::parse_all(&mut form, issues);
        if tests.is_empty()
            && let Some(formula) = form.take("expr")
        {
            parts.extend(scope.formula(&formula, issues).map(Self::Formula));
            form.finish(issues);
            return Self::All(parts);
        }
        if parts.is_empty() || !tests.is_empty() {
            let subject = Expr::take_from(&mut form, scope, issues);
            if tests.is_empty() {
                let issue = node.issue("wrong_shape", "nothing is tested here");
                issues.push(issue.hint(
                    "add one of: is, in, is_not, not_in, prefix, suffix, contains, empty; \
                         or say it all in one `expr`",
                ));
            }
            parts.push(Self::Test(Box::new(subject), tests));
        }
        form.finish(issues);
        Self::All(parts)
    }

    fn parse_list(node: &Node<'_>, scope: &mut Scope, issues: &mut Vec<Issue>) -> Vec<Self> {
        node.items().iter().map(|item| Self::parse(item, scope, issues)).collect()
    }

    /// Whether it holds for the row.
    ///
    /// # Errors
    /// A value that no map knows.
    pub(crate) fn holds<'r>(&'r self, cells: &mut Cells<'r>) -> Result<bool, Reason> {
        match self {
            Self::All(parts) => {
                for part in parts {
                    if !part.holds(cells)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Self::Any(parts) => {
                for part in parts {
                    if part.holds(cells)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Self::Not(part) => Ok(!part.holds(cells)?),
            Self::Formula(formula) => {
                cells.values.map_or(Ok(false), |values| formula.holds(values))
            }
            Self::Test(subject, tests) => {
                let value = subject.eval(cells)?;
                let text = value.as_deref().unwrap_or("");
                Ok(tests.iter().all(|test| test.holds(text)))
            }
        }
    }
}
