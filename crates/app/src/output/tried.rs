//! What a payload comes to under a mapping, for people.

use connect::Tried;
use std::fmt::Write as _;

/// Paths listed before the rest is only counted.
const LISTED_MAX: usize = 30;

/// Every event with its rule, every problem, and what nothing reads.
pub(crate) fn tried(tried: &Tried) -> String {
    let mut text = String::new();
    let row = |row: Option<u64>| row.map(|row| format!("row {row}: ")).unwrap_or_default();
    // Writing to a string cannot fail.
    for made in &tried.events {
        let _ = writeln!(text, "{}{}\n  {}", row(made.row), made.rule, made.event);
    }
    for problem in &tried.problems {
        let (message, code) = (&problem.message, &problem.code);
        let _ = writeln!(text, "{}not understood: {message} [{code}]", row(problem.row));
        if let Some(hint) = &problem.hint {
            let _ = writeln!(text, "  hint: {hint}");
        }
    }
    let (events, problems) = (tried.events.len(), tried.problems.len());
    let left_out = tried.left_out;
    let _ = writeln!(
        text,
        "{events} events; {problems} rows not understood, {left_out} left out; nothing was changed"
    );
    if !tried.unread.is_empty() {
        text.push_str("\nnothing in the mapping reads\n");
        for path in tried.unread.iter().take(LISTED_MAX) {
            let _ = writeln!(text, "  {path}");
        }
        let more = tried.unread.len().saturating_sub(LISTED_MAX);
        if more > 0 {
            let _ = writeln!(text, "  and {more} more");
        }
    }
    text
}
