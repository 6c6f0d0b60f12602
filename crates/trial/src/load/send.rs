//! Sending at a rate: when a batch is due does not depend on how the last one went.

use super::report::Latency;
use crate::client::Client;
use crate::stream::Stream;
use anyhow::{Result, bail};
use hyper::StatusCode;
use std::time::Duration;
use tokio::time::{Instant, sleep, sleep_until};

/// Connections of a burst: enough not to wait for one another.
const BURST_CONNECTIONS: u64 = 64;

/// What is sent, and where to.
#[derive(Clone, Debug)]
pub(crate) struct Sending {
    pub(crate) stream: Stream,
    pub(crate) batch: u64,
    pub(crate) address: String,
}

/// How it went.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    /// The number after the last event.
    pub(crate) end: u64,
    /// From the request to the answer, by request.
    pub(crate) accepted: Latency,
    /// From when a request was due to when it was sent.
    pub(crate) late: Latency,
    /// Requests refused with 429, each of which was sent again.
    pub(crate) refused: u64,
    /// Requests whose connection broke, each of which was sent again.
    pub(crate) broken: u64,
    /// Until all was accepted.
    pub(crate) took: Duration,
}

/// How one connection's batches went.
#[derive(Default)]
struct Lane {
    accepted: Latency,
    late: Latency,
    refused: u64,
    broken: u64,
    /// Batches that were refused and not sent again, or never got their turn.
    left: Vec<u64>,
}

/// A connection's share of the batches.
#[derive(Clone, Copy)]
struct Share {
    first: u64,
    end: u64,
    step: u64,
    /// When the first batch of all is due, and the time from one to the next.
    start: Instant,
    every: Duration,
    /// Whether a refused batch waits as it is told to, or is left for later.
    patient: bool,
    /// When the rest is left for later.
    until: Option<Instant>,
}

impl Sending {
    /// So many events a second for so many seconds, as a polite sender.
    pub(crate) async fn steadily(&self, rate: u64, seconds: u64, lanes: u64) -> Result<Sent> {
        let batches = rate * seconds / self.batch;
        let start = Instant::now();
        let every = Duration::from_secs_f64(self.batch as f64 / rate as f64);
        let share =
            Share { first: 0, end: batches, step: lanes, start, every, patient: true, until: None };
        self.all(share, start).await
    }

    /// The same without listening to anybody; what was refused is sent politely afterwards.
    pub(crate) async fn burst(&self, from: u64, rate: u64, seconds: u64) -> Result<Sent> {
        let first = from / self.batch;
        let end = first + rate * seconds / self.batch;
        let start = Instant::now();
        let every = Duration::from_secs_f64(self.batch as f64 / rate as f64);
        let until = Some(start + Duration::from_secs(seconds));
        let share =
            Share { first, end, step: BURST_CONNECTIONS, start, every, patient: false, until };
        self.all(share, start).await
    }

    async fn all(&self, share: Share, began: Instant) -> Result<Sent> {
        let lanes: Vec<_> = (0..share.step)
            .map(|lane| {
                let sending = self.clone();
                tokio::spawn(async move { sending.lane(lane, share).await })
            })
            .collect();
        let mut sent = Sent { end: share.end * self.batch, ..Sent::default() };
        let mut left = Vec::new();
        for lane in lanes {
            let lane = lane.await??;
            sent.accepted.merge(lane.accepted);
            sent.late.merge(lane.late);
            sent.refused += lane.refused;
            sent.broken += lane.broken;
            left.extend(lane.left);
        }
        let mut client = Client::new(self.address.clone());
        for batch in left {
            // Their latency says nothing: they wait for the burst to be digested.
            self.deliver(&mut client, batch, true, &mut Lane::default()).await?;
        }
        sent.took = began.elapsed();
        Ok(sent)
    }

    async fn lane(&self, lane: u64, share: Share) -> Result<Lane> {
        let mut client = Client::new(self.address.clone());
        let mut done = Lane::default();
        let step = usize::try_from(share.step)?;
        for place in (lane..share.end - share.first).step_by(step) {
            let due = share.start + share.every.mul_f64(place as f64);
            sleep_until(due).await;
            if share.until.is_some_and(|until| Instant::now() > until) {
                done.left.push(share.first + place);
                continue;
            }
            done.late.add(due.elapsed());
            self.deliver(&mut client, share.first + place, share.patient, &mut done).await?;
        }
        Ok(done)
    }

    async fn deliver(
        &self,
        client: &mut Client,
        batch: u64,
        patient: bool,
        lane: &mut Lane,
    ) -> Result<()> {
        let body = self.stream.lines(batch * self.batch..(batch + 1) * self.batch);
        loop {
            let began = Instant::now();
            let Ok(reply) =
                client.post("/api/v1/events", "application/x-ndjson", body.clone()).await
            else {
                lane.broken += 1;
                sleep(Duration::from_millis(100)).await;
                continue;
            };
            match reply.status {
                StatusCode::OK | StatusCode::ACCEPTED => {
                    lane.accepted.add(began.elapsed());
                    return Ok(());
                }
                StatusCode::TOO_MANY_REQUESTS => {
                    lane.refused += 1;
                    if !patient {
                        lane.left.push(batch);
                        return Ok(());
                    }
                    sleep(reply.retry_after()).await;
                }
                status => bail!("{status}: {}", String::from_utf8_lossy(&reply.body)),
            }
        }
    }
}
