//! Drives the real program from outside, as its users and its enemies would.
//!
//! `trial load` sends a steady stream while dashboards ask; `trial crash` kills the server again
//! and again. Both send a numbered stream ([`stream`]), so that afterwards it can be said of every
//! single event whether it is there, and there once ([`ledger`]).
//!
//! Arrows: `event`. Must not know: what is inside the program; it is a file to be started.
//! Start reading at [`stream`], then [`load`].

#![expect(clippy::print_stdout, reason = "a tool for people: its report goes to standard output")]

mod book;
mod client;
mod compare;
mod crash;
mod faults;
mod ledger;
mod load;
mod server;
mod stream;

use clap::{Parser, Subcommand};

/// Proofs from outside: load and crashes against the real program.
#[derive(Debug, Parser)]
#[command(name = "trial")]
struct Cli {
    #[command(subcommand)]
    trial: Trial,
}

#[derive(Debug, Subcommand)]
enum Trial {
    /// A steady stream, twenty dashboards and a burst; then every event is looked for
    Load(load::Args),
    /// Kills at random moments; then every event, row and answer is compared with a clean import
    Crash(crash::Args),
    /// Disks that fail, files that are damaged, clocks that jump; the same comparison afterwards
    Faults(faults::Args),
}

fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        match cli.trial {
            Trial::Load(args) => load::run(&args).await,
            Trial::Crash(args) => crash::run(&args).await,
            Trial::Faults(args) => faults::run(&args).await,
        }
    })
}
