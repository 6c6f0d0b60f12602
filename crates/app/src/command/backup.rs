//! `backup` and `restore`: everything we keep as one archive.

use super::{Context, desk};
use crate::cli::BackupArgs;
use crate::exit::{Exit, Failure, Outcome};
use std::fs::File;
use std::io::{BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Compression of the archive: its Parquet files are compressed already.
const ZSTD_LEVEL: i32 = 3;

/// Runs `backup`.
///
/// # Errors
/// There is no desk, or the archive cannot be written.
pub(crate) async fn backup(context: &Context, args: &BackupArgs) -> Outcome {
    let engine = desk::existing(context).await?;
    let parent = folder_of(&args.file);
    // Beside the data, so that segments are linked and not copied.
    let scratch = scratch_in(&context.config.data)?;
    let copy = scratch.path().join("backup");
    let report = engine.store().backup(&copy).await?;
    let file = args.file.clone();
    blocking(move || pack(&copy, &file, &parent)).await?;
    context.voice.say(&format!(
        "{} tickets in {} files saved to {}",
        report.tickets,
        report.files.len(),
        args.file.display()
    ));
    Ok(Exit::Done)
}

/// Runs `restore`.
///
/// # Errors
/// The archive is missing or damaged, or the data folder is not empty.
pub(crate) async fn restore(context: &Context, args: &BackupArgs) -> Outcome {
    let (file, data) = (args.file.clone(), context.config.data.clone());
    let parent = folder_of(&data);
    let (_scratch, copy) = blocking(move || {
        let archive = File::open(&file)
            .map_err(|error| Failure::from(error).context(format!("opening {}", file.display())))?;
        std::fs::create_dir_all(&parent)?;
        let scratch = scratch_in(&parent)?;
        let copy = scratch.path().join("backup");
        unpack(archive, &copy).map_err(|failure| {
            failure
                .context(format!("unpacking {}", file.display()))
                .hint("a backup is a tar file compressed with zstd, as `deskmeter backup` writes")
        })?;
        Ok((scratch, copy))
    })
    .await?;
    let report = store::restore_to(&copy, &data, &context.config.state).await?;
    context.voice.say(&format!(
        "{} tickets restored to {}, as they were at {}",
        report.tickets,
        context.config.data.display(),
        report.made_at
    ));
    Ok(Exit::Done)
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Outcome<T> + Send + 'static,
) -> Outcome<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => outcome,
        Err(error) => Err(Failure::new(Exit::Internal, error)),
    }
}

fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
        _ => PathBuf::from("."),
    }
}

fn scratch_in(folder: &Path) -> Outcome<TempDir> {
    tempfile::Builder::new().prefix(".deskmeter-").tempdir_in(folder).map_err(|error| {
        Failure::from(error).context(format!("making a folder in {}", folder.display()))
    })
}

/// Writes the archive beside its place first: a backup is there whole or not at all.
fn pack(folder: &Path, file: &Path, parent: &Path) -> Outcome<()> {
    let tried =
        |error: std::io::Error| Failure::from(error).context(format!("writing {}", file.display()));
    let whole = tempfile::NamedTempFile::new_in(parent).map_err(tried)?;
    let writer = BufWriter::new(whole);
    let encoder = zstd::Encoder::new(writer, ZSTD_LEVEL).map_err(tried)?;
    let mut archive = tar::Builder::new(encoder);
    archive.append_dir_all(".", folder).map_err(tried)?;
    let mut writer = archive.into_inner().and_then(zstd::Encoder::finish).map_err(tried)?;
    writer.flush().map_err(tried)?;
    let whole = writer.into_inner().map_err(|error| tried(error.into_error()))?;
    whole.as_file().sync_all().map_err(tried)?;
    whole.persist(file).map_err(|error| tried(error.error))?;
    Ok(())
}

fn unpack(archive: File, folder: &Path) -> Outcome<()> {
    std::fs::create_dir(folder)?;
    let decoder = zstd::Decoder::new(BufReader::new(archive)).map_err(damaged)?;
    // `unpack` refuses paths that lead out of the folder.
    tar::Archive::new(decoder).unpack(folder).map_err(damaged)
}

fn damaged(error: std::io::Error) -> Failure {
    match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::PermissionDenied => error.into(),
        _ => Failure::new(Exit::Invalid, error),
    }
}
