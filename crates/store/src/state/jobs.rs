//! How the jobs stand, what was asked of them, and what their last runs came to.

use super::lease::Lease;
use super::{State, Tx, commit, lease};
use crate::error::{Error, Result, sql};
use crate::limits;
use event::Instant;
use serde::Serialize;
use sqlx::Row;
use sqlx::any::AnyRow;

/// What runs on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum JobKind {
    /// Rows in memory become files.
    Seal,
    /// Raw deliveries of webhooks become events.
    Deliveries,
    /// Nothing is kept that nothing needs.
    Compact,
    /// What is kept for a time only goes when its time is over.
    Retention,
}

impl JobKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Seal, Self::Deliveries, Self::Compact, Self::Retention];

    /// The word in addresses, JSON and the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Seal => "seal",
            Self::Deliveries => "deliveries",
            Self::Compact => "compact",
            Self::Retention => "retention",
        }
    }

    /// The kind of this word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == word)
    }
}

/// How a job stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// It runs when it is due.
    #[default]
    Idle,
    /// Its last run failed: it is tried again soon.
    Waiting,
    /// It runs.
    Running,
    /// It failed so often in a row that somebody should look; it is still tried now and then.
    Failed,
}

impl JobState {
    const ALL: [Self; 4] = [Self::Idle, Self::Waiting, Self::Running, Self::Failed];

    /// The word in JSON and the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Failed => "failed",
        }
    }
}

/// How a run of a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// It runs.
    Running,
    /// It ended well.
    Done,
    /// It ended with an error.
    Failed,
    /// The process was told to stop under it; it is run again.
    Stopped,
}

impl RunState {
    const ALL: [Self; 4] = [Self::Running, Self::Done, Self::Failed, Self::Stopped];

    /// The word in JSON and the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Stopped => "stopped",
        }
    }
}

/// How one kind of job stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Job {
    /// Which.
    pub kind: JobKind,
    /// How it stands.
    pub state: JobState,
    /// Whether it runs only when asked to.
    pub paused: bool,
    /// Since when somebody waits for it to run.
    pub asked_at: Option<Instant>,
    /// How often in a row it failed.
    pub attempts: u32,
    /// How often it looks whether there is something to do, in microseconds; 0 where no process
    /// ever did.
    pub every_us: i64,
    /// When it is due next; `None` where no process ever did it.
    pub next_at: Option<Instant>,
    /// Its newest run that did something.
    pub last: Option<JobRun>,
}

impl Job {
    /// One that no process ever did.
    fn new(kind: JobKind) -> Self {
        Self {
            kind,
            state: JobState::Idle,
            paused: false,
            asked_at: None,
            attempts: 0,
            every_us: 0,
            next_at: None,
            last: None,
        }
    }
}

/// One run of a job that did something or failed; those that found nothing to do are not noted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct JobRun {
    /// Its number.
    pub id: i64,
    /// Of which job.
    pub kind: JobKind,
    /// Which process ran it.
    pub holder: String,
    /// How it stands.
    pub state: RunState,
    /// Counts from 1 since the job last ended well.
    pub attempt: u32,
    /// When it began.
    pub started_at: Instant,
    /// When it ended.
    pub ended_at: Option<Instant>,
    /// How far it got, in the job's own unit.
    pub done: u64,
    /// How far there is to go, where that is known.
    pub whole: Option<u64>,
    /// What it came to.
    pub message: Option<String>,
}

/// What is noted when a run begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunBegin {
    /// Of which job.
    pub kind: JobKind,
    /// Counts from 1 since the job last ended well.
    pub attempt: u32,
    /// When it began.
    pub started_at: Instant,
    /// Since when the one waited who asked for it: who asked later waits for another run.
    pub asked_at: Option<Instant>,
}

/// What is noted of a run, and of its job with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunNote {
    /// How the run stands.
    pub run: RunState,
    /// How the job stands.
    pub job: JobState,
    /// How often in a row the job failed.
    pub attempts: u32,
    /// When the job is due next.
    pub next_at: Instant,
    /// When the run ended; `None` while it runs.
    pub ended_at: Option<Instant>,
    /// How far it got.
    pub done: u64,
    /// How far there is to go, where that is known.
    pub whole: Option<u64>,
    /// What it came to.
    pub message: Option<String>,
}

/// A statement that reads runs.
macro_rules! runs {
    ($which:literal) => {
        concat!(
            "SELECT id, kind, holder, state, attempt, started_at, ended_at, done, whole, message
             FROM job_run ",
            $which
        )
    };
}

impl State {
    /// How every kind of job stands.
    pub(crate) async fn jobs(&self) -> Result<Vec<Job>> {
        let mut tx = self.begin_reading().await?;
        let rows = sqlx::query(
            "SELECT kind, state, paused, asked_at, attempts, every_us, next_at FROM job",
        )
        .fetch_all(&mut *tx)
        .await
        .map_err(sql("list the jobs"))?;
        let runs = sqlx::query(runs!("WHERE id IN (SELECT run FROM job)"))
            .fetch_all(&mut *tx)
            .await
            .map_err(sql("list the last runs of jobs"))?;
        commit(tx).await?;
        let mut jobs: Vec<Job> = JobKind::ALL.into_iter().map(Job::new).collect();
        for row in &rows {
            // A newer program may know kinds that this one does not.
            let Some(kind) = JobKind::named(row.get(0)) else { continue };
            let Some(job) = jobs.iter_mut().find(|job| job.kind == kind) else { continue };
            *job = self::job(kind, row)?;
        }
        for row in &runs {
            let Some(run) = run(row)? else { continue };
            if let Some(job) = jobs.iter_mut().find(|job| job.kind == run.kind) {
                job.last = Some(run);
            }
        }
        Ok(jobs)
    }

    /// Runs of a kind, newest first, those before a number where one is given.
    pub(crate) async fn job_runs(
        &self,
        kind: JobKind,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<JobRun>> {
        let rows = sqlx::query(runs!("WHERE kind = $1 AND id < $2 ORDER BY id DESC LIMIT $3"))
            .bind(kind.name())
            .bind(before.unwrap_or(i64::MAX))
            .bind(i64::from(limit.min(limits::PAGE_SIZE_MAX)))
            .fetch_all(&self.pool)
            .await
            .map_err(sql("list the runs of a job"))?;
        rows.iter().filter_map(|row| run(row).transpose()).collect()
    }

    /// Asks for a run as soon as possible.
    pub(crate) async fn job_ask(&self, kind: JobKind, at: Instant) -> Result<()> {
        sqlx::query(
            "INSERT INTO job (kind, state, asked_at) VALUES ($1, 'idle', $2)
             ON CONFLICT (kind) DO UPDATE SET asked_at = excluded.asked_at",
        )
        .bind(kind.name())
        .bind(at.micros())
        .execute(&self.pool)
        .await
        .map_err(sql("ask for a job"))?;
        Ok(())
    }

    /// Lets a job run only when asked to, or on its own again.
    pub(crate) async fn job_pause(&self, kind: JobKind, paused: bool) -> Result<()> {
        sqlx::query(
            "INSERT INTO job (kind, state, paused) VALUES ($1, 'idle', $2)
             ON CONFLICT (kind) DO UPDATE SET paused = excluded.paused",
        )
        .bind(kind.name())
        .bind(i64::from(paused))
        .execute(&self.pool)
        .await
        .map_err(sql("pause or resume a job"))?;
        Ok(())
    }

    /// Notes which jobs this process does from now on, and how often. Runs of processes that are
    /// gone are failed.
    pub(crate) async fn work_begin(
        &self,
        lease: &Lease,
        kinds: &[(JobKind, i64)],
        at: Instant,
    ) -> Result<()> {
        let mut tx = self.begin().await?;
        lease::check(&mut tx, Some(lease)).await?;
        sqlx::query(
            "UPDATE job_run SET state = 'failed', ended_at = $1, message = $2
             WHERE state = 'running'",
        )
        .bind(at.micros())
        .bind(limits::PROCESS_ENDED)
        .execute(&mut *tx)
        .await
        .map_err(sql("end the runs of a process that is gone"))?;
        sqlx::query("UPDATE job SET state = 'idle', next_at = NULL WHERE state = 'running'")
            .execute(&mut *tx)
            .await
            .map_err(sql("let jobs run again"))?;
        for (kind, every_us) in kinds {
            sqlx::query(
                "INSERT INTO job (kind, state, every_us) VALUES ($1, 'idle', $2)
                 ON CONFLICT (kind) DO UPDATE SET every_us = excluded.every_us",
            )
            .bind(kind.name())
            .bind(*every_us)
            .execute(&mut *tx)
            .await
            .map_err(sql("note a job"))?;
        }
        commit(tx).await
    }

    /// Notes that a run began, and how it stands; its number.
    pub(crate) async fn run_begin(
        &self,
        lease: &Lease,
        begin: &RunBegin,
        note: &RunNote,
    ) -> Result<i64> {
        let RunBegin { kind, attempt, started_at, asked_at } = begin;
        let mut tx = self.begin().await?;
        lease::check(&mut tx, Some(lease)).await?;
        let id: i64 = sqlx::query_scalar(
            "INSERT INTO job_run (kind, holder, state, attempt, started_at)
             VALUES ($1, $2, 'running', $3, $4) RETURNING id",
        )
        .bind(kind.name())
        .bind(&lease.holder)
        .bind(i64::from(*attempt))
        .bind(started_at.micros())
        .fetch_one(&mut *tx)
        .await
        .map_err(sql("note the run of a job"))?;
        sqlx::query(
            "UPDATE job SET run = $1,
                asked_at = CASE WHEN asked_at = $2 THEN NULL ELSE asked_at END
             WHERE kind = $3",
        )
        .bind(id)
        .bind(asked_at.map(Instant::micros))
        .bind(kind.name())
        .execute(&mut *tx)
        .await
        .map_err(sql("note that a job runs"))?;
        write_note(&mut tx, id, note).await?;
        trim(&mut tx, *kind).await?;
        commit(tx).await?;
        Ok(id)
    }

    /// Notes how far a run got or what it came to.
    pub(crate) async fn run_note(&self, lease: &Lease, id: i64, note: &RunNote) -> Result<()> {
        let mut tx = self.begin().await?;
        lease::check(&mut tx, Some(lease)).await?;
        write_note(&mut tx, id, note).await?;
        commit(tx).await
    }

    /// Removes runs that began before an instant; how many there were.
    pub(crate) async fn runs_forget(&self, lease: Option<&Lease>, before: Instant) -> Result<u64> {
        let mut tx = self.begin().await?;
        lease::check(&mut tx, lease).await?;
        let done = sqlx::query(
            "DELETE FROM job_run WHERE state <> 'running' AND started_at < $1
                AND id NOT IN (SELECT run FROM job WHERE run IS NOT NULL)",
        )
        .bind(before.micros())
        .execute(&mut *tx)
        .await
        .map_err(sql("forget old runs of jobs"))?;
        commit(tx).await?;
        Ok(done.rows_affected())
    }
}

async fn write_note(tx: &mut Tx, id: i64, note: &RunNote) -> Result<()> {
    sqlx::query(
        "UPDATE job_run SET state = $1, ended_at = $2, done = $3, whole = $4, message = $5
         WHERE id = $6",
    )
    .bind(note.run.name())
    .bind(note.ended_at.map(Instant::micros))
    .bind(note.done.cast_signed())
    .bind(note.whole.map(u64::cast_signed))
    .bind(&note.message)
    .bind(id)
    .execute(&mut **tx)
    .await
    .map_err(sql("note what a run came to"))?;
    sqlx::query("UPDATE job SET state = $1, attempts = $2, next_at = $3 WHERE run = $4")
        .bind(note.job.name())
        .bind(i64::from(note.attempts))
        .bind(note.next_at.micros())
        .bind(id)
        .execute(&mut **tx)
        .await
        .map_err(sql("note how a job stands"))?;
    Ok(())
}

/// Keeps the newest runs of a kind.
async fn trim(tx: &mut Tx, kind: JobKind) -> Result<()> {
    sqlx::query(
        "DELETE FROM job_run WHERE kind = $1 AND id <= (
            SELECT id FROM job_run WHERE kind = $1 ORDER BY id DESC LIMIT 1 OFFSET $2)",
    )
    .bind(kind.name())
    .bind(i64::from(limits::JOB_RUNS_MAX))
    .execute(&mut **tx)
    .await
    .map_err(sql("forget the oldest runs of a job"))?;
    Ok(())
}

fn job(kind: JobKind, row: &AnyRow) -> Result<Job> {
    let state: &str = row.get(1);
    let state = JobState::ALL
        .into_iter()
        .find(|known| known.name() == state)
        .ok_or_else(|| Error::damaged(format!("the job {}", kind.name()), state))?;
    Ok(Job {
        kind,
        state,
        paused: row.get::<i64, _>(2) != 0,
        asked_at: row.get::<Option<i64>, _>(3).map(Instant::from_micros),
        attempts: u32::try_from(row.get::<i64, _>(4)).unwrap_or(u32::MAX),
        every_us: row.get(5),
        next_at: row.get::<Option<i64>, _>(6).map(Instant::from_micros),
        last: None,
    })
}

fn run(row: &AnyRow) -> Result<Option<JobRun>> {
    let Some(kind) = JobKind::named(row.get(1)) else { return Ok(None) };
    let id = row.get(0);
    let state: &str = row.get(3);
    let state = RunState::ALL
        .into_iter()
        .find(|known| known.name() == state)
        .ok_or_else(|| Error::damaged(format!("run {id} of a job"), state))?;
    Ok(Some(JobRun {
        id,
        kind,
        holder: row.get(2),
        state,
        attempt: u32::try_from(row.get::<i64, _>(4)).unwrap_or(u32::MAX),
        started_at: Instant::from_micros(row.get(5)),
        ended_at: row.get::<Option<i64>, _>(6).map(Instant::from_micros),
        done: row.get::<i64, _>(7).cast_unsigned(),
        whole: row.get::<Option<i64>, _>(8).map(i64::cast_unsigned),
        message: row.get(9),
    }))
}
