//! `work` and `jobs`: what runs on its own, without a server or by hand.

use super::{Context, desk, hooks, serve};
use crate::cli::{JobsCommand, OutputArgs, RunsArgs};
use crate::exit::{Exit, Failure, Outcome};
use crate::output::{self, Cell, Column, Page, Sheet, table};
use connect::hooks::Hook;
use jobs::{Compact, Deliveries, Retention, Runner, Seal};
use serde_json::json;
use std::sync::Arc;
use store::{Job, JobKind, JobRun, Store};

/// Runs `work`.
///
/// # Errors
/// There is no desk, or it is in use.
pub(crate) async fn work(context: &Context) -> Outcome {
    let hooks = hooks::all(&context.config)?;
    let engine = desk::existing(context).await?;
    let running = runner(context, engine.store(), &hooks).start();
    context.voice.say("doing the jobs; stop with Ctrl-C");
    serve::asked_to_stop().await;
    running.stop().await;
    context.voice.say("stopped");
    Ok(Exit::Done)
}

/// Everything that this program does on its own.
pub(crate) fn runner(context: &Context, store: &Store, hooks: &[Arc<Hook>]) -> Runner {
    Runner::new(store.clone(), Arc::clone(&context.clock), holder())
        .with(Seal)
        .with(Deliveries::new(hooks))
        .with(Compact)
        .with(Retention)
}

/// This machine's name and this process's number.
fn holder() -> String {
    let machine = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let machine = if machine.trim().is_empty() { "process" } else { machine.trim() };
    format!("{machine} {}", std::process::id())
}

/// Runs `jobs …`.
///
/// # Errors
/// There is no desk, it is in use, or the job failed.
pub(crate) async fn jobs(context: &Context, command: &JobsCommand) -> Outcome {
    let engine = desk::existing(context).await.map_err(|failure| {
        if failure.exit != Exit::Busy {
            return failure;
        }
        failure.hint("a server that has it open takes the same over HTTP: GET /api/v1/jobs")
    })?;
    let store = engine.store();
    match command {
        JobsCommand::List { output } => list(store, output).await?,
        JobsCommand::Runs(args) => runs(store, args).await?,
        JobsCommand::Run(args) => run(context, store, args.job.into()).await?,
        JobsCommand::Pause(args) => {
            let kind = JobKind::from(args.job);
            store.job_pause(kind, true).await?;
            context.voice.say(&format!("{} runs only when asked to", kind.name()));
        }
        JobsCommand::Resume(args) => {
            let kind = JobKind::from(args.job);
            store.job_pause(kind, false).await?;
            context.voice.say(&format!("{} runs on its own again", kind.name()));
        }
    }
    Ok(Exit::Done)
}

async fn run(context: &Context, store: &Store, kind: JobKind) -> Outcome<()> {
    let hooks = hooks::all(&context.config)?;
    match runner(context, store, &hooks).once(kind).await {
        Ok(outcome) => {
            let words = outcome.message.unwrap_or_else(|| "nothing to do".to_owned());
            context.voice.say(&format!("{}: {words}", kind.name()));
            Ok(())
        }
        Err(jobs::Error::Elsewhere(worker)) => {
            store.job_ask(kind).await?;
            context
                .voice
                .say(&format!("{} is asked of {worker}, which does the jobs", kind.name()));
            Ok(())
        }
        Err(jobs::Error::Store(error)) => Err(error.into()),
        Err(error @ jobs::Error::NoJob(_)) => Err(Failure::new(Exit::NotFound, error)),
        Err(error) => Err(Failure::new(Exit::Internal, error)),
    }
}

async fn list(store: &Store, output: &OutputArgs) -> Outcome<()> {
    let jobs = store.jobs().await?;
    let worker = store.worker().await?.map(|worker| worker.holder);
    let mut sheet = Sheet::new(&[
        ("job", Column::Text),
        ("state", Column::Text),
        ("failures", Column::Whole),
        ("last_run", Column::Text),
        ("next_run", Column::Text),
        ("message", Column::Text),
    ]);
    let mut rows = Vec::new();
    for job in &jobs {
        let [last, next] = [job.last.as_ref().map(|run| run.started_at), job.next_at]
            .map(|at| at.map(|at| at.to_string()).unwrap_or_default());
        let message = job.last.as_ref().and_then(|run| run.message.clone()).unwrap_or_default();
        let texts = [job.kind.name().to_owned(), state(job).to_owned(), last, next, message];
        let [kind, state, last, next, message] = &texts;
        rows.push([kind, state, last, next, message].map(Clone::clone).to_vec());
        sheet.rows.push(vec![
            kind.as_str().into(),
            state.as_str().into(),
            Cell::Whole(job.attempts.into()),
            last.as_str().into(),
            next.as_str().into(),
            message.as_str().into(),
        ]);
    }
    let header = ["job", "state", "last run", "next run", "came to"].map(str::to_owned);
    let human = table(&header, &[], &rows);
    let json = output::json(&json!({"worker": worker, "jobs": jobs}))?;
    output.print(&Page { json, batch: sheet.batch()?, human })
}

/// How a job stands, in a word.
fn state(job: &Job) -> &'static str {
    if job.paused && job.state != store::JobState::Running { "paused" } else { job.state.name() }
}

async fn runs(store: &Store, args: &RunsArgs) -> Outcome<()> {
    let runs = store.job_runs(args.job.into(), None, args.limit).await?;
    let mut sheet = Sheet::new(&[
        ("run", Column::Whole),
        ("state", Column::Text),
        ("attempt", Column::Whole),
        ("started_at", Column::Text),
        ("ended_at", Column::Text),
        ("worker", Column::Text),
        ("message", Column::Text),
    ]);
    let mut rows = Vec::new();
    for run in &runs {
        let JobRun { id, holder, state, attempt, started_at, ended_at, message, .. } = run;
        let ended = ended_at.map(|at| at.to_string()).unwrap_or_default();
        let message = message.clone().unwrap_or_default();
        let texts = [started_at.to_string(), ended, holder.clone(), message];
        let mut row = vec![id.to_string(), state.name().to_owned(), attempt.to_string()];
        row.extend(texts.iter().cloned());
        rows.push(row);
        let mut cells = vec![Cell::Whole(*id), state.name().into(), Cell::Whole((*attempt).into())];
        cells.extend(texts.map(Cell::Text));
        sheet.rows.push(cells);
    }
    let header = ["run", "state", "attempt", "started", "ended", "worker", "came to"];
    let human = table(&header.map(str::to_owned), &[true, false, true], &rows);
    let json = output::json(&json!({"runs": runs}))?;
    args.output.print(&Page { json, batch: sheet.batch()?, human })
}
