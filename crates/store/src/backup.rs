//! Backup while the store runs, and restore into an empty folder.

use crate::belong;
use crate::core::{Core, blocking};
use crate::error::{Error, Result, io, sql};
use crate::layout::{Layout, sync_dir};
use crate::parallel;
use crate::segment::Segment;
use crate::state::dialect::Dialect;
use crate::state::manifest::Line;
use crate::state::url::StateUrl;
use crate::state::{State, commit, manifest, numbers};
use crate::write::without_lookup;
use event::Instant;
use facts::Table;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Component, Path};
use xxhash_rust::xxh3::Xxh3;

/// Name of the list of a backup's files, which is written last: no list, no backup.
const LIST: &str = "backup.json";
/// Version of the list's form.
const FORM: u32 = 1;

/// What a backup holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BackupReport {
    /// Version of this form.
    pub form: u32,
    /// When it was made.
    pub made_at: Instant,
    /// Tickets in it.
    pub tickets: u64,
    /// Path → size and checksum of every file.
    pub files: BTreeMap<String, BackupFile>,
}

/// One file of a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BackupFile {
    /// Its size.
    pub bytes: u64,
    /// 128-bit xxh3 of its content.
    pub checksum: String,
}

impl Core {
    /// Copies the store as it is now into an empty folder; events are accepted meanwhile.
    ///
    /// Segments are hard links where the folder is on the same disk. The state is a SQLite file
    /// whichever database it comes from. The copy is complete once `backup.json` is there.
    pub(crate) async fn backup(&self, to: &Path) -> Result<BackupReport> {
        // No segment is replaced while its files are linked; the inbox may grow.
        let _upkeep = self.upkeep().await?;
        let target = Layout::new(to);
        require_empty(to)?;
        target.create()?;
        let made_at = self.clock().now();
        let copy = self.copy_state(&target).await?;
        // The segments that the copied state names, whatever is sealed meanwhile.
        let mut tx = copy.begin_reading().await?;
        let lines = manifest::read(&mut tx).await?;
        let tickets = u64::from(numbers::next(&mut tx).await?);
        commit(tx).await?;
        copy.close().await;
        let report = BackupReport { form: FORM, made_at, tickets, files: BTreeMap::new() };
        let from = self.layout.clone();
        blocking(move || copy_segments(&from, &target, &lines, report)).await
    }

    async fn copy_state(&self, target: &Layout) -> Result<State> {
        let file = target.state();
        if self.state.dialect == Dialect::Postgres {
            let copy = State::open(&StateUrl::file(), &file).await?;
            self.state.copy_to(&copy).await?;
            belong::untie(&copy).await?;
            return Ok(copy);
        }
        sqlx::query("VACUUM INTO $1")
            .bind(file.to_string_lossy().into_owned())
            .execute(&self.state.pool)
            .await
            .map_err(sql("copy"))?;
        State::open(&StateUrl::file(), &file).await
    }
}

fn copy_segments(
    from: &Layout,
    to: &Layout,
    lines: &[Line],
    mut report: BackupReport,
) -> Result<BackupReport> {
    // The scratch folder is made again by whoever opens the copy.
    fs::remove_dir(to.scratch()).map_err(io("remove", &to.scratch()))?;
    let mut names = vec!["state.db".to_owned()];
    for line in lines {
        let own = from.segment(line.id, line.version);
        let folder = to.segment(line.id, line.version);
        fs::create_dir(&folder).map_err(io("make the folder", &folder))?;
        for table in Table::ALL {
            let file = crate::segment::file(&folder, table);
            link_or_copy(&crate::segment::file(&own, table), &file)?;
            let name = file.strip_prefix(to.root()).unwrap_or(&file);
            names.push(name.to_string_lossy().replace('\\', "/"));
        }
        sync_dir(&folder)?;
    }
    for name in names {
        let file = checksum(&to.root().join(&name))?;
        report.files.insert(name, file);
    }
    let list = to.root().join(LIST);
    let text = serde_json::to_vec_pretty(&report)
        .map_err(|error| Error::damaged("the list of a backup", error))?;
    fs::write(&list, text).map_err(io("write", &list))?;
    File::open(&list).and_then(|file| file.sync_all()).map_err(io("sync", &list))?;
    sync_dir(to.root())?;
    Ok(report)
}

/// Checks every file of a backup.
///
/// # Errors
/// When it is not a backup, or a file is missing or differs.
pub fn verify(backup: &Path) -> Result<BackupReport> {
    let list = backup.join(LIST);
    let text = match fs::read(&list) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(Error::NotABackup(backup.to_path_buf()));
        }
        Err(error) => return Err(io("read", &list)(error)),
    };
    let report: BackupReport = serde_json::from_slice(&text)
        .map_err(|error| Error::damaged(list.display().to_string(), error))?;
    if report.form != FORM {
        return Err(Error::damaged(list.display().to_string(), "made by a newer version"));
    }
    for (name, expected) in &report.files {
        let path = Path::new(name);
        if !path.components().all(|part| matches!(part, Component::Normal(_))) {
            return Err(Error::damaged(list.display().to_string(), "a path leads out of it"));
        }
        let path = backup.join(path);
        if checksum(&path)? != *expected {
            return Err(Error::damaged(path.display().to_string(), "its checksum differs"));
        }
    }
    Ok(report)
}

/// Puts a backup, checked first, into an empty folder and an empty state database of any kind.
///
/// # Errors
/// When the backup is damaged, or folder or database is not empty.
pub async fn restore(backup: &Path, to: &Path, url: &StateUrl) -> Result<BackupReport> {
    let (backup, folder) = (backup.to_path_buf(), to.to_path_buf());
    let report = blocking(move || copy_back(&backup, &folder)).await?;
    let target = Layout::new(to);
    let file = target.state();
    let own = State::open(&StateUrl::file(), &file).await?;
    let mut tx = own.begin_reading().await?;
    let lines = manifest::read(&mut tx).await?;
    commit(tx).await?;
    if url.is_shared() {
        let state = State::open(url, &file).await?;
        if !state.is_empty().await? {
            return Err(Error::NotEmpty(url.to_string().into()));
        }
        own.copy_to(&state).await?;
        own.close().await;
        fs::remove_file(&file).map_err(io("remove", &file))?;
        belong::tie(&target, &state).await?;
        state.close().await;
    } else {
        own.close().await;
    }
    blocking(move || index(&target, lines)).await?;
    Ok(report)
}

/// Copies the files of a backup, checked first, into an empty folder.
fn copy_back(backup: &Path, to: &Path) -> Result<BackupReport> {
    let report = verify(backup)?;
    require_empty(to)?;
    let target = Layout::new(to);
    target.create()?;
    for (name, expected) in &report.files {
        let path = to.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(io("make the folder", parent))?;
        }
        // Never a link: what runs must not change what was kept.
        fs::copy(backup.join(name), &path).map_err(io("copy to", &path))?;
        if checksum(&path)? != *expected {
            return Err(Error::damaged(path.display().to_string(), "its checksum differs"));
        }
        if let Some(parent) = path.parent() {
            sync_dir(parent)?;
        }
    }
    Ok(report)
}

/// Makes the lookup files, which no backup has: the first events after it would wait for them.
/// What is restored is whole without them.
fn index(target: &Layout, lines: Vec<Line>) -> Result<()> {
    let one = |line: Line| {
        let dir = target.segment(line.id, line.version);
        if let Err(error) = Segment::new(line, dir, 0).index() {
            without_lookup(&error);
        }
        Ok(())
    };
    parallel::each(parallel::processors(), lines, one, |_| ()).map(drop)
}

fn require_empty(dir: &Path) -> Result<()> {
    let used = match fs::read_dir(dir) {
        Ok(mut entries) => entries.next().is_some(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => false,
        Err(error) => return Err(io("read", dir)(error)),
    };
    if used { Err(Error::NotEmpty(dir.to_path_buf())) } else { Ok(()) }
}

fn link_or_copy(from: &Path, to: &Path) -> Result<()> {
    if fs::hard_link(from, to).is_err() {
        fs::copy(from, to).map_err(io("copy", from))?;
        File::open(to).and_then(|file| file.sync_all()).map_err(io("sync", to))?;
    }
    Ok(())
}

fn checksum(path: &Path) -> Result<BackupFile> {
    let mut file = File::open(path).map_err(io("open", path))?;
    let mut hasher = Xxh3::new();
    let mut buffer = vec![0; 1 << 20];
    let mut bytes = 0;
    loop {
        let read = file.read(&mut buffer).map_err(io("read", path))?;
        if read == 0 {
            break;
        }
        bytes += read as u64;
        hasher.update(buffer.get(..read).unwrap_or_default());
    }
    Ok(BackupFile { bytes, checksum: format!("{:032x}", hasher.digest128()) })
}
