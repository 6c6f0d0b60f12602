//! The interface as a browser meets it, with files made for the test.

use super::*;
use axum::Router;
use axum::http::request::Builder;
use tower::ServiceExt as _;
use tower_http::compression::CompressionLayer;

#[derive(Embed)]
#[folder = "tests/ui"]
struct Fixture;

fn get(path: &str) -> Builder {
    Request::builder().uri(path).header(header::ACCEPT, "text/html,*/*;q=0.8")
}

/// Sends a request through the layer that compresses, as the server does.
async fn send(files: Files, request: Builder) -> (StatusCode, HeaderMap, Bytes) {
    let router = Router::new()
        .fallback(move |request: Request| std::future::ready(answer(files, &request)))
        .layer(CompressionLayer::new());
    let response = router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    (parts.status, parts.headers, axum::body::to_bytes(body, usize::MAX).await.unwrap())
}

#[tokio::test]
async fn addresses_of_the_interface_get_its_page() {
    for path in ["/", "/index.html", "/explore", "/tickets/acme/T-1.2"] {
        let (status, headers, body) = send(Fixture::get, get(path)).await;
        assert_eq!(status, StatusCode::OK, "{path}");
        assert!(body.starts_with(b"<!doctype html>"), "{path}");
        assert_eq!(headers[header::CONTENT_TYPE], "text/html; charset=utf-8");
        assert_eq!(headers[header::CACHE_CONTROL], "no-cache");
        assert_eq!(headers[header::CONTENT_SECURITY_POLICY], POLICY);
    }
}

#[tokio::test]
async fn what_is_missing_is_not_the_page() {
    for path in ["/_app/immutable/gone.js", "/_app/gone", "/api", "/api/v1/gone"] {
        assert_eq!(send(Fixture::get, get(path)).await.0, StatusCode::NOT_FOUND, "{path}");
    }
    let image = Request::builder().uri("/gone.png").header(header::ACCEPT, "image/*");
    assert_eq!(send(Fixture::get, image).await.0, StatusCode::NOT_FOUND);
    assert_eq!(send(Fixture::get, get("/").method("POST")).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_was_packed_ahead_is_sent_as_it_is() {
    for (accepted, coding, content) in [
        ("gzip, deflate, br, zstd", Some("br"), "packed by brotli"),
        ("gzip, br;q=0", Some("gzip"), "packed by gzip"),
        ("identity", None, "console.log(1);\n"),
    ] {
        let asked = get("/_app/immutable/app.js").header(header::ACCEPT_ENCODING, accepted);
        let (status, headers, body) = send(Fixture::get, asked).await;
        assert_eq!((status, &body[..]), (StatusCode::OK, content.as_bytes()), "{accepted}");
        let found = headers.get(header::CONTENT_ENCODING).map(|found| found.to_str().unwrap());
        assert_eq!(found, coding);
        assert_eq!(headers[header::CONTENT_TYPE], "text/javascript; charset=utf-8");
        assert_eq!(headers[header::CACHE_CONTROL], IMMUTABLE);
        assert_eq!(headers[header::CONTENT_LENGTH], content.len().to_string());
        assert!(headers.get_all(header::VARY).iter().any(|vary| vary == "accept-encoding"));
    }
}

#[tokio::test]
async fn the_page_is_sent_again_only_when_it_changed() {
    let (_, headers, _) = send(Fixture::get, get("/")).await;
    let again = get("/explore").header(header::IF_NONE_MATCH, &headers[header::ETAG]);
    let (status, _, body) = send(Fixture::get, again).await;
    assert_eq!((status, body.len()), (StatusCode::NOT_MODIFIED, 0));
}

#[tokio::test]
async fn head_tells_the_length_and_sends_nothing() {
    let (status, headers, body) = send(Fixture::get, get("/favicon.svg").method("HEAD")).await;
    assert_eq!((status, body.len()), (StatusCode::OK, 0));
    assert_eq!(headers[header::CONTENT_TYPE], "image/svg+xml");
    assert!(headers[header::CONTENT_LENGTH].to_str().unwrap().parse::<u64>().unwrap() > 0);
}

#[tokio::test]
async fn without_an_interface_the_page_says_how_to_get_it() {
    let (status, headers, body) = send(|_| None, get("/")).await;
    let text = String::from_utf8_lossy(&body);
    assert_eq!(status, StatusCode::OK);
    assert!(text.contains("make demo") && text.contains("/api/v1/openapi.json"), "{text}");
    assert!(headers[header::CONTENT_TYPE].to_str().unwrap().starts_with("text/html"));
    assert_eq!(send(|_| None, get("/explore")).await.0, StatusCode::NOT_FOUND);
}
