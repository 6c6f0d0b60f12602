//! The quarantine: counted, listed by page, tried again, thrown away.

use super::{Desk, event};
use serde_json::json;

async fn with_two_rows() -> Desk {
    let desk = Desk::new().await;
    let bad = |id: &str| event(id, "T1", "2026-03-09T09:00:00Z", "exploded", &json!({}));
    desk.post("/api/v1/events?wait=applied", &json!([bad("e1"), bad("e2")])).await.problem(422);
    desk
}

#[tokio::test]
async fn pages_follow_their_cursor() {
    let desk = with_two_rows().await;
    let first = desk.get("/api/v1/quarantine?limit=1").await.ok();
    let next = first["next"].as_i64().unwrap();
    let second = desk.get(&format!("/api/v1/quarantine?limit=1&cursor={next}")).await.ok();
    assert_ne!(first["rows"][0]["id"], second["rows"][0]["id"]);
    let none = desk.get("/api/v1/quarantine?reason=other").await.ok();
    assert_eq!(none["rows"], json!([]));
    desk.get("/api/v1/quarantine?colour=red").await.problem(400);
}

#[tokio::test]
async fn rows_are_thrown_away_by_number_only() {
    let desk = with_two_rows().await;
    let id = desk.get("/api/v1/quarantine").await.ok()["rows"][0]["id"].as_i64().unwrap();
    desk.delete("/api/v1/quarantine").await.problem(400);
    desk.delete("/api/v1/quarantine?ids=all").await.problem(400);
    let removed = desk.delete(&format!("/api/v1/quarantine?ids={id}")).await.ok();
    assert_eq!(removed["removed"], json!(1));
    assert_eq!(desk.get("/api/v1/quarantine/counts").await.ok()["total"], json!(1));
}

#[tokio::test]
async fn what_is_still_not_understood_stays() {
    let desk = with_two_rows().await;
    let replayed = desk.post("/api/v1/quarantine/replay", &json!({})).await.ok();
    assert_eq!(replayed, json!({"tried": 2, "understood": 0, "new": 0, "remaining": 2}));
    assert_eq!(desk.get("/api/v1/quarantine/counts").await.ok()["total"], json!(2));
}
