//! Imports on their way: they take turns, and say how far they got.

use crate::api::imports::Import;
use crate::desk::Desk;
use crate::intake::{self, Imported, Job, Listener, Stage};
use crate::limits::{IMPORTS_AT_ONCE, IMPORTS_WAITING_MAX, LIVE_EVERY};
use crate::problem::{Kind, Problem};
use serde::Serialize;
use std::any::Any;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

/// How far an import got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = ImportProgress)]
pub(crate) struct Progress {
    /// What it does.
    stage: Step,
    /// Bytes read, or tickets folded.
    done: u64,
    /// Bytes or tickets in all, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<u64>,
}

/// What an import does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ImportStage)]
pub(crate) enum Step {
    /// It waits until those before it are through.
    Waiting,
    /// It reads its files, byte by byte.
    Reading,
    /// It folds the tickets that it read.
    Folding,
}

/// Imports that run or wait. Clones share them.
#[derive(Clone, Debug)]
pub(crate) struct Running {
    imports: Arc<Mutex<BTreeMap<i64, OnItsWay>>>,
    turns: Arc<Semaphore>,
}

#[derive(Debug)]
struct OnItsWay {
    import: Import,
    told: Instant,
}

impl Default for Running {
    fn default() -> Self {
        Self { imports: Arc::default(), turns: Arc::new(Semaphore::new(IMPORTS_AT_ONCE)) }
    }
}

impl Running {
    /// An import as it stands now, where it is on its way.
    pub(crate) fn with_progress(&self, import: Import) -> Import {
        match self.lock().get(&import.id) {
            Some(on_its_way) => on_its_way.import.clone(),
            None => import,
        }
    }

    /// Notes how far an import got; tells what is to be told of it now.
    fn note(&self, id: i64, stage: Stage) -> Option<Import> {
        let mut imports = self.lock();
        let OnItsWay { import, told } = imports.get_mut(&id)?;
        let before = import.progress.map(|progress| progress.stage);
        let progress = match stage {
            Stage::Reading(read) => {
                (import.rows, import.events) = (read.rows, read.events);
                import.quarantined = read.quarantined;
                Progress { stage: Step::Reading, done: read.bytes, total: Some(read.bytes_total) }
            }
            Stage::Folding(done, total) => {
                Progress { stage: Step::Folding, done, total: Some(total) }
            }
        };
        import.progress = Some(progress);
        if before == Some(progress.stage) && told.elapsed() < LIVE_EVERY {
            return None;
        }
        *told = Instant::now();
        Some(import.clone())
    }

    /// What this lock guards is changed in one step: a panic elsewhere leaves it sound.
    fn lock(&self) -> MutexGuard<'_, BTreeMap<i64, OnItsWay>> {
        self.imports.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An import of the log; `None` where there is none of that number.
pub(crate) async fn find(desk: &Desk, id: i64) -> Result<Option<Import>, Problem> {
    let newest = desk.store().imports(id.checked_add(1), 1).await?.pop();
    Ok(newest.filter(|import| import.id == id).map(Import::from))
}

/// Starts an import that goes on by itself, and returns its number at once. `files` keeps what it
/// reads until it is through.
pub(crate) async fn start(
    desk: &Desk,
    job: Job,
    files: Box<dyn Any + Send>,
) -> Result<(i64, JoinHandle<Result<Imported, intake::Error>>), Problem> {
    if desk.running().lock().len() >= IMPORTS_WAITING_MAX {
        let detail = format!("{IMPORTS_WAITING_MAX} imports run or wait already");
        return Err(Problem::new(Kind::Conflict, "imports", detail)
            .hint("try again when one has ended: GET /api/v1/imports shows how far they got"));
    }
    let id = intake::begin(desk.store(), &job).await?;
    if let Some(mut import) = find(desk, id).await? {
        import.progress = Some(Progress { stage: Step::Waiting, done: 0, total: None });
        desk.live().tell("import", &import);
        desk.running().lock().insert(id, OnItsWay { import, told: Instant::now() });
    }
    let desk = desk.clone();
    let importing = tokio::spawn(async move {
        let imported = in_turn(&desk, job, id).await;
        drop(files);
        desk.running().lock().remove(&id);
        if let Ok(Some(import)) = find(&desk, id).await {
            desk.live().tell("import", &import);
        }
        imported
    });
    Ok((id, importing))
}

async fn in_turn(desk: &Desk, job: Job, id: i64) -> Result<Imported, intake::Error> {
    // Nobody closes the turns, so waiting for one does not fail.
    let _turn = desk.running().turns.acquire().await;
    let (running, live) = (desk.running().clone(), desk.live().clone());
    let listener: Listener = Arc::new(move |stage| {
        if let Some(import) = running.note(id, stage) {
            live.tell("import", &import);
        }
    });
    intake::carry_out(desk.store(), job, id, listener).await
}
