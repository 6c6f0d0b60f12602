//! The rules of retention, and when what falls due next.

use super::{Tx, u32_of};
use crate::error::{Error, Result, sql};
use crate::retain::RetentionRules;
use event::Instant;
use sqlx::Row;
use std::collections::BTreeMap;

/// The rules in force, with their version; `None` where there never were any.
pub(crate) async fn current(tx: &mut Tx) -> Result<Option<(i64, RetentionRules)>> {
    let row = sqlx::query("SELECT version, document FROM retention ORDER BY version DESC LIMIT 1")
        .fetch_optional(&mut **tx)
        .await
        .map_err(sql("read the rules of retention"))?;
    row.map(|row| {
        let rules = serde_json::from_str(row.get(1))
            .map_err(|error| Error::damaged("the rules of retention", error))?;
        Ok((row.get(0), rules))
    })
    .transpose()
}

/// Puts rules in force.
pub(crate) async fn set(tx: &mut Tx, rules: &RetentionRules, at: Instant) -> Result<()> {
    let version = current(tx).await?.map_or(1, |(version, _)| version + 1);
    let document = serde_json::to_string(rules)
        .map_err(|error| Error::damaged("the rules of retention", error))?;
    sqlx::query("INSERT INTO retention (version, document, since) VALUES ($1, $2, $3)")
        .bind(version)
        .bind(document)
        .bind(at.micros())
        .execute(&mut **tx)
        .await
        .map_err(sql("write the rules of retention"))?;
    Ok(())
}

/// When something falls due next, by id and version of segments that were looked at under a
/// version of the rules; `None` where nothing will.
pub(crate) async fn due(tx: &mut Tx, rules: i64) -> Result<BTreeMap<(u32, u64), Option<Instant>>> {
    let rows = sqlx::query("SELECT id, version, due_at FROM segment_due WHERE rules = $1")
        .bind(rules)
        .fetch_all(&mut **tx)
        .await
        .map_err(sql("read when what falls due"))?;
    let one = |row| {
        let id = u32_of(row, 0, "the id of a segment")?;
        let version = row.get::<i64, _>(1).cast_unsigned();
        Ok(((id, version), row.get::<Option<i64>, _>(2).map(Instant::from_micros)))
    };
    rows.iter().map(one).collect()
}

/// Notes when something of a version of a segment falls due.
pub(crate) async fn set_due(
    tx: &mut Tx,
    id: u32,
    version: u64,
    rules: i64,
    due_at: Option<Instant>,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO segment_due (id, version, rules, due_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (id) DO UPDATE SET version = excluded.version, rules = excluded.rules,
            due_at = excluded.due_at",
    )
    .bind(i64::from(id))
    .bind(version.cast_signed())
    .bind(rules)
    .bind(due_at.map(Instant::micros))
    .execute(&mut **tx)
    .await
    .map_err(sql("note when what falls due"))?;
    Ok(())
}
