//! The doctor names what is wrong, repairs what can be made again, and leaves the rest alone.

use crate::support::*;
use event::FixedClock;
use facts::Table;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::{Care, Diagnosis, Error, Finding, Options, Severity, Store, doctor};

async fn with_state(dir: &Path, options: Options) -> Options {
    Options { state: crate::state::state_of(dir).await, ..options }
}

async fn look(dir: &Path, repair: bool, backup: Option<PathBuf>) -> Diagnosis {
    let options = with_state(dir, options()).await;
    let (is_shared, care) = (options.state.is_shared(), Care { repair, backup });
    timely(doctor(dir, options, care).await.unwrap(), is_shared)
}

/// Without what is said of the clock: in these tests it stands still, that of a server does not.
fn timely(mut diagnosis: Diagnosis, is_shared: bool) -> Diagnosis {
    let before = diagnosis.findings.len();
    diagnosis.findings.retain(|found| found.code != "clock_differs");
    assert_eq!(before - diagnosis.findings.len(), usize::from(is_shared), "{diagnosis:#?}");
    diagnosis
}

async fn examine(store: &Store, thorough: bool) -> Diagnosis {
    timely(store.examine(thorough).await.unwrap(), crate::state::server().is_some())
}

/// What was found, but for what depends on the machine and on backups.
fn found(diagnosis: &Diagnosis) -> Vec<&Finding> {
    let beside = ["disk_low", "no_backup"];
    diagnosis.findings.iter().filter(|found| !beside.contains(&found.code)).collect()
}

fn codes(diagnosis: &Diagnosis) -> Vec<&'static str> {
    found(diagnosis).iter().map(|found| found.code).collect()
}

/// A closed store with several segments and an inbox, a backup of it, its rows, and the file of a
/// table of its second segment.
struct Closed {
    dir: tempfile::TempDir,
    rows: Rows,
    file: PathBuf,
}

impl Closed {
    async fn new(table: Table) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = open(&dir.path().join("data")).await;
        store.accept(events(0..100)).await.unwrap();
        store.seal_all().await.unwrap();
        store.accept(events(100..110)).await.unwrap();
        store.backup(&dir.path().join("backup")).await.unwrap();
        let file = store.snapshot().segments[1].path(table);
        let rows = rows(&store.snapshot());
        store.close().await;
        // A backup on the same disk shares its files: the damage must not be in both.
        let bytes = std::fs::read(&file).unwrap();
        std::fs::remove_file(&file).unwrap();
        std::fs::write(&file, bytes).unwrap();
        Self { dir, rows, file }
    }

    fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    fn backup(&self) -> PathBuf {
        self.dir.path().join("backup")
    }

    fn flip(&self) {
        let mut bytes = std::fs::read(&self.file).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 16;
        std::fs::write(&self.file, bytes).unwrap();
    }

    async fn is_as_it_was(&self) {
        let after = look(&self.data(), false, None).await;
        assert_eq!(codes(&after), Vec::<&str>::new(), "{after:#?}");
        let store = open(&self.data()).await;
        assert_same(&rows(&store.snapshot()), &self.rows);
        store.close().await;
    }
}

#[tokio::test]
async fn a_healthy_folder_is_well_open_or_not() {
    let closed = Closed::new(Table::Tickets).await;
    closed.is_as_it_was().await;
    let store = open(&closed.data()).await;
    for thorough in [false, true] {
        let diagnosis = examine(&store, thorough).await;
        assert_eq!(codes(&diagnosis), Vec::<&str>::new(), "{diagnosis:#?}");
        assert_eq!((diagnosis.segments, diagnosis.batches), (4, 1));
    }
    let held = doctor(&closed.data(), options(), Care::default()).await;
    if crate::state::server().is_none() {
        assert!(matches!(held, Err(Error::Locked(_))), "{held:?}");
    }
}

#[tokio::test]
async fn a_damaged_table_is_made_again_from_the_histories() {
    for table in Table::ALL.into_iter().skip(1) {
        let closed = Closed::new(table).await;
        closed.flip();
        let seen = look(&closed.data(), false, None).await;
        assert_eq!(codes(&seen), ["table_damaged"], "{seen:#?}");
        assert!(!seen.is_well());
        assert_eq!(found(&seen)[0].place, closed.file.display().to_string());
        let repaired = look(&closed.data(), true, None).await;
        assert!(found(&repaired)[0].repaired && repaired.is_well(), "{repaired:#?}");
        closed.is_as_it_was().await;
    }
}

#[tokio::test]
async fn damaged_histories_come_from_a_backup_or_their_tickets_are_named() {
    let closed = Closed::new(Table::Tickets).await;
    closed.flip();
    // What repeats the histories is gone too.
    std::fs::remove_file(closed.file.with_file_name("tickets.lookup")).unwrap();
    let seen = look(&closed.data(), true, None).await;
    assert_eq!(codes(&seen), ["tickets_damaged"], "{seen:#?}");
    assert!(!found(&seen)[0].repaired, "what cannot be made again is left alone");
    let affected = found(&seen)[0].tickets.clone().unwrap();
    assert_eq!((affected.first, affected.last), (SEGMENT_ROWS, 2 * SEGMENT_ROWS - 1));
    let other = tempfile::tempdir().unwrap();
    let useless = look(&closed.data(), true, Some(other.path().to_path_buf())).await;
    assert!(!useless.is_well());
    let repaired = look(&closed.data(), true, Some(closed.backup())).await;
    assert!(found(&repaired)[0].repaired, "{repaired:#?}");
    closed.is_as_it_was().await;
}

#[tokio::test]
async fn damaged_histories_are_made_again_from_the_lookup_file() {
    let closed = Closed::new(Table::Tickets).await;
    closed.flip();
    let repaired = look(&closed.data(), true, None).await;
    assert_eq!(codes(&repaired), ["tickets_damaged"], "{repaired:#?}");
    assert!(repaired.is_well(), "{repaired:#?}");
    closed.is_as_it_was().await;
}

#[tokio::test]
async fn names_of_tickets_are_told_as_far_as_they_can_be_read() {
    let closed = Closed::new(Table::Tickets).await;
    // The last byte of the data, before the footer: the end of the timelines.
    let mut bytes = std::fs::read(&closed.file).unwrap();
    let end = bytes.len();
    let footer = u32::from_le_bytes(bytes[end - 8..end - 4].try_into().unwrap()) as usize;
    let index = end - 8 - footer - 1;
    bytes[index] ^= 1;
    std::fs::write(&closed.file, bytes).unwrap();
    let seen = look(&closed.data(), false, None).await;
    let affected = found(&seen)[0].tickets.clone().unwrap();
    let expected: Vec<String> =
        (SEGMENT_ROWS..2 * SEGMENT_ROWS).map(|ticket| format!("desk/t{ticket}")).collect();
    assert_eq!(affected.names, expected);
}

#[tokio::test]
async fn what_is_cut_off_or_missing_is_found_without_reading_it() {
    let closed = Closed::new(Table::Spans).await;
    std::fs::remove_file(&closed.file).unwrap();
    let store = open(&closed.data()).await;
    let diagnosis = examine(&store, false).await;
    assert_eq!(codes(&diagnosis), ["table_damaged"], "{diagnosis:#?}");
    store.close().await;
    look(&closed.data(), true, None).await;
    closed.is_as_it_was().await;
}

#[tokio::test]
async fn what_a_crash_left_behind_is_removed() {
    let closed = Closed::new(Table::Tickets).await;
    let orphan = closed.data().join("tables/segments/000001-v99");
    let scratch = closed.data().join("scratch/import-of-a-dead-process");
    for folder in [&orphan, &scratch] {
        std::fs::create_dir_all(folder).unwrap();
    }
    let seen = look(&closed.data(), false, None).await;
    assert_eq!(codes(&seen), ["orphan_segment", "scratch_left"], "{seen:#?}");
    assert!(orphan.exists(), "looking changes nothing");
    assert!(look(&closed.data(), true, None).await.is_well());
    assert!(!orphan.exists() && !scratch.exists());
    closed.is_as_it_was().await;
}

#[tokio::test]
async fn checksums_of_older_segments_are_filled_in() {
    let dir = crate::released::unpack_first();
    let data = dir.path().join("data");
    let own = || Options { segment_rows: None, ..options() };
    let seen = doctor(&data, own(), Care::default()).await.unwrap();
    assert!(codes(&seen).contains(&"checksum_unknown"), "{seen:#?}");
    let care = Care { repair: true, backup: None };
    let repaired = doctor(&data, own(), care).await.unwrap();
    let unknown = |found: &&&Finding| found.code == "checksum_unknown";
    assert!(found(&repaired).iter().filter(unknown).all(|found| found.repaired), "{repaired:#?}");
    let store = Store::open(&data, own()).await.unwrap();
    assert!(store.snapshot().segments.iter().all(|part| part.stats().files.is_some()));
}

#[tokio::test]
async fn an_unreadable_batch_is_named() {
    if crate::state::server().is_some() {
        println!("skipped: it turns over bytes of a file");
        return;
    }
    let closed = Closed::new(Table::Tickets).await;
    let file = closed.data().join("state.db");
    let pool = sqlx::SqlitePool::connect(&format!("sqlite://{}", file.display())).await.unwrap();
    sqlx::query("UPDATE inbox SET body = x'0102'").execute(&pool).await.unwrap();
    pool.close().await;
    let seen = look(&closed.data(), true, None).await;
    assert_eq!(codes(&seen), ["inbox_damaged"], "{seen:#?}");
    assert!(!seen.is_well());
    std::fs::write(&file, "no database at all").unwrap();
    for beside in ["state.db-wal", "state.db-shm"] {
        let _ = std::fs::remove_file(closed.data().join(beside));
    }
    assert_eq!(codes(&look(&closed.data(), true, None).await), ["state_unreadable"]);
}

#[tokio::test]
async fn a_clock_that_went_back_and_old_batches_are_told() {
    let closed = Closed::new(Table::Tickets).await;
    let at = |clock| Options { clock: Arc::new(FixedClock(minute(clock))), ..options() };
    for (clock, code) in [(99_000, "clock_behind"), (100_100, "inbox_old")] {
        let options = with_state(&closed.data(), at(clock)).await;
        let seen = doctor(&closed.data(), options, Care::default()).await.unwrap();
        let finding = found(&seen)[0];
        let apart = codes(&seen).contains(&code);
        assert!(apart, "{seen:#?}");
        assert!(finding.severity >= Severity::Warning, "{seen:#?}");
    }
}

#[tokio::test]
async fn an_import_that_a_kill_ended_is_told() {
    let closed = Closed::new(Table::Tickets).await;
    let store = open(&closed.data()).await;
    store.import_begin("history.csv", None).await.unwrap();
    assert_eq!(codes(&examine(&store, true).await), Vec::<&str>::new());
    store.close().await;
    assert_eq!(codes(&look(&closed.data(), false, None).await), ["import_unfinished"]);
}
