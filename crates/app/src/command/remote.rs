//! Asks the server that has a data folder open for what only it can do.
//!
//! A server notes its address in the folder it holds; whoever finds the folder locked reads it.

use super::Context;
use crate::exit::{Exit, Failure, Outcome};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::{Method, Request, header};
use hyper_util::rt::TokioIo;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use tokio::net::TcpStream;

/// Name of the note in the data folder.
const NOTE: &str = "server.json";

/// The server that has a folder open.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Server {
    /// Where its API listens.
    pub(crate) address: SocketAddr,
    /// Its process.
    pub(crate) pid: u32,
}

/// A note that goes when the server ends in order; one that a kill left is overwritten.
#[derive(Debug)]
pub(crate) struct Noted(PathBuf);

impl Drop for Noted {
    fn drop(&mut self) {
        // What is left is only read while another process has the folder locked.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Notes where this process listens.
///
/// # Errors
/// The folder cannot be written.
pub(crate) fn note(data: &Path, address: SocketAddr) -> Outcome<Noted> {
    let file = data.join(NOTE);
    let server = Server { address, pid: std::process::id() };
    let text = serde_json::to_string(&server).map_err(|e| Failure::new(Exit::Internal, e))?;
    std::fs::write(&file, text).map_err(|error| {
        Failure::from(error).context(format!("noting the address in {}", file.display()))
    })?;
    Ok(Noted(file))
}

/// The server that noted itself in the data folder; ask only after the folder was found locked.
pub(crate) fn server(context: &Context) -> Option<Server> {
    let text = std::fs::read_to_string(context.config.data.join(NOTE)).ok()?;
    serde_json::from_str(&text).ok()
}

impl Server {
    /// Calls the API and reads its JSON.
    ///
    /// # Errors
    /// It does not answer, or answers with a problem, whose words and hint are handed on.
    pub(crate) async fn call(&self, method: Method, path: &str, body: &Value) -> Outcome<Value> {
        let silent = |error: anyhow::Error| {
            let place = format!("asking the server at {} (process {})", self.address, self.pid);
            Failure::new(Exit::Busy, error.context(place))
        };
        let stream = TcpStream::connect(self.address).await.map_err(|e| silent(e.into()))?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|error| silent(error.into()))?;
        let driving = tokio::spawn(connection);
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, self.address.to_string())
            .header(header::CONTENT_TYPE, "application/json")
            .body(Full::new(Bytes::from(body.to_string())))
            .map_err(|error| Failure::new(Exit::Internal, error))?;
        let answer = sender.send_request(request).await.map_err(|e| silent(e.into()))?;
        let status = answer.status().as_u16();
        let bytes = answer.into_body().collect().await.map_err(|e| silent(e.into()))?.to_bytes();
        driving.abort();
        let value: Value = serde_json::from_slice(&bytes)
            .map_err(|error| silent(anyhow::Error::new(error).context("not JSON")))?;
        if status < 400 { Ok(value) } else { Err(refused(status, &value)) }
    }
}

/// The failure that a problem document means.
fn refused(status: u16, problem: &Value) -> Failure {
    let exit = match status {
        404 => Exit::NotFound,
        409 | 429 | 503 => Exit::Busy,
        413 | 504 => Exit::Limited,
        500.. => Exit::Internal,
        _ => Exit::Invalid,
    };
    let text = |name: &str| problem.get(name).and_then(Value::as_str).map(str::to_owned);
    let words = text("detail").unwrap_or_else(|| format!("the server answered {status}"));
    let failure = Failure::words(exit, words);
    match text("hint") {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}
