//! `generate`: a made-up support desk as canonical events.

use crate::cli::GenerateArgs;
use crate::exit::{Exit, Failure, Outcome};
use crate::progress::{Unit, Voice};
use std::io::{BufWriter, Write};
use std::path::Path;
use testkit::generate::{self, Settings};

/// Runs `generate`.
///
/// # Errors
/// A file cannot be written.
pub(crate) fn run(args: &GenerateArgs, voice: Voice) -> Outcome {
    let settings = Settings { tickets: args.tickets, seed: args.seed, ..Settings::default() };
    if let Some(file) = &args.policies_out {
        std::fs::write(file, generate::policies(&settings))
            .map_err(|error| writing(file, error))?;
    }
    match &args.output {
        Some(file) => write_file(&settings, file, voice)?,
        None => {
            write_events(&settings, &mut std::io::stdout().lock(), voice)?;
        }
    }
    Ok(Exit::Done)
}

/// Writes the events of a desk to a file.
///
/// # Errors
/// The file cannot be written.
pub(crate) fn write_file(settings: &Settings, file: &Path, voice: Voice) -> Outcome<()> {
    let created = std::fs::File::create(file).map_err(|error| writing(file, error))?;
    let mut writer = BufWriter::new(created);
    let written = write_events(settings, &mut writer, voice)?;
    writer.flush().map_err(|error| writing(file, error))?;
    voice.say(&format!("{} events of {} tickets", written.events, written.tickets));
    Ok(())
}

fn write_events(
    settings: &Settings,
    writer: &mut dyn Write,
    voice: Voice,
) -> Outcome<generate::Written> {
    let bar = voice.bar("generating", settings.tickets, Unit::Things);
    let written =
        generate::write_json_lines(settings, writer, |written| bar.set_position(written.tickets));
    bar.finish_and_clear();
    Ok(written?)
}

fn writing(file: &Path, error: std::io::Error) -> Failure {
    Failure::from(error).context(format!("writing {}", file.display()))
}
