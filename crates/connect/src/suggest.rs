//! A first draft of a mapping, from the header and the first rows of a file.

use crate::error::Error;
use crate::files::row::{Next, Row};
use crate::files::{self, FileSpec};
use crate::import::file_name;
use crate::mapping::time::{Format, Reading, TimesSeen};
use std::fmt::Write;
use std::path::Path;

/// Rows looked at.
const ROWS: usize = 200;

/// Different values up to which a column is taken for a closed list.
const VALUES_MAX: usize = 30;

/// Forms of dates that are tried; where day and month could be swapped, both fit and it is said.
const FORMS: [&str; 9] = [
    "iso",
    "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%m/%d/%Y %H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d/%m/%Y",
    "%m/%d/%Y",
];

/// A column with what was seen in it.
struct Column {
    name: String,
    values: Vec<String>,
}

/// Drafts a mapping for a file: what was recognised is filled in, the rest is said in comments.
///
/// The draft is a start for a person, who knows what the columns mean.
///
/// # Errors
/// Where the file can't be opened.
pub fn suggest_mapping(path: &Path) -> Result<String, Error> {
    let spec = FileSpec::default();
    let mut open = files::open(path, &spec)?.into_table(path, &spec)?;
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut row = Row::default();
    while rows.len() < ROWS {
        match open.table.next(&mut row) {
            Next::Row => rows.push((0..row.len()).map(|at| row.cell(at).to_owned()).collect()),
            Next::Blank => {}
            Next::Bad(bad) if bad.fatal => break,
            Next::Bad(_) => {}
            Next::End => break,
        }
    }
    let names = open.table.header().names();
    let columns: Vec<Column> = names
        .iter()
        .enumerate()
        .map(|(at, name)| {
            let values = rows.iter().filter_map(|row| row.get(at)).filter(|cell| !cell.is_empty());
            Column { name: name.clone(), values: values.cloned().collect() }
        })
        .collect();
    Ok(draft(&file_name(path), &columns))
}

fn draft(file: &str, columns: &[Column]) -> String {
    let times: Vec<(&Column, Vec<&str>)> = columns
        .iter()
        .map(|column| (column, forms(column)))
        .filter(|(_, forms)| !forms.is_empty())
        .collect();
    let ticket = named(columns, &["ticket_id", "ticket id", "case id", "ticket", "case", "id"]);
    let shape = if times.len() > 1 { "tickets" } else { "events" };
    let mut text = String::new();
    let mut line = |words: &str| {
        text.push_str(words);
        text.push('\n');
    };
    line(&format!("# A draft for {file}: check every line, then import with --dry-run."));
    line("source: my-desk            # name of the connection");
    line(&format!("shape: {shape}"));
    line("zone: UTC                  # of times without offset");
    let stated: Vec<&str> = times.iter().flat_map(|(_, forms)| forms.iter().copied()).collect();
    if let Some(form) = stated.iter().find(|form| **form != "iso") {
        let both = form.contains("%d/%m") && stated.iter().any(|other| other.contains("%m/%d"));
        let doubt = if both { "  # or the month first? nothing in the file decides" } else { "" };
        line(&format!("dates: {}{doubt}", quoted(form)));
    }
    match ticket {
        Some(column) => line(&format!("ticket: {}", quoted(&column.name))),
        None => line("ticket: \"?\"                # which column names the ticket?"),
    }
    line("rules:");
    for (at, (column, _)) in times.iter().enumerate() {
        let name = quoted(&column.name);
        if at == 0 && shape == "tickets" {
            line(&format!("  - event: created\n    at: {name}\n    actor: requester"));
        } else if shape == "tickets" {
            line(&format!(
                "  - event: status          # what happened at this time?\n    name: at_{at}"
            ));
            line(&format!("    at: {name}\n    actor: agent\n    status: solved"));
        } else {
            line(&format!("  - event: status\n    at: {name}"));
            line(&status(columns));
        }
    }
    line("fields: \"*\"                # every other column as a custom field");
    text
}

/// A status taken from the column that looks like one, with its values to be mapped.
fn status(columns: &[Column]) -> String {
    let Some(column) = named(columns, &["status", "state", "activity", "event"]) else {
        return "    status: open           # which column says what happened?".to_owned();
    };
    let mut values = column.values.clone();
    values.sort();
    values.dedup();
    let mut text = format!("    status:\n      column: {}\n      map:", quoted(&column.name));
    for value in values.iter().take(VALUES_MAX) {
        // Writing to a string does not fail.
        let _ = write!(text, "\n        {}: open", quoted(value));
    }
    text + "\n    vendor: " + &quoted(&column.name)
}

/// The first column with one of these names, else the first that contains one.
fn named<'c>(columns: &'c [Column], names: &[&str]) -> Option<&'c Column> {
    let plain = |column: &Column| column.name.to_lowercase().replace(['-', ':'], "_");
    let same = |name: &&str| columns.iter().find(|column| plain(column) == **name);
    let part = |name: &&str| columns.iter().find(|column| plain(column).contains(*name));
    names.iter().find_map(same).or_else(|| names.iter().find_map(part))
}

/// The forms that all times of a column have; none where it holds no times.
fn forms(column: &Column) -> Vec<&'static str> {
    if column.values.is_empty() {
        return Vec::new();
    }
    FORMS
        .into_iter()
        .filter(|form| {
            let format = if *form == "iso" { Format::Iso } else { Format::Pattern((*form).into()) };
            let reading = Reading { formats: vec![format], zone: None };
            let readable = |value: &String| reading.read(value, &mut TimesSeen::default()).is_ok();
            column.values.iter().all(readable)
        })
        .collect()
}

/// A text as YAML takes it in any case.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Mapping;

    fn suggested(text: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.csv");
        std::fs::write(&path, text).unwrap();
        let draft = suggest_mapping(&path).unwrap();
        Mapping::parse(&draft).unwrap_or_else(|issues| panic!("{draft}\n{issues:#?}"));
        draft
    }

    #[test]
    fn drafts_are_valid_and_say_what_they_doubt() {
        let events = suggested(
            "Case ID,Activity,When\n1,Open,01/02/2026 09:00\n1,Done: yes,03/02/2026 09:00\n",
        );
        assert!(
            events.contains("shape: events") && events.contains("ticket: \"Case ID\""),
            "{events}"
        );
        assert!(
            events.contains("or the month first?") && events.contains("\"Done: yes\": open"),
            "{events}"
        );
        let tickets = suggested("id,opened,closed\n1,2026-01-01,2026-01-02\n2,2026-01-02,\n");
        assert!(tickets.contains("shape: tickets") && !tickets.contains("dates:"), "{tickets}");
    }
}
