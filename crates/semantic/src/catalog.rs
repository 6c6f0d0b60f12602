//! The catalogue: every metric's definition, shipped or the user's, each checked before use.

mod check;

use crate::definition::{Definition, Kind, Variant};
use crate::issue::Issue;
use crate::limits::DEFINITION_BYTES_MAX;
use crate::shipped;
use std::collections::BTreeMap;
use std::path::Path;

/// A definition with the file it came from.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The definition in force.
    pub definition: Definition,
    /// Name of its file.
    pub file: String,
    /// Text of its file, for the lines of issues.
    pub(crate) text: String,
    /// Earlier versions and overridden definitions, newest first.
    pub history: Vec<Definition>,
}

/// All metrics by name.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    metrics: BTreeMap<String, Entry>,
}

impl Catalog {
    /// The metrics that ship with the program.
    ///
    /// # Errors
    /// Everything wrong with any of them.
    pub fn shipped() -> Result<Self, Vec<Issue>> {
        let files = shipped::METRICS.iter().map(|(name, text)| (*name, *text));
        Self::default().with(files)
    }

    /// This catalogue with more definitions, which add metrics or override them by name.
    ///
    /// # Errors
    /// Everything wrong with any of them, with file and line.
    pub fn with<'a>(
        mut self,
        files: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, Vec<Issue>> {
        let mut issues = Vec::new();
        let mut added: BTreeMap<(String, u32), String> = BTreeMap::new();
        for (file, text) in files {
            let definition = match read(file, text) {
                Ok(definition) => definition,
                Err(issue) => {
                    issues.push(issue);
                    continue;
                }
            };
            let key = (definition.metric.clone(), definition.version);
            if let Some(other) = added.insert(key, file.to_owned()) {
                issues.push(Issue::new(
                    "duplicate_definition",
                    file,
                    format!("{} defines the same metric and version", other),
                ));
            }
            let entry = Entry {
                definition,
                file: file.to_owned(),
                text: text.to_owned(),
                history: Vec::new(),
            };
            check::structure(&entry, &mut issues);
            self.insert(entry);
        }
        if issues.is_empty() { Ok(self) } else { Err(issues) }
    }

    /// A later definition wins over an earlier one of the same or a lower version.
    fn insert(&mut self, mut entry: Entry) {
        let name = entry.definition.metric.clone();
        if let Some(mut old) = self.metrics.remove(&name) {
            if old.definition.version > entry.definition.version {
                old.history.push(entry.definition);
                old.history.sort_by_key(|older| std::cmp::Reverse(older.version));
                self.metrics.insert(name, old);
                return;
            }
            entry.history.push(old.definition);
            entry.history.append(&mut old.history);
        }
        self.metrics.insert(name, entry);
    }

    /// The metric of this name.
    pub fn get(&self, name: &str) -> Option<&Entry> {
        self.metrics.get(name)
    }

    /// Names of all metrics, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.metrics.keys().map(String::as_str)
    }

    /// All metrics, sorted by name.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.metrics.values()
    }

    /// Reads every fragment of SQL of every definition against the fact tables.
    ///
    /// # Errors
    /// Everything that does not fit, with file and line.
    pub fn check(
        &self,
        functions: &dyn datafusion_expr::registry::FunctionRegistry,
    ) -> Result<(), Vec<Issue>> {
        let mut issues = Vec::new();
        for entry in self.entries() {
            check::fragments(entry, functions, &mut issues);
        }
        if issues.is_empty() { Ok(()) } else { Err(issues) }
    }

    /// All there is to say about a metric.
    pub fn describe(&self, name: &str) -> Option<Description> {
        self.get(name).map(Description::of)
    }
}

fn read(file: &str, text: &str) -> Result<Definition, Issue> {
    serde_saphyr::from_str(text).map_err(|error| {
        let place = match error.location() {
            Some(location) => format!("{file}:{}", location.line()),
            None => file.to_owned(),
        };
        Issue::new("bad_definition", place, crate::question::first_line(&error))
            .hint("docs/reference/metrics.md shows the shape of a definition")
    })
}

/// Reads the definition files (`*.yaml`) of a folder, sorted by name; a missing folder has none.
///
/// # Errors
/// The first file or folder that cannot be read.
pub fn folder(path: &Path) -> std::io::Result<Vec<(String, String)>> {
    let entries = match std::fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if !path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml") {
            continue;
        }
        if path.metadata()?.len() > DEFINITION_BYTES_MAX {
            let message = format!("{}: more than {DEFINITION_BYTES_MAX} bytes", path.display());
            return Err(std::io::Error::new(std::io::ErrorKind::InvalidData, message));
        }
        files.push((path.display().to_string(), std::fs::read_to_string(&path)?));
    }
    files.sort();
    Ok(files)
}

/// A metric in words: what `explain` shows.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct Description {
    /// The definition in force.
    pub definition: Definition,
    /// Its variants with every default filled in, the default first.
    pub variants: Vec<VariantDescription>,
    /// The file it comes from.
    pub file: String,
    /// Earlier versions, newest first.
    pub history: Vec<Definition>,
}

/// One variant in words.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct VariantDescription {
    /// Its name.
    pub name: String,
    /// Short name for people.
    pub title: String,
    /// How it differs.
    pub text: Option<String>,
    /// Its formula.
    pub formula: String,
    /// How its value is formed.
    pub kind: Kind,
    /// Its table.
    pub table: String,
    /// Statistics offered, the default first.
    pub statistics: Vec<String>,
    /// Clocks offered, the default first.
    pub clocks: Vec<String>,
    /// Instants offered, the default first.
    pub attribution: Vec<String>,
}

impl Description {
    fn of(entry: &Entry) -> Self {
        let definition = &entry.definition;
        let variants = definition.variants.iter();
        Self {
            variants: variants
                .map(|(name, variant)| VariantDescription::of(definition, name, variant))
                .collect(),
            definition: definition.clone(),
            file: entry.file.clone(),
            history: entry.history.clone(),
        }
    }
}

impl VariantDescription {
    fn of(definition: &Definition, name: &str, variant: &Variant) -> Self {
        let view = View { definition, variant };
        Self {
            name: name.to_owned(),
            title: variant.title.clone().unwrap_or_else(|| name.replace('_', " ")),
            text: variant.text.clone(),
            formula: variant.formula.clone().unwrap_or_else(|| definition.formula.clone()),
            kind: view.kind(),
            table: view.table().to_owned(),
            statistics: view.statistics(),
            clocks: view.clocks().iter().map(ToString::to_string).collect(),
            attribution: view.attribution().names().map(str::to_owned).collect(),
        }
    }
}

/// A variant with what it inherits from its metric.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View<'a> {
    pub(crate) definition: &'a Definition,
    pub(crate) variant: &'a Variant,
}

impl<'a> View<'a> {
    pub(crate) fn kind(self) -> Kind {
        self.variant.kind.unwrap_or(self.definition.kind)
    }

    pub(crate) fn table(self) -> &'a str {
        self.variant.table.as_deref().unwrap_or(&self.definition.table)
    }

    /// Statistics offered: the variant's, else the metric's where the kind is the same, else the
    /// kind's.
    pub(crate) fn statistics(self) -> Vec<String> {
        if !self.variant.statistics.is_empty() {
            return self.variant.statistics.clone();
        }
        if self.kind() == self.definition.kind && !self.definition.statistics.is_empty() {
            return self.definition.statistics.clone();
        }
        let offered = crate::statistic::Statistic::offered(self.kind());
        let words = match (self.kind(), &self.variant.over) {
            (Kind::Spread, Some(_)) => &["gap"],
            _ => offered,
        };
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    pub(crate) fn clocks(self) -> Vec<crate::definition::ClockName> {
        use crate::definition::{ClockName, PerClock};
        let declared = match self.variant.clocks.as_slice() {
            [] => self.definition.clocks.as_slice(),
            clocks => clocks,
        };
        match &self.variant.value {
            Some(PerClock::Each(each)) => declared
                .iter()
                .copied()
                .filter(|clock| match clock {
                    ClockName::Business => each.business.is_some(),
                    ClockName::Calendar => each.calendar.is_some(),
                })
                .collect(),
            Some(PerClock::Any(_)) | None => Vec::new(),
        }
    }

    pub(crate) fn attribution(
        self,
    ) -> &'a crate::definition::Named<crate::definition::Attribution> {
        if self.variant.attribution.is_empty() {
            &self.definition.attribution
        } else {
            &self.variant.attribution
        }
    }
}
