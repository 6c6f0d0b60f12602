//! The state database: one SQLite file, one writer, durable at every commit.

pub(crate) mod annotations;
pub(crate) mod imports;
pub(crate) mod inbox;
pub(crate) mod manifest;
pub(crate) mod numbers;
pub(crate) mod policies;
pub(crate) mod quarantine;
pub(crate) mod settings;

use crate::error::{Result, migrate, sql};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Sqlite, Transaction};
use std::path::Path;
use std::time::Duration;

/// A transaction on the state database.
pub(crate) type Tx = Transaction<'static, Sqlite>;

/// The state database.
#[derive(Clone, Debug)]
pub(crate) struct State {
    pub(crate) pool: SqlitePool,
}

impl State {
    /// Opens the file, creating it where it is missing, and brings it up to date.
    pub(crate) async fn open(file: &Path) -> Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // FULL: what was accepted survives a power cut, not only a crash of the process.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(30))
            .foreign_keys(true);
        let pool = SqlitePoolOptions::new()
            .max_connections(4)
            .connect_with(options)
            .await
            .map_err(sql("open"))?;
        sqlx::migrate!("./migrations").run(&pool).await.map_err(migrate)?;
        Ok(Self { pool })
    }

    /// Begins a transaction that holds the write lock from the start, so that it never fails
    /// half-way because another one wrote first.
    pub(crate) async fn begin(&self) -> Result<Tx> {
        self.pool.begin_with("BEGIN IMMEDIATE").await.map_err(sql("begin a transaction"))
    }

    /// Waits for every connection to close.
    pub(crate) async fn close(&self) {
        self.pool.close().await;
    }
}

/// Makes what was written durable.
pub(crate) async fn commit(tx: Tx) -> Result<()> {
    tx.commit().await.map_err(sql("commit"))
}

/// Reads a fact about the folder.
pub(crate) async fn meta(tx: &mut Tx, name: &'static str) -> Result<Option<String>> {
    sqlx::query_scalar("SELECT value FROM meta WHERE name = ?")
        .bind(name)
        .fetch_optional(&mut **tx)
        .await
        .map_err(sql("read the folder's settings"))
}

/// Writes a fact about the folder.
pub(crate) async fn set_meta(tx: &mut Tx, name: &'static str, value: String) -> Result<()> {
    sqlx::query(
        "INSERT INTO meta (name, value) VALUES (?, ?)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    )
    .bind(name)
    .bind(value)
    .execute(&mut **tx)
    .await
    .map_err(sql("write the folder's settings"))?;
    Ok(())
}
