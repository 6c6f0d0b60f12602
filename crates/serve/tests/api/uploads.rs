//! A file that is sent once, looked at, tried and imported.

use super::imports::{FORM, form};
use super::{Desk, Reply, history};
use serde_json::{Value, json};

const CSV: &str = "id,opened,resolved,via\n1,2026-03-09 09:00,2026-03-09 11:00,Mail\n\
    2,2026-03-09 09:30,,Phone\n3,2026-03-09 10:00,2026-03-09 10:30,Mail\n";

/// Sends a file; what is in it.
async fn sent(desk: &Desk, name: &str, content: &str) -> Value {
    let body = form(&[("file", Some(name), content)]);
    let reply = desk.post_text("/api/v1/uploads", FORM, body).await;
    assert_eq!(reply.status.as_u16(), 201, "{}", reply.text);
    reply.json()
}

async fn import(desk: &Desk, upload: &Value, how: &Value) -> Reply {
    let path = format!("/api/v1/uploads/{}/import", upload["id"].as_str().unwrap());
    desk.post(&path, how).await
}

/// Listens until the import has ended.
async fn ended(desk: &Desk, import: &Value) -> Value {
    loop {
        let import = desk.get(&format!("/api/v1/imports/{import}")).await.ok();
        if import["state"] != json!("running") {
            return import;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_file_is_looked_at() {
    let desk = Desk::new().await;
    let upload = sent(&desk, "tickets.csv", CSV).await;
    assert_eq!(upload["file"], json!("tickets.csv"));
    assert_eq!((&upload["format"], &upload["canonical"]), (&json!("delimited"), &json!(false)));
    assert_eq!(upload["columns"][1]["guess"], json!("created"), "{upload:#}");
    assert_eq!(upload["columns"][3]["samples"], json!(["Mail", "Phone"]));
    assert_eq!(upload["rows"][1], json!(["2", "2026-03-09 09:30", "", "Phone"]));
    assert!(upload["mapping"].as_str().unwrap().contains("ticket: \"id\""));
    let path = format!("/api/v1/uploads/{}", upload["id"].as_str().unwrap());
    assert_eq!(desk.get(&path).await.ok(), upload);
    let values = desk.get(&format!("{path}/values?column=via")).await.ok();
    let expected = json!({"values": [{"value": "Mail", "rows": 2}, {"value": "Phone", "rows": 1}], "complete": true});
    assert_eq!(values, expected);
    desk.get(&format!("{path}/values?column=vie")).await.problem(404);
    assert_eq!(desk.delete(&path).await.status.as_u16(), 204);
    desk.get(&path).await.problem(404);
}

#[tokio::test]
async fn a_file_is_tried_and_then_imported() {
    let desk = Desk::new().await;
    let upload = sent(&desk, "tickets.csv", CSV).await;
    let how = json!({"mapping": upload["mapping"], "source": "acme", "dry_run": true});
    let dry = import(&desk, &upload, &how).await.ok();
    assert_eq!((&dry["dry_run"], &dry["report"]["rows"]), (&json!(true), &json!(3)), "{dry:#}");
    assert_eq!(desk.get("/api/v1/ready").await.ok()["tickets"], json!(0));
    let how = json!({"mapping": upload["mapping"], "source": "acme"});
    let begun = import(&desk, &upload, &how).await;
    assert_eq!(begun.status.as_u16(), 202, "{}", begun.text);
    let import = ended(&desk, &begun.json()["import"]).await;
    assert_eq!(import["state"], json!("done"), "{import:#}");
    assert_eq!((&import["rows"], &import["quarantined"]), (&json!(3), &json!(0)), "{import:#}");
    assert!(import.get("progress").is_none());
    let ticket = desk.get("/api/v1/tickets/acme/1/explanation").await;
    assert_eq!(ticket.status.as_u16(), 200, "{}", ticket.text);
}

#[tokio::test]
async fn canonical_events_need_no_mapping() {
    let desk = Desk::new().await;
    let lines: Vec<String> = history().iter().map(Value::to_string).collect();
    let upload = sent(&desk, "events.jsonl", &lines.join("\n")).await;
    assert_eq!((&upload["canonical"], upload.get("mapping")), (&json!(true), None));
    let begun = import(&desk, &upload, &json!({})).await;
    let import = ended(&desk, &begun.json()["import"]).await;
    assert_eq!(import["events"], json!(8), "{import:#}");
}

#[tokio::test]
async fn what_is_wrong_is_said_before_an_import_begins() {
    let desk = Desk::new().await;
    let upload = sent(&desk, "tickets.csv", CSV).await;
    let missing = import(&desk, &upload, &json!({})).await.problem(422);
    assert!(missing["detail"].as_str().unwrap().contains("mapping"), "{missing:#}");
    let mapping = upload["mapping"].as_str().unwrap().replace("\"opened\"", "\"openned\"");
    let wrong = import(&desk, &upload, &json!({"mapping": mapping})).await.problem(422);
    assert!(!wrong["issues"].as_array().unwrap().is_empty(), "{wrong:#}");
    assert_eq!(desk.get("/api/v1/imports").await.ok()["imports"], json!([]));
    desk.get("/api/v1/imports/1").await.problem(404);
}

#[tokio::test]
async fn imports_at_the_same_time_take_turns() {
    let desk = Desk::new().await;
    let mut begun = Vec::new();
    for ticket in 0..4 {
        let csv = format!("id,opened\n{ticket},2026-03-09 09:00\n");
        let upload = sent(&desk, "tickets.csv", &csv).await;
        let how = json!({"mapping": upload["mapping"]});
        begun.push(import(&desk, &upload, &how).await.json()["import"].clone());
    }
    for import in begun {
        assert_eq!(ended(&desk, &import).await["state"], json!("done"));
    }
    assert_eq!(desk.get("/api/v1/ready").await.ok()["tickets"], json!(4));
}
