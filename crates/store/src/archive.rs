//! A backup as one file: a tar archive compressed with zstd, there whole or not at all.

use crate::backup::BackupReport;
use crate::core::blocking;
use crate::error::{Error, Result, io};
use crate::layout::sync_dir;
use crate::state::files::KnownBackup;
use crate::store::Store;
use std::fs::File;
use std::io::{BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};

/// Compression of the archive: its Parquet files are compressed already.
const ZSTD_LEVEL: i32 = 3;

impl Store {
    /// Writes everything as it is now to an archive, while the store runs, and notes where it is:
    /// at `place`, where it is to be moved, else in `file`.
    ///
    /// # Errors
    /// What the disk says; then there is no archive.
    pub async fn archive(&self, file: &Path, place: Option<&str>) -> Result<KnownBackup> {
        // Beside the data, so that segments are linked and not copied.
        let folder = self.core.layout.scratch();
        let scratch = tempfile::Builder::new().prefix("backup-").tempdir_in(&folder);
        let scratch = scratch.map_err(io("make a folder in", &folder))?;
        let copy = scratch.path().join("backup");
        let report = self.backup(&copy).await?;
        let into = file.to_path_buf();
        blocking(move || pack(&copy, &into)).await?;
        let known = known(&report, file, place);
        self.backup_note(&known).await?;
        Ok(known)
    }
}

fn known(report: &BackupReport, file: &Path, place: Option<&str>) -> KnownBackup {
    let own = || file.to_string_lossy().into_owned();
    KnownBackup {
        place: place.map_or_else(own, str::to_owned),
        made_at: report.made_at,
        tickets: report.tickets,
        bytes: report.files.values().map(|file| file.bytes).sum(),
    }
}

/// Unpacks an archive into a folder that is made for it; what is in it is still to be checked.
///
/// # Errors
/// [`Error::NotABackup`] when it is no archive of ours, and what the disk says.
pub async fn unpack(archive: &Path, folder: &Path) -> Result<()> {
    let (archive, folder) = (archive.to_path_buf(), folder.to_path_buf());
    blocking(move || {
        let file = File::open(&archive).map_err(io("open", &archive))?;
        std::fs::create_dir(&folder).map_err(io("make the folder", &folder))?;
        let damaged = |error| refused(error, &archive);
        let decoder = zstd::Decoder::new(BufReader::new(file)).map_err(damaged)?;
        // `unpack` refuses paths that lead out of the folder.
        tar::Archive::new(decoder).unpack(&folder).map_err(damaged)
    })
    .await
}

/// What the disk refuses is not the archive's fault.
fn refused(error: std::io::Error, archive: &Path) -> Error {
    match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::PermissionDenied => {
            io("unpack", archive)(error)
        }
        _ => {
            tracing::debug!(%error, archive = %archive.display(), "unpacking");
            Error::NotABackup(archive.to_path_buf())
        }
    }
}

/// Writes the archive beside its place first.
fn pack(folder: &Path, file: &Path) -> Result<()> {
    let parent = match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
        _ => PathBuf::from("."),
    };
    let tried = |error| io("write", file)(error);
    let whole = tempfile::NamedTempFile::new_in(&parent).map_err(tried)?;
    let encoder = zstd::Encoder::new(BufWriter::new(whole), ZSTD_LEVEL).map_err(tried)?;
    let mut archive = tar::Builder::new(encoder);
    archive.append_dir_all(".", folder).map_err(tried)?;
    let mut writer = archive.into_inner().and_then(zstd::Encoder::finish).map_err(tried)?;
    writer.flush().map_err(tried)?;
    let whole = writer.into_inner().map_err(|error| tried(error.into_error()))?;
    whole.as_file().sync_all().map_err(tried)?;
    whole.persist(file).map_err(|error| tried(error.error))?;
    sync_dir(&parent)
}
