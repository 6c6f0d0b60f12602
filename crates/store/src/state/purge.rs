//! Takes what was deleted out of the files of the state database as well.

use super::dialect::Dialect;
use super::{State, commit, meta, set_meta};
use crate::error::{Result, sql};
use sqlx::Row;

/// Name under which it is noted that nothing older than `secure_delete` is left.
const VACUUMED: &str = "vacuumed";

/// Tables whose rows are replaced by an erasure.
const REWRITTEN: [&str; 4] = [
    "VACUUM (FULL) inbox",
    "VACUUM (FULL) quarantine",
    "VACUUM (FULL) import",
    "VACUUM (FULL) policies",
];

impl State {
    /// Overwrites what was deleted, as far as it is ours to do.
    ///
    /// SQLite fills deleted rows with zeros, but only since this program asks it to: once in the
    /// life of a folder the file is written anew. Then the log of writes is emptied. PostgreSQL
    /// keeps old rows until its tables are written anew; its own log and its archive are its
    /// keeper's. `false` where somebody still reads the log.
    pub(crate) async fn purge(&self) -> Result<bool> {
        match self.dialect {
            Dialect::Sqlite => {
                let mut tx = self.begin_reading().await?;
                let vacuumed = meta(&mut tx, VACUUMED).await?.is_some();
                commit(tx).await?;
                if !vacuumed {
                    self.run("VACUUM").await?;
                    let mut tx = self.begin().await?;
                    set_meta(&mut tx, VACUUMED, "yes".to_owned()).await?;
                    commit(tx).await?;
                }
                self.empty_log().await
            }
            Dialect::Postgres => {
                for statement in REWRITTEN {
                    self.run(statement).await?;
                }
                Ok(true)
            }
        }
    }

    async fn run(&self, statement: &'static str) -> Result<()> {
        let done = sqlx::query(statement).execute(&self.pool).await;
        done.map(|_| ()).map_err(sql("overwrite what was deleted"))
    }

    /// Empties the log of writes, where it is ours; `false` where it is being read.
    pub(crate) async fn empty_log(&self) -> Result<bool> {
        if self.dialect == Dialect::Postgres {
            return Ok(true);
        }
        let row = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)")
            .fetch_one(&self.pool)
            .await
            .map_err(sql("empty the log of"))?;
        Ok(row.get::<i64, _>(0) == 0)
    }
}
