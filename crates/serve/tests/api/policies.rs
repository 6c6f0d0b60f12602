//! Policies: checked, put in force in the background, and holidays for them.

use super::{Desk, event};
use axum::http::StatusCode;
use serde_json::{Value, json};

const PATH: &str = "/api/v1/policies";

/// Office hours in UTC, and four of them for the first reply.
fn office() -> Value {
    json!({
        "calendars": [{
            "name": "office", "zone": "UTC", "versions": [{"hours": {"mon-fri": ["09:00-17:00"]}}],
        }],
        "default_calendar": "office",
        "sla": [{"name": "standard", "versions": [{"targets": {"first_reply": "4h"}}]}],
    })
}

/// Waits until no rebuild runs.
async fn rebuilt(desk: &Desk) -> Value {
    loop {
        let state = desk.get("/api/v1/rebuild").await.ok();
        if state["state"] != json!("running") {
            return state;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn policies_are_put_in_force_in_the_background() {
    let desk = Desk::filled().await;
    assert_eq!(desk.get("/api/v1/rebuild").await.ok()["state"], json!("idle"));
    let question =
        json!({"metrics": [{"metric": "first_response_time", "clock": "business", "as": "frt"}]});
    let value = |answer: &Value| answer["rows"][0]["cells"]["frt"]["n"].clone();
    let before = desk.post("/api/v1/questions", &question).await.ok();
    assert_eq!(value(&before), json!(0), "no calendar");

    let started = desk.put(PATH, &office()).await;
    assert_eq!(started.status, StatusCode::ACCEPTED, "{}", started.text);
    assert_eq!(started.json()["state"], json!("running"));
    assert_eq!(started.json()["total"], json!(2));
    let state = rebuilt(&desk).await;
    assert_eq!((&state["state"], &state["done"]), (&json!("done"), &json!(2)), "{state:#}");
    assert!(state["finished_at"].is_string());

    let after = desk.post("/api/v1/questions", &question).await.ok();
    assert_eq!(value(&after), json!(2));
    let in_force = desk.get(PATH).await.ok();
    assert_eq!(in_force["policies"]["default_calendar"], json!("office"));
    assert_eq!(desk.desk.store().policies_history().await.unwrap().len(), 2);
}

#[tokio::test]
async fn policies_in_force_and_dry_runs_change_nothing() {
    let desk = Desk::filled().await;
    let before = desk.get(PATH).await.ok();
    let same = desk.put(PATH, &before["policies"]).await.ok();
    assert_eq!(same, json!({"changed": false, "digest": before["digest"]}));
    let dry = desk.put(&format!("{PATH}?dry_run=true"), &office()).await.ok();
    assert_eq!(dry["changed"], json!(true));
    assert_ne!(dry["digest"], before["digest"]);
    assert_eq!(desk.get(PATH).await.ok(), before);
    assert_eq!(desk.get("/api/v1/rebuild").await.ok()["state"], json!("idle"));
}

#[tokio::test]
async fn everything_wrong_with_them_is_said_at_once() {
    let desk = Desk::new().await;
    let mut wrong = office();
    wrong["calendars"][0]["zone"] = json!("Mars/Olympus");
    wrong["default_calendar"] = json!("offices");
    wrong["sla"][0]["versions"][0]["targets"] = json!({});
    let problem = desk.put(PATH, &wrong).await.problem(422);
    assert_eq!(problem["issues"].as_array().unwrap().len(), 3, "{problem:#}");
    let unread = json!({"calendar": []});
    let problem = desk.put(PATH, &unread).await.problem(400);
    assert!(problem["detail"].as_str().unwrap().contains("calendars"), "{problem:#}");
}

#[tokio::test]
async fn one_rebuild_at_a_time() {
    let desk = Desk::filled().await;
    let started = desk.put(PATH, &office()).await;
    assert_eq!(started.status, StatusCode::ACCEPTED);
    // On one thread nothing of the rebuild runs until this test waits for something.
    let mut other = office();
    other["effort"] = json!({"gap_minutes": 20, "tail_minutes": 3});
    let second = desk.put(PATH, &other).await;
    if second.status != StatusCode::ACCEPTED {
        let problem = second.problem(409);
        assert!(problem["hint"].as_str().unwrap().contains("/api/v1/rebuild"), "{problem:#}");
    }
    assert_eq!(rebuilt(&desk).await["state"], json!("done"));
}

#[tokio::test]
async fn holidays_come_out_of_icalendar_files() {
    let desk = Desk::new().await;
    let text = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Christmas Day\r\n\
                DTSTART;VALUE=DATE:20261225\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:Standup\r\n\
                DTSTART:20260302T090000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    let path = "/api/v1/calendars/holidays";
    let read = desk.post_text(path, "text/calendar", text).await.ok();
    assert_eq!(read["holidays"], json!([{"date": "2026-12-25", "name": "Christmas Day"}]));
    assert_eq!(read["skipped"][0]["summary"], json!("Standup"), "{read:#}");
    assert_eq!(read["skipped"][0]["number"], json!(2));
    desk.post_text(path, "text/calendar", "25 December").await.problem(422);
}

#[tokio::test]
async fn promises_that_run_open_to_when_they_fall_due() {
    let desk = Desk::new().await;
    let created = json!({"actor": {"id": "c1", "role": "requester"}});
    let events = json!([
        event("a", "T1", "2026-03-16T08:00:00Z", "created", &created),
        event("b", "T2", "2026-03-16T03:00:00Z", "created", &created),
    ]);
    desk.post("/api/v1/events?wait=applied", &events).await.ok();
    let policies = json!({"sla": [{
        "name": "all", "versions": [{"calendar": "24x7", "targets": {"first_reply": "8h"}}],
    }]});
    desk.put(PATH, &policies).await;
    assert_eq!(rebuilt(&desk).await["state"], json!("done"));
    let asked = json!({"question": {"metrics": ["sla_time_left"]}, "cell": {"ascending": true}});
    let opened = desk.post("/api/v1/questions/tickets", &asked).await.ok();
    let rows = opened["rows"].as_array().unwrap();
    let seen: Vec<_> =
        rows.iter().map(|row| (&row["ticket"], &row["value"], &row["time"])).collect();
    assert_eq!(
        seen,
        [
            (&json!("T2"), &json!(-3600.0), &json!("2026-03-16T11:00:00Z")),
            (&json!("T1"), &json!(14400.0), &json!("2026-03-16T16:00:00Z")),
        ]
    );
}
