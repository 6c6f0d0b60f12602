//! Webhooks against the built program, which is killed while they come.

use super::{Desk, Server};
use serde_json::Value;

/// Deliveries, each of a ticket of its own.
const DELIVERIES: usize = 60;

fn hooked() -> Desk {
    let desk = Desk::filled();
    std::fs::create_dir(desk.path("hooks")).unwrap();
    desk.write("deskmeter.toml", "hooks = \"hooks\"\n");
    desk.write("hooks/map.txt", "ticket: id\nat: at\nrules:\n  - event: created\n");
    desk.write("hooks/acme.yaml", "source: hooked\nmapping: map.txt\nsignature: none\n");
    desk
}

fn line(server: &Server) -> Value {
    let (status, body) = server.get("/api/v1/hooks");
    assert_eq!(status, 200, "{body}");
    let list: Value = serde_json::from_str(&body).unwrap();
    list["hooks"][0].clone()
}

#[test]
fn deliveries_survive_a_kill_at_any_moment_and_count_once() {
    let desk = hooked();
    let mut server = Server::start(&desk);
    for n in 0..DELIVERIES {
        let body = format!("{{\"id\": \"H{n}\", \"at\": \"2026-03-09T09:00:00Z\"}}");
        let (status, answer) = server.post("/api/v1/hooks/hooked", &body);
        assert_eq!(status, 202, "{answer}");
        // Wherever it is just now: keeping, mapping, applying or removing.
        if n % 12 == 11 {
            drop(server);
            server = Server::start(&desk);
            // A sender that was not sure sends again.
            let (status, answer) = server.post("/api/v1/hooks/hooked", &body);
            assert_eq!(status, 202, "{answer}");
        }
    }
    while line(&server)["waiting"] != 0 {}
    // What is mapped is accepted; it shows when the server has ended in order.
    assert_eq!(server.stop(), Some(0));
    let volume = desk.json(&["ask", "volume:all_tickets", "--where", "source=hooked"]);
    let cell = &volume["rows"][0]["cells"]["volume:all_tickets"];
    assert_eq!(cell["value"], DELIVERIES, "{volume:#}");
}

#[test]
fn a_hook_that_cannot_be_used_stops_the_start_and_is_found_by_check() {
    let desk = hooked();
    desk.write("hooks/acme.yaml", "source: hooked\nmapping: map.txt\ntoken: {header: X-Token}\n");
    for args in [&["check"][..], &["serve", "--listen", "127.0.0.1:0"]] {
        let ran = desk.run(args);
        assert_eq!(ran.code, 3, "{args:?}: {}", ran.stderr);
        assert!(ran.stderr.contains("acme.yaml: line 1"), "{}", ran.stderr);
        assert!(ran.stderr.contains("no_secret"), "{}", ran.stderr);
    }
}
