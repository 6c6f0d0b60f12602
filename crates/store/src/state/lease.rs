//! What only one process may do at a time, and how one that was replaced finds out.

use super::dialect::Dialect;
use super::{State, Tx, commit};
use crate::error::{Error, Result, sql};
use event::{Clock, Instant};
use sqlx::Row;

/// A lease that this process took. It may have been replaced since: what is written under a lease
/// checks its token in the same transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// Of what.
    pub name: &'static str,
    /// Who took it.
    pub holder: String,
    /// Grows with each holder.
    pub token: i64,
}

/// Who has a lease now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The name it took the lease under.
    pub holder: String,
    /// Until when, unless it is renewed.
    pub until: Instant,
}

impl State {
    /// Takes a lease for so many microseconds where nobody else has it.
    pub(crate) async fn lease_take(
        &self,
        name: &'static str,
        holder: &str,
        length_us: i64,
        clock: &dyn Clock,
    ) -> Result<Option<Lease>> {
        let mut tx = self.begin().await?;
        let now = self.lease_now(&mut tx, clock).await?;
        let found = read(&mut tx, name).await?;
        if let Some(held) = &found
            && held.is_live(now)
            && held.holder != holder
        {
            return Ok(None);
        }
        let token = found.map_or(1, |held| held.token + 1);
        sqlx::query(
            "INSERT INTO lease (name, holder, token, until, length_us) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, token = excluded.token,
                until = excluded.until, length_us = excluded.length_us",
        )
        .bind(name)
        .bind(holder)
        .bind(token)
        .bind(now.saturating_add(length_us))
        .bind(length_us)
        .execute(&mut *tx)
        .await
        .map_err(sql("take a lease"))?;
        commit(tx).await?;
        Ok(Some(Lease { name, holder: holder.to_owned(), token }))
    }

    /// Has a lease for its length from now on; false where another holder replaced it.
    pub(crate) async fn lease_renew(&self, lease: &Lease, clock: &dyn Clock) -> Result<bool> {
        let mut tx = self.begin().await?;
        let now = self.lease_now(&mut tx, clock).await?;
        let done =
            sqlx::query("UPDATE lease SET until = $1 + length_us WHERE name = $2 AND token = $3")
                .bind(now)
                .bind(lease.name)
                .bind(lease.token)
                .execute(&mut *tx)
                .await
                .map_err(sql("renew a lease"))?;
        commit(tx).await?;
        Ok(done.rows_affected() > 0)
    }

    /// Gives a lease back, so that another process need not wait for its end.
    pub(crate) async fn lease_release(&self, lease: &Lease) -> Result<()> {
        sqlx::query("UPDATE lease SET until = 0 WHERE name = $1 AND token = $2")
            .bind(lease.name)
            .bind(lease.token)
            .execute(&self.pool)
            .await
            .map_err(sql("give back a lease"))?;
        Ok(())
    }

    /// Ends every lease: whoever held one is gone, since this process has the folder to itself.
    pub(crate) async fn lease_end_all(&self) -> Result<()> {
        sqlx::query("UPDATE lease SET until = 0 WHERE until <> 0")
            .execute(&self.pool)
            .await
            .map_err(sql("end the leases of a process that is gone"))?;
        Ok(())
    }

    /// Who has a lease; `None` where nobody has.
    pub(crate) async fn lease_holder(
        &self,
        name: &'static str,
        clock: &dyn Clock,
    ) -> Result<Option<Holder>> {
        let mut tx = self.begin_reading().await?;
        let now = self.lease_now(&mut tx, clock).await?;
        let found = read(&mut tx, name).await?;
        commit(tx).await?;
        Ok(found
            .filter(|held| held.is_live(now))
            .map(|held| Holder { holder: held.holder, until: Instant::from_micros(held.until) }))
    }

    /// The time that leases go by: that of the database where processes share one, because the
    /// clocks of their machines may differ.
    async fn lease_now(&self, tx: &mut Tx, clock: &dyn Clock) -> Result<i64> {
        match self.dialect {
            Dialect::Sqlite => Ok(clock.now().micros()),
            Dialect::Postgres => sqlx::query_scalar(
                "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)",
            )
            .fetch_one(&mut **tx)
            .await
            .map_err(sql("ask for the time")),
        }
    }
}

/// Fails unless the lease is still this holder's. The transaction has the write lock, so that
/// nobody takes the lease before it ends.
pub(crate) async fn check(tx: &mut Tx, lease: Option<&Lease>) -> Result<()> {
    let Some(lease) = lease else { return Ok(()) };
    let token: Option<i64> = sqlx::query_scalar("SELECT token FROM lease WHERE name = $1")
        .bind(lease.name)
        .fetch_optional(&mut **tx)
        .await
        .map_err(sql("check a lease"))?;
    if token == Some(lease.token) {
        return Ok(());
    }
    Err(Error::Replaced { name: lease.name, holder: lease.holder.clone() })
}

/// A line of the table.
struct Held {
    holder: String,
    token: i64,
    until: i64,
    length_us: i64,
}

impl Held {
    /// An end further away than a lease is long means that the clock went back: nobody is bound.
    /// The holder may still live; its token is old from then on.
    fn is_live(&self, now: i64) -> bool {
        now < self.until && self.until <= now.saturating_add(self.length_us)
    }
}

async fn read(tx: &mut Tx, name: &'static str) -> Result<Option<Held>> {
    let row = sqlx::query("SELECT holder, token, until, length_us FROM lease WHERE name = $1")
        .bind(name)
        .fetch_optional(&mut **tx)
        .await
        .map_err(sql("read a lease"))?;
    Ok(row.map(|row| Held {
        holder: row.get(0),
        token: row.get(1),
        until: row.get(2),
        length_us: row.get(3),
    }))
}
