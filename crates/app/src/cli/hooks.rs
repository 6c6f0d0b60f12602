//! Commands about webhooks.

use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `hooks …`.
#[derive(Debug, Subcommand)]
pub(crate) enum HooksCommand {
    /// Try a delivery: whether it would be believed, and what events it makes
    #[command(after_help = "Examples:\n  \
        deskmeter hooks test helpdesk --body delivery.json\n  \
        deskmeter hooks test helpdesk --body delivery.json --header 'X-Signature=sha256=…' \\\n      \
            --at 2026-03-02T09:00:00Z\n\n\
        Without --header the headers of a signature are made and shown. Nothing is kept.")]
    Test(HookTestArgs),
}

/// `hooks test`.
#[derive(Args, Debug)]
pub(crate) struct HookTestArgs {
    /// The source, as in the hook's file
    #[arg(value_name = "SOURCE")]
    pub(crate) source: String,
    /// The body, byte by byte; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) body: PathBuf,
    /// A header that came with it
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) header: Vec<String>,
    /// When it came [default: now]
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<String>,
}
