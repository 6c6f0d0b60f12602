//! Faults: system calls that fail, a full disk, damaged files, a clock that jumps.
//!
//! What the program refuses because of them is sent again. Afterwards every event must be there
//! once, and every row and answer must be that of a clean import; and the program must have said
//! what was wrong.

mod damage;
mod database;
mod scene;

use crate::server::Program;
use anyhow::{Context as _, Result};
use scene::{Outcome, Scene};
use std::path::PathBuf;

/// What to break, and for how long.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    program: Program,
    /// Folder for the data and what is compared with it
    #[arg(long, default_value = "target/faults", value_name = "DIR")]
    work: PathBuf,
    /// Lives of a server in each scene
    #[arg(long, default_value_t = 3)]
    lives: u64,
    /// Milliseconds of each life
    #[arg(long, default_value_t = 2_000)]
    life: u64,
    /// Only scenes whose name contains this
    #[arg(long, default_value = "", value_name = "WORD")]
    only: String,
    /// Program that stops the PostgreSQL server at once and starts it again
    #[arg(long, env = "POSTGRES_RESTART", value_name = "FILE")]
    restart: Option<PathBuf>,
    /// Program that stops the PostgreSQL server for good and lets its standby take its place
    #[arg(long, env = "POSTGRES_FAIL_OVER", value_name = "FILE")]
    fail_over: Option<PathBuf>,
    /// Seed of the stream
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Plays every scene; fails at the first that loses, doubles or changes anything.
pub(crate) async fn run(args: &Args) -> Result<()> {
    for scene in Scene::ALL.iter().filter(|scene| scene.name.contains(&args.only)) {
        let work = args.work.join(scene.name.replace(' ', "-"));
        let _ = std::fs::remove_dir_all(&work);
        std::fs::create_dir_all(&work)?;
        let outcome = scene.play(args, &work).await;
        match outcome.with_context(|| format!("scene `{}`", scene.name))? {
            Outcome::Played(told) => println!("{}: {told}", scene.name),
            Outcome::Skipped(why) => println!("{}: skipped: {why}", scene.name),
        }
    }
    Ok(())
}
