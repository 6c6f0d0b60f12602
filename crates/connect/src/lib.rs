//! Support history from elsewhere, turned into events.
//!
//! This room reads files: canonical `CloudEvents` as they are, everything else (CSV, TSV, XLSX,
//! Parquet, JSON, XES; plain, gzip or zstd) through a [`Mapping`] that says what a row means. Bad
//! input never stops an import and is never lost: it becomes [`Quarantined`], with its place, the
//! reason and what was read. Everything is synchronous and streaming.
//!
//! Arrows: `event`.
//! Must not know: facts, metrics, DataFusion, async.
//! Start reading at [`Importer`]; mappings are documented in `docs/guides/importing.md`.
//!
//! ```
//! use connect::{Importer, Mapping};
//!
//! let folder = std::env::temp_dir().join(format!("deskmeter-doc-{}", std::process::id()));
//! std::fs::create_dir_all(&folder)?;
//! let file = folder.join("status.csv");
//! std::fs::write(&file, "case;state;when\n7;Done;02/03/2026 09:15\n7;Huh?;02/03/2026 09:16\n")?;
//!
//! let mapping = Mapping::parse(r#"
//! source: old-desk
//! dates: "%d/%m/%Y %H:%M"
//! zone: Europe/Berlin
//! ticket: case
//! at: when
//! rules:
//!   - event: status
//!     status: {column: state, map: {Done: solved}}
//! "#).expect("the mapping is right");
//! let seen = "2026-03-03T00:00:00Z".parse()?;
//!
//! let made = Importer::new(Some(mapping), vec![file], seen).gather()?;
//! assert_eq!(made.events[0].entry.at.to_string(), "2026-03-02T08:15:00Z");
//! let bad = &made.quarantined[0];
//! assert_eq!((bad.place.to_string(), bad.code.as_str()), ("status.csv:3".into(), "unmapped_value"));
//! assert_eq!((made.report.rows, made.report.events, made.report.quarantined), (2, 1, 1));
//! # std::fs::remove_dir_all(&folder)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod error;
mod files;
mod formula;
pub mod hooks;
mod import;
mod issue;
pub mod limits;
mod mapping;
mod payloads;
mod quarantine;
mod report;
mod suggest;

pub use error::Error;
pub use files::{Compression, Detected, Format};
pub use import::replay::Replay;
pub use import::{Imported, Importer, detect};
pub use issue::Issue;
pub use mapping::Mapping;
pub use payloads::{Mapped, Payloads, Tried, TriedEvent, TriedProblem};
pub use quarantine::{Place, Quarantined};
pub use report::{FileReport, Gap, Progress, Report, Tally, Unmapped};
pub use suggest::{
    Column, Guess, Overview, Value, Values, column_values, overview, suggest_mapping,
};
