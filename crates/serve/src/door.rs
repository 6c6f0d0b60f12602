//! How wide the door is: what one request, one client and all of them together may bring in.

use crate::desk::Desk;
use crate::limits;
use crate::problem::{Kind, Problem};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use governor::clock::{Clock as _, MonotonicClock};
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use std::fmt;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The limits of the door that can be configured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Door {
    /// Bytes of one body that is read whole, unpacked: an event, a batch, a webhook.
    pub body_bytes: usize,
    /// Bytes of one body of JSON lines, unpacked; it is read and kept piece by piece.
    pub stream_bytes: u64,
    /// Bytes that all bodies being read hold in memory together.
    pub memory_bytes: usize,
    /// Requests that bring something in, at the same time.
    pub requests: usize,
    /// Requests that bring something in, a second and client; `None` is as many as they like.
    pub client_requests_per_second: Option<NonZeroU32>,
    /// Connections at the same time; more wait until one is closed.
    pub connections: usize,
    /// Time a client may take to send the head of a request, or let a connection rest.
    pub header_time: Duration,
    /// Time a client may pause while it sends a body or receives an answer.
    pub pause_time: Duration,
    /// Bytes a second that a body must bring on average, once its first pause is over.
    pub body_bytes_per_second: u64,
}

impl Default for Door {
    fn default() -> Self {
        Self {
            body_bytes: limits::EVENTS_BYTES_MAX,
            stream_bytes: limits::STREAM_BYTES_MAX,
            memory_bytes: limits::INTAKE_MEMORY_BYTES,
            requests: limits::INTAKE_REQUESTS_MAX,
            client_requests_per_second: None,
            connections: limits::CONNECTIONS_MAX,
            header_time: limits::HEADER_TIME,
            pause_time: limits::PAUSE_TIME,
            body_bytes_per_second: limits::BODY_BYTES_PER_SECOND,
        }
    }
}

type Rates = RateLimiter<IpAddr, DashMapStateStore<IpAddr>, MonotonicClock>;

/// The door with what is passing through it.
#[derive(Clone)]
pub(crate) struct Gate {
    door: Arc<Door>,
    requests: Arc<Semaphore>,
    memory: Arc<Semaphore>,
    rates: Option<Arc<Rates>>,
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gate").field("door", &self.door).finish_non_exhaustive()
    }
}

/// Bytes of one unit of the memory that bodies share.
const MEMORY_UNIT: usize = 1024;

impl Gate {
    pub(crate) fn new(door: Door) -> Self {
        let units = (door.memory_bytes / MEMORY_UNIT).min(Semaphore::MAX_PERMITS);
        let rates = door.client_requests_per_second.map(|rate| {
            let quota = Quota::per_second(rate);
            Arc::new(RateLimiter::new(quota, DashMapStateStore::default(), MonotonicClock))
        });
        Self {
            requests: Arc::new(Semaphore::new(door.requests.min(Semaphore::MAX_PERMITS))),
            memory: Arc::new(Semaphore::new(units)),
            rates,
            door: Arc::new(door),
        }
    }

    pub(crate) fn door(&self) -> &Door {
        &self.door
    }

    /// Memory for a body, none of it taken yet.
    pub(crate) fn hold(&self) -> Hold {
        Hold { memory: Arc::clone(&self.memory), permit: None, spare: 0 }
    }

    fn check_rate(&self, client: Client) -> Result<(), Problem> {
        let Some(rates) = &self.rates else { return Ok(()) };
        if rates.len() > limits::CLIENTS_REMEMBERED {
            rates.retain_recent();
        }
        rates.check_key(&client.0).map_err(|until| {
            let wait = until.wait_time_from(MonotonicClock.now());
            let rate = self.door.client_requests_per_second.map_or(0, NonZeroU32::get);
            let detail = format!("one client may send {rate} requests a second");
            Problem::new(Kind::Busy, "rate", detail)
                .retry_after(wait)
                .hint("send several events in one request, or raise `ingest.client_rate`")
        })
    }
}

/// Memory taken for a body; given back when dropped.
#[derive(Debug)]
pub(crate) struct Hold {
    memory: Arc<Semaphore>,
    permit: Option<OwnedSemaphorePermit>,
    /// Bytes of the units taken that nobody uses yet.
    spare: usize,
}

impl Hold {
    /// Takes memory for some more bytes.
    ///
    /// # Errors
    /// Bodies hold all there is, 429.
    pub(crate) fn grow(&mut self, bytes: usize) -> Result<(), Problem> {
        if bytes <= self.spare {
            self.spare -= bytes;
            return Ok(());
        }
        let units = (bytes - self.spare).div_ceil(MEMORY_UNIT);
        let asked = u32::try_from(units).unwrap_or(u32::MAX);
        let more = Arc::clone(&self.memory).try_acquire_many_owned(asked).map_err(|_| {
            let detail = "the bodies of other requests fill the memory that is set apart for them";
            Problem::new(Kind::Busy, "intake_memory", detail)
                .retry_after(limits::BUSY_RETRY)
                .hint("send it again later; `ingest.memory_mb` sets how much there is")
        })?;
        self.spare = self.spare + units * MEMORY_UNIT - bytes;
        match &mut self.permit {
            Some(permit) => permit.merge(more),
            none => *none = Some(more),
        }
        Ok(())
    }

    /// Gives everything back.
    pub(crate) fn clear(&mut self) {
        self.permit = None;
        self.spare = 0;
    }
}

/// The machine at the other end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Client(pub(crate) IpAddr);

/// Leave to bring something in; held until the request is answered.
#[derive(Debug)]
pub(crate) struct Admitted {
    _request: OwnedSemaphorePermit,
}

impl FromRequestParts<Desk> for Admitted {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, desk: &Desk) -> Result<Self, Problem> {
        let gate = desk.gate();
        // Without a connection, as in tests, everybody is one client.
        let here = Client(std::net::Ipv4Addr::LOCALHOST.into());
        gate.check_rate(parts.extensions.get::<Client>().copied().unwrap_or(here))?;
        let request = Arc::clone(&gate.requests).try_acquire_owned().map_err(|_| {
            let detail = format!("{} requests are being taken in already", gate.door.requests);
            Problem::new(Kind::Busy, "intake_requests", detail)
                .retry_after(limits::BUSY_RETRY)
                .hint("send it again later; `ingest.requests` sets how many there may be")
        })?;
        Ok(Self { _request: request })
    }
}
