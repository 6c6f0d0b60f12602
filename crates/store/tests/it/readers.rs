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
