//! What is asked of the program about people: erasing them, and how long their words are kept.

use super::ReportFormat;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `erase`.
#[derive(Args, Debug)]
pub(crate) struct EraseArgs {
    /// An id of the person in a source: requester, agent, or author; may be repeated
    #[arg(long = "id", value_name = "ID")]
    pub(crate) ids: Vec<String>,
    /// A file with one id a line, `-` for standard input: ids in a command line are seen by others
    #[arg(long, value_name = "FILE")]
    pub(crate) ids_file: Option<PathBuf>,
    /// An id of an account that would give the person away; may be repeated
    #[arg(long = "account", value_name = "ID")]
    pub(crate) accounts: Vec<String>,
    /// Only in this source; may be repeated [default: all]
    #[arg(long = "source", value_name = "NAME")]
    pub(crate) sources: Vec<String>,
    /// A custom field that says nothing of the person and stays; may be repeated
    #[arg(long = "keep-field", value_name = "NAME")]
    pub(crate) keep_fields: Vec<String>,
    /// Say what would be touched, and change nothing
    #[arg(long, conflicts_with_all = ["verify", "log"])]
    pub(crate) dry_run: bool,
    /// Read every file and say whether the ids are anywhere; changes nothing
    #[arg(long, conflicts_with = "log")]
    pub(crate) verify: bool,
    /// Show the log of erasures, which names nobody
    #[arg(long)]
    pub(crate) log: bool,
    /// How to print [default: table on a terminal, else json]
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(crate) format: Option<ReportFormat>,
}

/// `retention …`.
#[derive(Debug, Subcommand)]
pub(crate) enum RetentionCommand {
    /// Print the rules as JSON
    Show,
    /// Put other rules in force
    Set {
        /// The rules, as YAML or JSON
        #[arg(value_name = "FILE.yaml")]
        file: PathBuf,
    },
    /// Take out what is past its time now, as the job `retention` does every day
    Run {
        /// Say what would be taken out, and change nothing
        #[arg(long)]
        dry_run: bool,
    },
}
