//! `/hooks`: deliveries of webhooks, on disk before they are answered, mapped behind it.

use crate::body::Incoming;
use crate::desk::Desk;
use crate::door::Admitted;
use crate::hooks::{Refused, Watched};
use crate::problem::{Kind, Problem};
use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use bytes::{Bytes, BytesMut};
use connect::hooks::HookRequest;
use event::Instant;
use serde::Serialize;
use store::{HookState, NewDelivery};

/// The webhooks there are.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct HookList {
    /// By source.
    hooks: Vec<HookLine>,
}

/// How one webhook stands.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct HookLine {
    /// The source it brings events for, which ends its address.
    source: String,
    /// Whether there is a file for it; without one, what waits is not mapped.
    configured: bool,
    /// How its deliveries prove where they come from: `signature`, `token`, `signature and token`
    /// or `none`.
    #[serde(skip_serializing_if = "Option::is_none")]
    proof: Option<&'static str>,
    /// Deliveries that came, those sent again left out.
    received: u64,
    /// Deliveries that came again while the first still waited.
    repeated: u64,
    /// Deliveries that wait to be mapped.
    waiting: u64,
    /// Events that deliveries made, known ones included.
    events: u64,
    /// What of deliveries could not be understood; it is in quarantine.
    quarantined: u64,
    /// When the last one came.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    last_received_at: Option<Instant>,
    /// When the last one was mapped.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    last_mapped_at: Option<Instant>,
    /// Seconds that the oldest one has been waiting to be mapped; 0 where none waits.
    lag_seconds: f64,
    /// Requests since the server began that did not prove where they come from.
    refused: u64,
    /// The last of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_refusal: Option<LastRefusal>,
}

/// The last request that did not prove where it comes from.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct LastRefusal {
    /// When it came.
    #[schema(value_type = String)]
    at: Instant,
    /// What was wrong with it, as a stable code.
    code: &'static str,
    /// What was wrong with it, in words.
    message: String,
}

/// A delivery that is on disk.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Delivered {
    /// Its own id, or the digest of its content.
    delivery: String,
    /// Whether the same one waits already.
    repeated: bool,
}

/// Webhooks
///
/// Every webhook that is set up or was, with what came through it and what waits to be mapped.
#[utoipa::path(
    get, path = "/hooks", tag = "events",
    responses((status = 200, body = HookList), (status = "default", body = Problem)),
)]
pub(crate) async fn list(State(desk): State<Desk>) -> Result<Json<HookList>, Problem> {
    let mut states = desk.store().hooks().await?;
    let now = desk.now();
    let mut hooks: Vec<HookLine> = desk
        .hooks()
        .all()
        .map(|(source, watched)| {
            line(source, Some(watched), &states.remove(source).unwrap_or_default(), now)
        })
        .collect();
    hooks.extend(states.iter().map(|(source, state)| line(source, None, state, now)));
    hooks.sort_by(|left, right| left.source.cmp(&right.source));
    Ok(Json(HookList { hooks }))
}

fn line(source: &str, watched: Option<&Watched>, state: &HookState, now: Instant) -> HookLine {
    let Refused { requests, last } = watched.map(Watched::refused).unwrap_or_default();
    let lag_us = state.oldest_waiting_at.map_or(0, |at| now.micros() - at.micros());
    HookLine {
        source: source.to_owned(),
        configured: watched.is_some(),
        proof: watched.map(|watched| watched.hook.proof()),
        received: state.received,
        repeated: state.repeated,
        waiting: state.waiting(),
        events: state.events,
        quarantined: state.quarantined,
        last_received_at: state.last_received_at,
        last_mapped_at: state.last_mapped_at,
        lag_seconds: std::time::Duration::from_micros(lag_us.max(0).unsigned_abs()).as_secs_f64(),
        refused: requests,
        last_refusal: last.map(|(at, refusal)| LastRefusal {
            at,
            code: refusal.code(),
            message: refusal.to_string(),
        }),
    }
}

/// Deliver a webhook
///
/// Whatever the hook's file says a body looks like, signed as it says. Status 202 means that the
/// delivery is on disk; it is mapped to events a moment later. Sending it again is safe. A
/// handshake that the file describes is answered with 200 and what was asked for.
#[utoipa::path(
    post, path = "/hooks/{source}", tag = "events",
    params(("source" = String, Path, description = "The source, as in the hook's file")),
    request_body(content((serde_json::Value = "application/json"))),
    responses(
        (status = 202, body = Delivered),
        (status = 200, description = "A handshake's answer", body = String, content_type = "text/plain"),
        (status = 401, description = "It does not prove where it comes from", body = Problem),
        (status = 429, description = "Too much waits; `Retry-After` says when to come back", body = Problem),
        (status = 503, description = "The state database is not there; `Retry-After` says when to come back", body = Problem),
        (status = 507, description = "The disk is full", body = Problem),
        (status = "default", body = Problem),
    ),
)]
pub(crate) async fn deliver(
    State(desk): State<Desk>,
    Path(source): Path<String>,
    _admitted: Admitted,
    request: Request,
) -> Result<Response, Problem> {
    let watched = find(&desk, &source)?;
    let (parts, body) = request.into_parts();
    let body = read(&desk, &parts, body).await?;
    let came = Came::new(&parts, body, desk.now());
    let asked = came.request();
    if let Err(refusal) = watched.hook.verify(&asked) {
        watched.refuse(asked.at, &refusal);
        tracing::warn!(source, reason = refusal.code(), "a webhook was refused");
        return Err(Problem::new(Kind::Unproven, refusal.code(), refusal.to_string())
            .hint("`deskmeter hooks test` shows how a delivery of this source is signed"));
    }
    if let Some(answer) = watched.hook.greet(&asked) {
        return Ok(greeting(answer));
    }
    let kept = watched.hook.delivery(&asked);
    let new = NewDelivery {
        source,
        key: kept.key.clone(),
        received_at: asked.at,
        headers: kept.headers,
        body: came.body.to_vec(),
    };
    let is_new = desk.store().delivery_add(new).await?;
    let delivered = Delivered { delivery: kept.key, repeated: !is_new };
    Ok((StatusCode::ACCEPTED, Json(delivered)).into_response())
}

/// A webhook's handshake
///
/// Answers vendors that ask an address to show that it is ours before they send anything there, as
/// the hook's file says.
#[utoipa::path(
    get, path = "/hooks/{source}", tag = "events",
    params(("source" = String, Path, description = "The source, as in the hook's file")),
    responses(
        (status = 200, description = "What was asked for", body = String, content_type = "text/plain"),
        (status = "default", body = Problem),
    ),
)]
pub(crate) async fn greet(
    State(desk): State<Desk>,
    Path(source): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let watched = find(&desk, &source)?;
    let (parts, _) = request.into_parts();
    let came = Came::new(&parts, Bytes::new(), desk.now());
    let answer = watched.hook.greet(&came.request()).ok_or_else(|| {
        let detail = "this is no handshake that the hook's file describes";
        Problem::new(Kind::Forbidden, "challenge", detail).hint("deliveries come by POST")
    })?;
    Ok(greeting(answer))
}

fn find<'d>(desk: &'d Desk, source: &str) -> Result<&'d Watched, Problem> {
    desk.hooks().get(source).ok_or_else(|| {
        Problem::new(Kind::NotFound, "hook", "no webhook is set up for this source")
            .hint("`hooks` in the configuration names the folder of their files")
    })
}

async fn read(desk: &Desk, parts: &Parts, body: axum::body::Body) -> Result<Bytes, Problem> {
    let gate = desk.gate();
    let mut body = Incoming::new(gate, &parts.headers, body)?;
    match body.whole(BytesMut::new(), gate.door().body_bytes).await {
        Ok(bytes) => Ok(bytes),
        Err(problem) => {
            body.drain().await;
            Err(problem)
        }
    }
}

/// A value of the sender's own choice goes back as plain text, never as something to run.
fn greeting(answer: String) -> Response {
    let kind = if answer.starts_with('{') { "application/json" } else { "text/plain" };
    ([(header::CONTENT_TYPE, kind)], answer).into_response()
}

/// A request with its parts as text.
struct Came {
    method: String,
    headers: Vec<(String, String)>,
    query: Vec<(String, String)>,
    body: Bytes,
    at: Instant,
}

impl Came {
    fn new(parts: &Parts, body: Bytes, at: Instant) -> Self {
        let text = |value: &axum::http::HeaderValue| {
            String::from_utf8_lossy(value.as_bytes()).into_owned()
        };
        let headers = parts.headers.iter().map(|(name, value)| (name.to_string(), text(value)));
        let query = form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
        Self {
            method: parts.method.to_string(),
            headers: headers.collect(),
            query: query.into_owned().collect(),
            body,
            at,
        }
    }

    fn request(&self) -> HookRequest<'_> {
        let Self { method, headers, query, body, at } = self;
        HookRequest { method, headers, query, body, at: *at }
    }
}
