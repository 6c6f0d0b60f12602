//! What whoever runs the server reads and asks for: signs of life, numbers, the doctor, backups.

use super::{Desk, request};
use axum::body::Body;
use axum::http::header;
use serde_json::json;
use std::path::Path;

/// The value of one line of the metrics.
fn value(text: &str, line: &str) -> Option<f64> {
    let found = text.lines().find_map(|found| found.strip_prefix(line)?.strip_prefix(' '));
    found.map(|value| value.parse().unwrap())
}

#[tokio::test]
async fn a_process_that_lives_says_so_and_one_that_cannot_work_is_not_ready() {
    let desk = Desk::filled().await;
    for path in ["/healthz", "/api/v1/health"] {
        assert_eq!(desk.get(path).await.ok()["status"], json!("ok"));
    }
    for path in ["/readyz", "/api/v1/ready"] {
        assert_eq!(desk.get(path).await.ok()["tickets"], json!(2));
    }
    desk.desk.store().clone().close().await;
    desk.get("/healthz").await.ok();
    desk.get("/readyz").await.problem(503);
}

#[tokio::test]
async fn prometheus_reads_what_happened() {
    let desk = Desk::filled().await;
    desk.get("/api/v1/questions?metrics=volume").await.ok();
    desk.get("/api/v1/tickets/acme/T1").await;
    desk.get("/api/v1/questions?metrics=nothing").await.problem(422);
    desk.post_text("/api/v1/events", "application/json", "[{}]").await;
    let reply = desk.get("/metrics").await;
    let kind = reply.headers[header::CONTENT_TYPE].to_str().unwrap();
    assert!(kind.starts_with("application/openmetrics-text"), "{kind}");
    let text = &reply.text;
    let question = "method=\"GET\",route=\"/api/v1/questions\",status=\"200\"";
    assert_eq!(value(text, &format!("deskmeter_http_requests_total{{{question}}}")), Some(1.0));
    assert!(!text.contains("acme/T1"), "a path with names in it is no route");
    let answered = "deskmeter_question_seconds_count{outcome=\"answered\"}";
    assert_eq!(value(text, answered), Some(1.0));
    assert_eq!(value(text, "deskmeter_tickets"), Some(2.0));
    assert_eq!(value(text, "deskmeter_overlay_tickets"), Some(2.0));
    assert!(value(text, "deskmeter_overlay_bytes").is_some_and(|bytes| bytes > 0.0), "{text}");
    assert_eq!(value(text, "deskmeter_segments"), Some(0.0));
    assert_eq!(value(text, "deskmeter_events_total{outcome=\"new\"}"), Some(8.0));
    assert_eq!(value(text, "deskmeter_events_total{outcome=\"quarantined\"}"), Some(1.0));
    assert_eq!(value(text, "deskmeter_job_state{kind=\"seal\",state=\"idle\"}"), Some(1.0));
    let reasons = text.lines().filter(|line| line.starts_with("deskmeter_quarantined{"));
    assert_eq!(reasons.count(), 1, "{text}");
    assert!(value(text, "process_open_fds").is_some_and(|open| open > 0.0), "{text}");
    assert!(text.ends_with("# EOF\n"));
    // Every name that is promised is there, and no other.
    for row in desk.desk.meter().rows() {
        let family = row.name.strip_suffix("_total").unwrap_or(&row.name);
        let seen = text.contains(&format!("# TYPE {family} {}\n", row.kind));
        assert!(seen, "{} is not there", row.name);
    }
    let named = text.lines().filter(|line| line.starts_with("# TYPE ")).count();
    assert_eq!(named, desk.desk.meter().rows().len());
}

#[tokio::test]
async fn a_browser_gets_the_page_of_that_name() {
    let desk = Desk::new().await;
    let asked = request("GET", "/metrics").header(header::ACCEPT, "text/html,*/*");
    let reply = desk.send(asked.body(Body::empty()).unwrap()).await;
    assert!(!reply.text.contains("deskmeter_tickets"), "{}", reply.text);
}

#[tokio::test]
async fn the_doctor_looks_at_a_running_desk() {
    let desk = Desk::filled().await;
    desk.desk.store().seal_all().await.unwrap();
    let well = desk.get("/api/v1/doctor?thorough=true").await.ok();
    assert_eq!((&well["well"], &well["segments"]), (&json!(true), &json!(1)), "{well:#}");
    let file = desk.desk.store().snapshot().segments[0].dir().join("spans.parquet");
    std::fs::remove_file(&file).unwrap();
    let ill = desk.get("/api/v1/doctor").await.ok();
    assert_eq!(ill["well"], json!(false));
    let finding = &ill["findings"][0];
    assert_eq!(finding["code"], json!("table_damaged"), "{finding:#}");
    assert_eq!(finding["place"], json!(file.display().to_string()));
}

#[tokio::test]
async fn backups_are_made_while_it_runs_and_known_afterwards() {
    let desk = Desk::filled().await;
    let made = desk.post("/api/v1/backups", &json!({"name": "one.tar.zst"})).await.ok();
    let file = Path::new(made["file"].as_str().unwrap());
    assert!(file.ends_with("backups/one.tar.zst") && file.is_file(), "{made:#}");
    assert_eq!(made["tickets"], json!(2));
    let known = desk.get("/api/v1/backups").await.ok();
    assert_eq!(known["backups"][0]["place"], made["file"]);
    desk.post("/api/v1/backups", &json!({"name": "one.tar.zst"})).await.problem(409);
    for bad in ["../two.tar.zst", "/tmp/two.tar.zst", "two", ".two.tar.zst", "a b.tar.zst", ""] {
        desk.post("/api/v1/backups", &json!({"name": bad})).await.problem(422);
    }
    let moved = json!({"name": "two.tar.zst", "place": "/mnt/tape/two.tar.zst"});
    let moved = desk.post("/api/v1/backups", &moved).await.ok();
    assert_eq!(moved["place"], json!("/mnt/tape/two.tar.zst"));
    let gone = json!({"place": "/mnt/tape/two.tar.zst"});
    let left = desk.post("/api/v1/backups/forget", &gone).await.ok();
    assert_eq!(left["backups"].as_array().unwrap().len(), 1);
    desk.post("/api/v1/backups/forget", &gone).await.problem(404);
    // What was made can be restored, and holds what the desk holds.
    let dir = tempfile::tempdir().unwrap();
    let (copy, data) = (dir.path().join("copy"), dir.path().join("data"));
    store::unpack(file, &copy).await.unwrap();
    let report = store::restore(&copy, &data, &store::StateUrl::file()).await.unwrap();
    assert_eq!(report.tickets, 2);
}
