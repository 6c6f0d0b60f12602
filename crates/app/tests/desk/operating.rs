//! Backups and the doctor, beside a running server and without one; traces, logs and the end.

use super::{Desk, Server, event, exists};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message as _;
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Command;
use std::sync::mpsc::{Receiver, channel};

const VOLUME: [&str; 5] = ["ask", "volume", "--by", "channel", "--format=csv"];

#[test]
fn a_running_server_makes_the_backup_and_goes_on() {
    let desk = Desk::filled();
    let server = Server::start(&desk);
    let ran = desk.run(&["backup", "desk.tar.zst"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("10 tickets saved"), "{}", ran.stderr);
    // What comes afterwards is not in it.
    let new = event("n1", "T11", "2026-03-20T09:00:00Z", "created", &json!({"channel": "phone"}));
    assert_eq!(server.post("/api/v1/events", &new).0, 200);
    assert!(desk.succeed(&["backup", "--list"]).contains("desk.tar.zst"));
    assert_eq!(std::fs::read_dir(desk.path("data/backups")).unwrap().count(), 0);
    assert_eq!(server.stop(), Some(0));
    desk.succeed(&["backup", "--verify", "desk.tar.zst"]);
    desk.succeed(&["restore", "desk.tar.zst", "--data", "restored"]);
    let mut ask = VOLUME.to_vec();
    let now = desk.succeed(&ask);
    ask.extend(["--data", "restored"]);
    let then = desk.succeed(&ask);
    assert!(now.contains("phone") && !then.contains("phone"), "{now}\n{then}");
    let place = desk.path("desk.tar.zst").canonicalize().unwrap();
    let listed = desk.json(&["backup", "--list"]);
    assert_eq!(listed["backups"][0]["place"], json!(place), "{listed:#}");
    desk.succeed(&["backup", "--forget", place.to_str().unwrap()]);
    assert_eq!(desk.json(&["backup", "--list"])["backups"], json!([]));
    assert_eq!(desk.run(&["backup", "--forget", "nowhere"]).code, 5);
}

#[test]
fn a_damaged_archive_is_no_backup() {
    let desk = Desk::filled();
    desk.succeed(&["backup", "desk.tar.zst"]);
    let mut bytes = std::fs::read(desk.path("desk.tar.zst")).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    desk.write("desk.tar.zst", bytes);
    for args in [["backup", "--verify", "desk.tar.zst"], ["restore", "desk.tar.zst", "--data=new"]]
    {
        let ran = desk.run(&args);
        assert!([3, 8].contains(&ran.code), "{}: {}", ran.code, ran.stderr);
    }
    assert!(!exists(&desk.path("new/state.db")));
}

/// The file of a table of the only segment.
fn file(desk: &Desk, table: &str) -> PathBuf {
    let folder = std::fs::read_dir(desk.path("data/tables/segments")).unwrap();
    folder.map(|entry| entry.unwrap().path()).next().unwrap().join(format!("{table}.parquet"))
}

fn flip(file: &PathBuf) {
    let mut bytes = std::fs::read(file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    // Not through a link that a backup may share.
    std::fs::remove_file(file).unwrap();
    std::fs::write(file, bytes).unwrap();
}

/// Findings that need attention, by their codes.
fn codes(diagnosis: &str) -> Vec<String> {
    let diagnosis: Value = serde_json::from_str(diagnosis).unwrap();
    let findings = diagnosis["findings"].as_array().unwrap();
    let bad = findings.iter().filter(|found| found["severity"] != json!("info"));
    bad.map(|found| found["code"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_doctor_names_damage_and_repairs_what_can_be() {
    let desk = Desk::filled();
    // What the import left in the inbox is sealed by a server that has nothing else to do.
    let server = Server::start_with(&desk, &[("DESKMETER_STORE_SEAL_TICKETS", "1")]);
    while !server.get("/readyz").1.contains("\"overlay_tickets\":0") {
        std::thread::yield_now();
    }
    server.stop();
    desk.succeed(&["doctor"]);
    let answer = desk.succeed(&VOLUME);
    desk.succeed(&["backup", "desk.tar.zst"]);
    flip(&file(&desk, "turns"));
    let ran = desk.run(&["doctor"]);
    assert_eq!((ran.code, codes(&ran.stdout)), (8, vec!["table_damaged".to_owned()]));
    desk.succeed(&["doctor", "--repair"]);
    desk.succeed(&["doctor"]);
    desk.succeed(&["backup", "again.tar.zst"]);
    let damaged = file(&desk, "tickets");
    flip(&damaged);
    std::fs::remove_file(damaged.with_file_name("tickets.lookup")).unwrap();
    for words in [&VOLUME[..], &["export", "tickets"]] {
        let ran = desk.run(words);
        assert_eq!(ran.code, 8, "{}", ran.stderr);
        assert!(ran.stderr.contains("tickets.parquet"), "{}", ran.stderr);
        assert_eq!(ran.stdout, "");
    }
    let ran = desk.run(&["doctor", "--repair", "--format", "table"]);
    assert_eq!(ran.code, 8, "{}", ran.stdout);
    assert!(ran.stdout.contains("tickets_damaged") && ran.stdout.contains("number 0 to 9"));
    desk.succeed(&["doctor", "--repair", "--from", "again.tar.zst"]);
    assert_eq!(desk.succeed(&VOLUME), answer);
}

#[test]
fn the_doctor_looks_beside_a_server_and_repairs_only_without() {
    let desk = Desk::filled();
    let server = Server::start(&desk);
    let found: Value = desk.json(&["doctor"]);
    assert_eq!(found["well"], json!(true), "{found:#}");
    let ran = desk.run(&["doctor", "--repair"]);
    assert_eq!(ran.code, 6, "{}", ran.stderr);
    assert!(ran.stderr.contains("stop the server"), "{}", ran.stderr);
    drop(server);
}

#[test]
fn an_orderly_end_takes_its_note_away_and_a_kill_harms_nobody() {
    let desk = Desk::filled();
    let note = desk.path("data/server.json");
    let server = Server::start(&desk);
    assert!(exists(&note));
    assert_eq!(server.stop(), Some(0));
    assert!(!exists(&note));
    drop(Server::start(&desk));
    assert!(exists(&note), "a kill leaves it");
    desk.succeed(&VOLUME);
    desk.succeed(&["backup", "desk.tar.zst"]);
}

#[test]
fn log_lines_carry_the_id_of_their_request() {
    let desk = Desk::filled();
    let variables = [("DESKMETER_LOG_FILTER", "info"), ("DESKMETER_LOG_FORMAT", "json")];
    let server = Server::start_with(&desk, &variables);
    server.get("/api/v1/questions?metrics=volume");
    let log = std::sync::Arc::clone(&server.log);
    let child = server.child.id();
    assert_eq!(server.stop(), Some(0), "{child}");
    let lines = log.lock().unwrap().clone();
    let lines: Vec<Value> =
        lines.iter().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let answered = lines.iter().find(|line| line["fields"]["message"] == json!("answered"));
    let answered = answered.unwrap_or_else(|| panic!("{lines:#?}"));
    assert_eq!(answered["fields"]["status"], json!(200));
    assert_eq!(answered["span"]["route"], json!("/api/v1/questions"));
    assert_eq!(answered["span"]["request_id"].as_str().map(str::len), Some(36), "{answered:#}");
}

/// A collector: takes traces over HTTP and hands them on.
fn collector() -> (String, Receiver<ExportTraceServiceRequest>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (into, out) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = BufReader::new(stream.unwrap());
            let mut length = 0;
            let mut first = String::new();
            stream.read_line(&mut first).unwrap();
            assert!(first.starts_with("POST /v1/traces"), "{first}");
            for line in stream.by_ref().lines().map_while(Result::ok) {
                if let Some((name, value)) = line.split_once(':')
                    && name.eq_ignore_ascii_case("content-length")
                {
                    length = value.trim().parse().unwrap();
                }
                if line.is_empty() {
                    break;
                }
            }
            let mut body = vec![0; length];
            stream.read_exact(&mut body).unwrap();
            if into.send(ExportTraceServiceRequest::decode(body.as_slice()).unwrap()).is_err() {
                return;
            }
            let answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
            stream.get_mut().write_all(answer.as_bytes()).unwrap();
        }
    });
    (address, out)
}

#[test]
fn traces_reach_a_collector_whole() {
    let desk = Desk::filled();
    let (address, traces) = collector();
    let server = Server::start_with(&desk, &[("OTEL_EXPORTER_OTLP_ENDPOINT", &address)]);
    server.get("/api/v1/questions?metrics=volume");
    let new = event("n1", "T11", "2026-03-20T09:00:00Z", "created", &json!({"channel": "phone"}));
    assert_eq!(server.post("/api/v1/events", &new).0, 200);
    assert_eq!(server.stop(), Some(0));
    let sent: Vec<_> = traces.try_iter().flat_map(|request| request.resource_spans).collect();
    let resource = format!("{:?}", sent.first().unwrap().resource);
    assert!(resource.contains("service.name") && resource.contains("deskmeter"), "{resource}");
    let spans: Vec<_> = sent
        .iter()
        .flat_map(|resource| &resource.scope_spans)
        .flat_map(|scope| &scope.spans)
        .collect();
    let names: Vec<&str> = spans.iter().map(|span| span.name.as_str()).collect();
    for name in ["request", "question", "accept", "apply"] {
        assert!(names.contains(&name), "{name} is missing in {names:?}");
    }
    // A question belongs to its request.
    let question = spans.iter().find(|span| span.name == "question").unwrap();
    let request = spans.iter().find(|span| span.span_id == question.parent_span_id).unwrap();
    assert_eq!(request.name, "request");
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let desk = Desk::filled();
    let mut server = Server::start(&desk);
    // A request that never ends keeps an orderly end waiting.
    let mut open = std::net::TcpStream::connect(&server.address).unwrap();
    write!(open, "POST /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99\r\n\r\n")
        .unwrap();
    assert_eq!(server.get("/healthz").0, 200);
    let pid = server.child.id().to_string();
    let code = loop {
        assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
        if let Some(status) = server.child.try_wait().unwrap() {
            break status.code();
        }
        std::thread::yield_now();
    };
    assert_eq!(code, Some(130));
    desk.succeed(&VOLUME);
}
