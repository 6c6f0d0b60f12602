//! What can be measured, and exactly how.

use crate::desk::Desk;
use crate::problem::{Kind, Problem};
use axum::Json;
use axum::extract::{Path, State};
use engine::semantic::catalog::{Catalog, Description};
use engine::semantic::definition;
use serde::Serialize;

/// Every metric, in short.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Metrics {
    /// By name.
    pub metrics: Vec<Metric>,
}

/// One metric in short.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Metric {
    /// Its name in questions.
    pub name: String,
    /// Its number in the dictionary.
    pub id: String,
    /// Version of its definition.
    pub version: u32,
    /// Short name for people.
    pub title: String,
    /// What it tells.
    pub description: String,
    /// Unit of its value.
    pub unit: definition::Unit,
    /// Which direction is good.
    pub good: definition::Good,
    /// How its value is formed.
    pub kind: definition::Kind,
    /// Names of its variants, the default first.
    pub variants: Vec<String>,
}

/// Every metric, in short; what `GET /metrics` and `deskmeter explain metric` list.
pub fn all(catalog: &Catalog) -> Metrics {
    let metric = |definition: &engine::semantic::Definition| Metric {
        name: definition.metric.clone(),
        id: definition.id.clone(),
        version: definition.version,
        title: definition.title.clone(),
        description: definition.description.clone(),
        unit: definition.unit,
        good: definition.good,
        kind: definition.kind,
        variants: definition.variants.names().map(str::to_owned).collect(),
    };
    Metrics { metrics: catalog.entries().map(|entry| metric(&entry.definition)).collect() }
}

/// Every metric
#[utoipa::path(
    get, path = "/metrics", tag = "metrics",
    responses((status = 200, body = Metrics), (status = "default", body = Problem)),
)]
pub(crate) async fn list(State(desk): State<Desk>) -> Json<Metrics> {
    Json(all(desk.engine().catalog()))
}

/// One metric: words, formula, variants, how other products differ
#[utoipa::path(
    get, path = "/metrics/{name}", tag = "metrics", params(("name" = String, Path)),
    responses(
        (status = 200, body = Description), (status = 404, body = Problem),
        (status = "default", body = Problem),
    ),
)]
pub(crate) async fn explain(
    State(desk): State<Desk>,
    Path(name): Path<String>,
) -> Result<Json<Description>, Problem> {
    let catalog = desk.engine().catalog();
    catalog.describe(&name).map(Json).ok_or_else(|| {
        let problem =
            Problem::new(Kind::NotFound, "metric", format!("there is no metric `{name}`"));
        match engine::semantic::issue::suggest(&name, catalog.names()) {
            Some(hint) => problem.hint(hint),
            None => problem,
        }
    })
}
