//! The user interface: plain files inside the binary, or a page that says they are not there.

use crate::caching;
use crate::page;
use crate::problem::{Kind, Problem};
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::{Embed, EmbeddedFile};
use std::borrow::Cow;

/// What `npm run build` made of `ui/`; no file at all where that was not done before building.
#[derive(Embed)]
#[folder = "$OUT_DIR/ui"]
struct Embedded;

/// Looks a file up by its path.
type Files = fn(&str) -> Option<EmbeddedFile>;

/// The page that draws every address of the interface.
const PAGE: &str = "index.html";
/// Files made by the build; a name that is not there is a mistake or out of date.
const MADE: &str = "_app/";
/// Files whose names change with their content.
const HASHED: &str = "_app/immutable/";
/// What the build compressed ahead: content coding and file ending, the better first.
const PACKED: [(&str, &str); 2] = [("br", ".br"), ("gzip", ".gz")];

/// What the interface may do in a browser: nothing that does not come from here.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
     img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'none'; manifest-src 'self'",
);
const IMMUTABLE: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");

/// Whether this binary was built with the interface.
pub fn is_embedded() -> bool {
    Embedded::get(PAGE).is_some()
}

/// Whatever is asked for outside the API.
pub(crate) async fn serve(request: Request) -> Result<Response, Problem> {
    answer(Embedded::get, &request)
}

fn answer(files: Files, request: &Request) -> Result<Response, Problem> {
    let path = request.uri().path().trim_start_matches('/');
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if !reads || path == "api" || path.starts_with("api/") {
        return Err(nowhere());
    }
    let Some(index) = files(PAGE) else {
        return if path.is_empty() { Ok(page::welcome()) } else { Err(nowhere()) };
    };
    let (name, file) = match files(path) {
        Some(file) => (path, file),
        None if path.is_empty() || is_address(path, request.headers()) => (PAGE, index),
        None => return Err(nowhere()),
    };
    Ok(send(files, name, file, request))
}

/// Whether a path is one that the interface draws, and not a file that is missing.
fn is_address(path: &str, headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter();
    !path.starts_with(MADE)
        && accepted.filter_map(|value| value.to_str().ok()).any(|kinds| kinds.contains("text/html"))
}

fn nowhere() -> Problem {
    Problem::new(Kind::NotFound, "path", "there is nothing at this path")
        .hint("GET /api/v1/openapi.json lists every path")
}

fn send(files: Files, name: &str, file: EmbeddedFile, request: &Request) -> Response {
    let kind = kind_of(file.metadata.mimetype());
    // A step after the build may rewrite the page, not what was packed of it: it is packed anew.
    let packed = if name == PAGE { None } else { packed(files, name, request.headers()) };
    let (coding, file) = match packed {
        Some((coding, file)) => (Some(coding), file),
        None => (None, file),
    };
    let tag = caching::tag(file.metadata.sha256_hash());
    let lasting = if name.starts_with(HASHED) { IMMUTABLE } else { ASK_AGAIN };
    let common = [
        (header::ETAG, tag.clone()),
        (header::CACHE_CONTROL, lasting),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::VARY, HeaderValue::from_static("accept-encoding")),
    ];
    if caching::holds(request.headers(), &tag) {
        return (StatusCode::NOT_MODIFIED, common).into_response();
    }
    let bytes = bytes(file.data);
    let length = bytes.len();
    // The server sends no body in answer to HEAD; here it is not even handed over.
    let body = if *request.method() == Method::HEAD { Body::empty() } else { Body::from(bytes) };
    let mut response = (common, body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, kind);
    headers.insert(header::CONTENT_LENGTH, length.into());
    if let Some(coding) = coding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    response
}

fn kind_of(mime: &str) -> HeaderValue {
    let text = mime.starts_with("text/") || mime == "application/json";
    let kind = if text { format!("{mime}; charset=utf-8") } else { mime.to_owned() };
    HeaderValue::from_str(&kind).unwrap_or(HeaderValue::from_static("application/octet-stream"))
}

/// The packed sibling of a file that the caller can unpack.
fn packed(files: Files, name: &str, headers: &HeaderMap) -> Option<(&'static str, EmbeddedFile)> {
    let wanted = |(coding, _): &(&str, &str)| accepts(headers, coding);
    PACKED
        .into_iter()
        .filter(wanted)
        .find_map(|(coding, ending)| Some((coding, files(&format!("{name}{ending}"))?)))
}

/// Whether `Accept-Encoding` names a coding, and not with a weight of zero.
fn accepts(headers: &HeaderMap, coding: &str) -> bool {
    let named = headers.get_all(header::ACCEPT_ENCODING).iter();
    named.filter_map(|value| value.to_str().ok()).flat_map(|list| list.split(',')).any(|entry| {
        let (name, weight) = entry.split_once(';').unwrap_or((entry, ""));
        let weight = weight.trim().trim_start_matches("q=").parse::<f32>().unwrap_or(1.0);
        name.trim().eq_ignore_ascii_case(coding) && weight > 0.0
    })
}

fn bytes(data: Cow<'static, [u8]>) -> Bytes {
    match data {
        Cow::Borrowed(data) => Bytes::from_static(data),
        Cow::Owned(data) => Bytes::from(data),
    }
}

#[cfg(test)]
mod tests;
