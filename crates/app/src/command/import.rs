//! `import`: files in, and a report of what was found in them.

use super::{Context, desk};
use crate::cli::{ImportArgs, ReportFormat};
use crate::exit::{Exit, Failure, Outcome};
use crate::output;
use crate::progress::Unit;
use connect::Mapping;
use serve::intake::{self, Imported, Job, Listener, Stage};
use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Runs `import`.
///
/// # Errors
/// The files or the mapping do not allow it to begin, or the store refuses.
pub(crate) async fn run(context: &Context, args: &ImportArgs) -> Outcome {
    missing(&args.files)?;
    let mapping = args.mapping.as_deref().map(mapping).transpose()?;
    let name = args.mapping.as_ref().map(|file| file.display().to_string());
    let job = Job {
        mapping,
        mapping_name: name.clone(),
        files: args.files.clone(),
        source: args.source.clone(),
        seen: context.clock.now(),
    };
    let failed = |error| failure(error, name.as_deref());
    let imported = if args.dry_run {
        with_progress(context, |listener| intake::dry_run(job, listener)).await.map_err(failed)?
    } else {
        if !desk::exists(context) {
            can_begin(&job).map_err(failed)?;
        }
        let engine = desk::existing_or_new(context, args.policies.as_deref()).await?;
        let store = engine.store().clone();
        with_progress(
            context,
            |listener| async move { intake::import(&store, job, listener).await },
        )
        .await
        .map_err(failed)?
    };
    print(args.format, &imported)?;
    let quarantined = imported.report.quarantined > 0;
    Ok(if quarantined { Exit::Quarantined } else { Exit::Done })
}

/// Shows reading and folding as bars while `work` runs.
pub(crate) async fn with_progress<F: Future<Output = Result<Imported, intake::Error>>>(
    context: &Context,
    work: impl FnOnce(Listener) -> F,
) -> Result<Imported, intake::Error> {
    let reading = context.voice.bar("reading", 0, Unit::Bytes);
    let folding = context.voice.bar("folding tickets", 0, Unit::Things);
    let (read, folded) = (reading.clone(), folding.clone());
    let listener: Listener = Arc::new(move |stage| match stage {
        Stage::Reading(progress) => {
            read.set_length(progress.bytes_total);
            read.set_position(progress.bytes);
        }
        Stage::Folding(done, total) => {
            folded.set_length(total);
            folded.set_position(done);
        }
    });
    let done = work(listener).await;
    reading.finish_and_clear();
    folding.finish_and_clear();
    done
}

/// Reads a mapping file.
///
/// # Errors
/// It cannot be read, or every issue in it.
pub(crate) fn mapping(file: &Path) -> Outcome<Mapping> {
    let bytes_max = u64::try_from(connect::limits::MAPPING_BYTES_MAX).unwrap_or(u64::MAX);
    let text = super::read_text(file, bytes_max)?;
    let name = file.display().to_string();
    Mapping::parse(&text).map_err(|issues| super::check::mapping_issues(&name, issues))
}

/// Whatever keeps the files from being read is said before a data folder is made.
fn can_begin(job: &Job) -> Result<(), intake::Error> {
    if job.files.iter().any(|file| file.as_os_str() == "-") {
        // Standard input can be read once only.
        return Ok(());
    }
    let importer = connect::Importer::new(job.mapping.clone(), job.files.clone(), job.seen);
    importer.check().map_err(intake::Error::from)
}

/// Files that do not exist, all of them at once.
///
/// # Errors
/// Any is missing.
pub(crate) fn missing(files: &[PathBuf]) -> Outcome<()> {
    let missing: Vec<String> = files
        .iter()
        .filter(|file| file.as_os_str() != "-" && !file.exists())
        .map(|file| file.display().to_string())
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let message = format!("no such file: {}", missing.join(", "));
    Err(Failure::words(Exit::NotFound, message).hint("check the path; nothing was imported"))
}

/// An import's error with its exit code.
pub(crate) fn failure(error: intake::Error, mapping: Option<&str>) -> Failure {
    match error {
        intake::Error::Connect(connect::Error::Mapping(issues)) => {
            super::check::mapping_issues(mapping.unwrap_or("mapping"), issues)
        }
        intake::Error::Connect(error @ connect::Error::NeedsMapping { .. }) => {
            Failure::new(Exit::Invalid, error).hint(
                "draft one with `deskmeter mapping FILE`, then add --mapping FILE.yaml; \
                     docs/guides/importing.md shows how to write one",
            )
        }
        intake::Error::Connect(error @ connect::Error::Open { .. }) => {
            Failure::new(Exit::NotFound, error).hint("check the path; nothing was imported")
        }
        intake::Error::Connect(error) => Failure::new(Exit::Invalid, error),
        intake::Error::Store(error) => error.into(),
        error @ intake::Error::Thread(_) => Failure::new(Exit::Internal, error),
    }
}

fn print(format: Option<ReportFormat>, imported: &Imported) -> Outcome<()> {
    let mut stdout = std::io::stdout().lock();
    let format = format.unwrap_or(if stdout.is_terminal() {
        ReportFormat::Table
    } else {
        ReportFormat::Json
    });
    match format {
        ReportFormat::Table => stdout.write_all(output::report(imported).as_bytes())?,
        ReportFormat::Json => {
            serde_json::to_writer_pretty(&mut stdout, imported)
                .map_err(|error| Failure::from(std::io::Error::from(error)))?;
            stdout.write_all(b"\n")?;
        }
    }
    Ok(())
}
