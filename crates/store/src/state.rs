//! The state database: SQLite in the folder or PostgreSQL, one writer, durable at every commit.

pub(crate) mod annotations;
mod copy;
pub(crate) mod counter;
pub(crate) mod deliveries;
pub(crate) mod dialect;
pub(crate) mod erasures;
mod everything;
pub(crate) mod files;
pub(crate) mod imports;
pub(crate) mod inbox;
pub(crate) mod jobs;
pub(crate) mod lease;
pub(crate) mod manifest;
pub(crate) mod numbers;
pub(crate) mod policies;
mod purge;
pub(crate) mod quarantine;
pub(crate) mod retention;
pub(crate) mod retired;
pub(crate) mod settings;
mod tidy;
pub(crate) mod url;

use crate::error::{Error, Result, migrate, sql};
use crate::limits;
use dialect::Dialect;
use sqlx::any::{AnyPoolOptions, AnyRow};
use sqlx::{Any, AnyConnection, AnyPool, Connection, Row, Transaction};
use std::ops::{Deref, DerefMut};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use url::StateUrl;

/// A transaction on the state database.
#[derive(Debug)]
pub(crate) struct Tx {
    on: Transaction<'static, Any>,
    /// SQLite lets one write, and who waits looks again only now and then: here they queue.
    _turn: Option<OwnedSemaphorePermit>,
}

impl Deref for Tx {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        &self.on
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        &mut self.on
    }
}

/// The state database.
#[derive(Clone, Debug)]
pub(crate) struct State {
    pub(crate) pool: AnyPool,
    pub(crate) dialect: Dialect,
    /// Whose turn it is to write.
    turns: Arc<Semaphore>,
}

impl State {
    /// Opens the database, creating the file of SQLite where it is missing, and brings it up to
    /// date.
    pub(crate) async fn open(url: &StateUrl, file: &Path) -> Result<Self> {
        sqlx::any::install_default_drivers();
        let dialect = url.dialect();
        let pool = AnyPoolOptions::new()
            .max_connections(dialect.connections())
            .acquire_timeout(Duration::from_secs(limits::STATE_WAIT_SECONDS))
            .after_connect(move |connection, _| Box::pin(prepare(connection, dialect)))
            .after_release(|connection, _| Box::pin(is_sound(connection)))
            .connect_with(url.options(file)?)
            .await
            .map_err(sql("open"))?;
        let migrations = match dialect {
            Dialect::Sqlite => sqlx::migrate!("./migrations/sqlite"),
            Dialect::Postgres => sqlx::migrate!("./migrations/postgres"),
        };
        migrations.run(&pool).await.map_err(migrate)?;
        Ok(Self { pool, dialect, turns: Arc::new(Semaphore::new(1)) })
    }

    /// Waits for the turn to write; `None` where whoever writes does not need one.
    pub(crate) async fn turn(&self) -> Option<OwnedSemaphorePermit> {
        match self.dialect {
            // The semaphore is never closed.
            Dialect::Sqlite => Arc::clone(&self.turns).acquire_owned().await.ok(),
            Dialect::Postgres => None,
        }
    }

    /// Begins a transaction that holds the write lock from the start, so that it never fails
    /// half-way because another one wrote first, and what it numbers is seen in order.
    pub(crate) async fn begin(&self) -> Result<Tx> {
        let turn = self.turn().await;
        let begin = self.dialect.begin();
        let on = self.pool.begin_with(begin).await.map_err(sql("begin a transaction"))?;
        Ok(Tx { on, _turn: turn })
    }

    /// Begins a transaction in which new tickets get their numbers; batches are accepted meanwhile.
    pub(crate) async fn begin_numbering(&self) -> Result<Tx> {
        let Some(begin) = self.dialect.begin_numbering() else { return self.begin().await };
        let on = self.pool.begin_with(begin).await.map_err(sql("begin a transaction"))?;
        Ok(Tx { on, _turn: None })
    }

    /// Begins a transaction whose statements all see the same state, and which blocks nobody.
    pub(crate) async fn begin_reading(&self) -> Result<Tx> {
        let begin = self.dialect.begin_reading();
        let on = self.pool.begin_with(begin).await.map_err(sql("begin reading"))?;
        Ok(Tx { on, _turn: None })
    }

    /// Waits for every connection to close.
    pub(crate) async fn close(&self) {
        self.pool.close().await;
    }
}

/// Makes a new connection durable and patient.
async fn prepare(connection: &mut AnyConnection, dialect: Dialect) -> sqlx::Result<()> {
    sqlx::raw_sql(dialect.settings()).execute(&mut *connection).await?;
    connection.ping().await
}

/// Whether a connection may be used again. SQLite ends a transaction by itself when the disk fails,
/// after which there is none to roll back and the connection holds itself to be in one for ever.
async fn is_sound(connection: &mut AnyConnection) -> sqlx::Result<bool> {
    // Whatever was left to roll back is rolled back before this is answered.
    connection.ping().await?;
    Ok(!connection.is_in_transaction())
}

/// Makes what was written durable.
pub(crate) async fn commit(tx: Tx) -> Result<()> {
    tx.on.commit().await.map_err(sql("commit"))
}

/// Reads a fact about the folder.
pub(crate) async fn meta(tx: &mut Tx, name: &'static str) -> Result<Option<String>> {
    sqlx::query_scalar("SELECT value FROM meta WHERE name = $1")
        .bind(name)
        .fetch_optional(&mut **tx)
        .await
        .map_err(sql("read the folder's settings"))
}

/// Writes a fact about the folder.
pub(crate) async fn set_meta(tx: &mut Tx, name: &'static str, value: String) -> Result<()> {
    sqlx::query(
        "INSERT INTO meta (name, value) VALUES ($1, $2)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    )
    .bind(name)
    .bind(value)
    .execute(&mut **tx)
    .await
    .map_err(sql("write the folder's settings"))?;
    Ok(())
}

/// Removes a fact about the folder.
pub(crate) async fn remove_meta(tx: &mut Tx, name: &'static str) -> Result<()> {
    sqlx::query("DELETE FROM meta WHERE name = $1")
        .bind(name)
        .execute(&mut **tx)
        .await
        .map_err(sql("write the folder's settings"))?;
    Ok(())
}

/// A whole number that is kept in 64 bits and means 32 without a sign.
pub(crate) fn u32_of(row: &AnyRow, column: usize, what: &'static str) -> Result<u32> {
    let number: i64 = row.get(column);
    u32::try_from(number).map_err(|_| Error::damaged(what, number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_transaction_that_the_database_ended_spoils_no_connection() {
        let dir = tempfile::tempdir().unwrap();
        let state = State::open(&StateUrl::file(), &dir.path().join("state.db")).await.unwrap();
        // More often than there are connections.
        for _ in 0..20 {
            let mut tx = state.begin().await.unwrap();
            set_meta(&mut tx, "twice", "1".to_owned()).await.unwrap();
            // Ends the transaction as a disk that fails does.
            let again = "INSERT OR ROLLBACK INTO meta (name, value) VALUES ('twice', '2')";
            assert!(sqlx::query(again).execute(&mut *tx).await.is_err());
        }
        let mut tx = state.begin().await.unwrap();
        assert_eq!(meta(&mut tx, "twice").await.unwrap(), None);
        commit(tx).await.unwrap();
        state.close().await;
    }
}
