//! Who was erased: the log, which names nobody, and the digests that later events are met with.

use super::{State, Tx, meta, set_meta};
use crate::erase::rules::{Digest, Digester, Erased, Named, Rules};
use crate::erase::{Erasure, ErasureRequest, Touched};
use crate::error::{Error, Result, sql};
use crate::scrub::Keeping;
use event::{Instant, Text};
use sqlx::Row;
use sqlx::any::AnyRow;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Name under which the key of all digests is kept, in hexadecimal.
const KEY: &str = "erasure_key";

/// The rules of a snapshot: while an erasure is not finished, stored tickets are cleaned as well.
pub(crate) async fn keeping(tx: &mut Tx) -> Result<Keeping> {
    let Some(key) = key(tx).await? else { return Ok(Keeping::default()) };
    let rules = Arc::new(Rules::new(&key, erased(tx).await?));
    let unfinished: i64 =
        sqlx::query_scalar("SELECT count(*) FROM erasure WHERE finished_at IS NULL")
            .fetch_one(&mut **tx)
            .await
            .map_err(sql("look for unfinished erasures"))?;
    let cleaning = (unfinished > 0).then(|| Arc::clone(&rules) as _);
    Ok(Keeping { rules, cleaning, retaining: None })
}

async fn key(tx: &mut Tx) -> Result<Option<Digest>> {
    let Some(text) = meta(tx, KEY).await? else { return Ok(None) };
    let mut key = Digest::default();
    hex::decode_to_slice(text, &mut key)
        .map_err(|error| Error::damaged("the key of erasures", error))?;
    Ok(Some(key))
}

fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| Error::Random(error.into()))?;
    Ok(bytes)
}

/// Everybody who was erased.
async fn erased(tx: &mut Tx) -> Result<Vec<Erased>> {
    let rows = sqlx::query(
        "SELECT digest, pseudonym, sources, keep_fields FROM erased
            JOIN erasure ON erasure.id = erased.erasure ORDER BY erasure, digest",
    )
    .fetch_all(&mut **tx)
    .await
    .map_err(sql("read who was erased"))?;
    let texts = |text: &str| -> Result<BTreeSet<Text>> {
        serde_json::from_str(text).map_err(|error| Error::damaged("an erasure", error))
    };
    let one = |row: &AnyRow| {
        let digest = row.get::<Vec<u8>, _>(0).try_into();
        Ok(Erased {
            digest: digest.map_err(|_| Error::damaged("an erasure", "a digest's length"))?,
            pseudonym: Text::from(row.get::<&str, _>(1)),
            sources: texts(row.get(2))?,
            keep_fields: texts(row.get(3))?,
        })
    };
    rows.iter().map(one).collect()
}

/// Notes an erasure that is to be done; its number.
///
/// An id that was erased before keeps its pseudonym.
pub(crate) async fn begin(
    tx: &mut Tx,
    request: &ErasureRequest,
    touched: &Touched,
    at: Instant,
) -> Result<i64> {
    let key = match key(tx).await? {
        Some(key) => key,
        None => {
            let key: Digest = random()?;
            set_meta(tx, KEY, hex::encode(key)).await?;
            key
        }
    };
    let known = erased(tx).await?;
    let (people, accounts) = (distinct(&request.ids), distinct(&request.accounts));
    let id: i64 = sqlx::query_scalar(
        "INSERT INTO erasure (asked_at, sources, keep_fields, ids, accounts, touched)
         VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
    )
    .bind(at.micros())
    .bind(json(&distinct(&request.sources))?)
    .bind(json(&distinct(&request.keep_fields))?)
    .bind(i64::try_from(people.len()).unwrap_or(i64::MAX))
    .bind(i64::try_from(accounts.len()).unwrap_or(i64::MAX))
    .bind(json(touched)?)
    .fetch_one(&mut **tx)
    .await
    .map_err(sql("note an erasure"))?;
    let digester = Digester::new(&key);
    let people = people.into_iter().map(|id| digester.digest(Named::Person, id));
    let accounts = accounts.into_iter().map(|id| digester.digest(Named::Account, id));
    for digest in people.chain(accounts) {
        let before = known.iter().find(|erased| erased.digest == digest);
        let pseudonym = match before {
            Some(erased) => erased.pseudonym.to_string(),
            None => format!("{PSEUDONYM}{}", hex::encode(random::<8>()?)),
        };
        sqlx::query("INSERT INTO erased (digest, erasure, pseudonym) VALUES ($1, $2, $3)")
            .bind(digest.to_vec())
            .bind(id)
            .bind(pseudonym)
            .execute(&mut **tx)
            .await
            .map_err(sql("note who is erased"))?;
    }
    Ok(id)
}

/// How every pseudonym begins.
const PSEUDONYM: &str = "erased-";

fn distinct(texts: &[String]) -> BTreeSet<&str> {
    texts.iter().map(String::as_str).collect()
}

fn json(value: &impl serde::Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::damaged("an erasure", error))
}

/// The numbers of the erasures that are not done yet.
pub(crate) async fn unfinished(tx: &mut Tx) -> Result<Vec<i64>> {
    let rows = sqlx::query("SELECT id FROM erasure WHERE finished_at IS NULL ORDER BY id")
        .fetch_all(&mut **tx)
        .await
        .map_err(sql("look for unfinished erasures"))?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// Notes that erasures are done.
pub(crate) async fn finish(tx: &mut Tx, ids: &[i64], at: Instant) -> Result<()> {
    for id in ids {
        sqlx::query("UPDATE erasure SET finished_at = $1 WHERE id = $2")
            .bind(at.micros())
            .bind(*id)
            .execute(&mut **tx)
            .await
            .map_err(sql("note that an erasure is done"))?;
    }
    Ok(())
}

impl State {
    /// How many deliveries of webhooks wait, as they came, since before an unfinished erasure.
    pub(crate) async fn deliveries_before_erasures(&self) -> Result<i64> {
        sqlx::query_scalar(
            "SELECT count(*) FROM delivery WHERE received_at <=
                 (SELECT max(asked_at) FROM erasure WHERE finished_at IS NULL)",
        )
        .fetch_one(&self.pool)
        .await
        .map_err(sql("look for deliveries that wait"))
    }

    /// Every erasure, newest first.
    pub(crate) async fn erasures(&self) -> Result<Vec<Erasure>> {
        let rows = sqlx::query(
            "SELECT id, asked_at, finished_at, sources, ids, accounts, touched FROM erasure
             ORDER BY id DESC",
        )
        .fetch_all(&self.pool)
        .await
        .map_err(sql("list erasures"))?;
        let damaged = |error| Error::damaged("the log of erasures", error);
        let one = |row: &AnyRow| {
            Ok(Erasure {
                id: row.get(0),
                asked_at: Instant::from_micros(row.get(1)),
                finished_at: row.get::<Option<i64>, _>(2).map(Instant::from_micros),
                sources: serde_json::from_str(row.get(3)).map_err(damaged)?,
                ids: row.get::<i64, _>(4).cast_unsigned(),
                accounts: row.get::<i64, _>(5).cast_unsigned(),
                touched: serde_json::from_str(row.get(6)).map_err(damaged)?,
            })
        };
        rows.iter().map(one).collect()
    }
}
