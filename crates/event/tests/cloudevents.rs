//! Events on the wire: what is read, what is refused with which words, and the schemas.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper that fails is a test that fails")]

use event::cloudevents::{Item, RECORD_TYPES, TICKET_TYPES, parse, parse_batch, schemas, write};
use event::{Change, Event, Instant, Kind, Role, Score, Status, Tags};
use serde_json::{Value, json};
use std::path::Path;

const SEEN: Instant = Instant::from_micros(1_800_000_000_000_000);

fn read(json: &str) -> Event {
    match parse(json.as_bytes(), SEEN) {
        Ok(Item::Event(event)) => event,
        other => panic!("{json}: {other:?}"),
    }
}

/// An event of that type with that data.
#[expect(clippy::needless_pass_by_value, reason = "its callers write the value in place")]
fn event(type_: &str, data: Value) -> String {
    json!({"specversion": "1.0", "type": format!("deskmeter.ticket.{type_}"), "source": "acme",
        "id": "e1", "subject": "4711", "time": "2026-03-02T09:00:00Z", "data": data})
    .to_string()
}

fn kind(type_: &str, data: Value) -> Kind {
    read(&event(type_, data)).entry.kind
}

#[test]
fn a_whole_event_is_read() {
    let event = read(
        r#"{"specversion":"1.0","type":"deskmeter.ticket.message","source":"acme","id":"e2",
            "subject":"4711","time":"2026-03-02T10:15:00+01:00","sequence":"7","traceparent":"x",
            "recordedtime":"2026-03-02T09:20:00Z",
            "data":{"actor":{"id":"g-2","role":"agent","team":"billing","shift":"late"},
                    "visibility":"internal","text":"caf\u00e9 \"x\"","sentiment":-0.25,
                    "plan":"gold","seats":12,"beta":true,"gone":null,"mix":{"a":[1,2.5]}}}"#,
    );
    assert_eq!(event.ticket, "4711");
    let entry = &event.entry;
    assert_eq!(entry.at, "2026-03-02T09:15:00Z".parse().unwrap());
    assert_eq!(entry.seen, "2026-03-02T09:20:00Z".parse().unwrap());
    assert_eq!(entry.sequence, Some(7));
    assert_eq!(entry.actor.role, Role::Agent);
    let Kind::Message(message) = &entry.kind else { panic!("{entry:?}") };
    assert_eq!(message.text.as_deref(), Some("café \"x\""));
    assert_eq!(message.sentiment, Some(Score::from_thousandths(-250)));
    let extra: Vec<(&str, &str)> =
        entry.extra.iter().flat_map(|e| e.iter()).map(|(k, v)| (k.as_str(), v.as_str())).collect();
    assert_eq!(
        extra,
        [
            ("actor.shift", "late"),
            ("beta", "true"),
            ("mix", r#"{"a":[1,2.5]}"#),
            ("plan", "gold"),
            ("seats", "12"),
        ]
    );
}

#[test]
fn absent_means_absent() {
    let event = read(&event("priority", json!({})));
    assert_eq!(event.entry.seen, SEEN);
    assert_eq!(event.entry.actor.role, Role::System);
    assert_eq!(event.entry.kind, Kind::Priority(None));
    assert_eq!(
        kind("assigned", json!({"agent": null, "group": "a"})),
        Kind::Assigned { agent: Change::Clear, group: Change::Set("a".into()) }
    );
    assert_eq!(
        kind("assigned", json!({})),
        Kind::Assigned { agent: Change::Keep, group: Change::Keep }
    );
    assert_eq!(
        kind("tags", json!({"remove": ["a"]})),
        Kind::Tags(Tags::Edit { add: Vec::new(), remove: vec!["a".into()] })
    );
    assert_eq!(
        kind("status", json!({"status": "hold"})),
        Kind::Status { status: Status::OnHold, vendor: None }
    );
}

#[test]
fn of_a_repeated_field_the_last_counts() {
    let json = event("priority", json!({}))
        .replace(r#""data":{}"#, r#""data":{"priority":"low","priority":"high"}"#);
    let entry = read(&json).entry;
    assert_eq!(entry.kind, Kind::Priority(Some("high".into())));
    assert_eq!(entry.extra, None);
}

/// One line for what is said of something that is no event.
fn refusal(json: &str) -> String {
    let reject = parse(json.as_bytes(), SEEN).unwrap_err();
    let hint = reject.hint.map(|hint| format!(" | {hint}")).unwrap_or_default();
    format!("[{}] {}: {}{hint}", reject.id.unwrap_or_default(), reject.code, reject.message)
}

#[test]
fn what_is_wrong_with_the_envelope_is_said() {
    let good = event("redacted", json!({}));
    let without = |name: &str| {
        let mut value: Value = serde_json::from_str(&good).unwrap();
        value.as_object_mut().unwrap().remove(name);
        value.to_string()
    };
    let with = |name: &str, new: Value| {
        let mut value: Value = serde_json::from_str(&good).unwrap();
        value[name] = new;
        value.to_string()
    };
    let lines: Vec<String> = [
        "{\"id\": \"e1\",\n  \"type\": }".to_owned(),
        good[..good.len() / 2].to_owned(),
        String::new(),
        "[]".to_owned(),
        without("id"),
        without("specversion"),
        without("source"),
        without("subject"),
        without("time"),
        without("type"),
        with("specversion", json!("0.3")),
        with("id", json!("  ")),
        with("id", json!(17)),
        with("subject", json!("x".repeat(600))),
        with("time", json!("yesterday")),
        with("time", json!("2026-03-02T09:00:00")),
        with("time", json!("0001-01-01T00:00:00Z")),
        with("recordedtime", json!(1_700_000_000)),
        with("sequence", json!("seven")),
        with("type", json!("deskmeter.ticket.solve")),
        with("type", json!("deskmeter.mesage")),
        with("type", json!("com.example.order")),
        with("data", json!("text")),
        with("data_base64", json!("AAAA")),
    ]
    .iter()
    .map(|json| refusal(json))
    .collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn what_is_wrong_with_the_data_is_said() {
    let lines: Vec<String> = [
        ("message", json!({"actor": {"id": "g-2"}})),
        ("message", json!({"actor": {"role": "Agnet"}})),
        ("message", json!({"actor": "g-2"})),
        ("message", json!({"visibility": "secret"})),
        ("message", json!({"automated": "false"})),
        ("message", json!({"length": -1})),
        ("message", json!({"sentiment": 2})),
        ("status", json!({})),
        ("status", json!({"status": "resolved"})),
        ("status", json!({"status": "Solved"})),
        ("priority", json!({"priority": 3})),
        ("created", json!({"tags": "vip"})),
        ("created", json!({"channel": "c".repeat(2000)})),
        ("tags", json!({})),
        ("tags", json!({"tags": [], "add": []})),
        ("field", json!({"value": "x"})),
        ("merged", json!({})),
        ("linked", json!({"kind": "problem", "to": ""})),
        ("rated", json!({"scale_min": 1, "scale_max": 5})),
        ("rated", json!({"score": 10})),
        ("rated", json!({"score": "good"})),
        ("worked", json!({"seconds": 1.5})),
        ("escalated", json!({"kind": "up"})),
        ("redacted", json!({"": 1})),
    ]
    .into_iter()
    .map(|(type_, data)| refusal(&event(type_, data)))
    .collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn a_batch_keeps_its_good_events() {
    let good = event("redacted", json!({}));
    let batch = format!(" [{good}, {{\"id\":\"bad\"}}, {good}]");
    let items = parse_batch(batch.as_bytes(), SEEN).unwrap();
    let ok: Vec<bool> = items.iter().map(Result::is_ok).collect();
    assert_eq!(ok, [true, false, true]);
    assert_eq!(items[1].as_ref().unwrap_err().id.as_deref(), Some("bad"));
    assert_eq!(parse_batch(good.as_bytes(), SEEN).unwrap_err().code, "not_a_batch");
    assert_eq!(parse_batch(b"[{]", SEEN).unwrap_err().code, "malformed_json");
}

#[test]
fn records_are_recognised() {
    for name in RECORD_TYPES {
        let json = json!({"specversion": "1.0", "type": format!("deskmeter.{name}"),
            "source": "acme", "id": "r1", "time": "2026-03-02T09:00:00Z", "data": {"a": [1]}});
        let Item::Record(record) = parse(json.to_string().as_bytes(), SEEN).unwrap() else {
            panic!("{name} is no record");
        };
        assert_eq!((record.type_.as_str(), record.data.as_str()), (name, r#"{"a":[1]}"#));
    }
}

#[test]
fn the_canonical_form_is_stable() {
    let mut out = Vec::new();
    write(&read(&event("rated", json!({"score": 4.5, "plan": "a\tb\u{1}"}))), &mut out);
    assert_eq!(
        String::from_utf8(out).unwrap(),
        r#"{"specversion":"1.0","type":"deskmeter.ticket.rated","source":"acme","id":"e1","subject":"4711","time":"2026-03-02T09:00:00Z","recordedtime":"2027-01-15T08:00:00Z","data":{"actor":{"role":"system"},"score":4.5,"scale_min":1,"scale_max":5,"plan":"a\tb\u0001"}}"#
    );
}

#[test]
fn every_property_of_a_schema_is_known_to_the_reader() {
    for (type_, schema) in schemas() {
        let example = &schema["examples"][0];
        let item = parse(example.to_string().as_bytes(), SEEN).unwrap();
        let Item::Event(event) = item else { continue };
        assert_eq!(format!("deskmeter.ticket.{}", event.entry.kind.name()), type_);
        assert_eq!(event.entry.extra, None, "{type_}: its example has unknown fields");
        // Every property takes a value the reader takes note of: none becomes a custom field.
        for (name, property) in schema["properties"]["data"]["properties"].as_object().unwrap() {
            let value = match (property["type"].to_string().as_str(), &property["enum"][0]) {
                (_, Value::String(word)) => json!(word),
                (kind, _) if kind.contains("array") => json!(["a"]),
                (kind, _) if kind.contains("integer") || kind.contains("number") => json!(1),
                (kind, _) if kind.contains("boolean") => json!(true),
                (kind, _) if kind.contains("object") => json!({"role": "agent"}),
                _ => json!("text"),
            };
            let mut whole = example.clone();
            // `tags` contradicts `add` and `remove`.
            if type_.ends_with(".tags") && name != "actor" {
                whole["data"] = json!({});
            }
            // What the example has already, it has shown to be known.
            if whole["data"][name].is_null() {
                whole["data"][name] = value;
            }
            let read = read(&whole.to_string());
            assert_eq!(read.entry.extra, None, "{type_}: `{name}` is unknown to the reader");
        }
        for name in schema["properties"]["data"]["required"].as_array().unwrap() {
            let mut whole = example.clone();
            whole["data"].as_object_mut().unwrap().remove(name.as_str().unwrap());
            let reject = parse(whole.to_string().as_bytes(), SEEN).unwrap_err();
            assert_eq!(reject.code, "missing_field", "{type_} without {name}");
        }
    }
    assert_eq!(schemas().len(), TICKET_TYPES.len() + RECORD_TYPES.len());
}

#[test]
fn the_published_schemas_are_fresh() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas");
    #[expect(clippy::disallowed_methods, reason = "a test has no configuration to read it from")]
    let update = std::env::var("UPDATE").is_ok_and(|value| value == "1");
    let mut expected = Vec::new();
    for (type_, mut schema) in schemas() {
        let path = folder.join(format!("{type_}.json"));
        expected.push(path.file_name().unwrap().to_owned());
        if update {
            schema.sort_all_objects();
            let text = serde_json::to_string_pretty(&schema).unwrap() + "\n";
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(&path, text).unwrap();
        }
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let published: Value = serde_json::from_str(&text).unwrap_or_default();
        assert!(published == schema, "{} is stale: run this test with UPDATE=1", path.display());
    }
    let mut found: Vec<_> =
        std::fs::read_dir(&folder).unwrap().map(|file| file.unwrap().file_name()).collect();
    found.sort();
    expected.sort();
    assert_eq!(found, expected, "schemas/ holds one file a type and nothing else");
}
