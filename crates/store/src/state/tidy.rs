//! Keeps the state database's own files small.

use super::State;
use super::dialect::Dialect;
use crate::error::{Result, sql};
use sqlx::{AnyConnection, Connection as _};

impl State {
    /// Copies the log of SQLite into its file and empties it, and lets SQLite look at its
    /// statistics. PostgreSQL does both by itself.
    pub(crate) async fn tidy(&self) -> Result<()> {
        if self.dialect == Dialect::Postgres {
            return Ok(());
        }
        // A connection of its own, for its patience.
        let mut connection = self.pool.acquire().await.map_err(sql("tidy up"))?.detach();
        let tidied = self.shorten(&mut connection).await;
        connection.close().await.map_err(sql("tidy up"))?;
        tidied.map_err(sql("tidy up"))
    }

    async fn shorten(&self, connection: &mut AnyConnection) -> sqlx::Result<()> {
        // Most of it holds up nobody; the second time what came during the first.
        sqlx::raw_sql("PRAGMA wal_checkpoint(PASSIVE); PRAGMA wal_checkpoint(PASSIVE)")
            .execute(&mut *connection)
            .await?;
        // Nothing is accepted during the rest: it waits for no reader, and whoever writes waits for
        // the turn rather than for SQLite, which looks again only after some time.
        let turn = self.turn().await;
        sqlx::raw_sql("PRAGMA busy_timeout = 5; PRAGMA wal_checkpoint(TRUNCATE)")
            .execute(&mut *connection)
            .await?;
        drop(turn);
        sqlx::raw_sql("PRAGMA optimize").execute(connection).await.map(drop)
    }
}
