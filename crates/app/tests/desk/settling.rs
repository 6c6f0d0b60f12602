//! Policies, settings, annotations and the quality of the data from the command line.

use super::Desk;
use serde_json::json;

const POLICIES: &str = "calendars:\n  - {name: office, zone: UTC, versions: [{hours: {mon-fri: \
                        [\"09:00-17:00\"]}}]}\ndefault_calendar: office\n";

#[test]
fn policies_are_checked_put_in_force_and_shown() {
    let desk = Desk::filled();
    desk.write("policies.yaml", POLICIES);
    desk.succeed(&["policies", "check", "policies.yaml"]);
    desk.succeed(&["policies", "set", "policies.yaml"]);
    let shown = desk.succeed(&["policies", "show"]);
    assert!(shown.contains("\"default_calendar\": \"office\""), "{shown}");
    desk.write("again.json", &shown);
    let again = desk.run(&["policies", "set", "again.json"]);
    assert!(again.stderr.contains("in force already"), "{}", again.stderr);
    desk.write("wrong.yaml", "default_calendar: nowhere\n");
    let wrong = desk.run(&["policies", "check", "wrong.yaml"]);
    assert_eq!(wrong.code, 3, "{}", wrong.stderr);
    assert!(wrong.stderr.contains("unknown_calendar"), "{}", wrong.stderr);
}

#[test]
fn settings_hold_for_questions_that_name_no_zone() {
    let desk = Desk::filled();
    assert_eq!(desk.json(&["settings", "show"]), json!({"targets": {}}));
    desk.succeed(&["settings", "set", "zone", "Asia/Tokyo"]);
    let set = desk.json(&["settings", "set", "targets.csat", "0.9"]);
    assert_eq!(set, json!({"zone": "Asia/Tokyo", "targets": {"csat": {"value": 0.9}}}));
    assert_eq!(desk.json(&["ask", "volume"])["period"]["zone"], json!("Asia/Tokyo"));
    desk.succeed(&["settings", "set", "targets.csat", "-"]);
    let cleared = desk.json(&["settings", "set", "zone", "-"]);
    assert_eq!(cleared, json!({"targets": {}}));
    let wrong = desk.run(&["settings", "set", "timezone", "UTC"]);
    assert_eq!(wrong.code, 3, "{}", wrong.stderr);
    assert!(wrong.stderr.contains("one of: zone"), "{}", wrong.stderr);
}

#[test]
fn annotations_are_added_listed_and_removed() {
    let desk = Desk::filled();
    desk.succeed(&["annotations", "add", "Version 2", "--at", "2026-03-02", "--kind", "release"]);
    let listed = desk.json(&["annotations", "list", "--from", "2026-03-01"]);
    assert_eq!(
        listed,
        json!({"annotations": [{
            "id": 1, "at": "2026-03-02T00:00:00Z", "title": "Version 2", "kind": "release",
        }]})
    );
    desk.succeed(&["annotations", "remove", "1"]);
    assert_eq!(desk.json(&["annotations", "list"]), json!({"annotations": []}));
    assert_eq!(desk.run(&["annotations", "remove", "1"]).code, 5);
    let wrong = desk.run(&["annotations", "add", "x", "--at", "soon", "--kind", "party"]);
    assert_eq!(wrong.code, 3, "{}", wrong.stderr);
}

#[test]
fn quality_and_sql_are_what_the_api_says() {
    let desk = Desk::filled();
    let quality = desk.json(&["quality"]);
    assert!(!quality["sources"].as_array().unwrap().is_empty(), "{quality:#}");
    let codes = quality["checks"].to_string();
    assert!(codes.contains("negative_duration") && codes.contains("late"), "{quality:#}");
    let sql = desk.json(&["explain", "sql", "volume", "--by", "channel"]);
    let text = sql["statements"][0]["sql"].as_str().unwrap();
    assert!(text.starts_with("SELECT"), "{text}");
}
