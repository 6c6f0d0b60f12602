//! Runs what was asked for.

mod annotations;
mod ask;
mod backup;
mod check;
mod demo;
mod desk;
mod doctor;
mod erase;
mod explain;
mod export;
mod generate;
mod hooks;
mod import;
mod log;
mod mapping;
mod notify;
mod policies;
mod quality;
mod quarantine;
mod question;
mod rebuild;
mod remote;
mod retention;
mod serve;
mod settings;
mod work;

use crate::cli::{Cli, Command};
use crate::config::{self, Config};
use crate::exit::{Exit, Failure, Outcome};
use crate::progress::Voice;
use clap::CommandFactory as _;
use event::{Clock, SystemClock};
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

/// What every command works with.
#[derive(Clone)]
pub(crate) struct Context {
    /// The settings.
    pub(crate) config: Config,
    /// Where to tell a person how it gets on.
    pub(crate) voice: Voice,
    /// Tells the present.
    pub(crate) clock: Arc<dyn Clock>,
}

/// Runs the command.
///
/// # Errors
/// Whatever kept it from being done.
pub(crate) fn run(cli: Cli) -> Outcome {
    match &cli.command {
        Command::Completions(args) => {
            let mut script = Vec::new();
            clap_complete::generate(args.shell, &mut Cli::command(), "deskmeter", &mut script);
            std::io::stdout().lock().write_all(&script)?;
            return Ok(Exit::Done);
        }
        Command::Generate(args) => return generate::run(args, Voice::new(cli.global.quiet)),
        _ => {}
    }
    let given = config::Given::new(&cli.global);
    let config = config::load(&given)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(config.threads)
        .enable_all()
        .build()
        .map_err(|error| Failure::from(error).context("starting the worker threads"))?;
    let log = log::start(&config, runtime.handle())?;
    let voice = Voice::new(cli.global.quiet);
    let context = Context { config, voice, clock: Arc::new(SystemClock) };
    let outcome = runtime.block_on(async {
        // Each command is boxed: their futures are large, and only one of them runs.
        match cli.command {
            Command::Serve(args) => Box::pin(serve::run(&context, &args)).await,
            Command::Demo(args) => Box::pin(demo::run(&context, &args)).await,
            Command::Work => Box::pin(work::work(&context)).await,
            command => tokio::select! {
                outcome = Box::pin(stoppable(&context, command)) => outcome,
                () = serve::asked_to_stop() => Err(interrupted()),
            },
        }
    });
    log.end();
    // Work on blocking threads is not waited for: whatever it was doing, the store survives.
    runtime.shutdown_background();
    outcome
}

/// The commands that a signal may simply cut short.
async fn stoppable(context: &Context, command: Command) -> Outcome {
    match command {
        Command::Import(args) => import::run(context, &args).await,
        Command::Quarantine(command) => quarantine::run(context, command).await,
        Command::Ask(args) => ask::run(context, &args).await,
        Command::Explain(command) => explain::run(context, command).await,
        Command::Check(args) => check::run(context, &args),
        Command::Hooks(command) => hooks::run(context, &command),
        Command::Mapping(args) => mapping::run(context, &args),
        Command::Quality(output) => quality::run(context, &output).await,
        Command::Policies(command) => policies::run(context, &command).await,
        Command::Settings(command) => settings::run(context, &command).await,
        Command::Retention(command) => retention::run(context, &command).await,
        Command::Erase(args) => erase::run(context, &args).await,
        Command::Annotations(command) => annotations::run(context, &command).await,
        Command::Jobs(command) => work::jobs(context, &command).await,
        Command::Rebuild(args) => rebuild::run(context, &args).await,
        Command::Export(args) => export::run(context, &args).await,
        Command::Backup(args) => backup::backup(context, &args).await,
        Command::Restore(args) => backup::restore(context, &args).await,
        Command::Doctor(args) => doctor::run(context, &args).await,
        Command::Completions(_)
        | Command::Generate(_)
        | Command::Serve(_)
        | Command::Work
        | Command::Demo(_) => {
            Err(Failure::words(Exit::Internal, "this command was to be run elsewhere"))
        }
    }
}

fn interrupted() -> Failure {
    Failure::words(Exit::Interrupted, "stopped before the work was done")
        .hint("nothing is half-written; run the same command again")
}

/// Reads a text file of at most `bytes_max` bytes.
///
/// # Errors
/// It is not there, is too large, or is not UTF-8.
pub(crate) fn read_text(file: &Path, bytes_max: u64) -> Outcome<String> {
    let tried =
        |error: std::io::Error| Failure::from(error).context(format!("reading {}", file.display()));
    let size = std::fs::metadata(file).map_err(tried)?.len();
    if size > bytes_max {
        let message = format!("{} has {size} bytes, at most {bytes_max} are read", file.display());
        return Err(Failure::words(Exit::Limited, message));
    }
    let bytes = std::fs::read(file).map_err(tried)?;
    String::from_utf8(bytes).map_err(|error| {
        let message = format!(
            "{} is not UTF-8 (first bad byte at {})",
            file.display(),
            error.utf8_error().valid_up_to()
        );
        Failure::words(Exit::Invalid, message).hint("save the file as UTF-8")
    })
}
