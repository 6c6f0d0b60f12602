//! Any mapping on any payload: the same twice, and what it makes is an event that can be read.
//!
//! The input is a mapping in YAML, a line of dashes, and a payload.
#![no_main]

use connect::{Mapping, Payloads, Place};
use event::Instant;
use event::cloudevents::{Item, parse, write};
use libfuzzer_sys::fuzz_target;

const SEEN: Instant = Instant::from_micros(1_780_000_000_000_000);
const BORDER: &[u8] = b"\n----\n";

fuzz_target!(|bytes: &[u8]| {
    let border = bytes.windows(BORDER.len()).position(|window| window == BORDER);
    let (mapping, payload) = match border {
        Some(at) => (&bytes[..at], &bytes[at + BORDER.len()..]),
        None => (bytes, &b"{}"[..]),
    };
    let Ok(mapping) = std::str::from_utf8(mapping) else { return };
    let Ok(mapping) = Mapping::parse(mapping) else { return };
    let Ok(payloads) = Payloads::new(mapping, &[]) else { return };
    let headers = [("x-kind".to_owned(), "ticket".to_owned())];
    let place = Place { file: "payload".into(), sheet: None, line: 1 };
    let mapped = payloads.map(payload, &headers, SEEN, &place);
    assert_eq!(payloads.map(payload, &headers, SEEN, &place), mapped);
    for event in mapped.events {
        let mut written = Vec::new();
        write(&event, &mut written);
        match parse(&written, SEEN) {
            Ok(Item::Event(read)) => assert_eq!(read, event),
            other => panic!("{} is read as {other:?}", String::from_utf8_lossy(&written)),
        }
    }
});
