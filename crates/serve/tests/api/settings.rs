//! Settings: checked, kept, and in force from the next question on.

use super::{Desk, NOW};
use engine::semantic::Catalog;
use engine::{Engine, Settings};
use event::{Clock, FixedClock, Instant};
use serde_json::{Value, json};
use std::sync::Arc;

const PATH: &str = "/api/v1/settings";

#[tokio::test]
async fn a_new_desk_has_settled_on_nothing() {
    let desk = Desk::new().await;
    assert_eq!(desk.get(PATH).await.ok(), json!({"targets": {}}));
}

#[tokio::test]
async fn settings_hold_from_the_next_question_on() {
    let desk = Desk::filled().await;
    let question = json!({"metrics": ["volume"], "every": "week", "range": "last 2 weeks"});
    let before = desk.post("/api/v1/questions", &question).await.ok();
    assert_eq!(before["period"]["zone"], json!("UTC"));
    let settings = json!({
        "zone": "America/New_York",
        "week_start": "sunday",
        "targets": {"first_response_time": {"value": 3600.0}},
    });
    assert_eq!(desk.put(PATH, &settings).await.ok(), settings);
    assert_eq!(desk.get(PATH).await.ok(), settings);
    let after = desk.post("/api/v1/questions", &question).await.ok();
    assert_eq!(after["period"]["zone"], json!("America/New_York"));
    assert_eq!(after["question"]["week_start"], json!("sunday"));
    assert_ne!(before["rows"][0]["time"], after["rows"][0]["time"]);
    let own = json!({"metrics": ["volume"], "zone": "Asia/Tokyo"});
    let own = desk.post("/api/v1/questions", &own).await.ok();
    assert_eq!(own["period"]["zone"], json!("Asia/Tokyo"));
}

#[tokio::test]
async fn an_address_is_answered_anew_when_the_zone_changes() {
    let desk = Desk::filled().await;
    let path = "/api/v1/questions?metrics=volume&every=day&range=2026-03-09";
    let before = desk.get(path).await;
    desk.put(PATH, &json!({"zone": "Asia/Tokyo"})).await.ok();
    assert_ne!(before.headers["etag"], desk.get(path).await.headers["etag"]);
}

#[tokio::test]
async fn they_outlive_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let clock: Arc<dyn Clock> = Arc::new(FixedClock(NOW.parse::<Instant>().unwrap()));
    let open = || async {
        let options = store::Options::new(Arc::clone(&clock));
        let store = store::Store::open(folder.path(), options).await.unwrap();
        let catalog = Arc::new(Catalog::shipped().unwrap());
        let engine = Engine::new(store, catalog, Settings::new(Arc::clone(&clock))).unwrap();
        engine.recall_preferences().await.unwrap();
        engine
    };
    let engine = open().await;
    engine.settle(&json!({"zone": "Asia/Tokyo"})).await.unwrap();
    engine.store().clone().close().await;
    drop(engine);
    assert_eq!(open().await.zone().name, "Asia/Tokyo");
}

#[tokio::test]
async fn what_is_wrong_changes_nothing_and_is_said_at_once() {
    let desk = Desk::new().await;
    desk.put(PATH, &json!({"zone": "Europe/Berlin"})).await.ok();
    let wrong = json!({"zone": "Europe/Berlim", "targets": {"csatt": {"value": 1}}, "color": 1});
    let problem = desk.put(PATH, &wrong).await.problem(422);
    let hints: Vec<&Value> =
        problem["issues"].as_array().unwrap().iter().map(|issue| &issue["hint"]).collect();
    assert_eq!(hints.len(), 3, "{problem:#}");
    assert!(hints.contains(&&json!("did you mean `Europe/Berlin`?")), "{problem:#}");
    assert!(hints.contains(&&json!("did you mean `csat`?")), "{problem:#}");
    assert_eq!(desk.get(PATH).await.ok()["zone"], json!("Europe/Berlin"));
}
