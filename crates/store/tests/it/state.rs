//! Where a test's store keeps its state: in its folder, or on the server in `POSTGRES_SERVER`.
//!
//! There each folder has a schema of its own, made when it is first asked for, so that every test
//! of the store runs on both databases: `scripts/postgres.sh cargo test -p store`.

use sqlx::{Connection, PgConnection};
use std::path::Path;
use store::StateUrl;

/// The server's address; `None` = SQLite.
pub(crate) fn server() -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "how a test is told its server")]
    let server = std::env::var("POSTGRES_SERVER").ok().filter(|url| !url.is_empty())?;
    Some(format!("{server}/postgres"))
}

/// The state database that belongs to a folder.
pub(crate) async fn state_of(dir: &Path) -> StateUrl {
    let Some(server) = server() else { return StateUrl::file() };
    let schema = schema_of(dir);
    let mut connection = PgConnection::connect(&server).await.unwrap();
    // A life that ended while it was being made may be making it still: one after the other.
    let make = format!("SELECT pg_advisory_xact_lock(1); CREATE SCHEMA IF NOT EXISTS {schema}");
    sqlx::raw_sql(sqlx::AssertSqlSafe(make)).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    StateUrl::postgres(&url_of(&server, dir)).unwrap()
}

/// The address of a folder's schema.
pub(crate) fn url_of(server: &str, dir: &Path) -> String {
    let mark = if server.contains('?') { '&' } else { '?' };
    format!("{server}{mark}options[search_path]={}", schema_of(dir))
}

fn schema_of(dir: &Path) -> String {
    let path = std::path::absolute(dir).unwrap();
    format!("s{:032x}", xxhash_rust::xxh3::xxh3_128(path.to_string_lossy().as_bytes()))
}
