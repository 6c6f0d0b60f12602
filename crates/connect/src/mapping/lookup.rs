//! Lookup tables: what a key means, read from another file and held in memory.

use rustc_hash::FxHashMap;

/// All lookup tables of a mapping.
#[derive(Debug, Default)]
pub(crate) struct Lookups {
    /// Per table: key → the columns that are taken from it.
    tables: Vec<FxHashMap<String, Vec<String>>>,
}

impl Lookups {
    pub(crate) fn get(&self, table: usize, key: &str) -> Option<&[String]> {
        self.tables.get(table)?.get(key).map(Vec::as_slice)
    }

    /// Appends an empty table.
    pub(crate) fn add_table(&mut self) {
        self.tables.push(FxHashMap::default());
    }

    /// Adds a row to the last table and says whether its key is new.
    ///
    /// Of two rows of one key the smaller stays, so that the order of the file decides nothing.
    pub(crate) fn add(&mut self, key: String, row: Vec<String>) -> bool {
        let Some(table) = self.tables.last_mut() else { return false };
        match table.entry(key) {
            std::collections::hash_map::Entry::Vacant(entry) => {
                entry.insert(row);
                true
            }
            std::collections::hash_map::Entry::Occupied(mut entry) => {
                if row < *entry.get() {
                    entry.insert(row);
                }
                false
            }
        }
    }

    /// Rows of the last table.
    pub(crate) fn rows(&self) -> usize {
        self.tables.last().map_or(0, FxHashMap::len)
    }
}
