//! What the disk loses or turns over is noticed before it is counted, and named.

use crate::support::*;
use facts::Table;
use std::path::{Path, PathBuf};
use store::{Error, Kind};

/// A sealed store, closed, and the file of a table of its second segment.
async fn sealed(table: Table) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    store.accept(events(0..100)).await.unwrap();
    store.seal_all().await.unwrap();
    let file = store.snapshot().segments[1].path(table);
    store.close().await;
    (dir, file)
}

fn flip(file: &Path, at: impl Fn(usize) -> usize) {
    let mut bytes = std::fs::read(file).unwrap();
    let place = at(bytes.len());
    bytes[place] ^= 1;
    std::fs::write(file, bytes).unwrap();
}

#[track_caller]
fn names(error: &Error, file: &Path) {
    assert_eq!(error.kind(), Kind::Damaged, "{error:?}");
    assert!(error.to_string().contains(&file.display().to_string()), "{error}");
}

#[tokio::test]
async fn every_file_of_a_segment_has_its_checksum() {
    let (dir, _) = sealed(Table::Tickets).await;
    let store = open(dir.path()).await;
    for segment in &store.snapshot().segments {
        let sums = segment.stats().files.expect("sums are kept in the manifest");
        for table in Table::ALL {
            assert!(!segment.is_vouched(table));
            segment.vouch(table).unwrap();
            assert!(segment.is_vouched(table));
        }
        let bytes: u64 = sums.iter().map(|sum| sum.bytes).sum();
        assert_eq!(bytes, segment.stats().bytes);
    }
}

#[tokio::test]
async fn one_flipped_bit_anywhere_is_noticed() {
    for table in Table::ALL {
        let (dir, file) = sealed(table).await;
        flip(&file, |length| length / 2);
        let store = open(dir.path()).await;
        let segment = store.snapshot().segments[1].clone();
        names(&segment.vouch(table).unwrap_err(), &file);
        store.close().await;
    }
}

#[tokio::test]
async fn what_is_cut_off_or_gone_is_named() {
    let (dir, file) = sealed(Table::Tickets).await;
    let bytes = std::fs::read(&file).unwrap();
    std::fs::write(&file, &bytes[..bytes.len() - 1]).unwrap();
    let store = open(dir.path()).await;
    let segment = store.snapshot().segments[1].clone();
    names(&segment.vouch(Table::Tickets).unwrap_err(), &file);
    std::fs::remove_file(&file).unwrap();
    names(&segment.vouch(Table::Tickets).unwrap_err(), &file);
}

#[tokio::test]
async fn damage_is_never_written_on() {
    let (dir, file) = sealed(Table::Tickets).await;
    flip(&file, |_| 100);
    let store = open_with(dir.path(), options()).await.unwrap();
    let before = store.snapshot().segments[1].version();
    let refused = store.rebuild(other_policies(), quiet()).await.unwrap_err();
    names(&refused, &file);
    assert_eq!(store.snapshot().segments[1].version(), before);
}
