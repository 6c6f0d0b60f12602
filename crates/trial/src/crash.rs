//! Crashes: the program is killed (SIGKILL) again and again, in whatever it is doing.
//!
//! The driver sends the numbered stream over several connections, changes policies while it does,
//! and kills the server after a random time: while it opens its folder, accepts, applies, seals or
//! rebuilds. Commands that work on the folder (an import, a rebuild, a backup) are killed too.
//! Folders of released versions are killed while this one takes them over ([`upgrade`]).
//! What was not acknowledged is sent again. At the end every event must be there once, and every
//! row and answer must be that of a new folder into which the same events were imported.

mod upgrade;
mod victim;

use crate::book::Book;
use crate::ledger::Ledger;
use crate::server::Program;
use crate::stream::mix;
use anyhow::{Context as _, Result};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use victim::{Outcome, Victim};

/// What to kill, and how often.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    program: Program,
    /// Folder for the data and what is compared with it
    #[arg(long, default_value = "target/crash", value_name = "DIR")]
    work: PathBuf,
    /// How often to kill
    #[arg(long, default_value_t = 15)]
    kills: u64,
    /// Milliseconds that a ready server lives at most
    #[arg(long, default_value_t = 1_200)]
    life: u64,
    /// Kills after which the folder is looked through
    #[arg(long, default_value_t = 5)]
    look: u64,
    /// Events in one request
    #[arg(long, default_value_t = 25)]
    batch: u64,
    /// Folder with data folders of released versions, packed
    #[arg(long, default_value = "crates/store/tests/fixtures", value_name = "DIR")]
    released: PathBuf,
    /// Seed of the stream and of what is done when
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Kills, looks, and compares.
pub(crate) async fn run(args: &Args) -> Result<()> {
    let _ = std::fs::remove_dir_all(&args.work);
    std::fs::create_dir_all(&args.work)?;
    let data = args.work.join("data");
    args.program.prepare(&data).await?;
    let book = Arc::new(Book::new(args.seed, args.batch));
    let mut tally: BTreeMap<String, u64> = BTreeMap::new();
    for kill in 1..=args.kills {
        let dice = mix(args.seed ^ mix(kill));
        // The first makes the folder.
        let victim = if kill == 1 { Victim::Ready } else { Victim::by(dice) };
        let Outcome { killed, writing } = victim.kill(args, &data, &book, dice).await?;
        let words = if killed { "killed" } else { "was done before the kill" };
        println!(
            "{kill}: {victim:?} {words}{}",
            if writing { ", a segment half done" } else { "" }
        );
        *tally.entry(format!("{victim:?} {words}")).or_default() += 1;
        *tally.entry("with a segment half done".to_owned()).or_default() += u64::from(writing);
        if kill % args.look == 0 {
            let ledger = Ledger::read(&args.program, &data).await?;
            book.check(&ledger).with_context(|| format!("after kill {kill}"))?;
        }
    }
    let end = book.finish(&args.program, &data).await?;
    println!("{tally:#?}");
    println!("{} kills; each of {end} events is there once", args.kills);
    let policies = victim::policies(args, 1)?;
    let rows = book.compare(&args.program, &args.work, end, Some(&policies)).await?;
    println!("all of {rows} rows and every answer are those of a clean import");
    upgrade::kill(args).await
}
