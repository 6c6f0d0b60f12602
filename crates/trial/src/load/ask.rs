//! Those who look: dashboards, and one who waits to see a ticket counted.

use super::report::Latency;
use crate::client::Client;
use anyhow::{Context as _, Result, ensure};
use event::{Actor, Created, Entry, Event, Instant as Moment, Kind, Role};
use hyper::StatusCode;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Between a ticket that was seen and the next.
const MARK: Duration = Duration::from_millis(500);

/// The ten questions as one batch.
pub(crate) fn questions(text: &str, now: Moment) -> Result<Vec<u8>> {
    let text = text.replace("{now}", &now.to_string()).replace("{agent}", "agent-01");
    let entries: Vec<Value> = serde_json::from_str(&text)?;
    let questions: Vec<&Value> = entries.iter().map(|entry| &entry["question"]).collect();
    Ok(serde_json::to_vec(&questions)?)
}

/// Asks all questions, pauses, and asks again; until the task is dropped.
pub(crate) async fn dashboard(
    mut client: Client,
    questions: Vec<u8>,
    lag: Duration,
    pause: Duration,
    took: Arc<Mutex<Latency>>,
) -> Result<()> {
    sleep(lag).await;
    loop {
        let began = Instant::now();
        // As a page does: an answer of a second ago will do.
        let reply = client.ask("/api/v1/questions", questions.clone(), "max-age=1").await?;
        ensure!(
            reply.status.is_success(),
            "{}: {}",
            reply.status,
            String::from_utf8_lossy(&reply.body)
        );
        let outcomes = reply.json()?;
        for outcome in outcomes.as_array().context("a batch of answers")? {
            ensure!(outcome["problem"].is_null(), "a question failed: {}", outcome["problem"]);
        }
        took.lock().unwrap_or_else(PoisonError::into_inner).add(began.elapsed());
        sleep(pause).await;
    }
}

/// Times of a ticket, all from the request that brought it.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// Until the sender heard that it is shown.
    pub(crate) shown: Latency,
    /// Until an answer counted it.
    pub(crate) counted: Latency,
}

/// Sends a ticket, waits to hear that it is shown, and asks, again and again.
pub(crate) async fn marks(
    mut client: Client,
    start: Moment,
    quiet: Arc<AtomicBool>,
) -> Result<Seen> {
    let question = json!({
        "metrics": ["volume"], "where": ["channel = mark"], "range": "last 2 days", "zone": "UTC",
    });
    let question = serde_json::to_vec(&question)?;
    let mut seen = Seen::default();
    for number in 1_u64.. {
        if quiet.load(Ordering::Relaxed) {
            break;
        }
        let began = send(&mut client, number, start).await?;
        seen.shown.add(began.elapsed());
        let found = counted(&mut client, &question).await?;
        ensure!(found == number, "{found} marks are counted after {number} were shown");
        seen.counted.add(began.elapsed());
        sleep(MARK).await;
    }
    Ok(seen)
}

/// Sends a ticket until it is accepted, and waits until it is shown; when the request that was
/// accepted began.
async fn send(client: &mut Client, number: u64, start: Moment) -> Result<Instant> {
    let mut body = Vec::new();
    event::cloudevents::write(&mark(number, start), &mut body);
    loop {
        let began = Instant::now();
        let (path, kind) = ("/api/v1/events?wait=applied", "application/cloudevents+json");
        let reply = client.post(path, kind, body.clone()).await?;
        match reply.status {
            StatusCode::TOO_MANY_REQUESTS => sleep(reply.retry_after()).await,
            status if status.is_success() => return Ok(began),
            status => ensure!(false, "{status}: {}", String::from_utf8_lossy(&reply.body)),
        }
    }
}

async fn counted(client: &mut Client, question: &[u8]) -> Result<u64> {
    let reply = client.post("/api/v1/questions", "application/json", question.to_vec()).await?;
    let answer = reply.json()?;
    ensure!(reply.status.is_success(), "{answer}");
    Ok(answer["rows"][0]["cells"]["volume"]["value"].as_u64().unwrap_or(0))
}

fn mark(number: u64, at: Moment) -> Event {
    let created = Created { channel: Some("mark".into()), ..Created::default() };
    let entry = Entry {
        id: format!("mark-{number}").into(),
        sequence: None,
        at,
        seen: at,
        actor: Actor { id: Some("customer-00001".into()), role: Role::Requester, team: None },
        kind: Kind::Created(Box::new(created)),
        origin: None,
        extra: None,
    };
    Event { source: "demo".into(), ticket: entry.id.clone(), entry }
}
