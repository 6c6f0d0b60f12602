//! Backup and restore, and who may open a folder.

use crate::support::*;
use std::path::Path;
use store::{BackupReport, Error, StateUrl, Store};

#[tokio::test]
async fn a_backup_is_the_store_as_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir.path().join("live")).await;
    let bulk = store.bulk().unwrap();
    bulk.push(events(0..60)).unwrap();
    bulk.finish(quiet()).await.unwrap();
    store.accept(events(60..90)).await.unwrap();
    let expected = rows(&store.snapshot());
    let copy = dir.path().join("copy");
    let made = store.backup(&copy).await.unwrap();
    // What happens later is not in it, and sealing does not touch its files.
    store.accept(events(90..120)).await.unwrap();
    store.seal_all().await.unwrap();
    let target = dir.path().join("restored");
    assert_eq!(restore(&copy, &target).await.unwrap(), made);
    // They are in no backup, and the first events must not wait for them.
    for segment in std::fs::read_dir(target.join("tables/segments")).unwrap() {
        assert!(segment.unwrap().path().join("tickets.lookup").exists());
    }
    let restored = open(&target).await;
    assert_same(&rows(&restored.snapshot()), &expected);
    assert!(matches!(store.backup(&copy).await, Err(Error::NotEmpty(_))));
    assert!(matches!(restore(&copy, &target).await, Err(Error::NotEmpty(_))));
}

/// Restores into the kind of database that these tests are run on.
async fn restore(copy: &Path, target: &Path) -> Result<BackupReport, Error> {
    let state = crate::state::state_of(target).await;
    store::restore(copy, target, &state).await
}

#[tokio::test]
async fn a_backup_of_either_database_becomes_a_file() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir.path().join("live")).await;
    store.accept(events(0..60)).await.unwrap();
    store.seal_all().await.unwrap();
    store.accept(events(60..90)).await.unwrap();
    let removed = store.annotation_add(&note()).await.unwrap();
    store.annotation_remove(removed).await.unwrap();
    store.set_setting("zone", Some(&"UTC".into())).await.unwrap();
    let copy = dir.path().join("copy");
    store.backup(&copy).await.unwrap();
    let file = dir.path().join("file");
    store::restore(&copy, &file, &StateUrl::file()).await.unwrap();
    let restored = Store::open(&file, options()).await.unwrap();
    assert_same(&rows(&restored.snapshot()), &rows(&store.snapshot()));
    assert_eq!(restored.setting("zone").await.unwrap(), Some("UTC".into()));
    let next = restored.annotation_add(&note()).await.unwrap();
    assert!(next > removed, "the number of a removed annotation is given again");
    // And back again, to whichever database these tests are run on.
    let (again, back) = (dir.path().join("again"), dir.path().join("back"));
    restored.backup(&again).await.unwrap();
    restore(&again, &back).await.unwrap();
    let back = open(&back).await;
    assert_same(&rows(&back.snapshot()), &rows(&store.snapshot()));
    assert!(back.annotation_add(&note()).await.unwrap() > next);
}

fn note() -> store::Note {
    let title = "Version 2".to_owned();
    store::Note { at: minute(1), to: None, title, text: None, kind: Default::default() }
}

#[tokio::test]
async fn a_folder_is_opened_with_its_own_database_only() {
    let Some(_) = crate::state::server() else {
        println!("skipped: no PostgreSQL server; scripts/postgres.sh starts one");
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let [one, two] = ["one", "two"].map(|name| dir.path().join(name));
    open(&one).await.close().await;
    let store = open(&two).await;
    store.accept(events(0..9)).await.unwrap();
    store.seal_all().await.unwrap();
    store.close().await;
    let refused = |outcome: store::Result<Store>| {
        assert!(matches!(outcome, Err(Error::OtherState { .. })), "{outcome:?}");
    };
    refused(Store::open(&one, options()).await);
    let state = crate::state::state_of(&two).await;
    refused(Store::open(&one, store::Options { state, ..options() }).await);
    std::fs::remove_file(two.join("state.shared")).unwrap();
    refused(open_with(&two, options()).await);
    let file = dir.path().join("file");
    Store::open(&file, options()).await.unwrap().close().await;
    refused(open_with(&file, options()).await);
}

#[tokio::test]
async fn a_damaged_backup_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir.path().join("live")).await;
    store.accept(events(0..30)).await.unwrap();
    store.seal_all().await.unwrap();
    let copy = dir.path().join("copy");
    let made = store.backup(&copy).await.unwrap();
    let name = made.files.keys().find(|name| name.ends_with("turns.parquet")).unwrap();
    let file = copy.join(name);
    let mut bytes = std::fs::read(&file).unwrap();
    bytes[10] ^= 1;
    std::fs::remove_file(&file).unwrap();
    std::fs::write(&file, bytes).unwrap();
    let target = dir.path().join("restored");
    assert!(matches!(restore(&copy, &target).await, Err(Error::Damaged { .. })));
    assert!(!target.exists(), "nothing is written before everything is checked");
    let empty = tempfile::tempdir().unwrap();
    assert!(matches!(store::verify(empty.path()), Err(Error::NotABackup(_))));
}

#[tokio::test]
async fn one_folder_is_for_one_process() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    let second = open_with(dir.path(), options()).await;
    if crate::state::server().is_some() {
        // Except where its state is shared.
        second.unwrap();
    } else {
        let second = second.unwrap_err();
        assert!(matches!(second, Error::Locked(_)), "{second}");
    }
    store.close().await;
    open(dir.path()).await;
}

#[tokio::test]
async fn the_size_of_segments_stays() {
    let dir = tempfile::tempdir().unwrap();
    open(dir.path()).await.close().await;
    let asked = store::Options { segment_rows: Some(8), ..options() };
    assert!(matches!(
        open_with(dir.path(), asked).await,
        Err(Error::SegmentRows { stored: 4, asked: 8 })
    ));
    let any = store::Options { segment_rows: None, ..options() };
    assert_eq!(open_with(dir.path(), any).await.unwrap().segment_rows(), 4);
}

#[tokio::test]
async fn where_backups_are_is_remembered() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    let known = |place: &str, at: i64| store::KnownBackup {
        place: place.to_owned(),
        made_at: minute(at),
        tickets: 3,
        bytes: 1 << 40,
    };
    store.backup_note(&known("/backups/one.tar.zst", 1)).await.unwrap();
    store.backup_note(&known("/backups/two.tar.zst", 2)).await.unwrap();
    store.backup_note(&known("/backups/one.tar.zst", 3)).await.unwrap();
    store.close().await;
    let store = open(dir.path()).await;
    let expected = [known("/backups/one.tar.zst", 3), known("/backups/two.tar.zst", 2)];
    assert_eq!(store.backups().await.unwrap(), expected);
    assert!(store.backup_forget("/backups/two.tar.zst").await.unwrap());
    assert!(!store.backup_forget("/backups/two.tar.zst").await.unwrap());
    assert_eq!(store.backups().await.unwrap(), expected[..1]);
}
