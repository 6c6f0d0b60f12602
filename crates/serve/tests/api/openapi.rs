//! The committed OpenAPI document is the one that the code makes.

use super::Desk;
use std::path::Path;

#[tokio::test]
async fn the_committed_document_is_fresh_and_served() {
    let generated = serve::document();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../openapi.json");
    #[expect(clippy::disallowed_methods, reason = "asks whether to write, not how to behave")]
    let update = std::env::var_os("UPDATE").is_some();
    if update {
        std::fs::write(&path, &generated).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == generated, "openapi.json is stale: run `make update`");
    let served = Desk::new().await.get("/api/v1/openapi.json").await;
    assert_eq!(served.text, generated);
    assert_eq!(served.json()["openapi"].as_str().unwrap().split('.').next(), Some("3"));
}

#[test]
fn every_reference_leads_somewhere() {
    let document: serde_json::Value = serde_json::from_str(&serve::document()).unwrap();
    let mut dangling = Vec::new();
    visit(&document, &mut |reference| {
        if document.pointer(reference.trim_start_matches('#')).is_none() {
            dangling.push(reference.to_owned());
        }
    });
    assert!(dangling.is_empty(), "{dangling:?}");
}

fn visit(value: &serde_json::Value, see: &mut impl FnMut(&str)) {
    match value {
        serde_json::Value::Object(object) => {
            if let Some(reference) = object.get("$ref").and_then(serde_json::Value::as_str) {
                see(reference);
            }
            object.values().for_each(|inner| visit(inner, see));
        }
        serde_json::Value::Array(list) => list.iter().for_each(|inner| visit(inner, see)),
        _ => {}
    }
}
