//! The doctor while the server runs: it looks and changes nothing.

use crate::desk::Desk;
use crate::payload::Params;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};

/// How to look.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct How {
    /// Compare every byte with its checksum, which reads all files; else only what costs nothing.
    thorough: bool,
}

/// What the doctor looked at, and found.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Diagnosis {
    /// When.
    at: String,
    /// Whether every byte was compared.
    thorough: bool,
    /// Whether nothing needs attention.
    well: bool,
    /// Segments looked at.
    segments: u64,
    /// Bytes of their files.
    bytes: u64,
    /// Batches of the inbox looked at.
    batches: u64,
    /// What was found, worst first.
    #[schema(value_type = Vec<Finding>)]
    findings: Vec<store::Finding>,
}

/// One thing that the doctor noticed.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "documents the store's own")]
struct Finding {
    /// A stable word for the kind of finding.
    code: String,
    /// How bad it is.
    #[schema(inline)]
    severity: Severity,
    /// Which file, folder, batch or database.
    place: String,
    /// What is the matter, and what that means.
    message: String,
    /// What to do about it.
    remedy: String,
    /// The tickets that it touches.
    #[schema(required = false, nullable = false)]
    tickets: Option<Affected>,
    /// Whether it was repaired just now; never so here.
    repaired: bool,
}

/// How bad a finding is.
#[derive(utoipa::ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "documents the store's own")]
enum Severity {
    Info,
    Warning,
    Error,
}

/// The tickets that damage touches.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "documents the store's own")]
struct Affected {
    /// Number of the first.
    first: u32,
    /// Number of the last.
    last: u32,
    /// How many of them still show their history.
    readable: u32,
    /// `source/ticket` of those of which the names can still be read.
    names: Vec<String>,
}

/// What is wrong with what is kept, and what to do about it
#[utoipa::path(
    get, path = "/doctor", tag = "operations", params(How),
    responses((status = 200, body = Diagnosis), (status = "default", body = Problem)),
)]
pub(crate) async fn examine(
    State(desk): State<Desk>,
    Params(how): Params<How>,
) -> Result<Json<Diagnosis>, Problem> {
    let found = desk.store().examine(how.thorough).await?;
    Ok(Json(Diagnosis {
        at: found.at.to_string(),
        thorough: found.thorough,
        well: found.is_well(),
        segments: found.segments,
        bytes: found.bytes,
        batches: found.batches,
        findings: found.findings,
    }))
}
