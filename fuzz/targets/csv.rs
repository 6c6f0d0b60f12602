//! Any bytes as a file of rows: twice the same, every row accounted for, a draft that is a mapping.
#![no_main]

use connect::{Imported, Importer, Mapping, overview, suggest_mapping};
use event::Event;
use libfuzzer_sys::fuzz_target;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

const MAPPING: &str = "
source: desk
ticket: id
at: when
zone: UTC
actor: {id: who, role: agent}
fields: '*'
rules:
  - event: status
    status: {column: state, map: {Open: open, Done: solved}}
  - event: message
";

/// In memory, so that the disk is not what is tried.
static FILE: LazyLock<(tempfile::TempDir, PathBuf)> = LazyLock::new(|| {
    let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
    let file = folder.path().join("file.csv");
    (folder, file)
});

fuzz_target!(|bytes: &[u8]| {
    let file = FILE.1.as_path();
    std::fs::write(file, bytes).unwrap();
    assert_eq!(import(file), import(file));
    let _ = overview(file);
    if let Ok(draft) = suggest_mapping(file)
        && let Err(issues) = Mapping::parse(&draft)
    {
        // What a file does not tell is left to be filled in, and marked.
        assert!(draft.contains("TODO") || draft.contains('#'), "{issues:?} in\n{draft}");
    }
});

/// The events, and how many rows were quarantined.
fn import(file: &Path) -> Option<(Vec<Event>, u64)> {
    let mapping = Mapping::parse(MAPPING).expect("it is right");
    let seen = "2026-06-01T00:00:00Z".parse().expect("an instant");
    let imported = Importer::new(Some(mapping), vec![file.to_owned()], seen).gather().ok()?;
    let Imported { events, report, .. } = imported;
    assert_eq!(report.events, events.len() as u64);
    // A row makes at least its message, is left out, or is quarantined.
    assert!(report.quarantined + report.filtered_rows + report.events >= report.rows);
    Some((events, report.quarantined))
}
