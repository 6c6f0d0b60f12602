//! Data folders written by released versions open, show what they showed, and can be worked on.

use crate::support::*;
use event::Event;
use event::cloudevents::{Item, parse};
use std::fs::File;
use std::path::{Path, PathBuf};
use store::{Error, Options, QuarantineFilter, Store};

/// Every archive that `scripts/released.sh` made, unpacked: data folder and the events sent to it.
fn released() -> Vec<tempfile::TempDir> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let archives = files.filter(|file| file.extension().is_some_and(|ending| ending == "zst"));
    archives.map(|file| unpack(&file)).collect()
}

fn unpack(file: &PathBuf) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let decoder = zstd::Decoder::new(File::open(file).unwrap()).unwrap();
    tar::Archive::new(decoder).unpack(dir.path()).unwrap();
    dir
}

/// The first of them, for other tests.
pub(crate) fn unpack_first() -> tempfile::TempDir {
    released().remove(0)
}

fn sent(dir: &Path) -> Vec<Event> {
    let text = std::fs::read_to_string(dir.join("events.jsonl")).unwrap();
    let parsed = text.lines().map(|line| parse(line.as_bytes(), minute(0)).unwrap());
    parsed
        .map(|item| match item {
            Item::Event(event) => event,
            Item::Record(record) => panic!("a record: {record:?}"),
        })
        .collect()
}

/// As a program opens it: the folder knows its own sizes.
fn own() -> Options {
    Options { segment_rows: None, ..options() }
}

/// The rows of a new store that is given the same events under the same policies.
async fn expected(old: &Store, dir: &Path) -> Rows {
    let folder = tempfile::tempdir().unwrap();
    let asked = Options { segment_rows: Some(old.segment_rows()), ..options() };
    let store = Store::open(folder.path(), asked).await.unwrap();
    store.rebuild(old.policies().as_ref().clone(), quiet()).await.unwrap();
    let bulk = store.bulk().unwrap();
    bulk.push(sent(dir)).unwrap();
    bulk.finish(quiet()).await.unwrap();
    let rows = rows(&store.snapshot());
    store.close().await;
    rows
}

#[tokio::test]
async fn what_a_released_version_wrote_shows_the_same() {
    let released = released();
    assert!(!released.is_empty(), "no archive was found");
    for dir in released {
        let data = dir.path().join("data");
        let store = Store::open(&data, own()).await.unwrap();
        assert!(store.snapshot().segments.len() > 1, "several segments");
        assert!(store.snapshot().overlay.tickets() > 0, "an inbox that was left behind");
        let expected = expected(&store, dir.path()).await;
        assert_same(&rows(&store.snapshot()), &expected);
        let every = QuarantineFilter::default();
        assert_eq!(store.quarantine_list(&every, 0, 10).await.unwrap().len(), 1);
        assert_eq!(store.annotations(None, None).await.unwrap().len(), 1);
        // It is worked on like any other: sealed, given the same events again, folded again.
        store.seal_all().await.unwrap();
        let again = store.accept(sent(dir.path())).await.unwrap();
        assert_eq!(again.new, 0, "an event was not known again");
        store.rebuild(store.policies().as_ref().clone(), quiet()).await.unwrap();
        assert_same(&rows(&store.snapshot()), &expected);
        store.close().await;
        let store = Store::open(&data, own()).await.unwrap();
        assert_same(&rows(&store.snapshot()), &expected);
    }
}

#[tokio::test]
async fn an_older_program_refuses_a_newer_folder_and_says_so() {
    let dir = tempfile::tempdir().unwrap();
    Store::open(dir.path(), options()).await.unwrap().close().await;
    let file = sqlx::sqlite::SqliteConnectOptions::new().filename(dir.path().join("state.db"));
    let pool = sqlx::SqlitePool::connect_with(file).await.unwrap();
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9999, 'from the future', 1, x'00', 0)",
    )
    .execute(&pool)
    .await
    .unwrap();
    pool.close().await;
    let refused = Store::open(dir.path(), options()).await.unwrap_err();
    assert!(matches!(refused, Error::Newer { schema: 9999 }), "{refused:?}");
    assert_eq!(refused.kind(), store::Kind::Conflict);
}
