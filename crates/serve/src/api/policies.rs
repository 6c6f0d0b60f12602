//! The policies in force.

use crate::desk::Desk;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use std::sync::Arc;
use store::Policies;

/// Calendars, SLA policies, sessions, effort and roles in force.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct InForce {
    /// Stable hash of the policies.
    digest: String,
    /// The policies, as `deskmeter rebuild --policies` takes them.
    #[schema(value_type = Policies)]
    policies: Arc<Policies>,
}

/// The policies in force
#[utoipa::path(
    get, path = "/policies", tag = "operations",
    responses((status = 200, body = InForce), (status = "default", body = Problem)),
)]
pub(crate) async fn current(State(desk): State<Desk>) -> Result<Json<InForce>, Problem> {
    let snapshot = desk.store().snapshot();
    let policies = Arc::clone(&snapshot.policies);
    Ok(Json(InForce { digest: policies.digest(), policies }))
}
