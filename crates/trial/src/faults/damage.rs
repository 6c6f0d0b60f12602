//! Segment files that are cut off, or of which a bit turns: found, named, and made again.

use super::Args;
use super::scene::Outcome;
use crate::book::Book;
use crate::compare;
use anyhow::{Context as _, Result, ensure};
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

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
    args.program.prepare(&data).await?;
    args.program.output(&data, ["import", &file, "--quiet", "--format", "json"]).await?;
    // A small import waits in memory and in the inbox until it is sealed.
    args.program.output(&data, ["jobs", "run", "seal", "--quiet"]).await?;
    let mut found = 0;
    for table in TABLES {
        for damage in [Damage::Truncated, Damage::Flipped] {
            let copy = work.join(format!("{table}-{damage:?}"));
            args.program.copy(&data, &copy).await?;
            let victim = damage.file(&copy, &format!("{table}.parquet"))?;
            let story = || format!("{damage:?} {table}");
            named(args, &copy, &victim).await.with_context(story)?;
            repaired(args, &copy, &data).await.with_context(story)?;
            found += 1;
        }
    }
    lost(args, work, &data).await?;
    Ok(Outcome::Played(format!(
        "{found} damaged files, each found, named and made again as it was; one that nothing is \
         left of is named with its tickets, and comes back from a backup"
    )))
}

/// The doctor makes the file again from what is there, and everything is as it was.
async fn repaired(args: &Args, copy: &Path, whole: &Path) -> Result<()> {
    args.program.output(copy, ["doctor", "--repair", "--quiet"]).await?;
    compare::same((&args.program, copy), (&args.program, whole)).await?;
    Ok(())
}

/// Where both places of the histories are damaged the doctor says which tickets that touches and
/// changes nothing; with a backup it brings them back.
async fn lost(args: &Args, work: &Path, data: &Path) -> Result<()> {
    let backup = work.join("backup.tar.zst").to_string_lossy().into_owned();
    let _ = std::fs::remove_file(&backup);
    args.program.output(data, ["backup", &backup, "--quiet"]).await?;
    let copy = work.join("lost");
    args.program.copy(data, &copy).await?;
    let tickets = Damage::Truncated.file(&copy, "tickets.parquet")?;
    Damage::Truncated.file(&copy, "tickets.lookup")?;
    let doctor = output(args, &copy, &["doctor", "--repair", "--format", "json"]).await?;
    ensure!(!doctor.status.success(), "the doctor says that what is lost is repaired");
    let (said, tickets) = (said(&doctor), tickets.display().to_string());
    ensure!(said.contains("\"tickets\"") && said.contains("tickets.parquet"), "{tickets}: {said}");
    args.program.output(&copy, ["doctor", "--repair", "--from", &backup, "--quiet"]).await?;
    compare::same((&args.program, &copy), (&args.program, data)).await?;
    Ok(())
}

impl Damage {
    /// Damages a file of the first segment; where it is.
    fn file(self, data: &Path, name: &str) -> Result<PathBuf> {
        let mut folders: Vec<PathBuf> = std::fs::read_dir(data.join("tables/segments"))?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<std::io::Result<_>>()?;
        folders.sort();
        let file = folders.first().context("a segment")?.join(name);
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
