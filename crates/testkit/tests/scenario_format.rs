//! The scenario format: what a file may say, how mistakes are named, how differences are shown.

use serde_json::{Map, Value, json};
use testkit::scenario::{Scenario, expect, rewrite_expected};

const FILE: &str = "\
name: a story
now: 2026-03-06 12:00
zone: Europe/Berlin
events:
  - 2026-03-02 09:00 4711 created requester=c1 channel=email priority=high tags=a+b
  - 2026-03-02 09:15:30 4711 message agent:ada team=billing seen=2026-03-03T08:00
  - 2026-03-02 10:00 4711 assigned agent=- group=billing
  - 2026-03-02T10:30:00Z 4711 solved agent:ada
  - 2026-03-02 12:00 4711 rated 4/5 customer:c1
  - 2026-03-02 13:00 T9..T11 created customer:c2 field.topic=login
facts:
  4711: {first_reply_us: 15m 30s}
questions:
  - ask: {metrics: [volume]}
    expect:
      - {volume: 4}   # a comment
    why: because
  - ask: {metrics: [csat]}
    expect:
      - {channel: email, csat: {value: 1, n: 1}}
";

#[test]
fn a_file_reads_into_events_in_utc() {
    let scenario = Scenario::parse(FILE).unwrap();
    assert_eq!(scenario.events.len(), 8);
    assert_eq!(scenario.tickets(), ["4711", "T9", "T10", "T11"]);
    let times: Vec<String> = scenario.events.iter().map(|e| e.entry.at.to_string()).collect();
    assert_eq!(times[0], "2026-03-02T08:00:00Z", "Berlin is an hour ahead in March");
    assert_eq!(times[3], "2026-03-02T10:30:00Z", "an offset is taken at its word");
    assert_eq!(scenario.events[1].entry.seen.to_string(), "2026-03-03T07:00:00Z");
    assert_eq!(scenario.events[1].entry.actor.team.as_deref(), Some("billing"));
    assert_eq!(scenario.events[6].entry.id, "e6.T10", "each ticket of a range has its own event");
    assert!(scenario.facts.contains_key("4711"), "a ticket's number is a text");
}

#[test]
fn mistakes_name_the_line_and_the_remedy() {
    let parse = |line: &str| {
        let text = format!("name: x\nnow: 2026-01-01 00:00\nevents:\n  - {line}\n");
        Scenario::parse(&text).unwrap_err().to_string()
    };
    let said = [
        ("2026-03-02 09:00 1 creatd", "`creatd` is no verb"),
        ("2026-03-02 09:00 1 created chanel=email", "does not take `chanel=`"),
        ("2026-03-02 25:00 1 created", "write it as 2026-03-02 09:00"),
        ("2026-03-02 09:00 1 rated five", "write it as 4/5"),
        ("2026-03-02 09:00 1 merged", "`into=` is missing"),
        ("2026-03-02 09:00 T5..T1 created", "is no range of tickets"),
        ("2026-03-02 09:00 1 message agent:a agent:b", "two actors"),
    ];
    for (line, message) in said {
        let error = parse(line);
        assert!(error.contains(message), "{line}: {error}");
        assert!(error.contains("event 1"), "{line}: {error}");
    }
}

#[test]
fn a_local_time_that_happens_twice_needs_its_offset() {
    let text = |time: &str| {
        format!(
            "name: x\nnow: 2026-01-01 00:00\nzone: America/New_York\nevents:\n  - {time} 1 created\n"
        )
    };
    let error = Scenario::parse(&text("2024-11-03 01:30")).unwrap_err().to_string();
    assert!(error.contains("write it with its offset"), "{error}");
    assert!(Scenario::parse(&text("2024-11-03T01:30:00-04:00")).is_ok());
}

#[test]
fn disorder_keeps_every_event_and_doubles_some() {
    let scenario = Scenario::parse(FILE).unwrap();
    let disordered = scenario.disordered(7);
    assert!(disordered.len() > scenario.events.len());
    for event in &scenario.events {
        assert!(disordered.contains(event));
    }
    assert_ne!(disordered, scenario.disordered(8), "the seed decides");
}

fn object(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

#[test]
fn facts_compare_durations_times_and_child_rows() {
    let zone = jiff::tz::TimeZone::get("Europe/Berlin").unwrap();
    let row =
        object(&json!({"first_reply_us": 930_000_000, "first_reply_at": "2026-03-02T08:15:30"}));
    let turns = |_: &str| vec![object(&json!({"outcome": "answered", "wait_us": 930_000_000}))];
    let compare = |expected: Value| -> Vec<String> {
        expect::facts("1", &object(&expected), &row, &turns, &zone)
            .iter()
            .map(ToString::to_string)
            .collect()
    };
    let right = json!({"first_reply_us": "15m 30s", "first_reply_at": "2026-03-02 09:15:30",
        "solved_at": null, "turns": [{"outcome": "answered", "wait_us": "15m 30s"}]});
    assert_eq!(compare(right), Vec::<String>::new());
    assert_eq!(
        compare(json!({"first_reply_us": "15m"})),
        ["1.first_reply_us: expected \"15m\", got 930000000 (0h 15m 30s)"]
    );
    assert_eq!(compare(json!({"first_reply_us": null})).len(), 1, "null is not a number");
    assert_eq!(compare(json!({"turns": []})).len(), 1, "a row too many is a difference");
}

#[test]
fn answers_compare_by_label_and_only_the_cells_named() {
    let rows = [
        json!({"channel": "email", "cells": {"csat": {"value": 0.666_666_666_7, "n": 3}}}),
        json!({"channel": null, "cells": {"csat": {"value": null, "n": 0}}}),
    ];
    let metrics = ["csat".to_owned()];
    let compare = |expected: Value| {
        let expected: Vec<_> = expected.as_array().unwrap().iter().map(object).collect();
        expect::answer(&expected, &rows, &metrics, &jiff::tz::TimeZone::UTC).len()
    };
    let empty = json!({"channel": null, "csat": null});
    assert_eq!(compare(json!([{"channel": "email", "csat": {"n": 3}}, empty])), 0);
    assert_eq!(compare(json!([{"channel": "email", "csat": 0.6667}, empty])), 0, "four decimals");
    assert_eq!(
        compare(json!([{"channel": "email", "csat": 0.67}, empty])),
        1,
        "two are another value"
    );
    assert_eq!(compare(json!([{"channel": "email", "csat": 0.6667}])), 1, "a row was not expected");
    assert_eq!(compare(json!([{"channel": "phone", "csat": 1}, empty])), 2);
}

#[test]
fn rewriting_touches_only_the_rows() {
    let rows = [object(&json!({"volume": 5}))];
    let rewritten = rewrite_expected(FILE, 0, &rows).unwrap();
    assert!(
        rewritten.contains("    expect:\n      - {volume: 5}\n    why: because\n"),
        "{rewritten}"
    );
    assert_eq!(rewritten.lines().count(), FILE.lines().count());
    let last = rewrite_expected(FILE, 1, &rows).unwrap();
    assert!(last.ends_with("    expect:\n      - {volume: 5}\n"), "{last}");
    assert!(rewrite_expected(FILE, 2, &rows).is_none());
}
