//! `demo`: a made-up desk, imported, asked and served.

use super::{Context, desk, generate, import, policies, serve};
use crate::cli::DemoArgs;
use crate::exit::{Exit, Failure, Outcome};
use crate::output;
use ::serve::intake::{self, Job};
use engine::Engine;
use event::Instant;
use semantic::Question;
use std::io::Write as _;
use testkit::generate::Settings;

/// The questions shown: words, and the flags that ask them.
const QUESTIONS: [(&str, &[&str]); 3] = [
    (
        "How many tickets came in each month, and how many were solved?",
        &["volume", "resolution_rate", "--every", "month", "--range", "last 6 months"],
    ),
    (
        "How long do customers wait for a first answer, by channel?",
        &[
            "first_response_time",
            "--by",
            "channel",
            "--stat",
            "median,p90",
            "--range",
            "last 12 weeks",
        ],
    ),
    (
        "How satisfied are they, and does it change?",
        &[
            "csat",
            "--every",
            "quarter",
            "--compare",
            "same_period_last_year",
            "--range",
            "last 4 quarters",
        ],
    ),
];

/// Runs `demo`.
///
/// # Errors
/// The data folder holds another desk's data or is in use, or the address is not free.
pub(crate) async fn run(context: &Context, args: &DemoArgs) -> Outcome {
    // Said at once, not after minutes of work.
    let address = serve::address(context, args.listen.as_deref())?;
    let engine = if desk::exists(context) {
        context.voice.say(&format!("using the desk in {}", context.config.data.display()));
        desk::existing(context).await?
    } else {
        make(context, args).await?
    };
    answer(&engine).await?;
    say_next(context, args.no_serve)?;
    if args.no_serve {
        return Ok(Exit::Done);
    }
    serve::until_stopped(context, engine, address, context.config.work).await
}

/// What to try next, before the address, which is the last line.
fn say_next(context: &Context, no_serve: bool) -> Outcome<()> {
    let mut stdout = std::io::stdout().lock();
    let usual = context.config.data == std::path::Path::new("data");
    let data =
        if usual { String::new() } else { format!(" --data {}", context.config.data.display()) };
    let next = [
        "explain metric first_response_time",
        "explain cell first_response_time --by channel --is channel=email",
        "ask backlog --every week --range \"last 8 weeks\"",
        "ask --help",
    ];
    // One program at a time works on a desk.
    writeln!(
        stdout,
        "\nTry next{}:",
        if no_serve { "" } else { ", once Ctrl-C has stopped this" }
    )?;
    for words in next {
        writeln!(stdout, "  deskmeter{data} {words}")?;
    }
    if no_serve {
        writeln!(stdout, "  deskmeter{data} serve")?;
    }
    Ok(stdout.flush()?)
}

/// Generates and imports beside the data folder's place; the folder appears when all is in it.
async fn make(context: &Context, args: &DemoArgs) -> Outcome<Engine> {
    let settings = Settings {
        tickets: args.tickets,
        seed: args.seed,
        until: midnight(context.clock.now()),
        ..Settings::default()
    };
    let scratch = tempfile::tempdir()?;
    let file = scratch.path().join("demo.jsonl");
    context.voice.say(&format!("generating a desk of {} tickets", settings.tickets));
    let (making, into, voice) = (settings.clone(), file.clone(), context.voice);
    tokio::task::spawn_blocking(move || generate::write_file(&making, &into, voice))
        .await
        .map_err(|error| Failure::new(Exit::Internal, error))??;
    let unfinished = unfinished(context);
    if unfinished.exists() {
        // What an earlier demo was stopped in; nobody else writes there.
        std::fs::remove_dir_all(&unfinished)?;
    }
    fill(context, &settings, file, &unfinished).await?;
    std::fs::rename(&unfinished, &context.config.data)?;
    desk::existing(context).await
}

async fn fill(
    context: &Context,
    settings: &Settings,
    file: std::path::PathBuf,
    into: &std::path::Path,
) -> Outcome<()> {
    let mut inside = context.clone();
    inside.config.data = into.to_path_buf();
    let text = testkit::generate::policies(settings);
    let (policies, _) = policies::parse("the demo's policies", &text, std::path::Path::new(""))?;
    let engine = desk::new(&inside, policies).await?;
    let job = Job {
        mapping: None,
        mapping_name: None,
        files: vec![file],
        source: None,
        seen: context.clock.now(),
    };
    let store = engine.store().clone();
    let imported = import::with_progress(context, |listener| async move {
        intake::import(&store, job, listener).await
    })
    .await
    .map_err(|error| import::failure(error, None))?;
    context.voice.say(&format!(
        "{} events of {} tickets imported",
        imported.report.events, imported.report.tickets
    ));
    let store = engine.store().clone();
    drop(engine);
    store.close().await;
    Ok(())
}

fn unfinished(context: &Context) -> std::path::PathBuf {
    let mut name = context.config.data.file_name().unwrap_or_default().to_owned();
    name.push(".unfinished");
    context.config.data.with_file_name(name)
}

const fn midnight(now: Instant) -> Instant {
    const DAY_MICROS: i64 = 86_400_000_000;
    Instant::from_micros(now.micros() - now.micros().rem_euclid(DAY_MICROS))
}

async fn answer(engine: &Engine) -> Outcome<()> {
    for (words, flags) in QUESTIONS {
        let answer = engine.ask(&question(flags)?).await?;
        let page = output::answer_page(&answer)?;
        let mut stdout = std::io::stdout().lock();
        writeln!(stdout, "\n{words}\n$ deskmeter ask {}\n{}", shown(flags), page.human.trim_end())?;
    }
    Ok(())
}

/// The question that these flags ask on the command line.
fn question(flags: &[&str]) -> Outcome<Question> {
    use clap::Parser as _;
    let line = ["deskmeter", "ask"].iter().chain(flags);
    match crate::cli::Cli::try_parse_from(line).map(|cli| cli.command) {
        Ok(crate::cli::Command::Ask(args)) => super::question::question(&args.question),
        Ok(_) => Err(Failure::words(Exit::Internal, "the demo's flags ask no question")),
        Err(error) => Err(Failure::new(Exit::Internal, error)),
    }
}

fn shown(flags: &[&str]) -> String {
    let quoted = flags
        .iter()
        .map(|flag| if flag.contains(' ') { format!("\"{flag}\"") } else { (*flag).to_owned() });
    quoted.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_questions_shown_are_questions() {
        for (words, flags) in QUESTIONS {
            assert!(question(flags).is_ok(), "{words}");
        }
    }
}
