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
use std::collections::BTreeMap;

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
    /// How many tickets simply went on after the report: what happened on them happened later.
    pub continued_total: usize,
}

/// Why a cell differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Something that had happened by the report was learnt of after it.
    Restated,
    /// Things happened after the report, in a period that was not over or not settled.
    Continued,
    /// Both.
    Both,
    /// Nothing happened, but time passed: a window of days closed, or a clock ran out.
    Elapsed,
}

impl Why {
    const fn of(restated: bool, continued: bool) -> Self {
        match (restated, continued) {
            (true, true) => Self::Both,
            (true, false) => Self::Restated,
            (false, true) => Self::Continued,
            (false, false) => Self::Elapsed,
        }
    }
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
    /// Whether late news or later events made the difference.
    pub why: Why,
}

/// A ticket of which something was learnt late.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Cause {
    /// The connection it came through.
    pub source: String,
    /// Its id there.
    pub ticket: String,
    /// What had happened by the report and was learnt of after it.
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
        let mut changes = changes(&then, &now);
        let told = self.told(&first, &second, &mut changes, at).await?;
        let mut causes: Vec<Cause> = told
            .iter()
            .filter(|(_, news)| !news.late.is_empty())
            .map(|((source, ticket), news)| Cause {
                source: source.clone(),
                ticket: ticket.clone(),
                late: news.late.clone(),
            })
            .collect();
        let causes_total = causes.len();
        causes.truncate(CAUSES_MAX);
        let continued_total = told.values().filter(|news| news.went_on).count();
        let as_of = at.to_string();
        Ok(Restatement { as_of, then, now, changes, causes, causes_total, continued_total })
    }

    /// What we learnt after the report of the tickets of the cells that differ, then or now; says
    /// for each cell why it differs.
    async fn told(
        &self,
        first: &Question,
        second: &Question,
        changes: &mut [Change],
        at: Instant,
    ) -> Result<BTreeMap<TicketKey, News>> {
        let mut told: BTreeMap<TicketKey, News> = BTreeMap::new();
        for change in changes {
            let (mut restated, mut continued) = (false, false);
            for question in [first, second] {
                let drill = Drill {
                    metric: Some(change.cell.metric.clone()),
                    time: change.cell.time.clone(),
                    dimensions: change.cell.dimensions.clone(),
                    limit: PAGE_MAX,
                    ..Drill::default()
                };
                for row in self.tickets(question, &drill).await?.rows {
                    let key = (row.source, row.ticket);
                    let news = match told.get(&key) {
                        Some(news) => news,
                        None => {
                            let news = self.news(&key, at).await?;
                            told.entry(key).or_insert(news)
                        }
                    };
                    restated |= !news.late.is_empty();
                    continued |= news.went_on;
                }
            }
            change.why = Why::of(restated, continued);
        }
        Ok(told)
    }

    /// What we learnt of a ticket after an instant.
    async fn news(&self, (source, ticket): &TicketKey, at: Instant) -> Result<News> {
        let found = self
            .store()
            .ticket(source, ticket)
            .await
            .map_err(store_failed("read a ticket's timeline"))?;
        let Some((_, stored)) = found else { return Ok(News::default()) };
        let unknown = || stored.timeline.iter().filter(|entry| entry.seen > at);
        let late = unknown()
            .filter(|entry| entry.at <= at)
            .map(|entry| LateEvent {
                id: entry.id.to_string(),
                at: entry.at.to_string(),
                seen: entry.seen.to_string(),
            })
            .collect();
        Ok(News { late, went_on: unknown().any(|entry| entry.at > at) })
    }
}

/// Source and id of a ticket.
type TicketKey = (String, String);

/// What became known of a ticket after a report.
#[derive(Default)]
struct News {
    /// What had happened by then.
    late: Vec<LateEvent>,
    /// Whether anything happened afterwards.
    went_on: bool,
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
        .map(|(cell, (then, now))| Change { cell, then, now, why: Why::Elapsed })
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
