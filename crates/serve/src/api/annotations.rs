//! What happened outside the tickets: releases, campaigns, incidents, holidays.

use crate::annotations::{Annotation, Written, read};
use crate::desk::Desk;
use crate::payload::{Params, Payload};
use crate::problem::{Kind, Problem};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use engine::semantic::time::{read_end, read_start};
use event::Instant;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::Note;

/// Which annotations.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// Those that end after this: RFC 3339, or a local day in the desk's zone.
    from: Option<String>,
    /// Those that begin before this; a day is included whole.
    to: Option<String>,
}

/// Annotations.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Annotations {
    /// By time.
    annotations: Vec<Annotation>,
}

/// What happened outside the tickets
#[utoipa::path(
    get, path = "/annotations", tag = "annotations", params(Which),
    responses((status = 200, body = Annotations), (status = "default", body = Problem)),
)]
pub(crate) async fn list(
    State(desk): State<Desk>,
    Params(which): Params<Which>,
) -> Result<Json<Annotations>, Problem> {
    let zone = desk.engine().zone();
    let end = |key: &str, instant: Option<Instant>, text: &str| {
        instant.ok_or_else(|| {
            let detail = format!("`{key}` is not an instant: `{text}`");
            Problem::new(Kind::Malformed, "query", detail)
                .hint("write a day such as 2026-03-02, or 2026-03-02T09:00:00Z")
        })
    };
    let from = which.from.as_deref().map(|text| end("from", read_start(text, &zone), text));
    let to = which.to.as_deref().map(|text| end("to", read_end(text, &zone), text));
    let found = desk.store().annotations(from.transpose()?, to.transpose()?).await?;
    Ok(Json(Annotations { annotations: found.into_iter().map(Annotation::from).collect() }))
}

/// Annotate
#[utoipa::path(
    post, path = "/annotations", tag = "annotations", request_body = Written,
    responses(
        (status = 201, body = Annotation), (status = 422, body = Problem),
        (status = "default", body = Problem),
    ),
)]
pub(crate) async fn add(
    State(desk): State<Desk>,
    payload: Payload,
) -> Result<(StatusCode, Json<Annotation>), Problem> {
    let note = note(&desk, &payload.json("the annotation")?)?;
    let id = desk.store().annotation_add(&note).await?;
    Ok((StatusCode::CREATED, Json(store::Annotation { id, note }.into())))
}

/// Put another annotation in place of one
#[utoipa::path(
    put, path = "/annotations/{id}", tag = "annotations", params(("id" = i64, Path)),
    request_body = Written,
    responses(
        (status = 200, body = Annotation), (status = 404, body = Problem),
        (status = 422, body = Problem), (status = "default", body = Problem),
    ),
)]
pub(crate) async fn change(
    State(desk): State<Desk>,
    Path(id): Path<String>,
    payload: Payload,
) -> Result<Json<Annotation>, Problem> {
    let id = number(&id)?;
    let mut written: Value = payload.json("the annotation")?;
    // What was read may be sent back as it came.
    if let Some(object) = written.as_object_mut()
        && object.get("id").and_then(Value::as_i64) == Some(id)
    {
        object.remove("id");
    }
    let note = note(&desk, &written)?;
    desk.store().annotation_change(id, &note).await?;
    Ok(Json(store::Annotation { id, note }.into()))
}

/// Remove an annotation
#[utoipa::path(
    delete, path = "/annotations/{id}", tag = "annotations", params(("id" = i64, Path)),
    responses(
        (status = 204, description = "It is gone"), (status = 404, body = Problem),
        (status = "default", body = Problem),
    ),
)]
pub(crate) async fn remove(
    State(desk): State<Desk>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    desk.store().annotation_remove(number(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn note(desk: &Desk, written: &Value) -> Result<Note, Problem> {
    read(written, &desk.engine().zone()).map_err(|issues| Problem::issues("the annotation", issues))
}

fn number(id: &str) -> Result<i64, Problem> {
    id.parse().map_err(|_| {
        Problem::new(Kind::NotFound, "name", format!("there is no annotation `{id}`"))
            .hint("GET /api/v1/annotations lists them with their numbers")
    })
}
