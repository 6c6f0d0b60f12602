//! What is in quarantine already, so that importing a file again does not fill it twice.

use connect::Place;
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use store::{QuarantineFilter, Quarantined, Reject, Store};

/// Rows of the quarantine that are remembered; beyond them a row may be put there twice.
const ROWS_MAX: u64 = 1_000_000;

/// Hashes of the rows in quarantine.
#[derive(Debug, Default)]
pub(crate) struct Known(HashSet<u64>);

impl Known {
    /// Reads the quarantine, which is empty as a rule.
    pub(crate) async fn load(store: &Store) -> store::Result<Self> {
        let mut known = Self::default();
        if store.quarantine_count().await?.is_empty() {
            return Ok(known);
        }
        let mut after = 0;
        while (known.0.len() as u64) < ROWS_MAX {
            let page = store::limits::PAGE_SIZE_MAX;
            let rows = store.quarantine_list(&QuarantineFilter::default(), after, page).await?;
            let Some(last) = rows.last() else { break };
            after = last.id;
            known.0.extend(
                rows.iter()
                    .map(|row| hash(&row.source, &row.place, &row.reason, row.raw.as_bytes())),
            );
        }
        Ok(known)
    }

    /// Whether a row was not there yet; it is remembered now.
    pub(crate) fn add(&mut self, reject: &Reject) -> bool {
        let kept = store::limits::QUARANTINE_RAW_BYTES.min(reject.raw.len());
        let raw = &reject.raw[..kept];
        self.0.insert(hash(&reject.source, &reject.place, &reject.reason, raw))
    }
}

fn hash(source: &str, place: &str, reason: &str, raw: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    (source, place, reason, raw).hash(&mut hasher);
    hasher.finish()
}

/// A row of the store's quarantine as `connect` knows it.
pub(crate) fn as_read(row: &Quarantined) -> connect::Quarantined {
    connect::Quarantined {
        place: place(&row.place),
        code: row.reason.clone(),
        message: row.message.clone(),
        hint: None,
        raw: row.raw.clone(),
    }
}

/// Reads `file:line` or `file[sheet]:line`.
fn place(text: &str) -> Place {
    let (name, line) = match text.rsplit_once(':') {
        Some((name, line)) if line.parse::<u64>().is_ok() => (name, line.parse().unwrap_or(0)),
        _ => (text, 0),
    };
    let (file, sheet) = match name.strip_suffix(']').and_then(|name| name.rsplit_once('[')) {
        Some((file, sheet)) => (file, Some(sheet.into())),
        None => (name, None),
    };
    Place { file: file.into(), sheet, line }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_reads_back_as_it_was_written() {
        for (file, sheet, line) in
            [("a.csv", None, 7), ("a:b.csv", None, 1), ("book.xlsx", Some("Sheet 1"), 3)]
        {
            let written = Place { file: file.into(), sheet: sheet.map(Into::into), line };
            assert_eq!(place(&written.to_string()), written);
        }
        assert_eq!(place("POST /events, event 3").line, 0);
    }
}
