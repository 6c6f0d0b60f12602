//! Before the first row: which file is read as what, whether its columns fit, and the lookups.

use crate::error::Error;
use crate::files::row::{Next, Row};
use crate::files::{self, FileSpec, OpenTable, Opened};
use crate::import::file_name;
use crate::issue::{Issue, did_you_mean};
use crate::limits::LOOKUP_ROWS_MAX;
use crate::mapping::lookup::Lookups;
use crate::mapping::{Mapping, TableSpec};
use crate::quarantine::Place;
use std::path::{Path, PathBuf};

/// What an import is going to read.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub(crate) files: Vec<PlannedFile>,
    pub(crate) lookups: Lookups,
    /// Files that nothing in the mapping is about.
    pub(crate) ignored: Vec<String>,
    pub(crate) notes: Vec<(&'static str, Place)>,
    /// Bytes of the files to read.
    pub(crate) bytes: u64,
}

/// A file that has been opened.
#[derive(Debug)]
pub(crate) struct PlannedFile {
    pub(crate) path: PathBuf,
    pub(crate) content: Content,
}

/// What a file holds.
#[derive(Debug)]
pub(crate) enum Content {
    /// Canonical events.
    Canonical(Opened),
    /// Rows, and which inputs of the mapping read them.
    Table(OpenTable, Vec<usize>),
}

impl Plan {
    /// # Errors
    /// Where a file can't be opened, or the mapping doesn't fit: all its issues at once.
    pub(crate) fn new(mapping: Option<&Mapping>, paths: &[PathBuf]) -> Result<Self, Error> {
        let paths = expand(paths)?;
        match mapping {
            Some(mapping) => Self::mapped(mapping, paths),
            None => Self::canonical(paths),
        }
    }

    /// The lookup tables alone.
    ///
    /// # Errors
    /// As for [`Plan::new`].
    pub(crate) fn lookups(mapping: &Mapping, paths: &[PathBuf]) -> Result<Self, Error> {
        let mut plan = Self::default();
        let mut issues = Vec::new();
        let paths = expand(paths)?;
        for table in &mapping.tables {
            plan.load(table, &paths, &mut issues)?;
        }
        if issues.is_empty() { Ok(plan) } else { Err(Error::Mapping(issues)) }
    }

    fn canonical(paths: Vec<PathBuf>) -> Result<Self, Error> {
        let mut plan = Self::default();
        for path in paths {
            let opened = files::open(&path, &FileSpec::default())?;
            // An empty file is no mistake: a quiet day has one.
            if !opened.format.is_canonical() && !opened.source.sample.is_empty() {
                return Err(Error::NeedsMapping { path });
            }
            plan.bytes += size(&path);
            plan.files.push(PlannedFile { path, content: Content::Canonical(opened) });
        }
        Ok(plan)
    }

    fn mapped(mapping: &Mapping, paths: Vec<PathBuf>) -> Result<Self, Error> {
        let mut plan = Self::default();
        let mut issues = Vec::new();
        for table in &mapping.tables {
            plan.load(table, &paths, &mut issues)?;
        }
        let is_table = |path: &Path| mapping.tables.iter().any(|table| is_file(path, &table.file));
        let one = mapping.inputs.len() == 1 && paths.len() == 1;
        let mut read = vec![false; mapping.inputs.len()];
        for path in paths {
            let (inputs, named) = mapping.inputs_of(&path, one);
            if inputs.is_empty() && !is_table(&path) {
                plan.ignored.push(file_name(&path));
            } else if named || !is_table(&path) {
                inputs.iter().for_each(|input| read[*input] = true);
                plan.bytes += size(&path);
                let file = open(path, inputs, mapping, &mut issues)?;
                plan.files.push(file);
            }
        }
        for (input, read) in mapping.inputs.iter().zip(read) {
            if !read {
                let name = input.file.as_deref().unwrap_or("any file");
                let issue =
                    Issue::new("missing_file", "inputs", format!("no file `{name}` was given"));
                issues.push(issue.hint("give the folder that holds it, or the file itself"));
            }
        }
        if issues.is_empty() { Ok(plan) } else { Err(Error::Mapping(issues)) }
    }

    /// Reads a lookup table into memory.
    fn load(
        &mut self,
        table: &TableSpec,
        paths: &[PathBuf],
        issues: &mut Vec<Issue>,
    ) -> Result<(), Error> {
        self.lookups.add_table();
        let Some(path) = paths.iter().find(|path| is_file(path, &table.file)) else {
            let message = format!("no file `{}` was given for table `{}`", table.file, table.name);
            issues.push(
                Issue::new("missing_file", table.place.clone(), message)
                    .hint("give the folder that holds it, or the file itself"),
            );
            return Ok(());
        };
        let mut open = files::open(path, &table.spec)?.into_table(path, &table.spec)?;
        if !open.table.is_open() {
            let header = open.table.header();
            let names: Vec<&str> = header.names().iter().map(String::as_str).collect();
            for column in std::iter::once(&table.key).chain(&table.taken) {
                if header.position(column).is_none() {
                    let message = format!("`{}` has no column `{column}`", file_name(path));
                    let issue = Issue::new("unknown_column", table.place.clone(), message);
                    issues.push(issue.hint(did_you_mean(column, &names)));
                }
            }
        }
        let mut row = Row::default();
        loop {
            let place = |line| Place { file: file_name(path).into(), sheet: None, line };
            match open.table.next(&mut row) {
                Next::End => return Ok(()),
                Next::Blank => continue,
                Next::Bad(bad) => {
                    self.notes.push(("lookup_row_unreadable", place(bad.line)));
                    if bad.fatal {
                        return Ok(());
                    }
                    continue;
                }
                Next::Row => {}
            }
            let header = open.table.header();
            let cell = |name: &String| header.position(name).map_or("", |at| row.cell(at));
            let (key, taken) = (cell(&table.key), table.taken.iter().map(cell));
            let taken = taken.map(str::to_owned).collect();
            if self.lookups.rows() >= LOOKUP_ROWS_MAX {
                let message = format!("a lookup table has at most {LOOKUP_ROWS_MAX} rows");
                issues.push(Issue::new("table_too_long", table.place.clone(), message));
                return Ok(());
            }
            if !self.lookups.add(key.to_owned(), taken) {
                self.notes.push(("lookup_key_twice", place(row.line)));
            }
        }
    }
}

impl Mapping {
    /// The inputs that a file is for, and whether one of them names it: those that name it, else
    /// those that name none. A single file is what a single input is about, whatever its name.
    pub(crate) fn inputs_of(&self, path: &Path, one: bool) -> (Vec<usize>, bool) {
        let those = |wanted: &dyn Fn(Option<&str>) -> bool| -> Vec<usize> {
            let inputs = self.inputs.iter().enumerate();
            inputs.filter(|(_, it)| wanted(it.file.as_deref())).map(|(at, _)| at).collect()
        };
        let named = those(&|file| file.is_some_and(|file| is_file(path, file)));
        if !named.is_empty() {
            return (named, true);
        }
        (if one { vec![0] } else { those(&|file| file.is_none()) }, false)
    }
}

/// Opens a file and compares its columns with those that the mapping names.
fn open(
    path: PathBuf,
    inputs: Vec<usize>,
    mapping: &Mapping,
    issues: &mut Vec<Issue>,
) -> Result<PlannedFile, Error> {
    let specs = || inputs.iter().map(|input| &mapping.inputs[*input]);
    let mut spec = specs().next().map(|input| input.spec.clone()).unwrap_or_default();
    spec.nested = specs().any(|input| input.formulas);
    let table = files::open(&path, &spec)?.into_table(&path, &spec)?;
    let header = table.table.header();
    if !table.table.is_open() {
        let names: Vec<&str> = header.names().iter().map(String::as_str).collect();
        for (column, place) in specs().flat_map(|input| input.columns.iter().zip(&input.places)) {
            if header.position(column).is_none() {
                let message = format!("`{}` has no column `{column}`", file_name(&path));
                let issue = Issue::new("unknown_column", place.clone(), message);
                issues.push(issue.hint(did_you_mean(column, &names)));
            }
        }
    }
    Ok(PlannedFile { path, content: Content::Table(table, inputs) })
}

/// Whether the path is the file that a mapping calls `name`, packed or not.
pub(crate) fn is_file(path: &Path, name: &str) -> bool {
    let found = file_name(path);
    let plain = found.strip_suffix(".zst").or_else(|| found.strip_suffix(".gz"));
    found == name || plain == Some(name)
}

fn size(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |metadata| metadata.len())
}

/// Folders are what lies in them, in the order of names.
fn expand(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Error> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let open = |source| Error::Open { path: path.clone(), source };
        let mut found = Vec::new();
        for entry in std::fs::read_dir(path).map_err(open)? {
            let entry = entry.map_err(open)?.path();
            if entry.is_file() {
                found.push(entry);
            }
        }
        if found.is_empty() {
            return Err(Error::Nothing { path: path.clone() });
        }
        found.sort();
        files.extend(found);
    }
    Ok(files)
}
