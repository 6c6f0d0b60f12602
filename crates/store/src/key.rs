//! What identifies a ticket before it has a number.

use xxhash_rust::xxh3::Xxh3;

/// 128-bit hash of `(source, external id)`.
///
/// Two of 10 million tickets share one with a chance of 1 in 10²⁴; a segment's row still holds
/// both names, and a mismatch is reported as damage instead of being mixed up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Key([u8; 16]);

impl Key {
    pub(crate) fn new(source: &str, ticket: &str) -> Self {
        let mut hasher = Xxh3::new();
        hasher.update(&(source.len() as u64).to_le_bytes());
        hasher.update(source.as_bytes());
        hasher.update(ticket.as_bytes());
        // Big-endian, so that SQL sorts keys as `Ord` does.
        Self(hasher.digest128().to_be_bytes())
    }

    /// A key as it was stored; `None` where it has another length.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    pub(crate) const fn bytes(self) -> [u8; 16] {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::Key;

    #[test]
    fn the_border_between_source_and_ticket_counts() {
        assert_ne!(Key::new("a", "bc"), Key::new("ab", "c"));
        assert_eq!(Key::new("a", "bc"), Key::new("a", "bc"));
    }
}
