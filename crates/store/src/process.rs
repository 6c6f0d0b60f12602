//! What tells one process of a shared folder from another: a block of versions that only it gives
//! to segments, and a scratch folder that it holds a lock in as long as it lives.
//!
//! Whoever opens the folder can so remove what dead processes left behind, and nothing else.

use crate::error::{Result, io};
use crate::layout::{Layout, parse};
use crate::limits;
use crate::state::{State, commit, counter};
use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// This process among those that share a folder; its scratch folder goes with it.
#[derive(Debug)]
pub(crate) struct Process {
    dir: PathBuf,
    /// Versions above this one, as many as a block has, are this process's.
    pub(crate) base: u64,
    _alive: File,
}

impl Drop for Process {
    fn drop(&mut self) {
        // Whoever opens the folder next removes it otherwise.
        let _ = fs::remove_dir_all(&self.dir);
    }
}

impl Process {
    /// Takes a block of versions that no process had before.
    pub(crate) async fn new(layout: &Layout, state: &State) -> Result<Self> {
        let mut tx = state.begin().await?;
        // Twice the block, so that a whole one begins on a round number.
        let taken = counter::take(&mut tx, counter::VERSION, 2 * limits::VERSIONS_BLOCK).await?;
        let base = (taken / limits::VERSIONS_BLOCK - 1) * limits::VERSIONS_BLOCK;
        let dir = layout.scratch().join(name(base));
        fs::create_dir_all(&dir).map_err(io("make the folder", &dir))?;
        let alive = lock_file(&dir)?;
        alive.lock().map_err(io("lock", &dir))?;
        // Only now: whoever takes a later block finds this process alive.
        commit(tx).await?;
        Ok(Self { dir, base, _alive: alive })
    }

    /// The scratch folder of this process.
    pub(crate) fn scratch(&self) -> &Path {
        &self.dir
    }

    /// Whether no other process has the folder open. One that opens it later reads the manifest
    /// later too: what was replaced before, nobody but this process can still be reading.
    pub(crate) fn is_alone(&self) -> Result<bool> {
        let all = self.dir.parent().unwrap_or(&self.dir);
        for entry in fs::read_dir(all).map_err(io("list", all))? {
            let path = entry.map_err(io("list", all))?.path();
            if path != self.dir && is_locked(&path.join(ALIVE))? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Removes what earlier processes left behind that are dead: their scratch folders, and
    /// segments that are not kept.
    pub(crate) fn sweep(&self, layout: &Layout, keep: &BTreeSet<(u32, u64)>) -> Result<u64> {
        let segments = layout.segments();
        for entry in fs::read_dir(&segments).map_err(io("list", &segments))? {
            let path = entry.map_err(io("list", &segments))?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let Some((id, version)) = parse(name) else { continue };
            let block = version.saturating_sub(1) / limits::VERSIONS_BLOCK * limits::VERSIONS_BLOCK;
            if block >= self.base || keep.contains(&(id, version)) || is_alive(layout, block)? {
                continue;
            }
            tracing::info!(folder = name, "removing a segment that was never finished");
            remove(&path)?;
        }
        let scratch = layout.scratch();
        for entry in fs::read_dir(&scratch).map_err(io("list", &scratch))? {
            let path = entry.map_err(io("list", &scratch))?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let block = name.strip_prefix('p').and_then(|base| base.parse().ok());
            let is_ours_to_leave = match block {
                Some(block) => block >= self.base || is_alive(layout, block)?,
                None => false,
            };
            if !is_ours_to_leave {
                remove(&path)?;
            }
        }
        Ok(self.base)
    }
}

fn name(base: u64) -> String {
    format!("p{base}")
}

/// Whether the process of a block lives: it holds a lock as long as it does.
fn is_alive(layout: &Layout, block: u64) -> Result<bool> {
    is_locked(&layout.scratch().join(name(block)).join(ALIVE))
}

fn is_locked(path: &Path) -> Result<bool> {
    let file = match File::options().write(true).open(path) {
        Ok(file) => file,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(false);
        }
        Err(error) => return Err(io("open the lock file", path)(error)),
    };
    match file.try_lock() {
        Ok(()) => Ok(false),
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(source)) => Err(io("lock", path)(source)),
    }
}

/// Name of the file that a living process holds a lock on.
pub(crate) const ALIVE: &str = "alive";

fn lock_file(dir: &Path) -> Result<File> {
    let path = dir.join(ALIVE);
    let mut options = File::options();
    options.create(true).truncate(false).write(true);
    options.open(&path).map_err(io("open the lock file", &path))
}

/// Removes a folder; another process that opens the shared one may be faster.
fn remove(path: &Path) -> Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(io("remove", path)(error)),
        _ => Ok(()),
    }
}
