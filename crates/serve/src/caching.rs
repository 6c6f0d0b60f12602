//! Tags that tell a caller whether what it holds is still what we would send.

use axum::http::{HeaderMap, HeaderValue, header};
use std::hash::{DefaultHasher, Hash, Hasher};

/// For what may be kept, but asked about each time.
pub(crate) const ASK_AGAIN: HeaderValue = HeaderValue::from_static("private, no-cache");

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
