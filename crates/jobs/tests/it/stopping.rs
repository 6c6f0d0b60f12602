//! Jobs that are stopped, paused, and asked for.

use crate::support::{Act, Desk, scripted};
use std::time::Duration;
use store::{JobKind, JobState, RunState};

const SEAL: JobKind = JobKind::Seal;

#[tokio::test]
async fn a_job_is_told_to_stop_and_runs_again_under_the_next_worker() {
    let desk = Desk::new().await;
    let (job, mut ran) = scripted(SEAL, &[Act::Hang]);
    let running = desk.runner("a").with(job).start();
    ran.recv().await.unwrap();
    desk.until(SEAL, |job| job.state == JobState::Running).await;
    running.stop().await;
    let runs = desk.runs(SEAL).await;
    assert_eq!(runs.iter().map(|run| run.state).collect::<Vec<_>>(), [RunState::Stopped]);
    let job = desk.job(SEAL).await;
    assert_eq!((job.state, job.attempts), (JobState::Idle, 0), "to be stopped is no failure");
    let (job, mut ran) = scripted(SEAL, &[]);
    let running = desk.runner("b").with(job).start();
    ran.recv().await.unwrap();
    running.stop().await;
}

#[tokio::test]
async fn a_run_whose_process_died_is_noted_as_failed_and_done_again() {
    let desk = Desk::new().await;
    let (job, mut ran) = scripted(SEAL, &[Act::Hang]);
    let died = desk.runner("a").with(job).start();
    let work = ran.recv().await.unwrap();
    desk.until(SEAL, |job| job.state == JobState::Running).await;
    // Nothing of it is noted any more, as if its process were gone.
    desk.clock.by(3_600_000_000);
    let (job, mut ran) = scripted(SEAL, &[Act::Did]);
    let running = desk.runner("b").with(job).start();
    ran.recv().await.unwrap();
    desk.until(SEAL, |job| job.last.as_ref().is_some_and(|run| run.holder == "b")).await;
    let runs = desk.runs(SEAL).await;
    assert_eq!(runs[0].state, RunState::Failed);
    assert_eq!(runs[0].message.as_deref(), Some("the process ended"));
    running.stop().await;
    died.stop().await;
    drop(work);
}

#[tokio::test]
async fn a_paused_job_runs_only_when_asked_to() {
    let desk = Desk::new().await;
    desk.store.job_pause(SEAL, true).await.unwrap();
    let (job, mut ran) = scripted(SEAL, &[Act::Did]);
    let (other, mut other_ran) = scripted(JobKind::Compact, &[]);
    let running = desk.runner("a").with(job).with(other).start();
    for _ in 0..3 {
        other_ran.recv().await.unwrap();
    }
    assert!(ran.try_recv().is_err(), "it is paused");
    desk.store.job_ask(SEAL).await.unwrap();
    ran.recv().await.unwrap();
    desk.until(SEAL, |job| job.last.as_ref().is_some_and(|run| run.ended_at.is_some())).await;
    let job = desk.job(SEAL).await;
    assert_eq!((job.asked_at, job.paused), (None, true));
    for _ in 0..3 {
        other_ran.recv().await.unwrap();
    }
    assert!(ran.try_recv().is_err(), "it is paused still");
    desk.store.job_pause(SEAL, false).await.unwrap();
    ran.recv().await.unwrap();
    running.stop().await;
}

#[tokio::test]
async fn a_run_that_was_asked_for_is_noted_even_if_it_finds_nothing_to_do() {
    let desk = Desk::new().await;
    let (job, mut ran) = scripted(SEAL, &[]);
    let job = job.planned(|plan| plan.every = Duration::from_secs(30));
    let running = desk.runner("a").with(job).start();
    ran.recv().await.unwrap();
    assert!(desk.runs(SEAL).await.is_empty());
    desk.store.job_ask(SEAL).await.unwrap();
    desk.until(SEAL, |job| job.last.as_ref().is_some_and(|run| run.ended_at.is_some())).await;
    assert_eq!(desk.job(SEAL).await.asked_at, None);
    running.stop().await;
}

#[tokio::test]
async fn who_knows_of_work_wakes_a_job_that_is_not_due() {
    let desk = Desk::new().await;
    let (job, mut ran) = scripted(SEAL, &[]);
    let job = job.planned(|plan| plan.every = Duration::from_secs(3_600));
    let running = desk.runner("a").with(job).start();
    ran.recv().await.unwrap();
    desk.until(SEAL, |job| job.last.as_ref().is_some_and(|run| run.ended_at.is_some())).await;
    desk.store.wake(SEAL);
    ran.recv().await.unwrap();
    running.stop().await;
}
