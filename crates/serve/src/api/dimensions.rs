//! What a number can be split by, and the values that occur.

use crate::desk::Desk;
use crate::limits::{PAGE_DEFAULT, VALUES_MAX};
use crate::payload::Params;
use crate::problem::Problem;
use axum::Json;
use axum::extract::{Path, State};
use engine::DimensionValue;
use engine::semantic::dimension::{DIMENSIONS, Dimension};
use serde::{Deserialize, Serialize};

/// Everything that a number can be split or filtered by.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Dimensions {
    /// By name; `field.NAME` stands for every custom field.
    dimensions: &'static [Dimension],
}

/// The values of one dimension.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Values {
    /// The most frequent first.
    values: Vec<DimensionValue>,
}

/// Which values.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// Only values that contain this, in any case.
    contains: Option<String>,
    /// Values at most; 100 where absent, 1,000 at most.
    limit: Option<u64>,
}

/// Every dimension
#[utoipa::path(
    get, path = "/dimensions", tag = "metrics",
    responses((status = 200, body = Dimensions), (status = "default", body = Problem)),
)]
pub(crate) async fn list() -> Json<Dimensions> {
    Json(Dimensions { dimensions: DIMENSIONS })
}

/// The values of one dimension, with how many tickets have each
#[utoipa::path(
    get, path = "/dimensions/{name}/values", tag = "metrics",
    params(("name" = String, Path), Which),
    responses(
        (status = 200, body = Values), (status = 422, body = Problem),
        (status = "default", body = Problem),
    ),
)]
pub(crate) async fn values(
    State(desk): State<Desk>,
    Path(name): Path<String>,
    Params(which): Params<Which>,
) -> Result<Json<Values>, Problem> {
    let limit = which.limit.unwrap_or(PAGE_DEFAULT).min(VALUES_MAX);
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let found = desk.engine().dimension_values(&name, which.contains.as_deref(), limit).await;
    Ok(Json(Values { values: found? }))
}
