//! What the server takes of the machine, read from `/proc`.

use anyhow::{Context as _, Result};
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::time::sleep;

/// Between two looks.
const EVERY: Duration = Duration::from_secs(1);
/// Clock ticks a second in `/proc/PID/stat`, the same on every Linux.
const TICKS: f64 = 100.0;

/// Memory and processor time over a run.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    /// Resident bytes, once a second.
    pub(crate) resident: Vec<u64>,
    /// Seconds of processor time.
    pub(crate) processor: f64,
}

impl Taken {
    /// The most of a part of the run, given in percent of its length.
    pub(crate) fn most(&self, from: usize, to: usize) -> u64 {
        let n = self.resident.len();
        self.resident[n * from / 100..n * to / 100].iter().copied().max().unwrap_or(0)
    }
}

/// Looks once a second until it is quiet.
pub(crate) async fn watch(pid: u32, quiet: Arc<AtomicBool>) -> Result<Taken> {
    let began = processor(pid)?;
    let mut taken = Taken::default();
    while !quiet.load(Ordering::Relaxed) {
        taken.resident.push(resident(pid)?);
        sleep(EVERY).await;
    }
    taken.processor = processor(pid)? - began;
    Ok(taken)
}

fn resident(pid: u32) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("VmRSS")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<u64>()? * 1024)
}

fn processor(pid: u32) -> Result<f64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The name, in brackets, may hold spaces; user and system time are the 12th and 13th after it.
    let (_, rest) = stat.rsplit_once(')').context("stat")?;
    let ticks: f64 =
        rest.split_whitespace().skip(11).take(2).filter_map(|n| n.parse::<f64>().ok()).sum();
    Ok(ticks / TICKS)
}
