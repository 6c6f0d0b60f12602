//! Every event survives the way over the wire, and so does nothing else.

use event::cloudevents::{Item, parse, write};
use event::{Event, Instant};
use proptest::prelude::*;
use testkit::arb;

fn written(event: &Event) -> Vec<u8> {
    let mut out = Vec::new();
    write(event, &mut out);
    out
}

proptest! {
    #[test]
    fn what_is_written_is_read(event in arb::any_event()) {
        let json = written(&event);
        let item = parse(&json, Instant::from_micros(0)).unwrap();
        prop_assert_eq!(&item, &Item::Event(event), "{}", String::from_utf8_lossy(&json));
        // And in one form only.
        let Item::Event(read) = item else { unreachable!() };
        prop_assert_eq!(written(&read), json);
    }

    #[test]
    fn what_is_written_is_json(event in arb::any_event()) {
        let json = written(&event);
        let value: serde_json::Value = serde_json::from_slice(&json).unwrap();
        prop_assert_eq!(value["id"].as_str(), Some(event.entry.id.as_str()));
        prop_assert!(!json.contains(&b'\n'));
    }

    #[test]
    fn a_cut_event_is_refused(event in arb::any_event(), cut in any::<prop::sample::Index>()) {
        let json = written(&event);
        let part = &json[..cut.index(json.len())];
        prop_assert!(parse(part, Instant::from_micros(0)).is_err());
    }

    #[test]
    fn a_bent_event_never_panics(
        event in arb::any_event(), at in any::<prop::sample::Index>(), byte: u8,
    ) {
        let mut json = written(&event);
        let at = at.index(json.len());
        json[at] = byte;
        let _ = parse(&json, Instant::from_micros(0));
    }
}
