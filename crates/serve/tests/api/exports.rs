//! Files of answers and of tickets.

use super::{Desk, Reply};
use axum::http::header;
use serde_json::{Value, json};

fn question() -> Value {
    json!({
        "metrics": ["first_response_time"], "by": ["channel"], "clock": "calendar",
        "range": "2026-03",
    })
}

async fn export(desk: &Desk, path: &str, body: &Value) -> Reply {
    let reply = desk.post(&format!("/api/v1/questions/{path}"), body).await;
    assert_eq!(reply.status.as_u16(), 200, "{}", reply.text);
    reply
}

#[tokio::test]
async fn an_answer_is_saved_as_a_table() {
    let desk = Desk::filled().await;
    let csv = export(&desk, "export?format=csv", &question()).await;
    assert_eq!(csv.headers[header::CONTENT_TYPE], "text/csv; charset=utf-8");
    assert_eq!(
        csv.headers[header::CONTENT_DISPOSITION],
        "attachment; filename=\"first_response_time-2026-03-16.csv\""
    );
    let lines: Vec<&str> = csv.text.lines().collect();
    assert!(lines[0].starts_with("channel,first_response_time,"), "{}", csv.text);
    assert!(lines[1].starts_with("chat,300.0,") && lines[2].starts_with("email,900.0,"));
    let json = export(&desk, "export?format=json", &question()).await;
    assert_eq!(json.json(), desk.post("/api/v1/questions", &question()).await.ok());
    let parquet = export(&desk, "export?format=parquet", &question()).await;
    assert!(parquet.text.starts_with("PAR1") && parquet.text.ends_with("PAR1"));
    desk.post("/api/v1/questions/export?format=xls", &question()).await.problem(400);
    desk.post("/api/v1/questions/export", &json!({"metrics": ["volum"]})).await.problem(422);
}

#[tokio::test]
async fn every_ticket_behind_a_cell_is_saved() {
    let desk = Desk::filled().await;
    let cell = json!({"metric": "first_response_time", "ascending": true, "limit": 1});
    let asked = json!({"question": question(), "cell": cell});
    let csv = export(&desk, "tickets/export", &asked).await;
    let expected = "\
number,source,ticket,created_at,status,channel,priority,group,agent,requester,time,value
1,acme,T2,2026-03-09T09:00:00Z,solved,chat,,,,,2026-03-09T09:05:00Z,300.0
0,acme,T1,2026-03-09T09:00:00Z,solved,email,,,,,2026-03-09T09:15:00Z,900.0
";
    assert_eq!(csv.text, expected);
    assert_eq!(csv.headers[header::CONTENT_LENGTH], expected.len().to_string());
    let name = csv.headers[header::CONTENT_DISPOSITION].to_str().unwrap();
    assert!(name.contains("first_response_time-tickets-2026-03-16.csv"), "{name}");
    let parquet = export(&desk, "tickets/export?format=parquet", &asked).await;
    assert!(parquet.text.starts_with("PAR1"));
    let wrong = json!({"question": question(), "cell": {"metric": "volume"}});
    desk.post("/api/v1/questions/tickets/export", &wrong).await.problem(422);
}
