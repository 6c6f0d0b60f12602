//! Which events of the stream are there: read from what the program exports, ticket by ticket.

use crate::server::Program;
use crate::stream;
use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;
use std::borrow::Cow;
use std::path::Path;
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt as _, BufReader};

/// What was found of the stream.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    /// How often each event is there, by its number.
    times: Vec<u8>,
    /// Tickets in all.
    pub(crate) tickets: u64,
    /// Events in all, of the stream or not; what merged tickets handed on is not counted.
    pub(crate) events: u64,
}

#[derive(Deserialize)]
struct Line<'a> {
    #[serde(borrow)]
    timeline: Vec<Item<'a>>,
}

#[derive(Deserialize)]
struct Item<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    /// Set on what another ticket handed on.
    origin: Option<Cow<'a, str>>,
}

impl Ledger {
    /// Reads a folder that no server holds.
    pub(crate) async fn read(program: &Program, data: &Path) -> Result<Self> {
        let mut child = program
            .bare()
            .command(data, ["export", "tickets", "--format", "json", "--quiet"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let out = child.stdout.take().context("the export has an output")?;
        let mut lines = BufReader::with_capacity(1 << 20, out);
        let mut ledger = Self::default();
        let mut line = Vec::new();
        while lines.read_until(b'\n', &mut line).await? > 0 {
            ledger.add(&line)?;
            line.clear();
        }
        let status = child.wait().await?;
        ensure!(status.success(), "the export ended with {status}");
        Ok(ledger)
    }

    fn add(&mut self, line: &[u8]) -> Result<()> {
        let line: Line<'_> = serde_json::from_slice(line)?;
        self.tickets += 1;
        for item in line.timeline.iter().filter(|item| item.origin.is_none()) {
            self.events += 1;
            let Some(number) = stream::number(&item.id) else { continue };
            let place = usize::try_from(number)?;
            if self.times.len() <= place {
                self.times.resize(place + 1, 0);
            }
            self.times[place] = self.times[place].saturating_add(1);
        }
        Ok(())
    }

    /// Fails unless every event below a number is there once, and none above.
    pub(crate) fn is_exactly(&self, end: u64) -> Result<()> {
        self.none_twice()?;
        let count = self.times.iter().filter(|times| **times > 0).count() as u64;
        let lost: Vec<u64> = (0..end).filter(|number| !self.has(*number)).take(10).collect();
        ensure!(lost.is_empty(), "of {end} events {} are lost, for example {lost:?}", end - count);
        ensure!(count == end, "{} events are there that were never accepted", count - end);
        Ok(())
    }

    /// Fails where an event is there twice.
    pub(crate) fn none_twice(&self) -> Result<()> {
        let twice: Vec<u64> = (0..)
            .zip(&self.times)
            .filter(|(_, times)| **times > 1)
            .map(|(number, _)| number)
            .take(10)
            .collect();
        ensure!(twice.is_empty(), "events are there twice, for example {twice:?}");
        Ok(())
    }

    /// Whether an event is there.
    pub(crate) fn has(&self, number: u64) -> bool {
        let place = usize::try_from(number).unwrap_or(usize::MAX);
        self.times.get(place).is_some_and(|times| *times > 0)
    }
}
