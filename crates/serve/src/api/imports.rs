//! Imports: files in, and what became of those before.

use crate::desk::Desk;
use crate::intake::{self, Imported, Job};
use crate::limits::{IMPORT_BYTES_MAX, MAPPING_BYTES_MAX};
use crate::payload::Params;
use crate::problem::{Kind, Problem};
use axum::Json;
use axum::body::Body;
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest, Multipart, Request, State};
use axum::http::header;
use connect::Mapping;
use engine::semantic::Issue;
use futures::StreamExt as _;
use serde::{Deserialize, Serialize};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;

/// Which imports.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// Imports on the page; 100 where absent, 1,000 at most.
    limit: Option<u64>,
    /// `next` of the page before.
    cursor: Option<i64>,
}

/// One page of the log of imports.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = ImportPage)]
pub(crate) struct Page {
    /// The imports, newest first.
    imports: Vec<Import>,
    /// Cursor of the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<i64>,
}

/// One import.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Import {
    /// Its number.
    id: i64,
    /// Names of its files.
    file: String,
    /// Name of its mapping.
    mapping: Option<String>,
    /// `running`, `done` or `failed`; `running` also where the process ended under it.
    #[schema(value_type = String)]
    state: store::ImportState,
    /// When it began.
    started_at: String,
    /// When it ended.
    finished_at: Option<String>,
    /// Rows read.
    rows: u64,
    /// Events made of them.
    events: u64,
    /// Rows put in quarantine.
    quarantined: u64,
    /// Why it failed.
    message: Option<String>,
}

/// How to import.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct How {
    /// Say what would happen, and change nothing.
    dry_run: bool,
    /// Name of the connection, in place of the one that file or mapping names.
    source: Option<String>,
}

/// The parts of a multipart import.
#[derive(Debug, utoipa::ToSchema)]
#[expect(dead_code, reason = "documents the body, which is streamed")]
pub(crate) struct Form {
    /// The files; their names tell the mapping's inputs apart.
    #[schema(value_type = Vec<String>, format = Binary)]
    file: Vec<String>,
    /// The mapping as YAML; absent for canonical events.
    mapping: Option<String>,
}

/// Imports so far
#[utoipa::path(
    get, path = "/imports", tag = "imports", params(Which),
    responses((status = 200, body = Page), (status = "default", body = Problem)),
)]
pub(crate) async fn list(
    State(desk): State<Desk>,
    Params(which): Params<Which>,
) -> Result<Json<Page>, Problem> {
    let limit = crate::limits::page(which.limit);
    let found = desk.store().imports(which.cursor, limit).await?;
    let full = found.len() == limit as usize;
    let imports: Vec<Import> = found
        .into_iter()
        .map(|import| Import {
            id: import.id,
            file: import.file,
            mapping: import.mapping,
            state: import.state,
            started_at: import.started_at.to_string(),
            finished_at: import.finished_at.map(|at| at.to_string()),
            rows: import.counts.rows,
            events: import.counts.events,
            quarantined: import.counts.quarantined,
            message: import.message,
        })
        .collect();
    let next = imports.last().map(|import| import.id).filter(|_| full);
    Ok(Json(Page { imports, next }))
}

/// Import files
///
/// Either `multipart/form-data` with `file` parts and perhaps a `mapping`, or a bare body of
/// canonical events. Rows that cannot be understood go to quarantine and stop nothing. Importing
/// the same again changes nothing.
#[utoipa::path(
    post, path = "/imports", tag = "imports", params(How),
    request_body(content((Form = "multipart/form-data"), (String = "application/x-ndjson"))),
    responses(
        (status = 200, body = Imported), (status = 422, body = Problem),
        (status = "default", body = Problem),
    ),
)]
pub(crate) async fn import(
    State(desk): State<Desk>,
    Params(how): Params<How>,
    request: Request,
) -> Result<Json<Imported>, Problem> {
    let received = receive(request).await?;
    let mapping = received.mapping.as_deref().map(read_mapping).transpose()?;
    let job = Job {
        mapping_name: mapping.is_some().then(|| "mapping".to_owned()),
        mapping,
        files: received.files,
        source: how.source,
        seen: desk.now(),
    };
    // Once received, the import goes on even if the caller goes away; the files go with it.
    let folder = received.folder;
    let importing = tokio::spawn(async move {
        let imported = if how.dry_run {
            intake::dry_run(job, Arc::new(|_| ())).await
        } else {
            intake::import(desk.store(), job, Arc::new(|_| ())).await
        };
        drop(folder);
        imported
    });
    Ok(Json(importing.await.map_err(|error| Problem::internal(&error))??))
}

/// Reads a mapping sent with a request.
pub(crate) fn read_mapping(yaml: &str) -> Result<Mapping, Problem> {
    Mapping::parse(yaml).map_err(|issues| Problem::issues("the mapping", as_ours(issues)))
}

fn as_ours(issues: Vec<connect::Issue>) -> Vec<Issue> {
    let ours = |issue: connect::Issue| Issue {
        code: issue.code.to_owned(),
        place: issue.place,
        message: issue.message,
        hint: issue.hint,
    };
    issues.into_iter().map(ours).collect()
}

impl From<intake::Error> for Problem {
    fn from(error: intake::Error) -> Self {
        match error {
            intake::Error::Connect(connect::Error::Mapping(issues)) => {
                Self::issues("the mapping", as_ours(issues))
            }
            intake::Error::Connect(error) => Self::new(Kind::Invalid, "import", error.to_string()),
            intake::Error::Store(error) => error.into(),
            error @ intake::Error::Thread(_) => Self::internal(&error),
        }
    }
}

/// A request's files, on disk.
struct Received {
    folder: TempDir,
    files: Vec<PathBuf>,
    mapping: Option<String>,
}

async fn receive(request: Request) -> Result<Received, Problem> {
    let folder = tempfile::tempdir().map_err(|error| Problem::internal(&error))?;
    let mut received = Received { folder, files: Vec::new(), mapping: None };
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if !kind.is_some_and(|kind| kind.starts_with("multipart/form-data")) {
        received.body(request.into_body()).await?;
        return Ok(received);
    }
    let mut form = Multipart::from_request(request, &())
        .await
        .map_err(|error| Problem::new(Kind::Malformed, "form", error.body_text()))?;
    while let Some(field) = form.next_field().await.map_err(|error| unread(&error))? {
        match field.name() {
            Some("file") => received.file(field).await?,
            Some("mapping") => received.mapping(field).await?,
            other => {
                let name = other.unwrap_or_default();
                return Err(Problem::new(
                    Kind::Malformed,
                    "form",
                    format!("unknown part `{name}`"),
                )
                .hint("send `file` parts and at most one `mapping`"));
            }
        }
    }
    if received.files.is_empty() {
        return Err(Problem::new(Kind::Malformed, "form", "there is no `file` part"));
    }
    Ok(received)
}

fn unread(error: &MultipartError) -> Problem {
    let kind = if error.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
        Kind::TooLarge
    } else {
        Kind::Malformed
    };
    Problem::new(kind, "form", error.body_text())
}

impl Received {
    async fn body(&mut self, body: Body) -> Result<(), Problem> {
        let (mut file, path) = self.create("body")?;
        let mut bytes = 0;
        let mut chunks = body.into_data_stream();
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk.map_err(|_| {
                Problem::new(Kind::Malformed, "body", "the body ended before it was complete")
            })?;
            write(&mut file, &chunk, &mut bytes)?;
        }
        self.files.push(path);
        Ok(())
    }

    async fn file(&mut self, mut field: Field<'_>) -> Result<(), Problem> {
        let name = field.file_name().unwrap_or("file").to_owned();
        let (mut file, path) = self.create(&name)?;
        let mut bytes = 0;
        while let Some(chunk) = field.chunk().await.map_err(|error| unread(&error))? {
            write(&mut file, &chunk, &mut bytes)?;
        }
        self.files.push(path);
        Ok(())
    }

    async fn mapping(&mut self, mut field: Field<'_>) -> Result<(), Problem> {
        let mut text = Vec::new();
        while let Some(chunk) = field.chunk().await.map_err(|error| unread(&error))? {
            text.extend_from_slice(&chunk);
            if text.len() > MAPPING_BYTES_MAX {
                let detail = format!("a mapping has at most {MAPPING_BYTES_MAX} bytes");
                return Err(Problem::new(Kind::TooLarge, "mapping", detail));
            }
        }
        let text = String::from_utf8(text)
            .map_err(|_| Problem::new(Kind::Malformed, "mapping", "the mapping is not UTF-8"))?;
        self.mapping = Some(text);
        Ok(())
    }

    /// A new file of this name in our folder; of a path only the last part counts.
    fn create(&self, name: &str) -> Result<(std::fs::File, PathBuf), Problem> {
        let name = name.rsplit(['/', '\\']).next().filter(|name| !name.is_empty() && *name != "..");
        let path = self.folder.path().join(Path::new(name.unwrap_or("file")));
        if path.exists() {
            let detail = "two files have the same name";
            return Err(Problem::new(Kind::Malformed, "form", detail));
        }
        let file = std::fs::File::create(&path).map_err(|error| Problem::internal(&error))?;
        Ok((file, path))
    }
}

fn write(file: &mut std::fs::File, chunk: &[u8], bytes: &mut usize) -> Result<(), Problem> {
    *bytes += chunk.len();
    if *bytes > IMPORT_BYTES_MAX {
        let detail = format!("a file has at most {IMPORT_BYTES_MAX} bytes here");
        return Err(Problem::new(Kind::TooLarge, "file", detail)
            .hint("import it with `deskmeter import`, which has no such limit"));
    }
    file.write_all(chunk).map_err(|error| Problem::internal(&error))
}
