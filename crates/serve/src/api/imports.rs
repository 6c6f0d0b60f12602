//! Imports: files in, and what became of those before.

use crate::desk::Desk;
use crate::form;
use crate::intake::{self, Imported, Job};
use crate::payload::Params;
use crate::problem::{Kind, Problem};
use crate::running::{self, Progress};
use axum::Json;
use axum::extract::{Path, Request, State};
use connect::Mapping;
use engine::semantic::Issue;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

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
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Import {
    /// Its number.
    pub(crate) id: i64,
    /// Names of its files.
    file: String,
    /// Name of its mapping.
    mapping: Option<String>,
    /// How it stands; `running` without `progress` where the process ended under it.
    #[schema(inline, value_type = ImportState)]
    state: store::ImportState,
    /// When it began.
    started_at: String,
    /// When it ended.
    finished_at: Option<String>,
    /// Rows read, so far.
    pub(crate) rows: u64,
    /// Events made of them, so far.
    pub(crate) events: u64,
    /// Rows put in quarantine, so far.
    pub(crate) quarantined: u64,
    /// Why it failed.
    message: Option<String>,
    /// How far it got; only while it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) progress: Option<Progress>,
}

/// How an import stands.
#[derive(utoipa::ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "documents the store's own")]
enum ImportState {
    Running,
    Done,
    Failed,
}

impl From<store::Import> for Import {
    fn from(import: store::Import) -> Self {
        Self {
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
            progress: None,
        }
    }
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
    let imports: Vec<Import> =
        found.into_iter().map(|import| desk.running().with_progress(import.into())).collect();
    let next = imports.last().map(|import| import.id).filter(|_| full);
    Ok(Json(Page { imports, next }))
}

/// One import, and how far it got
#[utoipa::path(
    get, path = "/imports/{id}", tag = "imports", params(("id" = i64, Path)),
    responses(
        (status = 200, body = Import), (status = 404, body = Problem),
        (status = "default", body = Problem),
    ),
)]
pub(crate) async fn one(
    State(desk): State<Desk>,
    Path(id): Path<i64>,
) -> Result<Json<Import>, Problem> {
    match running::find(&desk, id).await? {
        Some(import) => Ok(Json(desk.running().with_progress(import))),
        None => Err(Problem::new(Kind::NotFound, "import", format!("there is no import {id}"))
            .hint("GET /api/v1/imports lists them")),
    }
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
    let received = form::receive(request).await?;
    let source = how.source.as_deref();
    let mapping = received.mapping.as_deref().map(|text| read_mapping(text, source)).transpose()?;
    let job = Job {
        mapping_name: mapping.is_some().then(|| "mapping".to_owned()),
        mapping,
        files: received.files,
        source: how.source,
        seen: desk.now(),
    };
    // Once received, the import goes on even if the caller goes away; the files go with it.
    let folder = received.folder;
    let importing = if how.dry_run {
        tokio::spawn(async move {
            let _folder = folder;
            intake::dry_run(job, Arc::new(|_| ())).await
        })
    } else {
        running::start(&desk, job, Box::new(folder)).await?.1
    };
    Ok(Json(importing.await.map_err(|error| Problem::internal(&error))??))
}

/// Reads a mapping sent with a request, whose source may be named beside it.
pub(crate) fn read_mapping(yaml: &str, source: Option<&str>) -> Result<Mapping, Problem> {
    Mapping::parse_for(yaml, source)
        .map_err(|issues| Problem::issues("the mapping", as_ours(issues)))
}

pub(crate) fn as_ours(issues: Vec<connect::Issue>) -> Vec<Issue> {
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
