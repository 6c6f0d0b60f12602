//! Any bytes as a CloudEvent: what is understood is written and read back the same.
#![no_main]

use event::Instant;
use event::cloudevents::{Item, parse, parse_batch, write};
use libfuzzer_sys::fuzz_target;

const SEEN: Instant = Instant::from_micros(1_780_000_000_000_000);

fuzz_target!(|bytes: &[u8]| {
    if let Ok(item) = parse(bytes, SEEN) {
        again(&item);
    }
    for item in parse_batch(bytes, SEEN).into_iter().flatten().flatten() {
        again(&item);
    }
});

fn again(item: &Item) {
    let Item::Event(event) = item else { return };
    let mut written = Vec::new();
    write(event, &mut written);
    // Learnt of at another time: it says itself when.
    match parse(&written, Instant::from_micros(0)) {
        Ok(Item::Event(read)) => assert_eq!(&read, event),
        other => panic!("{} is read as {other:?}", String::from_utf8_lossy(&written)),
    }
}
