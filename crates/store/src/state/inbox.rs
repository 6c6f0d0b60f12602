//! Batches that were accepted and are not yet sealed.

use super::dialect::Dialect;
use super::{State, Tx, commit, meta, set_meta};
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

/// The newest number that a batch ever got; 0 before the first.
pub(crate) async fn newest(tx: &mut Tx) -> Result<u64> {
    let newest: i64 = sqlx::query_scalar(
        "SELECT COALESCE(MAX(n), 0) FROM (SELECT MAX(batch) AS n FROM inbox
         UNION ALL SELECT CAST(value AS BIGINT) - 1 FROM meta WHERE name = 'next_batch') AS known",
    )
    .fetch_one(&mut **tx)
    .await
    .map_err(sql("read the counter of batches"))?;
    Ok(newest.cast_unsigned())
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

/// Adds a batch in a transaction of its own, under a number greater than all before; the number.
/// `before` is asked before it becomes durable.
pub(crate) async fn accept(
    state: &State,
    at: Instant,
    events: u64,
    body: Vec<u8>,
    before: impl FnOnce() -> Result<()>,
) -> Result<u64> {
    if let Some(_turn) = state.turn().await {
        // A statement alone is a transaction: one trip to the database's thread instead of three.
        before()?;
        return add(&state.pool, at, events, body).await;
    }
    let mut tx = state.begin().await?;
    let number = add(&mut *tx, at, events, body).await?;
    before()?;
    commit(tx).await?;
    Ok(number)
}

/// Adds a batch under a number greater than all before; the number.
///
/// The counter in `meta` only has to be ahead of what is not in the inbox any more.
pub(crate) async fn add<'a>(
    to: impl sqlx::Executor<'a, Database = sqlx::Any>,
    at: Instant,
    events: u64,
    body: Vec<u8>,
) -> Result<u64> {
    let added = sqlx::query_scalar(
        "INSERT INTO inbox (batch, accepted_at, events, body)
         SELECT COALESCE(MAX(n), 0) + 1, $1, $2, $3 FROM (SELECT MAX(batch) AS n FROM inbox
         UNION ALL SELECT CAST(value AS BIGINT) - 1 FROM meta WHERE name = 'next_batch') AS known
         RETURNING batch",
    )
    .bind(at.micros())
    .bind(events.cast_signed())
    .bind(body)
    // To its end, which is when it is durable where it is a transaction by itself.
    .fetch_all(to)
    .await
    .map_err(sql("accept a batch"))?;
    let number: Option<&i64> = added.first();
    number
        .map(|number| number.cast_unsigned())
        .ok_or_else(|| Error::damaged("the inbox", "a batch got no number"))
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

/// Removes batches that are sealed whole; their numbers are not used again.
pub(crate) async fn remove(tx: &mut Tx, batches: &[u64]) -> Result<()> {
    let newest = newest(tx).await?;
    set_meta(tx, NEXT, (newest + 1).to_string()).await?;
    let list = serde_json::to_string(batches)
        .map_err(|error| Error::damaged("a list of batches", error))?;
    sqlx::query(Dialect::of(tx).remove_batches())
        .bind(list)
        .execute(&mut **tx)
        .await
        .map_err(sql("remove sealed batches"))?;
    Ok(())
}
