//! What could not be understood: shown, counted, tried again, thrown away.

use crate::desk::Desk;
use crate::intake;
use crate::limits::REPLAY_MAX;
use crate::payload::{Params, Payload};
use crate::problem::{Kind, Problem};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::QuarantineFilter;

/// Which part of the quarantine.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// Only this source.
    source: Option<String>,
    /// Only this reason.
    reason: Option<String>,
    /// Only what this import left.
    import: Option<i64>,
    /// Rows on the page; 100 where absent, 1,000 at most.
    limit: Option<u64>,
    /// `next` of the page before.
    cursor: Option<i64>,
}

impl Which {
    fn filter(&self) -> QuarantineFilter {
        QuarantineFilter {
            source: self.source.clone(),
            reason: self.reason.clone(),
            import: self.import,
        }
    }
}

/// One page of the quarantine.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = QuarantinePage)]
pub(crate) struct Page {
    /// The rows, oldest first.
    rows: Vec<Row>,
    /// Cursor of the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<i64>,
}

/// Something that could not be understood.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = QuarantineRow)]
pub(crate) struct Row {
    /// Its number.
    id: i64,
    /// When it came.
    at: String,
    /// Name of the connection it came through, where known.
    source: String,
    /// The import it came with.
    #[serde(skip_serializing_if = "Option::is_none")]
    import: Option<i64>,
    /// File and line, or the request.
    place: String,
    /// The reason, as a stable code.
    reason: String,
    /// The reason in words.
    message: String,
    /// What came.
    raw: String,
}

/// The quarantine by reason.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = QuarantineCounts)]
pub(crate) struct Counts {
    /// Rows in all.
    total: u64,
    /// Rows by reason.
    by_reason: BTreeMap<String, u64>,
}

/// How many rows were removed.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Removed {
    /// Rows removed.
    removed: u64,
}

/// What to remove.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Remove {
    /// Numbers of the rows, separated by commas.
    ids: String,
}

/// What to try again, and how.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[schema(as = QuarantineReplay)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Replay {
    /// Only this source.
    source: Option<String>,
    /// Only this reason.
    reason: Option<String>,
    /// Only what this import left.
    import: Option<i64>,
    /// The mended mapping as YAML; absent for canonical events.
    mapping: Option<String>,
}

/// What is in quarantine
#[utoipa::path(
    get, path = "/quarantine", tag = "quarantine", params(Which),
    responses((status = 200, body = Page), (status = "default", body = Problem)),
)]
pub(crate) async fn list(
    State(desk): State<Desk>,
    Params(which): Params<Which>,
) -> Result<Json<Page>, Problem> {
    let limit = crate::limits::page(which.limit);
    let after = which.cursor.unwrap_or(0);
    let found = desk.store().quarantine_list(&which.filter(), after, limit).await?;
    let full = found.len() == limit as usize;
    let rows: Vec<Row> = found
        .into_iter()
        .map(|row| Row {
            id: row.id,
            at: row.at.to_string(),
            source: row.source,
            import: row.import,
            place: row.place,
            reason: row.reason,
            message: row.message,
            raw: row.raw,
        })
        .collect();
    let next = rows.last().map(|row| row.id).filter(|_| full);
    Ok(Json(Page { rows, next }))
}

/// How much is in quarantine, by reason
#[utoipa::path(
    get, path = "/quarantine/counts", tag = "quarantine",
    responses((status = 200, body = Counts), (status = "default", body = Problem)),
)]
pub(crate) async fn counts(State(desk): State<Desk>) -> Result<Json<Counts>, Problem> {
    let by_reason = desk.store().quarantine_count().await?;
    Ok(Json(Counts { total: by_reason.values().sum(), by_reason }))
}

/// Throw rows away
///
/// Only rows named by number go; there is no way to throw away what was not looked at.
#[utoipa::path(
    delete, path = "/quarantine", tag = "quarantine", params(Remove),
    responses((status = 200, body = Removed), (status = "default", body = Problem)),
)]
pub(crate) async fn remove(
    State(desk): State<Desk>,
    Params(Remove { ids }): Params<Remove>,
) -> Result<Json<Removed>, Problem> {
    let ids: Vec<i64> = ids
        .split(',')
        .map(|id| id.trim().parse())
        .collect::<Result<_, _>>()
        .map_err(|_| Problem::new(Kind::Malformed, "query", "`ids` are numbers and commas"))?;
    let removed = desk.store().quarantine_remove(&ids).await?;
    Ok(Json(Removed { removed }))
}

/// Try rows again, for example with a mended mapping
///
/// What is understood now leaves the quarantine; the rest stays.
#[utoipa::path(
    post, path = "/quarantine/replay", tag = "quarantine", request_body = Replay,
    responses((status = 200, body = intake::Replayed), (status = "default", body = Problem)),
)]
pub(crate) async fn replay(
    State(desk): State<Desk>,
    payload: Payload,
) -> Result<Json<intake::Replayed>, Problem> {
    let asked: Replay = payload.json("the replay")?;
    let again = intake::Again {
        filter: QuarantineFilter {
            source: asked.source,
            reason: asked.reason,
            import: asked.import,
        },
        mapping: asked
            .mapping
            .as_deref()
            .map(|text| super::imports::read_mapping(text, None))
            .transpose()?,
        files: Vec::new(),
        rows_max: REPLAY_MAX,
        seen: desk.now(),
    };
    let replaying = tokio::spawn(async move { intake::replay(desk.store(), again).await });
    let replayed = replaying.await.map_err(|error| Problem::internal(&error))??;
    Ok(Json(replayed))
}
