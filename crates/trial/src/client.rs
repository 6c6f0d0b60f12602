//! One connection that is kept open, as a well-behaved sender has.

use anyhow::{Context as _, Result};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::HeaderName;
use hyper::{HeaderMap, Method, Request, StatusCode, header};
use hyper_util::rt::TokioIo;
use std::time::Duration;
use tokio::net::TcpStream;

/// A connection to the server; it is made anew where it was lost.
#[derive(Debug)]
pub(crate) struct Client {
    address: String,
    sender: Option<SendRequest<Full<Bytes>>>,
}

/// What the server said.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// The server answered, and did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[error("{status}: {body}")]
pub(crate) struct Refused {
    status: StatusCode,
    body: String,
}

impl Reply {
    /// The body as JSON.
    pub(crate) fn json(&self) -> Result<serde_json::Value> {
        serde_json::from_slice(&self.body)
            .with_context(|| format!("{}: {}", self.status, String::from_utf8_lossy(&self.body)))
    }

    /// What is said by a server that answers and does not do what it was asked.
    pub(crate) fn error(&self) -> anyhow::Error {
        let body = String::from_utf8_lossy(&self.body).into_owned();
        Refused { status: self.status, body }.into()
    }

    /// How long to wait before trying again; a second where nothing is said.
    pub(crate) fn retry_after(&self) -> Duration {
        let told = self.headers.get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
        Duration::from_secs(told.and_then(|told| told.parse().ok()).unwrap_or(1))
    }
}

impl Client {
    /// Of the server at `address:port`; connects with the first request.
    pub(crate) const fn new(address: String) -> Self {
        Self { address, sender: None }
    }

    /// Sends a body of this media type.
    pub(crate) async fn post(&mut self, path: &str, kind: &str, body: Vec<u8>) -> Result<Reply> {
        self.send(Method::POST, path, &[(header::CONTENT_TYPE, kind)], body.into()).await
    }

    /// Asks questions, content with an answer as old as the words for a cache say.
    pub(crate) async fn ask(&mut self, path: &str, body: Vec<u8>, cache: &str) -> Result<Reply> {
        let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, cache)];
        self.send(Method::POST, path, &headers, body.into()).await
    }

    /// Puts a body of this media type in place.
    pub(crate) async fn put(&mut self, path: &str, kind: &str, body: Vec<u8>) -> Result<Reply> {
        self.send(Method::PUT, path, &[(header::CONTENT_TYPE, kind)], body.into()).await
    }

    /// Asks for a path.
    pub(crate) async fn get(&mut self, path: &str) -> Result<Reply> {
        self.send(Method::GET, path, &[], Bytes::new()).await
    }

    async fn send(
        &mut self,
        method: Method,
        path: &str,
        headers: &[(HeaderName, &str)],
        body: Bytes,
    ) -> Result<Reply> {
        let outcome = self.try_send(method, path, headers, body).await;
        if outcome.is_err() {
            self.sender = None;
        }
        outcome
    }

    async fn try_send(
        &mut self,
        method: Method,
        path: &str,
        headers: &[(HeaderName, &str)],
        body: Bytes,
    ) -> Result<Reply> {
        let sender = match self.sender.take() {
            Some(sender) if !sender.is_closed() => sender,
            _ => self.connect().await?,
        };
        let sender = self.sender.insert(sender);
        sender.ready().await?;
        let mut request = Request::builder().method(method).uri(path);
        request = request.header(header::HOST, &self.address);
        for (name, value) in headers {
            request = request.header(name, *value);
        }
        let reply = sender.send_request(request.body(Full::new(body))?).await?;
        let (parts, body) = reply.into_parts();
        let body = body.collect().await?.to_bytes();
        Ok(Reply { status: parts.status, headers: parts.headers, body })
    }

    async fn connect(&self) -> Result<SendRequest<Full<Bytes>>> {
        let stream = TcpStream::connect(&self.address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        // It ends with the sender, or with an error that the sender's user hears of.
        tokio::spawn(connection);
        Ok(sender)
    }
}
