//! Restatements: what was reported then, what is known now, and which late events made the
//! difference.

use crate::engine::Engine;
use crate::error::{Error, Result, store as store_failed};
use crate::limits::CAUSES_MAX;
use event::Instant;
use semantic::Issue;
use semantic::answer::{Answer, Cell, Row};
use semantic::limits::PAGE_MAX;
use semantic::question::{Ends, Question, Range};
use semantic::tickets::Drill;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The difference between an answer as it was known at an instant and as it is known now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Restatement {
    /// The instant of the first report (RFC 3339).
    pub as_of: String,
    /// The answer as it was known then.
    pub then: Answer,
    /// The answer to the same question about the same period, as it is known now.
    pub now: Answer,
    /// The cells whose value differs.
    pub changes: Vec<Change>,
    /// The tickets that made the difference, by what we learnt of them late.
    pub causes: Vec<Cause>,
    /// How many such tickets there are, where not all are listed.
    pub causes_total: usize,
}

/// Names one cell of an answer: its row and its metric.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema,
)]
pub struct CellKey {
    /// The name of the metric's cells.
    pub metric: String,
    /// The row's bucket, as the answer writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// The row's value of each dimension.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub dimensions: BTreeMap<String, String>,
}

/// A cell whose value differs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Change {
    /// The cell.
    #[serde(flatten)]
    pub cell: CellKey,
    /// What was reported; absent where the row did not exist.
    pub then: Option<Cell>,
    /// What is known now; absent where the row exists no longer.
    pub now: Option<Cell>,
}

/// A ticket of which something was learnt late.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Cause {
    /// The connection it came through.
    pub source: String,
    /// Its id there.
    pub ticket: String,
    /// What happened before the period's end and was learnt of after the report.
    pub late: Vec<LateEvent>,
}

/// An event that came late.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct LateEvent {
    /// Its id.
    pub id: String,
    /// When it happened (RFC 3339).
    pub at: String,
    /// When we learnt of it (RFC 3339).
    pub seen: String,
}

impl Engine {
    /// Asks a question as of then and as of now about the same period, and explains the difference.
    ///
    /// A period in words (`last 4 weeks`) is the one it meant then.
    ///
    /// # Errors
    /// As [`Engine::ask`].
    pub async fn restatement(&self, question: &Question, as_of: &str) -> Result<Restatement> {
        let at: Instant = as_of.parse().map_err(|_| {
            let text = format!("`{as_of}` is not an instant");
            Error::Issues(vec![Issue::new("bad_instant", "as_of", text)])
        })?;
        let first = Question { as_of: Some(at.to_string()), ..question.clone() };
        let then = self.ask(&first).await?;
        let mut second = Question { as_of: None, ..question.clone() };
        if !is_instant(question) {
            second.range = Some(Range::Ends(Ends {
                from: then.period.from.clone(),
                to: Some(then.period.to.clone()),
                at: None,
            }));
        }
        let now = self.ask(&second).await?;
        let changes = changes(&then, &now);
        let (causes, causes_total) = self.causes(&first, &second, &changes, at).await?;
        Ok(Restatement { as_of: at.to_string(), then, now, changes, causes, causes_total })
    }

    /// The tickets of the cells that differ, then or now, of which something was learnt late.
    async fn causes(
        &self,
        first: &Question,
        second: &Question,
        changes: &[Change],
        at: Instant,
    ) -> Result<(Vec<Cause>, usize)> {
        let mut keys: BTreeSet<(String, String)> = BTreeSet::new();
        for change in changes {
            for question in [first, second] {
                let drill = Drill {
                    metric: Some(change.cell.metric.clone()),
                    time: change.cell.time.clone(),
                    dimensions: change.cell.dimensions.clone(),
                    limit: PAGE_MAX,
                    ..Drill::default()
                };
                let page = self.tickets(question, &drill).await?;
                keys.extend(page.rows.into_iter().map(|row| (row.source, row.ticket)));
            }
        }
        let mut causes = Vec::new();
        for (source, ticket) in keys {
            let found = self
                .store()
                .ticket(&source, &ticket)
                .await
                .map_err(store_failed("read a ticket's timeline"))?;
            let Some((_, stored)) = found else { continue };
            let late: Vec<LateEvent> = stored
                .timeline
                .iter()
                .filter(|entry| entry.seen > at && entry.at <= at)
                .map(|entry| LateEvent {
                    id: entry.id.to_string(),
                    at: entry.at.to_string(),
                    seen: entry.seen.to_string(),
                })
                .collect();
            if !late.is_empty() {
                causes.push(Cause { source, ticket, late });
            }
        }
        let total = causes.len();
        causes.truncate(CAUSES_MAX);
        Ok((causes, total))
    }
}

fn is_instant(question: &Question) -> bool {
    matches!(&question.range, Some(Range::Ends(Ends { at: Some(_), .. })))
}

/// The cells of two answers that differ, in the order of their rows.
fn changes(then: &Answer, now: &Answer) -> Vec<Change> {
    let mut cells: BTreeMap<CellKey, (Option<Cell>, Option<Cell>)> = BTreeMap::new();
    for (key, cell) in then.rows.iter().flat_map(keyed) {
        cells.entry(key).or_default().0 = Some(cell.clone());
    }
    for (key, cell) in now.rows.iter().flat_map(keyed) {
        cells.entry(key).or_default().1 = Some(cell.clone());
    }
    cells
        .into_iter()
        .filter(|(_, (then, now))| reported(then.as_ref()) != reported(now.as_ref()))
        .map(|(cell, (then, now))| Change { cell, then, now })
        .collect()
}

fn keyed(row: &Row) -> impl Iterator<Item = (CellKey, &Cell)> {
    row.cells.iter().map(|(metric, cell)| {
        let key = CellKey {
            metric: metric.clone(),
            time: row.time.clone(),
            dimensions: row.dimensions.clone(),
        };
        (key, cell)
    })
}

/// What a report would have shown of a cell; an empty one is as good as none.
fn reported(cell: Option<&Cell>) -> Option<(Option<u64>, i64)> {
    let cell = cell?;
    (cell.value.is_some() || cell.n > 0).then_some((cell.value.map(f64::to_bits), cell.n))
}
