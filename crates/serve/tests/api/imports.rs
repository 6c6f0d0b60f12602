//! Files through the API.

use super::{Desk, event, history};
use serde_json::{Value, json};

const MAPPING: &str = "\
source: sheet
shape: tickets
ticket: id
zone: UTC
rules:
  - event: created
    at: opened
    channel: channel
";

pub(crate) fn form(parts: &[(&str, Option<&str>, &str)]) -> String {
    let mut text = String::new();
    for (name, file, content) in parts {
        let file = file.map_or(String::new(), |file| format!("; filename=\"{file}\""));
        text.push_str(&format!(
            "--cut\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n{content}\r\n"
        ));
    }
    text + "--cut--\r\n"
}

pub(crate) const FORM: &str = "multipart/form-data; boundary=cut";

#[tokio::test]
async fn canonical_events_come_as_a_bare_body() {
    let desk = Desk::new().await;
    let lines: Vec<String> = history().iter().map(Value::to_string).collect();
    let imported =
        desk.post_text("/api/v1/imports", "application/x-ndjson", lines.join("\n")).await.ok();
    assert_eq!((&imported["new"], &imported["report"]["events"]), (&json!(8), &json!(8)));
    let log = desk.get("/api/v1/imports").await.ok();
    assert_eq!(log["imports"][0]["state"], json!("done"), "{log:#}");
    assert_eq!(log["imports"][0]["events"], json!(8));
}

#[tokio::test]
async fn a_table_comes_with_its_mapping() {
    let desk = Desk::new().await;
    let csv = "id,opened,channel\n1,2026-03-09 09:00:00,email\n2,someday,chat\n";
    let body = form(&[("mapping", None, MAPPING), ("file", Some("tickets.csv"), csv)]);
    let dry = desk.post_text("/api/v1/imports?dry_run=true", FORM, body.clone()).await.ok();
    assert_eq!((&dry["dry_run"], &dry["report"]["quarantined"]), (&json!(true), &json!(1)));
    assert_eq!(desk.get("/api/v1/ready").await.ok()["tickets"], json!(0));
    for (new, quarantined) in [(1, 1), (0, 0)] {
        let imported = desk.post_text("/api/v1/imports", FORM, body.clone()).await.ok();
        assert_eq!(imported["new"], json!(new), "{imported:#}");
        assert_eq!(imported["quarantined_new"], json!(quarantined), "{imported:#}");
    }
    let page = desk.get("/api/v1/quarantine").await.ok();
    assert_eq!(page["rows"].as_array().unwrap().len(), 1, "{page:#}");
    assert_eq!(page["rows"][0]["place"], json!("tickets.csv:3"));
}

#[tokio::test]
async fn a_wrong_mapping_is_a_problem_with_all_its_issues() {
    let desk = Desk::new().await;
    let mapping = MAPPING.replace("channel: channel", "channel: chanel\n    colour: red");
    let csv = "id,opened,channel\n1,2026-03-09 09:00:00,email\n";
    let body = form(&[("mapping", None, &mapping), ("file", Some("tickets.csv"), csv)]);
    let problem = desk.post_text("/api/v1/imports", FORM, body).await.problem(422);
    assert!(!problem["issues"].as_array().unwrap().is_empty(), "{problem:#}");
    assert_eq!(desk.get("/api/v1/ready").await.ok()["tickets"], json!(0));
}

#[tokio::test]
async fn a_table_without_a_mapping_is_a_problem() {
    let desk = Desk::new().await;
    let body = form(&[("file", Some("tickets.csv"), "id,opened\n1,2\n")]);
    let problem = desk.post_text("/api/v1/imports", FORM, body).await.problem(422);
    assert!(problem["detail"].as_str().unwrap().contains("mapping"), "{problem:#}");
}

#[tokio::test]
async fn a_file_cut_off_keeps_what_was_whole() {
    let desk = Desk::new().await;
    let whole = event("e1", "T1", "2026-03-09T09:00:00Z", "created", &json!({})).to_string();
    let cut = &whole[..whole.len() / 2];
    let body = format!("{whole}\n{cut}");
    let imported = desk.post_text("/api/v1/imports", "application/x-ndjson", body).await.ok();
    assert_eq!((&imported["new"], &imported["quarantined_new"]), (&json!(1), &json!(1)));
}
