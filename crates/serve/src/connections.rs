//! Connections: how many, how long they may rest, and how they end.

use crate::desk::Desk;
use crate::door::Client;
use crate::limits;
use crate::stall::Stall;
use axum::body::Body;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tower::ServiceExt as _;

/// Serves until `stop` is ready, then lets requests under way finish.
///
/// Whoever sends the head of a request too slowly, rests too long between two, or does not take
/// its answer loses the connection. Above the number of connections that may be open at the same
/// time the next waits, unaccepted.
///
/// # Errors
/// The listener breaks.
pub async fn run(
    desk: Desk,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let door = desk.gate().door().clone();
    let live = desk.live().clone();
    let router = crate::router(desk);
    let room = Arc::new(Semaphore::new(door.connections.clamp(1, Semaphore::MAX_PERMITS)));
    let open = GracefulShutdown::new();
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(door.header_time);
    let mut stop = pin!(stop);
    loop {
        let (room, accepted) = tokio::select! {
            () = &mut stop => break,
            accepted = accept(&listener, &room) => accepted?,
        };
        let (stream, peer) = accepted;
        let router = router.clone();
        let answer = service_fn(move |request: Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(Client(peer.ip().to_canonical()));
            router.clone().oneshot(request)
        });
        let stream = TokioIo::new(Stall::new(stream, door.pause_time));
        let connection = open.watch(http.serve_connection(stream, answer));
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(error = &error as &dyn std::error::Error, %peer, "connection");
            }
            drop(room);
        });
    }
    drop(listener);
    live.close();
    if tokio::time::timeout(limits::SHUTDOWN_TIMEOUT, open.shutdown()).await.is_err() {
        let waited = limits::SHUTDOWN_TIMEOUT;
        tracing::warn!("requests still under way were cut off after {waited:?}");
    }
    Ok(())
}

type Room = tokio::sync::OwnedSemaphorePermit;

/// The next connection, once there is room for it.
async fn accept(
    listener: &TcpListener,
    room: &Arc<Semaphore>,
) -> io::Result<(Room, (TcpStream, SocketAddr))> {
    let room = Arc::clone(room).acquire_owned().await.map_err(io::Error::other)?;
    loop {
        match listener.accept().await {
            Ok(accepted) => return Ok((room, accepted)),
            // Its end, and not ours.
            Err(error) if is_of_the_peer(&error) => {}
            Err(error) => {
                // Most likely there are no file descriptors left: some will come back.
                tracing::error!(error = &error as &dyn std::error::Error, "accepting");
                tokio::time::sleep(limits::ACCEPT_RETRY).await;
            }
        }
    }
}

fn is_of_the_peer(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionRefused | ConnectionAborted | ConnectionReset)
}
