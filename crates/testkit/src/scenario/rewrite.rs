//! Rewriting the expected rows inside a scenario file, leaving every other line as it was.

use serde_json::{Map, Value};

/// The text of a scenario file with the `expect:` of its question `index` (from 0) replaced.
///
/// `None` if the file has no such `expect:` block.
pub fn rewrite_expected(text: &str, index: usize, rows: &[Map<String, Value>]) -> Option<String> {
    let lines: Vec<&str> = text.lines().collect();
    let questions = lines.iter().position(|line| line.trim_end() == "questions:")?;
    let start = lines
        .iter()
        .enumerate()
        .skip(questions)
        .filter(|(_, line)| line.trim_start() == "expect:")
        .map(|(place, _)| place)
        .nth(index)?;
    let indent = indent_of(lines.get(start)?);
    let end = lines
        .iter()
        .enumerate()
        .skip(start + 1)
        .find(|(_, line)| !line.trim().is_empty() && indent_of(line) <= indent)
        .map_or(lines.len(), |(place, _)| place);
    let mut out: Vec<String> =
        lines.iter().take(start + 1).map(|line| (*line).to_owned()).collect();
    out.extend(rows.iter().map(|row| format!("{}  - {}", " ".repeat(indent), flow(row))));
    out.extend(lines.iter().skip(end).map(|line| (*line).to_owned()));
    Some(out.join("\n") + "\n")
}

fn indent_of(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// One row as a YAML flow mapping.
fn flow(row: &Map<String, Value>) -> String {
    let parts: Vec<String> =
        row.iter().map(|(key, value)| format!("{key}: {}", flow_value(value))).collect();
    format!("{{{}}}", parts.join(", "))
}

fn flow_value(value: &Value) -> String {
    match value {
        Value::Object(map) => flow(map),
        Value::String(text)
            if text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_') =>
        {
            text.clone()
        }
        other => other.to_string(),
    }
}
