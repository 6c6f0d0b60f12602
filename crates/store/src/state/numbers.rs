//! Key → dense ticket number, looked up and assigned with array-bound statements.

use super::dialect::Dialect;
use super::{Tx, meta, set_meta};
use crate::error::{Error, Result, sql};
use crate::key::Key;
use crate::limits;

const NEXT: &str = "next_number";

/// The number that the next new ticket gets.
pub(crate) async fn next(tx: &mut Tx) -> Result<u32> {
    meta(tx, NEXT).await?.map_or(Ok(0), |text| {
        text.parse().map_err(|_| Error::damaged("the counter of ticket numbers", text))
    })
}

/// Remembers the number that the next new ticket gets.
pub(crate) async fn set_next(tx: &mut Tx, next: u32) -> Result<()> {
    set_meta(tx, NEXT, next.to_string()).await
}

/// The numbers of these keys, in their order; `None` for a ticket never seen.
pub(crate) async fn find(tx: &mut Tx, keys: &[Key]) -> Result<Vec<Option<u32>>> {
    debug_assert!(keys.len() <= limits::KEYS_PER_STATEMENT);
    let mut numbers = vec![None; keys.len()];
    if keys.is_empty() {
        return Ok(numbers);
    }
    // One blob of 16-byte keys: three times as fast as a JSON array of hexadecimal text.
    let found: Option<String> = sqlx::query_scalar(Dialect::of(tx).find_numbers())
        .bind(blob(keys))
        .bind(i64::try_from(keys.len()).unwrap_or(i64::MAX))
        .fetch_one(&mut **tx)
        .await
        .map_err(sql("look up ticket numbers"))?;
    let found = found.unwrap_or_default();
    let mut words = found.split(' ').filter(|word| !word.is_empty());
    while let Some(place) = words.next() {
        let number = words.next().and_then(|number| number.parse().ok());
        let place = place.parse().ok().and_then(|place: usize| numbers.get_mut(place));
        let (Some(place), Some(number)) = (place, number) else {
            return Err(Error::damaged("the numbers of tickets", found));
        };
        *place = Some(number);
    }
    Ok(numbers)
}

/// Stores the numbers of new keys.
pub(crate) async fn insert(tx: &mut Tx, new: &[(Key, u32)]) -> Result<()> {
    for chunk in new.chunks(limits::KEYS_PER_STATEMENT) {
        let keys: Vec<Key> = chunk.iter().map(|(key, _)| *key).collect();
        let numbers: Vec<u32> = chunk.iter().map(|(_, number)| *number).collect();
        let numbers = serde_json::to_string(&numbers)
            .map_err(|error| Error::damaged("a list of ticket numbers", error))?;
        sqlx::query(Dialect::of(tx).insert_numbers())
            .bind(blob(&keys))
            .bind(numbers)
            .execute(&mut **tx)
            .await
            .map_err(sql("assign ticket numbers"))?;
    }
    Ok(())
}

fn blob(keys: &[Key]) -> Vec<u8> {
    keys.iter().flat_map(|key| key.bytes()).collect()
}
