//! A question as SQL over the fact tables.

use super::questions;
use crate::desk::Desk;
use crate::payload::Payload;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use engine::semantic::Question;
use engine::semantic::statement::Statement;
use serde::Serialize;
use serde_json::Value;

/// The plans of a question.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Statements {
    /// One for each part of each metric.
    statements: Vec<Statement>,
}

/// A question as SQL
///
/// What is run to answer it, over the fact tables that `deskmeter export` writes. Periods compared
/// with are left out. Beside the functions of SQL there are `quantiles`, `local_bucket`,
/// `local_hour`, `local_weekday`, `field` and `business_elapsed`.
#[utoipa::path(
    post, path = "/questions/sql", tag = "questions", request_body = Question,
    responses(
        (status = 200, body = Statements), (status = 422, body = Problem),
        (status = "default", body = Problem),
    ),
)]
pub(crate) async fn write(
    State(desk): State<Desk>,
    payload: Payload,
) -> Result<Json<Statements>, Problem> {
    let question = questions::read(payload.json::<Value>("the question")?)?;
    Ok(Json(Statements { statements: desk.engine().statements(&question).await? }))
}
