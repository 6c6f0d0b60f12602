//! Load: a steady stream at a given rate while dashboards ask, then a burst nobody could take.

mod ask;
mod gauge;
mod report;
mod send;

use crate::ledger::Ledger;
use crate::server::{Program, Server};
use crate::stream::Stream;
use anyhow::{Context as _, Result, ensure};
use event::{Clock as _, SystemClock};
use report::{Latency, Report};
use send::Sending;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::task::JoinSet;

/// What to send, and for how long.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    program: Program,
    /// Folder for the desk, the copy that is served, and the report
    #[arg(long, default_value = "target/load", value_name = "DIR")]
    work: PathBuf,
    /// Tickets stored before the stream begins
    #[arg(long, default_value_t = 100_000)]
    tickets: u64,
    /// Events a second
    #[arg(long, default_value_t = 2_000)]
    rate: u64,
    /// Seconds of steady stream
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Events in one request
    #[arg(long, default_value_t = 50)]
    batch: u64,
    /// Connections that send
    #[arg(long, default_value_t = 16)]
    connections: u64,
    /// Events in a thousand that are about any ticket that was there before
    #[arg(long, default_value_t = 20)]
    old_permille: u64,
    /// Dashboards that ask the ten questions of bench/questions.json
    #[arg(long, default_value_t = 20)]
    dashboards: u64,
    /// Seconds between an answer and the next question of a dashboard
    #[arg(long, default_value_t = 5)]
    pause: u64,
    /// The questions
    #[arg(long, default_value = "bench/questions.json", value_name = "FILE")]
    questions: PathBuf,
    /// The burst's rate, as a multiple of the steady one; 0 = none
    #[arg(long, default_value_t = 10)]
    burst: u64,
    /// Seconds of the burst
    #[arg(long, default_value_t = 10)]
    burst_seconds: u64,
    /// Fail where the 99th percentile of accepting is above so many milliseconds
    #[arg(long, value_name = "MS")]
    accept_p99: Option<f64>,
    /// Fail where the 99th percentile until an event is counted is above so many milliseconds
    #[arg(long, value_name = "MS")]
    counted_p99: Option<f64>,
    /// Seed of the stream
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Runs the trial; fails where anything accepted is not there once.
pub(crate) async fn run(args: &Args) -> Result<()> {
    let data = prepare(args).await?;
    let (server, opened) = Server::ready(&args.program, &data).await?;
    println!("{} events/s for {} s", args.rate, args.seconds);
    let quiet = Arc::new(AtomicBool::new(false));
    let start = SystemClock.now();
    let stream = Stream {
        seed: args.seed,
        start,
        gap_us: 1_000_000 / i64::try_from(args.rate.max(1))?,
        per_ticket: 16,
        reach: 2_000,
        old_tickets: args.tickets,
        old_permille: args.old_permille,
        merged_permille: 1,
    };
    let gauge = tokio::spawn(gauge::watch(server.pid()?, Arc::clone(&quiet)));
    let marks = tokio::spawn(ask::marks(server.client(), start, Arc::clone(&quiet)));
    let text = std::fs::read_to_string(&args.questions).context("the questions")?;
    let questions = ask::questions(&text, start)?;
    let asked = Arc::new(Mutex::new(Latency::default()));
    let mut dashboards = JoinSet::new();
    for place in 0..args.dashboards {
        let pause = Duration::from_secs(args.pause);
        let lag = pause.mul_f64(place as f64 / args.dashboards as f64);
        let (questions, asked) = (questions.clone(), Arc::clone(&asked));
        dashboards.spawn(ask::dashboard(server.client(), questions, lag, pause, asked));
    }
    let sending = Sending { stream, batch: args.batch, address: server.address.clone() };
    let steady = sending.steadily(args.rate, args.seconds, args.connections).await?;
    quiet.store(true, Ordering::Relaxed);
    let (seen, memory) = (marks.await??, gauge.await??);
    if let Some(ended) = dashboards.try_join_next() {
        ended??;
    }
    dashboards.shutdown().await;
    let asked = std::mem::take(&mut *asked.lock().unwrap_or_else(PoisonError::into_inner));
    let burst = if args.burst > 0 {
        println!("{} events/s for {} s", args.rate * args.burst, args.burst_seconds);
        Some(sending.burst(steady.end, args.rate * args.burst, args.burst_seconds).await?)
    } else {
        None
    };
    let end = burst.as_ref().map_or(steady.end, |burst| burst.end);
    let stopped = server.stop().await?;
    println!("looking for each of {end} events");
    let ledger = Ledger::read(&args.program, &data).await?;
    ledger.is_exactly(end)?;
    let report = Report { opened, steady, seen, memory, asked, burst, stopped, ledger };
    println!("{}", report.table(args.rate));
    std::fs::write(args.work.join("load.json"), report.json()?)?;
    report.aims(args.accept_p99, args.counted_p99)
}

/// A fresh copy of a desk of so many tickets.
async fn prepare(args: &Args) -> Result<PathBuf> {
    std::fs::create_dir_all(&args.work)?;
    let desk = args.work.join(format!("desk-{}", args.tickets));
    if !desk.exists() {
        println!("importing {} tickets", args.tickets);
        let importing = args.work.join("importing");
        let _ = std::fs::remove_dir_all(&importing);
        import(args, &importing).await?;
        std::fs::rename(&importing, &desk)?;
    }
    let data = args.work.join("data");
    let _ = std::fs::remove_dir_all(&data);
    if args.program.postgres.is_none() {
        args.program.copy(&desk, &data).await?;
        return Ok(data);
    }
    // Its state goes from the file to the server as a backup does.
    let backup = args.work.join("desk.tar.zst");
    let _ = std::fs::remove_file(&backup);
    let (file, apart) = (backup.to_string_lossy(), args.program.apart());
    apart.output(&desk, ["backup", &*file, "--quiet"]).await?;
    args.program.prepare(&data).await?;
    args.program.output(&data, ["restore", &*file, "--quiet"]).await?;
    Ok(data)
}

async fn import(args: &Args, importing: &Path) -> Result<()> {
    let policies = args.work.join("policies.yaml");
    let program = args.program.apart();
    // The policies are the same however many tickets there are, and must be there first.
    let generate = |tickets: u64| {
        let mut command = std::process::Command::new(&program.deskmeter);
        command.args(["generate", "--tickets", &tickets.to_string()]);
        command
    };
    let written =
        generate(1).arg("--policies-out").arg(&policies).stdout(Stdio::null()).status()?;
    ensure!(written.success(), "the policies could not be written");
    let mut generate = generate(args.tickets).stdout(Stdio::piped()).spawn()?;
    let events = generate.stdout.take().context("generate writes events")?;
    let status = program
        .command(importing, ["import", "-", "--quiet", "--format", "json"])
        .arg("--policies")
        .arg(&policies)
        .stdin(Stdio::from(events))
        .stdout(Stdio::null())
        .status()
        .await?;
    ensure!(generate.wait()?.success() && status.success(), "the desk could not be imported");
    Ok(())
}
