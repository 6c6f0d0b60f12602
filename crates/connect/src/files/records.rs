//! Bounded records of a byte stream: lines, quoted CSV records, or the objects of a JSON array.

use crate::limits::{EXCERPT_BYTES_MAX, RECORD_BYTES_MAX};
use std::io::{self, Read};
use std::ops::Range;

/// Bytes asked of the source at a time.
const READ_BYTES: usize = 256 * 1024;

/// How records are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Split {
    /// At every end of line.
    Lines,
    /// At every end of line outside quotes, which open only where a field begins.
    Quoted {
        /// Between the fields.
        delimiter: u8,
        /// `\n`, or `\r` in files of the old Macintosh.
        line_end: u8,
    },
    /// Top-level objects between `[` and `]`, over any number of lines.
    Objects,
}

/// One step through the stream; ranges are good until the next step.
#[derive(Debug)]
pub(crate) enum Step {
    /// A record that begins on `line`; `cut` when the file ends inside it or without line end.
    Record { line: u64, range: Range<usize>, cut: bool },
    /// A record over the limit: its beginning, and how many bytes it had.
    Oversize { line: u64, excerpt: Vec<u8>, bytes: u64 },
    /// A quote or bracket that never closed: only its first line is given, reading goes on after
    /// it.
    Unclosed { line: u64, range: Range<usize> },
    /// The source broke; nothing follows.
    Broken { line: u64, error: io::Error },
    /// Nothing follows.
    End,
}

/// How far a record was scanned, kept over refills.
#[derive(Clone, Copy, Debug, Default)]
struct Scan {
    at: usize,
    quoted: bool,
    field_began: bool,
    depth: usize,
    escaped: bool,
    begin: usize,
}

/// What scanning the buffer came to.
enum Found {
    /// A record in `range`; the next begins at `next`.
    Record { range: Range<usize>, next: usize },
    /// Nothing but separators up to here.
    More,
}

/// The bounded records of a source.
pub(crate) struct Records<R> {
    source: R,
    split: Split,
    buffer: Vec<u8>,
    start: usize,
    line: u64,
    ended: bool,
    broken: Option<io::Error>,
    limit: usize,
}

impl<R> std::fmt::Debug for Records<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Records").field("split", &self.split).field("line", &self.line).finish()
    }
}

impl<R: Read> Records<R> {
    pub(crate) fn new(source: R, split: Split) -> Self {
        Self {
            source,
            split,
            buffer: Vec::new(),
            start: 0,
            line: 1,
            ended: false,
            broken: None,
            limit: RECORD_BYTES_MAX,
        }
    }

    /// The same reader with a smaller limit, so that tests need no gigabytes.
    #[cfg(test)]
    pub(crate) fn with_limit(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }

    /// The bytes of a step's range.
    pub(crate) fn bytes(&self, range: Range<usize>) -> &[u8] {
        &self.buffer[range]
    }

    /// The next record.
    pub(crate) fn step(&mut self) -> Step {
        let mut scan = self.fresh_scan();
        loop {
            if let Found::Record { range, next } = self.scan(&mut scan) {
                return self.take(range, next, false);
            }
            if self.pending() > self.limit {
                return self.too_long(scan);
            }
            if self.ended {
                return self.last(scan);
            }
            self.refill(&mut scan);
        }
    }

    fn fresh_scan(&self) -> Scan {
        Scan { at: self.start, begin: self.start, ..Scan::default() }
    }

    fn pending(&self) -> usize {
        self.buffer.len() - self.start
    }

    fn take(&mut self, range: Range<usize>, next: usize, cut: bool) -> Step {
        // Objects may have separators, and so line ends, before them.
        let before = count_lines(&self.buffer[self.start..range.start]);
        let line = self.line + before;
        self.line = line + count_lines(&self.buffer[range.start..next]);
        self.start = next;
        Step::Record { line, range, cut }
    }

    fn refill(&mut self, scan: &mut Scan) {
        if self.start > 0 {
            self.buffer.drain(..self.start);
            scan.at -= self.start;
            scan.begin -= self.start.min(scan.begin);
            self.start = 0;
        }
        let filled = self.buffer.len();
        self.buffer.resize(filled + READ_BYTES, 0);
        let read = loop {
            match self.source.read(&mut self.buffer[filled..]) {
                Ok(read) => break read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.broken = Some(error);
                    break 0;
                }
            }
        };
        self.ended = read == 0;
        self.buffer.truncate(filled + read);
    }

    /// What is left when the source has ended.
    fn last(&mut self, scan: Scan) -> Step {
        if self.start == self.buffer.len() {
            return match self.broken.take() {
                Some(error) => Step::Broken { line: self.line, error },
                None => Step::End,
            };
        }
        let range = self.start..self.buffer.len();
        let open = scan.quoted || scan.depth > 0;
        match self.split {
            Split::Quoted { .. } | Split::Objects if open => self.unclosed(),
            Split::Objects => {
                let rest = self.buffer[range.clone()].trim_ascii();
                let blank = rest.iter().all(|byte| b"[], \t\r\n".contains(byte));
                if blank {
                    self.start = self.buffer.len();
                    return self.last(scan);
                }
                self.take(range.clone(), range.end, true)
            }
            _ => self.take(range.clone(), range.end, true),
        }
    }

    /// Gives up the first line only, so that one stray quote costs one line and not the file.
    fn unclosed(&mut self) -> Step {
        let rest = &self.buffer[self.start..];
        let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
        let range = self.start..self.start + end;
        match self.take(range.clone(), range.end, false) {
            Step::Record { line, range, .. } => Step::Unclosed { line, range },
            other => other,
        }
    }

    fn too_long(&mut self, scan: Scan) -> Step {
        let rest = &self.buffer[self.start..];
        let has_line_end = memchr::memchr(b'\n', rest).is_some();
        if (scan.quoted || scan.depth > 0) && has_line_end {
            return self.unclosed();
        }
        let line = self.line;
        let excerpt = rest[..rest.len().min(EXCERPT_BYTES_MAX)].to_vec();
        let bytes = self.skip_line();
        Step::Oversize { line, excerpt, bytes }
    }

    /// Throws away everything up to the next line end and returns how much that was.
    fn skip_line(&mut self) -> u64 {
        let line_end = match self.split {
            Split::Quoted { line_end, .. } => line_end,
            Split::Lines | Split::Objects => b'\n',
        };
        let mut skipped = 0u64;
        loop {
            let rest = &self.buffer[self.start..];
            if let Some(at) = memchr::memchr(line_end, rest) {
                self.start += at + 1;
                self.line += 1;
                return skipped + at as u64;
            }
            skipped += rest.len() as u64;
            self.start = self.buffer.len();
            if self.ended {
                return skipped;
            }
            let mut scan = self.fresh_scan();
            self.refill(&mut scan);
        }
    }

    fn scan(&self, scan: &mut Scan) -> Found {
        match self.split {
            Split::Lines => self.scan_line(scan),
            Split::Quoted { delimiter, line_end } => self.scan_quoted(scan, delimiter, line_end),
            Split::Objects => self.scan_object(scan),
        }
    }

    fn scan_line(&self, scan: &mut Scan) -> Found {
        match memchr::memchr(b'\n', &self.buffer[scan.at..]) {
            Some(found) => {
                let end = scan.at + found;
                Found::Record { range: self.start..end, next: end + 1 }
            }
            None => {
                scan.at = self.buffer.len();
                Found::More
            }
        }
    }

    fn scan_quoted(&self, scan: &mut Scan, delimiter: u8, line_end: u8) -> Found {
        while scan.at < self.buffer.len() {
            let byte = self.buffer[scan.at];
            scan.at += 1;
            if scan.quoted {
                // A doubled quote closes and opens again, which comes to the same.
                if byte == b'"' {
                    scan.quoted = false;
                    scan.escaped = true;
                }
            } else if byte == b'"' && (!scan.field_began || scan.escaped) {
                (scan.quoted, scan.field_began, scan.escaped) = (true, true, false);
            } else if byte == delimiter {
                (scan.field_began, scan.escaped) = (false, false);
            } else if byte == line_end {
                return Found::Record { range: self.start..scan.at - 1, next: scan.at };
            } else {
                (scan.field_began, scan.escaped) = (true, false);
            }
        }
        Found::More
    }

    fn scan_object(&self, scan: &mut Scan) -> Found {
        while scan.at < self.buffer.len() {
            let byte = self.buffer[scan.at];
            scan.at += 1;
            if scan.quoted {
                match byte {
                    _ if scan.escaped => scan.escaped = false,
                    b'\\' => scan.escaped = true,
                    b'"' => scan.quoted = false,
                    _ => {}
                }
            } else if scan.depth == 0 {
                match byte {
                    b'{' => (scan.depth, scan.begin) = (1, scan.at - 1),
                    b'[' | b']' | b',' | b' ' | b'\t' | b'\r' | b'\n' => {}
                    // Something that is no object: up to the end of its line.
                    _ => {
                        let begin = scan.at - 1;
                        let rest = &self.buffer[begin..];
                        if let Some(at) = memchr::memchr(b'\n', rest) {
                            return Found::Record { range: begin..begin + at, next: begin + at };
                        }
                        scan.at = begin;
                        return Found::More;
                    }
                }
            } else {
                match byte {
                    b'"' => scan.quoted = true,
                    b'{' => scan.depth += 1,
                    b'}' => scan.depth -= 1,
                    _ => {}
                }
                if scan.depth == 0 {
                    return Found::Record { range: scan.begin..scan.at, next: scan.at };
                }
            }
        }
        Found::More
    }
}

fn count_lines(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str, split: Split, limit: usize) -> Vec<String> {
        let mut records = Records::new(text.as_bytes(), split).with_limit(limit);
        let mut seen = Vec::new();
        loop {
            seen.push(match records.step() {
                Step::Record { line, range, cut } => {
                    let text = String::from_utf8_lossy(records.bytes(range)).into_owned();
                    format!("{line}{} {text}", if cut { " cut" } else { "" })
                }
                Step::Oversize { line, bytes, .. } => format!("{line} oversize {bytes}"),
                Step::Unclosed { line, range } => {
                    let text = String::from_utf8_lossy(records.bytes(range)).into_owned();
                    format!("{line} unclosed {}", text.trim_end())
                }
                Step::Broken { line, error } => format!("{line} {error}"),
                Step::End => return seen,
            });
        }
    }

    const CSV: Split = Split::Quoted { delimiter: b',', line_end: b'\n' };

    #[test]
    fn quotes_hold_line_ends_and_open_only_at_the_start_of_a_field() {
        assert_eq!(
            all("a,\"x\ny\"\"z\"\n5\" screen,b\nlast", CSV, 100),
            ["1 a,\"x\ny\"\"z\"", "3 5\" screen,b", "4 cut last"]
        );
    }

    #[test]
    fn a_quote_that_never_closes_costs_one_line() {
        assert_eq!(all("a,\"b\nc,d\ne,f\n", CSV, 100), ["1 unclosed a,\"b", "2 c,d", "3 e,f"]);
    }

    #[test]
    fn a_line_without_end_is_skipped_and_the_next_one_read() {
        let text = format!("{}\nshort\n", "x".repeat(1_000_000));
        assert_eq!(all(&text, Split::Lines, 1000), ["1 oversize 1000000", "2 short"]);
        assert_eq!(all(&text, CSV, 1000), ["1 oversize 1000000", "2 short"]);
    }

    #[test]
    fn objects_of_an_array_may_span_lines() {
        assert_eq!(
            all("[\n{\"a\":\n\"}\"},\n {\"b\":{}}\n, oops\n]", Split::Objects, 100),
            ["2 {\"a\":\n\"}\"}", "4 {\"b\":{}}", "5 oops"]
        );
        assert_eq!(
            all("[{\"a\":1},{\"b\"", Split::Objects, 100),
            ["1 {\"a\":1}", "1 unclosed ,{\"b\""]
        );
    }
}
