//! What becomes of runs that end well, badly, or not at all.

use crate::support::{Act, Desk, scripted};
use jobs::Error;
use std::time::Duration;
use store::{JobKind, JobState, RunState};

const SEAL: JobKind = JobKind::Seal;
const COMPACT: JobKind = JobKind::Compact;

#[tokio::test]
async fn a_run_that_did_something_is_noted_and_a_quiet_one_is_not() {
    let desk = Desk::new().await;
    let (job, mut ran) = scripted(SEAL, &[Act::Nothing, Act::Did, Act::Nothing, Act::Nothing]);
    let running = desk.runner("a").with(job).start();
    for _ in 0..5 {
        ran.recv().await.unwrap();
    }
    running.stop().await;
    let runs = desk.runs(SEAL).await;
    assert_eq!(runs.len(), 1, "{runs:#?}");
    assert_eq!((runs[0].state, runs[0].attempt), (RunState::Done, 1));
    assert_eq!(runs[0].message.as_deref(), Some("something"));
    assert_eq!(runs[0].holder, "a");
    assert!(runs[0].ended_at.is_some());
}

#[tokio::test]
async fn a_job_that_looks_seldom_has_every_run_noted() {
    let desk = Desk::new().await;
    let (job, _ran) = scripted(COMPACT, &[]);
    let job = job.planned(|plan| plan.every = Duration::from_secs(3_600));
    let running = desk.runner("a").with(job).start();
    desk.until(COMPACT, |job| job.last.is_some() && job.state == JobState::Idle).await;
    running.stop().await;
    let job = desk.job(COMPACT).await;
    assert_eq!(job.last.unwrap().message, None);
    assert_eq!(job.every_us, 3_600_000_000);
    assert!(job.next_at.is_some());
}

#[tokio::test]
async fn a_job_that_failed_is_tried_again_until_it_ends_well() {
    let desk = Desk::new().await;
    let (job, _ran) = scripted(SEAL, &[Act::Fail, Act::Fail, Act::Nothing]);
    let running = desk.runner("a").with(job).start();
    desk.until(SEAL, |job| {
        job.last.as_ref().is_some_and(|run| run.attempt == 3 && run.state == RunState::Done)
    })
    .await;
    running.stop().await;
    let runs = desk.runs(SEAL).await;
    let states: Vec<_> = runs.iter().map(|run| (run.state, run.attempt)).collect();
    let expected = [(RunState::Failed, 1), (RunState::Failed, 2), (RunState::Done, 3)];
    assert_eq!(states, expected);
    assert!(runs[0].message.as_deref().unwrap().contains("replay"), "{runs:#?}");
    let job = desk.job(SEAL).await;
    assert_eq!((job.state, job.attempts), (JobState::Idle, 0));
}

#[tokio::test]
async fn a_job_that_fails_too_often_counts_as_failed() {
    let desk = Desk::new().await;
    let (job, _ran) = scripted(SEAL, &[Act::Fail; 3]);
    let job = job.planned(|plan| {
        plan.retries = 2;
        plan.retry_max = Duration::from_secs(3_600);
    });
    let running = desk.runner("a").with(job).start();
    desk.until(SEAL, |job| job.state == JobState::Failed).await;
    assert_eq!(desk.job(SEAL).await.attempts, 3);
    running.stop().await;
}

#[tokio::test]
async fn a_bug_in_one_job_is_noted_and_stops_no_other() {
    let desk = Desk::new().await;
    let (broken, _ran) = scripted(SEAL, &[Act::Panic]);
    let (sound, _ran_too) = scripted(COMPACT, &[Act::Nothing, Act::Did]);
    let running = desk.runner("a").with(broken).with(sound).start();
    desk.until(SEAL, |job| job.last.as_ref().is_some_and(|run| run.attempt == 2)).await;
    desk.until(COMPACT, |job| job.last.is_some()).await;
    running.stop().await;
    let failed = desk.runs(SEAL).await.remove(0);
    assert_eq!(failed.state, RunState::Failed);
    assert!(failed.message.as_deref().unwrap().contains("out of paper"), "{failed:#?}");
}

#[tokio::test]
async fn a_run_that_takes_too_long_is_given_up() {
    let desk = Desk::new().await;
    let (job, _ran) = scripted(SEAL, &[Act::Deaf]);
    let job = job.planned(|plan| plan.timeout = Duration::from_millis(20));
    let running = desk.runner("a").with(job).start();
    desk.until(SEAL, |job| job.last.as_ref().is_some_and(|run| run.attempt == 2)).await;
    running.stop().await;
    let failed = desk.runs(SEAL).await.remove(0);
    assert_eq!(failed.state, RunState::Failed);
    assert!(failed.message.as_deref().unwrap().contains("given up"), "{failed:#?}");
}

#[tokio::test]
async fn once_runs_one_job_and_tells_what_it_came_to() {
    let desk = Desk::new().await;
    desk.store.job_pause(SEAL, true).await.unwrap();
    let (job, _ran) = scripted(SEAL, &[Act::Did]);
    let (other, mut other_ran) = scripted(COMPACT, &[]);
    let outcome = desk.runner("a").with(job).with(other).once(SEAL).await.unwrap();
    assert_eq!(outcome.message.as_deref(), Some("something"));
    assert!(other_ran.try_recv().is_err());
    let (job, _ran) = scripted(SEAL, &[Act::Fail]);
    let error = desk.runner("a").with(job).once(SEAL).await.unwrap_err();
    assert!(matches!(error, Error::Store(_)), "{error:?}");
    assert_eq!(desk.runs(SEAL).await.len(), 2);
    let error = desk.runner("a").once(SEAL).await.unwrap_err();
    assert!(matches!(error, Error::NoJob("seal")), "{error:?}");
    assert_eq!(desk.store.worker().await.unwrap(), None, "the lease is given back");
}
