//! The API and the command line are two doors to the same answers.

use super::{Desk, Server, event};
use serde_json::{Value, json};

#[test]
fn api_and_command_line_give_the_same_answer_across_a_restart() {
    let desk = Desk::filled();
    let ask = [
        "ask",
        "first_response_time",
        "volume",
        "--by",
        "channel",
        "--every",
        "week",
        "--range",
        "2026-03",
        "--zone",
        "Europe/Berlin",
        "--clock",
        "calendar",
        "--stat",
        "median,p90",
    ];
    let question = json!({
        "metrics": ["first_response_time", "volume"], "by": ["channel"], "every": "week",
        "range": "2026-03", "zone": "Europe/Berlin", "clock": "calendar",
        "statistic": ["median", "p90"],
    });
    let from_cli = desk.json(&ask);
    let server = Server::start(&desk);
    let (status, body) = server.post("/api/v1/questions", &question.to_string());
    assert_eq!(status, 200, "{body}");
    let from_api: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(from_api, from_cli);
    assert_eq!(server.stop(), Some(0), "a termination signal is an orderly end");
    assert_eq!(desk.json(&ask), from_cli);
}

#[test]
fn what_is_accepted_survives_and_shows_at_once() {
    let desk = Desk::filled();
    let server = Server::start(&desk);
    let new = event("n1", "T11", "2026-03-20T09:00:00Z", "created", &json!({"channel": "phone"}));
    let (status, body) = server.post("/api/v1/events?wait=applied", &new);
    assert_eq!(status, 200, "{body}");
    let (_, body) = server.get("/api/v1/questions?metrics=volume");
    let answer: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(answer["rows"][0]["cells"]["volume"]["value"], json!(11), "{answer:#}");
    drop(server);
    let answer = desk.json(&["ask", "volume"]);
    assert_eq!(answer["rows"][0]["cells"]["volume"]["value"], json!(11), "{answer:#}");
}

#[test]
fn a_desk_in_use_is_not_opened_twice() {
    let desk = Desk::filled();
    let server = Server::start(&desk);
    let ran = desk.run(&["ask", "volume"]);
    assert_eq!(ran.code, 6, "{}", ran.stderr);
    assert!(ran.stderr.contains("hint: "), "{}", ran.stderr);
    drop(server);
}

#[test]
fn only_this_machine_is_answered() {
    let desk = Desk::filled();
    let server = Server::start(&desk);
    let (status, body) = server.call("GET", "/api/v1/health", "evil.example", "");
    assert_eq!(status, 421, "{body}");
}
