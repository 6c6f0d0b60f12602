//! The figures, as a table for people and as JSON.

use super::ask::Seen;
use super::gauge::Taken;
use super::send::Sent;
use crate::ledger::Ledger;
use anyhow::{Result, ensure};
use serde_json::{Value, json};
use std::time::Duration;

/// Times taken, all of them: their quantiles are exact.
#[derive(Debug, Default)]
pub(crate) struct Latency(Vec<u32>);

impl Latency {
    pub(crate) fn add(&mut self, time: Duration) {
        self.0.push(u32::try_from(time.as_micros()).unwrap_or(u32::MAX));
    }

    pub(crate) fn merge(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// Milliseconds below which so many percent lie; 0 where nothing was measured.
    pub(crate) fn percentile(&self, percent: usize) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let place = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
        sorted.get(place).map_or(0.0, |micros| f64::from(*micros) / 1_000.0)
    }

    fn cells(&self) -> String {
        let [p50, p99, most] = [50, 99, 100].map(|percent| self.percentile(percent));
        format!("{p50:.1} | {p99:.1} | {most:.1} | {}", self.0.len())
    }

    fn json(&self) -> Value {
        let [p50, p99, most] = [50, 99, 100].map(|percent| self.percentile(percent));
        json!({"p50_ms": p50, "p99_ms": p99, "max_ms": most, "n": self.0.len()})
    }
}

/// Everything that was measured.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) opened: Duration,
    pub(crate) steady: Sent,
    pub(crate) seen: Seen,
    pub(crate) memory: Taken,
    pub(crate) asked: Latency,
    pub(crate) burst: Option<Sent>,
    pub(crate) stopped: Duration,
    pub(crate) ledger: Ledger,
}

const MIB: f64 = 1_048_576.0;

impl Report {
    /// Markdown.
    pub(crate) fn table(&self, rate: u64) -> String {
        let Self { steady, memory, .. } = self;
        let seconds = steady.took.as_secs_f64();
        let mut text = format!(
            "\n| ms | median | p99 | most | times |\n| --- | ---: | ---: | ---: | ---: |\n\
             | accept, {rate} events/s | {} |\n| sent after it was due | {} |\n\
             | until it is shown | {} |\n| until a question counts it | {} |\n\
             | a dashboard's ten questions | {} |\n",
            steady.accepted.cells(),
            steady.late.cells(),
            self.seen.shown.cells(),
            self.seen.counted.cells(),
            self.asked.cells(),
        );
        text += &format!(
            "\n{} events in {seconds:.1} s ({:.0}/s); refused {}, broken {}; processor {:.2} of a \
             core;\nresident at most {:.0}, {:.0}, {:.0} MiB in the thirds of the run; \
             ready after {:.1} s, stopped after {:.1} s\n",
            steady.end,
            steady.end as f64 / seconds,
            steady.refused,
            steady.broken,
            memory.processor / seconds,
            memory.most(0, 33) as f64 / MIB,
            memory.most(33, 67) as f64 / MIB,
            memory.most(67, 100) as f64 / MIB,
            self.opened.as_secs_f64(),
            self.stopped.as_secs_f64(),
        );
        if let Some(burst) = &self.burst {
            text += &format!(
                "burst of {} events: refused {} requests, broken {}, all accepted after {:.1} s; \
                 accept p99 {:.1} ms\n",
                burst.end - steady.end,
                burst.refused,
                burst.broken,
                burst.took.as_secs_f64(),
                burst.accepted.percentile(99),
            );
        }
        let Ledger { tickets, events, .. } = self.ledger;
        text + &format!("every event is there once; {events} events of {tickets} tickets in all\n")
    }

    /// For programs.
    pub(crate) fn json(&self) -> Result<Vec<u8>> {
        let sent = |sent: &Sent| {
            json!({
                "events_end": sent.end, "accept": sent.accepted.json(), "late": sent.late.json(),
                "refused": sent.refused, "broken": sent.broken, "seconds": sent.took.as_secs_f64(),
            })
        };
        let value = json!({
            "ready_seconds": self.opened.as_secs_f64(),
            "stop_seconds": self.stopped.as_secs_f64(),
            "steady": sent(&self.steady),
            "shown": self.seen.shown.json(),
            "counted": self.seen.counted.json(),
            "dashboard": self.asked.json(),
            "resident_bytes": self.memory.resident,
            "processor_seconds": self.memory.processor,
            "burst": self.burst.as_ref().map(sent),
            "tickets": self.ledger.tickets,
            "events": self.ledger.events,
        });
        Ok(serde_json::to_vec_pretty(&value)?)
    }

    /// Fails where an aim was missed.
    pub(crate) fn aims(&self, accept: Option<f64>, counted: Option<f64>) -> Result<()> {
        let aims =
            [("accept", accept, &self.steady.accepted), ("counted", counted, &self.seen.counted)];
        for (name, aim, found) in aims {
            let p99 = found.percentile(99);
            ensure!(aim.is_none_or(|aim| p99 <= aim), "{name}: p99 of {p99:.1} ms misses the aim");
        }
        Ok(())
    }
}
