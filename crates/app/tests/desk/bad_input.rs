//! Whatever a user gets wrong: the exit code, the place and the remedy.

use super::{Desk, event, exists};
use serde_json::json;

/// Runs `args` and checks the exit code and that the message says all of `says`.
#[track_caller]
fn refused(desk: &Desk, args: &[&str], code: i32, says: &[&str]) {
    let ran = desk.run(args);
    let said = format!("{}{}", ran.stdout, ran.stderr);
    assert_eq!(ran.code, code, "{args:?}\n{said}");
    for expected in says {
        assert!(said.contains(expected), "{args:?}: {expected:?} missing in\n{said}");
    }
}

#[test]
fn command_lines_that_make_no_sense() {
    let desk = Desk::new();
    refused(&desk, &["improt"], 2, &["similar subcommand", "import"]);
    refused(&desk, &["ask"], 2, &["METRIC"]);
    refused(&desk, &["ask", "volume", "--evry", "day"], 2, &["--every"]);
    refused(&desk, &["export"], 2, &["TABLE"]);
    refused(&desk, &["ask", "volume", "--restatements"], 2, &["--as-of"]);
    refused(
        &desk,
        &["ask", "volume", "--range", "2026", "--from", "2026-01-01"],
        2,
        &["--range", "--from"],
    );
}

#[test]
fn configurations_that_cannot_be_meant() {
    let desk = Desk::new();
    desk.write("deskmeter.toml", "dta = \"x\"\n[serve]\nlisten = \"here\"\n");
    refused(
        &desk,
        &["check"],
        3,
        &["deskmeter.toml:1", "`dta`", "did you mean `data`?", "deskmeter.toml:3", "address:port"],
    );
    refused(&desk, &["--config", "nowhere.toml", "check"], 5, &["nowhere.toml", "hint: "]);
}

#[test]
fn files_that_are_not_there_or_not_what_they_should_be() {
    let desk = Desk::new();
    refused(&desk, &["import", "nowhere.jsonl"], 5, &["nowhere.jsonl"]);
    desk.write("table.csv", "ticket,created\n1,2026-03-02\n");
    refused(&desk, &["import", "table.csv"], 3, &["table.csv", "mapping"]);
    desk.write("mapping.yaml", "rows: nonsense\n");
    refused(&desk, &["import", "table.csv", "--mapping", "mapping.yaml"], 3, &["mapping.yaml"]);
    refused(&desk, &["restore", "nowhere.tar.zst"], 5, &["nowhere.tar.zst"]);
    assert!(!exists(&desk.path("data/state.db")), "nothing was begun");
}

#[test]
fn rows_that_cannot_be_understood_are_kept_and_the_rest_counts() {
    let desk = Desk::new();
    let good = event("e1", "T1", "2026-03-02T09:00:00Z", "created", &json!({"channel": "email"}));
    let unknown = event("e2", "T1", "2026-03-02T09:01:00Z", "exploded", &json!({}));
    let without_id = good.replace("\"id\":\"e1\",", "");
    let bad_time = event("e3", "T1", "yesterday", "message", &json!({}));
    let cut = &good[..good.len() - 9];
    let text = format!("{good}\n{{nonsense\n{unknown}\n{without_id}\n{bad_time}\n{cut}");
    desk.write("history.jsonl", text);
    refused(&desk, &["import", "history.jsonl"], 4, &["quarantine"]);
    let listed = desk.json(&["quarantine", "list", "--format", "json"]);
    let places: Vec<&str> = listed["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["place"].as_str().unwrap())
        .collect();
    assert_eq!(
        places,
        [
            "history.jsonl:2",
            "history.jsonl:3",
            "history.jsonl:4",
            "history.jsonl:5",
            "history.jsonl:6"
        ]
    );
    let answer = desk.json(&["ask", "volume"]);
    assert_eq!(answer["rows"][0]["cells"]["volume"]["value"], json!(1), "{answer:#}");
}

#[test]
fn questions_that_have_no_answer() {
    let desk = Desk::filled();
    refused(
        &desk,
        &["ask", "first_respnse_time", "--by", "chanel", "--every", "fortnight", "--zone", "Mars"],
        3,
        &[
            "unknown_metric",
            "did you mean `first_response_time`?",
            "did you mean `channel`?",
            "fortnight",
            "Mars",
        ],
    );
    refused(&desk, &["explain", "metric", "volum"], 5, &["volum", "did you mean `volume`?"]);
    refused(&desk, &["explain", "ticket", "acme/T99"], 5, &["acme/T99"]);
    refused(&desk, &["explain", "ticket", "T1"], 3, &["SOURCE/ID"]);
    desk.write("question.yaml", "metrics: [volume]\nevry: week\n");
    refused(&desk, &["ask", "--question", "question.yaml"], 3, &["question.yaml", "`every`"]);
}

#[test]
fn policies_that_cannot_hold() {
    let desk = Desk::filled();
    desk.write("policies.yaml", "calendars: []\ndefault_calendar: nights\n");
    refused(&desk, &["rebuild", "--policies", "policies.yaml"], 3, &["policies.yaml", "nights"]);
    refused(&desk, &["check", "--policies", "policies.yaml"], 3, &["policies.yaml", "nights"]);
}

#[test]
fn holidays_that_cannot_be_read() {
    let desk = Desk::new();
    let policies = "calendars:\n  - name: office\n    zone: UTC\n    versions:\n      \
                    - hours: 24x7\n        holidays_ics: [days.ics]\n";
    desk.write("policies.yaml", policies);
    let says = ["policies.yaml: calendars[0].versions[0].holidays_ics[0]", "days.ics", "hint: "];
    refused(&desk, &["check", "--policies", "policies.yaml"], 3, &says);
    desk.write("days.ics", "no calendar\n");
    refused(&desk, &["check", "--policies", "policies.yaml"], 3, &says);
    desk.write("deskmeter.toml", "policies = \"policies.yaml\"\n");
    refused(&desk, &["check"], 3, &says);
    desk.write(
        "days.ics",
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:20260302T090000Z\r\nSUMMARY:Standup\r\n\
         END:VEVENT\r\nEND:VCALENDAR\r\n",
    );
    refused(&desk, &["check"], 0, &["warning: ", "Standup", "time of day", "no issues"]);
}

#[test]
fn metrics_and_questions_that_do_not_fit_the_tables() {
    let desk = Desk::new();
    std::fs::create_dir(desk.path("metrics")).unwrap();
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/../../definitions/metrics/csat.yaml");
    let own = std::fs::read_to_string(shipped).unwrap().replace("box = 'good'", "bax = 'good'");
    desk.write("metrics/csat.yaml", own);
    desk.write("deskmeter.toml", "metrics = \"metrics\"\n");
    refused(&desk, &["check"], 3, &["metrics/csat.yaml:", "bax", "bad_sql"]);
    let desk = Desk::new();
    desk.write("question.yaml", "metrics: [volum]\nby: [chanel]\n");
    let says = ["question.yaml", "did you mean `volume`?", "did you mean `channel`?"];
    refused(&desk, &["check", "--question", "question.yaml"], 3, &says);
}

#[test]
fn addresses_that_others_could_reach() {
    let desk = Desk::new();
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0"] {
        refused(&desk, &["serve", "--listen", address], 3, &[address, "hint: "]);
    }
    refused(&desk, &["serve", "--listen", "here"], 3, &["here", "address:port"]);
}

#[test]
fn a_desk_that_is_not_there() {
    let desk = Desk::new();
    refused(&desk, &["ask", "volume"], 5, &["data", "deskmeter import"]);
    assert!(!exists(&desk.path("data")), "asking creates nothing");
}
