//! Numbers that only grow, whichever process asks.

use super::Tx;
use crate::error::{Result, sql};

/// Changes of the manifest or the policies: a process that sees this number grow looks again.
pub(crate) const MANIFEST: &str = "manifest";
/// Versions of segments.
pub(crate) const VERSION: &str = "version";

/// Takes the next `count` numbers; the last of them.
pub(crate) async fn take(tx: &mut Tx, name: &'static str, count: u64) -> Result<u64> {
    let last: i64 =
        sqlx::query_scalar("UPDATE counter SET value = value + $2 WHERE name = $1 RETURNING value")
            .bind(name)
            .bind(count.cast_signed())
            .fetch_one(&mut **tx)
            .await
            .map_err(sql("take a number"))?;
    Ok(last.cast_unsigned())
}

/// The number that was given last.
pub(crate) async fn last(tx: &mut Tx, name: &'static str) -> Result<u64> {
    let last: i64 = sqlx::query_scalar("SELECT value FROM counter WHERE name = $1")
        .bind(name)
        .fetch_one(&mut **tx)
        .await
        .map_err(sql("read a counter"))?;
    Ok(last.cast_unsigned())
}
