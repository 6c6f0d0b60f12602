//! The policies in force.

use crate::desk::Desk;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use serde::Serialize;

/// Calendars, SLA policies, sessions, effort and roles in force.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct InForce {
    /// Stable hash of the policies.
    digest: String,
    /// The policies, as `deskmeter rebuild --policies` takes them.
    #[schema(value_type = Object)]
    policies: serde_json::Value,
}

/// The policies in force
#[utoipa::path(
    get, path = "/policies", tag = "operations",
    responses((status = 200, body = InForce), (status = "default", body = Problem)),
)]
pub(crate) async fn current(State(desk): State<Desk>) -> Result<Json<InForce>, Problem> {
    let snapshot = desk.store().snapshot();
    let policies =
        serde_json::to_value(&*snapshot.policies).map_err(|error| Problem::internal(&error))?;
    Ok(Json(InForce { digest: snapshot.policies.digest(), policies }))
}
