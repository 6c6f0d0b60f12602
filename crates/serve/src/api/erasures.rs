//! Erasing a person: what it would touch, doing it, the log, and the proof.

use crate::desk::Desk;
use crate::payload::Payload;
use crate::problem::{Kind, Problem};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use event::Instant;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Who is to be erased.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Request {
    /// Their ids in the sources: as requester, agent, or author of anything.
    ids: Vec<String>,
    /// Ids of accounts that would give them away.
    accounts: Vec<String>,
    /// The sources in which these ids are theirs; all where absent.
    sources: Vec<String>,
    /// Custom fields of their tickets that say nothing of them, and stay.
    keep_fields: Vec<String>,
    /// Only say what it would touch.
    dry_run: bool,
}

/// What an erasure touches, in counts.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Touched {
    /// Tickets with something to take out.
    tickets: u64,
    /// Entries of their timelines in which something changes.
    entries: u64,
    /// Segments written anew.
    segments: u64,
    /// Batches of the inbox rewritten.
    batches: u64,
    /// Rows of the quarantine whose raw text is emptied.
    quarantined: u64,
    /// Entries of the log of imports whose names are emptied.
    imports: u64,
    /// Sets of policies in which somebody is renamed.
    policies: u64,
}

impl From<store::Touched> for Touched {
    fn from(touched: store::Touched) -> Self {
        let store::Touched { tickets, entries, segments, batches, quarantined, imports, policies } =
            touched;
        Self { tickets, entries, segments, batches, quarantined, imports, policies }
    }
}

/// A backup that holds everything as it is now.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Copy {
    /// The archive or folder.
    place: String,
    /// When it was made.
    made_at: Instant,
}

/// What an erasure would touch.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct ErasurePlan {
    /// Counts.
    touched: Touched,
    /// Custom fields that stay: those asked for, and those that policies ask for.
    keep_fields: Vec<String>,
    /// Annotations and settings that name them; people wrote those, and have to change them.
    mentions: Vec<String>,
    /// Backups that hold them, and are to be thrown away by hand.
    backups: Vec<Copy>,
}

/// One line of the log of erasures; it names nobody.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Erasure {
    /// Its number.
    id: i64,
    /// When it was asked for; from then on nothing of the person comes in.
    asked_at: Instant,
    /// When the last old file was gone; absent while somebody reads one.
    #[serde(skip_serializing_if = "Option::is_none")]
    finished_at: Option<Instant>,
    /// The sources it is about; empty = all.
    sources: Vec<String>,
    /// How many ids were named.
    ids: u64,
    /// How many accounts were named.
    accounts: u64,
    /// What it touched.
    touched: Touched,
}

impl From<store::Erasure> for Erasure {
    fn from(erasure: store::Erasure) -> Self {
        let store::Erasure { id, asked_at, finished_at, sources, ids, accounts, touched } = erasure;
        Self { id, asked_at, finished_at, sources, ids, accounts, touched: touched.into() }
    }
}

/// The log of erasures.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Erasures {
    /// Newest first.
    erasures: Vec<Erasure>,
}

/// Texts that should be nowhere.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Texts {
    /// Each of at least four bytes.
    texts: Vec<String>,
}

/// What was read to find the texts, and where they were found.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Proof {
    /// Files read.
    files: u64,
    /// Their bytes.
    bytes: u64,
    /// Packed parts found in them and unpacked.
    unpacked: u64,
    /// Values of columns and of the state database read one by one.
    values: u64,
    /// Where something was found; empty is the proof.
    found: Vec<Trace>,
}

/// A text that should not be there.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Trace {
    /// Which of the texts, from 0.
    text: usize,
    /// The file or table.
    place: String,
    /// Where in it.
    part: String,
}

/// Erase a person, or say what that would touch
#[utoipa::path(
    post, path = "/erasures", tag = "privacy", request_body = Request,
    responses(
        (status = 200, description = "What it would touch", body = ErasurePlan),
        (status = 201, description = "Done, or done but for old files that are being read",
            body = Erasure),
        (status = 422, body = Problem), (status = "default", body = Problem),
    ),
)]
pub(crate) async fn erase(State(desk): State<Desk>, payload: Payload) -> Result<Response, Problem> {
    let Request { ids, accounts, sources, keep_fields, dry_run } =
        payload.json("the erasure").map_err(|_| unreadable())?;
    let request = store::ErasureRequest { ids, accounts, sources, keep_fields };
    if dry_run {
        let plan = desk.store().erasure_plan(request).await?;
        let copy =
            |backup: store::KnownBackup| Copy { place: backup.place, made_at: backup.made_at };
        let plan = ErasurePlan {
            touched: plan.touched.into(),
            keep_fields: plan.keep_fields,
            mentions: plan.mentions,
            backups: plan.backups.into_iter().map(copy).collect(),
        };
        return Ok(Json(plan).into_response());
    }
    // Whoever sent a file can send it again: what it says of the person is then taken out.
    desk.uploads().clear();
    let done = desk.store().erase(request, Arc::new(|_, _| ())).await?;
    Ok((StatusCode::CREATED, Json(Erasure::from(done))).into_response())
}

/// What is wrong with a request, without what it said: an id has no place in a log.
fn unreadable() -> Problem {
    Problem::new(Kind::Malformed, "json", "the body is not JSON of the shape that is expected")
        .hint("openapi.json says which keys there are")
}

/// The log of erasures
#[utoipa::path(
    get, path = "/erasures", tag = "privacy",
    responses((status = 200, body = Erasures), (status = "default", body = Problem)),
)]
pub(crate) async fn list(State(desk): State<Desk>) -> Result<Json<Erasures>, Problem> {
    let erasures = desk.store().erasures().await?;
    Ok(Json(Erasures { erasures: erasures.into_iter().map(Erasure::from).collect() }))
}

/// Look for texts in every file
#[utoipa::path(
    post, path = "/erasures/verify", tag = "privacy", request_body = Texts,
    responses(
        (status = 200, body = Proof), (status = 422, body = Problem),
        (status = "default", body = Problem),
    ),
)]
pub(crate) async fn verify(
    State(desk): State<Desk>,
    payload: Payload,
) -> Result<Json<Proof>, Problem> {
    let Texts { texts } = payload.json("the texts").map_err(|_| unreadable())?;
    let store::Proof { files, bytes, unpacked, values, found } =
        desk.store().prove_gone(texts).await?;
    let trace =
        |trace: store::Trace| Trace { text: trace.text, place: trace.place, part: trace.part };
    let found = found.into_iter().map(trace).collect();
    Ok(Json(Proof { files, bytes, unpacked, values, found }))
}
