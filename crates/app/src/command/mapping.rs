//! `mapping`: a first draft of a mapping, from a file's header and first rows, and its trial.

use super::{Context, import};
use crate::cli::{MappingArgs, MappingCommand, MappingTestArgs, ReportFormat};
use crate::exit::{Exit, Failure, Outcome};
use crate::output;
use connect::Payloads;
use connect::limits::RECORD_BYTES_MAX;
use serve::intake;
use std::io::{IsTerminal as _, Read as _, Write as _};
use std::path::Path;

/// Bytes of a file of headers.
const HEADERS_BYTES_MAX: u64 = 1024 * 1024;

/// Runs `mapping`.
///
/// # Errors
/// The file cannot be opened, or needs no mapping; the mapping to try is wrong.
pub(crate) fn run(context: &Context, args: &MappingArgs) -> Outcome {
    match (&args.command, &args.file) {
        (Some(MappingCommand::Test(args)), _) => test(context, args),
        (None, Some(file)) => draft(file, args.output.as_deref()),
        (None, None) => Err(Failure::words(Exit::Usage, "which file needs a mapping?")),
    }
}

fn draft(file: &Path, output: Option<&Path>) -> Outcome {
    let tried = |error: connect::Error| import::failure(intake::Error::Connect(error), None);
    import::missing(&[file.to_owned()])?;
    if connect::detect(file).map_err(tried)?.format.is_canonical() {
        let file = file.display();
        let message = format!("{file} holds canonical events, which need no mapping");
        return Err(Failure::words(Exit::Invalid, message)
            .hint(format!("import it as it is: deskmeter import {file}")));
    }
    let draft = connect::suggest_mapping(file).map_err(tried)?;
    match output {
        None => std::io::stdout().lock().write_all(draft.as_bytes())?,
        Some(file) => {
            let tried = |error: std::io::Error| {
                let words = format!("writing {}", file.display());
                if error.kind() == std::io::ErrorKind::AlreadyExists {
                    return Failure::new(Exit::Invalid, error)
                        .context(words)
                        .hint("a file that is there already is not replaced; choose another name");
                }
                Failure::from(error).context(words)
            };
            // Hours of work may be in a mapping: it is never overwritten.
            let mut created = std::fs::File::create_new(file).map_err(tried)?;
            created.write_all(draft.as_bytes()).map_err(tried)?;
        }
    }
    Ok(Exit::Done)
}

fn test(context: &Context, args: &MappingTestArgs) -> Outcome {
    let name = args.mapping.display().to_string();
    let mapping = import::mapping(&args.mapping)?;
    let tried = |error: connect::Error| import::failure(intake::Error::Connect(error), Some(&name));
    let payloads = Payloads::new(mapping, &args.table).map_err(tried)?;
    let headers = args.headers.as_deref().map(headers).transpose()?.unwrap_or_default();
    let tried = payloads.test(&body(&args.body)?, &headers, context.clock.now());
    let mut stdout = std::io::stdout().lock();
    let format = args.format.unwrap_or(if stdout.is_terminal() {
        ReportFormat::Table
    } else {
        ReportFormat::Json
    });
    let text = match format {
        ReportFormat::Table => output::tried(&tried),
        ReportFormat::Json => output::json(&tried)?,
    };
    stdout.write_all(text.as_bytes())?;
    Ok(if tried.problems.is_empty() { Exit::Done } else { Exit::Quarantined })
}

/// The payload; one that is too long is read far enough to say so.
fn body(file: &Path) -> Outcome<Vec<u8>> {
    let tried =
        |error: std::io::Error| Failure::from(error).context(format!("reading {}", file.display()));
    let limit = u64::try_from(RECORD_BYTES_MAX).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    if file.as_os_str() == "-" {
        std::io::stdin().lock().take(limit).read_to_end(&mut bytes).map_err(tried)?;
    } else {
        let file = std::fs::File::open(file).map_err(tried)?;
        file.take(limit).read_to_end(&mut bytes).map_err(tried)?;
    }
    Ok(bytes)
}

/// Reads lines of `Name: value`.
fn headers(file: &Path) -> Outcome<Vec<(String, String)>> {
    let text = super::read_text(file, HEADERS_BYTES_MAX)?;
    let header = |(index, line): (usize, &str)| {
        let Some((name, value)) = line.split_once(':') else {
            let message = format!("{}:{}: no header: `{line}`", file.display(), index + 1);
            return Err(Failure::words(Exit::Invalid, message).hint("one `Name: value` a line"));
        };
        Ok((name.trim().to_owned(), value.trim().to_owned()))
    };
    text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).map(header).collect()
}
