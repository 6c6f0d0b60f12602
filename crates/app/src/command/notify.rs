//! Tells systemd how the service fares: ready, alive, stopping (`Type=notify`, `WatchdogSec=`).

use crate::config::Notify;
use std::time::Duration;
use tokio::task::JoinHandle;

/// Whoever started us as a service, if it wants to be told.
#[derive(Debug)]
pub(crate) struct Manager {
    notify: Notify,
    watchdog: Option<JoinHandle<()>>,
}

impl Manager {
    /// Says that requests are answered from now on, and goes on saying so.
    pub(crate) fn ready(notify: &Notify) -> Self {
        tell(notify, "READY=1");
        let beat = notify.watchdog.map(|every| {
            let notify = notify.clone();
            tokio::spawn(async move { beat(&notify, every / 2).await })
        });
        Self { notify: notify.clone(), watchdog: beat }
    }

    /// Says that it ends in order.
    pub(crate) fn stopping(&self) {
        tell(&self.notify, "STOPPING=1");
    }
}

impl Drop for Manager {
    fn drop(&mut self) {
        if let Some(watchdog) = self.watchdog.take() {
            watchdog.abort();
        }
    }
}

/// A sign of life as long as this runtime does its work.
async fn beat(notify: &Notify, every: Duration) {
    let mut ticks = tokio::time::interval(every.max(Duration::from_millis(100)));
    loop {
        ticks.tick().await;
        tell(notify, "WATCHDOG=1");
    }
}

#[cfg(unix)]
fn tell(notify: &Notify, words: &str) {
    let Some(socket) = &notify.socket else { return };
    let sent = std::os::unix::net::UnixDatagram::unbound()
        .and_then(|ours| ours.send_to(words.as_bytes(), socket));
    if let Err(error) = sent {
        tracing::warn!(%error, socket = %socket.display(), "the service manager was not told");
    }
}

#[cfg(not(unix))]
const fn tell(_notify: &Notify, _words: &str) {}
