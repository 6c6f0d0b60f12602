//! Where everything lies in the data folder, and who may use it.

use crate::error::{Error, Result, io};
use crate::limits;
use crate::process::Process;
use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

/// The paths of one data folder.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    root: PathBuf,
    /// Where several processes share the folder: this one's scratch folder, and the version after
    /// which its own begin.
    own: Option<(PathBuf, u64)>,
}

impl Layout {
    pub(crate) fn new(root: &Path) -> Self {
        Self { root: root.to_path_buf(), own: None }
    }

    /// The same folder as a process sees it that shares it with others.
    pub(crate) fn of(mut self, process: &Process) -> Self {
        self.own = Some((process.scratch().to_path_buf(), process.base));
        self
    }

    /// Makes the folders that are missing.
    pub(crate) fn create(&self) -> Result<()> {
        for dir in [self.root.clone(), self.segments(), self.scratch()] {
            fs::create_dir_all(&dir).map_err(io("make the folder", &dir))?;
        }
        Ok(())
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.root.join("state.db")
    }

    /// Says that the state is on PostgreSQL, and in which database.
    pub(crate) fn mark(&self) -> PathBuf {
        self.root.join("state.shared")
    }

    /// The log of the state database, as SQLite names it.
    pub(crate) fn state_log(&self) -> PathBuf {
        self.root.join("state.db-wal")
    }

    pub(crate) fn segments(&self) -> PathBuf {
        self.root.join("tables").join("segments")
    }

    /// Spill and rows of `as_of`: nothing here outlives the process.
    pub(crate) fn scratch(&self) -> PathBuf {
        match &self.own {
            Some((scratch, _)) => scratch.clone(),
            None => self.root.join("scratch"),
        }
    }

    /// The folder of one version of a segment.
    pub(crate) fn segment(&self, id: u32, version: u64) -> PathBuf {
        self.segments().join(format!("{id:06}-v{version}"))
    }

    /// Takes the folder for this process; held as long as the file is open.
    pub(crate) fn lock(&self) -> Result<File> {
        let (file, path) = self.lock_file()?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => Err(Error::Locked(self.root.clone())),
            Err(TryLockError::Error(source)) => Err(io("lock", &path)(source)),
        }
    }

    /// Id and version of every segment's folder there is.
    pub(crate) fn versions(&self) -> Result<Vec<(u32, u64)>> {
        Ok(names(&self.segments())?.iter().filter_map(|name| parse(name)).collect())
    }

    /// What is in the scratch folder.
    pub(crate) fn scratch_names(&self) -> Result<Vec<String>> {
        let mut names = names(&self.scratch())?;
        names.retain(|name| name != crate::process::ALIVE);
        Ok(names)
    }

    /// Takes the folder together with other processes that share its state.
    pub(crate) fn share(&self) -> Result<File> {
        let (file, path) = self.lock_file()?;
        match file.try_lock_shared() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => Err(Error::Locked(self.root.clone())),
            Err(TryLockError::Error(source)) => Err(io("lock", &path)(source)),
        }
    }

    fn lock_file(&self) -> Result<(File, PathBuf)> {
        let path = self.root.join("lock");
        let mut options = File::options();
        options.create(true).truncate(false).write(true);
        let file = options.open(&path).map_err(io("open the lock file", &path))?;
        Ok((file, path))
    }

    /// Removes one version of a segment, where it is still there.
    pub(crate) fn remove_segment(&self, id: u32, version: u64) -> Result<()> {
        let dir = self.segment(id, version);
        match fs::remove_dir_all(&dir) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(io("remove", &dir)(error))
            }
            _ => Ok(()),
        }
    }

    /// Removes every segment of this process with a version above `before`.
    pub(crate) fn discard(&self, before: u64) -> Result<()> {
        let end = match &self.own {
            Some((_, base)) => base + limits::VERSIONS_BLOCK,
            None => u64::MAX,
        };
        for name in names(&self.segments())? {
            if parse(&name).is_some_and(|(_, version)| version > before && version <= end) {
                remove(&self.segments().join(name))?;
            }
        }
        Ok(())
    }

    /// Removes what a crash left behind: versions that the manifest does not name, and scratch.
    /// The greatest version ever used is told, so that no folder's name is used twice.
    pub(crate) fn sweep(&self, keep: &BTreeSet<(u32, u64)>) -> Result<u64> {
        let mut newest = 0;
        for name in names(&self.segments())? {
            // What is not named like a segment is not ours to remove.
            let Some(found) = parse(&name) else { continue };
            newest = newest.max(found.1);
            if !keep.contains(&found) {
                tracing::info!(folder = name, "removing a segment that was never finished");
                remove(&self.segments().join(name))?;
            }
        }
        for name in names(&self.scratch())? {
            remove(&self.scratch().join(name))?;
        }
        Ok(newest)
    }
}

/// Id and version of a segment's folder.
pub(crate) fn parse(name: &str) -> Option<(u32, u64)> {
    let (id, version) = name.split_once("-v")?;
    Some((id.parse().ok()?, version.parse().ok()?))
}

pub(crate) fn names(dir: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(dir).map_err(io("list", dir))? {
        let entry = entry.map_err(io("list", dir))?;
        names.extend(entry.file_name().into_string());
    }
    names.sort_unstable();
    Ok(names)
}

fn remove(dir: &Path) -> Result<()> {
    fs::remove_dir_all(dir).map_err(io("remove", dir))
}

/// Makes a folder's entries durable.
pub(crate) fn sync_dir(dir: &Path) -> Result<()> {
    // Windows has no such call; opening a folder fails there.
    if cfg!(unix) {
        File::open(dir).and_then(|file| file.sync_all()).map_err(io("sync", dir))?;
    }
    Ok(())
}
