//! Annotations: written, read by period, changed, removed.

use super::Desk;
use axum::http::StatusCode;
use serde_json::{Value, json};

const PATH: &str = "/api/v1/annotations";

async fn titles(desk: &Desk, query: &str) -> Vec<String> {
    let listed = desk.get(&format!("{PATH}{query}")).await.ok();
    let listed = listed["annotations"].as_array().unwrap();
    listed.iter().map(|one| one["title"].as_str().unwrap().to_owned()).collect()
}

async fn add(desk: &Desk, annotation: &Value) -> Value {
    let reply = desk.post(PATH, annotation).await;
    assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text);
    reply.json()
}

#[tokio::test]
async fn they_are_kept_changed_and_removed() {
    let desk = Desk::new().await;
    let outage = json!({
        "at": "2026-03-02T09:00:00+01:00", "to": "2026-03-02T12:00:00Z", "title": "Login down",
        "text": "See the report.", "kind": "incident",
    });
    let kept = add(&desk, &outage).await;
    assert_eq!(
        kept,
        json!({
            "id": 1, "at": "2026-03-02T08:00:00Z", "to": "2026-03-02T12:00:00Z",
            "title": "Login down", "text": "See the report.", "kind": "incident",
        })
    );
    let mut changed = kept.clone();
    changed["title"] = json!("Login and search down");
    assert_eq!(desk.put(&format!("{PATH}/1"), &changed).await.ok(), changed);
    assert_eq!(desk.get(PATH).await.ok(), json!({"annotations": [changed]}));
    assert_eq!(desk.delete(&format!("{PATH}/1")).await.status, StatusCode::NO_CONTENT);
    desk.delete(&format!("{PATH}/1")).await.problem(404);
    desk.put(&format!("{PATH}/1"), &outage).await.problem(404);
    assert!(titles(&desk, "").await.is_empty());
    assert_eq!(add(&desk, &outage).await["id"], json!(2), "a number is never given again");
}

#[tokio::test]
async fn a_period_lists_what_touches_it() {
    let desk = Desk::new().await;
    desk.put("/api/v1/settings", &json!({"zone": "Europe/Berlin"})).await.ok();
    add(&desk, &json!({"at": "2026-03-01", "to": "2026-03-07", "title": "Fair"})).await;
    let release = add(&desk, &json!({"at": "2026-03-05", "title": "v2", "kind": "release"})).await;
    assert_eq!(release["at"], json!("2026-03-04T23:00:00Z"), "midnight in Berlin");
    assert_eq!(titles(&desk, "").await, ["Fair", "v2"]);
    assert_eq!(titles(&desk, "?from=2026-03-06").await, ["Fair"]);
    assert_eq!(titles(&desk, "?to=2026-03-04").await, ["Fair"]);
    assert_eq!(titles(&desk, "?from=2026-03-05&to=2026-03-05").await, ["Fair", "v2"]);
    assert!(titles(&desk, "?from=2026-03-08").await.is_empty());
    desk.get(&format!("{PATH}?from=soon")).await.problem(400);
}

#[tokio::test]
async fn what_is_wrong_is_said_at_once() {
    let desk = Desk::new().await;
    let wrong = json!({"at": "yesterday", "kind": "relase", "titel": "v2"});
    let problem = desk.post(PATH, &wrong).await.problem(422);
    let codes: Vec<&str> = problem["issues"]
        .as_array()
        .unwrap()
        .iter()
        .map(|issue| issue["code"].as_str().unwrap())
        .collect();
    assert_eq!(codes, ["unknown_key", "bad_instant", "unknown_kind", "no_title"], "{problem:#}");
}
