//! Mappings tried on a payload, without changing anything.

use super::imports::{as_ours, read_mapping};
use crate::desk::Desk;
use crate::payload::Payload;
use crate::problem::{Kind, Problem};
use axum::Json;
use axum::extract::State;
use connect::{Payloads, Tried};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// A mapping, and a payload to try it on.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MappingTest {
    /// The mapping as YAML or JSON.
    mapping: String,
    /// The payload, such as the body of a webhook. A text is the payload as it was sent.
    #[schema(value_type = Object)]
    body: Value,
    /// The headers that came with it.
    #[serde(default)]
    headers: BTreeMap<String, String>,
}

/// Try a mapping on a payload
///
/// Every event comes back with the rule that made it, and so does what could not be understood and
/// which paths of the payload nothing reads. Nothing is changed. What is wrong with the mapping
/// itself is a list of issues.
#[utoipa::path(
    post, path = "/mappings/test", tag = "imports", request_body = MappingTest,
    responses(
        (status = 200, body = Tried), (status = 422, body = Problem),
        (status = "default", body = Problem),
    ),
)]
pub(crate) async fn test(
    State(desk): State<Desk>,
    payload: Payload,
) -> Result<Json<Tried>, Problem> {
    let MappingTest { mapping, body, headers } = payload.json("the request")?;
    let mapping = read_mapping(&mapping, None)?;
    let payloads = Payloads::new(mapping, &[]).map_err(|error| match error {
        connect::Error::Mapping(issues) => Problem::issues("the mapping", as_ours(issues)),
        error => Problem::new(Kind::Invalid, "mapping", error.to_string()),
    })?;
    let seen = desk.now();
    let trying = tokio::task::spawn_blocking(move || {
        let body = match body {
            Value::String(text) => text,
            json => json.to_string(),
        };
        let headers: Vec<_> = headers.into_iter().collect();
        payloads.test(body.as_bytes(), &headers, seen)
    });
    Ok(Json(trying.await.map_err(|error| Problem::internal(&error))?))
}
