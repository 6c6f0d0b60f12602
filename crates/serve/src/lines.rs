//! JSON lines out of chunks, wherever the chunks happen to end.

use bytes::{Buf as _, Bytes, BytesMut};
use event::limits::EVENT_BYTES_MAX;

/// Cuts chunks into lines.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    begun: BytesMut,
    /// Bytes of `begun` known to hold no line end.
    searched: usize,
    /// The rest of a line that is too long is passed over.
    skipping: bool,
}

impl Lines {
    pub(crate) fn push(&mut self, chunk: &[u8]) {
        self.begun.extend_from_slice(chunk);
    }

    /// The next whole line that is not blank. A line longer than an event may be comes as its
    /// beginning, one byte too long, so that whoever reads it sees what is wrong with it.
    pub(crate) fn next(&mut self) -> Option<Bytes> {
        loop {
            let end = self.begun[self.searched..].iter().position(|byte| *byte == b'\n');
            let Some(end) = end.map(|end| end + self.searched) else {
                self.searched = self.begun.len();
                return self.cut_long();
            };
            let line = self.begun.split_to(end).freeze();
            self.begun.advance(1);
            self.searched = 0;
            if std::mem::take(&mut self.skipping) {
                continue;
            }
            if let Some(line) = whole(&line) {
                return Some(line);
            }
        }
    }

    /// What stands behind the last line end, once no more chunks come.
    pub(crate) fn last(&mut self) -> Option<Bytes> {
        let rest = self.begun.split().freeze();
        self.searched = 0;
        if std::mem::take(&mut self.skipping) { None } else { whole(&rest) }
    }

    fn cut_long(&mut self) -> Option<Bytes> {
        if self.begun.len() <= EVENT_BYTES_MAX {
            return None;
        }
        let cut = self.begun.split().freeze();
        self.searched = 0;
        let seen = std::mem::replace(&mut self.skipping, true);
        (!seen).then(|| cut.slice(..=EVENT_BYTES_MAX))
    }
}

fn whole(line: &Bytes) -> Option<Bytes> {
    let trimmed = line.trim_ascii();
    (!trimmed.is_empty()).then(|| line.slice_ref(trimmed))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &[u8], size: usize) -> Vec<Bytes> {
        let mut lines = Lines::default();
        let mut found = Vec::new();
        for chunk in text.chunks(size) {
            lines.push(chunk);
            found.extend(std::iter::from_fn(|| lines.next()));
        }
        found.extend(lines.last());
        found
    }

    #[test]
    fn chunks_may_end_anywhere() {
        let text = b"one\r\n\n  two \nthree";
        for size in 1..text.len() {
            assert_eq!(cut(text, size), ["one", "two", "three"], "chunks of {size}");
        }
    }

    #[test]
    fn a_line_that_is_too_long_is_passed_over_once() {
        let mut text = b"one\n".to_vec();
        text.extend(vec![b'x'; 3 * EVENT_BYTES_MAX]);
        text.extend(b"\ntwo\n");
        let lines = cut(&text, 1 << 16);
        let lengths: Vec<usize> = lines.iter().map(Bytes::len).collect();
        assert_eq!(lengths, [3, EVENT_BYTES_MAX + 1, 3]);
    }
}
