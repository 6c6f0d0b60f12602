//! `backup` and `restore`: everything we keep as one archive.

use super::remote::{self, Server};
use super::{Context, desk};
use crate::cli::{BackupArgs, RestoreArgs};
use crate::exit::{Exit, Failure, Outcome};
use hyper::Method;
use serde_json::{Value, json};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Runs `backup`.
///
/// # Errors
/// There is no desk, or the archive cannot be written or is damaged.
pub(crate) async fn backup(context: &Context, args: &BackupArgs) -> Outcome {
    let Some(file) = &args.file else { return known(context, args.forget.as_deref()).await };
    if args.verify {
        return verify(context, file).await;
    }
    let place = std::path::absolute(file)?;
    let tickets = match desk::existing(context).await {
        Ok(engine) => {
            let store = engine.store();
            store.archive(file, Some(&place.to_string_lossy())).await?.tickets.to_string()
        }
        Err(failure) if failure.exit == Exit::Busy => match remote::server(context) {
            Some(server) => through(server, file, &place).await?,
            None => return Err(failure),
        },
        Err(failure) => return Err(failure),
    };
    context.voice.say(&format!("{tickets} tickets saved to {}", file.display()));
    Ok(Exit::Done)
}

/// Lets the server that holds the folder make the archive in its own folder, and fetches it: a
/// server writes nowhere that a caller names.
async fn through(server: Server, file: &Path, place: &Path) -> Outcome<String> {
    let name = format!("for-process-{}.tar.zst", std::process::id());
    let wanted = json!({"name": name, "place": place.to_string_lossy()});
    let made = server.call(Method::POST, "/api/v1/backups", &wanted).await?;
    let from = PathBuf::from(made.get("file").and_then(Value::as_str).unwrap_or_default());
    let to = file.to_path_buf();
    let moved = blocking(move || fetch(&from, &to)).await;
    if let Err(failure) = moved {
        // It is not where it was to be: nobody shall look for it there.
        let gone = json!({"place": place.to_string_lossy()});
        server.call(Method::POST, "/api/v1/backups/forget", &gone).await?;
        return Err(failure);
    }
    Ok(made.get("tickets").map(ToString::to_string).unwrap_or_default())
}

/// Moves an archive; between disks it is copied, and appears whole.
fn fetch(from: &Path, to: &Path) -> Outcome<()> {
    if std::fs::rename(from, to).is_ok() {
        return Ok(());
    }
    let tried = |error: std::io::Error| {
        let words = format!("moving {} to {}", from.display(), to.display());
        Failure::from(error).context(words)
    };
    let mut whole = tempfile::NamedTempFile::new_in(folder_of(to)).map_err(tried)?;
    let mut source = std::fs::File::open(from).map_err(tried)?;
    std::io::copy(&mut source, whole.as_file_mut()).map_err(tried)?;
    whole.as_file().sync_all().map_err(tried)?;
    whole.persist(to).map_err(|error| tried(error.error))?;
    std::fs::remove_file(from).map_err(tried)
}

/// Unpacks an archive beside itself and compares every file with its checksum.
async fn verify(context: &Context, file: &Path) -> Outcome {
    let (_scratch, copy) = unpacked(file, &folder_of(file)).await?;
    let report = blocking(move || Ok(store::verify(&copy)?)).await?;
    context.voice.say(&format!(
        "{} is whole: {} tickets in {} files, as they were at {}",
        file.display(),
        report.tickets,
        report.files.len(),
        report.made_at
    ));
    Ok(Exit::Done)
}

/// Lists the backups that are known, after forgetting one.
async fn known(context: &Context, forget: Option<&str>) -> Outcome {
    let listed = match desk::existing(context).await {
        Ok(engine) => {
            let store = engine.store();
            if let Some(place) = forget
                && !store.backup_forget(place).await?
            {
                let words = format!("no backup is known at {place}");
                return Err(Failure::words(Exit::NotFound, words)
                    .hint("`deskmeter backup --list` shows the places"));
            }
            json!({"backups": store.backups().await?})
        }
        Err(failure) if failure.exit == Exit::Busy => {
            let Some(server) = remote::server(context) else { return Err(failure) };
            match forget {
                Some(place) => {
                    let gone = json!({"place": place});
                    server.call(Method::POST, "/api/v1/backups/forget", &gone).await?
                }
                None => server.call(Method::GET, "/api/v1/backups", &Value::Null).await?,
            }
        }
        Err(failure) => return Err(failure),
    };
    writeln!(std::io::stdout().lock(), "{}", crate::output::json(&listed)?)?;
    Ok(Exit::Done)
}

/// Runs `restore`.
///
/// # Errors
/// The archive is missing or damaged, or the data folder is not empty.
pub(crate) async fn restore(context: &Context, args: &RestoreArgs) -> Outcome {
    let data = &context.config.data;
    let parent = folder_of(data);
    std::fs::create_dir_all(&parent)?;
    let (_scratch, copy) = unpacked(&args.file, &parent).await?;
    let report = store::restore(&copy, data, &context.config.state).await?;
    context.voice.say(&format!(
        "{} tickets restored to {}, as they were at {}",
        report.tickets,
        data.display(),
        report.made_at
    ));
    Ok(Exit::Done)
}

/// An archive unpacked into a folder that goes with the first value.
///
/// # Errors
/// It is missing, or no backup.
pub(crate) async fn unpacked(file: &Path, beside: &Path) -> Outcome<(TempDir, PathBuf)> {
    let scratch = tempfile::Builder::new().prefix(".deskmeter-").tempdir_in(beside);
    let scratch = scratch.map_err(|error| {
        Failure::from(error).context(format!("making a folder in {}", beside.display()))
    })?;
    let copy = scratch.path().join("backup");
    store::unpack(file, &copy).await.map_err(|error| {
        // The archive is named by the user, who may have meant another file.
        let failure = match error {
            store::Error::Io { source, .. } if source.kind() == ErrorKind::NotFound => {
                Failure::from(source).context(format!("opening {}", file.display()))
            }
            other => Failure::from(other),
        };
        failure.hint("a backup is a tar file compressed with zstd, as `deskmeter backup` writes")
    })?;
    Ok((scratch, copy))
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Outcome<T> + Send + 'static,
) -> Outcome<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => outcome,
        Err(error) => Err(Failure::new(Exit::Internal, error)),
    }
}

/// The folder that a path is in.
pub(crate) fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
        _ => PathBuf::from("."),
    }
}
