//! The migrations of both databases make the same tables with the same columns.

use crate::state::{server, state_of, url_of};
use crate::support::open;
use sqlx::{Connection, PgConnection, Row, SqliteConnection};
use std::collections::{BTreeMap, BTreeSet};
use store::{Options, StateUrl, Store};

/// Table → columns; the migrations' own table is none of ours.
type Tables = BTreeMap<String, BTreeSet<String>>;

async fn of_sqlite(file: &std::path::Path) -> Tables {
    let url = format!("sqlite://{}", file.display());
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    let rows = sqlx::query(
        "SELECT m.name, c.name FROM sqlite_schema AS m JOIN pragma_table_info(m.name) AS c
         WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE '_sqlx_%'",
    );
    let rows = rows.fetch_all(&mut connection).await.unwrap();
    gather(rows.iter().map(|row| (row.get(0), row.get(1))))
}

async fn of_postgres(url: &str) -> Tables {
    let mut connection = PgConnection::connect(url).await.unwrap();
    let rows = sqlx::query(
        "SELECT table_name::text, column_name::text FROM information_schema.columns
         WHERE table_schema = current_schema() AND table_name NOT LIKE '\\_sqlx\\_%'",
    );
    let rows = rows.fetch_all(&mut connection).await.unwrap();
    gather(rows.iter().map(|row| (row.get(0), row.get(1))))
}

fn gather(columns: impl Iterator<Item = (String, String)>) -> Tables {
    let mut tables = Tables::new();
    for (table, column) in columns {
        tables.entry(table).or_default().insert(column);
    }
    tables
}

#[tokio::test]
async fn both_databases_have_the_same_tables_and_columns() {
    let Some(server) = server() else {
        println!("skipped: no PostgreSQL server; scripts/postgres.sh starts one");
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let (file, shared) = (dir.path().join("file"), dir.path().join("shared"));
    let clock = crate::support::options().clock;
    let options = Options { state: StateUrl::file(), ..Options::new(clock) };
    Store::open(&file, options).await.unwrap().close().await;
    assert!(state_of(&shared).await.is_shared());
    open(&shared).await.close().await;
    let expected = of_sqlite(&file.join("state.db")).await;
    assert!(expected.contains_key("inbox"));
    assert_eq!(of_postgres(&url_of(&server, &shared)).await, expected);
}

#[test]
fn both_databases_have_the_same_migrations() {
    let names = |folder: &str| -> BTreeSet<_> {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
        let files = std::fs::read_dir(root.join(folder)).unwrap();
        files.map(|file| file.unwrap().file_name()).collect()
    };
    assert_eq!(names("sqlite"), names("postgres"));
}
