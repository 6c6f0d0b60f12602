//! JSON objects as rows: one a line, or in an array; nested objects become `outer.inner` columns.

use crate::files::delimited::unusable;
use crate::files::records::{Records, Split, Step};
use crate::files::row::{BadRow, Header, Next, Row, Table};
use crate::files::source::honest_text;
use crate::limits::COLUMNS_MAX;
use crate::quarantine::{Reason, raw_text};
use serde_json::Value;
use std::io::Read;

/// How deep objects are opened into columns; what lies deeper stays JSON text.
const DEPTH_MAX: usize = 8;

/// A file of JSON objects.
pub(crate) struct Objects {
    records: Records<Box<dyn Read + Send>>,
    header: Header,
    cells: Vec<Option<String>>,
    keep: bool,
}

impl std::fmt::Debug for Objects {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Objects").field("header", &self.header).finish_non_exhaustive()
    }
}

impl Objects {
    pub(crate) fn new(reader: Box<dyn Read + Send>, split: Split) -> Self {
        let (records, header) = (Records::new(reader, split), Header::default());
        Self { records, header, cells: Vec::new(), keep: false }
    }

    /// Whether each object is kept as it is besides its columns.
    pub(crate) const fn keep(mut self, keep: bool) -> Self {
        self.keep = keep;
        self
    }

    fn put(&mut self, name: &str, value: Value, depth: usize) -> Result<(), Reason> {
        match value {
            Value::Null => Ok(()),
            Value::Object(fields) if depth < DEPTH_MAX => {
                fields.into_iter().try_for_each(|(inner, value)| {
                    let name = if name.is_empty() { inner } else { format!("{name}.{inner}") };
                    self.put(&name, value, depth + 1)
                })
            }
            Value::String(text) => self.set(name, text),
            other => self.set(name, other.to_string()),
        }
    }

    fn set(&mut self, name: &str, text: String) -> Result<(), Reason> {
        let place = self.header.place_of(name);
        if place >= COLUMNS_MAX {
            let message = format!("more than {COLUMNS_MAX} different keys in one file");
            return Err(Reason::new("too_many_columns", message)
                .hint("keys that are data belong into values"));
        }
        if self.cells.len() <= place {
            self.cells.resize(place + 1, None);
        }
        self.cells[place] = Some(text);
        Ok(())
    }
}

impl Table for Objects {
    fn header(&self) -> &Header {
        &self.header
    }

    fn is_open(&self) -> bool {
        true
    }

    fn next(&mut self, row: &mut Row) -> Next {
        let step = self.records.step();
        let Step::Record { line, range, cut } = step else {
            return unusable(step, |range| raw_text(self.records.bytes(range)));
        };
        row.clear(line);
        let (text, lied) = honest_text(self.records.bytes(range));
        if text.trim().is_empty() {
            return Next::Blank;
        }
        if lied {
            row.notes.push("encoding_lies");
        }
        let text = text.into_owned();
        let object = match serde_json::from_str(&text) {
            Ok(Value::Object(object)) => object,
            Ok(_) => {
                let reason = Reason::new("not_an_object", "a JSON value, but no object");
                return Next::Bad(BadRow::new(line, reason, text));
            }
            Err(error) => return Next::Bad(BadRow::new(line, malformed(&error, cut), text)),
        };
        self.cells.iter_mut().for_each(|cell| *cell = None);
        let object = Value::Object(object);
        row.object = self.keep.then(|| object.clone());
        if let Err(reason) = self.put("", object, 0) {
            return Next::Bad(BadRow::new(line, reason, text));
        }
        for cell in &self.cells {
            row.push(cell.as_deref().unwrap_or(""));
        }
        if row.is_blank() { Next::Blank } else { Next::Row }
    }
}

/// Why a line is no JSON.
pub(crate) fn malformed(error: &serde_json::Error, cut: bool) -> Reason {
    if cut && error.is_eof() {
        return Reason::new("cut_off", "the file ends inside this object")
            .hint("fetch the file again and import it whole");
    }
    Reason::new("bad_json", format!("no valid JSON: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_become_columns_as_they_appear() {
        let text = "{\"a\":1,\"b\":{\"c\":\"x\"}}\n[1]\n{\"a\":null,\"d\":[1,2]}\n{\"a\":";
        let mut table = Objects::new(Box::new(text.as_bytes()), Split::Lines);
        let mut row = Row::default();
        assert!(matches!(table.next(&mut row), Next::Row));
        assert_eq!((row.cell(0), row.cell(1)), ("1", "x"));
        assert!(
            matches!(table.next(&mut row), Next::Bad(bad) if bad.reason.code == "not_an_object")
        );
        assert!(matches!(table.next(&mut row), Next::Row));
        assert_eq!((row.cell(0), row.cell(2)), ("", "[1,2]"));
        assert!(matches!(table.next(&mut row), Next::Bad(bad) if bad.reason.code == "cut_off"));
        assert_eq!(table.header().names(), ["a", "b.c", "d"]);
    }
}
