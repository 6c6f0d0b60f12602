//! Jobs, as a client sees them.

use super::Desk;
use serde_json::{Value, json};
use store::{JobKind, JobState, RunBegin, RunNote, RunState};

fn find<'a>(jobs: &'a Value, kind: &str) -> &'a Value {
    let jobs = jobs["jobs"].as_array().unwrap();
    jobs.iter().find(|job| job["kind"] == json!(kind)).unwrap()
}

#[tokio::test]
async fn jobs_show_how_they_stand_and_who_does_them() {
    let desk = Desk::filled().await;
    let jobs = desk.get("/api/v1/jobs").await.ok();
    assert_eq!(jobs.get("worker"), None, "nobody works here");
    assert_eq!(jobs["apply"]["overlay_tickets"], json!(2), "{jobs:#}");
    assert_eq!(find(&jobs, "seal")["state"], json!("idle"));
    let store = desk.desk.store();
    let lease = store.work_take("box 7", 60_000_000).await.unwrap().unwrap();
    let working = store.under(&lease);
    working.work_begin(&[(JobKind::Seal, 5_000_000)]).await.unwrap();
    let at = desk.desk.now();
    let begin = RunBegin { kind: JobKind::Seal, attempt: 2, started_at: at, asked_at: None };
    let note = RunNote {
        run: RunState::Failed,
        job: JobState::Waiting,
        attempts: 2,
        next_at: at.plus(1_500_000),
        ended_at: Some(at.plus(500_000)),
        done: 3,
        whole: None,
        message: Some("no space left".into()),
    };
    working.run_begin(&begin, &note).await.unwrap();
    let jobs = desk.get("/api/v1/jobs").await.ok();
    assert_eq!(jobs["worker"]["name"], json!("box 7"));
    let expected = json!({
        "kind": "seal", "state": "waiting", "paused": false, "failures": 2, "every_seconds": 5.0,
        "next_at": "2026-03-16T12:00:01.5Z",
        "last": {
            "id": 1, "worker": "box 7", "state": "failed", "attempt": 2, "done": 3,
            "started_at": "2026-03-16T12:00:00Z", "ended_at": "2026-03-16T12:00:00.5Z",
            "message": "no space left",
        },
    });
    assert_eq!(*find(&jobs, "seal"), expected);
    let runs = desk.get("/api/v1/jobs/seal/runs").await.ok();
    assert_eq!(runs, json!({"runs": [expected["last"]]}));
    assert_eq!(desk.get("/api/v1/jobs/compact/runs").await.ok(), json!({"runs": []}));
}

#[tokio::test]
async fn a_job_is_asked_for_paused_and_resumed() {
    let desk = Desk::new().await;
    let asked = desk.post("/api/v1/jobs/compact/run", &json!(null)).await;
    assert_eq!(asked.status, 202);
    assert_eq!(asked.json()["asked_at"], json!("2026-03-16T12:00:00Z"));
    let paused = desk.post("/api/v1/jobs/seal/pause", &json!(null)).await.ok();
    assert_eq!(paused["paused"], json!(true));
    let jobs = desk.get("/api/v1/jobs").await.ok();
    assert_eq!(find(&jobs, "seal")["paused"], json!(true));
    assert_eq!(find(&jobs, "compact")["paused"], json!(false));
    let resumed = desk.post("/api/v1/jobs/seal/resume", &json!(null)).await.ok();
    assert_eq!(resumed["paused"], json!(false));
}

#[tokio::test]
async fn a_job_that_does_not_exist_is_named_with_those_that_do() {
    let desk = Desk::new().await;
    let problem = desk.post("/api/v1/jobs/sael/run", &json!(null)).await.problem(404);
    assert!(problem["hint"].as_str().unwrap().contains("seal"), "{problem:#}");
    desk.get("/api/v1/jobs/sael/runs").await.problem(404);
}
