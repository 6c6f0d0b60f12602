//! What both ends of a hook know, and nobody else.

use event::Instant;
use std::fmt;

/// A secret with the time it is valid. It shows itself nowhere.
#[derive(Clone)]
pub(super) struct Secret {
    bytes: Box<[u8]>,
    not_after: Option<Instant>,
}

impl Secret {
    pub(super) fn new(bytes: Vec<u8>, not_after: Option<Instant>) -> Self {
        Self { bytes: bytes.into(), not_after }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn is_valid(&self, at: Instant) -> bool {
        self.not_after.is_none_or(|last| at <= last)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secret").field("not_after", &self.not_after).finish_non_exhaustive()
    }
}
