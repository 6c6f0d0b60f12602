//! A body of events, whichever of the forms it has, in parts.

use super::take::Taking;
use crate::body::Incoming;
use crate::limits::{EVENTS_MAX, PIECE_BYTES, PIECE_EVENTS, PIECE_PATIENCE};
use crate::lines::Lines;
use crate::problem::{Kind, Problem};
use axum::http::{HeaderMap, header};
use bytes::{Bytes, BytesMut};
use event::limits::EVENT_BYTES_MAX;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::time::Duration;

/// Reads the body of a request to its end and takes in what it says.
///
/// # Errors
/// It cannot be read, is too large, or cannot be kept.
pub(super) async fn through(
    taking: &mut Taking,
    body: &mut Incoming,
    headers: &HeaderMap,
) -> Result<(), Problem> {
    let whole_max = taking.desk.gate().door().body_bytes;
    if let Some(envelope) = binary_mode(headers)? {
        let data = body.whole(BytesMut::new(), whole_max).await?;
        let event = with_data(envelope, headers, &data)?;
        return taking.take(vec![event], Duration::ZERO).await;
    }
    let mut begun = BytesMut::new();
    let is_lines = says_lines(headers) || begins_with_lines(body, &mut begun).await?;
    if is_lines {
        return lines(taking, body, &begun).await;
    }
    let whole = body.whole(begun, whole_max).await?;
    taking.take(split(&whole)?, Duration::ZERO).await
}

/// The events of a body that was read whole: one, or those of a batch.
fn split(whole: &Bytes) -> Result<Vec<Bytes>, Problem> {
    let trimmed = whole.slice_ref(whole.trim_ascii());
    if !trimmed.starts_with(b"[") {
        let _: &RawValue = serde_json::from_slice(&trimmed)
            .map_err(|error| Problem::malformed("the event", &error))?;
        return Ok(vec![trimmed]);
    }
    let list: Vec<&RawValue> = serde_json::from_slice(&trimmed)
        .map_err(|error| Problem::malformed("the batch", &error))?;
    if list.len() > EVENTS_MAX {
        let detail = format!("one batch may carry {EVENTS_MAX} events, not {}", list.len());
        return Err(Problem::new(Kind::TooLarge, "events", detail)
            .hint("send smaller batches, or JSON lines; nothing of this one was kept"));
    }
    Ok(list.iter().map(|raw| trimmed.slice_ref(raw.get().as_bytes())).collect())
}

/// Takes in JSON lines behind `begun` piece by piece, so that their number costs no memory.
async fn lines(taking: &mut Taking, body: &mut Incoming, begun: &[u8]) -> Result<(), Problem> {
    let bytes_max = taking.desk.gate().door().stream_bytes;
    let mut cut = Lines::default();
    cut.push(begun);
    let (mut piece, mut bytes) = (Vec::new(), 0);
    // Who is told to come back before anything was kept loses nothing; later, waiting is better.
    let mut patience = Duration::ZERO;
    loop {
        while let Some(line) = cut.next() {
            bytes += line.len();
            piece.push(line);
            if piece.len() == PIECE_EVENTS || bytes >= PIECE_BYTES {
                taking.take(std::mem::take(&mut piece), patience).await?;
                (bytes, patience) = (0, PIECE_PATIENCE);
                body.release();
            }
        }
        if body.bytes() > bytes_max {
            let detail = format!("a body of JSON lines may have {bytes_max} bytes");
            return Err(Problem::new(Kind::TooLarge, "stream", detail)
                .hint("go on behind the events that were kept, with another request"));
        }
        let Some(chunk) = body.next().await? else { break };
        cut.push(&chunk);
    }
    piece.extend(cut.last());
    if piece.is_empty() { Ok(()) } else { taking.take(piece, patience).await }
}

fn says_lines(headers: &HeaderMap) -> bool {
    let declared = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    declared.is_some_and(|kind| kind.contains("ndjson") || kind.contains("jsonl"))
}

/// Reads the first line; whether it is a JSON text by itself that another line follows.
async fn begins_with_lines(body: &mut Incoming, begun: &mut BytesMut) -> Result<bool, Problem> {
    let mut searched = 0;
    loop {
        let start = begun.len() - begun.trim_ascii_start().len();
        let from = searched.max(start);
        if let Some(end) = begun[from..].iter().position(|byte| *byte == b'\n') {
            let first = &begun[start..from + end];
            return Ok(serde_json::from_slice::<&RawValue>(first).is_ok());
        }
        if begun[start..].starts_with(b"[") || begun.len() > EVENT_BYTES_MAX {
            return Ok(false);
        }
        searched = begun.len();
        let Some(chunk) = body.next().await? else { return Ok(false) };
        begun.extend_from_slice(&chunk);
    }
}

/// The attributes of an event whose body is its data, in headers that begin with `ce-`.
///
/// # Errors
/// One of them is not text.
fn binary_mode(headers: &HeaderMap) -> Result<Option<Map<String, Value>>, Problem> {
    if !headers.contains_key("ce-specversion") {
        return Ok(None);
    }
    let mut envelope = Map::new();
    for (name, value) in headers {
        let Some(attribute) = name.as_str().strip_prefix("ce-") else { continue };
        let text = value.to_str().ok().and_then(unescaped).ok_or_else(|| {
            let detail = format!("the header {name} is not text");
            Problem::new(Kind::Malformed, "header", detail)
                .hint("characters beyond ASCII are written as %XX of their UTF-8 bytes")
        })?;
        envelope.insert(attribute.to_owned(), Value::String(text));
    }
    Ok(Some(envelope))
}

/// The text of a header's value, in which `%XX` stands for a byte.
fn unescaped(value: &str) -> Option<String> {
    percent_encoding::percent_decode_str(value).decode_utf8().ok().map(Cow::into_owned)
}

/// The event as one JSON object.
fn with_data(
    mut envelope: Map<String, Value>,
    headers: &HeaderMap,
    data: &[u8],
) -> Result<Bytes, Problem> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if kind.is_some_and(|kind| !kind.contains("json")) {
        let detail = "the data of an event is JSON here";
        return Err(
            Problem::new(Kind::Unsupported, "data", detail).hint("send it as application/json")
        );
    }
    if !data.trim_ascii().is_empty() {
        let data = serde_json::from_slice(data)
            .map_err(|error| Problem::malformed("the event's data", &error))?;
        envelope.insert("data".to_owned(), data);
    }
    Ok(Value::Object(envelope).to_string().into())
}
