//! Laws: the order and the repetition of rows decide nothing, and no bytes make a panic.

#![expect(clippy::unwrap_used, reason = "a test may")]

use connect::{Imported, Importer, Mapping, Payloads, Place};
use event::Event;
use proptest::prelude::*;
use std::collections::BTreeMap;

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

fn import(mapping: Option<&str>, bytes: &[u8]) -> Option<Imported> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    std::fs::write(&path, bytes).unwrap();
    let mapping = mapping.map(|yaml| Mapping::parse(yaml).unwrap());
    let seen = "2026-06-01T00:00:00Z".parse().unwrap();
    Importer::new(mapping, vec![path], seen).gather().ok()
}

fn by_id(events: Vec<Event>) -> BTreeMap<String, Event> {
    events.into_iter().map(|event| (event.entry.id.to_string(), event)).collect()
}

const NESTED: &str = r#"
source: desk
where: {expr: 'row.a != "out"'}
each: payload.list + [payload]
ticket: {expr: 'has(row.id) ? row.id : "t"'}
at: {value: "2026-01-01"}
actor: {id: {expr: 'payload.a.map(k, k)'}, role: agent}
fields: '*'
rules:
  - event: created
    tags: {expr: row.list}
    channel: {column: b.c, default: none}
  - event: status
    when: {expr: 'row.list.exists(x, x == payload.b) || "a" in row'}
    status: {column: a, map: {x: open}, unmapped: drop}
    vendor: {expr: 'string(size(row.list)) + headers.h'}
"#;

/// JSON of any shape, with the keys of the mapping more often than others.
fn any_json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(serde_json::Value::from),
        any::<i64>().prop_map(serde_json::Value::from),
        any::<u64>().prop_map(serde_json::Value::from),
        any::<f64>().prop_map(serde_json::Value::from),
        "[ax]|out|.{0,6}".prop_map(serde_json::Value::from),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        let key = prop_oneof![
            Just("a".to_owned()),
            Just("b".to_owned()),
            Just("c".to_owned()),
            Just("id".to_owned()),
            Just("list".to_owned()),
            ".{0,3}",
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(serde_json::Value::from),
            prop::collection::vec((key, inner), 0..5)
                .prop_map(|entries| serde_json::Value::Object(entries.into_iter().collect())),
        ]
    })
}

/// The same JSON with the keys of every object in the opposite order.
fn backwards(json: &serde_json::Value) -> String {
    match json {
        serde_json::Value::Object(entries) => {
            let entries = entries.iter().rev().map(|(key, value)| {
                format!("{}: {}", serde_json::Value::from(key.as_str()), backwards(value))
            });
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
        serde_json::Value::Array(items) => {
            format!("[{}]", items.iter().map(backwards).collect::<Vec<_>>().join(" ,"))
        }
        leaf => leaf.to_string(),
    }
}

/// Formulas, most of them wrong.
fn any_formula() -> impl Strategy<Value = String> {
    let part = prop::sample::select(vec![
        "payload",
        "row",
        "headers",
        ".a",
        ".b.c",
        ".list",
        "[0]",
        "[\"a\"]",
        " + ",
        " == ",
        " in ",
        " ? ",
        " : ",
        " && ",
        " || ",
        "!",
        "-",
        "(",
        ")",
        "has(",
        ".map(x, x",
        ".filter(x, x.a",
        ".exists(y, y",
        ".all(x, true)",
        "size(",
        ".size()",
        "string(",
        "int(",
        ".contains(",
        ".split(\",\")",
        ".join(\"\")",
        ".matches(\"a+\")",
        "null",
        "true",
        "1",
        "2.5",
        "\"x\"",
        "x",
        ", ",
        ".substring(1)",
        ".charAt(0)",
        "[",
        "]",
        "{",
        "}",
        " % ",
        " / 0",
        "0u",
        "b\"\"",
        "`",
        "@",
    ]);
    prop_oneof![prop::collection::vec(part, 1..14).prop_map(|parts| parts.concat()), ".{0,40}"]
}

fn payloads(yaml: &str) -> Option<Payloads> {
    Payloads::new(Mapping::parse(yaml).ok()?, &[]).ok()
}

fn mapped(payloads: &Payloads, body: &str) -> connect::Mapped {
    let headers = [("H".to_owned(), "h".to_owned())];
    let place = Place { file: "hook".into(), sheet: None, line: 1 };
    payloads.map(body.as_bytes(), &headers, "2026-06-01T00:00:00Z".parse().unwrap(), &place)
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
        let first = import(Some(MAPPING), text(&rows).as_bytes()).unwrap().events;
        let second = import(Some(MAPPING), text(&other).as_bytes()).unwrap().events;
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
        let Imported { events, report, .. } = import(Some(MAPPING), bytes.as_bytes()).unwrap();
        // A row makes its events or goes to quarantine; none of this text is a valid date.
        prop_assert_eq!((events.len(), report.rows), (0, report.quarantined));
    }

    #[test]
    fn a_payload_is_a_function_of_what_it_says(json in any_json()) {
        let nested = payloads(NESTED).unwrap();
        let first = mapped(&nested, &json.to_string());
        prop_assert_eq!(&mapped(&nested, &json.to_string()), &first);
        // The order of keys decides nothing; what is quarantined keeps the order it came in.
        let other = mapped(&payloads(NESTED).unwrap(), &backwards(&json));
        prop_assert_eq!(&other.events, &first.events);
        let reasons = |mapped: &connect::Mapped| {
            let of = |bad: &connect::Quarantined| (bad.code.clone(), bad.message.clone());
            mapped.quarantined.iter().map(of).collect::<Vec<_>>()
        };
        prop_assert_eq!(reasons(&other), reasons(&first));
        prop_assert_eq!(other.left_out, first.left_out);
    }

    #[test]
    fn no_formula_makes_a_panic(formula in any_formula(), json in any_json()) {
        let quoted = serde_json::Value::from(formula);
        let yaml = format!(
            "source: s\nticket: {{value: t}}\nat: {{value: '2026-01-01'}}\neach: {quoted}\n\
             where: {{expr: {quoted}}}\nrules:\n  - event: created\n    channel: {{expr: {quoted}}}\n"
        );
        let value = format!(
            "source: s\nticket: {{value: t}}\nat: {{value: '2026-01-01'}}\nrules:\n  \
             - event: created\n    tags: {{expr: {quoted}}}\n"
        );
        for yaml in [yaml, value] {
            if let Some(payloads) = payloads(&yaml) {
                let first = mapped(&payloads, &json.to_string());
                prop_assert_eq!(mapped(&payloads, &json.to_string()), first);
            }
        }
    }

    #[test]
    fn no_mapping_makes_a_panic(yaml in "(source: s|ticket: |at: |rules:|each: |\\{expr: |[-:,{}\\[\\]\"'\n a-z]){0,40}") {
        let _ = payloads(&yaml);
    }
}
