//! What is killed, and what it is doing meanwhile.

use super::Args;
use crate::book::Book;
use crate::client::Refused;
use crate::server::{Program, Server};
use crate::stream::mix;
use anyhow::{Context as _, Result, bail, ensure};
use hyper::StatusCode;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::sleep;

/// Connections that send while the server lives.
const CONNECTIONS: usize = 4;
/// Milliseconds that a server opening its folder, or a command, lives at most.
const EARLY_MS: u64 = 400;
/// Batches of a file to be imported.
const FILE_BATCHES: u64 = 40;

/// Who dies.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Victim {
    /// A server that opens its folder.
    Opening,
    /// A server that is ready and gets events.
    Ready,
    /// The same while policies change.
    Rebuilding,
    /// `deskmeter import` of a file of events.
    Import,
    /// `deskmeter rebuild`.
    Rebuild,
    /// `deskmeter backup`.
    Backup,
    /// `deskmeter jobs run compact`.
    Compaction,
}

/// What became of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outcome {
    /// Whether it still lived when it was killed.
    pub(crate) killed: bool,
    /// Whether it left two versions of a segment behind.
    pub(crate) writing: bool,
}

impl Victim {
    pub(crate) const fn by(dice: u64) -> Self {
        match dice % 20 {
            0..3 => Self::Opening,
            3..11 => Self::Ready,
            11..13 => Self::Rebuilding,
            13..16 => Self::Import,
            16..18 => Self::Rebuild,
            18 => Self::Backup,
            _ => Self::Compaction,
        }
    }

    /// Starts it, lets it live for a random time, and kills it.
    pub(crate) async fn kill(
        self,
        args: &Args,
        data: &Path,
        book: &Arc<Book>,
        dice: u64,
    ) -> Result<Outcome> {
        let early = Duration::from_micros(mix(dice) % (EARLY_MS * 1_000));
        let life = Duration::from_micros(mix(dice) % (args.life * 1_000));
        let killed = match self {
            Self::Opening => {
                let server = Server::start(&args.program, data)?;
                sleep(early).await;
                server.kill().await?;
                true
            }
            Self::Ready | Self::Rebuilding => {
                serve(args, data, book, (life, matches!(self, Self::Rebuilding), dice)).await?;
                true
            }
            Self::Import => import(args, data, book, early).await?,
            Self::Rebuild => {
                let policies = policies(args, dice % 2)?;
                command(&args.program, data, &["rebuild", "--policies", &policies], early).await?
            }
            Self::Backup => {
                let to = args.work.join("backup.tar.zst").to_string_lossy().into_owned();
                let _ = std::fs::remove_file(&to);
                command(&args.program, data, &["backup", &to], early).await?
            }
            Self::Compaction => {
                command(&args.program, data, &["jobs", "run", "compact"], early).await?
            }
        };
        Ok(Outcome { killed, writing: two_versions(data) })
    }
}

/// Sends events, and perhaps other policies, to a server until it is killed.
async fn serve(
    args: &Args,
    data: &Path,
    book: &Arc<Book>,
    (life, rebuilding, dice): (Duration, bool, u64),
) -> Result<()> {
    let (mut server, _) = Server::ready(&args.program, data).await?;
    let mut senders = JoinSet::new();
    for _ in 0..CONNECTIONS {
        let (mut client, book) = (server.client(), Arc::clone(book));
        senders.spawn(async move {
            loop {
                let batch = book.take();
                if let Err(error) = book.deliver(&mut client, batch).await {
                    return error;
                }
            }
        });
    }
    if rebuilding {
        let mut client = server.client();
        senders.spawn(async move {
            for turn in dice.. {
                let body = format!("{{\"sessions\": {{\"gap_minutes\": {}}}}}", 10 + turn % 2);
                match client.put("/api/v1/policies", "application/json", body.into()).await {
                    Ok(reply) if reply.status.is_success() => {}
                    // A rebuild runs already.
                    Ok(reply) if reply.status == StatusCode::CONFLICT => {}
                    Ok(reply) => return reply.error(),
                    Err(error) => return error,
                }
                sleep(Duration::from_millis(50)).await;
            }
            anyhow::anyhow!("no more turns")
        });
    }
    sleep(life).await;
    if let Some(status) = server.ended()? {
        bail!("the server ended by itself: {status}");
    }
    server.kill().await?;
    while let Some(ended) = senders.join_next().await {
        let error = ended?;
        // Only a connection that the kill broke may end a sender.
        ensure!(error.downcast_ref::<Refused>().is_none(), "{error:#}");
    }
    Ok(())
}

/// Imports batches as a file; they count as acknowledged where the command says that it is done.
async fn import(args: &Args, data: &Path, book: &Book, life: Duration) -> Result<bool> {
    let batches: Vec<u64> = (0..FILE_BATCHES).map(|_| book.take()).collect();
    let file = args.work.join("part.jsonl");
    let text: Vec<u8> = batches.iter().flat_map(|batch| book.body(*batch)).collect();
    std::fs::write(&file, text)?;
    let file = file.to_string_lossy().into_owned();
    let killed = command(&args.program, data, &["import", &file], life).await?;
    for batch in batches {
        if killed {
            book.unsure(batch);
        } else {
            book.acknowledged(batch);
        }
    }
    Ok(killed)
}

/// Runs a command and kills it; whether it was still at work.
async fn command(program: &Program, data: &Path, words: &[&str], life: Duration) -> Result<bool> {
    let mut child = program
        .command(data, words.iter().chain(&["--quiet"]))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    sleep(life).await;
    if child.try_wait()?.is_none() {
        child.kill().await?;
        return Ok(true);
    }
    let output = child.wait_with_output().await?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{words:?}: {}: {said}", output.status);
    Ok(false)
}

/// A policies file: one of two.
pub(crate) fn policies(args: &Args, which: u64) -> Result<String> {
    let file = args.work.join(format!("policies-{which}.yaml"));
    std::fs::write(&file, format!("sessions:\n  gap_minutes: {}\n", 10 + which))?;
    Ok(file.to_str().context("a folder with a plain name")?.to_owned())
}

/// Whether some segment is there in two versions: one was being written.
fn two_versions(data: &Path) -> bool {
    let Ok(entries) = std::fs::read_dir(data.join("tables/segments")) else { return false };
    let mut segments = BTreeSet::new();
    entries.flatten().any(|entry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        let segment = name.split('-').next().unwrap_or_default().to_owned();
        !segments.insert(segment)
    })
}
