//! Answers, and the rows behind a cell, as files.

use super::questions::{CellAsked, read};
use crate::desk::Desk;
use crate::limits::EXPORT_CHUNK_BYTES;
use crate::payload::{Params, Payload};
use crate::problem::Problem;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use engine::export::{self, Format};
use engine::semantic::{Answer, Question};
use futures::Stream;
use serde::Deserialize;
use std::io::{BufWriter, Seek as _};
use tokio::io::AsyncReadExt as _;

/// Which kind of file.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct AnswerFile {
    /// `csv` (default), `parquet`, or `json`: the answer with everything that explains it.
    #[param(inline)]
    format: Kinds,
}

/// Which kind of file.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct TicketsFile {
    /// `csv` (default) or `parquet`.
    #[param(inline)]
    format: Tables,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
enum Kinds {
    #[default]
    Csv,
    Parquet,
    Json,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
enum Tables {
    #[default]
    Csv,
    Parquet,
}

/// An answer as a file
///
/// The same numbers as `POST /questions`, as a flat table: `time`, the dimensions, and for each
/// metric its value and what else its cells hold, as `metric`, `metric.n`, `metric.low`, ….
#[utoipa::path(
    post, path = "/questions/export", tag = "questions", params(AnswerFile),
    request_body = Question,
    responses(
        (status = 200, content(
            (String = "text/csv"), (Vec<u8> = "application/vnd.apache.parquet"),
            (Answer = "application/json"),
        )),
        (status = 422, body = Problem), (status = "default", body = Problem),
    ),
)]
pub(crate) async fn answer(
    State(desk): State<Desk>,
    Params(AnswerFile { format }): Params<AnswerFile>,
    payload: Payload,
) -> Result<Response, Problem> {
    let question = read(payload.json("the question")?)?;
    let answer = desk.engine().ask(&question).await?;
    let name = name(&desk, &answer.question, "");
    let bytes = match format {
        Kinds::Csv => export::write_answer(&answer, Format::Csv, Vec::new())?,
        Kinds::Parquet => export::write_answer(&answer, Format::Parquet, Vec::new())?,
        Kinds::Json => {
            serde_json::to_vec_pretty(&answer).map_err(|error| Problem::internal(&error))?
        }
    };
    Ok(file(&name, format, bytes.into()))
}

/// Every ticket behind one cell, as a file
///
/// The rows of `POST /questions/tickets`, all pages of them. The file is made whole before it is
/// sent, so that none ends early.
#[utoipa::path(
    post, path = "/questions/tickets/export", tag = "questions", params(TicketsFile),
    request_body = CellAsked,
    responses(
        (status = 200, content(
            (String = "text/csv"), (Vec<u8> = "application/vnd.apache.parquet"),
        )),
        (status = 422, body = Problem), (status = "default", body = Problem),
    ),
)]
pub(crate) async fn tickets(
    State(desk): State<Desk>,
    Params(TicketsFile { format }): Params<TicketsFile>,
    payload: Payload,
) -> Result<Response, Problem> {
    let CellAsked { question, cell } = payload.json("the request")?;
    let question = read(question)?;
    let broken = |error: std::io::Error| Problem::internal(&error);
    let (kind, format) = match format {
        Tables::Csv => (Kinds::Csv, Format::Csv),
        Tables::Parquet => (Kinds::Parquet, Format::Parquet),
    };
    let out = BufWriter::new(tempfile::tempfile().map_err(broken)?);
    let (out, _) = desk.engine().write_tickets(&question, &cell, format, out).await?;
    let mut written = out.into_inner().map_err(|error| broken(error.into_error()))?;
    let length = written.stream_position().map_err(broken)?;
    written.rewind().map_err(broken)?;
    let name = name(&desk, &question, "-tickets");
    let chunks = chunks(tokio::fs::File::from_std(written));
    let mut response = file(&name, kind, Body::from_stream(chunks));
    response.headers_mut().insert(header::CONTENT_LENGTH, length.into());
    Ok(response)
}

/// A response that a browser saves under this name.
fn file(name: &str, kind: Kinds, body: Body) -> Response {
    let (mime, ending) = match kind {
        Kinds::Csv => ("text/csv; charset=utf-8", "csv"),
        Kinds::Parquet => ("application/vnd.apache.parquet", "parquet"),
        Kinds::Json => ("application/json", "json"),
    };
    let saved = format!("attachment; filename=\"{name}.{ending}\"");
    let saved = HeaderValue::from_str(&saved).unwrap_or(HeaderValue::from_static("attachment"));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(mime)),
        (header::CONTENT_DISPOSITION, saved),
    ];
    (headers, body).into_response()
}

/// What is asked, and the day: names of metrics are plain words.
fn name(desk: &Desk, question: &Question, what: &str) -> String {
    /// Metrics beyond these do not make the name longer.
    const METRICS_MAX: usize = 3;
    let metrics = question.metrics.iter().take(METRICS_MAX).map(|metric| metric.metric.as_str());
    let metrics: Vec<&str> = metrics.collect();
    let now = desk.now().to_string();
    let day = now.split('T').next().unwrap_or_default();
    let plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-');
    format!("{}{what}-{day}", metrics.join("-")).chars().filter(|it| plain(*it)).collect()
}

/// A file, piece by piece.
fn chunks(file: tokio::fs::File) -> impl Stream<Item = std::io::Result<Bytes>> {
    futures::stream::try_unfold(file, async |mut file| {
        let mut chunk = Vec::with_capacity(EXPORT_CHUNK_BYTES);
        let read = (&mut file).take(EXPORT_CHUNK_BYTES as u64).read_to_end(&mut chunk).await?;
        Ok((read > 0).then(|| (Bytes::from(chunk), file)))
    })
}
