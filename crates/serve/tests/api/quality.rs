//! How good the data is: counted, and every count opens to its tickets.

use super::{Desk, NOW, event};
use serde_json::{Value, json};

#[tokio::test]
async fn sources_say_what_they_brought() {
    let desk = Desk::new().await;
    assert_eq!(desk.get("/api/v1/sources").await.ok(), json!({"sources": []}));
    let desk = Desk::filled().await;
    assert_eq!(
        desk.get("/api/v1/sources").await.ok(),
        json!({"sources": [{
            "source": "acme", "tickets": 2, "first_created_at": "2026-03-09T09:00:00Z",
            "last_event_at": "2026-03-09T11:30:00Z", "last_seen_at": NOW,
        }]})
    );
}

fn check<'a>(quality: &'a Value, code: &str) -> &'a Value {
    let checks = quality["checks"].as_array().unwrap();
    checks.iter().find(|check| check["code"] == json!(code)).unwrap()
}

#[tokio::test]
async fn every_check_counts_and_opens_to_its_tickets() {
    let desk = Desk::filled().await;
    let quality = desk.get("/api/v1/quality").await.ok();
    for check in quality["checks"].as_array().unwrap() {
        assert_eq!((&check["count"], &check["of"]), (&json!(0), &json!(2)), "{check:#}");
    }
    // T3 was replied to without ever being created; T4 was solved before anybody replied.
    let agent = json!({"actor": {"id": "g1", "role": "agent"}, "visibility": "public"});
    let solved = json!({"actor": {"id": "g1", "role": "agent"}, "status": "solved"});
    let asked = json!({"actor": {"id": "c-T4", "role": "requester"}});
    let odd = json!([
        event("T3-1", "T3", "2026-03-10T09:00:00Z", "message", &agent),
        event("T4-1", "T4", "2026-03-10T09:00:00Z", "created", &asked),
        event("T4-2", "T4", "2026-03-10T10:00:00Z", "status", &solved),
        event("T4-3", "T4", "2026-03-10T11:00:00Z", "message", &agent),
        {"specversion": "1.0"},
    ]);
    desk.post("/api/v1/events?wait=applied", &odd).await;
    let quality = desk.get("/api/v1/quality").await.ok();
    for code in ["creation_missing", "solved_before_reply"] {
        let check = check(&quality, code);
        assert_eq!((&check["count"], &check["of"]), (&json!(1), &json!(4)), "{check:#}");
        let filter = check["filter"].as_str().unwrap().replace(' ', "%20");
        let tickets = desk.get(&format!("/api/v1/tickets?where={filter}")).await.ok();
        assert_eq!(tickets["n"], check["count"], "{tickets:#}");
    }
    let quarantined = quality["checks"].as_array().unwrap().iter().any(|check| {
        check["code"].as_str().unwrap().starts_with("quarantine:") && check["count"] == json!(1)
    });
    assert!(quarantined, "{quality:#}");
}

#[tokio::test]
async fn anomalies_can_be_filtered_by_and_not_split_by() {
    let desk = Desk::filled().await;
    let odd = json!({"metrics": ["volume"], "where": ["anomaly is null"]});
    let answer = desk.post("/api/v1/questions", &odd).await.ok();
    assert_eq!(answer["rows"][0]["cells"]["volume"]["value"], json!(2));
    let split = json!({"metrics": ["volume"], "by": ["anomaly"]});
    desk.post("/api/v1/questions", &split).await.problem(422);
}
