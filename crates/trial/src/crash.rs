//! Crashes: the program is killed (SIGKILL) again and again, in whatever it is doing.
//!
//! The driver sends the numbered stream over several connections, changes policies while it does,
//! and kills the server after a random time: while it opens its folder, accepts, applies, seals or
//! rebuilds. Commands that work on the folder (an import, a rebuild, a backup) are killed too.
//! What was not acknowledged is sent again. At the end every event must be there once, and every
//! row and answer must be that of a new folder into which the same events were imported.

mod victim;

use crate::compare;
use crate::ledger::Ledger;
use crate::server::{Program, Server};
use crate::stream::{Stream, mix};
use anyhow::{Context as _, Result, ensure};
use event::Instant;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
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
    /// Seed of the stream and of what is done when
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// What was sent, by batch.
#[derive(Debug)]
pub(crate) struct Book {
    pub(crate) stream: Stream,
    pub(crate) batch: u64,
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    /// The first batch that nobody has taken yet.
    next: u64,
    /// Batches whose sender does not know what became of them; they are sent again.
    unsure: BTreeSet<u64>,
    acknowledged: BTreeSet<u64>,
}

impl Book {
    /// A batch to send: one that is to be sent again first.
    pub(crate) fn take(&self) -> u64 {
        let mut open = self.open();
        open.unsure.pop_first().unwrap_or_else(|| {
            open.next += 1;
            open.next - 1
        })
    }

    /// A batch that is to be sent again.
    pub(crate) fn take_unsure(&self) -> Option<u64> {
        self.open().unsure.pop_first()
    }

    pub(crate) fn acknowledged(&self, batch: u64) {
        self.open().acknowledged.insert(batch);
    }

    pub(crate) fn unsure(&self, batch: u64) {
        self.open().unsure.insert(batch);
    }

    /// Its events as JSON lines.
    pub(crate) fn body(&self, batch: u64) -> Vec<u8> {
        self.stream.lines(batch * self.batch..(batch + 1) * self.batch)
    }

    fn open(&self) -> std::sync::MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Fails where something acknowledged is missing, half a batch is there, or anything twice.
    fn check(&self, ledger: &Ledger) -> Result<()> {
        ledger.none_twice()?;
        let open = self.open();
        for batch in 0..open.next {
            let numbers = batch * self.batch..(batch + 1) * self.batch;
            let there = numbers.filter(|number| ledger.has(*number)).count() as u64;
            let acknowledged = open.acknowledged.contains(&batch);
            ensure!(there == self.batch || !acknowledged, "batch {batch} was accepted and is lost");
            ensure!(there == 0 || there == self.batch, "of batch {batch} there are {there} events");
        }
        Ok(())
    }
}

/// Kills, looks, and compares.
pub(crate) async fn run(args: &Args) -> Result<()> {
    let _ = std::fs::remove_dir_all(&args.work);
    std::fs::create_dir_all(&args.work)?;
    let data = args.work.join("data");
    let book = Book { stream: stream(args.seed), batch: args.batch, open: Mutex::default() };
    let book = Arc::new(book);
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
    let end = finish(args, &data, &book).await?;
    println!("{tally:#?}");
    println!("{} kills; each of {end} events is there once", args.kills);
    let rows = clean(args, &data, &book, end).await?;
    println!("all of {rows} rows and every answer are those of a clean import");
    Ok(())
}

/// Sends everything again that nobody acknowledged; the number of events there are then.
async fn finish(args: &Args, data: &Path, book: &Book) -> Result<u64> {
    let (server, _) = Server::ready(&args.program, data).await?;
    let mut client = server.client();
    while let Some(batch) = book.take_unsure() {
        victim::deliver(&mut client, book, batch).await?;
    }
    server.stop().await?;
    let end = book.open().next * book.batch;
    Ledger::read(&args.program, data).await?.is_exactly(end)?;
    Ok(end)
}

/// Imports the same events into a new folder and compares.
async fn clean(args: &Args, data: &Path, book: &Book, end: u64) -> Result<u64> {
    let (file, other) = (args.work.join("events.jsonl"), args.work.join("clean"));
    std::fs::write(&file, book.stream.lines(0..end))?;
    let program = args.program.apart();
    let file = file.to_string_lossy().into_owned();
    program.output(&other, ["import", &file, "--format", "json", "--quiet"]).await?;
    let policies = victim::policies(args, 1)?;
    for folder in [data, &other] {
        let program = if folder == data { args.program.bare() } else { program.clone() };
        program.output(folder, ["rebuild", "--policies", &policies, "--quiet"]).await?;
    }
    compare::same((&args.program.bare(), data), (&program, &other)).await
}

/// Few tickets, so that each is changed often and merged now and then.
fn stream(seed: u64) -> Stream {
    Stream {
        seed,
        start: Instant::from_micros(1_767_225_600_000_000),
        gap_us: 20_000_000,
        per_ticket: 16,
        reach: 400,
        old_tickets: 0,
        old_permille: 0,
        merged_permille: 5,
    }
}
