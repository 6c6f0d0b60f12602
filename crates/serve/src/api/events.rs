//! `POST /events`: CloudEvents in, on disk before the answer.

mod read;
mod take;

use crate::body::Incoming;
use crate::desk::Desk;
use crate::door::Admitted;
use crate::payload::Params;
use crate::problem::Problem;
use crate::sorting::ItemResult;
use axum::Json;
use axum::extract::{Request, State};
use serde::{Deserialize, Serialize};

/// What became of the events sent. Everything counted here is on disk.
#[derive(Debug, Default, Serialize, utoipa::ToSchema)]
pub(crate) struct Receipt {
    /// Events that were understood.
    accepted: u64,
    /// Events that could not be understood; they are in quarantine, with the reason.
    quarantined: u64,
    /// The batch of the inbox that holds the last of them; 0 where none was understood.
    batch: u64,
    /// Events that were new; only with `wait=applied`.
    #[serde(skip_serializing_if = "Option::is_none")]
    new: Option<u64>,
    /// Events that were known already, by source and id; only with `wait=applied`.
    #[serde(skip_serializing_if = "Option::is_none")]
    duplicate: Option<u64>,
    /// One entry for each event sent, in order. Behind the first 10,000 events only those in
    /// quarantine are listed, and 10,000 of them at most.
    items: Vec<ItemResult>,
    /// Events without an entry.
    unlisted: u64,
}

/// What to wait for.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    /// `durable` (the default) answers when the events are on disk, `applied` when they also show
    /// in the next answer.
    #[serde(default)]
    #[param(inline)]
    wait: Wait,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
enum Wait {
    #[default]
    Durable,
    Applied,
}

/// Send events
///
/// The body is one `CloudEvent`, a JSON array of them (CloudEvents batch), JSON lines, or the data
/// of one event whose attributes are headers (binary mode); plain, gzip or zstd. An answer means
/// that everything in it is on disk. Events are recognised by source and id, so sending again is
/// safe. JSON lines are kept piece by piece while they come: a problem says in `kept` how far that
/// got. Status 429 says when to come back.
#[utoipa::path(
    post, path = "/events", tag = "events",
    params(Asked),
    request_body(content(
        (serde_json::Value = "application/cloudevents+json"),
        (Vec<serde_json::Value> = "application/cloudevents-batch+json"),
        (String = "application/x-ndjson"),
        (serde_json::Value = "application/json"),
    ), description = "One CloudEvent, a batch, JSON lines, or one event's data"),
    responses(
        (status = 200, body = Receipt),
        (status = 408, description = "The body came too slowly", body = Problem),
        (status = 413, description = "It is larger than the limit quoted", body = Problem),
        (status = 422, description = "No event could be understood; all are in quarantine", body = Problem),
        (status = 429, description = "Too much at once; `Retry-After` says when to come back", body = Problem),
        (status = 503, description = "The state database is not there; `Retry-After` says when to come back", body = Problem),
        (status = 507, description = "The disk is full; what is not in `kept` was not accepted", body = Problem),
        (status = "default", body = Problem),
    ),
)]
pub(crate) async fn accept(
    State(desk): State<Desk>,
    Params(asked): Params<Asked>,
    _admitted: Admitted,
    request: Request,
) -> Result<Json<Receipt>, Problem> {
    let (parts, body) = request.into_parts();
    let mut body = Incoming::new(desk.gate(), &parts.headers, body)?;
    let mut taking = take::Taking::new(desk, asked.wait == Wait::Applied);
    match read::through(&mut taking, &mut body, &parts.headers).await {
        Ok(()) => taking.finish().await.map(Json),
        Err(problem) => {
            body.drain().await;
            Err(taking.told(problem))
        }
    }
}
