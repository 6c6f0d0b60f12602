//! What can be asked: metrics in words, and the values of dimensions.

use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::limits::VALUES_MAX;
use semantic::Issue;
use semantic::catalog::Description;
use semantic::issue::suggest;
use semantic::question::{Asked, Question, Words};
use serde::{Deserialize, Serialize};

/// A value of a dimension, with how many tickets have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct DimensionValue {
    /// The value; `(none)` where it is missing.
    pub value: String,
    /// Tickets of the default population with it.
    pub tickets: i64,
}

/// The metric whose groups are a dimension's values.
const COUNTED: &str = "volume";

impl Engine {
    /// A metric in words: formula, variants, how other products differ.
    ///
    /// # Errors
    /// An issue with a suggestion where there is no such metric.
    pub fn explain_metric(&self, name: &str) -> Result<Description> {
        self.catalog().describe(name).ok_or_else(|| {
            let issue =
                Issue::new("unknown_metric", "metric", format!("there is no metric `{name}`"));
            Error::Issues(vec![match suggest(name, self.catalog().names()) {
                Some(hint) => issue.hint(hint),
                None => issue,
            }])
        })
    }

    /// The values of a dimension that contain `part`, the most frequent first.
    ///
    /// # Errors
    /// Issues where there is no such dimension.
    pub async fn dimension_values(
        &self,
        dimension: &str,
        part: Option<&str>,
        limit: usize,
    ) -> Result<Vec<DimensionValue>> {
        let question = Question {
            metrics: vec![Asked::from(COUNTED)],
            by: vec![dimension.to_owned()],
            order: Words(vec![format!("-{COUNTED}")]),
            ..Question::default()
        };
        let part = part.map(str::to_lowercase);
        let answer = self.ask(&question).await?;
        Ok(answer
            .rows
            .into_iter()
            .filter_map(|row| {
                let value = row.dimensions.into_values().next()?;
                let tickets = row.cells.values().next()?.n;
                Some(DimensionValue { value, tickets })
            })
            .filter(|found| match &part {
                Some(part) => found.value.to_lowercase().contains(part),
                None => true,
            })
            .take(limit.min(VALUES_MAX))
            .collect())
    }
}
