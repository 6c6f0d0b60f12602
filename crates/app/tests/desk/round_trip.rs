//! From files to numbers and back: import, ask, explain, export, back up, restore.

use super::{Desk, event, exists, history};
use ::event::{Clock as _, SystemClock};
use serde_json::json;

#[test]
fn two_commands_lead_from_files_to_numbers() {
    let desk = Desk::filled();
    let answer =
        desk.json(&["ask", "first_response_time", "--by", "channel", "--clock", "calendar"]);
    let values: Vec<_> = answer["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            let cell = &row["cells"]["first_response_time"];
            (row["channel"].clone(), cell["value"].clone(), cell["n"].clone())
        })
        .collect();
    // Chat: 1, 3, 5, 7, 9 minutes; e-mail: 2, 4, 6, 8, 10 minutes.
    assert_eq!(
        values,
        [(json!("chat"), json!(300), json!(5)), (json!("email"), json!(360), json!(5))]
    );
}

#[test]
fn importing_again_in_any_order_changes_nothing() {
    let desk = Desk::filled();
    let ask = ["ask", "volume", "full_resolution_time", "--by", "channel", "--clock", "calendar"];
    let before = desk.json(&ask)["rows"].clone();
    let text = history();
    let mut lines: Vec<&str> = text.lines().collect();
    lines.reverse();
    desk.write("again.jsonl", lines.join("\n"));
    desk.succeed(&["import", "again.jsonl", "history.jsonl"]);
    assert_eq!(desk.json(&ask)["rows"], before);
}

#[test]
fn a_dry_run_changes_nothing() {
    let desk = Desk::new();
    desk.write("history.jsonl", history());
    let report = desk.json(&["import", "history.jsonl", "--dry-run"]);
    assert!(!exists(&desk.path("data/state.db")), "{report:#}");
    let text = report.to_string();
    assert!(text.contains("40"), "40 events are announced: {text}");
}

#[test]
fn a_ticket_explains_itself() {
    let desk = Desk::filled();
    let explained = desk.succeed(&["explain", "ticket", "acme/T3"]);
    assert!(explained.contains("first_reply"), "{explained}");
    assert!(explained.contains("running"), "{explained}");
    let human = desk.succeed(&["explain", "ticket", "acme/T3", "--format", "table"]);
    assert!(human.contains("3 min"), "{human}");
}

#[test]
fn a_metric_explains_itself() {
    let desk = Desk::new();
    let listed = desk.succeed(&["explain", "metric", "--format", "table"]);
    assert!(listed.contains("first_response_time"), "{listed}");
    let human = desk.succeed(&["explain", "metric", "first_response_time", "--format", "table"]);
    for expected in ["Formula", "Variants", "clocks: ", "Dated by", "Other products", "Source"] {
        assert!(human.contains(expected), "{expected} missing in\n{human}");
    }
}

#[test]
fn a_cell_opens_to_exactly_the_tickets_it_counts() {
    let desk = Desk::filled();
    let page = desk.json(&[
        "explain",
        "cell",
        "first_response_time",
        "--by",
        "channel",
        "--clock",
        "calendar",
        "--is",
        "channel=chat",
    ]);
    let mut tickets: Vec<&str> = page["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|ticket| ticket["ticket"].as_str().unwrap())
        .collect();
    tickets.sort_unstable();
    assert_eq!(tickets, ["T1", "T3", "T5", "T7", "T9"], "{page:#}");
}

#[test]
fn a_cell_opened_for_people_shows_durations() {
    let desk = Desk::filled();
    let mut args = vec!["explain", "cell", "first_response_time", "--clock", "calendar"];
    args.extend(["--format", "table"]);
    let human = desk.succeed(&args);
    assert!(human.contains(" 7 min") && !human.contains("420"), "{human}");
}

#[test]
fn a_mapping_is_drafted_and_imports() {
    let desk = Desk::new();
    desk.write("log.csv", "id,opened,closed\n1,2026-01-01,2026-01-02\n2,2026-01-02,\n");
    let draft = desk.succeed(&["mapping", "log.csv"]);
    assert!(draft.contains("shape: tickets"), "{draft}");
    desk.succeed(&["mapping", "log.csv", "--output", "log.yaml"]);
    desk.succeed(&["import", "log.csv", "--mapping", "log.yaml", "--dry-run"]);
    assert_eq!(desk.run(&["mapping", "log.csv", "--output", "log.yaml"]).code, 3);
    desk.write("history.jsonl", history());
    let ran = desk.run(&["mapping", "history.jsonl"]);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    assert!(ran.stderr.contains("deskmeter import history.jsonl"), "{}", ran.stderr);
}

#[test]
fn a_mapping_is_tried_on_a_payload() {
    let desk = Desk::new();
    desk.write(
        "hook.yaml",
        "source: hook\nwhere: {expr: headers.kind == \"new\"}\nticket: {expr: payload.t.id}\n\
         at: {value: '2026-01-01'}\nrules:\n  - event: created\n    requester: {expr: row.who.name}\n",
    );
    desk.write("body.json", "{\"t\": {\"id\": 7, \"x\": 1}, \"who\": null}");
    desk.write("headers.txt", "Kind: new\n");
    let args = ["mapping", "test", "--mapping", "hook.yaml", "--body", "body.json"];
    let with_headers = [&args[..], &["--headers", "headers.txt"]].concat();
    let tried: serde_json::Value = serde_json::from_str(&desk.succeed(&with_headers)).unwrap();
    assert_eq!(tried["events"][0]["rule"], "rules[0] created");
    assert_eq!(tried["events"][0]["event"]["subject"], "7");
    assert_eq!(tried["unread"], serde_json::json!(["t.x"]));
    let human = desk.succeed(&[&args[..], &["--format", "table"]].concat());
    assert!(human.contains("0 events; 0 rows not understood, 1 left out"), "{human}");
    assert!(!desk.path("data").exists());

    desk.write("body.json", "{\"t\": {\"id\": null}}");
    let ran = desk.run(&[&with_headers[..], &["--format", "table"]].concat());
    assert_eq!(ran.code, 4, "{}", ran.stderr);
    assert!(ran.stdout.contains("the row names no ticket [missing_ticket]"), "{}", ran.stdout);

    desk.write("bad.yaml", "source: s\nticket: {expr: paylod.t}\nat: {expr: 'row.'}\nrules: []\n");
    let ran = desk.run(&["check", "--mapping", "bad.yaml"]);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    for part in ["bad.yaml: line 2, ticket.expr", "did you mean `payload`?", "line 3, at.expr"] {
        assert!(ran.stderr.contains(part), "{part}: {}", ran.stderr);
    }
}

#[test]
fn holidays_come_from_the_file_beside_the_policies() {
    let desk = Desk::new();
    desk.write("history.jsonl", history());
    std::fs::create_dir(desk.path("team")).unwrap();
    let policies = "calendars:\n  - name: office\n    zone: UTC\n    versions:\n      \
                    - hours: {mon-sun: [\"09:00-17:00\"]}\n        holidays_ics: [days.ics]\n\
                    default_calendar: office\n";
    desk.write("team/policies.yaml", policies);
    // T1 of 2 March is answered on a holiday, in no business time at all.
    desk.write(
        "team/days.ics",
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20260302\r\nSUMMARY:Off\r\n\
         END:VEVENT\r\nEND:VCALENDAR\r\n",
    );
    desk.succeed(&["import", "history.jsonl", "--policies", "team/policies.yaml"]);
    let ask = ["ask", "first_response_time", "--clock", "business", "--every", "day"];
    let answer = desk.json(&ask);
    let value = |at: usize| answer["rows"][at]["cells"]["first_response_time"]["value"].clone();
    assert_eq!((value(0), value(1)), (json!(0), json!(120)), "{answer:#}");
}

/// Learns now of an agent's message on T1 that was written then.
fn learn_late(desk: &Desk, time: &str) {
    let written = json!({"actor": {"id": "g2", "role": "agent"}, "visibility": "public"});
    desk.write("late.jsonl", event("late", "T1", time, "message", &written));
    desk.succeed(&["import", "late.jsonl"]);
}

#[test]
fn the_past_can_be_asked_again_and_the_difference_explained() {
    let desk = Desk::filled();
    // Everything was learnt at import; what arrives later is recorded later.
    learn_late(&desk, "2026-03-02T10:30:00Z");
    let past = desk.json(&["ask", "volume", "--as-of", "2026-03-05T00:00:00Z"]);
    assert_eq!(past["rows"][0]["cells"]["volume"]["value"], json!(0), "{past:#}");
}

#[test]
fn a_restated_number_names_the_event_that_changed_it() {
    let desk = Desk::filled();
    let known = SystemClock.now().to_string();
    // T1 was answered after a minute; now it turns out that it was half of one.
    learn_late(&desk, "2026-03-02T09:00:30Z");
    let ask = ["ask", "first_response_time", "--clock", "calendar", "--every", "day"];
    let ask = [&ask[..], &["--as-of", &known, "--restatements"]].concat();
    let json = desk.json(&ask);
    let cause = (&json["causes"][0]["ticket"], &json["causes"][0]["late"][0]["id"]);
    assert_eq!(cause, (&json!("T1"), &json!("late")), "{json:#}");
    let human = desk.succeed(&[&ask[..], &["--format", "table"]].concat());
    for word in ["2026-03-02", "1 min", "30 s", "restated"] {
        assert!(human.contains(word), "`{word}` is not in\n{human}");
    }
    assert!(!human.contains("2026-03-03"), "what did not change is not shown:\n{human}");
}

#[test]
fn answers_come_as_table_csv_and_parquet() {
    let desk = Desk::filled();
    let human = desk.succeed(&[
        "ask",
        "first_response_time",
        "--by",
        "channel",
        "--clock",
        "calendar",
        "--format",
        "table",
    ]);
    assert!(human.contains("5 min") && human.contains("6 min"), "{human}");
    assert!(human.contains("first_response_time") && !human.contains("unfinished"), "{human}");
    let csv = desk.succeed(&["ask", "volume", "--by", "channel", "--format", "csv"]);
    assert!(csv.starts_with("channel,volume,volume.n"), "{csv}");
    desk.succeed(&["ask", "volume", "--by", "channel", "--output", "answer.parquet"]);
    assert!(std::fs::read(desk.path("answer.parquet")).unwrap().starts_with(b"PAR1"));
    desk.succeed(&["export", "tickets", "--output", "tickets.parquet"]);
    assert!(std::fs::read(desk.path("tickets.parquet")).unwrap().starts_with(b"PAR1"));
    desk.succeed(&["export", "spans", "--output", "spans.csv"]);
    let spans = std::fs::read_to_string(desk.path("spans.csv")).unwrap();
    assert!(spans.lines().next().unwrap().contains("started_at"), "{spans}");
}

#[test]
fn a_backup_restores_to_the_same_answers() {
    let desk = Desk::filled();
    let ask = ["ask", "first_response_time", "volume", "--by", "channel", "--clock", "calendar"];
    let before = desk.json(&ask)["rows"].clone();
    desk.succeed(&["backup", "desk.tar.zst"]);
    let mut restored = vec!["--data", "restored"];
    desk.succeed(&["restore", "desk.tar.zst", "--data", "restored"]);
    restored.extend(ask);
    assert_eq!(desk.json(&restored)["rows"], before);
    let again = desk.run(&["restore", "desk.tar.zst", "--data", "restored"]);
    assert_eq!(again.code, 6, "{}", again.stderr);
    assert!(again.stderr.contains("not empty"), "{}", again.stderr);
}

#[test]
fn a_generated_desk_is_the_same_every_time() {
    let desk = Desk::new();
    let args = ["generate", "--tickets", "50", "--seed", "7"];
    let first = desk.succeed(&args);
    assert!(first.lines().count() > 200, "{} events", first.lines().count());
    assert_eq!(first, desk.succeed(&args));
    desk.write("generated.jsonl", &first);
    desk.succeed(&["import", "generated.jsonl"]);
    let answer = desk.json(&["ask", "volume"]);
    assert!(answer["rows"][0]["cells"]["volume"]["value"].as_i64().unwrap() > 30, "{answer:#}");
}

#[test]
fn the_demo_shows_three_answers_and_can_run_twice() {
    let desk = Desk::new();
    let args = ["demo", "--tickets", "300", "--no-serve"];
    let first = desk.succeed(&args);
    assert_eq!(first.matches("$ deskmeter ask").count(), 3, "{first}");
    for line in first.lines() {
        assert!(line.chars().count() <= 100, "wider than a terminal: {line}");
    }
    assert!(first.trim_end().ends_with("deskmeter serve"), "{first}");
    let again = desk.succeed(&args);
    assert_eq!(again.matches("$ deskmeter ask").count(), 3, "{again}");
    let volume = |text: &str| text.lines().filter(|line| line.contains("20")).count();
    assert_eq!(volume(&first), volume(&again));
}

#[test]
fn every_shell_gets_its_completions() {
    let desk = Desk::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(desk.succeed(&["completions", shell]).contains("deskmeter"), "{shell}");
    }
}
