//! The program under trial: started, watched, stopped, killed.

use crate::client::Client;
use anyhow::{Context as _, Result, bail, ensure};
use std::ffi::OsStr;
use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep};

/// Which program, and how it is called.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Program {
    /// The program under trial
    #[arg(long, default_value = "target/demo/deskmeter", value_name = "FILE")]
    pub(crate) deskmeter: PathBuf,
    /// PostgreSQL server for the states, of whose databases each folder gets one of its own
    #[arg(long, value_name = "URL", env = "POSTGRES_SERVER", hide_env_values = true)]
    pub(crate) postgres: Option<String>,
    /// Tickets in a segment of a new folder; an eighth of them changed seal it
    #[arg(long, value_name = "N")]
    pub(crate) segment_tickets: Option<u32>,
    /// The words before it: a tool that injects faults.
    #[arg(skip)]
    pub(crate) under: Vec<String>,
    /// Variables that it finds set.
    #[arg(skip)]
    pub(crate) variables: Vec<(String, String)>,
}

/// Time that a server gets to open its folder.
const READY: Duration = Duration::from_secs(180);
/// Time that a server gets to stop when it is asked to.
const STOPPED: Duration = Duration::from_secs(60);

impl Program {
    /// A command of it on a data folder.
    pub(crate) fn command<S: AsRef<OsStr>>(
        &self,
        data: &Path,
        arguments: impl IntoIterator<Item = S>,
    ) -> Command {
        let mut words = self.under.iter().map(OsStr::new).chain([self.deskmeter.as_os_str()]);
        let mut command = Command::new(words.next().unwrap_or_default());
        command.args(words).envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.args(arguments).arg("--data").arg(data);
        if let Some(server) = &self.postgres {
            command.arg("--state").arg(format!("{server}/{}", database(data)));
        }
        // Small segments, sealed often: more borders to be killed at.
        if let Some(tickets) = self.segment_tickets {
            command.env("DESKMETER_STORE_SEGMENT_TICKETS", tickets.to_string());
            command.env("DESKMETER_STORE_SEAL_TICKETS", (tickets / 8).max(1).to_string());
        }
        command.kill_on_drop(true);
        command
    }

    /// The same without whatever stands before it.
    pub(crate) fn bare(&self) -> Self {
        Self { under: Vec::new(), variables: Vec::new(), ..self.clone() }
    }

    /// The same for a folder of its own, with its own state.
    pub(crate) fn apart(&self) -> Self {
        Self { postgres: None, ..self.bare() }
    }

    /// Makes the database of a folder that is not there yet.
    pub(crate) async fn prepare(&self, data: &Path) -> Result<()> {
        self.create(data, &[]).await
    }

    /// A copy of a folder that nobody holds, with its state.
    pub(crate) async fn copy(&self, from: &Path, to: &Path) -> Result<()> {
        let copied = Command::new("cp").arg("-a").args([from, to]).status().await?;
        ensure!(copied.success(), "{} could not be copied", from.display());
        self.create(to, &["--template", &database(from)]).await
    }

    async fn create(&self, data: &Path, more: &[&str]) -> Result<()> {
        let Some(server) = &self.postgres else { return Ok(()) };
        let (at, name) = (format!("--maintenance-db={server}/postgres"), database(data));
        let dropped = ["dropdb", &at, "--if-exists", "--force", &name];
        let made = ["createdb", &at, &name];
        for (words, more) in [(dropped.as_slice(), [].as_slice()), (&made, more)] {
            let status = Command::new(words[0]).args(&words[1..]).args(more).status().await?;
            ensure!(status.success(), "{words:?}: {status}");
        }
        Ok(())
    }

    /// Runs a command to its end; its output.
    pub(crate) async fn output<S: AsRef<OsStr>>(
        &self,
        data: &Path,
        arguments: impl IntoIterator<Item = S>,
    ) -> Result<Vec<u8>> {
        let mut command = self.command(data, arguments);
        let output = command.stdin(Stdio::null()).output().await?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{:?}: {}: {said}", command.as_std(), output.status);
        Ok(output.stdout)
    }
}

/// The name of a folder's database.
fn database(data: &Path) -> String {
    let letters = data.to_string_lossy().to_lowercase();
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    // PostgreSQL reads 63 letters of a name; the last ones tell folders apart.
    let name: String = letters.chars().rev().take(60).map(plain).collect();
    format!("t_{}", name.chars().rev().collect::<String>())
}

/// A server that runs.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    /// Where it listens, `address:port`.
    pub(crate) address: String,
}

impl Server {
    /// Starts one; what it says goes to `server.log` beside its data. Not ready yet.
    pub(crate) fn start(program: &Program, data: &Path) -> Result<Self> {
        // Free a moment ago; nobody else picks ports on the machine of a trial.
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let address = format!("127.0.0.1:{port}");
        let file = data.with_extension("log");
        let log = OpenOptions::new().create(true).append(true).open(&file)?;
        let child = program
            .command(data, ["serve", "--listen", &address])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .with_context(|| format!("starting {}", program.deskmeter.display()))?;
        Ok(Self { child, address })
    }

    /// Starts one and waits until it is ready; how long that took.
    pub(crate) async fn ready(program: &Program, data: &Path) -> Result<(Self, Duration)> {
        let began = Instant::now();
        let mut server = Self::start(program, data)?;
        let mut client = server.client();
        while !client.get("/api/v1/ready").await.is_ok_and(|reply| reply.status.is_success()) {
            if let Some(status) = server.child.try_wait()? {
                bail!("the server ended by itself: {status}; see {}.log", data.display());
            }
            ensure!(began.elapsed() < READY, "the server is not ready after {READY:?}");
            sleep(Duration::from_millis(5)).await;
        }
        Ok((server, began.elapsed()))
    }

    /// A connection to it.
    pub(crate) fn client(&self) -> Client {
        Client::new(self.address.clone())
    }

    /// Its process.
    pub(crate) fn pid(&self) -> Result<u32> {
        self.child.id().context("the server has ended")
    }

    /// Whether it ended by itself.
    pub(crate) fn ended(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// Kills it at once (SIGKILL).
    pub(crate) async fn kill(mut self) -> Result<()> {
        Ok(self.child.kill().await?)
    }

    /// Asks it to stop (SIGTERM) and waits; how long that took.
    pub(crate) async fn stop(mut self) -> Result<Duration> {
        let began = Instant::now();
        let pid = self.pid()?.to_string();
        let sent = Command::new("kill").args(["-TERM", &pid]).status().await?;
        ensure!(sent.success(), "SIGTERM could not be sent");
        let status = tokio::time::timeout(STOPPED, self.child.wait())
            .await
            .context("the server does not stop")??;
        ensure!(status.success(), "the server stopped with {status}");
        Ok(began.elapsed())
    }
}
