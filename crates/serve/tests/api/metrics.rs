//! Metrics and dimensions.

use super::Desk;
use serde_json::json;

#[tokio::test]
async fn every_metric_is_listed_and_explained() {
    let desk = Desk::new().await;
    let list = desk.get("/api/v1/metrics").await.ok();
    let metrics = list["metrics"].as_array().unwrap();
    assert!(metrics.len() >= 20, "{} metrics", metrics.len());
    for metric in metrics {
        let name = metric["name"].as_str().unwrap();
        let explained = desk.get(&format!("/api/v1/metrics/{name}")).await.ok();
        assert!(!explained["variants"].as_array().unwrap().is_empty(), "{name}");
        assert!(explained["definition"]["formula"].is_string(), "{name}");
    }
}

#[tokio::test]
async fn a_misspelt_metric_gets_a_suggestion() {
    let desk = Desk::new().await;
    let problem = desk.get("/api/v1/metrics/volum").await.problem(404);
    assert_eq!(problem["hint"], json!("did you mean `volume`?"), "{problem:#}");
}

#[tokio::test]
async fn dimensions_have_the_values_that_occur() {
    let desk = Desk::filled().await;
    let list = desk.get("/api/v1/dimensions").await.ok();
    assert!(list.to_string().contains("\"channel\""), "{list:#}");
    let values = desk.get("/api/v1/dimensions/channel/values").await.ok();
    let mut found: Vec<&str> = values["values"]
        .as_array()
        .unwrap()
        .iter()
        .map(|value| value["value"].as_str().unwrap())
        .collect();
    found.sort_unstable();
    assert_eq!(found, ["chat", "email"], "{values:#}");
}

#[tokio::test]
async fn a_misspelt_dimension_is_a_problem() {
    let desk = Desk::filled().await;
    let reply = desk.get("/api/v1/dimensions/chanel/values").await;
    assert!(reply.status.is_client_error(), "{}", reply.text);
    assert!(reply.text.contains("channel"), "{}", reply.text);
}
