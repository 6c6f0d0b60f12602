//! The log of imports.

use super::{State, Tx};
use crate::error::{Error, Result, sql};
use crate::limits;
use event::Instant;
use serde::Serialize;
use sqlx::Row;
use sqlx::any::AnyRow;

/// How an import stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportState {
    /// It runs, or the process ended under it.
    Running,
    /// It ended well.
    Done,
    /// It ended with an error.
    Failed,
}

impl ImportState {
    const fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }
}

/// One run of an import.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Import {
    /// Its number.
    pub id: i64,
    /// The file's name.
    pub file: String,
    /// The mapping's name.
    pub mapping: Option<String>,
    /// How it stands.
    pub state: ImportState,
    /// When it began.
    pub started_at: Instant,
    /// When it ended.
    pub finished_at: Option<Instant>,
    /// What it counted.
    pub counts: ImportCounts,
    /// Why it failed.
    pub message: Option<String>,
}

/// What an import counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ImportCounts {
    /// Rows read.
    pub rows: u64,
    /// Events made of them.
    pub events: u64,
    /// Rows put in quarantine.
    pub quarantined: u64,
}

impl State {
    /// Notes that an import begins; its number.
    pub(crate) async fn import_begin(
        &self,
        file: &str,
        mapping: Option<&str>,
        at: Instant,
    ) -> Result<i64> {
        sqlx::query_scalar(
            "INSERT INTO import (file, mapping, state, started_at) VALUES ($1, $2, 'running', $3)
             RETURNING id",
        )
        .bind(file)
        .bind(mapping)
        .bind(at.micros())
        .fetch_one(&self.pool)
        .await
        .map_err(sql("note an import"))
    }

    /// Notes how an import ended: `message` says why it failed.
    pub(crate) async fn import_end(
        &self,
        id: i64,
        counts: ImportCounts,
        message: Option<&str>,
        at: Instant,
    ) -> Result<()> {
        let state = if message.is_some() { ImportState::Failed } else { ImportState::Done };
        let done = sqlx::query(
            "UPDATE import SET state = $1, finished_at = $2, rows = $3, events = $4,
                quarantined = $5, message = $6 WHERE id = $7",
        )
        .bind(state.name())
        .bind(at.micros())
        .bind(counts.rows.cast_signed())
        .bind(counts.events.cast_signed())
        .bind(counts.quarantined.cast_signed())
        .bind(message)
        .bind(id)
        .execute(&self.pool)
        .await
        .map_err(sql("note the end of an import"))?;
        if done.rows_affected() == 0 {
            return Err(Error::Unknown { what: "import", id });
        }
        Ok(())
    }

    /// Notes that the process which carries out an import lives; false where it has ended.
    pub(crate) async fn import_beat(&self, id: i64, at: Instant) -> Result<bool> {
        let done =
            sqlx::query("UPDATE import SET beat_at = $1 WHERE id = $2 AND state = 'running'")
                .bind(at.micros())
                .bind(id)
                .execute(&self.pool)
                .await
                .map_err(sql("note that an import lives"))?;
        Ok(done.rows_affected() > 0)
    }

    /// Notes as failed the imports that run and were last heard of before an instant, or all.
    pub(crate) async fn imports_left(&self, before: Option<Instant>, at: Instant) -> Result<u64> {
        let done = sqlx::query(
            "UPDATE import SET state = 'failed', finished_at = $1, message = $2
             WHERE state = 'running' AND ($3 IS NULL OR COALESCE(beat_at, started_at) < $3)",
        )
        .bind(at.micros())
        .bind(limits::PROCESS_ENDED)
        .bind(before.map(Instant::micros))
        .execute(&self.pool)
        .await
        .map_err(sql("note imports that were left behind"))?;
        Ok(done.rows_affected())
    }

    /// Imports, newest first, those before a number where one is given.
    pub(crate) async fn imports(&self, before: Option<i64>, limit: u32) -> Result<Vec<Import>> {
        let rows = sqlx::query(
            "SELECT id, file, mapping, state, started_at, finished_at, rows, events, quarantined,
                message FROM import WHERE id < $1 ORDER BY id DESC LIMIT $2",
        )
        .bind(before.unwrap_or(i64::MAX))
        .bind(i64::from(limit.min(limits::PAGE_SIZE_MAX)))
        .fetch_all(&self.pool)
        .await
        .map_err(sql("list imports"))?;
        Ok(rows.iter().map(import).collect())
    }
}

/// Imports that ended before an instant and still have their names.
pub(crate) async fn before(tx: &mut Tx, at: Option<Instant>) -> Result<Vec<i64>> {
    let Some(at) = at else { return Ok(Vec::new()) };
    let rows = sqlx::query("SELECT id FROM import WHERE finished_at < $1 AND file <> $2")
        .bind(at.micros())
        .bind(super::quarantine::ERASED)
        .fetch_all(&mut **tx)
        .await
        .map_err(sql("look for old imports"))?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// Takes the names of files and the messages out of imports.
pub(crate) async fn empty(tx: &mut Tx, ids: &[i64]) -> Result<()> {
    for id in ids {
        sqlx::query(
            "UPDATE import SET file = $1,
                message = CASE WHEN message IS NULL THEN NULL ELSE $1 END WHERE id = $2",
        )
        .bind(super::quarantine::ERASED)
        .bind(*id)
        .execute(&mut **tx)
        .await
        .map_err(sql("empty an entry of the log of imports"))?;
    }
    Ok(())
}

fn import(row: &AnyRow) -> Import {
    Import {
        id: row.get(0),
        file: row.get(1),
        mapping: row.get(2),
        state: match row.get::<&str, _>(3) {
            "done" => ImportState::Done,
            "failed" => ImportState::Failed,
            _ => ImportState::Running,
        },
        started_at: Instant::from_micros(row.get(4)),
        finished_at: row.get::<Option<i64>, _>(5).map(Instant::from_micros),
        counts: ImportCounts {
            rows: row.get::<i64, _>(6).cast_unsigned(),
            events: row.get::<i64, _>(7).cast_unsigned(),
            quarantined: row.get::<i64, _>(8).cast_unsigned(),
        },
        message: row.get(9),
    }
}
