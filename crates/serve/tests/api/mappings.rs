//! A mapping is tried on a payload, and nothing is changed by it.

use super::Desk;
use serde_json::json;

const MAPPING: &str = "source: hook\nticket: {expr: payload.t.id}\nat: {value: '2026-01-01'}\n\
                       rules:\n  - event: created\n    requester: {expr: headers.who}\n";

#[tokio::test]
async fn a_trial_shows_events_problems_and_what_nothing_reads() {
    let desk = Desk::new().await;
    let body =
        json!({"mapping": MAPPING, "body": {"t": {"id": 7}, "x": 1}, "headers": {"Who": "c"}});
    let tried = desk.post("/api/v1/mappings/test", &body).await.ok();
    assert_eq!(tried["events"][0]["rule"], "rules[0] created");
    assert_eq!(tried["events"][0]["event"]["data"]["requester"], "c");
    assert_eq!((&tried["unread"], &tried["problems"]), (&json!(["x"]), &json!([])));
    // A text is the payload as it was sent, whatever it is.
    let body = json!({"mapping": MAPPING, "body": "{oops"});
    let tried = desk.post("/api/v1/mappings/test", &body).await.ok();
    assert_eq!(tried["problems"][0]["code"], "bad_json");
    assert_eq!(desk.get("/api/v1/quarantine/counts").await.ok()["total"], json!(0));
}

#[tokio::test]
async fn what_is_wrong_with_a_mapping_comes_back_all_at_once() {
    let desk = Desk::new().await;
    let mapping = MAPPING.replace("payload", "paylod").replace("who}", "who + }");
    let body = json!({"mapping": mapping, "body": {}});
    let problem = desk.post("/api/v1/mappings/test", &body).await.problem(422);
    let codes: Vec<_> = problem["issues"]
        .as_array()
        .unwrap()
        .iter()
        .map(|issue| issue["code"].as_str().unwrap())
        .collect();
    assert_eq!(codes, ["unknown_name", "bad_expr"]);
}
