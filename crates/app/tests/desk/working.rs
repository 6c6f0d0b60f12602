//! What runs on its own, in a server, without one, and by hand.

use super::{Desk, Server};
use serde_json::{Value, json};

fn jobs(server: &Server) -> Value {
    let (status, body) = server.get("/api/v1/jobs");
    assert_eq!(status, 200, "{body}");
    serde_json::from_str(&body).unwrap()
}

fn job<'a>(jobs: &'a Value, kind: &str) -> &'a Value {
    jobs["jobs"].as_array().unwrap().iter().find(|job| job["kind"] == json!(kind)).unwrap()
}

#[test]
fn a_job_is_run_by_hand_and_its_run_is_noted() {
    let desk = Desk::filled();
    let ran = desk.run(&["jobs", "run", "seal"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("seal: nothing to do"), "{}", ran.stderr);
    let listed = desk.json(&["jobs", "list", "--format", "json"]);
    assert_eq!(listed["worker"], json!(null), "it has given its lease back");
    assert_eq!(job(&listed, "seal")["last"]["state"], json!("done"));
    let runs = desk.json(&["jobs", "runs", "seal", "--format", "json"]);
    assert_eq!(runs["runs"].as_array().unwrap().len(), 1);
    desk.succeed(&["jobs", "pause", "compact"]);
    let listed = desk.json(&["jobs", "list", "--format", "json"]);
    assert_eq!(job(&listed, "compact")["paused"], json!(true));
    desk.succeed(&["jobs", "resume", "compact"]);
    let table = desk.succeed(&["jobs", "list", "--format", "table"]);
    assert!(table.contains("compact") && !table.contains("paused"), "{table}");
}

#[test]
fn a_server_works_and_one_that_is_told_not_to_does_not() {
    let desk = Desk::filled();
    let server = Server::start(&desk);
    let found = loop {
        let found = jobs(&server);
        if job(&found, "compact").get("last").is_some() {
            break found;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    };
    assert!(found["worker"]["name"].is_string(), "{found:#}");
    let ran = desk.run(&["jobs", "run", "seal"]);
    assert_eq!(ran.code, 6, "{}", ran.stderr);
    assert!(ran.stderr.contains("/api/v1/jobs"), "{}", ran.stderr);
    assert_eq!(server.stop(), Some(0));
    let server = Server::start_with(&desk, &[("DESKMETER_SERVE_WORK", "false")]);
    assert_eq!(jobs(&server).get("worker"), None);
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn configuration_says_whether_a_server_works() {
    let desk = Desk::filled();
    desk.write("deskmeter.toml", "[serve]\nwork = false\n");
    let server = Server::start(&desk);
    assert_eq!(jobs(&server).get("worker"), None);
    drop(server);
    desk.write("deskmeter.toml", "[serve]\nwork = 1\n");
    let ran = desk.run(&["check"]);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    assert!(ran.stderr.contains("true | false"), "{}", ran.stderr);
}
