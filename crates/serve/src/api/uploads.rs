//! Uploads: a file is looked at, mapped, tried and imported without being sent again.

use super::imports::read_mapping;
use crate::desk::Desk;
use crate::form;
use crate::intake::{self, Imported, Job};
use crate::limits::COLUMN_VALUES_MAX;
use crate::payload::{Params, Payload};
use crate::problem::{Kind, Problem};
use crate::running;
use crate::uploads;
use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use connect::{Column, Compression, Format, Importer, Values};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A file that waits to be imported, and what is in it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Upload {
    /// Names it, for an hour after its last use.
    id: String,
    /// Its name.
    file: String,
    /// Its size as it was sent.
    bytes: u64,
    /// Its kind.
    format: Format,
    /// How it is packed.
    compression: Compression,
    /// Its encoding by its WHATWG name; absent where bytes are not text.
    #[serde(skip_serializing_if = "Option::is_none")]
    encoding: Option<&'static str>,
    /// Between cells of delimited text.
    #[serde(skip_serializing_if = "Option::is_none")]
    delimiter: Option<char>,
    /// The sheet read.
    #[serde(skip_serializing_if = "Option::is_none")]
    sheet: Option<String>,
    /// Whether it holds canonical events, which need no mapping.
    canonical: bool,
    /// Its columns, as far as its first rows tell.
    columns: Vec<Column>,
    /// Its first rows, with a cell for every column.
    rows: Vec<Vec<String>>,
    /// A mapping to begin with, as YAML; absent for canonical events.
    #[serde(skip_serializing_if = "Option::is_none")]
    mapping: Option<String>,
}

/// The parts of an upload.
#[derive(Debug, utoipa::ToSchema)]
#[expect(dead_code, reason = "documents the body, which is streamed")]
pub(crate) struct UploadForm {
    /// The file.
    #[schema(value_type = String, format = Binary)]
    file: String,
}

/// Which column.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// Its name.
    column: String,
}

/// How to import an upload.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct UploadImport {
    /// The mapping as YAML or JSON; absent for canonical events.
    mapping: Option<String>,
    /// Name of the connection, in place of the one that file or mapping names.
    source: Option<String>,
    /// Say what would happen, and change nothing.
    dry_run: bool,
}

/// An import that has begun.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Begun {
    /// Its number, for `GET /imports/{id}`.
    import: i64,
}

/// Send a file to look at
///
/// What is in it comes back, with a draft of a mapping. It waits for an hour after its last use.
#[utoipa::path(
    post, path = "/uploads", tag = "imports",
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses(
        (status = 201, body = Upload), (status = 422, body = Problem),
        (status = "default", body = Problem),
    ),
)]
pub(crate) async fn upload(
    State(desk): State<Desk>,
    request: Request,
) -> Result<(StatusCode, Json<Upload>), Problem> {
    let mut received = form::receive(request).await?;
    let (Some(path), true) = (received.files.pop(), received.files.is_empty()) else {
        let detail = "there is more than one `file` part";
        return Err(Problem::new(Kind::Malformed, "form", detail).hint("send one file at a time"));
    };
    let kept = desk
        .uploads()
        .add(received.folder, path, desk.now())
        .map_err(|error| Problem::internal(&error))?;
    match look(&kept).await {
        Ok(upload) => Ok((StatusCode::CREATED, Json(upload))),
        Err(problem) => {
            desk.uploads().remove(&kept.id, desk.now());
            Err(problem)
        }
    }
}

/// One upload
#[utoipa::path(
    get, path = "/uploads/{id}", tag = "imports", params(("id" = String, Path)),
    responses(
        (status = 200, body = Upload), (status = 404, body = Problem),
        (status = "default", body = Problem),
    ),
)]
pub(crate) async fn show(
    State(desk): State<Desk>,
    Path(id): Path<String>,
) -> Result<Json<Upload>, Problem> {
    Ok(Json(look(&found(&desk, &id)?).await?))
}

/// The values of one column over the whole file
#[utoipa::path(
    get, path = "/uploads/{id}/values", tag = "imports", params(("id" = String, Path), Which),
    responses(
        (status = 200, body = Values), (status = 404, body = Problem),
        (status = "default", body = Problem),
    ),
)]
pub(crate) async fn values(
    State(desk): State<Desk>,
    Path(id): Path<String>,
    Params(Which { column }): Params<Which>,
) -> Result<Json<Values>, Problem> {
    let upload = found(&desk, &id)?;
    let name = column.clone();
    let counting = tokio::task::spawn_blocking(move || {
        connect::column_values(&upload.path, &name, COLUMN_VALUES_MAX)
    });
    let values = counting.await.map_err(|error| Problem::internal(&error))?;
    let values = values.map_err(intake::Error::Connect)?;
    values.map(Json).ok_or_else(|| {
        let detail = format!("the file has no column `{column}`");
        Problem::new(Kind::NotFound, "column", detail).hint("GET /api/v1/uploads/{id} lists them")
    })
}

/// Forget an upload
#[utoipa::path(
    delete, path = "/uploads/{id}", tag = "imports", params(("id" = String, Path)),
    responses(
        (status = 204, description = "It is gone"), (status = 404, body = Problem),
        (status = "default", body = Problem),
    ),
)]
pub(crate) async fn remove(
    State(desk): State<Desk>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    if desk.uploads().remove(&id, desk.now()) { Ok(StatusCode::NO_CONTENT) } else { Err(gone(&id)) }
}

/// Import an upload, or say what that would do
///
/// A dry run answers with what was found. Otherwise the import goes on by itself: `GET
/// /imports/{id}` and the `import` events of `GET /live` tell how far it got. Imports take turns.
#[utoipa::path(
    post, path = "/uploads/{id}/import", tag = "imports", params(("id" = String, Path)),
    request_body = UploadImport,
    responses(
        (status = 200, description = "What would happen", body = Imported),
        (status = 202, description = "It has begun", body = Begun),
        (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem), (status = "default", body = Problem),
    ),
)]
pub(crate) async fn import(
    State(desk): State<Desk>,
    Path(id): Path<String>,
    payload: Payload,
) -> Result<Response, Problem> {
    let UploadImport { mapping, source, dry_run } = payload.json("the request")?;
    let upload = found(&desk, &id)?;
    let mapping =
        mapping.as_deref().map(|text| read_mapping(text, source.as_deref())).transpose()?;
    let job = Job {
        mapping_name: mapping.is_some().then(|| "mapping".to_owned()),
        mapping,
        files: vec![upload.path.clone()],
        source,
        seen: desk.now(),
    };
    if dry_run {
        return Ok(Json(intake::dry_run(job, Arc::new(|_| ())).await?).into_response());
    }
    let importer = Importer::new(job.mapping.clone(), job.files.clone(), job.seen);
    let checking = tokio::task::spawn_blocking(move || importer.check());
    let checked = checking.await.map_err(|error| Problem::internal(&error))?;
    checked.map_err(intake::Error::Connect)?;
    let (import, _) = running::start(&desk, job, Box::new(upload)).await?;
    Ok((StatusCode::ACCEPTED, Json(Begun { import })).into_response())
}

fn found(desk: &Desk, id: &str) -> Result<Arc<uploads::Upload>, Problem> {
    desk.uploads().get(id, desk.now()).ok_or_else(|| gone(id))
}

fn gone(id: &str) -> Problem {
    Problem::new(Kind::NotFound, "upload", format!("there is no upload `{id}`"))
        .hint("a file waits for an hour after its last use: send it again")
}

/// Reads the beginning of a file.
async fn look(upload: &Arc<uploads::Upload>) -> Result<Upload, Problem> {
    let path = upload.path.clone();
    let reading = tokio::task::spawn_blocking(move || connect::overview(&path));
    let overview = reading.await.map_err(|error| Problem::internal(&error))?;
    let connect::Overview { detected, columns, rows, mapping } =
        overview.map_err(intake::Error::Connect)?;
    let file = upload.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Upload {
        id: upload.id.clone(),
        file,
        bytes: upload.bytes,
        format: detected.format,
        compression: detected.compression,
        encoding: detected.encoding,
        delimiter: detected.delimiter,
        sheet: detected.sheet,
        canonical: detected.format.is_canonical(),
        columns,
        rows,
        mapping,
    })
}
