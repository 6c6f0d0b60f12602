//! Every set of policies that was ever in force.

use super::{Tx, counter, u32_of};
use crate::error::{Error, Result, sql};
use event::Instant;
use facts::policies::Policies;
use serde::Serialize;
use sqlx::Row;

/// One set of policies in the history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PoliciesVersion {
    /// Counts from 1.
    pub version: u32,
    /// Stable hash of the document.
    pub digest: String,
    /// The policies as JSON, which YAML readers read too.
    pub document: String,
    /// When they came into force.
    pub since: Instant,
}

const VERSION: &str = "the version of the policies";

/// The policies in force, with their version; `None` in a new folder.
pub(crate) async fn current(tx: &mut Tx) -> Result<Option<(u32, Policies)>> {
    let row = sqlx::query("SELECT version, document FROM policies ORDER BY version DESC LIMIT 1")
        .fetch_optional(&mut **tx)
        .await
        .map_err(sql("read the policies"))?;
    row.map(|row| {
        let version = u32_of(&row, 0, VERSION)?;
        let policies = serde_json::from_str(row.get(1))
            .map_err(|error| Error::damaged(format!("version {version} of the policies"), error))?;
        Ok((version, policies))
    })
    .transpose()
}

/// Adds a set of policies that is in force from now on.
pub(crate) async fn add(
    tx: &mut Tx,
    version: u32,
    policies: &Policies,
    since: Instant,
) -> Result<()> {
    let document = serde_json::to_string(policies)
        .map_err(|error| Error::damaged("the document of the policies", error))?;
    counter::take(tx, counter::MANIFEST, 1).await?;
    sqlx::query("INSERT INTO policies (version, digest, document, since) VALUES ($1, $2, $3, $4)")
        .bind(i64::from(version))
        .bind(policies.digest())
        .bind(document)
        .bind(since.micros())
        .execute(&mut **tx)
        .await
        .map_err(sql("write the policies"))?;
    Ok(())
}

/// Every set that was ever in force, oldest first.
pub(crate) async fn history(pool: &sqlx::AnyPool) -> Result<Vec<PoliciesVersion>> {
    let rows =
        sqlx::query("SELECT version, digest, document, since FROM policies ORDER BY version")
            .fetch_all(pool)
            .await
            .map_err(sql("read the history of the policies"))?;
    let version = |row| {
        Ok(PoliciesVersion {
            version: u32_of(row, 0, VERSION)?,
            digest: row.get(1),
            document: row.get(2),
            since: Instant::from_micros(row.get(3)),
        })
    };
    rows.iter().map(version).collect()
}

/// Every set that was ever in force, with its version.
async fn documents(connection: &mut sqlx::AnyConnection) -> Result<Vec<(u32, Policies)>> {
    let rows = sqlx::query("SELECT version, document FROM policies ORDER BY version")
        .fetch_all(connection)
        .await
        .map_err(sql("read the history of the policies"))?;
    let one = |row| {
        let version = u32_of(row, 0, VERSION)?;
        let policies = serde_json::from_str(row.get(1))
            .map_err(|error| Error::damaged(format!("version {version} of the policies"), error))?;
        Ok((version, policies))
    };
    rows.iter().map(one).collect()
}

/// Changes every set that was ever in force, where `change` says that it did; the newest, where it
/// is another then.
pub(crate) async fn change(
    tx: &mut Tx,
    change: impl Fn(&mut Policies) -> bool,
) -> Result<Option<Policies>> {
    let mut newest = None;
    for (version, mut policies) in documents(tx).await? {
        newest = None;
        if !change(&mut policies) {
            continue;
        }
        let document = serde_json::to_string(&policies)
            .map_err(|error| Error::damaged("the document of the policies", error))?;
        sqlx::query("UPDATE policies SET digest = $1, document = $2 WHERE version = $3")
            .bind(policies.digest())
            .bind(document)
            .bind(i64::from(version))
            .execute(&mut **tx)
            .await
            .map_err(sql("change the policies"))?;
        newest = Some(policies);
    }
    Ok(newest)
}

impl super::State {
    /// Every set of policies that was ever in force, with its version.
    pub(crate) async fn policies_documents(&self) -> Result<Vec<(u32, Policies)>> {
        let mut tx = self.begin_reading().await?;
        let all = documents(&mut tx).await?;
        super::commit(tx).await?;
        Ok(all)
    }
}
