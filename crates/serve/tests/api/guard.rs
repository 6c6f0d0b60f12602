//! Who may call, what comes back with every answer, and what paths there are not.

use super::{Desk, request};
use axum::body::Body;
use axum::http::{Request, header};

#[tokio::test]
async fn another_host_is_refused() {
    let desk = Desk::new().await;
    for host in ["evil.example", "127.0.0.1.nip.io:8080"] {
        let request = Request::get("/api/v1/health").header(header::HOST, host);
        desk.send(request.body(Body::empty()).unwrap()).await.problem(421);
    }
    let request = Request::get("/api/v1/health").body(Body::empty()).unwrap();
    desk.send(request).await.problem(421);
}

#[tokio::test]
async fn a_page_of_another_origin_may_not_write() {
    let desk = Desk::new().await;
    let request = request("POST", "/api/v1/events").header(header::ORIGIN, "https://evil.example");
    desk.send(request.body(Body::from("[]")).unwrap()).await.problem(403);
}

#[tokio::test]
async fn unknown_paths_and_methods_are_problems() {
    let desk = Desk::new().await;
    desk.get("/api/v1/nothing").await.problem(404);
    let reply = desk.delete("/api/v1/questions").await;
    reply.problem(405);
    assert!(reply.headers[header::ALLOW].to_str().unwrap().contains("POST"));
}

#[tokio::test]
async fn every_answer_has_an_id_and_hardened_headers() {
    let desk = Desk::new().await;
    let reply = desk.get("/").await;
    assert_eq!(reply.status.as_u16(), 200, "with and without the interface: {}", reply.text);
    for name in ["x-request-id", "x-content-type-options", "content-security-policy"] {
        assert!(reply.headers.contains_key(name), "{name}");
    }
    assert!(!reply.headers.contains_key("access-control-allow-origin"));
    let given = request("GET", "/api/v1/health").header("x-request-id", "mine");
    let reply = desk.send(given.body(Body::empty()).unwrap()).await;
    assert_eq!(reply.headers["x-request-id"], "mine");
}

#[tokio::test]
async fn bodies_have_a_limit() {
    let desk = Desk::new().await;
    let large = "x".repeat(serve::limits::QUESTION_BYTES_MAX + 1);
    desk.post_text("/api/v1/questions", "application/json", large).await.problem(413);
}

#[tokio::test]
async fn answers_are_compressed_for_those_who_ask() {
    let desk = Desk::new().await;
    for encoding in ["gzip", "zstd"] {
        let asked =
            request("GET", "/api/v1/openapi.json").header(header::ACCEPT_ENCODING, encoding);
        let reply = desk.send(asked.body(Body::empty()).unwrap()).await;
        assert_eq!(reply.headers[header::CONTENT_ENCODING], encoding);
    }
}

#[tokio::test]
async fn what_did_not_change_is_not_sent_again() {
    let desk = Desk::filled().await;
    for path in ["metrics", "dimensions", "policies", "tickets", "metrics/volume"] {
        let path = format!("/api/v1/{path}");
        let first = desk.get(&path).await;
        let again =
            request("GET", &path).header(header::IF_NONE_MATCH, &first.headers[header::ETAG]);
        let again = desk.send(again.body(Body::empty()).unwrap()).await;
        assert_eq!((again.status.as_u16(), again.text.as_str()), (304, ""), "{path}");
        let other = request("GET", &path).header(header::IF_NONE_MATCH, "\"other\"");
        assert_eq!(desk.send(other.body(Body::empty()).unwrap()).await.text, first.text);
    }
}

#[tokio::test]
async fn health_and_readiness() {
    let desk = Desk::filled().await;
    assert_eq!(desk.get("/api/v1/health").await.ok()["status"], "ok");
    let ready = desk.get("/api/v1/ready").await.ok();
    assert_eq!(ready["tickets"], 2, "{ready:#}");
    assert!(desk.get("/api/v1/policies").await.ok()["policies"].is_object());
}
