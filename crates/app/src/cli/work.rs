//! Commands about what runs on its own.

use super::OutputArgs;
use clap::{Args, Subcommand, ValueEnum};

/// `jobs …`.
#[derive(Debug, Subcommand)]
pub(crate) enum JobsCommand {
    /// How the jobs stand
    List {
        #[command(flatten)]
        output: OutputArgs,
    },
    /// What the last runs of a job came to
    Runs(RunsArgs),
    /// Run a job now, and wait for its end
    Run(JobArgs),
    /// Let a job run only when asked to
    Pause(JobArgs),
    /// Let a job run on its own again
    Resume(JobArgs),
}

/// One job.
#[derive(Args, Debug)]
pub(crate) struct JobArgs {
    /// The job
    #[arg(value_enum)]
    pub(crate) job: JobName,
}

/// `jobs runs`.
#[derive(Args, Debug)]
pub(crate) struct RunsArgs {
    /// The job
    #[arg(value_enum)]
    pub(crate) job: JobName,
    /// How many runs to show
    #[arg(long, default_value_t = 20, value_name = "N")]
    pub(crate) limit: u32,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// What runs on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum JobName {
    /// Rows in memory become files
    Seal,
    /// Raw deliveries of webhooks become events
    Deliveries,
    /// Nothing is kept that nothing needs
    Compact,
    /// What is kept for a time only goes when its time is over
    Retention,
}

impl From<JobName> for store::JobKind {
    fn from(name: JobName) -> Self {
        match name {
            JobName::Seal => Self::Seal,
            JobName::Deliveries => Self::Deliveries,
            JobName::Compact => Self::Compact,
            JobName::Retention => Self::Retention,
        }
    }
}
