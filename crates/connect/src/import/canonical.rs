//! Canonical events, parsed on several threads; the order of the file is kept.

use crate::files::delimited::unusable;
use crate::files::records::{Records, Split, Step};
use crate::files::row::Next;
use crate::limits::{CHUNK_BYTES, WORKERS_MAX};
use crate::quarantine::{Reason, raw_text};
use event::cloudevents::{self, Item};
use event::{Event, Instant};
use std::collections::BTreeMap;
use std::io::Read;
use std::ops::{ControlFlow, Range};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};

/// Something that is no event: line, reason and raw text.
pub(crate) type Bad = (u64, Reason, String);

/// What a worker makes of a chunk.
#[derive(Debug, Default)]
pub(crate) struct Parsed {
    pub(crate) rows: u64,
    pub(crate) events: Vec<Event>,
    pub(crate) bad: Vec<Bad>,
}

/// Some records of the file.
#[derive(Debug, Default)]
struct Chunk {
    number: u64,
    bytes: Vec<u8>,
    items: Vec<(u64, Range<usize>, bool)>,
    bad: Vec<Bad>,
}

/// Reads everything and hands it over in the order of the file, until told to stop.
pub(crate) fn read(
    reader: Box<dyn Read + Send>,
    split: Split,
    seen: Instant,
    take: &mut dyn FnMut(Parsed) -> ControlFlow<()>,
) {
    let workers = std::thread::available_parallelism().map_or(1, usize::from).clamp(1, WORKERS_MAX);
    let (chunks_in, chunks_out) = sync_channel::<Chunk>(workers * 2);
    let (parsed_in, parsed_out) = sync_channel::<(u64, Parsed)>(workers * 2);
    let chunks_out = Mutex::new(chunks_out);
    let stopped = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let stopped = &stopped;
        scope.spawn(move || produce(reader, split, &chunks_in, stopped));
        for _ in 0..workers {
            let (chunks, parsed) = (&chunks_out, parsed_in.clone());
            scope.spawn(move || work(chunks, &parsed, seen));
        }
        drop(parsed_in);
        consume(&parsed_out, take);
        stopped.store(true, Ordering::Relaxed);
        drop(parsed_out);
    });
}

/// Hands results over in the order of their chunks; those that come early wait.
fn consume(results: &Receiver<(u64, Parsed)>, take: &mut dyn FnMut(Parsed) -> ControlFlow<()>) {
    let mut waiting = BTreeMap::new();
    let mut next = 0;
    for (number, parsed) in results {
        waiting.insert(number, parsed);
        while let Some(parsed) = waiting.remove(&next) {
            next += 1;
            if take(parsed).is_break() {
                return;
            }
        }
    }
}

fn work(chunks: &Mutex<Receiver<Chunk>>, results: &SyncSender<(u64, Parsed)>, seen: Instant) {
    let mut wanted = true;
    loop {
        let received = chunks.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(chunk) = received else { return };
        // Chunks that nobody wants any more are still taken, lest their producer wait for ever.
        if wanted {
            let number = chunk.number;
            wanted = results.send((number, parse(chunk, seen))).is_ok();
        }
    }
}

fn parse(chunk: Chunk, seen: Instant) -> Parsed {
    let mut parsed = Parsed {
        rows: (chunk.items.len() + chunk.bad.len()) as u64,
        events: Vec::with_capacity(chunk.items.len()),
        bad: chunk.bad,
    };
    for (line, range, cut) in chunk.items {
        let bytes = &chunk.bytes[range];
        match cloudevents::parse(bytes, seen) {
            Ok(Item::Event(event)) => parsed.events.push(event),
            Ok(Item::Record(record)) => {
                let message = format!("records of type `{}` are not kept yet", record.type_);
                let reason = Reason::new("record", message)
                    .hint("it stays in quarantine and can be taken in by a later version");
                parsed.bad.push((line, reason, raw_text(bytes)));
            }
            Err(reject) => {
                let reason = if cut && reject.code == "malformed_json" {
                    Reason::new("cut_off", "the file ends inside this event")
                        .hint("fetch the file again and import it whole")
                } else {
                    Reason::from(reject)
                };
                parsed.bad.push((line, reason, raw_text(bytes)));
            }
        }
    }
    parsed.bad.sort_by_key(|(line, ..)| *line);
    parsed
}

/// Cuts the file into chunks to its end, or until nobody wants any more.
fn produce(
    reader: Box<dyn Read + Send>,
    split: Split,
    chunks: &SyncSender<Chunk>,
    stopped: &AtomicBool,
) {
    let mut records = Records::new(reader, split);
    let mut number = 0;
    while !stopped.load(Ordering::Relaxed) {
        let mut chunk = Chunk { number, ..Chunk::default() };
        let more = fill(&mut records, &mut chunk);
        number += 1;
        if chunks.send(chunk).is_err() || !more {
            return;
        }
    }
}

/// Fills a chunk and says whether there is more.
fn fill(records: &mut Records<Box<dyn Read + Send>>, chunk: &mut Chunk) -> bool {
    while chunk.bytes.len() < CHUNK_BYTES {
        match records.step() {
            Step::Record { line, range, cut } => {
                let bytes = records.bytes(range).trim_ascii();
                if !bytes.is_empty() {
                    let start = chunk.bytes.len();
                    chunk.bytes.extend_from_slice(bytes);
                    chunk.items.push((line, start..chunk.bytes.len(), cut));
                }
            }
            Step::End => return false,
            other => {
                if let Next::Bad(bad) = unusable(other, |range| raw_text(records.bytes(range))) {
                    chunk.bad.push((bad.line, bad.reason, bad.raw));
                    if bad.fatal {
                        return false;
                    }
                }
            }
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines of one letter, without end.
    struct Endless;

    impl Read for Endless {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            buffer.fill(b'x');
            if let Some(last) = buffer.last_mut() {
                *last = b'\n';
            }
            Ok(buffer.len())
        }
    }

    #[test]
    fn who_stops_early_does_not_wait_for_the_rest_of_the_file() {
        let mut chunks = 0;
        // Comes back at all: the file has no end.
        read(Box::new(Endless), Split::Lines, Instant::from_micros(0), &mut |_| {
            chunks += 1;
            if chunks == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert_eq!(chunks, 2);
    }
}
