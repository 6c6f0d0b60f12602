//! `serve`: the HTTP API until a signal says stop.

use super::notify::Manager;
use super::{Context, desk, remote, work};
use crate::cli::ServeArgs;
use crate::exit::{Exit, Failure, Outcome};
use crate::issue::Issue;
use engine::Engine;
use serve::Desk;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use store::Store;
use tokio::net::TcpListener;

/// Time that accepted events get to be shown before the process ends.
const SETTLE_TIMEOUT: Duration = Duration::from_secs(10);

/// Runs `serve`.
///
/// # Errors
/// The address is not loopback or not free, or there is no desk.
pub(crate) async fn run(context: &Context, args: &ServeArgs) -> Outcome {
    let address = address(context, args.listen.as_deref())?;
    let engine = desk::existing_or_new(context, None).await?;
    let works = context.config.work && !args.no_work;
    until_stopped(context, engine, address, works).await
}

/// The address of the flag, else of the configuration; loopback only.
///
/// # Errors
/// It cannot be read, or others could reach it.
pub(crate) fn address(context: &Context, flag: Option<&str>) -> Outcome<SocketAddr> {
    let address = match flag {
        None => context.config.listen,
        Some(written) => written.parse().map_err(|_| {
            let message = format!("`{written}` is not an address:port");
            Failure::issues(vec![
                Issue::new("bad_address", "--listen", message).hint("for example 127.0.0.1:8080"),
            ])
        })?,
    };
    serve::listen::loopback(address).map_err(|error| {
        let issue = Issue::new("not_loopback", "serve.listen", error.to_string());
        Failure::issues(vec![issue.hint("listen on 127.0.0.1 or [::1]")])
    })
}

/// Serves until Ctrl-C or a termination signal, then lets requests and jobs under way finish;
/// `works`: whether this process does the jobs.
///
/// # Errors
/// The address is not free.
pub(crate) async fn until_stopped(
    context: &Context,
    engine: Engine,
    address: SocketAddr,
    works: bool,
) -> Outcome {
    let listener = TcpListener::bind(address).await.map_err(|error| {
        Failure::from(error)
            .context(format!("listening on {address}"))
            .hint("another program may listen there already; choose another with --listen")
    })?;
    let address = listener.local_addr()?;
    let how =
        if serve::ui::is_embedded() { "open in a browser:" } else { "serving only the API on" };
    // Before anyone is told that we listen: whoever reads it may stop us at once.
    let signals = Signals::listen();
    let _note = remote::note(&context.config.data, address)?;
    context.voice.say(&format!("{how} http://{address}/"));
    let store = engine.store().clone();
    let hooks = super::hooks::all(&context.config)?;
    let working = works.then(|| work::runner(context, engine.store(), &hooks).start());
    let desk = Desk::new(engine, Arc::clone(&context.clock))
        .with_backups(context.config.backups.clone())
        .with_door(context.config.door.clone())
        .with_hooks(&hooks);
    let manager = Manager::ready(&context.config.notify);
    let served = serve::run(desk, listener, signals.once()).await;
    manager.stopping();
    if let Some(working) = working {
        working.stop().await;
    }
    served?;
    settle(&store).await;
    store.close().await;
    context.voice.say("stopped");
    Ok(Exit::Done)
}

/// Shows what was accepted, as far as that goes in a moment; the rest is replayed at the next
/// start.
async fn settle(store: &Store) {
    let deadline = tokio::time::Instant::now() + SETTLE_TIMEOUT;
    while store.gauges().unapplied_batches > 0 && tokio::time::Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The signals that ask a process to end; they are heard from the moment this is made.
pub(crate) struct Signals {
    #[cfg(unix)]
    heard: Option<[tokio::signal::unix::Signal; 2]>,
}

impl Signals {
    #[cfg(unix)]
    pub(crate) fn listen() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        let both = signal(SignalKind::interrupt()).ok().zip(signal(SignalKind::terminate()).ok());
        Self { heard: both.map(|(interrupt, terminate)| [interrupt, terminate]) }
    }

    #[cfg(unix)]
    async fn next(&mut self) {
        match &mut self.heard {
            Some([interrupt, terminate]) => {
                tokio::select! { _ = interrupt.recv() => {} _ = terminate.recv() => {} }
            }
            // Without a handler the system's own behaviour stops the program.
            None => std::future::pending().await,
        }
    }

    #[cfg(not(unix))]
    pub(crate) fn listen() -> Self {
        Self {}
    }

    #[cfg(not(unix))]
    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Waits for a signal; a second one ends the process at once, which loses nothing accepted.
    async fn once(mut self) {
        self.next().await;
        tokio::spawn(async move {
            self.next().await;
            std::process::exit(Exit::Interrupted.code().into());
        });
    }
}

/// Waits for Ctrl-C or a termination signal.
pub(crate) async fn asked_to_stop() {
    Signals::listen().next().await;
}
