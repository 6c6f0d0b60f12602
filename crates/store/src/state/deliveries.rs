//! Deliveries of webhooks that wait to be mapped, and what came through each webhook.

use super::quarantine::{Reject, add_rejects};
use super::{State, Tx, commit};
use crate::error::{Error, Result, sql};
use crate::limits;
use event::Instant;
use sqlx::Row;
use sqlx::any::AnyRow;
use std::collections::BTreeMap;

/// A delivery as it came, proven to come from where it should.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDelivery {
    /// The source whose webhook it is.
    pub source: String,
    /// Its own id, or the digest of its content: while one waits, it is not kept again.
    pub key: String,
    /// When it came.
    pub received_at: Instant,
    /// Headers that its mapping may read.
    pub headers: Vec<(String, String)>,
    /// Its body, byte by byte.
    pub body: Vec<u8>,
}

/// A delivery that waits to be mapped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Its number.
    pub id: i64,
    /// When it came.
    pub received_at: Instant,
    /// Headers that its mapping may read.
    pub headers: Vec<(String, String)>,
    /// Its body, byte by byte.
    pub body: Vec<u8>,
}

/// What a delivery came to, whose events are on disk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mapping {
    /// The number of the delivery.
    pub id: i64,
    /// Events it made, known ones included.
    pub events: u64,
    /// What of it could not be understood.
    pub rejects: Vec<Reject>,
}

/// How a webhook stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HookState {
    /// Deliveries that came, those sent again left out.
    pub received: u64,
    /// Deliveries that came again while the first still waited.
    pub repeated: u64,
    /// Deliveries that were mapped.
    pub mapped: u64,
    /// Events they made.
    pub events: u64,
    /// What of them could not be understood.
    pub quarantined: u64,
    /// Bytes of the packed bodies that wait.
    pub waiting_bytes: u64,
    /// When the last one came.
    pub last_received_at: Option<Instant>,
    /// When the last one was mapped.
    pub last_mapped_at: Option<Instant>,
    /// When the oldest that still waits came.
    pub oldest_waiting_at: Option<Instant>,
}

impl HookState {
    /// Deliveries that wait to be mapped.
    pub fn waiting(&self) -> u64 {
        self.received.saturating_sub(self.mapped)
    }
}

/// A delivery with its body packed.
#[derive(Clone, Debug)]
pub(crate) struct Packed {
    pub(crate) delivery: NewDelivery,
    pub(crate) size: usize,
}

/// Room that is left for deliveries.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Room {
    pub(crate) waiting: u64,
    pub(crate) bytes: u64,
}

impl Room {
    pub(crate) fn fits(&self, packed: &Packed, waiting_max: u64) -> bool {
        self.waiting < waiting_max
            && self.bytes + packed.delivery.body.len() as u64 <= limits::DELIVERIES_BYTES_MAX
    }
}

/// How much waits, in all webhooks together.
pub(crate) async fn room(tx: &mut Tx) -> Result<Room> {
    let rows = sqlx::query("SELECT received, mapped, waiting_bytes FROM hook")
        .fetch_all(&mut **tx)
        .await
        .map_err(sql("count the deliveries"))?;
    let mut room = Room { waiting: 0, bytes: 0 };
    for row in &rows {
        room.waiting += count(row, 0).saturating_sub(count(row, 1));
        room.bytes += count(row, 2);
    }
    Ok(room)
}

/// Keeps a delivery; whether it was new.
pub(crate) async fn add(tx: &mut Tx, packed: &Packed) -> Result<bool> {
    let Packed { delivery, size } = packed;
    let headers = serde_json::to_string(&delivery.headers)
        .map_err(|error| Error::damaged("the headers of a delivery", error))?;
    let added = sqlx::query(
        "INSERT INTO delivery (source, key, received_at, headers, size, body)
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (source, key) DO NOTHING",
    )
    .bind(&delivery.source)
    .bind(&delivery.key)
    .bind(delivery.received_at.micros())
    .bind(headers)
    .bind(i64::try_from(*size).unwrap_or(i64::MAX))
    .bind(delivery.body.as_slice())
    .execute(&mut **tx)
    .await
    .map_err(sql("keep a delivery"))?;
    Ok(added.rows_affected() == 1)
}

/// What one transaction adds to a webhook's counters.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Came {
    pub(crate) received: u64,
    pub(crate) repeated: u64,
    pub(crate) bytes: u64,
}

/// Counts what came.
pub(crate) async fn count_came(
    tx: &mut Tx,
    came: &BTreeMap<&str, Came>,
    at: Instant,
) -> Result<()> {
    for (source, came) in came {
        sqlx::query(
            "INSERT INTO hook (source, received, repeated, waiting_bytes, last_received_at)
             VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (source) DO UPDATE SET
                received = hook.received + excluded.received,
                repeated = hook.repeated + excluded.repeated,
                waiting_bytes = hook.waiting_bytes + excluded.waiting_bytes,
                last_received_at = excluded.last_received_at",
        )
        .bind(*source)
        .bind(came.received.cast_signed())
        .bind(came.repeated.cast_signed())
        .bind(came.bytes.cast_signed())
        .bind(at.micros())
        .execute(&mut **tx)
        .await
        .map_err(sql("count a delivery"))?;
    }
    Ok(())
}

impl State {
    /// The oldest deliveries of a source, as many as fit into the limit of bytes, at least one.
    pub(crate) async fn deliveries(&self, source: &str, limit: u32) -> Result<Vec<Delivery>> {
        let sizes =
            sqlx::query("SELECT id, size FROM delivery WHERE source = $1 ORDER BY id LIMIT $2")
                .bind(source)
                .bind(i64::from(limit.min(limits::PAGE_SIZE_MAX)))
                .fetch_all(&self.pool)
                .await
                .map_err(sql("list the deliveries"))?;
        let mut bytes = 0;
        let fits = |row: &&AnyRow| {
            let first = bytes == 0;
            bytes += count(row, 1).max(1);
            first || bytes <= limits::DELIVERIES_READ_BYTES
        };
        let Some(last) = sizes.iter().take_while(fits).last() else { return Ok(Vec::new()) };
        let rows = sqlx::query(
            "SELECT id, received_at, headers, size, body FROM delivery
             WHERE source = $1 AND id <= $2 ORDER BY id",
        )
        .bind(source)
        .bind(last.get::<i64, _>(0))
        .fetch_all(&self.pool)
        .await
        .map_err(sql("read deliveries"))?;
        rows.iter().map(delivery).collect()
    }

    /// Removes deliveries whose events are on disk; what of them was not understood goes to the
    /// quarantine in the same transaction, and nothing does of those that are gone already.
    pub(crate) async fn deliveries_done(
        &self,
        source: &str,
        mappings: &[Mapping],
        at: Instant,
        step: &(dyn Fn() -> Result<()> + Sync),
    ) -> Result<()> {
        let mut tx = self.begin().await?;
        let mut done = HookState::default();
        for mapping in mappings {
            let Some(bytes) = remove(&mut tx, mapping.id).await? else { continue };
            done.mapped += 1;
            done.events += mapping.events;
            done.quarantined += mapping.rejects.len() as u64;
            done.waiting_bytes += bytes;
            add_rejects(&mut tx, &mapping.rejects, at).await?;
        }
        sqlx::query(
            "UPDATE hook SET mapped = mapped + $2, events = events + $3,
                quarantined = quarantined + $4, waiting_bytes = waiting_bytes - $5,
                last_mapped_at = $6
             WHERE source = $1",
        )
        .bind(source)
        .bind(done.mapped.cast_signed())
        .bind(done.events.cast_signed())
        .bind(done.quarantined.cast_signed())
        .bind(done.waiting_bytes.cast_signed())
        .bind(at.micros())
        .execute(&mut *tx)
        .await
        .map_err(sql("count what was mapped"))?;
        step()?;
        commit(tx).await
    }

    /// How each webhook stands through which something came.
    pub(crate) async fn hooks(&self) -> Result<BTreeMap<String, HookState>> {
        let mut tx = self.begin_reading().await?;
        let rows = sqlx::query(
            "SELECT source, received, repeated, mapped, events, quarantined, waiting_bytes,
                last_received_at, last_mapped_at
             FROM hook",
        )
        .fetch_all(&mut *tx)
        .await
        .map_err(sql("list the webhooks"))?;
        let oldest = sqlx::query("SELECT source, min(received_at) FROM delivery GROUP BY source")
            .fetch_all(&mut *tx)
            .await
            .map_err(sql("find the oldest deliveries"))?;
        commit(tx).await?;
        let mut hooks: BTreeMap<String, HookState> =
            rows.iter().map(|row| (row.get(0), hook(row))).collect();
        for row in &oldest {
            let at: i64 = row.get(1);
            let hook = hooks.entry(row.get(0)).or_default();
            hook.oldest_waiting_at = Some(Instant::from_micros(at));
        }
        Ok(hooks)
    }
}

/// Removes a delivery; the bytes of its packed body, where it was still there.
async fn remove(tx: &mut Tx, id: i64) -> Result<Option<u64>> {
    let bytes: Option<i64> = sqlx::query_scalar("SELECT length(body) FROM delivery WHERE id = $1")
        .bind(id)
        .fetch_optional(&mut **tx)
        .await
        .map_err(sql("find a delivery"))?;
    sqlx::query("DELETE FROM delivery WHERE id = $1")
        .bind(id)
        .execute(&mut **tx)
        .await
        .map_err(sql("remove a delivery"))?;
    Ok(bytes.map(i64::cast_unsigned))
}

fn count(row: &AnyRow, column: usize) -> u64 {
    row.get::<i64, _>(column).max(0).cast_unsigned()
}

fn hook(row: &AnyRow) -> HookState {
    let at = |column| row.get::<Option<i64>, _>(column).map(Instant::from_micros);
    HookState {
        received: count(row, 1),
        repeated: count(row, 2),
        mapped: count(row, 3),
        events: count(row, 4),
        quarantined: count(row, 5),
        waiting_bytes: count(row, 6),
        last_received_at: at(7),
        last_mapped_at: at(8),
        oldest_waiting_at: None,
    }
}

fn delivery(row: &AnyRow) -> Result<Delivery> {
    let id: i64 = row.get(0);
    let damaged = |detail: &dyn std::fmt::Display| Error::damaged(format!("delivery {id}"), detail);
    let size = usize::try_from(row.get::<i64, _>(3)).unwrap_or(0);
    let packed: Vec<u8> = row.get(4);
    let body = zstd::bulk::decompress(&packed, size.min(limits::BLOCK_BYTES_MAX))
        .map_err(|error| damaged(&error))?;
    let headers: String = row.get(2);
    Ok(Delivery {
        id,
        received_at: Instant::from_micros(row.get(1)),
        headers: serde_json::from_str(&headers).map_err(|error| damaged(&error))?,
        body,
    })
}
