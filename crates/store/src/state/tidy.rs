//! Keeps the state database's own files small.

use super::State;
use super::dialect::Dialect;
use crate::error::{Result, sql};
use sqlx::Connection as _;

impl State {
    /// Copies the log of SQLite into its file and empties it, and lets SQLite look at its
    /// statistics. PostgreSQL does both by itself.
    pub(crate) async fn tidy(&self) -> Result<()> {
        if self.dialect == Dialect::Postgres {
            return Ok(());
        }
        // A connection of its own, for it must wait for nobody: while it waits, nothing is
        // accepted. Most of the log is copied first, which holds up nobody.
        let mut connection = self.pool.acquire().await.map_err(sql("tidy up"))?.detach();
        let tidied = sqlx::raw_sql(
            "PRAGMA busy_timeout = 50; PRAGMA wal_checkpoint(PASSIVE);
             PRAGMA wal_checkpoint(TRUNCATE); PRAGMA optimize",
        )
        .execute(&mut connection)
        .await;
        connection.close().await.map_err(sql("tidy up"))?;
        tidied.map(|_| ()).map_err(sql("tidy up"))
    }
}
