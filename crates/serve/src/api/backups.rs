//! Backups: made while the server runs, and known wherever they were taken.
//!
//! The server writes into its own folder of backups only: whoever calls may name a file there, and
//! say where it will be moved to, but never a path to write to.

use crate::desk::Desk;
use crate::payload::Payload;
use crate::problem::{Kind, Problem};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Ending of every archive.
const ENDING: &str = ".tar.zst";

/// A backup that was made of this data.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Backup {
    /// Where it is, as far as we were told.
    place: String,
    /// When it was made.
    made_at: String,
    /// Tickets in it.
    tickets: u64,
    /// Bytes of its files, unpacked.
    bytes: u64,
}

/// The backups that are known.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Backups {
    /// Newest first.
    backups: Vec<Backup>,
}

/// What to make.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Wanted {
    /// Name of the archive in the server's folder of backups; made from the time where absent.
    name: Option<String>,
    /// Where the caller is going to move it to, which is only noted.
    place: Option<String>,
}

/// A backup that was just made.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Made {
    /// The archive.
    file: String,
    /// What is known of it from now on.
    #[serde(flatten)]
    backup: Backup,
}

/// Which backup.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Gone {
    /// Its place, as the list says it.
    place: String,
}

impl From<store::KnownBackup> for Backup {
    fn from(known: store::KnownBackup) -> Self {
        let store::KnownBackup { place, made_at, tickets, bytes } = known;
        Self { place, made_at: made_at.to_string(), tickets, bytes }
    }
}

/// The backups that were made of this data, as far as is known
#[utoipa::path(
    get, path = "/backups", tag = "operations",
    responses((status = 200, body = Backups), (status = "default", body = Problem)),
)]
pub(crate) async fn list(State(desk): State<Desk>) -> Result<Json<Backups>, Problem> {
    let known = desk.store().backups().await?;
    Ok(Json(Backups { backups: known.into_iter().map(Backup::from).collect() }))
}

/// Make a backup now
///
/// Everything as it is at one instant, while events are accepted. The archive lands in the
/// server's folder of backups, which the configuration names.
#[utoipa::path(
    post, path = "/backups", tag = "operations", request_body = Wanted,
    responses(
        (status = 200, body = Made), (status = 409, body = Problem),
        (status = "default", body = Problem),
    ),
)]
pub(crate) async fn make(
    State(desk): State<Desk>,
    payload: Payload,
) -> Result<Json<Made>, Problem> {
    let wanted: Wanted =
        if payload.0.is_empty() { Wanted::default() } else { payload.json("the backup")? };
    let name = wanted.name.unwrap_or_else(|| format!("{}{ENDING}", compact(&desk)));
    check(&name)?;
    let Ok(_only) = desk.backing_up().try_lock() else {
        let detail = "a backup is being made just now";
        return Err(Problem::new(Kind::Conflict, "busy", detail).hint("wait until it is done"));
    };
    let folder = desk.backups();
    let tried = |error: std::io::Error| {
        let detail = format!("the folder {} cannot be used: {error}", folder.display());
        Problem::new(Kind::Unavailable, "folder", detail).hint("see the setting `backups`")
    };
    tokio::fs::create_dir_all(&folder).await.map_err(tried)?;
    let file = folder.join(name);
    if tokio::fs::try_exists(&file).await.map_err(tried)? {
        let detail = format!("there is {} already", file.display());
        return Err(Problem::new(Kind::Conflict, "exists", detail).hint("choose another name"));
    }
    // Made to its end, even if the caller goes away: half a backup would be in the way.
    let (store, place, into) = (desk.store().clone(), wanted.place, file.clone());
    let making = tokio::spawn(async move { store.archive(&into, place.as_deref()).await });
    let known = making.await.map_err(|error| Problem::internal(&error))??;
    Ok(Json(Made { file: file.to_string_lossy().into_owned(), backup: known.into() }))
}

/// Forget a backup that is there no more
#[utoipa::path(
    post, path = "/backups/forget", tag = "operations", request_body = Gone,
    responses((status = 200, body = Backups), (status = 404, body = Problem),
        (status = "default", body = Problem)),
)]
pub(crate) async fn forget(
    State(desk): State<Desk>,
    payload: Payload,
) -> Result<Json<Backups>, Problem> {
    let gone: Gone = payload.json("the backup")?;
    if !desk.store().backup_forget(&gone.place).await? {
        let detail = format!("no backup is known at {}", gone.place);
        return Err(
            Problem::new(Kind::NotFound, "backup", detail).hint("GET /api/v1/backups lists them")
        );
    }
    list(State(desk)).await
}

/// The present as a file may be called.
fn compact(desk: &Desk) -> String {
    desk.now().to_string().replace(':', "")
}

/// A name, not a path.
fn check(name: &str) -> Result<(), Problem> {
    let is_plain = Path::new(name).file_name().is_some_and(|only| only == name)
        && !name.starts_with('.')
        && name.ends_with(ENDING)
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    if is_plain {
        return Ok(());
    }
    let detail = format!("`{name}` is no plain name of an archive");
    Err(Problem::new(Kind::Invalid, "name", detail)
        .hint("letters, digits, `-`, `_` and `.`, ending in .tar.zst; paths are not taken"))
}
