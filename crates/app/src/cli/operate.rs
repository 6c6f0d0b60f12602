//! The command line of whoever runs it: backups and the doctor.

use super::OutputArgs;
use clap::Args;
use std::path::PathBuf;

/// `backup`.
#[derive(Args, Debug)]
pub(crate) struct BackupArgs {
    /// The archive, a tar file compressed with zstd
    #[arg(value_name = "FILE.tar.zst", required_unless_present_any = ["list", "forget"])]
    pub(crate) file: Option<PathBuf>,
    /// Check every file of an archive that exists, and write nothing
    #[arg(long, conflicts_with_all = ["list", "forget"])]
    pub(crate) verify: bool,
    /// List the backups that were made of this data
    #[arg(long, conflicts_with_all = ["file", "forget"])]
    pub(crate) list: bool,
    /// Forget a backup that is there no more, by its place in the list
    #[arg(long, value_name = "PLACE", conflicts_with = "file")]
    pub(crate) forget: Option<String>,
}

/// `restore`.
#[derive(Args, Debug)]
pub(crate) struct RestoreArgs {
    /// The archive, a tar file compressed with zstd
    #[arg(value_name = "FILE.tar.zst")]
    pub(crate) file: PathBuf,
}

/// `doctor`.
#[derive(Args, Debug)]
pub(crate) struct DoctorArgs {
    /// Repair what can be made again from what is whole
    #[arg(long)]
    pub(crate) repair: bool,
    /// Take damaged files from this backup where it has them
    #[arg(long, value_name = "FILE.tar.zst", requires = "repair")]
    pub(crate) from: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}
