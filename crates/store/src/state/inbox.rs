//! Batches that were accepted and are not yet sealed.

use super::dialect::Dialect;
use super::{Tx, meta, set_meta};
use crate::error::{Error, Result, sql};
use event::{Event, Instant};
use sqlx::Row;

const NEXT: &str = "next_batch";

/// A batch of the inbox.
pub(crate) struct Stored {
    pub(crate) number: u64,
    pub(crate) accepted_at: Instant,
    pub(crate) events: Vec<Event>,
}

/// A number for a batch, greater than all before. It is used up when the transaction commits.
pub(crate) async fn next_number(tx: &mut Tx) -> Result<u64> {
    let next = newest(tx).await? + 1;
    set_meta(tx, NEXT, (next + 1).to_string()).await?;
    Ok(next)
}

/// The newest number that a batch ever got; 0 before the first.
pub(crate) async fn newest(tx: &mut Tx) -> Result<u64> {
    if let Some(text) = meta(tx, NEXT).await? {
        let next: Result<u64, _> = text.parse();
        return next
            .map(|next| next.saturating_sub(1))
            .map_err(|_| Error::damaged("the counter of batches", text));
    }
    Ok(0)
}

/// Begins to count in a folder from before there was a counter, above what its inbox holds.
pub(crate) async fn begin_counting(tx: &mut Tx) -> Result<()> {
    if meta(tx, NEXT).await?.is_none() {
        let newest: i64 = sqlx::query_scalar("SELECT COALESCE(MAX(batch), 0) FROM inbox")
            .fetch_one(&mut **tx)
            .await
            .map_err(sql("list the inbox"))?;
        set_meta(tx, NEXT, (newest + 1).to_string()).await?;
    }
    Ok(())
}

/// Adds a batch under a number of [`next_number`].
pub(crate) async fn add(
    tx: &mut Tx,
    number: u64,
    at: Instant,
    events: u64,
    body: Vec<u8>,
) -> Result<()> {
    sqlx::query("INSERT INTO inbox (batch, accepted_at, events, body) VALUES ($1, $2, $3, $4)")
        .bind(number.cast_signed())
        .bind(at.micros())
        .bind(events.cast_signed())
        .bind(body)
        .execute(&mut **tx)
        .await
        .map_err(sql("accept a batch"))?;
    Ok(())
}

/// The first batch with a number from one to another.
pub(crate) async fn first(pool: &sqlx::AnyPool, from: u64, to: u64) -> Result<Option<Stored>> {
    let row = sqlx::query(
        "SELECT batch, accepted_at, body FROM inbox WHERE batch BETWEEN $1 AND $2
         ORDER BY batch LIMIT 1",
    )
    .bind(from.cast_signed())
    .bind(to.cast_signed())
    .fetch_optional(pool)
    .await
    .map_err(sql("read a batch of the inbox"))?;
    let Some(row) = row else { return Ok(None) };
    let number = row.get::<i64, _>(0).cast_unsigned();
    let body: Vec<u8> = row.get(2);
    let events = crate::codec::unpack(&body)
        .ok_or_else(|| Error::damaged(format!("batch {number} of the inbox"), "unreadable body"))?;
    Ok(Some(Stored { number, accepted_at: Instant::from_micros(row.get(1)), events }))
}

/// The numbers of the batches that are there, in order.
pub(crate) async fn waiting(tx: &mut Tx) -> Result<Vec<u64>> {
    let rows = sqlx::query("SELECT batch FROM inbox ORDER BY batch")
        .fetch_all(&mut **tx)
        .await
        .map_err(sql("list the inbox"))?;
    Ok(rows.iter().map(|row| row.get::<i64, _>(0).cast_unsigned()).collect())
}

/// The events of a batch; `None` where it was sealed meanwhile.
pub(crate) async fn events(pool: &sqlx::AnyPool, batch: u64) -> Result<Option<Vec<Event>>> {
    let body: Option<Vec<u8>> = sqlx::query_scalar("SELECT body FROM inbox WHERE batch = $1")
        .bind(batch.cast_signed())
        .fetch_optional(pool)
        .await
        .map_err(sql("read a batch of the inbox"))?;
    let Some(body) = body else { return Ok(None) };
    let unreadable = || Error::damaged(format!("batch {batch} of the inbox"), "unreadable body");
    crate::codec::unpack(&body).map(Some).ok_or_else(unreadable)
}

/// Puts another body in place of a batch's own, where it is still there.
pub(crate) async fn replace(tx: &mut Tx, batch: u64, body: Vec<u8>) -> Result<()> {
    sqlx::query("UPDATE inbox SET body = $1 WHERE batch = $2")
        .bind(body)
        .bind(batch.cast_signed())
        .execute(&mut **tx)
        .await
        .map_err(sql("rewrite a batch of the inbox"))?;
    Ok(())
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
