//! What can go wrong with a job.

use std::time::Duration;

/// The result of a job.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a job did not do what it should.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The store refused.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// It took too long and was left alone.
    #[error("it took longer than {} s and was given up", .0.as_secs())]
    TimedOut(Duration),
    /// A bug in it.
    #[error("it broke off: {0}; this is a bug, please report it")]
    Panicked(String),
    /// The process was told to stop under it.
    #[error("the process was told to stop")]
    Stopped,
    /// The runner has no such job.
    #[error("there is no job `{0}` here")]
    NoJob(&'static str),
    /// Another process does the jobs.
    #[error("{0} does the jobs now")]
    Elsewhere(String),
}

impl Error {
    /// The error with everything that led to it, shortened to what is kept of it.
    pub(crate) fn words(&self) -> String {
        let mut text = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            text = format!("{text}: {error}");
            cause = error.source();
        }
        shortened(&text)
    }
}

/// At most as much of a message as is kept.
pub(crate) fn shortened(text: &str) -> String {
    text.chars().take(crate::limits::MESSAGE_CHARS_MAX).collect()
}
