//! `GET /live`: news as server-sent events, for as long as somebody listens.

use super::imports::Import;
use crate::desk::Desk;
use crate::limits::{LIVE_KEEP_ALIVE, LIVE_LISTENERS_MAX};
use crate::live::Change;
use crate::problem::{Kind, Problem};
use crate::rebuilding::Rebuild;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::IntoResponse;
use axum::response::sse::{KeepAlive, Sse};
use futures::StreamExt as _;
use serde::Serialize;
use std::convert::Infallible;

/// The data of an event, by its name.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "documents the events, which are written one by one")]
pub(crate) enum LiveData {
    /// `hello`, once on connecting, and `change`, whenever answers may differ.
    Change(Change),
    /// `import`, while one runs and when it ends.
    Import(Import),
    /// `rebuild`, while one runs and when it ends.
    Rebuild(Rebuild),
}

/// News as server-sent events
///
/// `hello` comes on connecting and `change` whenever something was stored, four times a second at
/// most; their ids are what `Last-Event-ID` takes, and one that is out of date is answered with a
/// `change` at once. `import` tells how far an import got, `rebuild` how far a rebuild.
#[utoipa::path(
    get, path = "/live", tag = "operations",
    params(("last-event-id" = Option<String>, Header)),
    responses(
        (status = 200, body = LiveData, content_type = "text/event-stream"),
        (status = 503, body = Problem), (status = "default", body = Problem),
    ),
)]
pub(crate) async fn listen(
    State(desk): State<Desk>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, Problem> {
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok());
    let events = desk.live().listen(desk.store(), last).ok_or_else(|| {
        let detail = format!("at most {LIVE_LISTENERS_MAX} may listen at the same time");
        Problem::new(Kind::Unavailable, "listeners", detail)
            .hint("close other pages of the interface, or poll GET /api/v1/ready")
    })?;
    let alive = KeepAlive::new().interval(LIVE_KEEP_ALIVE);
    Ok(Sse::new(events.map(Ok::<_, Infallible>)).keep_alive(alive))
}
