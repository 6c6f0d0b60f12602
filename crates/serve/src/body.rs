//! Bodies that are taken in: unpacked as they come, within limits of size, ratio and memory.

use crate::door::{Gate, Hold};
use crate::limits;
use crate::patience::TooSlow;
use crate::problem::{Kind, Problem, chain};
use async_compression::tokio::bufread::{GzipDecoder, ZstdDecoder};
use async_compression::zstd::DParameter;
use axum::body::Body;
use axum::http::{HeaderMap, header};
use bytes::{Bytes, BytesMut};
use futures::{Stream, TryStreamExt as _};
use std::error::Error;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio_util::io::StreamReader;

/// A body on its way in.
pub(crate) struct Incoming {
    reader: Pin<Box<dyn AsyncRead + Send>>,
    /// Bytes that came over the wire.
    packed: Arc<AtomicU64>,
    /// Bytes that they unfolded to so far.
    unpacked: u64,
    is_packed: bool,
    hold: Hold,
}

impl Incoming {
    /// The body of a request with these headers.
    ///
    /// # Errors
    /// It is packed in a way that is not known here.
    pub(crate) fn new(gate: &Gate, headers: &HeaderMap, body: Body) -> Result<Self, Problem> {
        let packed = Arc::new(AtomicU64::new(0));
        let source = StreamReader::new(counted(body, Arc::clone(&packed)));
        let encoding = headers.get(header::CONTENT_ENCODING).map(|value| value.as_bytes());
        let reader: Pin<Box<dyn AsyncRead + Send>> = match encoding {
            None | Some(b"identity" | b"") => Box::pin(source),
            Some(b"gzip" | b"x-gzip") => {
                let mut decoder = GzipDecoder::new(source);
                decoder.multiple_members(true);
                Box::pin(decoder)
            }
            Some(b"zstd") => {
                // What RFC 9659 grants: without it one frame may ask for 128 MiB.
                let window = [DParameter::window_log_max(limits::ZSTD_WINDOW_LOG)];
                let mut decoder = ZstdDecoder::with_params(source, &window);
                decoder.multiple_members(true);
                Box::pin(decoder)
            }
            Some(_) => {
                let detail = "the body is packed in a way that is not known here";
                return Err(Problem::new(Kind::Unsupported, "encoding", detail)
                    .hint("Content-Encoding may be gzip or zstd"));
            }
        };
        let is_packed = encoding.is_some_and(|name| name.ends_with(b"zip") || name == b"zstd");
        Ok(Self { reader, packed, unpacked: 0, is_packed, hold: gate.hold() })
    }

    /// The next bytes; `None` at the end.
    ///
    /// # Errors
    /// The body breaks off, comes too slowly, is not what it says, unfolds beyond the ratio, or
    /// there is no memory for it now.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, Problem> {
        let mut chunk = BytesMut::with_capacity(limits::READ_BYTES);
        let read = self.reader.read_buf(&mut chunk).await.map_err(|error| unread(&error))?;
        if read == 0 {
            return Ok(None);
        }
        self.unpacked += read as u64;
        self.check_ratio()?;
        self.hold.grow(chunk.len())?;
        Ok(Some(chunk.freeze()))
    }

    fn check_ratio(&self) -> Result<(), Problem> {
        let packed = self.packed.load(Ordering::Relaxed);
        let allowed = limits::UNPACKED_FREE_BYTES + packed.saturating_mul(limits::UNPACKED_RATIO);
        if !self.is_packed || self.unpacked <= allowed {
            return Ok(());
        }
        let ratio = limits::UNPACKED_RATIO;
        let detail = format!("the body unfolds to more than {ratio} times its size");
        Err(Problem::new(Kind::TooLarge, "ratio", detail).hint("send it less tightly packed"))
    }

    /// Gives back the memory of what was read so far, which the caller has dealt with.
    pub(crate) fn release(&mut self) {
        self.hold.clear();
    }

    /// Reads on for a while without keeping anything: a client that still sends when its
    /// connection is closed never sees the answer.
    pub(crate) async fn drain(&mut self) {
        let end = self.unpacked + limits::DRAINED_BYTES_MAX;
        self.release();
        let mut chunk = BytesMut::with_capacity(limits::READ_BYTES);
        while self.unpacked < end {
            match self.reader.read_buf(&mut chunk).await {
                Ok(read) if read > 0 => self.unpacked += read as u64,
                _ => return,
            }
            chunk.clear();
        }
    }

    /// Bytes read so far, unpacked.
    pub(crate) fn bytes(&self) -> u64 {
        self.unpacked
    }

    /// Everything from here on, behind `begun`.
    ///
    /// # Errors
    /// As [`Incoming::next`], or it has more than `bytes_max` bytes.
    pub(crate) async fn whole(
        &mut self,
        mut begun: BytesMut,
        bytes_max: usize,
    ) -> Result<Bytes, Problem> {
        while begun.len() <= bytes_max {
            let Some(chunk) = self.next().await? else { return Ok(begun.freeze()) };
            begun.extend_from_slice(&chunk);
        }
        let detail = format!("the body is larger than the {bytes_max} bytes that this path takes");
        Err(Problem::new(Kind::TooLarge, "body", detail).hint(
            "send smaller batches, or JSON lines as application/x-ndjson; large files go through \
             `deskmeter import`",
        ))
    }
}

fn counted(
    body: Body,
    packed: Arc<AtomicU64>,
) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
    body.into_data_stream().map_err(io::Error::other).inspect_ok(move |chunk: &Bytes| {
        packed.fetch_add(chunk.len() as u64, Ordering::Relaxed);
    })
}

fn unread(error: &io::Error) -> Problem {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(link) = cause {
        if let Some(slow) = link.downcast_ref::<TooSlow>() {
            return Problem::new(Kind::TooSlow, "slow_body", slow.to_string());
        }
        // The reader's own error hides what it was made from.
        cause = link
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref)
            .map_or_else(|| link.source(), |inner| Some(inner as &(dyn Error + 'static)));
    }
    let detail = format!("the body could not be read: {}", chain(error));
    Problem::new(Kind::Malformed, "body", detail)
        .hint("it broke off, or is not packed as its Content-Encoding says")
}
