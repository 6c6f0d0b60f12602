//! Erasing a person and retention: what goes, what stays, and the proof.

use super::{Desk, event, history};
use axum::http::StatusCode;
use serde_json::{Value, json};

const ERASURES: &str = "/api/v1/erasures";
/// The requester of T1.
const WHO: &str = "c-T1";

/// Every metric's answer by channel.
async fn answers(desk: &Desk) -> Vec<(String, Value)> {
    let listed = desk.get("/api/v1/metrics").await.ok();
    let mut asked = Vec::new();
    for metric in listed["metrics"].as_array().unwrap() {
        let name = metric["name"].as_str().unwrap();
        let question = format!("/api/v1/questions?metrics={name}&by=channel");
        let reply = desk.get(&question).await;
        // A metric that has no channel is refused before and after.
        let rows = if reply.status == 200 { reply.json()["rows"].clone() } else { Value::Null };
        asked.push((question, rows));
    }
    asked
}

#[tokio::test]
async fn a_person_goes_and_every_answer_stays() {
    let desk = Desk::filled().await;
    let asked = json!({"message": "what did I ask?", "actor": {"id": WHO, "role": "requester"},
        "visibility": "public", "text": "call me on 0123"});
    let event = event("x", "T1", "2026-03-09T10:00:00Z", "message", &asked);
    desk.post("/api/v1/events?wait=applied", &event).await.ok();
    let before = answers(&desk).await;
    assert!(before.iter().filter(|(_, rows)| rows.is_array()).count() > 20);
    let request = json!({"ids": [WHO], "dry_run": true});
    let plan = desk.post(ERASURES, &request).await.ok();
    assert_eq!(plan["touched"]["tickets"], json!(1), "{plan}");
    let done = desk.post(ERASURES, &json!({"ids": [WHO]})).await;
    assert_eq!(done.status, StatusCode::CREATED, "{}", done.text);
    assert_eq!(done.json()["touched"], plan["touched"]);
    for ((question, before), (_, after)) in before.iter().zip(answers(&desk).await) {
        assert_eq!(*before, after, "{question}");
    }
    let again = desk.post("/api/v1/events?wait=applied", &Value::Array(history())).await.ok();
    assert_eq!((&again["new"], &again["duplicate"]), (&json!(0), &json!(8)));
    let log = desk.get(ERASURES).await;
    assert!(log.json()["erasures"][0]["finished_at"].is_string(), "{}", log.text);
    assert!(!log.text.contains(WHO));
    let texts = json!({"texts": [WHO, "call me on"]});
    let proof = desk.post(&format!("{ERASURES}/verify"), &texts).await.ok();
    assert_eq!(proof["found"], json!([]), "{proof}");
    assert!(proof["files"].as_u64() > Some(1));
}

#[tokio::test]
async fn what_is_wrong_with_a_request_repeats_no_id() {
    let desk = Desk::new().await;
    desk.post(ERASURES, &json!({"ids": []})).await.problem(422);
    let wrong = desk.post(ERASURES, &json!({"id": WHO})).await;
    wrong.problem(400);
    assert!(!wrong.text.contains(WHO), "{}", wrong.text);
    desk.post(&format!("{ERASURES}/verify"), &json!({"texts": ["17"]})).await.problem(422);
}

#[tokio::test]
async fn retention_is_read_checked_and_changed() {
    let desk = Desk::filled().await;
    let path = "/api/v1/retention";
    assert_eq!(desk.get(path).await.ok(), json!({"rules": []}));
    let wrong = json!({"rules": [{"field": "words", "after": "soon"}]});
    let problem = desk.put(path, &wrong).await.problem(422);
    assert_eq!(problem["issues"].as_array().unwrap().len(), 2, "{problem}");
    let rules = json!({"rules": [{"field": "text", "after": "90d", "by": "closed"}]});
    assert_eq!(desk.put(path, &rules).await.ok(), rules);
    assert_eq!(desk.get(path).await.ok(), rules);
    let due = desk.get(&format!("{path}/due")).await.ok();
    assert_eq!(due["tickets"], json!(0));
}
