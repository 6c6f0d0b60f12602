//! Size and checksum of the files of segments, and the backups that are known.

use super::{State, Tx};
use crate::error::{Error, Result, sql};
use crate::segment::Stats;
use crate::sums::{FileSum, FileSums};
use event::Instant;
use facts::Table;
use serde::Serialize;
use sqlx::Row;
use std::collections::BTreeMap;

/// A backup that was made of this data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KnownBackup {
    /// The archive or folder, as whoever made it named it.
    pub place: String,
    /// When it was made.
    pub made_at: Instant,
    /// Tickets in it.
    pub tickets: u64,
    /// Bytes of its files, unpacked.
    pub bytes: u64,
}

/// Puts the sums of a segment's files in place of those of its earlier version.
pub(super) async fn swap(tx: &mut Tx, id: u32, version: u64, stats: &Stats) -> Result<()> {
    sqlx::query("DELETE FROM segment_file WHERE segment = $1")
        .bind(i64::from(id))
        .execute(&mut **tx)
        .await
        .map_err(sql("forget checksums"))?;
    let Some(files) = &stats.files else { return Ok(()) };
    for (table, sum) in Table::ALL.into_iter().zip(files) {
        sqlx::query(
            "INSERT INTO segment_file (segment, name, version, bytes, checksum)
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(i64::from(id))
        .bind(table.name())
        .bind(version.cast_signed())
        .bind(sum.bytes.cast_signed())
        .bind(sum.hex())
        .execute(&mut **tx)
        .await
        .map_err(sql("note checksums"))?;
    }
    Ok(())
}

/// The sums of every version of a segment of which all files are known.
pub(super) async fn read(tx: &mut Tx) -> Result<BTreeMap<(u32, u64), FileSums>> {
    let rows = sqlx::query("SELECT segment, version, name, bytes, checksum FROM segment_file")
        .fetch_all(&mut **tx)
        .await
        .map_err(sql("read checksums"))?;
    let mut found: BTreeMap<(u32, u64), [Option<FileSum>; Table::ALL.len()]> = BTreeMap::new();
    for row in &rows {
        let id = super::u32_of(row, 0, "the checksum of a segment")?;
        let name: String = row.get(2);
        // What a later version may add to a segment is not ours to compare.
        let Some(table) = Table::ALL.into_iter().find(|table| table.name() == name) else {
            continue;
        };
        let text: String = row.get(4);
        let checksum = u128::from_str_radix(&text, 16)
            .map_err(|error| Error::damaged(format!("the checksum of segment {id}"), error))?;
        let sum = FileSum { bytes: row.get::<i64, _>(3).cast_unsigned(), checksum };
        let files = found.entry((id, row.get::<i64, _>(1).cast_unsigned())).or_default();
        files[table.index()] = Some(sum);
    }
    let whole = |files: [Option<FileSum>; Table::ALL.len()]| {
        let files: Vec<FileSum> = files.into_iter().flatten().collect();
        FileSums::try_from(files).ok()
    };
    Ok(found.into_iter().filter_map(|(key, files)| Some((key, whole(files)?))).collect())
}

impl State {
    /// Notes where a backup is; one that is made again at its place is known once.
    pub(crate) async fn backup_add(&self, backup: &KnownBackup) -> Result<()> {
        sqlx::query(
            "INSERT INTO backup (place, made_at, tickets, bytes) VALUES ($1, $2, $3, $4)
             ON CONFLICT (place) DO UPDATE SET made_at = excluded.made_at,
                tickets = excluded.tickets, bytes = excluded.bytes",
        )
        .bind(backup.place.as_str())
        .bind(backup.made_at.micros())
        .bind(backup.tickets.cast_signed())
        .bind(backup.bytes.cast_signed())
        .execute(&self.pool)
        .await
        .map_err(sql("note a backup"))?;
        Ok(())
    }

    /// The backups that are known, newest first.
    pub(crate) async fn backups(&self) -> Result<Vec<KnownBackup>> {
        let rows = sqlx::query(
            "SELECT place, made_at, tickets, bytes FROM backup ORDER BY made_at DESC, place",
        )
        .fetch_all(&self.pool)
        .await
        .map_err(sql("list backups"))?;
        Ok(rows
            .iter()
            .map(|row| KnownBackup {
                place: row.get(0),
                made_at: Instant::from_micros(row.get(1)),
                tickets: row.get::<i64, _>(2).cast_unsigned(),
                bytes: row.get::<i64, _>(3).cast_unsigned(),
            })
            .collect())
    }

    /// Forgets a backup that is there no more; whether it was known.
    pub(crate) async fn backup_forget(&self, place: &str) -> Result<bool> {
        let done = sqlx::query("DELETE FROM backup WHERE place = $1")
            .bind(place)
            .execute(&self.pool)
            .await
            .map_err(sql("forget a backup"))?;
        Ok(done.rows_affected() > 0)
    }
}
