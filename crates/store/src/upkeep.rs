//! Who may write segments: one operation at a time, in all processes together.

use crate::core::Core;
use crate::error::{Error, Result, sql};
use crate::state::dialect::Dialect;
use crate::state::{Tx, commit, counter, manifest, retired};
use crate::{limits, state};
use sqlx::Any;
use sqlx::pool::PoolConnection;
use std::sync::Mutex;
use tokio::sync::MutexGuard;

/// The right to change the manifest; given back when dropped.
#[derive(Debug)]
pub(crate) struct Upkeep<'a> {
    _local: MutexGuard<'a, ()>,
    /// The connection that holds the lock; closed with it.
    remote: Option<Mutex<PoolConnection<Any>>>,
    /// The change of the manifest that the newest snapshot shows.
    manifest: u64,
}

impl Core {
    /// Waits until nobody else changes the manifest. The newest snapshot then shows it as it is.
    pub(crate) async fn upkeep(&self) -> Result<Upkeep<'_>> {
        let local = self.upkeep.lock().await;
        let remote = match self.state.dialect {
            Dialect::Sqlite => None,
            Dialect::Postgres => {
                let mut connection = self.remote().await?;
                sqlx::query(state::dialect::LOCK_UPKEEP)
                    .execute(&mut *connection)
                    .await
                    .map_err(sql("wait for other processes"))?;
                Some(connection)
            }
        };
        self.begin_upkeep(local, remote).await
    }

    /// The same where nobody else has it; `None` where another process does.
    pub(crate) async fn try_upkeep(&self) -> Result<Option<Upkeep<'_>>> {
        let local = self.upkeep.lock().await;
        let remote = match self.state.dialect {
            Dialect::Sqlite => None,
            Dialect::Postgres => {
                let mut connection = self.remote().await?;
                let is_ours: bool = sqlx::query_scalar(state::dialect::TRY_LOCK_UPKEEP)
                    .fetch_one(&mut *connection)
                    .await
                    .map_err(sql("look at other processes"))?;
                if !is_ours {
                    return Ok(None);
                }
                Some(connection)
            }
        };
        self.begin_upkeep(local, remote).await.map(Some)
    }

    /// A connection that is closed when it is dropped, and its locks with it.
    async fn remote(&self) -> Result<PoolConnection<Any>> {
        let mut connection = self.state.pool.acquire().await.map_err(sql("connect"))?;
        connection.close_on_drop();
        Ok(connection)
    }

    async fn begin_upkeep<'a>(
        &'a self,
        local: MutexGuard<'a, ()>,
        remote: Option<PoolConnection<Any>>,
    ) -> Result<Upkeep<'a>> {
        if self.is_shared() {
            self.refresh().await?;
        }
        let manifest = self.snapshot().manifest;
        Ok(Upkeep { _local: local, remote: remote.map(Mutex::new), manifest })
    }

    /// Removes replaced segments that no process can be reading any more.
    pub(crate) async fn remove_retired(&self) -> Result<()> {
        if !self.is_shared() {
            return Ok(());
        }
        let now = self.clock().now();
        let long_ago = event::Instant::from_micros(now.micros() - limits::RETIRED_GRACE_US);
        let mut tx = self.state.begin_reading().await?;
        let old = retired::before(&mut tx, long_ago).await?;
        commit(tx).await?;
        for (id, version) in old {
            self.layout.remove_segment(id, version)?;
            let mut tx = self.state.begin().await?;
            retired::remove(&mut tx, id, version).await?;
            commit(tx).await?;
        }
        Ok(())
    }
}

impl Upkeep<'_> {
    /// Swaps the manifest in a transaction; the change that it is, for the snapshot that shows it.
    pub(crate) async fn swap(
        &self,
        tx: &mut Tx,
        lines: &[manifest::Line],
        at: event::Instant,
    ) -> Result<u64> {
        // Whoever lost its connection lost the right: somebody else may have come in between.
        if self.remote.is_some() && counter::last(tx, counter::MANIFEST).await? != self.manifest {
            return Err(Error::Overtaken);
        }
        manifest::swap(tx, lines, at).await
    }

    /// Notes that a change that was swapped in is shown.
    pub(crate) const fn shown(&mut self, manifest: u64) {
        self.manifest = manifest;
    }
}
