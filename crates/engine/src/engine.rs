//! The engine: questions in, answers out.

use crate::answer::{Results, assemble, no_calendar};
use crate::answers::{AnswerKey, Answers, Dated};
use crate::error::{Error, Result, store as store_failed};
use crate::limits::{Limits, ROWS_MAX};
use crate::oddity::estimated;
use crate::preferences::Preferences;
use crate::session::Session;
use crate::view::View;
use arrow::array::RecordBatch;
use event::{Clock, Instant};
use futures::future::try_join_all;
use semantic::compiled::{Compiled, Part};
use semantic::time::Zone;
use semantic::{Answer, Catalog, Compiler, Question};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError, RwLock, Weak};
use std::time::Duration;
use store::Store;
use tokio::sync::watch;

/// Snapshots that are kept ready, the present among them.
const VIEWS_KEPT: usize = 4;

/// How an engine is set up.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Tells the present.
    pub clock: Arc<dyn Clock>,
    /// The zone and week of questions that name none, unless the desk settled on others.
    pub zone: Zone,
    /// What questions may use.
    pub limits: Limits,
    /// Whether answers are kept for as long as nothing changes.
    pub keep_answers: bool,
}

impl Settings {
    /// UTC, weeks from Monday, the default limits.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, zone: Zone::utc(), limits: Limits::default(), keep_answers: true }
    }
}

/// Answers questions about a store. Clones share everything.
#[derive(Clone, Debug)]
pub struct Engine {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    store: Store,
    catalog: Arc<Catalog>,
    settings: Settings,
    session: Session,
    preferences: RwLock<Arc<Preferences>>,
    settling: tokio::sync::Mutex<()>,
    views: Mutex<VecDeque<(ViewKey, Arc<View>)>>,
    answers: Answers,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct ViewKey {
    generation: u64,
    as_of: Option<Instant>,
}

impl Engine {
    /// An engine over an open store.
    ///
    /// # Errors
    /// When the query engine cannot be set up, for example without a folder to spill to.
    pub fn new(store: Store, catalog: Arc<Catalog>, settings: Settings) -> Result<Self> {
        let session = Session::new(settings.limits.clone())?;
        let (views, answers) = (Mutex::default(), Answers::new());
        let (preferences, settling) = Default::default();
        let inner =
            Inner { store, catalog, settings, session, preferences, settling, views, answers };
        let inner = Arc::new(inner);
        inner.session.always(forget_views(Arc::downgrade(&inner), inner.store.changes()));
        Ok(Self { inner })
    }

    /// The metrics it knows.
    pub fn catalog(&self) -> &Catalog {
        &self.inner.catalog
    }

    /// The store it reads.
    pub fn store(&self) -> &Store {
        &self.inner.store
    }

    /// Its settings.
    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    pub(crate) fn preferences_kept(&self) -> &RwLock<Arc<Preferences>> {
        &self.inner.preferences
    }

    /// Held by whoever changes the preferences, so that store and memory change in the same order.
    pub(crate) fn settling(&self) -> &tokio::sync::Mutex<()> {
        &self.inner.settling
    }

    pub(crate) fn session(&self) -> &Session {
        &self.inner.session
    }

    /// Answers a question.
    ///
    /// # Errors
    /// [`Error::Issues`] where the question is wrong, or a limit of [`Limits`].
    pub async fn ask(&self, question: &Question) -> Result<Answer> {
        let dated = self.ask_within(question, Duration::ZERO).await?;
        Ok(Arc::unwrap_or_clone(dated.answer))
    }

    /// Answers a question with what was known at most `age` ago, so that many who ask the same
    /// under a stream of events cost one answer now and then. Zero takes no answer but the newest.
    ///
    /// # Errors
    /// As [`Engine::ask`].
    pub async fn ask_within(&self, question: &Question, age: Duration) -> Result<Dated> {
        let now = self.inner.settings.clock.now();
        let view = self.view(question).await?;
        let (engine, question, read) = (self.clone(), question.clone(), Arc::clone(&view));
        let work = move || engine.compile(&question, &read, now);
        let compiled = self.inner.session.aside(work).await?;
        let generation = view.snapshot().generation;
        let work = self.answer(&compiled, &view);
        if !self.inner.settings.keep_answers {
            return Ok(Dated { answer: Arc::new(work.await?), generation });
        }
        let key = AnswerKey::new(view.snapshot(), &compiled, now);
        if age.is_zero() {
            return Ok(Dated { answer: self.inner.answers.get(&key, work).await?, generation });
        }
        self.inner.answers.recent(&key, age, work).await
    }

    async fn answer(&self, compiled: &Compiled, view: &View) -> Result<Answer> {
        let (results, oddities) =
            futures::try_join!(self.run(compiled, view), self.oddities(compiled, view))?;
        let mut answer = assemble(compiled, &results, view.freshness())?;
        answer.warnings.extend(no_calendar(&answer, &view.snapshot().policies));
        answer.warnings.extend(estimated(compiled, view));
        answer.warnings.extend(oddities);
        Ok(answer)
    }

    /// The snapshot that a question is about: the present, or what was known at its `as_of`.
    pub(crate) async fn view(&self, question: &Question) -> Result<Arc<View>> {
        // A text that is no instant is told by the compiler, with everything else that is wrong.
        let as_of: Option<Instant> = question.as_of.as_deref().and_then(|text| text.parse().ok());
        let present = self.inner.store.snapshot();
        let key = ViewKey { generation: present.generation, as_of };
        if let Some(view) = self.known(key) {
            return Ok(view);
        }
        let snapshot = match as_of {
            None => present,
            Some(at) => self
                .inner
                .store
                .as_of(at)
                .await
                .map_err(store_failed("read what was known then"))?,
        };
        let view = Arc::new(View::new(&self.inner.session, snapshot)?);
        let mut views = lock(&self.inner.views);
        // Segments live as long as a view of them. One that is no longer of the newest snapshot is
        // not kept: the change that would let go of it has come already.
        if self.inner.store.snapshot().generation == key.generation {
            views.retain(|(other, _)| other.as_of.is_some() && other.generation == key.generation);
            views.push_back((key, Arc::clone(&view)));
            while views.len() > VIEWS_KEPT {
                views.pop_front();
            }
        }
        drop(views);
        Ok(view)
    }

    fn known(&self, key: ViewKey) -> Option<Arc<View>> {
        let views = lock(&self.inner.views);
        views.iter().find(|(other, _)| *other == key).map(|(_, view)| Arc::clone(view))
    }

    /// Compiles a question over a view.
    pub(crate) fn compile(
        &self,
        question: &Question,
        view: &View,
        now: Instant,
    ) -> Result<Compiled> {
        self.compiler(view, now).compile(question).map_err(Error::Issues)
    }

    pub(crate) fn compiler<'a>(&'a self, view: &'a View, now: Instant) -> Compiler<'a> {
        Compiler {
            catalog: &self.inner.catalog,
            tables: view,
            functions: &view.state,
            now,
            zone: self.zone(),
        }
    }

    /// Runs every plan of a question, as many at a time as the limits allow.
    async fn run(&self, compiled: &Compiled, view: &View) -> Result<Results> {
        let name = compiled.key();
        let parts = self.run_parts(&compiled.parts, view, format!("{name} 0"));
        let compared =
            try_join_all(compiled.compared.iter().zip(1..).map(|(other, place)| {
                self.run_parts(&other.parts, view, format!("{name} {place}"))
            }));
        let (parts, compared) = futures::try_join!(parts, compared)?;
        Ok(Results { parts, compared })
    }

    async fn run_parts(
        &self,
        parts: &[Part],
        view: &View,
        name: String,
    ) -> Result<Vec<Vec<RecordBatch>>> {
        let session = &self.inner.session;
        let runs = parts.iter().enumerate().map(|(place, part)| {
            let name = format!("{name} {place}");
            session.run_again(name, &view.state, &part.plan, ROWS_MAX)
        });
        try_join_all(runs).await
    }
}

/// Lets go of views when they are not of the newest snapshot any more, and with them of the files
/// that they read: an erasure waits for those, and the next question may be long in coming.
async fn forget_views(engine: Weak<Inner>, mut changes: watch::Receiver<u64>) {
    while changes.changed().await.is_ok() {
        let Some(inner) = engine.upgrade() else { return };
        let newest = inner.store.snapshot().generation;
        lock(&inner.views).retain(|(key, _)| key.generation == newest);
    }
}

/// What these locks guard is replaced whole: a panic elsewhere leaves it sound.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
    use datafusion::logical_expr::LogicalPlan;
    use event::FixedClock;

    /// The column that is larger than all others together: no number is made of it.
    const TIMELINE: &str = "timeline";

    #[tokio::test]
    async fn no_metric_reads_timelines() {
        let dir = tempfile::tempdir().unwrap();
        let clock: Arc<dyn Clock> =
            Arc::new(FixedClock(testkit::builders::at("2026-11-16T12:00:00Z")));
        let store = Store::open(dir.path(), store::Options::new(Arc::clone(&clock))).await.unwrap();
        let catalog = Arc::new(Catalog::shipped().unwrap());
        let engine = Engine::new(store, Arc::clone(&catalog), Settings::new(clock)).unwrap();
        let mut wide = Vec::new();
        for metric in catalog.names() {
            let question = Question::about([metric]);
            let view = engine.view(&question).await.unwrap();
            let now = engine.settings().clock.now();
            let compiled = engine.compile(&question, &view, now).unwrap();
            for part in &compiled.parts {
                let plan = view.state.optimize(&part.plan).unwrap();
                plan.apply(|node| {
                    if let LogicalPlan::TableScan(scan) = node
                        && scan.projected_schema.has_column_with_unqualified_name(TIMELINE)
                    {
                        wide.push(format!("{metric}:\n{}", plan.display_indent()));
                    }
                    Ok(TreeNodeRecursion::Continue)
                })
                .unwrap();
            }
        }
        assert!(wide.is_empty(), "{}", wide.join("\n"));
    }
}
