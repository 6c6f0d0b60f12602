//! The API as a client meets it: every path, on a real store in a folder of its own.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests, outside of them")]

#[path = "api/annotations.rs"]
mod annotations;
#[path = "api/door.rs"]
mod door;
#[path = "api/events.rs"]
mod events;
#[path = "api/exports.rs"]
mod exports;
#[path = "api/guard.rs"]
mod guard;
#[path = "api/hooks.rs"]
mod hooks;
#[path = "api/imports.rs"]
mod imports;
#[path = "api/jobs.rs"]
mod jobs;
#[path = "api/live.rs"]
mod live;
#[path = "api/mappings.rs"]
mod mappings;
#[path = "api/metrics.rs"]
mod metrics;
#[path = "api/openapi.rs"]
mod openapi;
#[path = "api/operations.rs"]
mod operations;
#[path = "api/policies.rs"]
mod policies;
#[path = "api/privacy.rs"]
mod privacy;
#[path = "api/quality.rs"]
mod quality;
#[path = "api/quarantine.rs"]
mod quarantine;
#[path = "api/questions.rs"]
mod questions;
#[path = "api/settings.rs"]
mod settings;
#[path = "api/tickets.rs"]
mod tickets;
#[path = "api/uploads.rs"]
mod uploads;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use axum::response::Response;
use engine::semantic::Catalog;
use engine::{Engine, Settings};
use event::{Clock, FixedClock, Instant};
use serde_json::{Value, json};
use std::sync::Arc;
use store::{Options, Store};
use tower::ServiceExt as _;

/// The present of every test: a Monday noon.
const NOW: &str = "2026-03-16T12:00:00Z";

/// A desk in a folder of its own, behind the API.
struct Desk {
    desk: serve::Desk,
    router: Router,
    _folder: tempfile::TempDir,
}

/// What came back.
struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Reply {
    #[track_caller]
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    #[track_caller]
    fn ok(&self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text);
        self.json()
    }

    /// Checks that it is a problem document of this status; returns it.
    #[track_caller]
    fn problem(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        assert_eq!(self.headers[header::CONTENT_TYPE], "application/problem+json");
        let problem = self.json();
        assert_eq!(problem["status"], json!(status));
        assert!(problem["type"].as_str().unwrap().starts_with("urn:deskmeter:problem:"));
        assert!(!problem["request_id"].as_str().unwrap().is_empty(), "{problem:#}");
        problem
    }
}

impl Desk {
    async fn new() -> Self {
        Self::with(|_| ()).await
    }

    /// A desk whose store is opened in another way.
    async fn with(change: impl FnOnce(&mut Options)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let now: Instant = NOW.parse().unwrap();
        let clock: Arc<dyn Clock> = Arc::new(FixedClock(now));
        let mut options = Options::new(Arc::clone(&clock));
        change(&mut options);
        let store = Store::open(&folder.path().join("data"), options).await.unwrap();
        let catalog = Arc::new(Catalog::shipped().unwrap());
        let engine = Engine::new(store, catalog, Settings::new(Arc::clone(&clock))).unwrap();
        let desk = serve::Desk::new(engine, clock);
        Self { router: serve::router(desk.clone()), desk, _folder: folder }
    }

    /// A desk with the two tickets of [`history`].
    async fn filled() -> Self {
        let desk = Self::new().await;
        let receipt = desk.post("/api/v1/events?wait=applied", &Value::Array(history())).await.ok();
        assert_eq!(receipt["new"], json!(8));
        desk
    }

    async fn answer(&self, request: Request<Body>) -> Response {
        self.router.clone().oneshot(request).await.unwrap()
    }

    async fn send(&self, request: Request<Body>) -> Reply {
        let response = self.answer(request).await;
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        Reply {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    async fn get(&self, path: &str) -> Reply {
        self.send(request("GET", path).body(Body::empty()).unwrap()).await
    }

    async fn delete(&self, path: &str) -> Reply {
        self.send(request("DELETE", path).body(Body::empty()).unwrap()).await
    }

    async fn put(&self, path: &str, body: &Value) -> Reply {
        let request = request("PUT", path).header(header::CONTENT_TYPE, "application/json");
        self.send(request.body(body.to_string().into()).unwrap()).await
    }

    async fn post(&self, path: &str, body: &Value) -> Reply {
        self.post_text(path, "application/json", body.to_string()).await
    }

    async fn post_text(&self, path: &str, kind: &str, body: impl Into<Body>) -> Reply {
        let request = request("POST", path).header(header::CONTENT_TYPE, kind);
        self.send(request.body(body.into()).unwrap()).await
    }
}

fn request(method: &str, path: &str) -> axum::http::request::Builder {
    Request::builder().method(method).uri(path).header(header::HOST, "localhost:8080")
}

/// One event.
fn event(id: &str, ticket: &str, time: &str, kind: &str, data: &Value) -> Value {
    json!({
        "specversion": "1.0", "type": format!("deskmeter.ticket.{kind}"), "source": "acme",
        "id": id, "subject": ticket, "time": time, "data": data,
    })
}

/// T1 by e-mail, answered after 15 minutes; T2 by chat, answered after 5; both solved.
fn history() -> Vec<Value> {
    let mut events = Vec::new();
    for (ticket, channel, replied) in [("T1", "email", "09:15"), ("T2", "chat", "09:05")] {
        let requester = json!({"id": format!("c-{ticket}"), "role": "requester"});
        let agent = json!({"id": "g1", "role": "agent"});
        let id = |n: u8| format!("{ticket}-{n}");
        let at = |time: &str| format!("2026-03-09T{time}:00Z");
        let created = json!({"actor": requester, "channel": channel});
        let asked = json!({"actor": requester, "visibility": "public"});
        let answered = json!({"actor": agent, "visibility": "public"});
        let solved = json!({"actor": agent, "status": "solved"});
        events.push(event(&id(1), ticket, &at("09:00"), "created", &created));
        events.push(event(&id(2), ticket, &at("09:00"), "message", &asked));
        events.push(event(&id(3), ticket, &at(replied), "message", &answered));
        events.push(event(&id(4), ticket, &at("11:30"), "status", &solved));
    }
    events
}
