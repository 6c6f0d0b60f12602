//! What other programs rely on when they open our files.

use crate::support::*;
use facts::Table;
use parquet::file::reader::{FileReader, SerializedFileReader};

#[tokio::test]
async fn files_have_page_indexes_statistics_and_order() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    store.accept(events(0..60)).await.unwrap();
    store.seal_all().await.unwrap();
    let snapshot = store.snapshot();
    assert_eq!(snapshot.segments.len(), 4);
    for segment in &snapshot.segments {
        let file = std::fs::File::open(segment.path(Table::Tickets)).unwrap();
        let reader = SerializedFileReader::new(file).unwrap();
        let group = reader.metadata().row_group(0);
        assert_eq!(group.num_rows(), i64::from(segment.rows()));
        assert_eq!(group.sorting_columns().map(Vec::len), Some(1));
        for column in group.columns() {
            assert!(
                column.offset_index_offset().is_some(),
                "{} has no index",
                column.column_path()
            );
        }
        let created = group.columns().iter().find(|c| c.column_path().string() == "created_at");
        assert!(created.unwrap().statistics().is_some());
        assert!(segment.stats().min_created_at <= segment.stats().max_created_at);
        let name = segment.dir().file_name().unwrap().to_string_lossy().into_owned();
        assert_eq!(name, format!("{:06}-v{}", segment.id(), segment.version()));
    }
}

#[tokio::test]
async fn a_lookup_file_that_is_damaged_or_missing_changes_no_answer() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = open(dir.path()).await;
    store.accept(events(0..120)).await.unwrap();
    store.seal_all().await.unwrap();
    let tickets = |store: &store::Store| {
        let snapshot = store.snapshot();
        let numbers: Vec<u32> = (0..TICKETS).collect();
        snapshot.tickets(&numbers).unwrap()
    };
    let expected = tickets(&store);
    assert!(expected.iter().all(Option::is_some));
    for damage in [Vec::new(), b"nonsense".repeat(9)] {
        let files: Vec<_> = store.snapshot().segments.iter().map(lookup_file).collect();
        store.close().await;
        for file in &files {
            let mut bytes = std::fs::read(file).unwrap();
            bytes.truncate(bytes.len() / 2);
            bytes.extend(&damage);
            std::fs::write(file, bytes).unwrap();
        }
        store = open(dir.path()).await;
        // Often enough for the files to be made again.
        for _ in 0..store::limits::LOOKUP_AFTER_TICKETS {
            assert_eq!(tickets(&store), expected);
        }
        let made_again = |file: &std::path::PathBuf| std::fs::read(file).unwrap().len() > 100;
        assert!(files.iter().all(made_again));
    }
    let file = lookup_file(&store.snapshot().segments[0]);
    std::fs::remove_file(file).unwrap();
    assert_eq!(tickets(&store), expected, "it went while the store was open");
}

fn lookup_file(segment: &store::Segment) -> std::path::PathBuf {
    segment.dir().join("tickets.lookup")
}
