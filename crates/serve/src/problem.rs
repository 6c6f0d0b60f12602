//! The one table from what went wrong to HTTP, and the body that says so (RFC 9457).

use axum::Json;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use engine::semantic::Issue;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The header that carries a request's id, both ways.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What went wrong, as far as HTTP is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It cannot be read at all.
    Malformed,
    /// It can be read and is wrong; the issues say how.
    Invalid,
    /// The thing named does not exist.
    NotFound,
    /// The path exists, but not for this method.
    Method,
    /// It does not prove where it comes from.
    Unproven,
    /// It may not be done.
    Forbidden,
    /// Something else is in the way just now.
    Conflict,
    /// It is meant for another host.
    Misdirected,
    /// It has more bytes or items than the limit quoted.
    TooLarge,
    /// It says to be something that cannot be read here.
    Unsupported,
    /// It needs more time or memory than the limit quoted.
    Limited,
    /// It took too long.
    TimedOut,
    /// It was sent too slowly.
    TooSlow,
    /// Too much came at once.
    Busy,
    /// Not now, perhaps later.
    Unavailable,
    /// The disk has no room for it.
    Full,
    /// A defect of ours.
    Internal,
}

impl Kind {
    /// Status and title of each kind.
    const fn row(self) -> (StatusCode, &'static str) {
        match self {
            Self::Malformed => (StatusCode::BAD_REQUEST, "cannot be read"),
            Self::Invalid => (StatusCode::UNPROCESSABLE_ENTITY, "has issues"),
            Self::NotFound => (StatusCode::NOT_FOUND, "not found"),
            Self::Method => (StatusCode::METHOD_NOT_ALLOWED, "method not allowed"),
            Self::Unproven => (StatusCode::UNAUTHORIZED, "not proven"),
            Self::Forbidden => (StatusCode::FORBIDDEN, "forbidden"),
            Self::Conflict => (StatusCode::CONFLICT, "conflict"),
            Self::Misdirected => (StatusCode::MISDIRECTED_REQUEST, "meant for another host"),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too large"),
            Self::Unsupported => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported media type"),
            Self::Limited => (StatusCode::UNPROCESSABLE_ENTITY, "limit reached"),
            Self::TimedOut => (StatusCode::GATEWAY_TIMEOUT, "took too long"),
            Self::TooSlow => (StatusCode::REQUEST_TIMEOUT, "sent too slowly"),
            Self::Busy => (StatusCode::TOO_MANY_REQUESTS, "too much at once"),
            Self::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
            Self::Full => (StatusCode::INSUFFICIENT_STORAGE, "disk full"),
            Self::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "internal error"),
        }
    }

    /// The kind of an error status that the framework made.
    fn of(status: StatusCode) -> Self {
        match status {
            StatusCode::UNAUTHORIZED => Self::Unproven,
            StatusCode::NOT_FOUND => Self::NotFound,
            StatusCode::METHOD_NOT_ALLOWED => Self::Method,
            StatusCode::PAYLOAD_TOO_LARGE => Self::TooLarge,
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::Unsupported,
            StatusCode::REQUEST_TIMEOUT | StatusCode::GATEWAY_TIMEOUT => Self::TimedOut,
            StatusCode::UNPROCESSABLE_ENTITY => Self::Invalid,
            StatusCode::TOO_MANY_REQUESTS => Self::Busy,
            status if status.is_client_error() => Self::Malformed,
            _ => Self::Internal,
        }
    }
}

/// Why a request was not answered.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Problem {
    /// Which problem, as a URI that is stable across releases: `urn:deskmeter:problem:<code>`.
    #[serde(rename = "type")]
    type_: String,
    /// The problem in general.
    title: String,
    /// The HTTP status.
    status: u16,
    /// This problem in particular.
    detail: String,
    /// The path that was called.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    instance: String,
    /// The id to find the request by in the log.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    request_id: String,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
    /// Seconds after which it can be tried again, as in the header `Retry-After`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retry_after: Option<u64>,
    /// What of it was kept nevertheless.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kept: Option<Kept>,
    /// Everything that is wrong with what was sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    issues: Vec<Issue>,
}

/// How far a request got that was not done to its end. What is counted here is on disk.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub(crate) struct Kept {
    /// Events from the start of the body that were dealt with, in quarantine or not.
    pub(crate) events: u64,
    /// Those that were accepted.
    pub(crate) accepted: u64,
    /// Those that are in quarantine.
    pub(crate) quarantined: u64,
}

impl Problem {
    /// A problem in words. `code` ends its type.
    pub(crate) fn new(kind: Kind, code: &str, detail: impl Into<String>) -> Self {
        let (status, title) = kind.row();
        Self {
            type_: format!("urn:deskmeter:problem:{code}"),
            title: title.to_owned(),
            status: status.as_u16(),
            detail: detail.into(),
            instance: String::new(),
            request_id: String::new(),
            hint: None,
            retry_after: None,
            kept: None,
            issues: Vec::new(),
        }
    }

    /// A list of mistakes in `what`.
    pub(crate) fn issues(what: &str, issues: Vec<Issue>) -> Self {
        let detail = match issues.as_slice() {
            [only] => format!("{what}: {}: {}", only.place, only.message),
            many => format!("{what} has {} issues", many.len()),
        };
        Self { issues, ..Self::new(Kind::Invalid, "issues", detail) }
    }

    /// A defect: the chain goes to the log, the caller gets the request's id.
    pub(crate) fn internal(error: &dyn std::error::Error) -> Self {
        tracing::error!(error = chain(error), "request failed");
        Self::new(Kind::Internal, "internal", "something broke inside; the log has the details")
    }

    /// Damage on the disk: whoever reads this must know which file, and what to do.
    pub(crate) fn damaged(error: &dyn std::error::Error) -> Self {
        let chain = chain(error);
        tracing::error!(error = chain, "stored data is damaged");
        Self::new(Kind::Internal, "damaged", chain)
            .hint("`deskmeter doctor` says what is affected and what can be repaired")
    }

    /// No room on the disk: nothing of ours is wrong, and somebody must make some.
    fn full(error: &dyn std::error::Error) -> Self {
        tracing::error!(error = chain(error), "the disk is full");
        Self::new(Kind::Full, "full", "the disk is full: this was not done")
            .hint("make room and send it again; `deskmeter doctor` says how much there is")
    }

    /// What was needed is not there, and may have done its part before it went.
    fn unavailable(error: &dyn std::error::Error) -> Self {
        tracing::error!(error = chain(error), "what a request needs is not there");
        Self::new(Kind::Unavailable, "unavailable", error.to_string())
            .hint("send it again: nothing that was sent twice counts twice")
            .retry_after(crate::limits::BUSY_RETRY)
    }

    /// The same problem with a way out.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same problem, gone after this time, rounded up to seconds.
    pub(crate) fn retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait.as_millis().div_ceil(1_000).try_into().unwrap_or(1).max(1));
        self
    }

    /// The same problem, of which this much was kept.
    pub(crate) fn kept(mut self, kept: Kept) -> Self {
        self.kept = Some(kept);
        self
    }

    /// One issue about the body's syntax.
    pub(crate) fn malformed(what: &str, error: &serde_json::Error) -> Self {
        Self::new(Kind::Malformed, "json", format!("{what} is not the JSON expected: {error}"))
    }
}

/// What went wrong with everything that led to it.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

impl From<engine::Error> for Problem {
    fn from(error: engine::Error) -> Self {
        match error {
            engine::Error::Issues(issues) => Self::issues("the question", issues),
            engine::Error::Store { source, .. } => Self::from(*source),
            error => match error.kind() {
                engine::Kind::Invalid => Self::new(Kind::Invalid, "invalid", error.to_string()),
                engine::Kind::NotFound => Self::new(Kind::NotFound, "name", error.to_string()),
                engine::Kind::Limited => Self::new(Kind::Limited, "limit", error.to_string()),
                engine::Kind::Damaged => Self::damaged(&error),
                engine::Kind::Internal => Self::internal(&error),
            },
        }
    }
}

impl From<store::Error> for Problem {
    fn from(error: store::Error) -> Self {
        if let store::Error::Busy { retry_after_ms, .. } = error {
            let wait = Duration::from_millis(retry_after_ms);
            return Self::new(Kind::Busy, "busy", error.to_string()).retry_after(wait);
        }
        match error.kind() {
            store::Kind::Invalid => Self::new(Kind::Invalid, "invalid", error.to_string()),
            store::Kind::NotFound => Self::new(Kind::NotFound, "name", error.to_string()),
            store::Kind::Conflict => Self::new(Kind::Conflict, "conflict", error.to_string()),
            store::Kind::Limited => Self::new(Kind::TooLarge, "limit", error.to_string()),
            store::Kind::Busy => Self::new(Kind::Busy, "busy", error.to_string())
                .retry_after(crate::limits::BUSY_RETRY),
            store::Kind::Unavailable => Self::unavailable(&error),
            store::Kind::Damaged => Self::damaged(&error),
            store::Kind::Full => Self::full(&error),
            store::Kind::Internal => Self::internal(&error),
        }
    }
}

impl IntoResponse for Problem {
    /// Status only; [`render`] writes the body, since it knows the request.
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_REQUEST);
        let mut response = status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Turns every error, ours or the framework's, into a problem document.
pub(crate) async fn render(request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let id = id_of(request.headers());
    let response = next.run(request).await;
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let mut problem = response.extensions().get::<Problem>().cloned().unwrap_or_else(|| {
        let kind = Kind::of(status);
        let mut problem = Problem::new(kind, "http", kind.row().1);
        problem.status = status.as_u16();
        problem
    });
    problem.instance = path;
    problem.request_id = id.unwrap_or_default();
    let allow = response.headers().get(header::ALLOW).cloned();
    let retry_after = problem.retry_after;
    let mut rendered = (status, Json(problem)).into_response();
    let headers = rendered.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    if let Some(allow) = allow {
        headers.insert(header::ALLOW, allow);
    }
    if let Some(seconds) = retry_after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    rendered
}

pub(crate) fn id_of(headers: &HeaderMap) -> Option<String> {
    headers.get(REQUEST_ID)?.to_str().ok().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_store_refuses_a_question_keeps_its_status() {
        let source = Box::new(store::Error::Stopped);
        let problem = Problem::from(engine::Error::Store { action: "read the settings", source });
        assert_eq!(problem.status, 503);
        assert!(problem.retry_after.is_some(), "{problem:?}");
    }
}
