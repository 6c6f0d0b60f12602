//! Backup and restore, and who may open a folder.

use crate::support::*;
use store::Error;

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
    assert_eq!(store::restore(&copy, &target).unwrap(), made);
    let restored = open(&target).await;
    assert_same(&rows(&restored.snapshot()), &expected);
    assert!(matches!(store.backup(&copy).await, Err(Error::NotEmpty(_))));
    assert!(matches!(store::restore(&copy, &target), Err(Error::NotEmpty(_))));
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
    assert!(matches!(store::restore(&copy, &target), Err(Error::Damaged { .. })));
    assert!(!target.exists(), "nothing is written before everything is checked");
    let empty = tempfile::tempdir().unwrap();
    assert!(matches!(store::verify(empty.path()), Err(Error::NotABackup(_))));
}

#[tokio::test]
async fn one_folder_is_for_one_process() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    let second = open_with(dir.path(), options()).await.unwrap_err();
    assert!(matches!(second, Error::Locked(_)), "{second}");
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
