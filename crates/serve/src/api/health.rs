//! Whether the process lives, and whether it can answer.

use crate::desk::Desk;
use crate::problem::{Kind, Problem};
use axum::Json;
use axum::extract::State;
use serde::Serialize;

/// The process lives.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Health {
    /// Always `ok`.
    status: &'static str,
    /// Version of the program.
    version: &'static str,
}

/// What the store holds just now.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Ready {
    /// Always `ready`.
    status: &'static str,
    /// Grows with every change.
    generation: u64,
    /// Tickets stored.
    tickets: u64,
    /// Tickets whose newest rows are not sealed into a segment yet.
    overlay_tickets: u64,
    /// Sealed segments.
    segments: u64,
}

/// Whether the process lives
#[utoipa::path(get, path = "/health", tag = "operations", responses((status = 200, body = Health)))]
pub(crate) async fn health() -> Json<Health> {
    Json(Health { status: "ok", version: env!("CARGO_PKG_VERSION") })
}

/// Whether questions can be answered
#[utoipa::path(
    get, path = "/ready", tag = "operations",
    responses((status = 200, body = Ready), (status = 503, body = Problem)),
)]
pub(crate) async fn ready(State(desk): State<Desk>) -> Result<Json<Ready>, Problem> {
    desk.store().reach().await.map_err(|error| {
        Problem::new(Kind::Unavailable, "not_ready", crate::problem::chain(&error))
            .hint("it is asked again as long as the process runs; the log has more")
    })?;
    let snapshot = desk.store().snapshot();
    Ok(Json(Ready {
        status: "ready",
        generation: snapshot.generation,
        tickets: snapshot.tickets_count(),
        overlay_tickets: snapshot.overlay.tickets(),
        segments: u64::try_from(snapshot.segments.len()).unwrap_or(u64::MAX),
    }))
}
