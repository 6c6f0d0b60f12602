//! Tags that tell a caller whether what it holds is still what we would send.

use crate::limits::{ANSWER_AGE_MAX, TAGGED_BYTES_MAX};
use axum::body::{Body, HttpBody as _, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

/// For what may be kept, but asked about each time.
pub(crate) const ASK_AGAIN: HeaderValue = HeaderValue::from_static("private, no-cache");

/// Tags what is read, by its content, so that it is not sent again to who holds it.
pub(crate) async fn tag_reads(request: Request, next: Next) -> Response {
    // The answer to HEAD has lost its content here.
    let reads = *request.method() == Method::GET;
    let asked = request.headers().clone();
    let response = next.run(request).await;
    let whole = response.body().size_hint().exact().and_then(|bytes| usize::try_from(bytes).ok());
    let fits = whole.is_some_and(|bytes| bytes <= TAGGED_BYTES_MAX);
    let tagged = response.headers().contains_key(header::ETAG);
    if !reads || tagged || !fits || response.status() != StatusCode::OK {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    // What has its size already does not break off.
    let Ok(bytes) = to_bytes(body, TAGGED_BYTES_MAX).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let tag = tag(&bytes);
    let unchanged = holds(&asked, &tag);
    parts.headers.insert(header::ETAG, tag);
    parts.headers.insert(header::CACHE_CONTROL, ASK_AGAIN);
    if unchanged {
        parts.status = StatusCode::NOT_MODIFIED;
        parts.headers.remove(header::CONTENT_LENGTH);
        return Response::from_parts(parts, Body::empty());
    }
    Response::from_parts(parts, Body::from(bytes))
}

/// How old the caller lets an answer be: its `Cache-Control: max-age`; zero where it says nothing.
pub(crate) fn age_allowed(headers: &HeaderMap) -> Duration {
    let words =
        headers.get_all(header::CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok());
    let age = words.flat_map(|value| value.split(',')).find_map(|word| {
        let (name, seconds) = word.trim().split_once('=')?;
        name.eq_ignore_ascii_case("max-age").then(|| seconds.parse().ok()).flatten()
    });
    Duration::from_secs(age.unwrap_or(0)).min(ANSWER_AGE_MAX)
}

/// A tag of these parts.
pub(crate) fn tag(of: impl Hash) -> HeaderValue {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    let text = format!("\"{:016x}\"", hasher.finish());
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("\"\""))
}

/// Whether the caller holds what has this tag. A proxy that compressed it made the tag weak.
pub(crate) fn holds(headers: &HeaderMap, tag: &HeaderValue) -> bool {
    let Ok(tag) = tag.to_str() else { return false };
    let bare = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    headers.get_all(header::IF_NONE_MATCH).iter().any(|value| {
        value.to_str().is_ok_and(|tags| {
            tags.split(',').any(|known| known.trim() == "*" || bare(known) == bare(tag))
        })
    })
}
