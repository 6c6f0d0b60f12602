//! Tickets: the list, and what explains the numbers of one.

use crate::desk::Desk;
use crate::limits::{PAGE_DEFAULT, PAGE_MAX};
use crate::payload::Params;
use crate::problem::{Kind, Problem};
use axum::Json;
use axum::extract::{Path, State};
use engine::semantic::Question;
use engine::semantic::question::{Ends, Range};
use engine::semantic::tickets::{Drill, Sort};
use engine::{TicketExplanation, TicketPage};
use serde::Deserialize;

/// Every ticket, excluded ones too, by the moment of its creation.
const EVERY_TICKET: &str = "volume:all_tickets";

/// Which tickets.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "documents the parameters, which are read as they come")]
pub(crate) struct Which {
    /// A filter such as `status = open` or `group in (Billing, Sales)`; may be repeated.
    #[serde(rename = "where")]
    filter: Option<String>,
    /// Created in this period, in words: `last 4 weeks`.
    range: Option<String>,
    /// Created from this instant or day on, instead of `range`.
    from: Option<String>,
    /// Created before this instant, or until the end of this day, instead of `range`.
    to: Option<String>,
    /// `-created_at` (the default: newest first), `created_at`, `number` or `-number`.
    sort: Option<String>,
    /// Tickets on the page; 100 where absent, 1,000 at most.
    limit: Option<u64>,
    /// `next` of the page before.
    cursor: Option<u64>,
}

/// Tickets by filter
#[utoipa::path(
    get, path = "/tickets", tag = "tickets", params(Which),
    responses(
        (status = 200, body = TicketPage), (status = 422, body = Problem),
        (status = "default", body = Problem),
    ),
)]
pub(crate) async fn list(
    State(desk): State<Desk>,
    Params(pairs): Params<Vec<(String, String)>>,
) -> Result<Json<TicketPage>, Problem> {
    let (question, drill) = read(pairs)?;
    Ok(Json(desk.engine().tickets(&question, &drill).await?))
}

fn read(pairs: Vec<(String, String)>) -> Result<(Question, Drill), Problem> {
    let mut question = Question::about([EVERY_TICKET]);
    let mut drill = Drill { sort: Sort::Time, limit: PAGE_DEFAULT, ..Drill::default() };
    let mut ends = Ends::default();
    for (key, value) in pairs {
        match key.as_str() {
            "where" => question.filters.push(value),
            "range" => question.range = Some(Range::Text(value)),
            "from" => ends.from = Some(value),
            "to" => ends.to = Some(value),
            "sort" => sort(&value, &mut drill)?,
            "limit" => drill.limit = number(&key, &value)?.clamp(1, PAGE_MAX),
            "cursor" => drill.offset = number(&key, &value)?,
            _ => {
                let detail = format!("there is no parameter `{key}`");
                return Err(Problem::new(Kind::Malformed, "query", detail)
                    .hint("one of: where, range, from, to, sort, limit, cursor"));
            }
        }
    }
    if ends.from.is_some() || ends.to.is_some() {
        question.range = Some(Range::Ends(ends));
    }
    Ok((question, drill))
}

fn sort(written: &str, drill: &mut Drill) -> Result<(), Problem> {
    let name = written.strip_prefix('-').unwrap_or(written);
    drill.ascending = name == written;
    drill.sort = match name {
        "created_at" => Sort::Time,
        "number" => Sort::Number,
        _ => {
            let detail = format!("tickets cannot be sorted by `{written}`");
            return Err(Problem::new(Kind::Malformed, "query", detail)
                .hint("one of: created_at, -created_at, number, -number"));
        }
    };
    Ok(())
}

fn number(key: &str, value: &str) -> Result<u64, Problem> {
    let detail = || format!("`{key}` is a whole number, not `{value}`");
    value.parse().map_err(|_| Problem::new(Kind::Malformed, "query", detail()))
}

/// One ticket: its timeline, and the clock segments that add up to its numbers
#[utoipa::path(
    get, path = "/tickets/{source}/{id}/explanation", tag = "tickets",
    params(("source" = String, Path), ("id" = String, Path)),
    responses(
        (status = 200, body = TicketExplanation), (status = 404, body = Problem),
        (status = "default", body = Problem),
    ),
)]
pub(crate) async fn explain(
    State(desk): State<Desk>,
    Path((source, id)): Path<(String, String)>,
) -> Result<Json<TicketExplanation>, Problem> {
    Ok(Json(desk.engine().explain_ticket(&source, &id).await?))
}
