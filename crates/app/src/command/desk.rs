//! Opens what a command needs: metric definitions, policies, store, engine.

use super::Context;
use crate::config::Config;
use crate::exit::{Exit, Failure, Outcome};
use crate::issue::Issue;
use crate::progress::Unit;
use engine::{Engine, Limits, Settings};
use facts::Policies;
use semantic::Catalog;
use semantic::time::Zone;
use std::path::Path;
use std::sync::Arc;
use store::{Options, Store};

/// The shipped metrics and the user's own.
///
/// # Errors
/// Every issue of the user's definitions.
pub(crate) fn catalog(config: &Config) -> Outcome<Catalog> {
    let issues = |issues: Vec<semantic::Issue>| {
        Failure::issues(issues.into_iter().map(Issue::from).collect())
    };
    let catalog = Catalog::shipped().map_err(issues)?;
    let Some(folder) = &config.metrics else { return Ok(catalog) };
    let files = semantic::catalog::folder(folder).map_err(|error| {
        Failure::from(error).context(format!("reading metric definitions in {}", folder.display()))
    })?;
    let files = files.iter().map(|(name, text)| (name.as_str(), text.as_str()));
    catalog.with(files).map_err(issues)
}

/// Whether the data folder holds a desk.
pub(crate) fn exists(context: &Context) -> bool {
    Store::exists(&context.config.data)
}

/// Opens the data folder, which must hold a desk already.
///
/// # Errors
/// There is none, it is in use, or it cannot be opened.
pub(crate) async fn existing(context: &Context) -> Outcome<Engine> {
    require(context)?;
    open(context).await
}

/// Makes sure that the data folder holds a desk.
///
/// # Errors
/// There is none.
pub(crate) fn require(context: &Context) -> Outcome<()> {
    if exists(context) {
        return Ok(());
    }
    let message = format!("there is no desk in {}", context.config.data.display());
    Err(Failure::words(Exit::NotFound, message).hint(
        "import some history first: deskmeter import FILE; or look at a made-up desk: \
         deskmeter demo",
    ))
}

/// Opens the data folder, making one with the configured policies where there is none.
///
/// # Errors
/// It is in use or cannot be opened, or the policies have issues.
pub(crate) async fn existing_or_new(
    context: &Context,
    policies_file: Option<&Path>,
) -> Outcome<Engine> {
    let configured = || context.config.policies.as_deref().filter(|_| !exists(context));
    let file = policies_file.or_else(configured);
    // Checked before anything is made.
    let read = |file| super::policies::read(context.voice, file);
    let policies = file.map(read).transpose()?;
    let engine = open(context).await?;
    if let Some(policies) = policies {
        apply(context, &engine, policies).await?;
    }
    Ok(engine)
}

/// Puts policies in force, folding every ticket again where they differ from those that are.
///
/// # Errors
/// The rebuild fails; then the old ones stay in force.
pub(crate) async fn apply(context: &Context, engine: &Engine, policies: Policies) -> Outcome<()> {
    if engine.store().snapshot().policies.digest() == policies.digest() {
        return Ok(());
    }
    rebuild(context, engine, policies).await
}

/// Folds every ticket again.
///
/// # Errors
/// The rebuild fails; then nothing changes.
pub(crate) async fn rebuild(context: &Context, engine: &Engine, policies: Policies) -> Outcome<()> {
    let bar = context.voice.bar("folding tickets", 0, Unit::Things);
    let shown = bar.clone();
    let progress = Arc::new(move |done: u64, total: u64| {
        shown.set_length(total);
        shown.set_position(done);
    });
    let rebuilt = engine.store().rebuild(policies, progress).await;
    bar.finish_and_clear();
    let rebuilt = rebuilt?;
    context.voice.say(&format!(
        "{} tickets folded again into {} segments",
        rebuilt.tickets, rebuilt.segments
    ));
    Ok(())
}

/// Makes a data folder with these policies.
///
/// # Errors
/// It cannot be made.
pub(crate) async fn new(context: &Context, policies: Policies) -> Outcome<Engine> {
    let engine = open(context).await?;
    engine.store().rebuild(policies, Arc::new(|_, _| ())).await?;
    Ok(engine)
}

/// How the store is opened.
pub(crate) fn options(context: &Context) -> Options {
    let config = &context.config;
    let mut options = Options::new(Arc::clone(&context.clock));
    options.threads = config.threads;
    options.seal.rows = config.seal_tickets;
    options.segment_rows = Some(config.segment_tickets).filter(|_| !exists(context));
    options.state = config.state.clone();
    options
}

async fn open(context: &Context) -> Outcome<Engine> {
    let config = &context.config;
    let catalog = catalog(config)?;
    let store = Store::open(&config.data, options(context)).await.map_err(|error| {
        Failure::from(error).context(format!("opening {}", config.data.display()))
    })?;
    let settings = Settings {
        clock: Arc::clone(&context.clock),
        zone: zone(config)?,
        limits: Limits {
            memory_bytes: usize::try_from(config.question_memory_bytes).unwrap_or(usize::MAX),
            time: config.question_timeout,
            partitions: config.threads,
            ..Limits::default()
        },
        keep_answers: true,
    };
    let engine = Engine::new(store, Arc::new(catalog), settings)?;
    engine.recall_preferences().await?;
    Ok(engine)
}

/// The zone and the week of questions that name none.
///
/// # Errors
/// The configuration names unknown ones, which its check does not allow.
pub(crate) fn zone(config: &Config) -> Outcome<Zone> {
    let unknown = |what: &str| Failure::words(Exit::Internal, format!("unknown {what}"));
    let mut zone = Zone::named(&config.zone).ok_or_else(|| unknown("zone"))?;
    zone.week_start =
        semantic::time::weekday(&config.week_start).ok_or_else(|| unknown("day of the week"))?;
    Ok(zone)
}
