//! News, as they come.

use super::{Desk, event, request};
use axum::body::{Body, BodyDataStream};
use axum::http::header;
use futures::StreamExt as _;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// One event as it was sent: name, id and data.
#[derive(Debug, PartialEq)]
struct Heard {
    name: String,
    id: String,
    data: String,
}

struct Ear {
    body: BodyDataStream,
    text: String,
}

impl Ear {
    async fn open(desk: &Desk, last: Option<&str>) -> Self {
        let mut asked = request("GET", "/api/v1/live").header(header::ACCEPT_ENCODING, "gzip");
        if let Some(last) = last {
            asked = asked.header("last-event-id", last);
        }
        let response = desk.answer(asked.body(Body::empty()).unwrap()).await;
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/event-stream");
        assert!(!response.headers().contains_key(header::CONTENT_ENCODING));
        Self { body: response.into_body().into_data_stream(), text: String::new() }
    }

    async fn next(&mut self) -> Heard {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let field = |name: &str| {
                    let line = event.lines().find_map(|line| line.strip_prefix(name));
                    line.unwrap_or_default().trim_start_matches([':', ' ']).to_owned()
                };
                let heard = Heard { name: field("event"), id: field("id"), data: field("data") };
                self.text = rest.to_owned();
                return heard;
            }
            let chunk = self.body.next().await.unwrap().unwrap();
            self.text.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }
}

#[tokio::test]
async fn whoever_listens_hears_of_what_is_stored() {
    let desk = Desk::new().await;
    let mut ear = Ear::open(&desk, None).await;
    let hello = ear.next().await;
    assert_eq!(hello.name, "hello");
    for (id, ticket) in [("e1", "T1"), ("e2", "T2"), ("e3", "T3")] {
        let new = event(id, ticket, "2026-03-09T09:00:00Z", "created", &json!({}));
        desk.post("/api/v1/events?wait=applied", &new).await.ok();
    }
    let generation = desk.get("/api/v1/ready").await.ok()["generation"].clone();
    loop {
        let change = ear.next().await;
        assert_eq!(change.name, "change");
        let told: serde_json::Value = serde_json::from_str(&change.data).unwrap();
        if told["generation"] == generation {
            let boot = hello.id.rsplit_once('-').unwrap().0;
            assert_eq!(change.id, format!("{boot}-{generation}"));
            break;
        }
    }
}

#[tokio::test]
async fn whoever_missed_something_is_told_at_once() {
    let desk = Desk::filled().await;
    let hello = Ear::open(&desk, None).await.next().await;
    let new = event("n1", "T9", "2026-03-10T09:00:00Z", "created", &json!({}));
    desk.post("/api/v1/events?wait=applied", &new).await.ok();
    for last in [hello.id.as_str(), "another-1"] {
        let mut ear = Ear::open(&desk, Some(last)).await;
        assert_eq!(
            (ear.next().await.name, ear.next().await.name),
            ("hello".into(), "change".into())
        );
    }
    let newest = Ear::open(&desk, None).await.next().await.id;
    let mut ear = Ear::open(&desk, Some(&newest)).await;
    assert_eq!(ear.next().await.name, "hello");
    let new = event("n2", "T9", "2026-03-10T09:00:00Z", "message", &json!({}));
    desk.post("/api/v1/events?wait=applied", &new).await.ok();
    assert_ne!(ear.next().await.id, newest, "nothing was told that had been seen");
}

#[tokio::test]
async fn an_import_tells_how_far_it_got() {
    let desk = Desk::new().await;
    let mut ear = Ear::open(&desk, None).await;
    let lines: Vec<String> = super::history().iter().map(ToString::to_string).collect();
    desk.post_text("/api/v1/imports", "application/x-ndjson", lines.join("\n")).await.ok();
    let mut states = Vec::new();
    while states.last().is_none_or(|state| state != "done") {
        let heard = ear.next().await;
        if heard.name == "import" {
            let import: serde_json::Value = serde_json::from_str(&heard.data).unwrap();
            let stage = import["progress"]["stage"].as_str().or(import["state"].as_str());
            states.push(stage.unwrap().to_owned());
        }
    }
    assert_eq!(states, ["waiting", "reading", "done"]);
}

#[tokio::test]
async fn listeners_do_not_keep_the_server_from_stopping() {
    let desk = Desk::new().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = tokio::spawn(serve::run(desk.desk.clone(), listener, async {
        let _ = stopped.await;
    }));
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"GET /api/v1/live HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    let mut text = String::new();
    while !text.contains("event: hello") {
        let mut bytes = [0; 1024];
        let read = stream.read(&mut bytes).await.unwrap();
        text.push_str(std::str::from_utf8(&bytes[..read]).unwrap());
    }
    stop.send(()).unwrap();
    stream.read_to_string(&mut text).await.unwrap();
    assert!(text.ends_with("0\r\n\r\n"), "the stream was ended and not cut off: {text}");
    serving.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_rebuild_tells_how_far_it_is() {
    let desk = Desk::filled().await;
    let mut ear = Ear::open(&desk, None).await;
    desk.put("/api/v1/policies", &json!({"effort": {"gap_minutes": 20}})).await;
    loop {
        let heard = ear.next().await;
        if heard.name != "rebuild" {
            continue;
        }
        let rebuild: serde_json::Value = serde_json::from_str(&heard.data).unwrap();
        if rebuild["state"] != json!("running") {
            assert_eq!((&rebuild["state"], &rebuild["done"]), (&json!("done"), &json!(2)));
            return;
        }
    }
}
