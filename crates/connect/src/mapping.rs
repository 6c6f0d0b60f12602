//! The mapping file: what the rows of somebody's export mean.
//!
//! A mapping is read into a [`Mapping`] at once, with every mistake in it reported together. It
//! knows no file yet; columns are matched to a file's header when that file is opened.

pub(crate) mod expr;
pub(crate) mod lookup;
pub(crate) mod number;
pub(crate) mod rule;
pub(crate) mod time;
pub(crate) mod tree;
pub(crate) mod when;

use crate::files::delimited::Ragged;
use crate::files::{FileSpec, Format, source};
use crate::formula::Formula;
use crate::import::make::Setting;
use crate::import::translate::Translator;
use crate::issue::Issue;
use crate::limits::MAPPING_BYTES_MAX;
use event::{Instant, Text};
use expr::{Expr, Scope, ValueMap};
use lookup::Lookups;
use number::DecimalMark;
use rule::{ActorSpec, Rule, RuleScope};
use serde_saphyr::Spanned;
use std::collections::BTreeMap;
use time::{Reading, Time, TimeScope};
use tree::{Form, Node, Tree};
use when::When;

/// What the rows of an export mean.
#[derive(Clone, Debug)]
pub struct Mapping {
    pub(crate) source: Text,
    pub(crate) inputs: Vec<InputSpec>,
    pub(crate) tables: Vec<TableSpec>,
    pub(crate) keep_text: bool,
}

/// One file, or several of one kind.
#[derive(Clone, Debug)]
pub(crate) struct InputSpec {
    /// Name of the file; absent where every file given is meant.
    pub(crate) file: Option<String>,
    pub(crate) spec: FileSpec,
    pub(crate) columns: Vec<String>,
    /// Where the mapping names each column.
    pub(crate) places: Vec<String>,
    pub(crate) empty: Vec<String>,
    /// The rows inside of a row, or of a payload.
    pub(crate) each: Option<Formula>,
    /// Whether anything is computed by a formula, and whether one reads headers.
    pub(crate) formulas: bool,
    pub(crate) headers: bool,
    pub(crate) ticket: Expr,
    pub(crate) at: Option<Time>,
    pub(crate) seen: Option<Time>,
    pub(crate) filter: Option<When>,
    pub(crate) fields: Fields,
    pub(crate) rules: Vec<Rule>,
    pub(crate) mark: DecimalMark,
}

/// Which columns become custom fields.
#[derive(Clone, Debug, Default)]
pub(crate) enum Fields {
    #[default]
    None,
    /// Every column that nothing else uses.
    Rest,
    /// Name of the field, and its value.
    Listed(Vec<(Text, Expr)>),
}

/// A table to look things up in.
#[derive(Clone, Debug)]
pub(crate) struct TableSpec {
    pub(crate) name: String,
    pub(crate) file: String,
    pub(crate) spec: FileSpec,
    pub(crate) key: String,
    /// Columns taken, in the order of [`lookup::Lookups`].
    pub(crate) taken: Vec<String>,
    pub(crate) place: String,
}

/// The two shapes of export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// One row per event: every row has a time.
    Events,
    /// One row per ticket: a time that is empty has not come.
    Tickets,
}

/// What inputs take over from the top of the mapping.
#[derive(Clone)]
struct Defaults {
    shape: Shape,
    reading: Reading,
    mark: DecimalMark,
    empty: Vec<String>,
    spec: FileSpec,
}

impl Mapping {
    /// Reads a mapping.
    ///
    /// # Errors
    /// Every mistake in it at once, each with its line, its path and a hint.
    pub fn parse(yaml: &str) -> Result<Self, Vec<Issue>> {
        Self::parse_for(yaml, None)
    }

    /// Reads a mapping for a source named elsewhere, which goes before the one it names itself.
    ///
    /// # Errors
    /// As for [`Mapping::parse`].
    pub fn parse_for(yaml: &str, source: Option<&str>) -> Result<Self, Vec<Issue>> {
        if yaml.len() > MAPPING_BYTES_MAX {
            let message = format!("a mapping has at most {MAPPING_BYTES_MAX} bytes");
            return Err(vec![Issue::new("too_long", "mapping", message)]);
        }
        let tree: Spanned<Tree> = serde_saphyr::from_str(yaml).map_err(|error| {
            let place = error
                .location()
                .map_or("mapping".to_owned(), |location| format!("line {}", location.line()));
            let message = error.to_string();
            let first = message.lines().next().unwrap_or_default().to_owned();
            vec![Issue::new("bad_yaml", place, first)]
        })?;
        let mut issues = Vec::new();
        let mapping = Self::parse_tree(&Node::root(&tree), source, &mut issues);
        if issues.is_empty() { Ok(mapping) } else { Err(issues) }
    }

    /// The source its events belong to.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// What turns rows of one input into events.
    pub(crate) fn translator<'m>(
        &'m self,
        input: usize,
        lookups: &'m Lookups,
        seen: Instant,
    ) -> Translator<'m> {
        let input = &self.inputs[input];
        let setting = Setting { mark: input.mark, keep_text: self.keep_text };
        Translator::new(&self.source, input, lookups, setting, seen)
    }

    fn parse_tree(node: &Node<'_>, named: Option<&str>, issues: &mut Vec<Issue>) -> Self {
        let mut form = Form::new(node, issues);
        form.take("description");
        let source = match named {
            Some(_) => form.take("source"),
            None => form.need("source", issues),
        };
        let source = source.and_then(|node| node.text(issues));
        let source = Text::from(named.or(source).unwrap_or_default());
        let keep_text = form.flag("keep_text", issues);
        let shape = form.take("shape").and_then(|node| {
            node.word(&[("events", Shape::Events), ("tickets", Shape::Tickets)], issues)
        });
        let defaults = Defaults {
            shape: shape.unwrap_or(Shape::Events),
            reading: Reading::default(),
            mark: DecimalMark::default(),
            empty: Vec::new(),
            spec: FileSpec::default(),
        };
        let mut scope = Scope::default();
        if let Some(maps) = form.take("maps") {
            scope.maps = named_maps(&maps, issues);
        }
        let mut tables = match form.take("tables") {
            Some(tables) => parse_tables(&tables, issues),
            None => Vec::new(),
        };
        scope.tables = tables.iter().map(|table| (table.name.clone(), Vec::new())).collect();
        let inputs = match form.take("inputs") {
            Some(inputs) => {
                let defaults = take_defaults(&mut form, &defaults, issues);
                let items = inputs.items();
                items
                    .iter()
                    .map(|item| {
                        let mut form = Form::new(item, issues);
                        let input = parse_input(&mut form, &defaults, &mut scope, issues);
                        form.finish(issues);
                        input
                    })
                    .collect()
            }
            None => vec![parse_input(&mut form, &defaults, &mut scope, issues)],
        };
        form.finish(issues);
        for (table, (_, taken)) in tables.iter_mut().zip(&scope.tables) {
            table.taken.clone_from(taken);
        }
        Self { source, inputs, tables, keep_text }
    }
}

fn named_maps(node: &Node<'_>, issues: &mut Vec<Issue>) -> BTreeMap<String, ValueMap> {
    let entries = node.entries(issues);
    entries.iter().map(|(name, map)| ((*name).to_owned(), ValueMap::parse(map, issues))).collect()
}

fn parse_tables(node: &Node<'_>, issues: &mut Vec<Issue>) -> Vec<TableSpec> {
    let mut tables = Vec::new();
    for (name, node) in node.entries(issues) {
        let mut form = Form::new(&node, issues);
        let file = form.need("file", issues).and_then(|node| node.text(issues));
        let key = form.need("key", issues).and_then(|node| node.text(issues));
        let spec = take_file_spec(&mut form, &FileSpec::default(), issues);
        form.finish(issues);
        tables.push(TableSpec {
            name: name.to_owned(),
            file: file.unwrap_or_default().to_owned(),
            spec,
            key: key.unwrap_or_default().to_owned(),
            taken: Vec::new(),
            place: node.place(),
        });
    }
    tables
}

fn take_defaults(form: &mut Form<'_>, base: &Defaults, issues: &mut Vec<Issue>) -> Defaults {
    let shape = form.take("shape").and_then(|node| {
        node.word(&[("events", Shape::Events), ("tickets", Shape::Tickets)], issues)
    });
    let mark = form.take("decimal").and_then(|node| {
        node.word(&[("point", DecimalMark::Point), ("comma", DecimalMark::Comma)], issues)
    });
    Defaults {
        shape: shape.unwrap_or(base.shape),
        reading: Reading::take(form, &base.reading, issues),
        mark: mark.unwrap_or(base.mark),
        empty: form.take("empty").map_or_else(|| base.empty.clone(), |node| node.texts(issues)),
        spec: take_file_spec(form, &base.spec, issues),
    }
}

fn take_file_spec(form: &mut Form<'_>, base: &FileSpec, issues: &mut Vec<Issue>) -> FileSpec {
    let mut spec = base.clone();
    if let Some(node) = form.take("format") {
        spec.format = node.word(&Format::NAMES, issues);
        if matches!(node.tree, Tree::Scalar(text) if text == "tsv") {
            spec.dialect.delimiter = Some(b'\t');
        }
    }
    if let Some(node) = form.take("encoding")
        && let Some(name) = node.text(issues)
    {
        spec.encoding = source::named_encoding(name);
        if spec.encoding.is_none() {
            let issue = node.issue("unknown_encoding", format!("no encoding `{name}`"));
            issues.push(issue.hint("for example utf-8, windows-1252, utf-16le, shift_jis"));
        }
    }
    if let Some(node) = form.take("delimiter")
        && let Some(text) = node.text(issues)
    {
        match text {
            "tab" | "\\t" => spec.dialect.delimiter = Some(b'\t'),
            _ if text.len() == 1 && !matches!(text, "\"" | "\n" | "\r") => {
                spec.dialect.delimiter = Some(text.as_bytes()[0]);
            }
            _ => {
                let issue = node.issue("wrong_value", "a delimiter is one ASCII character");
                issues.push(issue.hint("for example \";\", \"|\" or tab"));
            }
        }
    }
    if let Some(node) = form.take("columns") {
        spec.dialect.columns = Some(node.texts(issues));
    }
    if let Some(node) = form.take("skip_lines") {
        match node.text(issues).map(str::parse) {
            Some(Ok(lines)) => spec.dialect.skip = lines,
            _ => issues.push(node.issue("wrong_value", "a number of lines is expected here")),
        }
    }
    if let Some(node) = form.take("ragged") {
        let words = [("quarantine", Ragged::Quarantine), ("pad", Ragged::Pad)];
        spec.dialect.ragged = node.word(&words, issues).unwrap_or_default();
    }
    if let Some(sheet) = form.text("sheet", issues) {
        spec.sheet = Some(sheet);
    }
    spec
}

fn parse_input(
    form: &mut Form<'_>,
    base: &Defaults,
    shared: &mut Scope,
    issues: &mut Vec<Issue>,
) -> InputSpec {
    let defaults = take_defaults(form, base, issues);
    let mut scope = Scope {
        maps: shared.maps.clone(),
        tables: std::mem::take(&mut shared.tables),
        ..Scope::default()
    };
    let each = form.take("each").and_then(|node| scope.formula(&node, issues));
    let ticket = match form.need("ticket", issues) {
        Some(node) => Expr::parse(&node, &mut scope, issues),
        None => Expr::constant(""),
    };
    let times = TimeScope { reading: &defaults.reading, mark: defaults.mark, rules: &[] };
    let at = form.take("at").map(|node| Time::parse(&node, &times, &mut scope, issues));
    let seen = form.take("seen").map(|node| Time::parse(&node, &times, &mut scope, issues));
    let actor: Option<ActorSpec> =
        form.take("actor").map(|node| rule::parse_actor(&node, &mut scope, issues));
    let filter = form.take("where").map(|node| When::parse(&node, &mut scope, issues));
    let fields =
        form.take("fields").map_or(Fields::None, |node| parse_fields(&node, &mut scope, issues));
    let rule_scope = RuleScope {
        reading: &defaults.reading,
        mark: defaults.mark,
        actor,
        optional: defaults.shape == Shape::Tickets,
        has_at: at.is_some(),
    };
    let rules = match form.need("rules", issues) {
        Some(node) => rule::parse_all(&node, &rule_scope, &mut scope, issues),
        None => Vec::new(),
    };
    shared.tables = scope.tables;
    let mut spec = defaults.spec;
    spec.nested = scope.formulas;
    InputSpec {
        file: form.text("file", issues),
        spec,
        each,
        formulas: scope.formulas,
        headers: scope.headers,
        columns: scope.columns,
        places: scope.places,
        empty: defaults.empty,
        ticket,
        at,
        seen,
        filter,
        fields,
        rules,
        mark: defaults.mark,
    }
}

fn parse_fields(node: &Node<'_>, scope: &mut Scope, issues: &mut Vec<Issue>) -> Fields {
    match node.tree {
        Tree::Scalar(text) if text == "*" => Fields::Rest,
        Tree::Map(_) => Fields::Listed(
            node.entries(issues)
                .iter()
                .map(|(name, node)| (Text::from(*name), Expr::parse(node, scope, issues)))
                .collect(),
        ),
        _ => Fields::Listed(
            node.items()
                .iter()
                .filter_map(|item| {
                    let name = Text::from(item.text(issues)?);
                    Some((name, Expr::parse(item, scope, issues)))
                })
                .collect(),
        ),
    }
}
