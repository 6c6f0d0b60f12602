//! Webhooks: believed when signed, kept before they are answered, mapped behind it.

use super::{Desk, NOW, request};
use axum::body::Body;
use connect::hooks::{Hook, HookRequest};
use serde_json::json;
use std::sync::Arc;

const MAPPING: &str = "ticket: id\nat: at\nrules:\n  - event: created\n";
const SIGNED: &str = "source: acme\nmapping: map.txt\nheaders: [X-Kind]\n\
    secrets: [{env: SECRET}]\n\
    signature:\n  header: X-Signature\n  prefix: v0=\n  algorithm: sha256\n  encoding: hex\n  \
    signed: 'v0:{timestamp}:{body}'\n  timestamp: {header: X-Timestamp}\n\
    challenge: {field: challenge, when: {type: url_verification}}\n";
const OPEN: &str = "source: open\nmapping: map.txt\nsignature: none\nchallenge: {query: hub}\n";
const BODY: &str = r#"{"id": "T1", "at": "2026-03-09T09:00:00Z"}"#;

struct Hooked {
    desk: Desk,
    hooks: Vec<Arc<Hook>>,
}

impl Hooked {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("map.txt"), MAPPING).unwrap();
        std::fs::write(folder.path().join("acme.yaml"), SIGNED).unwrap();
        std::fs::write(folder.path().join("open.yaml"), OPEN).unwrap();
        let hooks = connect::hooks::folder(folder.path(), &|_| Some("hush".to_owned())).unwrap();
        let hooks: Vec<Arc<Hook>> = hooks.into_iter().map(Arc::new).collect();
        let mut desk = Desk::new().await;
        desk.desk = desk.desk.with_hooks(&hooks);
        desk.router = serve::router(desk.desk.clone());
        Self { desk, hooks }
    }

    /// Sends what is signed at this time.
    async fn send(&self, body: &'static str, at: &str) -> super::Reply {
        let at = at.parse().unwrap();
        let asked =
            HookRequest { method: "POST", headers: &[], query: &[], body: body.as_bytes(), at };
        let mut request = request("POST", "/api/v1/hooks/acme");
        for (name, value) in self.hooks[0].sign(&asked) {
            request = request.header(name, value);
        }
        self.desk.send(request.body(Body::from(body)).unwrap()).await
    }
}

#[tokio::test]
async fn a_delivery_is_kept_before_it_is_answered() {
    let hooked = Hooked::new().await;
    let reply = hooked.send(BODY, NOW).await;
    assert_eq!(reply.status.as_u16(), 202, "{}", reply.text);
    assert_eq!(reply.json()["repeated"], json!(false));
    assert_eq!(hooked.send(BODY, NOW).await.json()["repeated"], json!(true));
    let waiting = hooked.desk.desk.store().deliveries("acme", 10).await.unwrap();
    assert_eq!(waiting.len(), 1);
    assert_eq!(waiting[0].body, BODY.as_bytes());
    // Neither signature nor secret is kept with it.
    assert!(waiting[0].headers.is_empty());
    let list = hooked.desk.get("/api/v1/hooks").await.ok();
    let line = &list["hooks"][0];
    assert_eq!((&line["source"], &line["proof"]), (&json!("acme"), &json!("signature")));
    assert_eq!((&line["received"], &line["repeated"]), (&json!(1), &json!(1)));
    assert_eq!((&line["waiting"], &line["last_received_at"]), (&json!(1), &json!(NOW)));
    assert!(!list.to_string().contains("hush"), "{list:#}");
}

#[tokio::test]
async fn who_proves_nothing_is_sent_away() {
    let hooked = Hooked::new().await;
    let bare = hooked.desk.post_text("/api/v1/hooks/acme", "application/json", BODY).await;
    let problem = bare.problem(401);
    assert_eq!(problem["type"], json!("urn:deskmeter:problem:missing_signature"));
    let stale = hooked.send(BODY, "2026-03-16T11:54:59Z").await.problem(401);
    assert_eq!(stale["type"], json!("urn:deskmeter:problem:stale_signature"));
    let list = hooked.desk.get("/api/v1/hooks").await.ok();
    assert_eq!(list["hooks"][0]["refused"], json!(2));
    assert_eq!(list["hooks"][0]["last_refusal"]["code"], json!("stale_signature"));
    assert_eq!(list["hooks"][0]["received"], json!(0));
    hooked.desk.post_text("/api/v1/hooks/nobody", "application/json", BODY).await.problem(404);
}

#[tokio::test]
async fn handshakes_are_answered_and_not_kept() {
    let hooked = Hooked::new().await;
    let asked = r#"{"type": "url_verification", "challenge": "3eZbrw1a"}"#;
    let unsigned = hooked.desk.post_text("/api/v1/hooks/acme", "application/json", asked).await;
    unsigned.problem(401);
    let reply = hooked.send(asked, NOW).await;
    assert_eq!((reply.status.as_u16(), reply.text.as_str()), (200, "3eZbrw1a"));
    assert_eq!(reply.headers["content-type"], "text/plain");
    let got = hooked.desk.get("/api/v1/hooks/open?hub=117").await;
    assert_eq!((got.status.as_u16(), got.text.as_str()), (200, "117"));
    hooked.desk.get("/api/v1/hooks/acme?hub=117").await.problem(403);
    assert!(hooked.desk.desk.store().hooks().await.unwrap().is_empty());
}
