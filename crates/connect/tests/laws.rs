//! Laws: the order and the repetition of rows decide nothing, and no bytes make a panic.

#![expect(clippy::unwrap_used, reason = "a test may")]

use connect::{Importer, Mapping};
use event::Event;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

const MAPPING: &str = "
source: desk
ticket: id
at: when
zone: UTC
actor: {id: who, role: agent}
fields: '*'
rules:
  - event: status
    status: {column: state, map: {Open: open, Done: solved}}
  - event: assigned
    agent: who
  - event: created
    once: earliest
    actor: system
    priority: state
";

fn import(mapping: Option<&str>, bytes: &[u8]) -> Option<(Vec<Event>, u64, u64)> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    std::fs::write(&path, bytes).unwrap();
    let mut events = Vec::new();
    let mapping = mapping.map(|yaml| Mapping::parse(yaml).unwrap());
    let seen = "2026-06-01T00:00:00Z".parse().unwrap();
    let report = Importer::new(mapping, vec![path], seen)
        .run(
            &mut |batch| {
                events.extend(batch);
                ControlFlow::Continue(())
            },
            &mut |_| {},
            &mut |_| {},
        )
        .ok()?;
    Some((events, report.rows, report.quarantined))
}

fn by_id(events: Vec<Event>) -> BTreeMap<String, Event> {
    events.into_iter().map(|event| (event.entry.id.to_string(), event)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn rows_in_any_order_and_number_make_the_same_events(
        rows in prop::collection::vec((0u8..4, 0u8..3, 0u8..5, 0u8..3), 1..30),
        order in prop::collection::vec(any::<prop::sample::Index>(), 0..60),
    ) {
        let line = |(id, state, when, who): &(u8, u8, u8, u8)| {
            let state = ["Open", "Done", "Huh"][usize::from(*state)];
            format!("{id},{state},2026-01-01T00:00:0{when}Z,{who},red\n")
        };
        let mut other = rows.clone();
        other.extend(order.iter().map(|index| *index.get(&rows)));
        other.reverse();
        let text = |rows: &[(u8, u8, u8, u8)]| {
            "id,state,when,who,colour\n".to_owned() + &rows.iter().map(line).collect::<String>()
        };
        let (first, ..) = import(Some(MAPPING), text(&rows).as_bytes()).unwrap();
        let (second, ..) = import(Some(MAPPING), text(&other).as_bytes()).unwrap();
        prop_assert_eq!(by_id(first), by_id(second));
    }

    #[test]
    fn no_bytes_make_a_panic(
        head in prop::sample::select(vec![
            &b"id,state,when,who\n"[..], b"", b"{\"id\":1}\n", b"[{", b"<log><trace>", b"PAR1",
            b"PK\x03\x04", b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"\xff\xfe", b"{\"specversion\":\"1.0\"",
        ]),
        tail in prop::collection::vec(any::<u8>(), 0..400),
    ) {
        let bytes = [head, &tail].concat();
        import(None, &bytes);
        import(Some(MAPPING), &bytes);
        let _ = Mapping::parse(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn nothing_is_lost(text in "[a-c0-9,\"\n; ]{0,300}") {
        let bytes = format!("id,state,when,who\n{text}");
        let (events, rows, quarantined) = import(Some(MAPPING), bytes.as_bytes()).unwrap();
        // A row makes its events or goes to quarantine; none of this text is a valid date.
        prop_assert_eq!((events.len(), rows), (0, quarantined));
    }
}
