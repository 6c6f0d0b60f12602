//! Data folders of released versions, killed while this version takes them over.

use super::Args;
use crate::compare;
use crate::server::Server;
use crate::stream::mix;
use anyhow::{Result, ensure};
use std::path::Path;
use std::time::Duration;
use tokio::process::Command;
use tokio::time::sleep;

/// Kills of one folder before it is looked through.
const KILLS_EACH: u64 = 3;
/// Milliseconds that a server taking a folder over lives at most: as long as that takes.
const LIFE_MS: u64 = 150;

/// A tenth of all kills once more, of every released version.
pub(super) async fn kill(args: &Args) -> Result<()> {
    let program = args.program.apart();
    for archive in std::fs::read_dir(&args.released)? {
        let archive = archive?.path();
        let expected = unpacked(&archive, &args.work.join("old")).await?;
        let mut kills = 0;
        while kills < (args.kills / 10).max(KILLS_EACH) {
            let found = unpacked(&archive, &args.work.join("upgraded")).await?;
            for _ in 0..KILLS_EACH {
                kills += 1;
                let life = mix(args.seed ^ mix(kills)) % (LIFE_MS * 1_000);
                let server = Server::start(&program, &found)?;
                sleep(Duration::from_micros(life)).await;
                server.kill().await?;
            }
            compare::same((&program, &found), (&program, &expected)).await?;
        }
        println!("{}: {kills} kills while it was taken over, nothing lost", archive.display());
    }
    Ok(())
}

/// The data folder in an archive, unpacked anew.
async fn unpacked(archive: &Path, into: &Path) -> Result<std::path::PathBuf> {
    let _ = std::fs::remove_dir_all(into);
    std::fs::create_dir_all(into)?;
    let tar = Command::new("tar").arg("-xf").arg(archive).arg("-C").arg(into).status().await?;
    ensure!(tar.success(), "{} could not be unpacked", archive.display());
    Ok(into.join("data"))
}
