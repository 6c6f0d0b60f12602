//! The server of a shared state, disturbed in the middle of commits.

use super::Args;
use super::scene::{BATCH, CONNECTIONS, Disturb, Heard, Outcome, send, settle};
use crate::book::Book;
use crate::server::Server;
use anyhow::{Context as _, Result, ensure};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::process::Command;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

/// Time in which events are to be accepted again once the database answers.
const RECOVERED: Duration = Duration::from_secs(30);

/// Disturbs it under one server that lives on: a restart several times, a fail-over once.
pub(super) async fn play(disturb: &Disturb, args: &Args, work: &Path) -> Result<Outcome> {
    let (program, times) = match disturb {
        Disturb::Restart => (&args.restart, args.lives * 2),
        Disturb::FailOver => (&args.fail_over, 1),
    };
    let (Some(program), Some(_)) = (program, &args.program.postgres) else {
        return Ok(Outcome::Skipped("the state is not on a PostgreSQL server of ours".to_owned()));
    };
    let (book, data) = (Arc::new(Book::new(args.seed, BATCH)), work.join("data"));
    args.program.prepare(&data).await?;
    let (mut server, _) = Server::ready(&args.program, &data).await?;
    let life = Duration::from_millis(args.life);
    let mut heard = Heard::default();
    for _ in 0..times {
        let mut senders = JoinSet::new();
        let end = Instant::now() + life;
        for _ in 0..CONNECTIONS {
            senders.spawn(send(server.client(), Arc::clone(&book), end));
        }
        sleep(life / 2).await;
        let disturbed = Command::new(program).status().await?;
        ensure!(disturbed.success(), "{}: {disturbed}", program.display());
        while let Some(sent) = senders.join_next().await {
            heard.add(sent?);
        }
        ensure!(server.ended()?.is_none(), "the server ended because its database did");
        again(&server, &book).await?;
    }
    server.stop().await?;
    heard.is_never_a_defect()?;
    settle(args, work, &book, heard).await
}

/// Waits until events are accepted again.
async fn again(server: &Server, book: &Book) -> Result<()> {
    let mut client = server.client();
    let accepted = async {
        while book.deliver(&mut client, book.take()).await.is_err() {
            sleep(Duration::from_millis(50)).await;
        }
    };
    let waited = tokio::time::timeout(RECOVERED, accepted).await;
    waited.with_context(|| format!("nothing is accepted {RECOVERED:?} after the database is back"))
}
