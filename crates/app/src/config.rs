//! Configuration: one TOML file plus `DESKMETER_*`, read once, here and nowhere else.
//!
//! Every setting is one line of [`KEYS`]; the parser, the environment names, the suggestions for
//! misspelt keys and docs/reference/configuration.md all follow from that table.
//! Precedence: command line, environment, file, default.

mod keys;
mod read;

#[cfg(test)]
pub(crate) use keys::CONFIG_VARIABLE;
pub(crate) use keys::{KEYS, Key};
pub(crate) use read::{Given, load, variable};

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;
use store::StateUrl;

/// Name of the configuration file looked for in the data folder, then in the working folder.
pub(crate) const FILE_NAME: &str = "deskmeter.toml";

/// What systemd says in the environment of a service of `Type=notify`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Notify {
    /// The socket to tell it on.
    pub(crate) socket: Option<PathBuf>,
    /// How often it wants a sign of life.
    pub(crate) watchdog: Option<Duration>,
}

/// Everything that can be set, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Config {
    /// The file it was read from.
    pub(crate) file: Option<PathBuf>,
    /// Folder with everything we keep.
    pub(crate) data: PathBuf,
    /// Where the state database is.
    pub(crate) state: StateUrl,
    /// Policies (calendars, SLA policies, …) used when a data folder is created.
    pub(crate) policies: Option<PathBuf>,
    /// Folder with the user's own metric definitions.
    pub(crate) metrics: Option<PathBuf>,
    /// Folder with the user's mapping files, for `check`.
    pub(crate) mappings: Option<PathBuf>,
    /// Folder with the files of webhooks.
    pub(crate) hooks: Option<PathBuf>,
    /// Where a running server writes backups.
    pub(crate) backups: Option<PathBuf>,
    /// Zone of a question that names none.
    pub(crate) zone: String,
    /// First day of the week.
    pub(crate) week_start: String,
    /// Where the API listens.
    pub(crate) listen: SocketAddr,
    /// How much the API lets in.
    pub(crate) door: serve::Door,
    /// Tickets in a segment of a new folder.
    pub(crate) segment_tickets: u32,
    /// Changed tickets after which a segment is sealed.
    pub(crate) seal_tickets: u64,
    /// Whether a server does the jobs.
    pub(crate) work: bool,
    /// Worker threads.
    pub(crate) threads: usize,
    /// Memory one question may use.
    pub(crate) question_memory_bytes: u64,
    /// Time one question may take.
    pub(crate) question_timeout: Duration,
    /// Log filter, as `tracing` reads it.
    pub(crate) log_filter: String,
    /// Whether log lines are JSON.
    pub(crate) log_json: bool,
    /// How whoever started this as a service wants to be told.
    pub(crate) notify: Notify,
    /// Where traces are sent.
    pub(crate) trace_endpoint: Option<String>,
}
