//! Runs the program as a user does, in a folder of its own.

#![expect(clippy::unwrap_used, reason = "helpers of tests, outside of them")]

use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};

#[path = "desk/bad_input.rs"]
mod bad_input;
#[path = "desk/operating.rs"]
mod operating;
#[path = "desk/released.rs"]
mod released;
#[path = "desk/round_trip.rs"]
mod round_trip;
#[path = "desk/serving.rs"]
mod serving;
#[path = "desk/settling.rs"]
mod settling;
#[path = "desk/streams.rs"]
mod streams;
#[path = "desk/webhooks.rs"]
mod webhooks;
#[path = "desk/working.rs"]
mod working;

/// A folder with a data folder, and the program to run in it.
struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// A desk with [`history`] imported.
    fn filled() -> Self {
        let desk = Self::new();
        desk.write("history.jsonl", history());
        desk.succeed(&["import", "history.jsonl"]);
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), text).unwrap();
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_deskmeter"));
        command.args(args).current_dir(self.folder.path()).env_clear().stdin(Stdio::null());
        command
    }

    fn run(&self, args: &[&str]) -> Ran {
        Ran::from(self.command(args).output().unwrap())
    }

    #[track_caller]
    fn succeed(&self, args: &[&str]) -> String {
        let ran = self.run(args);
        assert_eq!(ran.code, 0, "{args:?}\n{}\n{}", ran.stdout, ran.stderr);
        ran.stdout
    }

    #[track_caller]
    fn json(&self, args: &[&str]) -> Value {
        serde_json::from_str(&self.succeed(args)).unwrap()
    }
}

/// What a run left behind.
struct Ran {
    code: i32,
    stdout: String,
    stderr: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// One event as canonical JSON.
fn event(id: &str, ticket: &str, time: &str, kind: &str, data: &Value) -> String {
    json!({
        "specversion": "1.0",
        "type": format!("deskmeter.ticket.{kind}"),
        "source": "acme",
        "id": id,
        "subject": ticket,
        "time": time,
        "data": data,
    })
    .to_string()
}

/// Ten tickets of one week: ticket `n` is created at 09:00 UTC on day `n`, answered after `n`
/// minutes and solved two hours later; even ones by e-mail, odd ones by chat.
fn history() -> String {
    let mut lines = Vec::new();
    for n in 1..=10 {
        let ticket = format!("T{n}");
        let channel = if n % 2 == 0 { "email" } else { "chat" };
        let day = format!("2026-03-{:02}", n + 1);
        let requester = json!({"id": format!("c{n}"), "role": "requester"});
        let agent = json!({"id": "g1", "role": "agent"});
        lines.push(event(
            &format!("{ticket}-1"),
            &ticket,
            &format!("{day}T09:00:00Z"),
            "created",
            &json!({"actor": requester, "channel": channel, "requester": format!("c{n}")}),
        ));
        lines.push(event(
            &format!("{ticket}-2"),
            &ticket,
            &format!("{day}T09:00:00Z"),
            "message",
            &json!({"actor": requester, "visibility": "public"}),
        ));
        lines.push(event(
            &format!("{ticket}-3"),
            &ticket,
            &format!("{day}T09:{n:02}:00Z"),
            "message",
            &json!({"actor": agent, "visibility": "public"}),
        ));
        lines.push(event(
            &format!("{ticket}-4"),
            &ticket,
            &format!("{day}T11:00:00Z"),
            "status",
            &json!({"actor": agent, "status": "solved"}),
        ));
    }
    lines.join("\n") + "\n"
}

/// A running server, stopped when dropped.
struct Server {
    child: Child,
    address: String,
    /// What it writes to standard error once it listens.
    log: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Starts `serve` on a free port and waits until it says where it listens.
    fn start(desk: &Desk) -> Self {
        Self::start_with(desk, &[])
    }

    /// As [`Server::start`], with these variables.
    fn start_with(desk: &Desk, variables: &[(&str, &str)]) -> Self {
        let mut child = desk
            .command(&["serve", "--listen", "127.0.0.1:0"])
            .envs(variables.iter().copied())
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let address = loop {
            let line = lines.next().expect("the server says where it listens").unwrap();
            if let Some((_, address)) = line.split_once("http://") {
                break address.trim_end_matches('/').to_owned();
            }
        };
        // Keep reading, so that the server never waits for us.
        let log = Arc::new(Mutex::new(Vec::new()));
        let written = Arc::clone(&log);
        std::thread::spawn(move || {
            lines.map_while(Result::ok).for_each(|line| written.lock().unwrap().push(line));
        });
        Self { child, address, log }
    }

    /// Sends one request; returns status and body.
    fn call(&self, method: &str, path: &str, host: &str, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).unwrap();
        let (head, body) = response.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let body = if head.to_ascii_lowercase().contains("transfer-encoding: chunked") {
            dechunked(body)
        } else {
            body.to_owned()
        };
        (status, body)
    }

    fn post(&self, path: &str, body: &str) -> (u16, String) {
        self.call("POST", path, "127.0.0.1", body)
    }

    fn get(&self, path: &str) -> (u16, String) {
        self.call("GET", path, "127.0.0.1", "")
    }

    /// Asks it to stop as an operator does, and waits; returns the exit code.
    fn stop(mut self) -> Option<i32> {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn dechunked(mut body: &str) -> String {
    let mut whole = String::new();
    while let Some((size, rest)) = body.split_once("\r\n") {
        let size = usize::from_str_radix(size.trim(), 16).unwrap();
        if size == 0 {
            break;
        }
        whole.push_str(&rest[..size]);
        body = &rest[size + 2..];
    }
    whole
}

fn exists(path: &Path) -> bool {
    path.try_exists().unwrap()
}
