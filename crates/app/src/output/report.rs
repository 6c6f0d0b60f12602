//! What an import found, for people.

use super::{count, table};
use connect::{Report, Tally};
use serve::intake::Imported;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Values, columns and gaps listed before the rest is only counted.
const LISTED_MAX: usize = 10;
/// Places listed of each tally.
const PLACES_MAX: usize = 3;

/// The report of an import or of a dry run.
pub(crate) fn report(imported: &Imported) -> String {
    let Imported { report, dry_run, .. } = imported;
    let mut text = String::new();
    // Writing to a string cannot fail.
    for file in &report.files {
        let _ = writeln!(text, "{}: {} rows", file.name, number(file.rows));
    }
    let verb = if *dry_run { "would make" } else { "made" };
    let _ = writeln!(
        text,
        "{} rows read, {} left out by the mapping, {} blank; {verb} {} events of {} tickets",
        number(report.rows),
        number(report.filtered_rows),
        number(report.blank_rows),
        number(report.events),
        number(report.tickets)
    );
    if let Some((first, last)) = report.range {
        let _ = writeln!(text, "from {first} to {last}");
    }
    if *dry_run {
        text.push_str("nothing was changed: this was a dry run\n");
    } else {
        let (new, duplicate) = (number(imported.new), number(imported.duplicate));
        let _ = writeln!(text, "{new} events were new, {duplicate} were known already");
    }
    kinds(report, &mut text);
    if report.quarantined > 0 {
        let _ = writeln!(text, "\n{} rows in quarantine", number(report.quarantined));
        tallies(
            report.quarantined_by_reason.iter().map(|(code, tally)| (code.as_str(), tally)),
            &mut text,
        );
        text.push_str("see them with `deskmeter quarantine list`\n");
    }
    if !report.unmapped.is_empty() {
        text.push_str("\nvalues that no map knows\n");
        for unmapped in report.unmapped.iter().take(LISTED_MAX) {
            let times = number(unmapped.count);
            let _ = writeln!(text, "  {}: `{}` {times} times", unmapped.key, unmapped.value);
        }
        more(report.unmapped.len(), &mut text);
    }
    words("columns that the mapping does not use", &report.unused_columns, &mut text);
    words("columns of the mapping that no row had", &report.missing_columns, &mut text);
    words("files that the mapping is not about", &report.ignored_files, &mut text);
    noted("odd, but imported", &report.notes, &mut text);
    noted("times that run backwards: imported and flagged", &report.backwards, &mut text);
    if report.future > 0 {
        let _ = writeln!(text, "\n{} events lie in the future", number(report.future));
    }
    if !report.gaps.is_empty() {
        text.push_str("\ndays without any event (UTC)\n");
        for gap in report.gaps.iter().take(LISTED_MAX) {
            let _ = writeln!(text, "  {} days from {}", gap.days, gap.from);
        }
        more(report.gaps.len(), &mut text);
    }
    text
}

fn kinds(report: &Report, text: &mut String) {
    if report.events_by_kind.is_empty() {
        return;
    }
    let header = ["event", "number"].map(str::to_owned);
    let rows: Vec<Vec<String>> = report
        .events_by_kind
        .iter()
        .map(|(kind, events)| vec![(*kind).to_owned(), number(*events)])
        .collect();
    text.push('\n');
    text.push_str(&table(&header, &[false, true], &rows));
    text.push('\n');
}

fn noted(title: &str, notes: &BTreeMap<&'static str, Tally>, text: &mut String) {
    if !notes.is_empty() {
        let _ = writeln!(text, "\n{title}");
        tallies(notes.iter().map(|(code, tally)| (*code, tally)), text);
    }
}

fn tallies<'a>(tallies: impl Iterator<Item = (&'a str, &'a Tally)>, text: &mut String) {
    for (code, tally) in tallies {
        let places: Vec<String> =
            tally.places.iter().take(PLACES_MAX).map(ToString::to_string).collect();
        let _ = write!(text, "  {code}: {} ({}", number(tally.count), places.join(", "));
        let dots = if tally.count > places.len() as u64 { ", …" } else { "" };
        let _ = writeln!(text, "{dots})");
    }
}

fn words(title: &str, words: &[String], text: &mut String) {
    if !words.is_empty() {
        let _ = writeln!(text, "\n{title}");
        for word in words.iter().take(LISTED_MAX) {
            let _ = writeln!(text, "  {word}");
        }
        more(words.len(), text);
    }
}

fn more(items: usize, text: &mut String) {
    if items > LISTED_MAX {
        let _ = writeln!(text, "  … and {} more", items - LISTED_MAX);
    }
}

fn number(value: u64) -> String {
    count(i64::try_from(value).unwrap_or(i64::MAX))
}
