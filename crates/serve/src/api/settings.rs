//! What the desk has settled on: the zone and the week of questions that name none, and targets.

use crate::desk::Desk;
use crate::payload::Payload;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use engine::Preferences;
use serde_json::Value;
use std::sync::Arc;

/// The settings
///
/// What is absent is as configured.
#[utoipa::path(
    get, path = "/settings", tag = "operations",
    responses((status = 200, body = Preferences), (status = "default", body = Problem)),
)]
pub(crate) async fn current(State(desk): State<Desk>) -> Json<Arc<Preferences>> {
    Json(desk.engine().preferences())
}

/// Put other settings in place of these
///
/// They hold from the next question on, on the command line too. Targets are in the unit of their
/// metric: seconds for durations, a fraction from 0 to 1 for shares.
#[utoipa::path(
    put, path = "/settings", tag = "operations", request_body = Preferences,
    responses(
        (status = 200, body = Preferences), (status = 422, body = Problem),
        (status = "default", body = Problem),
    ),
)]
pub(crate) async fn change(
    State(desk): State<Desk>,
    payload: Payload,
) -> Result<Json<Arc<Preferences>>, Problem> {
    let written: Value = payload.json("the settings")?;
    // A task of its own: a caller who goes away leaves neither half of a change behind.
    let settling = tokio::spawn(async move { desk.engine().settle(&written).await });
    match settling.await.map_err(|error| Problem::internal(&error))? {
        Ok(settled) => Ok(Json(settled)),
        Err(engine::Error::Issues(issues)) => Err(Problem::issues("the settings", issues)),
        Err(error) => Err(error.into()),
    }
}
