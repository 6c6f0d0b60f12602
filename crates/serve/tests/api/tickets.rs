//! Tickets: lists and explanations.

use super::Desk;
use serde_json::json;

#[tokio::test]
async fn a_ticket_explains_its_numbers() {
    let desk = Desk::filled().await;
    let explained = desk.get("/api/v1/tickets/acme/T1/explanation").await.ok();
    assert_eq!(explained["ticket"], json!("T1"));
    assert!(explained["explanation"].to_string().contains("first_reply"), "{explained:#}");
    desk.get("/api/v1/tickets/acme/T9/explanation").await.problem(404);
}

#[tokio::test]
async fn tickets_are_filtered_and_paged() {
    let desk = Desk::filled().await;
    let all = desk.get("/api/v1/tickets").await.ok();
    assert_eq!(all["tickets"], json!(2), "{all:#}");
    let chats = desk.get("/api/v1/tickets?where=channel%20%3D%20chat").await.ok();
    assert_eq!(chats["rows"][0]["ticket"], json!("T2"), "{chats:#}");
    let first = desk.get("/api/v1/tickets?limit=1").await.ok();
    let next = first["next"].as_u64().unwrap();
    let second = desk.get(&format!("/api/v1/tickets?limit=1&cursor={next}")).await.ok();
    assert_ne!(first["rows"][0]["ticket"], second["rows"][0]["ticket"]);
    assert!(second["next"].is_null(), "{second:#}");
    desk.get("/api/v1/tickets?where=colour%20%3D%20red").await.problem(422);
    desk.get("/api/v1/tickets?colour=red").await.problem(400);
    let oldest = desk.get("/api/v1/tickets?sort=number&limit=1").await.ok();
    assert_eq!(oldest["rows"][0]["number"], json!(0), "{oldest:#}");
}
