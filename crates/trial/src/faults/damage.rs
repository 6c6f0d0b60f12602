//! Segment files that are cut off, or of which a bit turns: found, and named.

use super::Args;
use super::scene::Outcome;
use crate::book::Book;
use anyhow::{Context as _, Result, ensure};
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use tokio::process::Command;

/// Batches in the folder that is damaged.
const BATCHES: u64 = 120;
/// Tables whose files are damaged: the one with the timelines, and one made from it.
const TABLES: [&str; 2] = ["tickets", "turns"];

#[derive(Clone, Copy, Debug)]
enum Damage {
    Truncated,
    Flipped,
}

/// Damages copies of a folder, one file each.
pub(super) async fn play(args: &Args, work: &Path) -> Result<Outcome> {
    let book = Book::new(args.seed, 25);
    let (data, file) = (work.join("data"), work.join("events.jsonl"));
    let lines: Vec<u8> = (0..BATCHES).flat_map(|_| book.body(book.take())).collect();
    std::fs::write(&file, lines)?;
    let file = file.to_string_lossy().into_owned();
    args.program.output(&data, ["import", &file, "--quiet", "--format", "json"]).await?;
    let mut found = 0;
    for table in TABLES {
        for damage in [Damage::Truncated, Damage::Flipped] {
            let copy = work.join(format!("{table}-{damage:?}"));
            let copied = Command::new("cp").arg("-a").args([&data, &copy]).status().await?;
            ensure!(copied.success(), "the folder could not be copied");
            let victim = damage.file(&copy, table)?;
            named(args, &copy, &victim).await.with_context(|| format!("{damage:?} {table}"))?;
            found += 1;
        }
    }
    Ok(Outcome::Played(format!("{found} damaged files, each found and named")))
}

impl Damage {
    /// Damages the table's file in the first segment; which file it is.
    fn file(self, data: &Path, table: &str) -> Result<PathBuf> {
        let mut folders: Vec<PathBuf> = std::fs::read_dir(data.join("tables/segments"))?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<std::io::Result<_>>()?;
        folders.sort();
        let file = folders.first().context("a segment")?.join(format!("{table}.parquet"));
        let mut bytes = std::fs::read(&file)?;
        match self {
            Self::Truncated => bytes.truncate(bytes.len() / 2),
            // Within the first column's data, behind the four bytes that every file begins with.
            Self::Flipped => bytes[40] ^= 0x10,
        }
        std::fs::write(&file, bytes)?;
        Ok(file)
    }
}

/// The doctor finds the file, and a question that needs it fails instead of counting wrongly.
async fn named(args: &Args, data: &Path, file: &Path) -> Result<()> {
    let name = file.file_name().context("a name")?.to_string_lossy().into_owned();
    let doctor = output(args, data, &["doctor", "--format", "json"]).await?;
    ensure!(!doctor.status.success(), "the doctor says that all is well");
    ensure!(said(&doctor).contains(&name), "the doctor does not name {name}: {}", said(&doctor));
    let table = name.trim_end_matches(".parquet");
    let export = output(args, data, &["export", table, "--format", "json"]).await?;
    ensure!(!export.status.success(), "a damaged table was exported");
    ensure!(said(&export).contains(&name), "the export does not name {name}: {}", said(&export));
    Ok(())
}

async fn output(args: &Args, data: &Path, words: &[&str]) -> Result<Output> {
    Ok(args.program.command(data, words).stdin(Stdio::null()).output().await?)
}

fn said(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}
