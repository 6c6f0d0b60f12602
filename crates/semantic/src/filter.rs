//! Filters: `priority in (high, urgent)`, `group = Billing`, `tag = vip`, `n_reopens >= 2`.

use crate::issue::Issue;
use crate::limits::FILTER_VALUES_MAX;
use std::fmt;

/// A comparison of a filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// One of the values.
    In,
    /// None of the values; missing ones pass.
    NotIn,
    /// Missing.
    IsNull,
    /// Present.
    IsNotNull,
    /// Less than the value.
    Lt,
    /// At most the value.
    Le,
    /// More than the value.
    Gt,
    /// At least the value.
    Ge,
}

/// One filter: a field, a comparison and its values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// A dimension or a column of tickets.
    pub field: String,
    /// The comparison.
    pub op: Op,
    /// Values: any number for `In` and `NotIn`, none for null tests, else one.
    pub values: Vec<String>,
}

const SHAPES: &str = "write `field = value`, `field != value`, `field in (a, b)`, \
                      `field not in (a, b)`, `field is null`, `field is not null`, or < <= > >= \
                      for numbers and times";

/// Reads one filter.
///
/// # Errors
/// `bad_filter` at `place`.
pub fn read_filter(text: &str, place: &str) -> Result<Filter, Issue> {
    let bad = |message: String| Issue::new("bad_filter", place, message).hint(SHAPES);
    let text = text.trim();
    let end = text.find(|c: char| c.is_whitespace() || "=!<>(".contains(c)).unwrap_or(text.len());
    let (field, rest) = text.split_at(end);
    let rest = rest.trim();
    if field.is_empty() {
        return Err(bad(format!("`{text}` does not begin with a field")));
    }
    let filter = |op, values| Ok(Filter { field: field.to_owned(), op, values });
    let lower = rest.to_lowercase();
    let words: Vec<&str> = lower.split_whitespace().collect();
    match words.as_slice() {
        ["is", "null"] => return filter(Op::IsNull, Vec::new()),
        ["is", "not", "null"] => return filter(Op::IsNotNull, Vec::new()),
        _ => {}
    }
    if let Some(list) = after_words(rest, &["not", "in"]) {
        return filter(Op::NotIn, read_list(list).map_err(bad)?);
    }
    if let Some(list) = after_words(rest, &["in"]) {
        return filter(Op::In, read_list(list).map_err(bad)?);
    }
    let comparisons = [
        ("!=", Op::NotIn),
        ("<>", Op::NotIn),
        ("<=", Op::Le),
        (">=", Op::Ge),
        ("==", Op::In),
        ("=", Op::In),
        ("<", Op::Lt),
        (">", Op::Gt),
    ];
    for (sign, op) in comparisons {
        if let Some(value) = rest.strip_prefix(sign) {
            let value = unquote(value.trim());
            if value.is_empty() && !rest.ends_with(['"', '\'']) {
                return Err(bad(format!("`{text}` compares `{field}` with nothing")));
            }
            return filter(op, vec![value]);
        }
    }
    Err(bad(format!("`{text}` has no comparison")))
}

/// What follows `words`, whatever their case and the space between them.
fn after_words<'a>(text: &'a str, words: &[&str]) -> Option<&'a str> {
    let mut rest = text;
    for word in words {
        rest = rest.trim_start();
        let head = rest.get(..word.len())?;
        if !head.eq_ignore_ascii_case(word) {
            return None;
        }
        rest = &rest[word.len()..];
    }
    rest.starts_with(|c: char| c.is_whitespace() || c == '(').then(|| rest.trim())
}

/// `(a, 'b c', "d,e")`.
fn read_list(text: &str) -> Result<Vec<String>, String> {
    let inner = text
        .strip_prefix('(')
        .and_then(|text| text.strip_suffix(')'))
        .ok_or_else(|| format!("`{text}` is not a list in parentheses"))?;
    let mut values = Vec::new();
    let mut value = String::new();
    let mut quote: Option<char> = None;
    for c in inner.chars() {
        match quote {
            None if c == ',' => values.push(std::mem::take(&mut value)),
            None if (c == '\'' || c == '"') && value.trim().is_empty() => {
                quote = Some(c);
                value.push(c);
            }
            Some(open) if c == open => {
                quote = None;
                value.push(c);
            }
            _ => value.push(c),
        }
    }
    if quote.is_some() {
        return Err(format!("a quotation mark in `{text}` is not closed"));
    }
    values.push(value);
    if values.len() > FILTER_VALUES_MAX {
        return Err(format!("more than {FILTER_VALUES_MAX} values in one filter"));
    }
    let values: Vec<String> = values.iter().map(|value| unquote(value.trim())).collect();
    match values.iter().any(String::is_empty) && !inner.contains(['\'', '"']) {
        true => Err(format!("`{text}` holds an empty value")),
        false => Ok(values),
    }
}

fn unquote(text: &str) -> String {
    for quote in ['\'', '"'] {
        if text.len() >= 2 && text.starts_with(quote) && text.ends_with(quote) {
            return text[1..text.len() - 1].to_owned();
        }
    }
    text.to_owned()
}

/// A value as it must be written to be read back.
struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0;
        let plain = !text.is_empty()
            && text.trim() == text
            && !text.contains(|c: char| ",()'\"=<>!".contains(c));
        match (plain, text.contains('\'')) {
            (true, _) => f.write_str(text),
            (false, false) => write!(f, "'{text}'"),
            (false, true) => write!(f, "\"{text}\""),
        }
    }
}

impl fmt::Display for Filter {
    /// Writes the canonical form: values sorted, one value with `=`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut values = self.values.clone();
        values.sort();
        values.dedup();
        let list = |f: &mut fmt::Formatter<'_>, word: &str| {
            let values: Vec<String> =
                values.iter().map(|value| Quoted(value).to_string()).collect();
            write!(f, "{} {word} ({})", self.field, values.join(", "))
        };
        let one = |f: &mut fmt::Formatter<'_>, sign: &str| {
            let value = values.first().map_or("", String::as_str);
            write!(f, "{} {sign} {}", self.field, Quoted(value))
        };
        match self.op {
            Op::In if values.len() == 1 => one(f, "="),
            Op::In => list(f, "in"),
            Op::NotIn if values.len() == 1 => one(f, "!="),
            Op::NotIn => list(f, "not in"),
            Op::IsNull => write!(f, "{} is null", self.field),
            Op::IsNotNull => write!(f, "{} is not null", self.field),
            Op::Lt => one(f, "<"),
            Op::Le => one(f, "<="),
            Op::Gt => one(f, ">"),
            Op::Ge => one(f, ">="),
        }
    }
}
