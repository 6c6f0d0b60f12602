//! The door over a real socket: who sends too much, too slowly, or something that swells.

use super::{Desk, event};
use serde_json::{Value, json};
use serve::Door;
use std::io::Write as _;
use std::num::NonZeroU32;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// A server behind a door of its own.
struct Server {
    desk: Desk,
    address: std::net::SocketAddr,
    _stop: tokio::sync::oneshot::Sender<()>,
}

impl Server {
    async fn new(door: Door) -> Self {
        let desk = Desk::new().await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = tokio::sync::oneshot::channel();
        let serving = desk.desk.clone().with_door(door);
        tokio::spawn(serve::run(serving, listener, async {
            let _ = stopped.await;
        }));
        Self { desk, address, _stop: stop }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Sends one request and reads everything that comes back: head, and body as JSON.
    async fn send(&self, headers: &str, body: &[u8]) -> (String, Value) {
        let mut stream = self.connect().await;
        let head = format!(
            "POST /api/v1/events?wait=applied HTTP/1.1\r\nHost: localhost\r\n\
             Connection: close\r\nContent-Length: {}\r\n{headers}\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        // A server that has seen enough may close before everything is sent.
        let _ = stream.write_all(body).await;
        answer(stream).await
    }
}

async fn answer(mut stream: TcpStream) -> (String, Value) {
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes).await;
    let text = String::from_utf8(bytes).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, "null"));
    (head.to_owned(), serde_json::from_str(body).unwrap_or(Value::Null))
}

/// The text of `count` events of a thousand tickets, as JSON lines.
fn lines(count: usize) -> String {
    let mut text = String::new();
    for n in 0..count {
        let ticket = format!("T{}", n % 1_000);
        let one = event(&format!("e{n}"), &ticket, "2026-03-09T09:00:00Z", "message", &json!({}));
        text.push_str(&one.to_string());
        text.push('\n');
    }
    text
}

const NDJSON: &str = "Content-Type: application/x-ndjson\r\n";

#[tokio::test]
async fn a_hundred_thousand_lines_are_taken_piece_by_piece() {
    // A piece is four megabytes at most: so much memory must do for thirty.
    let server = Server::new(Door { memory_bytes: 6 << 20, ..Door::default() }).await;
    let mut text = lines(100_000);
    text.push_str("{\"specversion\": \"1.0\", \"id\": \"bad\"}\n");
    let (head, receipt) = server.send(NDJSON, text.as_bytes()).await;
    assert!(head.starts_with("HTTP/1.1 200"), "{head} {receipt:#}");
    assert_eq!((&receipt["accepted"], &receipt["new"]), (&json!(100_000), &json!(100_000)));
    assert_eq!(receipt["quarantined"], json!(1));
    let items = receipt["items"].as_array().unwrap();
    assert_eq!((items.len(), &receipt["unlisted"]), (10_001, &json!(90_000)));
    assert_eq!(items[10_000]["position"], json!(100_001));
    assert_eq!(items[10_000]["id"], json!("bad"));
}

#[tokio::test]
async fn packed_bodies_are_the_same_as_plain_ones() {
    let server = Server::new(Door::default()).await;
    let text = lines(300);
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(text.as_bytes()).unwrap();
    let gzip = gzip.finish().unwrap();
    let zstd = zstd::encode_all(text.as_bytes(), 3).unwrap();
    for (encoding, body, new) in [("gzip", gzip, 300), ("zstd", zstd, 0)] {
        let headers = format!("{NDJSON}Content-Encoding: {encoding}\r\n");
        let (_, receipt) = server.send(&headers, &body).await;
        assert_eq!(receipt["accepted"], json!(300), "{encoding}: {receipt:#}");
        assert_eq!(receipt["new"], json!(new), "{encoding}");
    }
    let (head, _) = server.send("Content-Encoding: br\r\n", b"x").await;
    assert!(head.starts_with("HTTP/1.1 415"), "{head}");
    let (head, problem) = server.send("Content-Encoding: gzip\r\n", b"not packed").await;
    assert!(head.starts_with("HTTP/1.1 400"), "{head} {problem:#}");
}

#[tokio::test]
async fn a_bomb_is_refused_before_it_unfolds() {
    // Less memory than the bomb unfolds to: it would be told by this limit, were it unfolded.
    let server = Server::new(Door { memory_bytes: 8 << 20, ..Door::default() }).await;
    let blank = vec![b' '; 64 << 20];
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(&blank).unwrap();
    let gzip = gzip.finish().unwrap();
    let zstd = zstd::encode_all(blank.as_slice(), 3).unwrap();
    for (encoding, bomb) in [("gzip", gzip), ("zstd", zstd)] {
        for kind in ["", NDJSON] {
            let headers = format!("{kind}Content-Encoding: {encoding}\r\n");
            let (head, problem) = server.send(&headers, &bomb).await;
            assert!(head.starts_with("HTTP/1.1 413"), "{encoding}: {head}");
            assert_eq!(problem["type"], json!("urn:deskmeter:problem:ratio"), "{problem:#}");
        }
    }
}

#[tokio::test]
async fn a_window_larger_than_the_standard_grants_is_refused() {
    let server = Server::new(Door::default()).await;
    let mut packer = zstd::stream::Encoder::new(Vec::new(), 1).unwrap();
    packer.window_log(27).unwrap();
    packer.include_contentsize(false).unwrap();
    packer.write_all(lines(10).as_bytes()).unwrap();
    let body = packer.finish().unwrap();
    let headers = format!("{NDJSON}Content-Encoding: zstd\r\n");
    let (head, problem) = server.send(&headers, &body).await;
    assert!(head.starts_with("HTTP/1.1 400"), "{head} {problem:#}");
}

#[tokio::test]
async fn limits_of_size_are_named() {
    let door = Door { body_bytes: 10_000, stream_bytes: 2_000_000, ..Door::default() };
    let server = Server::new(door).await;
    let (head, problem) = server.send("", format!("[{}]", " ".repeat(20_000)).as_bytes()).await;
    assert!(head.starts_with("HTTP/1.1 413"), "{head}");
    assert!(problem["detail"].as_str().unwrap().contains("10000 bytes"), "{problem:#}");
    let (head, problem) = server.send(NDJSON, lines(20_000).as_bytes()).await;
    assert!(head.starts_with("HTTP/1.1 413"), "{head}");
    assert!(problem["detail"].as_str().unwrap().contains("2000000 bytes"), "{problem:#}");
    // What came before the limit is kept, and the answer says how much.
    let kept = problem["kept"]["events"].as_u64().unwrap();
    assert!(kept >= 5_000 && kept % 5_000 == 0, "{problem:#}");
}

#[tokio::test]
async fn a_line_that_breaks_off_leaves_what_came_before() {
    let server = Server::new(Door::default()).await;
    let mut stream = server.connect().await;
    let head = format!(
        "POST /api/v1/events HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
         Transfer-Encoding: chunked\r\n{NDJSON}\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let text = lines(5_000);
    stream.write_all(format!("{:x}\r\n{text}\r\n", text.len()).as_bytes()).await.unwrap();
    // Neither a size of a chunk nor the end.
    stream.write_all(b"zz\r\n").await.unwrap();
    let (head, problem) = answer(stream).await;
    assert!(head.starts_with("HTTP/1.1 400"), "{head} {problem:#}");
    assert_eq!(problem["kept"]["accepted"], json!(5_000), "{problem:#}");
}

#[tokio::test]
async fn who_is_too_fast_is_told_when_to_come_back() {
    let rate = NonZeroU32::new(1);
    let server = Server::new(Door { client_requests_per_second: rate, ..Door::default() }).await;
    let mut told = None;
    for n in 0..50 {
        let (head, problem) = server.send("", lines(1).as_bytes()).await;
        if !head.starts_with("HTTP/1.1 200") {
            assert!(n > 0, "the first request is let in");
            told = Some((head, problem));
            break;
        }
    }
    let (head, problem) = told.unwrap();
    assert!(head.starts_with("HTTP/1.1 429"), "{head}");
    assert!(head.to_lowercase().contains("\r\nretry-after: 1"), "{head}");
    assert!(problem["detail"].as_str().unwrap().contains("1 requests a second"), "{problem:#}");
}

#[tokio::test]
async fn full_memory_and_full_rooms_answer_busy() {
    let server = Server::new(Door { memory_bytes: 1 << 20, ..Door::default() }).await;
    let whole = format!("[{}", " ".repeat(2 << 20));
    let (head, problem) = server.send("", whole.as_bytes()).await;
    assert!(head.starts_with("HTTP/1.1 429"), "{head}");
    assert_eq!(problem["type"], json!("urn:deskmeter:problem:intake_memory"));
    let server = Server::new(Door { requests: 0, ..Door::default() }).await;
    let (head, problem) = server.send("", b"[]").await;
    assert!(head.starts_with("HTTP/1.1 429"), "{head}");
    assert_eq!(problem["type"], json!("urn:deskmeter:problem:intake_requests"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn while_too_much_waits_to_be_applied_events_are_told_to_come_back() {
    let dam = Arc::new(OnceLock::new());
    let desk = Desk::with(|options| {
        let dam = Arc::clone(&dam);
        options.unapplied_events = 50;
        options.fault = Some(Arc::new(move |step| {
            if step == store::Step::ApplyBeforePublish {
                // Tasks that wait for this very thread go to another one meanwhile.
                tokio::task::block_in_place(|| dam.wait());
            }
            Ok(())
        }));
    })
    .await;
    let path = "/api/v1/events";
    let all = lines(60);
    let (first, rest) = all.split_at(all.match_indices('\n').nth(39).unwrap().0 + 1);
    let receipt = desk.post_text(path, "application/x-ndjson", first.to_owned()).await.ok();
    assert_eq!(receipt["accepted"], json!(40), "durable, though nothing is applied");
    let reply = desk.post_text(path, "application/x-ndjson", rest.to_owned()).await;
    let problem = reply.problem(429);
    assert_eq!(problem["type"], json!("urn:deskmeter:problem:busy"));
    let seconds: u64 = reply.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert_eq!((seconds > 0, &problem["retry_after"]), (true, &json!(seconds)));
    assert!(problem.get("kept").is_none(), "nothing of it was: {problem:#}");
    dam.set(()).unwrap();
    let path = "/api/v1/events?wait=applied";
    let receipt = loop {
        let reply = desk.post_text(path, "application/x-ndjson", all.clone()).await;
        if reply.status.as_u16() != 429 {
            break reply.ok();
        }
        tokio::task::yield_now().await;
    };
    assert_eq!((&receipt["new"], &receipt["duplicate"]), (&json!(20), &json!(40)));
}

#[tokio::test]
async fn a_head_that_does_not_end_loses_its_connection() {
    let door = Door { header_time: Duration::from_millis(50), ..Door::default() };
    let server = Server::new(door).await;
    let mut stream = server.connect().await;
    stream.write_all(b"POST /api/v1/events HTTP/1.1\r\nHost: loc").await.unwrap();
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest).await;
    let text = String::from_utf8(rest).unwrap();
    assert!(text.is_empty() || text.starts_with("HTTP/1.1 408"), "{text}");
}

#[tokio::test]
async fn a_body_that_pauses_or_trickles_loses_its_connection() {
    let slow = Duration::from_millis(50);
    let head = "POST /api/v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n";
    let server = Server::new(Door { pause_time: slow, ..Door::default() }).await;
    let mut stream = server.connect().await;
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(b"[").await.unwrap();
    let (paused, problem) = answer(stream).await;
    assert!(paused.starts_with("HTTP/1.1 408"), "{paused}");
    assert_eq!(problem["type"], json!("urn:deskmeter:problem:slow_body"));
    // No pause is ever long, and yet it would take for ever.
    let door = Door { pause_time: slow, body_bytes_per_second: u64::MAX, ..Door::default() };
    let server = Server::new(door).await;
    let mut stream = server.connect().await;
    stream.set_nodelay(true).unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    while stream.write_all(b" ").await.is_ok() {
        tokio::task::yield_now().await;
        if stream.try_read(&mut [0; 1]).is_ok() {
            return;
        }
    }
}

#[tokio::test]
async fn connections_wait_for_room() {
    let server = Server::new(Door { connections: 1, ..Door::default() }).await;
    let first = server.connect().await;
    let second = tokio::spawn({
        let address = server.address;
        async move {
            let mut stream = TcpStream::connect(address).await.unwrap();
            let get =
                b"GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
            stream.write_all(get).await.unwrap();
            answer(stream).await
        }
    });
    for _ in 0..1_000 {
        tokio::task::yield_now().await;
    }
    assert!(!second.is_finished(), "there was room for one only");
    drop(first);
    assert!(second.await.unwrap().0.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn attributes_may_be_headers() {
    let server = Server::new(Door::default()).await;
    let headers = "Content-Type: application/json\r\nce-specversion: 1.0\r\nce-id: b1\r\n\
                   ce-type: deskmeter.ticket.created\r\nce-source: caf%C3%A9\r\n\
                   ce-subject: T1\r\nce-time: 2026-03-09T09:00:00Z\r\n";
    let (head, receipt) = server.send(headers, br#"{"channel": "chat"}"#).await;
    assert!(head.starts_with("HTTP/1.1 200"), "{head} {receipt:#}");
    assert_eq!(receipt["items"][0]["id"], json!("b1"));
    let page = server.desk.get("/api/v1/sources").await.ok();
    assert_eq!(page["sources"][0]["source"], json!("café"), "{page:#}");
}
