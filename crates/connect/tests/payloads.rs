//! Payloads of any shape: formulas, rows inside of them, headers, and what is wrong with both.

#![expect(clippy::unwrap_used, reason = "a test may")]

use connect::{Imported, Importer, Mapped, Mapping, Payloads, Place};
use event::Instant;

const CHAT: &str = r#"
source: chat
ticket: {expr: '"conv-" + string(payload.data.item.id)'}
at: {expr: row.created_at, dates: epoch}
actor: {role: system}
inputs:
  - where: {expr: 'payload.topic == "conversation.created"'}
    ticket: {expr: '"conv-" + string(payload.data.item.id)'}
    at: {expr: payload.created_at, dates: epoch}
    rules:
      - event: created
        channel: {value: chat}
        requester: {expr: payload.data.item.user.id}
        tags: {expr: 'payload.data.item.tags.map(t, t.name.lowerAscii())'}
  - where: {expr: 'payload.topic.startsWith("conversation.") && has(payload.data.item.parts)'}
    each: payload.data.item.parts.filter(p, p.type == "comment")
    ticket: {expr: '"conv-" + string(payload.data.item.id)'}
    at: {expr: row.created_at, dates: epoch}
    actor: {id: author.id, role: {expr: 'row.author.type == "admin" ? "agent" : "requester"'}}
    rules:
      - event: message
        id: id
        visibility: {expr: 'row.private ? "internal" : "public"'}
        text: {expr: row.body}
"#;

fn now() -> Instant {
    "2026-06-01T00:00:00Z".parse().unwrap()
}

fn place() -> Place {
    Place { file: "chat".into(), sheet: None, line: 1 }
}

fn payloads(yaml: &str) -> Payloads {
    let mapping = Mapping::parse(yaml).unwrap();
    Payloads::new(mapping, &[]).unwrap()
}

fn map(yaml: &str, body: &str) -> Mapped {
    payloads(yaml).map(body.as_bytes(), &[], now(), &place())
}

/// A mapping with one value under test, kept as the ticket's channel.
fn value(expr: &str, body: &str) -> String {
    let yaml = format!(
        "source: s\nticket: {{value: t}}\nat: {{value: '2026-01-01'}}\nrules:\n  - event: created\n\
         \x20   channel: {{expr: {}}}\n",
        serde_json::to_string(expr).unwrap()
    );
    let mapped = map(&yaml, body);
    if let Some(bad) = mapped.quarantined.first() {
        return format!("!{}", bad.code);
    }
    match &mapped.events[0].entry.kind {
        event::Kind::Created(created) => created.channel.as_deref().unwrap_or("-").to_owned(),
        _ => unreachable!(),
    }
}

fn wrong(expr: &str) -> Vec<&'static str> {
    let yaml = format!(
        "source: s\nticket: t\nat: a\nrules:\n  - event: created\n    channel: {{expr: {}}}\n",
        serde_json::to_string(expr).unwrap()
    );
    let issues = Mapping::parse(&yaml).map(|_| Vec::new()).unwrap_or_else(|issues| issues);
    assert!(
        issues.iter().all(|issue| issue.place == "line 6, rules[0].channel.expr"),
        "{issues:?}"
    );
    issues.into_iter().map(|issue| issue.code).collect()
}

#[test]
fn what_formulas_come_to() {
    let body = r#"{"a": {"b": [1, 2.5, "x"], "n": null, "t": true}, "s": " Hi ", "k-k": 7,
        "big": 18446744073709551615, "list": ["p", "q,r"], "l2": [["a", 1], ["b", 2]]}"#;
    for (expr, expected) in [
        ("payload.a.b[0]", "1"),
        ("row.a.b[1]", "2.5"),
        ("payload.a.b", "[1,2.5,\"x\"]"),
        ("payload.a", "{\"b\":[1,2.5,\"x\"],\"n\":null,\"t\":true}"),
        ("payload.a.t", "true"),
        ("payload.s", "Hi"),
        ("payload.`k-k` + 1", "8"),
        ("payload[\"k-k\"]", "7"),
        ("payload.big", "18446744073709551615"),
        // Paths that lead nowhere are null, however long.
        ("payload.a.n.x.y[3].z", "-"),
        ("payload.nothing", "-"),
        ("payload.a.b[9]", "-"),
        ("payload.nothing == null", "true"),
        ("has(payload.a.n)", "false"),
        ("has(payload.a.b)", "true"),
        ("!has(payload.x.y.z)", "true"),
        ("payload.nothing.map(x, x)", "[]"),
        ("size(payload.list)", "2"),
        ("payload.list == [\"p\", \"q,r\"]", "true"),
        ("[\"p\", \"q,r\"] == payload.list", "true"),
        ("payload.list + [\"z\"]", "[\"p\",\"q,r\",\"z\"]"),
        ("\"p\" in payload.list", "true"),
        ("\"s\" in payload", "true"),
        ("payload.list.join(\"|\")", "p|q,r"),
        ("payload.l2.filter(x, x[0] == \"b\")[0][1]", "2"),
        ("payload.l2.exists(x, x[1] == 2) && payload.l2.all(x, size(x) == 2)", "true"),
        ("payload.l2.exists_one(x, x[0] == \"a\")", "true"),
        ("payload.a.map(k, k).join(\"\")", "bnt"),
        ("payload.s.trim().lowerAscii() + \"-\" + string(payload.a.b[0] * 60)", "hi-60"),
        ("payload.s.matches(\"^ H\") ? \"yes\" : \"no\"", "yes"),
        ("payload.s.split(\"i\")[0].size()", "2"),
        // What can't be computed is kept, and said.
        ("\"x\" + payload.nothing", "!expr_failed"),
        ("payload.nothing.startsWith(\"x\")", "!expr_failed"),
        ("payload.a.b[0] / 0", "!expr_failed"),
        ("payload.s.x", "!expr_failed"),
    ] {
        assert_eq!(value(expr, body), expected, "{expr}");
    }
}

#[test]
fn what_is_wrong_with_a_formula_is_said_without_data() {
    for (expr, codes) in [
        ("payload.a ==", &["bad_expr"][..]),
        ("", &["bad_expr"]),
        ("paylod.a + rwo.b", &["unknown_name", "unknown_name"]),
        ("payload.a.lowercase()", &["unknown_function"]),
        ("lowerAscii(payload.a)", &["unknown_function"]),
        ("has(payload)", &["bad_expr"]),
        ("payload.a.substring()", &["unknown_function"]),
        ("{\"a\": 1}", &["bad_expr"]),
        ("Point{x: 1}", &["bad_expr"]),
        ("b\"x\"", &["bad_expr"]),
        ("payload.list.join(payload.sep)", &["bad_expr"]),
        ("payload.a.replace(\"a\", payload.b)", &["bad_expr"]),
        ("payload.a.matches(\"(\")", &["bad_expr"]),
        ("payload.a.split(\"\")", &["bad_expr"]),
        ("payload.?a", &["bad_expr"]),
        ("payload.list.map(x, y)", &["unknown_name"]),
    ] {
        assert_eq!(wrong(expr), codes, "{expr}");
    }
    for (part, times, end) in [
        ("payload.a", 190, ".a"),
        ("payload.a", 45, ".map(a, a)"),
        ("payload.a", 65, ".trim()"),
        ("payload.a", 95, "[0]"),
        ("1", 190, "+1"),
        ("true", 95, "||true"),
        ("true", 95, "?true:true"),
        ("1", 60, " in [1]"),
    ] {
        let chain = part.to_owned() + &end.repeat(times);
        let found = wrong(&chain);
        // Chains of conditions are balanced, and fit.
        let expected: &[_] = if end == "||true" { &[] } else { &["bad_expr"] };
        assert_eq!(found, expected, "{end}");
        assert_eq!(wrong(&(chain + &end.repeat(100))), ["too_long"], "{end}");
    }
    assert_eq!(wrong(&("(".repeat(99) + "1" + &")".repeat(99))), ["bad_expr"]);
    assert_eq!(wrong(&"[".repeat(199)), ["bad_expr"]);
    assert_eq!(wrong(&"!".repeat(199)), ["bad_expr"]);
    assert_eq!(wrong(&("-".repeat(199) + "1")), [""; 0]);
    assert_eq!(wrong(&format!("\"{}\"", "x".repeat(2000))), ["too_long"]);
}

#[test]
fn what_a_formula_costs_is_bounded() {
    let long = format!("{{\"l\":[{}0],\"s\":\"{}\"}}", "0,".repeat(20_000), "a".repeat(500_000));
    let doubling = "[payload.s]".to_owned() + &".map(a, a + a + a + a)".repeat(10) + "[0].size()";
    let lists = "[1]".to_owned() + &".map(a, [a, a, a, a, a, a])".repeat(10) + ".size()";
    for expr in [
        "payload.l.exists(x, payload.l.exists(y, x + y == 1))",
        "payload.l.all(x, payload.l.all(y, x == y)) || true",
        "payload.l.map(x, payload.l.map(y, y)).size()",
        "payload.l.filter(x, payload.s.contains(\"b\"))",
        "payload.l.map(x, payload.s).join(\"\").size()",
        "payload.l.exists(x, payload.s.matches(\"[ab]{60}c\"))",
        "payload.l.map(x, payload.l == payload.l)",
        doubling.as_str(),
        lists.as_str(),
    ] {
        assert_eq!(value(expr, &long), "!expr_too_costly", "{expr}");
    }
    assert_eq!(value("payload.l.filter(x, x == 0).size()", &long), "20001");
}

const COMMENTED: &str = r#"{"topic": "conversation.replied", "created_at": 1772000000,
  "data": {"item": {"id": 77, "parts": [
    {"id": "p1", "type": "comment", "created_at": 1772000001, "private": false,
     "author": {"id": 5, "type": "admin"}, "body": "Hello"},
    {"id": "p2", "type": "assignment", "created_at": 1772000002},
    {"id": "p3", "type": "comment", "created_at": 1772000003, "private": true,
     "author": {"id": 9, "type": "user"}, "body": "Psst"}]}}}"#;

#[test]
fn a_payload_takes_the_inputs_that_it_fits() {
    // The keys above `inputs` that only an input has are mistakes.
    assert!(Mapping::parse(CHAT).is_err());
    let yaml = chat();
    let created = r#"{"topic": "conversation.created", "created_at": 1772000000, "data": {"item":
        {"id": 77, "user": {"id": "u1"}, "tags": [{"name": "VIP"}, {"name": "a, b"}]}}}"#;
    let mapped = map(&yaml, created);
    assert_eq!(mapped.quarantined, []);
    assert_eq!(mapped.events.len(), 1);
    assert_eq!(mapped.events[0].ticket, "conv-77");
    let event::Kind::Created(made) = &mapped.events[0].entry.kind else { unreachable!() };
    assert_eq!(made.tags, ["vip", "a, b"]);
    assert_eq!(made.requester.as_deref(), Some("u1"));

    let mapped = map(&yaml, COMMENTED);
    assert_eq!(mapped.quarantined, []);
    let said: Vec<String> = mapped
        .events
        .iter()
        .map(|event| format!("{} {:?} {}", event.entry.id, event.entry.actor.role, event.entry.at))
        .collect();
    assert_eq!(
        said,
        ["message:p1 Agent 2026-02-25T06:13:21Z", "message:p3 Requester 2026-02-25T06:13:23Z"]
    );
    let other = map(&yaml, r#"{"topic": "ping"}"#);
    assert_eq!((other.events.len(), other.quarantined.len(), other.left_out), (0, 0, true));
}

fn chat() -> String {
    let (top, inputs) = CHAT.split_once("ticket:").unwrap();
    format!("{top}inputs:{}", inputs.split_once("inputs:").unwrap().1)
}

#[test]
fn a_row_that_fails_keeps_the_whole_payload_and_the_other_rows() {
    let body = COMMENTED.replace("1772000003", "\"soon\"");
    let mapped = map(&chat(), &body);
    assert_eq!((mapped.events.len(), mapped.quarantined.len()), (1, 1));
    let bad = &mapped.quarantined[0];
    assert_eq!((bad.code.as_str(), bad.raw.as_str()), ("bad_time", body.as_str()));
    assert!(bad.message.starts_with("row 2: "), "{}", bad.message);
    // Mended, it is read again from what was kept, and makes the same events and one more.
    let mended =
        chat().replace("row.created_at, dates: epoch", "row.created_at, dates: [epoch, '%s']");
    assert!(Mapping::parse(&mended).is_ok());
    let mapping = Mapping::parse(&chat().replace(
        "{expr: row.created_at, dates: epoch}",
        "{expr: 'row.created_at == \"soon\" ? 1772000003 : row.created_at', dates: epoch}",
    ))
    .unwrap();
    let importer = Importer::new(Some(mapping), Vec::new(), now());
    let again = importer.replay().unwrap().events(bad).unwrap();
    assert_eq!(again.len(), 2);
    assert_eq!(again[0], mapped.events[0]);
}

#[test]
fn headers_are_reachable_and_kept_for_another_try() {
    let yaml = "source: s\nticket: id\nat: {expr: 'headers[\"x-sent\"]'}\nrules:\n  - event: created\n    \
                channel: {expr: headers.via}\n";
    let headers = [
        ("X-Sent".to_owned(), "2026-01-01".to_owned()),
        ("Via".into(), "a".into()),
        ("via".into(), "b".into()),
    ];
    let good = payloads(yaml).map(b"{\"id\": 1}", &headers, now(), &place());
    let event::Kind::Created(made) = &good.events[0].entry.kind else { unreachable!() };
    assert_eq!(made.channel.as_deref(), Some("a, b"));
    let bad = payloads(yaml).map(b"{\"nr\": 1}", &headers, now(), &place());
    assert_eq!(bad.quarantined[0].code, "missing_ticket");
    let mapping = Mapping::parse(&yaml.replace("ticket: id", "ticket: nr")).unwrap();
    let importer = Importer::new(Some(mapping), Vec::new(), now());
    let again = importer.replay().unwrap().events(&bad.quarantined[0]).unwrap();
    assert_eq!(again[0].entry.at.to_string(), "2026-01-01T00:00:00Z");
}

#[test]
fn files_speak_the_same_language() {
    let folder = tempfile::tempdir().unwrap();
    let json = folder.path().join("export.json");
    std::fs::write(&json, format!("[{COMMENTED},\n{{\"topic\": \"ping\"}}]")).unwrap();
    let Imported { events, report, .. } = import(&chat(), &json);
    assert_eq!((report.rows, report.filtered_rows, report.quarantined), (2, 1, 0));
    assert_eq!(events, map(&chat(), COMMENTED).events);

    let csv = folder.path().join("export.csv");
    std::fs::write(&csv, "Nr,First name,Last\n7,Ada,L\n8,,M\n").unwrap();
    let yaml = "source: s\nticket: Nr\nat: {value: '2026-01-01'}\nrules:\n  - event: created\n    \
                requester: {expr: 'row[\"First name\"] + \" \" + row.Last'}\n    \
                when: {expr: 'row.Last.startsWith(\"L\") || row.Nr == \"8\"'}\n";
    let Imported { events, report, .. } = import(yaml, &csv);
    assert_eq!((events.len(), report.quarantined), (2, 0));
    let event::Kind::Created(made) = &events[0].entry.kind else { unreachable!() };
    assert_eq!(made.requester.as_deref(), Some("Ada L"));
}

fn import(yaml: &str, path: &std::path::Path) -> Imported {
    let mapping = Mapping::parse(yaml).unwrap();
    Importer::new(Some(mapping), vec![path.to_owned()], now()).gather().unwrap()
}

#[test]
fn a_trial_says_which_rule_and_what_nobody_reads() {
    let tried = payloads(&chat()).test(COMMENTED.as_bytes(), &[], now());
    let rules: Vec<_> = tried.events.iter().map(|event| (event.rule.as_str(), event.row)).collect();
    assert_eq!(
        rules,
        [("inputs[1].rules[0] message", Some(1)), ("inputs[1].rules[0] message", Some(2))]
    );
    assert_eq!(tried.events[0].event["type"], "deskmeter.ticket.message");
    assert_eq!(tried.left_out, 1);
    assert_eq!(
        tried.unread,
        ["created_at", "data.item.parts[1].created_at", "data.item.parts[1].id"]
    );
    let bad = payloads(&chat()).test(b"{", &[], now());
    assert_eq!(bad.problems[0].code, "bad_json");
}

#[test]
fn the_earliest_row_needs_a_whole_file() {
    let yaml = "source: s\nticket: t\nat: a\nrules:\n  - event: created\n    once: earliest\n";
    let refused = Payloads::new(Mapping::parse(yaml).unwrap(), &[]);
    assert!(
        matches!(refused, Err(connect::Error::Mapping(issues)) if issues[0].code == "wrong_value")
    );
}
