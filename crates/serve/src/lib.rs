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
mod caching;
mod desk;
mod form;
pub mod intake;
pub mod limits;
pub mod listen;
mod live;
mod openapi;
mod page;
mod payload;
mod problem;
mod rebuilding;
mod running;
pub mod ui;
mod uploads;

pub use api::metrics::{Metric, Metrics, all as metrics};
pub use desk::Desk;
pub use openapi::document;
pub use problem::Problem;

use axum::Router;
use axum::routing::get;
use limits::SHUTDOWN_TIMEOUT;
use problem::{Kind, REQUEST_ID};
use std::future::Future;
use tokio::net::TcpListener;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate as _};
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer};
use tower_http::trace::TraceLayer;

/// Every path, ready to be served.
pub fn router(desk: Desk) -> Router {
    let (api, document) = openapi::parts();
    let document = openapi::text(&document);
    api.route(
        "/api/v1/openapi.json",
        get(move || std::future::ready(openapi::response(document.clone()))),
    )
    .route("/", get(ui::serve))
    .fallback(ui::serve)
    .method_not_allowed_fallback(wrong_method)
    .with_state(desk)
    // The first layer is the innermost: guard, then problems, then ids around everything.
    .layer(axum::middleware::from_fn(listen::guard))
    .layer(CompressionLayer::new().compress_when(
        // Packed by itself.
        DefaultPredicate::new().and(NotForContentType::new("application/vnd.apache.parquet")),
    ))
    .layer(axum::middleware::from_fn(problem::render))
    .layer(axum::middleware::from_fn(page::harden))
    .layer(TraceLayer::new_for_http())
    .layer(PropagateRequestIdLayer::new(REQUEST_ID))
    .layer(SetRequestIdLayer::new(REQUEST_ID, MakeRequestUuid))
}

async fn wrong_method() -> Problem {
    Problem::new(Kind::Method, "method", "this path takes other methods; see the Allow header")
}

/// Serves until `stop` is ready, then lets requests under way finish.
///
/// # Errors
/// The listener breaks.
pub async fn run(
    desk: Desk,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let (told, mut heard) = tokio::sync::watch::channel(false);
    let live = desk.live().clone();
    let graceful = async move {
        stop.await;
        live.close();
        let _ = told.send(true);
    };
    let serving =
        axum::serve(listener, router(desk)).with_graceful_shutdown(graceful).into_future();
    let patience = async move {
        let _ = heard.wait_for(|stopped| *stopped).await;
        tokio::time::sleep(SHUTDOWN_TIMEOUT).await;
    };
    tokio::select! {
        served = serving => served,
        () = patience => {
            tracing::warn!("requests still under way were cut off after {SHUTDOWN_TIMEOUT:?}");
            Ok(())
        }
    }
}
