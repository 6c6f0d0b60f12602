//! The HTTP API: every question, explanation, import and event, as JSON under `/api/v1`; and the
//! user interface, as files.
//!
//! Arrows: `engine`, `connect`, `store` (and `event`).
//! Must not know: how plans run, what YAML looks like, what a number means.
//! Start reading at [`router`], then the module of a noun under `api`; [`intake`] is what the
//! command line shares with it.
//!
//! Nothing but this machine may call: see [`listen`].

#![expect(clippy::result_large_err, reason = "a problem ends its request: its size costs nothing")]

pub mod annotations;
mod api;
mod body;
mod caching;
mod connections;
mod desk;
mod door;
mod form;
mod hooks;
pub mod intake;
pub mod limits;
mod lines;
pub mod listen;
mod live;
mod meter;
mod openapi;
mod page;
mod patience;
mod payload;
mod problem;
mod rebuilding;
mod running;
mod sorting;
mod stall;
pub mod ui;
mod uploads;

pub use api::metrics::{Metric, Metrics, all as metrics};
pub use connections::run;
pub use desk::Desk;
pub use door::Door;
pub use meter::{EventOutcome, Meter, Row as MeterRow};
pub use openapi::document;
pub use problem::Problem;

use axum::Router;
use axum::routing::get;
use problem::{Kind, REQUEST_ID};
use std::time::Duration;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate as _};
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer};
use tower_http::trace::TraceLayer;

/// Every path, ready to be served.
pub fn router(desk: Desk) -> Router {
    let (api, document) = openapi::parts();
    let patience = axum::middleware::from_fn_with_state(desk.clone(), patience::watch);
    let document = openapi::text(&document);
    api.route(
        "/api/v1/openapi.json",
        get(move || std::future::ready(openapi::response(document.clone()))),
    )
    .route("/", get(ui::serve))
    .route("/metrics", get(meter::scrape))
    .route("/healthz", get(api::health::health))
    .route("/readyz", get(api::health::ready))
    .fallback(ui::serve)
    .method_not_allowed_fallback(wrong_method)
    .with_state(desk.clone())
    // The first layer is the innermost: guard, then problems, then ids around everything.
    .layer(patience)
    .layer(axum::middleware::from_fn(listen::guard))
    .layer(CompressionLayer::new().compress_when(
        // Packed by itself.
        DefaultPredicate::new().and(NotForContentType::new("application/vnd.apache.parquet")),
    ))
    .layer(axum::middleware::from_fn(problem::render))
    .layer(axum::middleware::from_fn(page::harden))
    .layer(axum::middleware::from_fn_with_state(desk, meter::observe))
    .layer(TraceLayer::new_for_http().make_span_with(tracing_of).on_response(answered))
    .layer(PropagateRequestIdLayer::new(REQUEST_ID))
    .layer(SetRequestIdLayer::new(REQUEST_ID, MakeRequestUuid))
}

/// The span of a request; whatever is logged within carries its id.
fn tracing_of(request: &axum::extract::Request) -> tracing::Span {
    let route = request.extensions().get::<axum::extract::MatchedPath>();
    tracing::info_span!(
        "request",
        method = %request.method(),
        route = route.map_or("interface", axum::extract::MatchedPath::as_str),
        request_id = problem::id_of(request.headers()),
        status = tracing::field::Empty,
    )
}

/// One line for each answer.
fn answered(response: &axum::response::Response, took: Duration, span: &tracing::Span) {
    span.record("status", response.status().as_u16());
    tracing::info!(status = response.status().as_u16(), took_us = took.as_micros(), "answered");
}

async fn wrong_method() -> Problem {
    Problem::new(Kind::Method, "method", "this path takes other methods; see the Allow header")
}
