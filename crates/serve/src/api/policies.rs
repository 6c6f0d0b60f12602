//! The policies in force, others in their place, and the rebuild that follows.

use crate::desk::Desk;
use crate::payload::{Params, Payload};
use crate::problem::{Kind, Problem};
use crate::rebuilding::Rebuild;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use engine::semantic::Issue;
use event::calendar::Holiday;
use event::ics::{self, IcsError};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use store::{Policies, PolicyIssue};

/// Calendars, SLA policies, sessions, effort and roles in force.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct InForce {
    /// Stable hash of the policies.
    digest: String,
    /// The policies, as `deskmeter policies set` takes them.
    #[schema(value_type = Policies)]
    policies: Arc<Policies>,
}

/// The policies in force
#[utoipa::path(
    get, path = "/policies", tag = "operations",
    responses((status = 200, body = InForce), (status = "default", body = Problem)),
)]
pub(crate) async fn current(State(desk): State<Desk>) -> Json<InForce> {
    let policies = desk.store().policies();
    Json(InForce { digest: policies.digest(), policies })
}

/// Whether to change anything.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct How {
    /// Check the policies, and change nothing.
    dry_run: bool,
}

/// Policies that can be put in force.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Checked {
    /// Whether they differ from those in force.
    changed: bool,
    /// Stable hash of them.
    digest: String,
}

/// Put other policies in force
///
/// The policies are checked first, and everything wrong with them comes back at once. Then every
/// ticket is folded again in the background; until that is done, questions are answered under the
/// old ones, and answers change in one step. Policies that are in force already change nothing.
#[utoipa::path(
    put, path = "/policies", tag = "operations", params(How), request_body = Policies,
    responses(
        (status = 200, body = Checked, description = "A dry run, or nothing to change"),
        (status = 202, body = Rebuild, description = "A rebuild has begun"),
        (status = 409, body = Problem, description = "A rebuild runs already"),
        (status = 422, body = Problem), (status = "default", body = Problem),
    ),
)]
pub(crate) async fn change(
    State(desk): State<Desk>,
    Params(how): Params<How>,
    payload: Payload,
) -> Result<Response, Problem> {
    let policies: Policies = payload.json("the policies")?;
    let issues = policies.check();
    if !issues.is_empty() {
        return Err(Problem::issues("the policies", issues.into_iter().map(ours).collect()));
    }
    let digest = policies.digest();
    let changed = digest != desk.store().policies().digest();
    if how.dry_run || !changed {
        return Ok(Json(Checked { changed, digest }).into_response());
    }
    let started = desk.rebuild(policies).ok_or_else(|| {
        Problem::new(Kind::Conflict, "rebuild", "a rebuild runs already")
            .hint("wait until GET /api/v1/rebuild says that it is done, then try again")
    })?;
    Ok((StatusCode::ACCEPTED, Json(started)).into_response())
}

fn ours(issue: PolicyIssue) -> Issue {
    let PolicyIssue { code, place, message, hint } = issue;
    Issue { code: code.to_owned(), place, message, hint }
}

/// How far a rebuild has got
#[utoipa::path(
    get, path = "/rebuild", tag = "operations",
    responses((status = 200, body = Rebuild), (status = "default", body = Problem)),
)]
pub(crate) async fn rebuild(State(desk): State<Desk>) -> Json<Rebuild> {
    Json(desk.rebuilding().now())
}

/// Holidays out of an iCalendar file.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Holidays {
    /// Days closed, by date, each once.
    holidays: Vec<Holiday>,
    /// Entries of the file that became no holiday, in its order.
    skipped: Vec<SkippedEntry>,
}

/// An entry of an iCalendar file that became no holiday.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct SkippedEntry {
    /// Position among the file's components, from 1.
    number: usize,
    /// Its summary, or its kind where it has none.
    summary: String,
    /// Why it was skipped.
    reason: String,
}

/// Holidays out of an iCalendar file, to be put into a calendar of the policies
///
/// Read are all-day events, ranges of days and plain yearly repetition; what else there is comes
/// back as skipped. Nothing is changed.
#[utoipa::path(
    post, path = "/calendars/holidays", tag = "operations",
    request_body(content = String, content_type = "text/calendar"),
    responses(
        (status = 200, body = Holidays), (status = 422, body = Problem),
        (status = "default", body = Problem),
    ),
)]
pub(crate) async fn holidays(Payload(body): Payload) -> Result<Json<Holidays>, Problem> {
    let text = std::str::from_utf8(&body).map_err(|_| {
        Problem::new(Kind::Malformed, "calendar", "the calendar is not UTF-8")
            .hint("save the file as UTF-8 and send it again")
    })?;
    let read = ics::holidays(text).map_err(|error| match &error {
        IcsError::TooLong { .. } => Problem::new(Kind::TooLarge, "calendar", error.to_string())
            .hint("send one country and a few years at a time"),
        IcsError::Malformed { .. } => Problem::new(Kind::Invalid, "calendar", error.to_string())
            .hint("send the text of an .ics file; it begins with BEGIN:VCALENDAR"),
    })?;
    let skipped = read
        .skipped
        .into_iter()
        .map(|ics::Skipped { number, summary, reason }| SkippedEntry { number, summary, reason })
        .collect();
    Ok(Json(Holidays { holidays: read.holidays, skipped }))
}
