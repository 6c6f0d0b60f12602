//! YAML as a tree that remembers its lines, walked key by key so that every mistake is reported.

use crate::issue::{Issue, did_you_mean};
use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;
use std::fmt;

/// A YAML value.
#[derive(Clone, Debug)]
pub(crate) enum Tree {
    Null,
    /// A scalar as it would be written.
    Scalar(String),
    List(Vec<Spanned<Self>>),
    Map(Vec<(String, Spanned<Self>)>),
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TreeVisitor)
    }
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Tree, E> {
        Ok(Tree::Null)
    }

    fn visit_none<E: de::Error>(self) -> Result<Tree, E> {
        Ok(Tree::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Tree, D::Error> {
        Tree::deserialize(deserializer)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Tree, E> {
        Ok(Tree::Scalar(value.to_string()))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Tree, E> {
        Ok(Tree::Scalar(value.to_string()))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Tree, E> {
        Ok(Tree::Scalar(value.to_string()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Tree, E> {
        Ok(Tree::Scalar(value.to_string()))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Tree, E> {
        Ok(Tree::Scalar(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Tree, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = seq.next_element()? {
            list.push(item);
        }
        Ok(Tree::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tree, A::Error> {
        let mut entries = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            entries.push((key, map.next_value()?));
        }
        Ok(Tree::Map(entries))
    }
}

/// A value with its place: the line, and the path that led to it.
#[derive(Clone, Debug)]
pub(crate) struct Node<'a> {
    pub(crate) tree: &'a Tree,
    line: u64,
    pub(crate) path: String,
}

impl<'a> Node<'a> {
    pub(crate) fn root(tree: &'a Spanned<Tree>) -> Self {
        Self { tree: &tree.value, line: tree.referenced.line(), path: String::new() }
    }

    fn child(&self, tree: &'a Spanned<Tree>, path: String) -> Self {
        let line = tree.referenced.line();
        Self { tree: &tree.value, line: if line == 0 { self.line } else { line }, path }
    }

    /// `line 12, rules[2].status`.
    pub(crate) fn place(&self) -> String {
        if self.path.is_empty() {
            format!("line {}", self.line)
        } else {
            format!("line {}, {}", self.line, self.path)
        }
    }

    pub(crate) fn issue(&self, code: &'static str, message: impl Into<String>) -> Issue {
        Issue::new(code, self.place(), message)
    }

    /// The scalar; anything else is an issue.
    pub(crate) fn text(&self, issues: &mut Vec<Issue>) -> Option<&'a str> {
        match self.tree {
            Tree::Scalar(text) => Some(text),
            _ => {
                issues.push(self.issue("wrong_shape", "a single value is expected here"));
                None
            }
        }
    }

    /// The items of a list; a value that is no list counts as a list of one.
    pub(crate) fn items(&self) -> Vec<Self> {
        match self.tree {
            Tree::List(list) => list
                .iter()
                .enumerate()
                .map(|(index, item)| self.child(item, format!("{}[{index}]", self.path)))
                .collect(),
            _ => vec![self.clone()],
        }
    }

    /// The texts of a list.
    pub(crate) fn texts(&self, issues: &mut Vec<Issue>) -> Vec<String> {
        let items = self.items();
        items.iter().filter_map(|item| item.text(issues)).map(str::to_owned).collect()
    }

    /// The entries of a map in their order; anything else is an issue.
    pub(crate) fn entries(&self, issues: &mut Vec<Issue>) -> Vec<(&'a str, Self)> {
        match self.tree {
            Tree::Map(entries) => entries
                .iter()
                .map(|(key, value)| {
                    let dot = if self.path.is_empty() { "" } else { "." };
                    (key.as_str(), self.child(value, format!("{}{dot}{key}", self.path)))
                })
                .collect(),
            _ => {
                issues.push(self.issue("wrong_shape", "`key: value` pairs are expected here"));
                Vec::new()
            }
        }
    }

    /// `true` or `false`.
    pub(crate) fn flag(&self, issues: &mut Vec<Issue>) -> bool {
        match self.tree {
            Tree::Scalar(text) if text == "true" => true,
            Tree::Scalar(text) if text == "false" => false,
            _ => {
                issues.push(self.issue("wrong_value", "`true` or `false` is expected here"));
                false
            }
        }
    }

    /// One of a closed list of words.
    pub(crate) fn word<T: Copy>(
        &self,
        words: &[(&'static str, T)],
        issues: &mut Vec<Issue>,
    ) -> Option<T> {
        let text = self.text(issues)?;
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        if found.is_none() {
            let names: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let issue = self.issue("unknown_word", format!("`{text}` is not known here"));
            issues.push(issue.hint(did_you_mean(text, &names)));
        }
        found
    }
}

/// A map whose keys are taken one by one; what nobody took is an issue at the end.
#[derive(Debug)]
pub(crate) struct Form<'a> {
    node: Node<'a>,
    entries: Vec<(&'a str, Node<'a>)>,
    known: Vec<&'static str>,
}

impl<'a> Form<'a> {
    pub(crate) fn new(node: &Node<'a>, issues: &mut Vec<Issue>) -> Self {
        Self { node: node.clone(), entries: node.entries(issues), known: Vec::new() }
    }

    pub(crate) fn node(&self) -> &Node<'a> {
        &self.node
    }

    /// The value of `key`; a null counts as absent.
    pub(crate) fn take(&mut self, key: &'static str) -> Option<Node<'a>> {
        self.known.push(key);
        let (_, node) = self.entries.iter().find(|(name, _)| *name == key)?;
        (!matches!(node.tree, Tree::Null)).then(|| node.clone())
    }

    /// The value of `key`, which must be there.
    pub(crate) fn need(&mut self, key: &'static str, issues: &mut Vec<Issue>) -> Option<Node<'a>> {
        let found = self.take(key);
        if found.is_none() {
            issues.push(self.node.issue("missing_key", format!("`{key}` is missing")));
        }
        found
    }

    /// The scalar of `key`.
    pub(crate) fn text(&mut self, key: &'static str, issues: &mut Vec<Issue>) -> Option<String> {
        self.take(key)?.text(issues).map(str::to_owned)
    }

    /// Whether `key` is `true`; absent is `false`.
    pub(crate) fn flag(&mut self, key: &'static str, issues: &mut Vec<Issue>) -> bool {
        self.take(key).is_some_and(|node| node.flag(issues))
    }

    /// Reports the keys that nobody knows.
    pub(crate) fn finish(self, issues: &mut Vec<Issue>) {
        for (key, node) in &self.entries {
            if !self.known.contains(key) {
                let issue = node.issue("unknown_key", format!("`{key}` is not known here"));
                issues.push(issue.hint(did_you_mean(key, &self.known)));
            }
        }
    }
}
