//! The scenes: what is broken, and what happens meanwhile.

use super::{Args, damage, database};
use crate::book::Book;
use crate::client::Refused;
use crate::server::{Program, Server};
use anyhow::{Result, ensure};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;
use tokio::process::Command;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

/// Connections that send.
pub(super) const CONNECTIONS: usize = 3;
/// Events in one request.
pub(super) const BATCH: u64 = 25;
/// How often a server is started until one opens its folder.
const ATTEMPTS: usize = 20;
/// Where Debian's faketime lies.
const FAKETIME: &str = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";
/// What a disk has left before it is full.
const LEFT_MIB: usize = 2;
/// Its size.
const DISK_MIB: usize = 64;

/// A way in which things go wrong.
pub(super) struct Scene {
    pub(super) name: &'static str,
    fault: Fault,
}

enum Fault {
    /// These system calls fail with this error number, one in so many.
    Calls { points: &'static [&'static str], number: u32, one_in: u32 },
    /// The disk is full, until somebody makes room.
    Full,
    /// The clock jumps by so many seconds, again and again.
    Clock(&'static [i64]),
    /// The state's database server is disturbed while it commits.
    Database(Disturb),
    /// Files of segments are cut off, or a bit of them turns.
    Damage,
}

/// What happens to the database server.
pub(super) enum Disturb {
    /// It stops at once, without writing down what it has in memory, and starts again.
    Restart,
    /// It stops for good, and its standby takes its place.
    FailOver,
}

/// How a scene went.
pub(super) enum Outcome {
    Played(String),
    /// It needs something that is not there.
    Skipped(String),
}

impl Scene {
    pub(super) const ALL: [Self; 9] = [
        Self {
            name: "fsync fails",
            fault: Fault::Calls { points: &["posix/io/sync/*"], number: 5, one_in: 30 },
        },
        Self {
            name: "writes are short",
            fault: Fault::Calls { points: &["posix/io/rw/pwrite/reduce"], number: 0, one_in: 10 },
        },
        Self {
            name: "writes fail",
            fault: Fault::Calls { points: &["posix/io/rw/pwrite"], number: 28, one_in: 60 },
        },
        Self {
            name: "read-only",
            fault: Fault::Calls {
                points: &["posix/io/oc/open", "posix/io/dir/*"],
                number: 30,
                one_in: 60,
            },
        },
        Self { name: "disk full", fault: Fault::Full },
        Self {
            name: "clock jumps",
            fault: Fault::Clock(&[-86_400, 3_600, -7_200, 40 * 86_400, -400 * 86_400, 0]),
        },
        Self { name: "files are damaged", fault: Fault::Damage },
        Self { name: "database restarts", fault: Fault::Database(Disturb::Restart) },
        Self { name: "database fails over", fault: Fault::Database(Disturb::FailOver) },
    ];

    pub(super) async fn play(&self, args: &Args, work: &Path) -> Result<Outcome> {
        match self.fault {
            Fault::Calls { points, number, one_in } => {
                if !exists("fiu-run").await {
                    return Ok(Outcome::Skipped("libfiu is missing (fiu-utils)".to_owned()));
                }
                let mut program = args.program.clone();
                program.under = vec!["fiu-run".into(), "-x".into(), "-f".into(), String::new()];
                for point in points {
                    let chance = 1.0 / f64::from(one_in);
                    let command = format!(
                        "enable_random name={point},probability={chance:.4},failinfo={number}"
                    );
                    program.under.extend(["-c".into(), command]);
                }
                self.lives(args, &program, work, None).await
            }
            Fault::Clock(jumps) => {
                if !Path::new(FAKETIME).exists() {
                    return Ok(Outcome::Skipped("faketime is missing".to_owned()));
                }
                let file = work.join("clock");
                std::fs::write(&file, "+0")?;
                let mut program = args.program.clone();
                let value = |text: &str| text.to_owned();
                program.variables = vec![
                    (value("LD_PRELOAD"), value(FAKETIME)),
                    (value("FAKETIME_TIMESTAMP_FILE"), file.to_string_lossy().into_owned()),
                    (value("FAKETIME_NO_CACHE"), value("1")),
                    (value("FAKETIME_DONT_FAKE_MONOTONIC"), value("1")),
                ];
                self.lives(args, &program, work, Some((&file, jumps))).await
            }
            Fault::Full => self.full(args, work).await,
            Fault::Damage => damage::play(args, work).await,
            Fault::Database(ref disturb) => database::play(disturb, args, work).await,
        }
    }

    async fn lives(
        &self,
        args: &Args,
        program: &Program,
        work: &Path,
        jumps: Option<(&Path, &[i64])>,
    ) -> Result<Outcome> {
        let (book, data) = (Arc::new(Book::new(args.seed, BATCH)), work.join("data"));
        args.program.prepare(&data).await?;
        let mut heard = Heard::default();
        for life in 0..args.lives {
            let length = Duration::from_millis(args.life);
            let gently = life % 2 == 1 && jumps.is_some();
            live(program, &data, &book, (length, gently, jumps), &mut heard).await?;
        }
        let wrong = matches!(self.fault, Fault::Calls { number: 1.., .. }) && writes_much(args);
        ensure!(!wrong || !heard.told.is_empty(), "faults were injected, and nothing was said");
        settle(args, work, &book, heard).await
    }

    /// The disk is a small file system in memory, which takes root's rights.
    async fn full(&self, args: &Args, work: &Path) -> Result<Outcome> {
        let disk = work.join("disk");
        std::fs::create_dir_all(&disk)?;
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={DISK_MIB}m"), "tmpfs"])
            .arg(&disk)
            .stderr(Stdio::null())
            .status();
        if !mounted.await?.success() {
            return Ok(Outcome::Skipped("mounting a small disk takes root's rights".to_owned()));
        }
        let outcome = self.filled(args, &disk).await;
        let unmounted = Command::new("umount").arg(&disk).status().await?;
        ensure!(unmounted.success(), "{} stays mounted", disk.display());
        outcome
    }

    async fn filled(&self, args: &Args, disk: &Path) -> Result<Outcome> {
        let (book, data) = (Arc::new(Book::new(args.seed, BATCH)), disk.join("data"));
        args.program.prepare(&data).await?;
        std::fs::write(disk.join("filler"), vec![0; (DISK_MIB - LEFT_MIB) << 20])?;
        let mut heard = Heard::default();
        for life in 0..args.lives {
            let length = Duration::from_millis(args.life * 2);
            live(&args.program, &data, &book, (length, life % 2 == 1, None), &mut heard).await?;
        }
        let wrong = writes_much(args);
        ensure!(!wrong || !heard.told.is_empty(), "the disk was full, and nothing was said");
        let full = heard.told.keys().any(|text| text.starts_with("507"));
        ensure!(
            !wrong || heard.refused == 0 || full,
            "the disk was full, and no sender was told so"
        );
        let grown = Command::new("mount").args(["-o", "remount,size=2g"]).arg(disk).status();
        ensure!(grown.await?.success(), "the disk could not be made larger");
        settle(args, disk, &book, heard).await
    }
}

/// What a server said while things went wrong.
#[derive(Debug, Default)]
pub(super) struct Heard {
    accepted: u64,
    refused: u64,
    broken: u64,
    unopened: u64,
    /// What it said, with how often.
    told: BTreeMap<String, u64>,
}

/// One life of a server: it may fail to open a few times, refuse and break off, but not forget.
async fn live(
    program: &Program,
    data: &Path,
    book: &Arc<Book>,
    (life, gently, jumps): (Duration, bool, Option<(&Path, &[i64])>),
    heard: &mut Heard,
) -> Result<()> {
    let log = data.with_extension("log");
    let _ = std::fs::remove_file(&log);
    if let Some(server) = open(program, data, heard).await {
        let end = Instant::now() + life;
        let mut senders = JoinSet::new();
        for _ in 0..CONNECTIONS {
            senders.spawn(send(server.client(), Arc::clone(book), end));
        }
        for jump in jumps.map_or(&[][..], |(_, jumps)| jumps) {
            sleep(life / 8).await;
            if let Some((file, _)) = jumps {
                std::fs::write(file, format!("{jump:+}"))?;
            }
        }
        while let Some(sent) = senders.join_next().await {
            heard.add(sent?);
        }
        if gently {
            server.stop().await?;
        } else {
            server.kill().await?;
        }
    }
    for line in std::fs::read_to_string(&log).unwrap_or_default().lines() {
        let wrong = ["ERROR", "WARN", "error:", "caused by"].iter().any(|word| line.contains(word));
        if wrong && heard.told.len() < 1_000 {
            *heard.told.entry(line.chars().take(300).collect()).or_default() += 1;
        }
    }
    Ok(())
}

/// A server that opened its folder, at the latest when it was tried as often as it may be.
async fn open(program: &Program, data: &Path, heard: &mut Heard) -> Option<Server> {
    for _ in 0..ATTEMPTS {
        match Server::ready(program, data).await {
            Ok((server, _)) => return Some(server),
            Err(_) => heard.unopened += 1,
        }
    }
    None
}

impl Heard {
    /// A database that is away is nothing that broke inside: whoever sends must know that it comes
    /// back.
    pub(super) fn is_never_a_defect(&self) -> Result<()> {
        let defect = self.told.keys().find(|text| text.starts_with("500"));
        ensure!(defect.is_none(), "answered as a defect of ours: {defect:?}");
        Ok(())
    }

    pub(super) fn add(&mut self, other: Self) {
        self.accepted += other.accepted;
        self.refused += other.refused;
        self.broken += other.broken;
        for (text, times) in other.told {
            *self.told.entry(text).or_default() += times;
        }
    }
}

/// Sends until the end, whatever the server says.
pub(super) async fn send(
    mut client: crate::client::Client,
    book: Arc<Book>,
    end: Instant,
) -> Heard {
    let mut heard = Heard::default();
    while Instant::now() < end {
        match book.deliver(&mut client, book.take()).await {
            Ok(()) => heard.accepted += 1,
            Err(error) => {
                match error.downcast_ref::<Refused>() {
                    Some(refused) => {
                        heard.refused += 1;
                        *heard.told.entry(refused.to_string()).or_default() += 1;
                    }
                    None => heard.broken += 1,
                }
                sleep(Duration::from_millis(50)).await;
            }
        }
    }
    heard
}

/// Without faults: everything is sent that was refused, and compared.
pub(super) async fn settle(args: &Args, work: &Path, book: &Book, heard: Heard) -> Result<Outcome> {
    let Heard { accepted, refused, broken, unopened, told } = heard;
    for text in told.keys().take(4) {
        println!("  said: {text}");
    }
    ensure!(accepted > 0, "nothing was accepted at all");
    let end = book.finish(&args.program, &work.join("data")).await?;
    let rows = book.compare(&args.program, work, end, None).await?;
    Ok(Outcome::Played(format!(
        "{accepted} requests accepted, {refused} refused, {broken} broken off, {unopened} servers \
         that did not open; each of {end} events is there once, {rows} rows are those of a clean \
         import"
    )))
}

/// Whether the program's own disk is written to all the time: not where a database server has the
/// state, and only segments are left.
const fn writes_much(args: &Args) -> bool {
    args.program.postgres.is_none()
}

/// Whether a program is there to be called.
async fn exists(program: &str) -> bool {
    let found = Command::new("which").arg(program).stdout(Stdio::null()).status().await;
    found.is_ok_and(|status| status.success())
}
