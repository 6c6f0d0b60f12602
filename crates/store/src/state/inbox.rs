//! Batches that were accepted and are not yet sealed.

use super::Tx;
use super::dialect::Dialect;
use crate::error::{Error, Result, sql};
use event::{Event, Instant};
use sqlx::Row;

/// Adds a batch under a number greater than all before.
pub(crate) async fn add(
    tx: &mut Tx,
    batch: u64,
    at: Instant,
    events: usize,
    body: Vec<u8>,
) -> Result<()> {
    sqlx::query("INSERT INTO inbox (batch, accepted_at, events, body) VALUES ($1, $2, $3, $4)")
        .bind(batch.cast_signed())
        .bind(at.micros())
        .bind(i64::try_from(events).unwrap_or(i64::MAX))
        .bind(body)
        .execute(&mut **tx)
        .await
        .map_err(sql("accept a batch"))?;
    Ok(())
}

/// The numbers of the batches that wait, in order.
pub(crate) async fn waiting(tx: &mut Tx) -> Result<Vec<u64>> {
    let rows = sqlx::query("SELECT batch FROM inbox ORDER BY batch")
        .fetch_all(&mut **tx)
        .await
        .map_err(sql("list the inbox"))?;
    Ok(rows.iter().map(|row| row.get::<i64, _>(0).cast_unsigned()).collect())
}

/// When a batch was accepted, and its events.
pub(crate) async fn read(pool: &sqlx::AnyPool, batch: u64) -> Result<(Instant, Vec<Event>)> {
    let row = sqlx::query("SELECT accepted_at, body FROM inbox WHERE batch = $1")
        .bind(batch.cast_signed())
        .fetch_one(pool)
        .await
        .map_err(sql("read a batch of the inbox"))?;
    let body: Vec<u8> = row.get(1);
    let events = crate::codec::unpack(&body)
        .ok_or_else(|| Error::damaged(format!("batch {batch} of the inbox"), "unreadable body"))?;
    Ok((Instant::from_micros(row.get(0)), events))
}

/// Removes batches that are sealed whole.
pub(crate) async fn remove(tx: &mut Tx, batches: &[u64]) -> Result<()> {
    let list = serde_json::to_string(batches)
        .map_err(|error| Error::damaged("a list of batches", error))?;
    sqlx::query(Dialect::of(tx).remove_batches())
        .bind(list)
        .execute(&mut **tx)
        .await
        .map_err(sql("remove sealed batches"))?;
    Ok(())
}
