//! The OpenAPI document: made from the code, committed as openapi.json, served by the API.

use crate::desk::Desk;
use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use utoipa::openapi::{ContactBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder};
use utoipa_axum::router::OpenApiRouter;

/// The routes and what documents them.
pub(crate) fn parts() -> (Router<Desk>, OpenApi) {
    let mut info = InfoBuilder::new()
        .title("Deskmeter")
        .version("1")
        .description(Some(
            "Numbers about customer support that one can prove. Durations are seconds, shares are \
             fractions from 0 to 1, instants are RFC 3339, an absent value is null. Errors are \
             RFC 9457 problems; everything wrong with a question comes back at once as `issues`.",
        ))
        .license(Some(
            LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build(),
        ))
        .build();
    info.contact = None::<ContactBuilder>.map(ContactBuilder::build);
    let base = OpenApiBuilder::new().info(info).build();
    let (router, mut document) =
        OpenApiRouter::with_openapi(base).nest("/api/v1", crate::api::router()).split_for_parts();
    name_operations(&mut document);
    (router, document)
}

/// Names each operation after its method and path: handlers of different nouns share names, and an
/// operation's id must be its own.
fn name_operations(document: &mut OpenApi) {
    for (path, item) in &mut document.paths.paths {
        let noun = path.trim_start_matches("/api/v1/").replace(['/', '-'], "_");
        let noun = noun.replace(['{', '}'], "");
        for (method, operation) in [
            ("get", &mut item.get),
            ("post", &mut item.post),
            ("put", &mut item.put),
            ("delete", &mut item.delete),
        ] {
            if let Some(operation) = operation {
                operation.operation_id = Some(format!("{method}_{noun}"));
            }
        }
    }
}

/// The committed document: pretty JSON with a final line end.
pub fn document() -> String {
    let (_, document) = parts();
    text(&document)
}

pub(crate) fn text(document: &OpenApi) -> String {
    document.to_pretty_json().map(|text| text + "\n").unwrap_or_default()
}

pub(crate) fn response(document: String) -> Response {
    let json = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    (json, Bytes::from(document)).into_response()
}
