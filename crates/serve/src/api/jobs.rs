//! What runs on its own: how it stands, what it came to, and asking for it.

use crate::desk::Desk;
use crate::payload::Params;
use crate::problem::{Kind, Problem};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use store::JobKind;

/// What runs on its own, and who does it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Jobs)]
pub(crate) struct List {
    /// Who does the jobs; absent where no process does.
    #[serde(skip_serializing_if = "Option::is_none")]
    worker: Option<Worker>,
    /// How far this process is with what was accepted.
    apply: Apply,
    /// Every kind of job.
    jobs: Vec<Job>,
}

/// The process that does the jobs.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Worker {
    /// Its machine and number.
    name: String,
    /// When another process may take over, unless this one says that it lives.
    until: String,
}

/// What was accepted, is safe on disk, and does not show in answers yet.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Apply {
    /// Batches of events.
    batches: u64,
    /// Events in them.
    events: u64,
    /// Seconds since the oldest of them was accepted; 0 where none waits.
    lag_seconds: f64,
    /// Tickets whose newest rows are in memory and not in a segment.
    overlay_tickets: u64,
    /// Seconds since the oldest batch was accepted that is not in segments yet; 0 where all are.
    unsealed_seconds: f64,
}

/// One kind of job.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Job {
    /// Which: `seal`, `deliveries`, `compact` or `retention`.
    kind: &'static str,
    /// How it stands.
    #[schema(value_type = JobState)]
    state: store::JobState,
    /// Whether it runs only when asked to.
    paused: bool,
    /// Since when somebody waits for it to run.
    #[serde(skip_serializing_if = "Option::is_none")]
    asked_at: Option<String>,
    /// How often in a row it failed.
    failures: u32,
    /// Seconds from the end of a run to the next; absent where no process ever did it.
    #[serde(skip_serializing_if = "Option::is_none")]
    every_seconds: Option<f64>,
    /// When it is due next, as far as that was noted.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_at: Option<String>,
    /// Its newest run that did something.
    #[serde(skip_serializing_if = "Option::is_none")]
    last: Option<Run>,
}

/// How a job stands.
#[derive(utoipa::ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "documents the store's own")]
enum JobState {
    Idle,
    Waiting,
    Running,
    Failed,
}

/// One run of a job. Runs of jobs that look often are listed only if they did something or failed.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = JobRun)]
pub(crate) struct Run {
    /// Its number.
    id: i64,
    /// Machine and number of the process that ran it.
    worker: String,
    /// How it stands; `stopped` where the process was told to stop under it.
    #[schema(value_type = RunState)]
    state: store::RunState,
    /// Counts from 1 since the job last ended well.
    attempt: u32,
    /// When it began.
    started_at: String,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<String>,
    /// How far it got, in the job's own unit.
    done: u64,
    /// How far there is to go, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    whole: Option<u64>,
    /// What it came to.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

/// How a run of a job stands.
#[derive(utoipa::ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "documents the store's own")]
enum RunState {
    Running,
    Done,
    Failed,
    Stopped,
}

/// Which runs.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// Runs on the page; 100 where absent, 1,000 at most.
    limit: Option<u64>,
    /// `next` of the page before.
    cursor: Option<i64>,
}

/// One page of the runs of a job.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = JobRuns)]
pub(crate) struct Page {
    /// The runs, newest first.
    runs: Vec<Run>,
    /// Cursor of the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<i64>,
}

impl From<store::JobRun> for Run {
    fn from(run: store::JobRun) -> Self {
        Self {
            id: run.id,
            worker: run.holder,
            state: run.state,
            attempt: run.attempt,
            started_at: run.started_at.to_string(),
            ended_at: run.ended_at.map(|at| at.to_string()),
            done: run.done,
            whole: run.whole,
            message: run.message,
        }
    }
}

impl From<store::Job> for Job {
    fn from(job: store::Job) -> Self {
        Self {
            kind: job.kind.name(),
            state: job.state,
            paused: job.paused,
            asked_at: job.asked_at.map(|at| at.to_string()),
            failures: job.attempts,
            every_seconds: Some(seconds(job.every_us)).filter(|every| *every > 0.0),
            next_at: job.next_at.map(|at| at.to_string()),
            last: job.last.map(Run::from),
        }
    }
}

/// How the jobs stand
#[utoipa::path(
    get, path = "/jobs", tag = "operations",
    responses((status = 200, body = List), (status = "default", body = Problem)),
)]
pub(crate) async fn list(State(desk): State<Desk>) -> Result<Json<List>, Problem> {
    let worker = desk.store().worker().await?;
    let jobs = desk.store().jobs().await?;
    let gauges = desk.store().gauges();
    let apply = Apply {
        batches: gauges.unapplied_batches,
        events: gauges.unapplied_events,
        lag_seconds: seconds(gauges.unapplied_age_us),
        overlay_tickets: gauges.overlay_tickets,
        unsealed_seconds: seconds(gauges.unsealed_age_us),
    };
    let worker =
        worker.map(|worker| Worker { name: worker.holder, until: worker.until.to_string() });
    Ok(Json(List { worker, apply, jobs: jobs.into_iter().map(Job::from).collect() }))
}

/// The runs of a job
#[utoipa::path(
    get, path = "/jobs/{kind}/runs", tag = "operations", params(("kind" = String, Path), Which),
    responses(
        (status = 200, body = Page), (status = 404, body = Problem),
        (status = "default", body = Problem),
    ),
)]
pub(crate) async fn runs(
    State(desk): State<Desk>,
    Path(kind): Path<String>,
    Params(which): Params<Which>,
) -> Result<Json<Page>, Problem> {
    let limit = crate::limits::page(which.limit);
    let found = desk.store().job_runs(named(&kind)?, which.cursor, limit).await?;
    let full = found.len() == limit as usize;
    let runs: Vec<Run> = found.into_iter().map(Run::from).collect();
    let next = runs.last().map(|run| run.id).filter(|_| full);
    Ok(Json(Page { runs, next }))
}

/// Run a job as soon as possible
///
/// Even where it is paused. Whichever process does the jobs finds it within seconds.
#[utoipa::path(
    post, path = "/jobs/{kind}/run", tag = "operations", params(("kind" = String, Path)),
    responses(
        (status = 202, body = Job), (status = 404, body = Problem),
        (status = "default", body = Problem),
    ),
)]
pub(crate) async fn run(
    State(desk): State<Desk>,
    Path(kind): Path<String>,
) -> Result<(StatusCode, Json<Job>), Problem> {
    let kind = named(&kind)?;
    desk.store().job_ask(kind).await?;
    Ok((StatusCode::ACCEPTED, one(&desk, kind).await?))
}

/// Let a job run only when asked to
///
/// A run under way is not stopped.
#[utoipa::path(
    post, path = "/jobs/{kind}/pause", tag = "operations", params(("kind" = String, Path)),
    responses(
        (status = 200, body = Job), (status = 404, body = Problem),
        (status = "default", body = Problem),
    ),
)]
pub(crate) async fn pause(
    State(desk): State<Desk>,
    Path(kind): Path<String>,
) -> Result<Json<Job>, Problem> {
    let kind = named(&kind)?;
    desk.store().job_pause(kind, true).await?;
    one(&desk, kind).await
}

/// Let a job run on its own again
#[utoipa::path(
    post, path = "/jobs/{kind}/resume", tag = "operations", params(("kind" = String, Path)),
    responses(
        (status = 200, body = Job), (status = 404, body = Problem),
        (status = "default", body = Problem),
    ),
)]
pub(crate) async fn resume(
    State(desk): State<Desk>,
    Path(kind): Path<String>,
) -> Result<Json<Job>, Problem> {
    let kind = named(&kind)?;
    desk.store().job_pause(kind, false).await?;
    one(&desk, kind).await
}

fn named(word: &str) -> Result<JobKind, Problem> {
    JobKind::named(word).ok_or_else(|| {
        let names: Vec<&str> = JobKind::ALL.iter().map(|kind| kind.name()).collect();
        Problem::new(Kind::NotFound, "job", format!("there is no job `{word}`"))
            .hint(format!("the jobs are {}", names.join(", ")))
    })
}

async fn one(desk: &Desk, kind: JobKind) -> Result<Json<Job>, Problem> {
    let mut jobs = desk.store().jobs().await?;
    jobs.retain(|job| job.kind == kind);
    jobs.pop()
        .map(|job| Json(Job::from(job)))
        .ok_or_else(|| Problem::new(Kind::NotFound, "job", "there is no such job"))
}

#[expect(clippy::cast_precision_loss, reason = "seconds for people")]
fn seconds(micros: i64) -> f64 {
    micros as f64 / 1e6
}
