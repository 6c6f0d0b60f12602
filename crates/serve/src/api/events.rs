//! `POST /events`: CloudEvents in, on disk before the answer.

use crate::desk::Desk;
use crate::limits::EVENTS_MAX;
use crate::payload::Payload;
use crate::problem::{Kind, Problem};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use event::cloudevents::{self, Item};
use event::{Event, Instant};
use serde::Serialize;
use store::Reject;

/// What became of the events sent. Everything counted here is on disk.
#[derive(Debug, Default, Serialize, utoipa::ToSchema)]
pub(crate) struct Receipt {
    /// Events that were new.
    new: u64,
    /// Events that were known already, by source and id; nothing changed.
    duplicate: u64,
    /// Events that could not be understood; they are in quarantine, with the reason.
    quarantined: u64,
    /// One entry for each event sent, in order.
    items: Vec<ItemResult>,
}

/// What became of one event.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ItemResult {
    /// The event's id, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    /// `accepted` or `quarantined`.
    result: &'static str,
    /// Why it is in quarantine, as a stable code.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// Why it is in quarantine, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
}

/// What a body has been taken apart into.
#[derive(Default)]
struct Sorted {
    events: Vec<Event>,
    rejects: Vec<Reject>,
    items: Vec<ItemResult>,
}

/// Send events
///
/// The body is one `CloudEvent`, a JSON array of them (CloudEvents batch), or JSON lines. An answer
/// means that everything in it is on disk and shows in the next answer. Events are recognised by
/// source and id, so sending again is safe.
#[utoipa::path(
    post, path = "/events", tag = "events",
    request_body(content(
        (serde_json::Value = "application/cloudevents+json"),
        (Vec<serde_json::Value> = "application/cloudevents-batch+json"),
        (String = "application/x-ndjson"),
    ), description = "One CloudEvent, a batch, or JSON lines"),
    responses(
        (status = 200, body = Receipt),
        (status = 422, description = "No event could be understood; all are in quarantine", body = Problem),
        (status = "default", body = Problem),
    ),
)]
pub(crate) async fn accept(
    State(desk): State<Desk>,
    headers: HeaderMap,
    payload: Payload,
) -> Result<Json<Receipt>, Problem> {
    let seen = desk.now();
    let sorted = sort(&headers, &payload.0, seen)?;
    // Once begun, the writing goes on even if the caller goes away.
    let writing = tokio::spawn(async move { write(&desk, sorted).await });
    writing.await.map_err(|error| Problem::internal(&error))?
}

async fn write(desk: &Desk, sorted: Sorted) -> Result<Json<Receipt>, Problem> {
    let Sorted { events, rejects, items } = sorted;
    let none_understood = events.is_empty() && !rejects.is_empty();
    let quarantined = u64::try_from(rejects.len()).unwrap_or(u64::MAX);
    if !rejects.is_empty() {
        desk.store().quarantine_add(&rejects).await?;
    }
    let accepted = desk.store().accept(events).await?;
    if none_understood {
        return Err(not_understood(&items));
    }
    Ok(Json(Receipt { new: accepted.new, duplicate: accepted.duplicate, quarantined, items }))
}

fn not_understood(items: &[ItemResult]) -> Problem {
    /// Issues in one problem; the quarantine has the rest.
    const ISSUES_MAX: usize = 100;
    let issue = |(index, item): (usize, &ItemResult)| engine::semantic::Issue {
        code: item.reason.clone().unwrap_or_default(),
        place: item.id.as_ref().map_or(format!("event {}", index + 1), |id| format!("event {id}")),
        message: item.message.clone().unwrap_or_default(),
        hint: item.hint.clone(),
    };
    Problem::issues("the body", items.iter().enumerate().take(ISSUES_MAX).map(issue).collect())
        .hint("nothing is lost: what was sent is in quarantine, and can be replayed")
}

fn sort(headers: &HeaderMap, body: &[u8], seen: Instant) -> Result<Sorted, Problem> {
    let mut sorted = Sorted::default();
    if is_lines(headers, body) {
        for line in body.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii) {
            if !line.is_empty() {
                sorted.push(cloudevents::parse(line, seen), line);
                sorted.check_count()?;
            }
        }
    } else if body.trim_ascii_start().starts_with(b"[") {
        let list: Vec<&serde_json::value::RawValue> = serde_json::from_slice(body)
            .map_err(|error| Problem::malformed("the batch", &error))?;
        for raw in list {
            let raw = raw.get().as_bytes();
            sorted.push(cloudevents::parse(raw, seen), raw);
            sorted.check_count()?;
        }
    } else {
        let body = body.trim_ascii();
        let _: &serde_json::value::RawValue = serde_json::from_slice(body)
            .map_err(|error| Problem::malformed("the event", &error))?;
        sorted.push(cloudevents::parse(body, seen), body);
    }
    Ok(sorted)
}

/// Whether the body is JSON lines: it says so, or its first line is a whole object and not the
/// last.
fn is_lines(headers: &HeaderMap, body: &[u8]) -> bool {
    let declared = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if declared.is_some_and(|kind| kind.contains("ndjson") || kind.contains("jsonl")) {
        return true;
    }
    let body = body.trim_ascii();
    let Some(end) = body.iter().position(|byte| *byte == b'\n') else { return false };
    serde_json::from_slice::<&serde_json::value::RawValue>(&body[..end]).is_ok()
}

impl Sorted {
    fn push(&mut self, parsed: Result<Item, cloudevents::Reject>, raw: &[u8]) {
        let (id, source, reason, message, hint) = match parsed {
            Ok(Item::Event(event)) => {
                let id = Some(event.entry.id.to_string());
                self.items.push(ItemResult {
                    id,
                    result: "accepted",
                    reason: None,
                    message: None,
                    hint: None,
                });
                self.events.push(event);
                return;
            }
            Ok(Item::Record(record)) => (
                Some(record.id.to_string()),
                record.source.to_string(),
                "record_not_kept".to_owned(),
                format!("records such as `{}` are recognised, but not kept yet", record.type_),
                Some("replay the quarantine after an upgrade".to_owned()),
            ),
            Err(reject) => {
                (reject.id, String::new(), reject.code.to_owned(), reject.message, reject.hint)
            }
        };
        self.rejects.push(Reject {
            source,
            import: None,
            place: format!("POST /events, event {}", self.items.len() + 1),
            reason: reason.clone(),
            message: message.clone(),
            raw: raw.to_vec(),
        });
        let (reason, message) = (Some(reason), Some(message));
        self.items.push(ItemResult { id, result: "quarantined", reason, message, hint });
    }

    fn check_count(&self) -> Result<(), Problem> {
        if self.items.len() <= EVENTS_MAX {
            return Ok(());
        }
        let detail = format!("one request may carry {EVENTS_MAX} events");
        Err(Problem::new(Kind::TooLarge, "events", detail)
            .hint("send smaller batches; nothing of this one was kept"))
    }
}
