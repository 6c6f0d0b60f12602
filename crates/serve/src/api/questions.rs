//! Questions: one, several, simple ones in the address, and the tickets behind a cell.

use crate::caching;
use crate::desk::Desk;
use crate::limits::QUESTIONS_MAX;
use crate::payload::{Params, Payload};
use crate::problem::{Kind, Problem};
use axum::Json;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use engine::semantic::tickets::Drill;
use engine::semantic::{Answer, Question};
use engine::{Dated, TicketPage};
use futures::StreamExt as _;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value};
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tracing::Instrument as _;

/// An answer that others may be given too.
#[derive(Debug)]
pub(crate) struct Shared(Arc<Answer>);

impl Serialize for Shared {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

/// What one question of a batch came to: exactly one of the two.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Outcome {
    /// The answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Answer>)]
    answer: Option<Shared>,
    /// Why there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<Problem>,
}

/// An answer, or one outcome for each question of a batch.
#[derive(utoipa::ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "documents the answer, which is written as it is")]
pub(crate) enum Answered {
    /// To one question.
    One(Box<Answer>),
    /// To a batch, in order.
    Many(Vec<Outcome>),
}

/// Ask a question, or several
///
/// A question that is wrong comes back with all its issues. In a batch each question has an
/// outcome of its own, in order; they are answered side by side. An answer is kept until something
/// changes or the minute ends. With `Cache-Control: max-age=1` an answer may be a second old, which
/// spares the server much while events stream in; `Deskmeter-Generation` tells which state the
/// answer is of, as the events of `/live` do.
#[utoipa::path(
    post, path = "/questions", tag = "questions",
    request_body(content = Question, description = "One question, or an array of them"),
    responses(
        (status = 200, body = Answered), (status = 422, body = Problem),
        (status = "default", body = Problem),
    ),
)]
pub(crate) async fn ask(
    State(desk): State<Desk>,
    headers: HeaderMap,
    payload: Payload,
) -> Result<([(HeaderName, HeaderValue); 1], Written), Problem> {
    let age = caching::age_allowed(&headers);
    let body: Value = payload.json("the question")?;
    let Value::Array(questions) = body else {
        let question = read(body)?;
        let Dated { answer, generation } = desk.ask(&question, age).await?;
        return Ok((of(generation), written(Shared(answer)).await?));
    };
    if questions.len() > QUESTIONS_MAX {
        let detail = format!("a batch has at most {QUESTIONS_MAX} questions");
        return Err(Problem::new(Kind::TooLarge, "questions", detail));
    }
    let mut generation = desk.store().snapshot().generation;
    let asked = questions.into_iter().map(|question| outcome(desk.clone(), question, age));
    // In the order of the questions, however long each takes.
    let answered: Vec<_> = futures::stream::iter(asked).buffered(at_once()).collect().await;
    let outcomes = answered.into_iter().map(|answered| match answered {
        Ok(dated) => {
            generation = generation.min(dated.generation);
            Outcome { answer: Some(Shared(dated.answer)), problem: None }
        }
        Err(problem) => Outcome { answer: None, problem: Some(problem) },
    });
    let outcomes: Vec<Outcome> = outcomes.collect();
    Ok((of(generation), written(outcomes).await?))
}

/// A body of JSON.
type Written = ([(HeaderName, HeaderValue); 1], Vec<u8>);

/// Writes an answer as JSON, which takes milliseconds where it has thousands of rows: not on the
/// threads that take requests and events.
async fn written<T: Serialize + Send + 'static>(value: T) -> Result<Written, Problem> {
    let work = tokio::task::spawn_blocking(move || serde_json::to_vec(&value));
    let json = work.await.map_err(|error| Problem::internal(&error))?;
    let json = json.map_err(|error| Problem::internal(&error))?;
    Ok(([(CONTENT_TYPE, HeaderValue::from_static("application/json"))], json))
}

/// The header that tells how new an answer is.
fn of(generation: u64) -> [(HeaderName, HeaderValue); 1] {
    [(HeaderName::from_static("deskmeter-generation"), HeaderValue::from(generation))]
}

/// Questions of a batch that are worked on at the same time.
fn at_once() -> usize {
    std::thread::available_parallelism().map_or(1, NonZeroUsize::get)
}

async fn outcome(desk: Desk, question: Value, age: Duration) -> Result<Dated, Problem> {
    // A task of its own, so that questions share the cores; it goes with whoever asked.
    let mut task = JoinSet::new();
    let asked = async move { Ok(desk.ask(&read(question)?, age).await?) };
    task.spawn(asked.in_current_span());
    match task.join_next().await {
        Some(Ok(answered)) => answered,
        Some(Err(error)) => Err(Problem::internal(&error)),
        None => Err(Problem::new(Kind::Internal, "internal", "the question was lost")),
    }
}

pub(crate) fn read(value: Value) -> Result<Question, Problem> {
    Question::from_value(value).map_err(|issues| Problem::issues("the question", issues))
}

/// The parts of a simple question.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "documents the parameters, which are read as they come")]
pub(crate) struct Simple {
    /// Metrics, each `name` or `name:variant`; separated by commas, or repeated.
    metrics: String,
    /// Dimensions to split by, three at most; separated by commas, or repeated.
    by: Option<String>,
    /// hour, day, week, month, quarter or year.
    every: Option<String>,
    /// The period in words: `last 12 weeks`, `2026-03`.
    range: Option<String>,
    /// First instant or day, instead of `range`.
    from: Option<String>,
    /// Last day, or the exclusive end, instead of `range`.
    to: Option<String>,
    /// IANA zone.
    zone: Option<String>,
    /// A filter such as `priority = high`; may be repeated.
    #[serde(rename = "where")]
    filter: Option<String>,
    /// `previous_period` or `same_period_last_year`; may be repeated.
    compare: Option<String>,
    /// The instant that values belong to.
    attribution: Option<String>,
    /// `business` or `calendar`.
    clock: Option<String>,
    /// Statistics; separated by commas, or repeated.
    stat: Option<String>,
    /// Answer with what was known at this instant.
    as_of: Option<String>,
    /// Keep only so many groups.
    limit: Option<u64>,
    /// Order of the rows.
    order: Option<String>,
}

/// Ask a simple question in the address
///
/// The same question and answer as `POST /questions`. The `ETag` changes with the answer.
#[utoipa::path(
    get, path = "/questions", tag = "questions", params(Simple),
    responses(
        (status = 200, body = Answer), (status = 304, description = "Nothing has changed"),
        (status = 422, body = Problem), (status = "default", body = Problem),
    ),
)]
pub(crate) async fn ask_simple(
    State(desk): State<Desk>,
    Params(pairs): Params<Vec<(String, String)>>,
) -> Result<Written, Problem> {
    let question = read(Value::Object(object(pairs)))?;
    written(Shared(desk.ask(&question, Duration::ZERO).await?.answer)).await
}

/// A question, and the cell of its answer to open.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CellAsked {
    /// The question, as it was asked.
    #[schema(value_type = Question)]
    pub(crate) question: Value,
    /// The cell, the order of its rows, and the page.
    #[serde(default)]
    pub(crate) cell: Drill,
}

/// The tickets behind one cell
///
/// `n` equals the cell's `n`: the rows are exactly those counted.
#[utoipa::path(
    post, path = "/questions/tickets", tag = "questions", request_body = CellAsked,
    responses(
        (status = 200, body = TicketPage), (status = 422, body = Problem),
        (status = "default", body = Problem),
    ),
)]
pub(crate) async fn tickets(
    State(desk): State<Desk>,
    payload: Payload,
) -> Result<Json<TicketPage>, Problem> {
    let CellAsked { question, cell } = payload.json("the request")?;
    let question = read(question)?;
    Ok(Json(desk.engine().tickets(&question, &cell).await?))
}

/// The pairs of an address as the object that a question is.
fn object(pairs: Vec<(String, String)>) -> Map<String, Value> {
    let mut object = Map::new();
    let mut range = Map::new();
    for (key, value) in pairs {
        let words = |value: &str| -> Vec<Value> {
            value.split(',').map(|word| Value::from(word.trim())).collect()
        };
        let (key, items) = match key.as_str() {
            "from" | "to" | "at" => {
                range.insert(key, Value::from(value));
                continue;
            }
            "limit" => {
                let limit = value.parse::<u64>().map_or(Value::from(value), Value::from);
                object.insert(key, limit);
                continue;
            }
            "metrics" | "by" | "compare" | "order" => (key.as_str(), words(&value)),
            "stat" | "statistic" | "statistics" => ("statistic", words(&value)),
            "where" => ("where", vec![Value::from(value)]),
            _ => {
                object.insert(key, Value::from(value));
                continue;
            }
        };
        match object.entry(key).or_insert_with(|| Value::Array(Vec::new())) {
            Value::Array(list) => list.extend(items),
            other => *other = Value::Array(items),
        }
    }
    if !range.is_empty() {
        object.insert("range".to_owned(), Value::Object(range));
    }
    object
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn pairs(written: &[(&str, &str)]) -> Vec<(String, String)> {
        written.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn an_address_says_what_a_body_says() {
        let address = object(pairs(&[
            ("metrics", "volume,csat:mean"),
            ("by", "channel"),
            ("where", "group in (Billing, Sales)"),
            ("where", "priority = high"),
            ("stat", "median"),
            ("stat", "p90"),
            ("from", "2026-03-01"),
            ("limit", "5"),
        ]));
        assert_eq!(
            Value::Object(address),
            json!({
                "metrics": ["volume", "csat:mean"],
                "by": ["channel"],
                "where": ["group in (Billing, Sales)", "priority = high"],
                "statistic": ["median", "p90"],
                "range": {"from": "2026-03-01"},
                "limit": 5,
            })
        );
    }
}
