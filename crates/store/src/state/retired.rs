//! Replaced versions of segments that other processes may still read.

use super::{Tx, u32_of};
use crate::error::{Result, sql};
use event::Instant;
use sqlx::Row;
use sqlx::any::AnyRow;

/// Notes the versions in force of these segments as replaced; the swap that replaces them follows
/// in the same transaction.
pub(crate) async fn add(tx: &mut Tx, id: u32, at: Instant) -> Result<()> {
    sqlx::query(
        "INSERT INTO retired_segment (id, version, retired_at)
         SELECT id, version, $2 FROM segment WHERE id = $1
         ON CONFLICT (id, version) DO NOTHING",
    )
    .bind(i64::from(id))
    .bind(at.micros())
    .execute(&mut **tx)
    .await
    .map_err(sql("note a replaced segment"))?;
    Ok(())
}

/// Those replaced before an instant, with id and version.
pub(crate) async fn before(tx: &mut Tx, at: Instant) -> Result<Vec<(u32, u64)>> {
    let rows = sqlx::query("SELECT id, version FROM retired_segment WHERE retired_at < $1")
        .bind(at.micros())
        .fetch_all(&mut **tx)
        .await
        .map_err(sql("list replaced segments"))?;
    let place = |row: &AnyRow| {
        let version: i64 = row.get(1);
        Ok((u32_of(row, 0, "the id of a replaced segment")?, version.cast_unsigned()))
    };
    rows.iter().map(place).collect()
}

/// Forgets one whose files are gone.
pub(crate) async fn remove(tx: &mut Tx, id: u32, version: u64) -> Result<()> {
    sqlx::query("DELETE FROM retired_segment WHERE id = $1 AND version = $2")
        .bind(i64::from(id))
        .bind(version.cast_signed())
        .execute(&mut **tx)
        .await
        .map_err(sql("forget a replaced segment"))?;
    Ok(())
}

/// Forgets all of them, where nobody can be reading any.
pub(crate) async fn remove_all(tx: &mut Tx) -> Result<()> {
    sqlx::query("DELETE FROM retired_segment")
        .execute(&mut **tx)
        .await
        .map_err(sql("forget replaced segments"))?;
    Ok(())
}
