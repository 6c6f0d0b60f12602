//! Where a value comes from: a constant or a column, looked up, translated, or filled in.

use crate::formula::{Formula, Values};
use crate::issue::{Issue, did_you_mean};
use crate::mapping::lookup::Lookups;
use crate::mapping::tree::{Form, Node, Tree};
use crate::quarantine::Reason;
use rustc_hash::FxHashMap;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A value of a row.
#[derive(Clone, Debug)]
pub(crate) struct Expr {
    from: From,
    strip: Option<String>,
    cases: Vec<(Test, String)>,
    map: Option<ValueMap>,
    unmapped: Unmapped,
    default: Option<String>,
    /// How reports call it, for example `channel`.
    label: String,
}

#[derive(Clone, Debug)]
enum From {
    Constant(String),
    /// Index into the input's wanted columns.
    Column(usize),
    Formula(Formula),
    First(Vec<Expr>),
    Lookup {
        table: usize,
        key: Box<Expr>,
        take: usize,
    },
}

/// What happens to a value that no map knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unmapped {
    Quarantine,
    Keep,
    Drop,
}

/// Values as a source writes them, and as we do.
#[derive(Clone, Debug, Default)]
pub(crate) struct ValueMap {
    exact: FxHashMap<String, String>,
    folded: FxHashMap<String, String>,
}

impl ValueMap {
    pub(crate) fn parse(node: &Node<'_>, issues: &mut Vec<Issue>) -> Self {
        let mut map = Self::default();
        for (key, value) in node.entries(issues) {
            if let Some(text) = value.text(issues) {
                map.exact.insert(key.to_owned(), text.to_owned());
                map.folded.insert(key.trim().to_lowercase(), text.to_owned());
            }
        }
        map
    }

    fn get(&self, value: &str) -> Option<&str> {
        let found = self.exact.get(value).or_else(|| self.folded.get(&value.to_lowercase()));
        found.map(String::as_str)
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &str> {
        let mut values: Vec<&str> = self.exact.values().map(String::as_str).collect();
        values.sort_unstable();
        values.into_iter()
    }
}

/// A test of one text.
#[derive(Clone, Debug)]
pub(crate) enum Test {
    In(Vec<String>),
    NotIn(Vec<String>),
    Empty(bool),
    Prefix(String),
    Suffix(String),
    Contains(String),
}

impl Test {
    /// The keys of a test, taken from a form that may hold others.
    pub(crate) fn parse_all(form: &mut Form<'_>, issues: &mut Vec<Issue>) -> Vec<Self> {
        let mut tests = Vec::new();
        for (key, make) in [
            ("is", Self::In as fn(Vec<String>) -> Self),
            ("in", Self::In),
            ("is_not", Self::NotIn),
            ("not_in", Self::NotIn),
        ] {
            if let Some(node) = form.take(key) {
                tests.push(make(node.texts(issues)));
            }
        }
        for (key, make) in [
            ("prefix", Self::Prefix as fn(String) -> Self),
            ("suffix", Self::Suffix),
            ("contains", Self::Contains),
        ] {
            if let Some(text) = form.text(key, issues) {
                tests.push(make(text));
            }
        }
        if let Some(node) = form.take("empty") {
            tests.push(Self::Empty(node.flag(issues)));
        }
        tests
    }

    pub(crate) fn holds(&self, text: &str) -> bool {
        match self {
            Self::In(values) => values.iter().any(|value| value == text),
            Self::NotIn(values) => !values.iter().any(|value| value == text),
            Self::Empty(empty) => text.is_empty() == *empty,
            Self::Prefix(part) => text.starts_with(part.as_str()),
            Self::Suffix(part) => text.ends_with(part.as_str()),
            Self::Contains(part) => text.contains(part.as_str()),
        }
    }
}

/// What expressions of one input share while they are parsed.
#[derive(Debug, Default)]
pub(crate) struct Scope {
    /// Columns the input needs, in the order of their first use.
    pub(crate) columns: Vec<String>,
    /// Where each column was first named, for the issue that it doesn't exist.
    pub(crate) places: Vec<String>,
    /// Named value maps.
    pub(crate) maps: BTreeMap<String, ValueMap>,
    /// Names of lookup tables, and the columns taken from each.
    pub(crate) tables: Vec<(String, Vec<String>)>,
    /// Whether anything is computed by a formula, and whether one reads headers.
    pub(crate) formulas: bool,
    pub(crate) headers: bool,
}

impl Scope {
    /// Reads a formula.
    pub(crate) fn formula(&mut self, node: &Node<'_>, issues: &mut Vec<Issue>) -> Option<Formula> {
        let formula = Formula::parse(node, issues)?;
        self.formulas = true;
        self.headers |= formula.headers;
        Some(formula)
    }

    pub(crate) fn column(&mut self, name: &str, node: &Node<'_>) -> usize {
        if let Some(index) = self.columns.iter().position(|column| column == name) {
            return index;
        }
        self.columns.push(name.to_owned());
        self.places.push(node.place());
        self.columns.len() - 1
    }
}

impl Expr {
    pub(crate) fn constant(text: impl Into<String>) -> Self {
        Self {
            from: From::Constant(text.into()),
            strip: None,
            cases: Vec::new(),
            map: None,
            unmapped: Unmapped::Quarantine,
            default: None,
            label: String::new(),
        }
    }

    fn plain(from: From, node: &Node<'_>) -> Self {
        let label = node.path.rsplit('.').next().unwrap_or_default().to_owned();
        Self { from, label, ..Self::constant("") }
    }

    /// Reads an expression: a scalar is a column, a list the first that is not empty.
    pub(crate) fn parse(node: &Node<'_>, scope: &mut Scope, issues: &mut Vec<Issue>) -> Self {
        match node.tree {
            Tree::Scalar(name) => Self::plain(From::Column(scope.column(name, node)), node),
            Tree::List(_) => {
                let all =
                    node.items().iter().map(|item| Self::parse(item, scope, issues)).collect();
                Self::plain(From::First(all), node)
            }
            Tree::Map(_) => Self::parse_form(node, scope, issues),
            Tree::Null => {
                issues.push(node.issue("missing_value", "a column or a value is expected here"));
                Self::constant("")
            }
        }
    }

    /// Reads an expression over a closed list of words, of which a scalar is one itself.
    pub(crate) fn parse_word(
        node: &Node<'_>,
        words: &[&'static str],
        scope: &mut Scope,
        issues: &mut Vec<Issue>,
    ) -> Self {
        if let Tree::Scalar(text) = node.tree {
            let word = normal_word(text);
            if !words.contains(&word.as_str()) {
                let issue = node.issue("unknown_word", format!("`{text}` is not known here"));
                let meant = did_you_mean(&word, words);
                issues.push(issue.hint(format!("{meant} (a column is `{{column: {text}}}`)")));
            }
            return Self { label: "word".to_owned(), ..Self::constant(word) };
        }
        let expr = Self::parse(node, scope, issues);
        let made = expr.map.iter().flat_map(ValueMap::values);
        let cases = expr.cases.iter().map(|(_, to)| to.as_str());
        for value in made.chain(cases).chain(expr.default.as_deref()) {
            if !words.contains(&normal_word(value).as_str()) {
                let issue = node.issue("unknown_word", format!("`{value}` is not known here"));
                issues.push(issue.hint(did_you_mean(value, words)));
            }
        }
        expr
    }

    fn parse_form(node: &Node<'_>, scope: &mut Scope, issues: &mut Vec<Issue>) -> Self {
        let mut form = Form::new(node, issues);
        let expr = Self::take_from(&mut form, scope, issues);
        form.finish(issues);
        expr
    }

    /// Takes the keys of an expression from a form that may hold others.
    pub(crate) fn take_from(
        form: &mut Form<'_>,
        scope: &mut Scope,
        issues: &mut Vec<Issue>,
    ) -> Self {
        let node = form.node().clone();
        let base = Self::take_base(form, scope, issues);
        let mut expr = Self::plain(take_lookup(form, base, scope, issues), &node);
        expr.strip = form.text("strip", issues);
        if let Some(map) = form.take("map") {
            expr.map = Some(match map.tree {
                Tree::Scalar(name) => named_map(name, &map, scope, issues),
                _ => ValueMap::parse(&map, issues),
            });
        }
        if let Some(cases) = form.take("cases") {
            expr.cases = cases.items().iter().filter_map(|case| parse_case(case, issues)).collect();
        }
        if let Some(policy) = form.take("unmapped") {
            let words = [
                ("quarantine", Unmapped::Quarantine),
                ("keep", Unmapped::Keep),
                ("drop", Unmapped::Drop),
            ];
            expr.unmapped = policy.word(&words, issues).unwrap_or(Unmapped::Quarantine);
        }
        expr.default = form.text("default", issues);
        expr
    }

    fn take_base(form: &mut Form<'_>, scope: &mut Scope, issues: &mut Vec<Issue>) -> Self {
        let node = form.node().clone();
        if let Some(formula) = form.take("expr") {
            let alone = ["column", "value", "first"].map(|key| form.take(key).is_none());
            if !alone.iter().all(|alone| *alone) {
                issues.push(one_source(&node));
            }
            return match scope.formula(&formula, issues) {
                Some(formula) => Self::plain(From::Formula(formula), &node),
                None => Self::constant(""),
            };
        }
        let (column, value, first) = (form.take("column"), form.take("value"), form.take("first"));
        match (column, value, first) {
            (Some(column), None, None) => match column.text(issues) {
                Some(name) => Self::plain(From::Column(scope.column(name, &column)), &node),
                None => Self::constant(""),
            },
            (None, Some(value), None) => Self::constant(value.text(issues).unwrap_or_default()),
            (None, None, Some(first)) => Self::parse(&first, scope, issues),
            _ => {
                issues.push(one_source(&node));
                Self::constant("")
            }
        }
    }

    /// The value in this row; `None` where it is empty.
    ///
    /// # Errors
    /// A value that no map knows and that nothing says what to do with.
    pub(crate) fn eval<'r>(
        &'r self,
        cells: &mut Cells<'r>,
    ) -> Result<Option<Cow<'r, str>>, Reason> {
        let found = self.found(cells)?;
        let default = || self.default.as_deref().map(Cow::Borrowed);
        let Some(found) = found else { return Ok(default()) };
        let found = match &self.strip {
            Some(prefix) => match found {
                Cow::Borrowed(text) => {
                    Cow::Borrowed(text.strip_prefix(prefix.as_str()).unwrap_or(text))
                }
                Cow::Owned(text) => {
                    Cow::Owned(text.strip_prefix(prefix.as_str()).unwrap_or(&text).to_owned())
                }
            },
            None => found,
        };
        for (test, to) in &self.cases {
            if test.holds(&found) {
                return Ok(Some(Cow::Borrowed(to)));
            }
        }
        let Some(map) = &self.map else {
            if self.cases.is_empty() || found.is_empty() {
                return Ok(if found.is_empty() { default() } else { Some(found) });
            }
            return self.unknown(found, cells);
        };
        match map.get(&found) {
            Some("") => Ok(None),
            Some(value) => Ok(Some(Cow::Borrowed(value))),
            None => self.unknown(found, cells),
        }
    }

    fn found<'r>(&'r self, cells: &mut Cells<'r>) -> Result<Option<Cow<'r, str>>, Reason> {
        match &self.from {
            From::Constant(text) => Ok((!text.is_empty()).then_some(Cow::Borrowed(text))),
            From::Column(index) => Ok(cells.get(*index).map(Cow::Borrowed)),
            From::Formula(formula) => {
                let Some(values) = cells.values else { return Ok(None) };
                let text = formula.text(values)?;
                Ok(text.filter(|text| !cells.means_nothing(text)).map(Cow::Owned))
            }
            From::First(all) => {
                for expr in all {
                    if let Some(value) = expr.eval(cells)? {
                        return Ok(Some(value));
                    }
                }
                Ok(None)
            }
            From::Lookup { table, key, take } => {
                let Some(key) = key.eval(cells)? else { return Ok(None) };
                match cells.lookups.get(*table, &key) {
                    Some(row) => {
                        let value = row.get(*take).map_or("", String::as_str);
                        Ok((!value.is_empty()).then_some(Cow::Borrowed(value)))
                    }
                    None => self.unknown(key, cells).map(|kept| match self.unmapped {
                        Unmapped::Keep => kept,
                        _ => None,
                    }),
                }
            }
        }
    }

    /// The value in this row as a list of texts, where it is one in itself.
    ///
    /// # Errors
    /// Where a formula can't be computed.
    pub(crate) fn texts(&self, cells: &Cells<'_>) -> Result<Option<Vec<String>>, Reason> {
        match (&self.from, cells.values) {
            (From::Formula(formula), Some(values)) if self.is_plain() => formula.texts(values),
            _ => Ok(None),
        }
    }

    /// Whether the value is taken as it is found.
    const fn is_plain(&self) -> bool {
        self.strip.is_none() && self.cases.is_empty() && self.map.is_none()
    }

    fn unknown<'r>(
        &'r self,
        value: Cow<'r, str>,
        cells: &mut Cells<'r>,
    ) -> Result<Option<Cow<'r, str>>, Reason> {
        cells.unmapped.push((self.label.clone(), value.clone().into_owned()));
        if let Some(default) = &self.default {
            return Ok(Some(Cow::Borrowed(default)));
        }
        match self.unmapped {
            Unmapped::Keep => Ok(Some(value)),
            Unmapped::Drop => Ok(None),
            Unmapped::Quarantine => {
                let message = format!("`{}`: nothing says what `{value}` means", self.label);
                Err(Reason::new("unmapped_value", message)
                    .hint("add it to the map, give a `default`, or say `unmapped: keep` or `drop`"))
            }
        }
    }
}

fn one_source(node: &Node<'_>) -> Issue {
    let issue = node.issue("wrong_shape", "exactly one source of the value is needed");
    issue.hint("one of: column, expr (a formula), value (a constant), first (a list)")
}

/// A word in the spelling of the canonical ones: `On Hold` is `on_hold`.
pub(crate) fn normal_word(text: &str) -> String {
    text.trim().to_lowercase().replace([' ', '-'], "_")
}

fn take_lookup(
    form: &mut Form<'_>,
    base: Expr,
    scope: &mut Scope,
    issues: &mut Vec<Issue>,
) -> From {
    let (lookup, take) = (form.take("lookup"), form.take("take"));
    let (table, column) = match (lookup, take) {
        (None, None) => return base.from,
        (Some(table), Some(column)) => (table, column),
        (Some(node), None) | (None, Some(node)) => {
            let issue = node.issue("missing_key", "`lookup` and `take` belong together");
            issues.push(issue.hint("`lookup: users, take: role` reads `role` of that table"));
            return base.from;
        }
    };
    let (Some(name), Some(column)) = (table.text(issues), column.text(issues)) else {
        return base.from;
    };
    let Some(index) = scope.tables.iter().position(|(table, _)| table == name) else {
        let names: Vec<&str> = scope.tables.iter().map(|(name, _)| name.as_str()).collect();
        let issue = table.issue("unknown_table", format!("no table `{name}` under `tables`"));
        issues.push(issue.hint(did_you_mean(name, &names)));
        return base.from;
    };
    let taken = &mut scope.tables[index].1;
    let take = taken.iter().position(|known| known == column).unwrap_or_else(|| {
        taken.push(column.to_owned());
        taken.len() - 1
    });
    From::Lookup { table: index, key: Box::new(base), take }
}

fn named_map(name: &str, node: &Node<'_>, scope: &Scope, issues: &mut Vec<Issue>) -> ValueMap {
    scope.maps.get(name).cloned().unwrap_or_else(|| {
        let names: Vec<&str> = scope.maps.keys().map(String::as_str).collect();
        let issue = node.issue("unknown_map", format!("no map `{name}` under `maps`"));
        issues.push(issue.hint(did_you_mean(name, &names)));
        ValueMap::default()
    })
}

fn parse_case(node: &Node<'_>, issues: &mut Vec<Issue>) -> Option<(Test, String)> {
    let mut form = Form::new(node, issues);
    let mut tests = Test::parse_all(&mut form, issues);
    let to = form.need("to", issues).and_then(|node| node.text(issues).map(str::to_owned));
    form.finish(issues);
    if tests.len() != 1 {
        issues.push(node.issue("wrong_shape", "a case has one test and one `to`"));
    }
    Some((tests.pop()?, to?))
}

/// The cells of a row under the names a mapping uses, and what was noticed about them.
#[derive(Debug)]
pub(crate) struct Cells<'r> {
    pub(crate) row: &'r crate::files::row::Row,
    /// Place of each wanted column in the row; `None` where the file hasn't shown it yet.
    pub(crate) positions: &'r [Option<usize>],
    /// Texts that mean nothing, such as `NULL`.
    pub(crate) empty: &'r [String],
    pub(crate) lookups: &'r Lookups,
    /// What names in formulas stand for; absent where there are none.
    pub(crate) values: Option<&'r Values>,
    /// Label and value of everything no map knew.
    pub(crate) unmapped: Vec<(String, String)>,
}

impl<'r> Cells<'r> {
    pub(crate) fn get(&self, column: usize) -> Option<&'r str> {
        let position = self.positions.get(column).copied().flatten()?;
        self.at(position)
    }

    /// The cell at a place of the row, unless it is empty or means so.
    pub(crate) fn at(&self, position: usize) -> Option<&'r str> {
        let cell = self.row.cell(position);
        (!cell.is_empty() && !self.means_nothing(cell)).then_some(cell)
    }

    fn means_nothing(&self, cell: &str) -> bool {
        self.empty.iter().any(|empty| empty == cell)
    }
}
