//! What could not be understood, kept with its raw text until somebody mends the mapping.

use super::{State, Tx, commit};
use crate::error::{Error, Result, sql};
use crate::limits;
use event::Instant;
use serde::Serialize;
use sqlx::Row;
use sqlx::any::AnyRow;
use std::collections::BTreeMap;

/// Something to put in quarantine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    /// Name of the connection it came through.
    pub source: String,
    /// The import it came with.
    pub import: Option<i64>,
    /// File and line, or the request.
    pub place: String,
    /// Code of the reason.
    pub reason: String,
    /// The reason in words.
    pub message: String,
    /// What came, byte by byte, cut at [`limits::QUARANTINE_RAW_BYTES`].
    pub raw: Vec<u8>,
}

/// Something in quarantine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Quarantined {
    /// Its number; the cursor of a listing.
    pub id: i64,
    /// When it came.
    pub at: Instant,
    /// Name of the connection it came through.
    pub source: String,
    /// The import it came with.
    pub import: Option<i64>,
    /// File and line, or the request.
    pub place: String,
    /// Code of the reason.
    pub reason: String,
    /// The reason in words.
    pub message: String,
    /// What came; text that is not UTF-8 has its bad bytes replaced here.
    pub raw: String,
}

/// Which part of the quarantine to list or take.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QuarantineFilter {
    /// Only this source.
    pub source: Option<String>,
    /// Only this reason.
    pub reason: Option<String>,
    /// Only this import.
    pub import: Option<i64>,
}

impl State {
    /// Puts things in quarantine, in one transaction.
    pub(crate) async fn quarantine_add(&self, rejects: &[Reject], at: Instant) -> Result<()> {
        let mut tx = self.begin().await?;
        add_rejects(&mut tx, rejects, at).await?;
        commit(tx).await
    }

    /// Things in quarantine after a number, oldest first.
    pub(crate) async fn quarantine_list(
        &self,
        filter: &QuarantineFilter,
        after: i64,
        limit: u32,
    ) -> Result<Vec<Quarantined>> {
        let rows = sqlx::query(
            "SELECT id, at, source, import, place, reason, message, raw FROM quarantine
             WHERE id > $1 AND ($2 IS NULL OR source = $2) AND ($3 IS NULL OR reason = $3)
                AND ($4 IS NULL OR import = $4)
             ORDER BY id LIMIT $5",
        )
        .bind(after)
        .bind(&filter.source)
        .bind(&filter.reason)
        .bind(filter.import)
        .bind(i64::from(limit.min(limits::PAGE_SIZE_MAX)))
        .fetch_all(&self.pool)
        .await
        .map_err(sql("list the quarantine"))?;
        rows.iter().map(quarantined).collect()
    }

    /// How many things are in quarantine, by reason.
    pub(crate) async fn quarantine_count(&self) -> Result<BTreeMap<String, u64>> {
        let rows = sqlx::query("SELECT reason, count(*) FROM quarantine GROUP BY reason")
            .fetch_all(&self.pool)
            .await
            .map_err(sql("count the quarantine"))?;
        Ok(rows.iter().map(|row| (row.get(0), row.get::<i64, _>(1).cast_unsigned())).collect())
    }

    /// Removes things from quarantine, once they were replayed; how many there were.
    pub(crate) async fn quarantine_remove(&self, ids: &[i64]) -> Result<u64> {
        let list = serde_json::to_string(ids)
            .map_err(|error| Error::damaged("a list of quarantine numbers", error))?;
        let done = sqlx::query(self.dialect.remove_quarantined())
            .bind(list)
            .execute(&self.pool)
            .await
            .map_err(sql("empty the quarantine"))?;
        Ok(done.rows_affected())
    }
}

/// Puts things in quarantine.
pub(crate) async fn add_rejects(tx: &mut Tx, rejects: &[Reject], at: Instant) -> Result<()> {
    for reject in rejects {
        let Reject { source, import, place, reason, message, raw } = reject;
        let kept = raw.get(..limits::QUARANTINE_RAW_BYTES).unwrap_or(raw);
        let mut message = message.clone();
        if kept.len() < raw.len() {
            message = format!("{message} (raw text cut off after {} bytes)", kept.len());
        }
        let packed = zstd::bulk::compress(kept, 1)
            .map_err(|error| Error::damaged("raw text for quarantine", error))?;
        sqlx::query(
            "INSERT INTO quarantine (at, source, import, place, reason, message, raw)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(at.micros())
        .bind(source)
        .bind(*import)
        .bind(place)
        .bind(reason)
        .bind(message)
        .bind(packed)
        .execute(&mut **tx)
        .await
        .map_err(sql("quarantine a row"))?;
    }
    Ok(())
}

/// Takes raw text, place and message out of rows, which stay to be counted.
pub(crate) async fn empty(tx: &mut Tx, ids: &[i64]) -> Result<()> {
    let nothing =
        zstd::bulk::compress(&[], 1).map_err(|error| Error::damaged("an empty text", error))?;
    for id in ids {
        sqlx::query("UPDATE quarantine SET raw = $1, place = $2, message = $2 WHERE id = $3")
            .bind(nothing.clone())
            .bind(ERASED)
            .bind(*id)
            .execute(&mut **tx)
            .await
            .map_err(sql("empty a row of the quarantine"))?;
    }
    Ok(())
}

/// Rows with a raw text that came before an instant, by source where one is named.
pub(crate) async fn before(tx: &mut Tx, limits: &[(Option<String>, Instant)]) -> Result<Vec<i64>> {
    let mut found = std::collections::BTreeSet::new();
    for (source, at) in limits {
        let rows = sqlx::query(
            "SELECT id FROM quarantine
             WHERE at < $1 AND place <> $2 AND ($3 IS NULL OR source = $3)",
        )
        .bind(at.micros())
        .bind(ERASED)
        .bind(source)
        .fetch_all(&mut **tx)
        .await
        .map_err(sql("look for old rows of the quarantine"))?;
        found.extend(rows.iter().map(|row| row.get::<i64, _>(0)));
    }
    Ok(found.into_iter().collect())
}

/// What stands where a text named somebody.
pub(super) const ERASED: &str = "erased";

fn quarantined(row: &AnyRow) -> Result<Quarantined> {
    let id: i64 = row.get(0);
    let raw = zstd::bulk::decompress(row.get(7), limits::QUARANTINE_RAW_BYTES)
        .map_err(|error| Error::damaged(format!("row {id} of the quarantine"), error))?;
    Ok(Quarantined {
        id,
        at: Instant::from_micros(row.get(1)),
        source: row.get(2),
        import: row.get(3),
        place: row.get(4),
        reason: row.get(5),
        message: row.get(6),
        raw: String::from_utf8_lossy(&raw).into_owned(),
    })
}
