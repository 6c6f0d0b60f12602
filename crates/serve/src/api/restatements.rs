//! How an answer has changed since an instant, and why.

use super::questions;
use crate::desk::Desk;
use crate::payload::Payload;
use crate::problem::{Kind, Problem};
use axum::Json;
use axum::extract::State;
use engine::Restatement;
use engine::semantic::Question;
use serde_json::Value;

/// What has changed since an instant, and why
///
/// The body is a question with `as_of`. A period in words is the one it meant then.
#[utoipa::path(
    post, path = "/restatements", tag = "questions", request_body = Question,
    responses(
        (status = 200, body = Restatement), (status = 422, body = Problem),
        (status = "default", body = Problem),
    ),
)]
pub(crate) async fn restate(
    State(desk): State<Desk>,
    payload: Payload,
) -> Result<Json<Restatement>, Problem> {
    let question = questions::read(payload.json::<Value>("the question")?)?;
    let Some(as_of) = question.as_of.clone() else {
        let detail = "a restatement needs the instant of the first report in `as_of`";
        return Err(Problem::new(Kind::Invalid, "as_of", detail)
            .hint("for example \"as_of\": \"2026-11-16T09:00:00Z\""));
    };
    Ok(Json(desk.engine().restatement(&question, &as_of).await?))
}
