//! Any policies: those without issues can be folded with, and their calendars keep time's laws.
//!
//! The last 24 bytes are three instants, the rest is the policies in YAML.
#![no_main]

use event::Instant;
use event::calendar::Calendar;
use facts::{Folder, Policies};
use libfuzzer_sys::fuzz_target;

/// Instants of this century.
const FROM: i64 = 946_684_800_000_000;
const SPAN: i64 = 3_155_760_000_000_000;

fuzz_target!(|bytes: &[u8]| {
    let (text, instants) = bytes.split_at(bytes.len().saturating_sub(24));
    let Ok(text) = std::str::from_utf8(text) else { return };
    let Ok(policies) = serde_saphyr::from_str::<Policies>(text) else { return };
    let issues = policies.check();
    assert_eq!(Folder::new(&policies).is_ok(), issues.is_empty(), "{issues:?}");
    let json = serde_json::to_string(&policies).unwrap();
    assert_eq!(serde_json::from_str::<Policies>(&json).unwrap(), policies);
    let mut at = [0_i64; 3];
    for (at, bytes) in at.iter_mut().zip(instants.chunks_exact(8)) {
        *at = FROM + i64::from_le_bytes(bytes.try_into().unwrap()).rem_euclid(SPAN);
    }
    let [a, b, c] = at.map(Instant::from_micros);
    for spec in &policies.calendars {
        let Ok(calendar) = Calendar::compile(spec) else { continue };
        assert_eq!(calendar.elapsed(a, b) + calendar.elapsed(b, c), calendar.elapsed(a, c));
        let (first, last) = (a.min(b), a.max(b));
        let open = calendar.elapsed(first, last);
        assert!((0..=last.since(first)).contains(&open), "{open} of {}", last.since(first));
        let pieces: i64 = calendar.open(first, last).map(|(from, to)| to.since(from)).sum();
        assert_eq!(pieces, open);
        let reached = calendar.add(first, open).expect("it was reached");
        assert!(reached <= last && calendar.elapsed(first, reached) == open);
    }
});
