//! Patience with a body: how long its sender may pause, and how slow it may be on average.

use crate::desk::Desk;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use std::future::Future as _;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::{Instant, Sleep};

/// A body that came too slowly.
#[derive(Clone, Copy, Debug, thiserror::Error)]
pub(crate) enum TooSlow {
    /// Nothing came.
    #[error("nothing of the body came for {0:?}")]
    Paused(Duration),
    /// Less came than must.
    #[error("the body came with less than {0} bytes a second")]
    Trickled(u64),
}

/// Gives every body its measure of patience.
pub(crate) async fn watch(State(desk): State<Desk>, request: Request, next: Next) -> Response {
    let door = desk.gate().door();
    let (pause, rate) = (door.pause_time, door.body_bytes_per_second);
    next.run(request.map(|body| Body::new(Patient::new(body, pause, rate)))).await
}

/// A body whose sender is waited for, but not for ever. Only the time spent waiting counts: a
/// server that is slow to read does not make its clients slow.
#[derive(Debug)]
struct Patient {
    body: Body,
    pause: Duration,
    bytes_per_second: u64,
    bytes: u64,
    waited: Duration,
    timer: Option<Waiting>,
}

#[derive(Debug)]
struct Waiting {
    since: Instant,
    sleep: Pin<Box<Sleep>>,
    ends: TooSlow,
}

impl Patient {
    fn new(body: Body, pause: Duration, bytes_per_second: u64) -> Self {
        Self { body, pause, bytes_per_second, bytes: 0, waited: Duration::ZERO, timer: None }
    }

    /// A timer that ends with the pause, or when the sender falls behind the least rate.
    fn wait(&self) -> Waiting {
        let since = Instant::now();
        let earned = Duration::from_secs(self.bytes / self.bytes_per_second.max(1));
        let left = (self.pause + earned).saturating_sub(self.waited);
        let (time, ends) = if left < self.pause {
            (left, TooSlow::Trickled(self.bytes_per_second))
        } else {
            (self.pause, TooSlow::Paused(self.pause))
        };
        Waiting { since, sleep: Box::pin(tokio::time::sleep(time)), ends }
    }
}

impl HttpBody for Patient {
    type Data = Bytes;
    type Error = axum::BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::BoxError>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(cx) {
            if let Some(timer) = self.timer.take() {
                self.waited += timer.since.elapsed();
            }
            if let Some(Ok(frame)) = &frame {
                self.bytes += frame.data_ref().map_or(0, |data| data.len() as u64);
            }
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        if self.timer.is_none() {
            self.timer = Some(self.wait());
        }
        if let Some(timer) = &mut self.timer {
            ready!(timer.sleep.as_mut().poll(cx));
            let ends = timer.ends;
            return Poll::Ready(Some(Err(ends.into())));
        }
        Poll::Pending
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
