//! How good the data is: its sources, and every check with its count.

use crate::desk::Desk;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use engine::{Check, Source};
use serde::Serialize;

/// Where tickets come from.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Sources {
    /// By name.
    sources: Vec<Source>,
}

/// How good the data is.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Quality {
    /// Every check; one that finds nothing has the count 0.
    checks: Vec<Check>,
}

/// What each source brought, and how far it has been read
#[utoipa::path(
    get, path = "/sources", tag = "operations",
    responses((status = 200, body = Sources), (status = "default", body = Problem)),
)]
pub(crate) async fn sources(State(desk): State<Desk>) -> Result<Json<Sources>, Problem> {
    Ok(Json(Sources { sources: desk.engine().sources().await? }))
}

/// Every check of the data, with how many tickets or rows it finds
#[utoipa::path(
    get, path = "/quality", tag = "operations",
    responses((status = 200, body = Quality), (status = "default", body = Problem)),
)]
pub(crate) async fn checks(State(desk): State<Desk>) -> Result<Json<Quality>, Problem> {
    Ok(Json(Quality { checks: desk.engine().quality().await? }))
}
