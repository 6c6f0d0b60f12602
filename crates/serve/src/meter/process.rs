//! What the system knows of this process; where it does not say, the numbers stay 0.

use super::Book;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use std::sync::atomic::{AtomicU64, Ordering};

/// Ticks of a second in `/proc`, the same on every Linux.
const TICKS: f64 = 100.0;

/// The numbers that every exporter for Prometheus names alike.
#[derive(Default)]
pub(super) struct Process {
    cpu_seconds: Counter<f64, AtomicU64>,
    resident_bytes: Gauge,
    open_fds: Gauge,
}

impl Process {
    pub(super) fn register(book: &mut Book) -> Self {
        let own = Self::default();
        book.add(
            ("process_cpu_seconds", "counter"),
            &[],
            "Time of all cores that this process took",
            own.cpu_seconds.clone(),
        );
        book.add(
            ("process_resident_memory_bytes", "gauge"),
            &[],
            "Memory that this process holds",
            own.resident_bytes.clone(),
        );
        book.add(
            ("process_open_fds", "gauge"),
            &[],
            "Files and sockets open",
            own.open_fds.clone(),
        );
        own
    }

    pub(super) fn read(&self) {
        if let Some(seconds) = cpu_seconds() {
            self.cpu_seconds.inner().store(seconds.to_bits(), Ordering::Relaxed);
        }
        if let Some(bytes) = resident_bytes() {
            self.resident_bytes.set(bytes);
        }
        if let Ok(open) = std::fs::read_dir("/proc/self/fd") {
            self.open_fds.set(i64::try_from(open.count()).unwrap_or(i64::MAX));
        }
    }
}

/// Fields 14 and 15 of `/proc/self/stat`, counted behind the name, which may hold anything.
fn cpu_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let fields = stat.rsplit_once(')')?.1;
    let mut fields = fields.split_whitespace().skip(11);
    let (user, system): (f64, f64) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    Some((user + system) / TICKS)
}

fn resident_bytes() -> Option<i64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kib: i64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib * 1024)
}
