//! Quarantine: what could not be understood, with its place, the reason and the raw text.

use crate::limits::EXCERPT_BYTES_MAX;
use event::Text;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Where a row, line or object stands.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
pub struct Place {
    /// Name of the file, without its folder.
    #[schema(value_type = String)]
    pub file: Text,
    /// Sheet of a spreadsheet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub sheet: Option<Text>,
    /// Line where it begins, from 1; in Parquet the row, in XES the line of the event.
    pub line: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(sheet) = &self.sheet {
            write!(f, "[{sheet}]")?;
        }
        write!(f, ":{}", self.line)
    }
}

/// Something that was read and not understood: kept, counted, shown, and replayed once mended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quarantined {
    /// Where it stands.
    pub place: Place,
    /// Stable name of the reason; the codes are listed in `docs/reference/mapping.md`.
    pub code: String,
    /// What is wrong, in one sentence.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// What was read: the line itself, or the row as a JSON object of column and cell.
    pub raw: String,
}

/// A reason before it has a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reason {
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
}

impl Reason {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), hint: None }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The quarantined thing, with its place and what was read.
    pub(crate) fn at(self, place: Place, raw: String) -> Quarantined {
        let Self { code, message, hint } = self;
        Quarantined { place, code: code.to_owned(), message, hint, raw }
    }
}

impl From<event::cloudevents::Reject> for Reason {
    fn from(reject: event::cloudevents::Reject) -> Self {
        Self { code: reject.code, message: reject.message, hint: reject.hint }
    }
}

/// The text of `bytes`, whatever they are; NULs and broken characters made visible.
pub(crate) fn raw_text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).replace('\0', "\u{2400}")
}

/// The beginning of `bytes` as text, for what is too long to keep.
pub(crate) fn excerpt(bytes: &[u8]) -> String {
    raw_text(&bytes[..bytes.len().min(EXCERPT_BYTES_MAX)])
}
