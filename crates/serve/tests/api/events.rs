//! `POST /events`: what is accepted is there, what is not is kept.

use super::{Desk, event, history};
use serde_json::{Value, json};

#[tokio::test]
async fn one_event_a_batch_and_lines_are_the_same() {
    let one = Desk::new().await;
    for event in history() {
        one.post_text(
            "/api/v1/events?wait=applied",
            "application/cloudevents+json",
            event.to_string(),
        )
        .await
        .ok();
    }
    let batch = Desk::filled().await;
    let lines = Desk::new().await;
    let text: Vec<String> = history().iter().map(Value::to_string).collect();
    for kind in ["application/x-ndjson", "application/json"] {
        lines.post_text("/api/v1/events?wait=applied", kind, text.join("\n")).await.ok();
    }
    let ask = "/api/v1/questions?metrics=first_response_time,volume&by=channel&clock=calendar";
    let expected = batch.get(ask).await.ok()["rows"].clone();
    assert_eq!(one.get(ask).await.ok()["rows"], expected);
    assert_eq!(lines.get(ask).await.ok()["rows"], expected);
}

#[tokio::test]
async fn sending_again_changes_nothing() {
    let desk = Desk::filled().await;
    let receipt = desk.post("/api/v1/events?wait=applied", &Value::Array(history())).await.ok();
    assert_eq!((&receipt["new"], &receipt["duplicate"]), (&json!(0), &json!(8)));
}

#[tokio::test]
async fn what_is_not_understood_is_kept_and_the_rest_counts() {
    let desk = Desk::new().await;
    let good = event("e1", "T1", "2026-03-09T09:00:00Z", "created", &json!({"channel": "email"}));
    let bad = event("e2", "T1", "2026-03-09T09:00:00Z", "exploded", &json!({}));
    let receipt = desk.post("/api/v1/events?wait=applied", &json!([good, bad])).await.ok();
    assert_eq!((&receipt["new"], &receipt["quarantined"]), (&json!(1), &json!(1)));
    assert_eq!(receipt["items"][0]["result"], json!("accepted"));
    assert_eq!(receipt["items"][1]["result"], json!("quarantined"));
    assert_eq!(receipt["items"][1]["id"], json!("e2"));
    let page = desk.get("/api/v1/quarantine").await.ok();
    assert!(page["rows"][0]["raw"].as_str().unwrap().contains("exploded"), "{page:#}");
}

#[tokio::test]
async fn a_body_of_nothing_but_mistakes_is_a_problem_with_all_of_them() {
    let desk = Desk::new().await;
    let bad = |id: &str| event(id, "T1", "2026-03-09T09:00:00Z", "exploded", &json!({}));
    let problem =
        desk.post("/api/v1/events?wait=applied", &json!([bad("e1"), bad("e2")])).await.problem(422);
    assert_eq!(problem["issues"].as_array().unwrap().len(), 2, "{problem:#}");
    let counts = desk.get("/api/v1/quarantine/counts").await.ok();
    assert_eq!(counts["total"], json!(2));
}

#[tokio::test]
async fn a_body_that_is_no_json_is_a_problem_with_the_place() {
    let desk = Desk::new().await;
    let problem = desk
        .post_text("/api/v1/events?wait=applied", "application/json", "{\"a\": ")
        .await
        .problem(400);
    assert!(problem["detail"].as_str().unwrap().contains("line 1"), "{problem:#}");
}
