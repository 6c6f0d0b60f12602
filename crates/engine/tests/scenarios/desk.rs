//! A scenario's history in a store of its own, with an engine over it.

use engine::{Engine, Error, Settings};
use event::{Clock, FixedClock};
use facts::Policies;
use semantic::answer::Row;
use semantic::catalog::folder;
use semantic::tickets::Drill;
use semantic::{Catalog, Question};
use serde_json::Value;
use std::path::Path;
use std::sync::Arc;
use store::{Options, Store};
use testkit::scenario::Scenario;

/// Segments that a scenario's tickets fill, if there are as many.
const SEGMENTS: usize = 3;

/// How the events arrive.
#[derive(Clone, Copy, Debug)]
pub(super) enum Arrival {
    /// In one batch, in order.
    AsWritten,
    /// Shuffled, some twice, in three batches with everything sealed between, so that the answer
    /// comes from sealed rows, from fresh ones, and from fresh ones that replace sealed ones.
    Disordered,
}

/// Code and text of each issue of a wrong question; other errors have the code `error`.
pub(super) type Issues = Vec<(String, String)>;

/// A store that holds a scenario, and its engine.
pub(super) struct Desk {
    engine: Engine,
    _dir: tempfile::TempDir,
}

/// A question and its answer.
pub(super) struct Asked {
    question: Question,
    rows: Vec<Row>,
    /// The answer as the API gives it.
    pub(super) json: Value,
}

impl Desk {
    pub(super) async fn open(
        scenario: &Scenario,
        catalog: &Arc<Catalog>,
        arrival: Arrival,
    ) -> Result<Self, String> {
        let said = |error: &dyn std::fmt::Debug| format!("{error:?}");
        let policies: Policies = serde_json::from_value(scenario.policies.clone())
            .map_err(|error| format!("policies: {error}"))?;
        let dir = tempfile::tempdir().map_err(|error| said(&error))?;
        let clock: Arc<dyn Clock> = Arc::new(FixedClock(scenario.now));
        let mut options = Options::new(Arc::clone(&clock));
        options.segment_rows = u32::try_from(scenario.tickets().len().div_ceil(SEGMENTS)).ok();
        options.threads = 1;
        let store = Store::open(dir.path(), options).await.map_err(|error| said(&error))?;
        store.rebuild(policies, Arc::new(|_, _| {})).await.map_err(|error| said(&error))?;
        match arrival {
            Arrival::AsWritten => {
                store.accept(scenario.events.clone()).await.map_err(|error| said(&error))?;
            }
            Arrival::Disordered => {
                let events = scenario.disordered(1);
                for part in events.chunks(events.len().div_ceil(3)) {
                    store.seal_all().await.map_err(|error| said(&error))?;
                    store.accept(part.to_vec()).await.map_err(|error| said(&error))?;
                }
            }
        }
        let engine = Engine::new(store, Arc::clone(catalog), Settings::new(clock))
            .map_err(|error| said(&error))?;
        Ok(Self { engine, _dir: dir })
    }

    /// Asks, in the scenario's zone unless the question names one.
    pub(super) async fn ask(&self, scenario: &Scenario, ask: &Value) -> Result<Asked, Issues> {
        let question = question(scenario, ask)?;
        let answer = self.engine.ask(&question).await.map_err(issues)?;
        let json = serde_json::to_value(&answer)
            .map_err(|error| vec![("error".to_owned(), error.to_string())])?;
        Ok(Asked { question, rows: answer.rows, json })
    }

    /// Opens every cell of an answer: it must show as many rows as the cell counts.
    pub(super) async fn drill_down(&self, asked: &Asked) -> Vec<String> {
        let mut wrong = Vec::new();
        for row in &asked.rows {
            wrong.extend(self.open_row(&asked.question, row).await);
        }
        wrong
    }

    async fn open_row(&self, question: &Question, row: &Row) -> Vec<String> {
        let mut wrong = Vec::new();
        for (metric, cell) in &row.cells {
            let drill = Drill {
                metric: Some(metric.clone()),
                time: row.time.clone(),
                dimensions: row.dimensions.clone(),
                ..Drill::default()
            };
            match self.engine.tickets(question, &drill).await {
                Ok(page) => {
                    let rows = i64::try_from(page.rows.len()).unwrap_or(i64::MAX);
                    if page.n != cell.n || rows != cell.n {
                        let n = cell.n;
                        wrong.push(format!("{metric} counts {n}, opens to {} ({rows})", page.n));
                    }
                }
                Err(error) => wrong.push(format!("{metric} does not open: {error:?}")),
            }
        }
        wrong
    }
}

/// The metrics that ship.
pub(super) fn catalog() -> Result<Arc<Catalog>, String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../definitions/metrics");
    let files = folder(&path).map_err(|error| error.to_string())?;
    let files = files.iter().map(|(name, text)| (name.as_str(), text.as_str()));
    let catalog = Catalog::default().with(files).map_err(|issues| format!("{issues:?}"))?;
    Ok(Arc::new(catalog))
}

fn question(scenario: &Scenario, ask: &Value) -> Result<Question, Issues> {
    let mut ask = ask.clone();
    if let (Some(object), Some(zone)) = (ask.as_object_mut(), scenario.zone.iana_name()) {
        object.entry("zone").or_insert_with(|| zone.into());
    }
    Question::from_value(ask).map_err(|issues| issues_of(&issues))
}

fn issues(error: Error) -> Issues {
    match error {
        Error::Issues(issues) => issues_of(&issues),
        other => vec![("error".to_owned(), format!("{other:?}"))],
    }
}

fn issues_of(issues: &[semantic::Issue]) -> Issues {
    issues.iter().map(|issue| (issue.code.clone(), issue.to_string())).collect()
}
