//! XES, the XML of process mining: one row per event, the trace's attributes as `case:` columns.

use crate::files::row::{BadRow, Header, Next, Row, Table};
use crate::limits::RECORD_BYTES_MAX;
use crate::quarantine::Reason;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use std::io::{self, BufReader, Read};

/// What an attribute belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Owner {
    /// The log itself, or another attribute: not of interest.
    Nobody,
    Trace,
    Event,
}

/// An event log.
pub(crate) struct Xes {
    reader: quick_xml::Reader<BufReader<Guarded>>,
    buffer: Vec<u8>,
    header: Header,
    owners: Vec<Owner>,
    line: u64,
    event_line: u64,
    trace: Vec<(usize, String)>,
    event: Vec<(usize, String)>,
}

impl std::fmt::Debug for Xes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Xes").field("header", &self.header).finish_non_exhaustive()
    }
}

impl Xes {
    pub(crate) fn new(reader: Box<dyn Read + Send>) -> Self {
        let guarded = Guarded { inner: reader, since_tag: 0 };
        Self {
            reader: quick_xml::Reader::from_reader(BufReader::new(guarded)),
            buffer: Vec::new(),
            header: Header::default(),
            owners: Vec::new(),
            line: 1,
            event_line: 1,
            trace: Vec::new(),
            event: Vec::new(),
        }
    }

    /// The next element, with its meaning for rows; `Ok(Some(()))` when an event has ended.
    fn advance(&mut self) -> Result<Option<bool>, Reason> {
        self.buffer.clear();
        let event = match self.reader.read_event_into(&mut self.buffer) {
            Ok(event) => event.into_owned(),
            Err(error) => return Err(broken(&error)),
        };
        let began = self.line;
        self.line += memchr::memchr_iter(b'\n', &self.buffer).count() as u64;
        match event {
            Event::Eof if self.owners.is_empty() => return Ok(None),
            Event::Eof => {
                return Err(Reason::new("cut_off", "the log ends before its last element closes")
                    .hint("fetch the file again and import it whole"));
            }
            Event::Start(element) => {
                let owner = self.enter(&element, began)?;
                self.owners.push(owner);
            }
            Event::Empty(element) => {
                self.enter(&element, began)?;
            }
            Event::End(_) => return Ok(Some(self.owners.pop() == Some(Owner::Event))),
            _ => {}
        }
        Ok(Some(false))
    }

    fn enter(&mut self, element: &BytesStart<'_>, line: u64) -> Result<Owner, Reason> {
        let parent = self.owners.last().copied().unwrap_or(Owner::Nobody);
        match element.local_name().as_ref() {
            "trace" => {
                self.trace.clear();
                return Ok(Owner::Trace);
            }
            "event" => {
                self.event.clear();
                self.event_line = line;
                return Ok(Owner::Event);
            }
            _ => {}
        }
        if parent != Owner::Nobody {
            self.attribute(element, parent)?;
        }
        Ok(Owner::Nobody)
    }

    fn attribute(&mut self, element: &BytesStart<'_>, owner: Owner) -> Result<(), Reason> {
        let read = |name: &str| -> Result<Option<String>, Reason> {
            let found = element.try_get_attribute(name).map_err(|error| broken(&error.into()))?;
            let Some(found) = found else { return Ok(None) };
            let value = found.normalized_value(XmlVersion::Implicit1_0);
            value.map(|value| Some(value.into_owned())).map_err(|error| broken(&error))
        };
        if let (Some(key), Some(value)) = (read("key")?, read("value")?) {
            if owner == Owner::Trace {
                let place = self.header.place_of(&format!("case:{key}"));
                self.trace.push((place, value));
            } else {
                let place = self.header.place_of(&key);
                self.event.push((place, value));
            }
        }
        Ok(())
    }
}

fn broken(error: &quick_xml::Error) -> Reason {
    let code = if matches!(error, quick_xml::Error::Io(_)) { "cut_off" } else { "bad_xml" };
    Reason::new(code, format!("the log can't be read further: {error}"))
        .hint("what came before was read; fetch the file again and import it whole")
}

impl Table for Xes {
    fn header(&self) -> &Header {
        &self.header
    }

    fn is_open(&self) -> bool {
        true
    }

    fn next(&mut self, row: &mut Row) -> Next {
        loop {
            match self.advance() {
                Ok(Some(true)) => break,
                Ok(Some(false)) => {}
                Ok(None) => return Next::End,
                Err(reason) => return Next::Bad(BadRow::fatal(self.line, reason)),
            }
        }
        row.clear(self.event_line);
        let mut cells = vec![""; self.header.names().len()];
        for (place, value) in self.trace.iter().chain(&self.event) {
            cells[*place] = value;
        }
        for cell in cells {
            row.push(cell);
        }
        if row.is_blank() { Next::Blank } else { Next::Row }
    }
}

/// Refuses a tag without end, which the XML reader would collect in memory.
struct Guarded {
    inner: Box<dyn Read + Send>,
    since_tag: usize,
}

impl Read for Guarded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.since_tag = match memchr::memrchr(b'>', &buffer[..read]) {
            Some(at) => read - at,
            None => self.since_tag + read,
        };
        if self.since_tag > RECORD_BYTES_MAX {
            let message = format!("more than {RECORD_BYTES_MAX} bytes without the end of a tag");
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "<?xml version=\"1.0\"?>\n<log><global scope=\"event\"><string key=\"x\" \
        value=\"no\"/></global>\n<trace><string key=\"concept:name\" value=\"A&amp;B\"/>\n\
        <event><string key=\"act\" value=\"open\"><string key=\"deep\" value=\"no\"/></string>\
        </event>\n<event><date key=\"time\" value=\"2024-01-01T00:00:00Z\"/></event></trace>\n";

    fn rows(text: &'static str) -> Vec<String> {
        let mut table = Xes::new(Box::new(text.as_bytes()));
        let mut row = Row::default();
        let mut seen = Vec::new();
        loop {
            match table.next(&mut row) {
                Next::Row => seen.push(format!("{} {}", row.line, row.json(table.header()))),
                Next::Bad(bad) => {
                    seen.push(format!("{} {}", bad.line, bad.reason.code));
                    return seen;
                }
                Next::Blank => {}
                Next::End => return seen,
            }
        }
    }

    #[test]
    fn events_carry_their_trace() {
        assert_eq!(
            rows(LOG),
            [
                r#"4 {"act":"open","case:concept:name":"A&B"}"#,
                r#"5 {"act":"","case:concept:name":"A&B","time":"2024-01-01T00:00:00Z"}"#,
                "6 cut_off",
            ]
        );
    }
}
