//! `serve`: the HTTP API until a signal says stop.

use super::{Context, desk};
use crate::cli::ServeArgs;
use crate::exit::{Exit, Failure, Outcome};
use crate::issue::Issue;
use engine::Engine;
use serve::Desk;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;

/// How often the store looks for segments to seal.
const SEAL_EVERY: Duration = Duration::from_secs(5);

/// Runs `serve`.
///
/// # Errors
/// The address is not loopback or not free, or there is no desk.
pub(crate) async fn run(context: &Context, args: &ServeArgs) -> Outcome {
    let address = address(context, args.listen.as_deref())?;
    let engine = desk::existing_or_new(context, None).await?;
    until_stopped(context, engine, address).await
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

/// Serves until Ctrl-C or a termination signal, then lets requests under way finish.
///
/// # Errors
/// The address is not free.
pub(crate) async fn until_stopped(
    context: &Context,
    engine: Engine,
    address: SocketAddr,
) -> Outcome {
    let listener = TcpListener::bind(address).await.map_err(|error| {
        Failure::from(error)
            .context(format!("listening on {address}"))
            .hint("another program may listen there already; choose another with --listen")
    })?;
    let address = listener.local_addr()?;
    let how =
        if serve::ui::is_embedded() { "open in a browser:" } else { "serving only the API on" };
    context.voice.say(&format!("{how} http://{address}/"));
    let sealer = engine.store().spawn_sealer(SEAL_EVERY);
    let hooks = super::hooks::all(&context.config)?;
    let mapper = jobs::spawn_mapper(engine.store(), hooks.clone());
    let desk = Desk::new(engine, Arc::clone(&context.clock))
        .with_door(context.config.door.clone())
        .with_hooks(&hooks);
    serve::run(desk, listener, asked_to_stop()).await?;
    sealer.abort();
    mapper.abort();
    context.voice.say("stopped");
    Ok(Exit::Done)
}

/// Waits for Ctrl-C or a termination signal.
pub(crate) async fn asked_to_stop() {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            // Without a handler the system's own behaviour stops the program.
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending::<()>().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}
