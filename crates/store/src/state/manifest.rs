//! Which version of each segment counts, and how far each source got.

use super::dialect::Dialect;
use super::{Tx, counter, files, retired, u32_of};
use crate::error::{Result, sql};
use crate::segment::Stats;
use event::{Instant, Text};
use serde::Serialize;
use sqlx::Row;
use std::collections::BTreeMap;

/// One line of the manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) id: u32,
    pub(crate) version: u64,
    /// Every batch up to this one is in its rows; 0 = not known.
    pub(crate) through: u64,
    /// The version with which a bulk import last changed it: other events than the inbox's.
    pub(crate) imported: u64,
    pub(crate) stats: Stats,
}

/// How far one source got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Freshness {
    /// Latest instant at which something happened.
    pub last_event_at: Instant,
    /// Latest instant at which we learnt of something.
    pub last_seen_at: Instant,
}

impl Freshness {
    /// Both latest instants.
    #[must_use]
    pub fn max(self, other: Self) -> Self {
        Self {
            last_event_at: self.last_event_at.max(other.last_event_at),
            last_seen_at: self.last_seen_at.max(other.last_seen_at),
        }
    }
}

/// The manifest, in the order of the segments.
pub(crate) async fn read(tx: &mut Tx) -> Result<Vec<Line>> {
    let rows = sqlx::query(
        "SELECT id, version, rows, bytes, min_created_at, max_created_at,
                min_last_seen_at, max_last_seen_at, through, imported FROM segment ORDER BY id",
    )
    .fetch_all(&mut **tx)
    .await
    .map_err(sql("read the manifest"))?;
    let sums = files::read(tx).await?;
    let line = |row| {
        let id = u32_of(row, 0, "the id of a segment")?;
        let version = row.get::<i64, _>(1).cast_unsigned();
        Ok(Line {
            id,
            version,
            through: row.get::<i64, _>(8).cast_unsigned(),
            imported: row.get::<i64, _>(9).cast_unsigned(),
            stats: Stats {
                rows: u32_of(row, 2, "the rows of a segment")?,
                bytes: row.get::<i64, _>(3).cast_unsigned(),
                min_created_at: Instant::from_micros(row.get(4)),
                max_created_at: Instant::from_micros(row.get(5)),
                min_last_seen_at: Instant::from_micros(row.get(6)),
                max_last_seen_at: Instant::from_micros(row.get(7)),
                files: sums.get(&(id, version)).copied(),
            },
        })
    };
    rows.iter().map(line).collect()
}

/// Puts new versions of segments in place of the old ones; the number of this change.
pub(crate) async fn swap(tx: &mut Tx, lines: &[Line], at: Instant) -> Result<u64> {
    let change = counter::take(tx, counter::MANIFEST, 1).await?;
    let is_shared = Dialect::of(tx) == Dialect::Postgres;
    for Line { id, version, through, imported, stats } in lines {
        if is_shared {
            retired::add(tx, *id, at).await?;
        }
        sqlx::query(
            "INSERT INTO segment (id, version, rows, bytes, min_created_at,
                max_created_at, min_last_seen_at, max_last_seen_at, sealed_at, through,
                imported)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
             ON CONFLICT (id) DO UPDATE SET version = excluded.version, rows = excluded.rows,
                bytes = excluded.bytes, min_created_at = excluded.min_created_at,
                max_created_at = excluded.max_created_at,
                min_last_seen_at = excluded.min_last_seen_at,
                max_last_seen_at = excluded.max_last_seen_at, sealed_at = excluded.sealed_at,
                through = excluded.through, imported = excluded.imported",
        )
        .bind(i64::from(*id))
        .bind(version.cast_signed())
        .bind(i64::from(stats.rows))
        .bind(stats.bytes.cast_signed())
        .bind(stats.min_created_at.micros())
        .bind(stats.max_created_at.micros())
        .bind(stats.min_last_seen_at.micros())
        .bind(stats.max_last_seen_at.micros())
        .bind(at.micros())
        .bind(through.cast_signed())
        .bind(imported.cast_signed())
        .execute(&mut **tx)
        .await
        .map_err(sql("swap the manifest"))?;
        files::swap(tx, *id, *version, stats).await?;
    }
    Ok(change)
}

/// How far each source got.
pub(crate) async fn freshness(tx: &mut Tx) -> Result<BTreeMap<Text, Freshness>> {
    let rows = sqlx::query("SELECT source, last_event_at, last_seen_at FROM freshness")
        .fetch_all(&mut **tx)
        .await
        .map_err(sql("read how far sources got"))?;
    Ok(rows
        .iter()
        .map(|row| {
            let fresh = Freshness {
                last_event_at: Instant::from_micros(row.get(1)),
                last_seen_at: Instant::from_micros(row.get(2)),
            };
            (Text::from(row.get::<&str, _>(0)), fresh)
        })
        .collect())
}

/// Moves sources forward, never back.
pub(crate) async fn advance(tx: &mut Tx, sources: &BTreeMap<Text, Freshness>) -> Result<()> {
    for (source, fresh) in sources {
        sqlx::query(
            "INSERT INTO freshness (source, last_event_at, last_seen_at) VALUES ($1, $2, $3)
             ON CONFLICT (source) DO UPDATE SET
                last_event_at = CASE WHEN freshness.last_event_at > excluded.last_event_at
                    THEN freshness.last_event_at ELSE excluded.last_event_at END,
                last_seen_at = CASE WHEN freshness.last_seen_at > excluded.last_seen_at
                    THEN freshness.last_seen_at ELSE excluded.last_seen_at END",
        )
        .bind(source.as_str())
        .bind(fresh.last_event_at.micros())
        .bind(fresh.last_seen_at.micros())
        .execute(&mut **tx)
        .await
        .map_err(sql("write how far a source got"))?;
    }
    Ok(())
}
