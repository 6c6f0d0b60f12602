//! The `deskmeter` program: command line, configuration and wiring.
//!
//! Knows every room and decides nothing they decide: it parses, opens, asks and prints.
//! Start reading at [`cli`], then at the command of interest under [`command`].

mod cli;
mod command;
mod config;
mod exit;
mod issue;
mod output;
mod progress;
#[cfg(test)]
mod reference;

use clap::Parser as _;
use std::io::Write as _;
use std::process::ExitCode;

/// What one thread makes another frees, in all sizes: the allocator that gives most of it back.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    let cli = match cli::Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Printing help to a closed pipe is nobody's problem.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(1));
        }
    };
    match command::run(cli) {
        Ok(exit) => ExitCode::from(exit.code()),
        Err(failure) if failure.is_broken_pipe() => ExitCode::SUCCESS,
        Err(failure) => {
            let _ = std::io::stderr().lock().write_all(failure.report().as_bytes());
            ExitCode::from(failure.exit.code())
        }
    }
}
