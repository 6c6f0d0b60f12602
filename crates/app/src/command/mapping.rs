//! `mapping`: a first draft of a mapping, from a file's header and first rows.

use super::import;
use crate::cli::MappingArgs;
use crate::exit::{Exit, Failure, Outcome};
use serve::intake;
use std::io::Write as _;

/// Runs `mapping`.
///
/// # Errors
/// The file cannot be opened, or needs no mapping.
pub(crate) fn run(args: &MappingArgs) -> Outcome {
    let tried = |error: connect::Error| import::failure(intake::Error::Connect(error), None);
    import::missing(std::slice::from_ref(&args.file))?;
    if connect::detect(&args.file).map_err(tried)?.format.is_canonical() {
        let file = args.file.display();
        let message = format!("{file} holds canonical events, which need no mapping");
        return Err(Failure::words(Exit::Invalid, message)
            .hint(format!("import it as it is: deskmeter import {file}")));
    }
    let draft = connect::suggest_mapping(&args.file).map_err(tried)?;
    match &args.output {
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
