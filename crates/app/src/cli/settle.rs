//! Commands about what a desk has settled on: policies, settings, annotations.

use super::OutputArgs;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `policies …`.
#[derive(Debug, Subcommand)]
pub(crate) enum PoliciesCommand {
    /// Print the policies in force as JSON, which `policies set` takes
    Show,
    /// Check a policies file and report every issue
    Check(PoliciesArgs),
    /// Put a policies file in force, folding every ticket again where it differs
    Set(PoliciesArgs),
}

/// `policies check` and `policies set`.
#[derive(Args, Debug)]
pub(crate) struct PoliciesArgs {
    /// The policies
    #[arg(value_name = "FILE.yaml")]
    pub(crate) file: PathBuf,
}

/// `settings …`.
#[derive(Debug, Subcommand)]
pub(crate) enum SettingsCommand {
    /// Print the settings as JSON; what is absent is as configured
    Show,
    /// Change one setting, from the next question on
    Set(SettingArgs),
}

/// `settings set`.
#[derive(Args, Debug)]
pub(crate) struct SettingArgs {
    /// `zone`, `week_start`, or `targets.METRIC` or `targets.METRIC:VARIANT`
    #[arg(value_name = "KEY")]
    pub(crate) key: String,
    /// The value; a target is in the unit of its metric; `-` clears the setting
    #[arg(value_name = "VALUE", allow_hyphen_values = true)]
    pub(crate) value: String,
}

/// `annotations …`.
#[derive(Debug, Subcommand)]
pub(crate) enum AnnotationsCommand {
    /// List what happened outside the tickets
    List(AnnotationListArgs),
    /// Note something that happened
    Add(AnnotationArgs),
    /// Remove an annotation
    Remove {
        /// Its number
        #[arg(value_name = "ID")]
        id: i64,
    },
}

/// `annotations list`.
#[derive(Args, Debug)]
pub(crate) struct AnnotationListArgs {
    /// Only those that end after this day or time
    #[arg(long, value_name = "WHEN")]
    pub(crate) from: Option<String>,
    /// Only those that begin before this time, or the end of this day
    #[arg(long, value_name = "WHEN")]
    pub(crate) to: Option<String>,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// `annotations add`.
#[derive(Args, Debug)]
pub(crate) struct AnnotationArgs {
    /// What a chart shows of it
    #[arg(value_name = "TITLE")]
    pub(crate) title: String,
    /// When, or since when: a day or a time
    #[arg(long, value_name = "WHEN")]
    pub(crate) at: String,
    /// Until when; a day is included whole
    #[arg(long, value_name = "WHEN")]
    pub(crate) to: Option<String>,
    /// release, campaign, incident, holiday or other
    #[arg(long, value_name = "KIND")]
    pub(crate) kind: Option<String>,
    /// More about it
    #[arg(long, value_name = "TEXT")]
    pub(crate) text: Option<String>,
}
