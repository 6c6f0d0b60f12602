//! What was sent and what was said of it; at the end, all of it is looked for.

use crate::client::Client;
use crate::compare;
use crate::ledger::Ledger;
use crate::server::{Program, Server};
use crate::stream::Stream;
use anyhow::{Result, ensure};
use event::Instant;
use hyper::StatusCode;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Mutex;
use tokio::time::sleep;

/// What was sent, by batch.
#[derive(Debug)]
pub(crate) struct Book {
    stream: Stream,
    batch: u64,
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    /// The first batch that nobody has taken yet.
    next: u64,
    /// Batches whose sender does not know what became of them; they are sent again.
    unsure: BTreeSet<u64>,
    acknowledged: BTreeSet<u64>,
}

impl Book {
    /// Nothing sent yet, of a stream of few tickets, each of which is changed often.
    pub(crate) fn new(seed: u64, batch: u64) -> Self {
        Self { stream: stream(seed), batch, open: Mutex::default() }
    }

    /// A batch to send: one that is to be sent again first.
    pub(crate) fn take(&self) -> u64 {
        let mut open = self.open();
        open.unsure.pop_first().unwrap_or_else(|| {
            open.next += 1;
            open.next - 1
        })
    }

    fn take_unsure(&self) -> Option<u64> {
        self.open().unsure.pop_first()
    }

    pub(crate) fn acknowledged(&self, batch: u64) {
        self.open().acknowledged.insert(batch);
    }

    pub(crate) fn unsure(&self, batch: u64) {
        self.open().unsure.insert(batch);
    }

    /// Its events as JSON lines.
    pub(crate) fn body(&self, batch: u64) -> Vec<u8> {
        self.stream.lines(batch * self.batch..(batch + 1) * self.batch)
    }

    fn open(&self) -> std::sync::MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Fails where something acknowledged is missing, half a batch is there, or anything twice.
    pub(crate) fn check(&self, ledger: &Ledger) -> Result<()> {
        ledger.none_twice()?;
        let open = self.open();
        for batch in 0..open.next {
            let numbers = batch * self.batch..(batch + 1) * self.batch;
            let there = numbers.filter(|number| ledger.has(*number)).count() as u64;
            let acknowledged = open.acknowledged.contains(&batch);
            ensure!(there == self.batch || !acknowledged, "batch {batch} was accepted and is lost");
            ensure!(there == 0 || there == self.batch, "of batch {batch} there are {there} events");
        }
        Ok(())
    }

    /// Sends a batch until it is accepted; it stays unsure where the connection breaks, or the
    /// server says anything but to come again.
    pub(crate) async fn deliver(&self, client: &mut Client, batch: u64) -> Result<()> {
        loop {
            let body = self.body(batch);
            let sent = client.post("/api/v1/events", "application/x-ndjson", body).await;
            match sent {
                Ok(reply) if reply.status.is_success() => {
                    self.acknowledged(batch);
                    return Ok(());
                }
                Ok(reply) if reply.status == StatusCode::TOO_MANY_REQUESTS => {
                    sleep(reply.retry_after()).await;
                }
                Ok(reply) => {
                    self.unsure(batch);
                    return Err(reply.error());
                }
                Err(error) => {
                    self.unsure(batch);
                    return Err(error);
                }
            }
        }
    }

    /// Sends everything again that nobody acknowledged, and fails unless every event is there
    /// once; the number of events.
    pub(crate) async fn finish(&self, program: &Program, data: &Path) -> Result<u64> {
        let (server, _) = Server::ready(program, data).await?;
        let mut client = server.client();
        while let Some(batch) = self.take_unsure() {
            self.deliver(&mut client, batch).await?;
        }
        server.stop().await?;
        let end = self.open().next * self.batch;
        Ledger::read(program, data).await?.is_exactly(end)?;
        Ok(end)
    }

    /// Imports the same events into a new folder; fails unless both export and answer alike.
    /// How many rows that were.
    pub(crate) async fn compare(
        &self,
        program: &Program,
        work: &Path,
        end: u64,
        policies: Option<&str>,
    ) -> Result<u64> {
        let (data, clean) = (work.join("data"), work.join("clean"));
        let file = work.join("events.jsonl");
        std::fs::write(&file, self.stream.lines(0..end))?;
        let (program, apart) = (program.bare(), program.apart());
        let file = file.to_string_lossy().into_owned();
        let _ = std::fs::remove_dir_all(&clean);
        apart.output(&clean, ["import", &file, "--format", "json", "--quiet"]).await?;
        if let Some(policies) = policies {
            for (program, folder) in [(&program, &data), (&apart, &clean)] {
                program.output(folder, ["rebuild", "--policies", policies, "--quiet"]).await?;
            }
        }
        compare::same((&program, &data), (&apart, &clean)).await
    }
}

/// Few tickets, so that each is changed often and merged now and then.
fn stream(seed: u64) -> Stream {
    Stream {
        seed,
        start: Instant::from_micros(1_767_225_600_000_000),
        gap_us: 20_000_000,
        per_ticket: 16,
        reach: 400,
        old_tickets: 0,
        old_permille: 0,
        merged_permille: 5,
    }
}
