//! Copies every table from one state database to another, of which at least one is SQLite.

use super::dialect::Dialect;
use super::{State, Tx, numbers};
use crate::error::{Error, Result, sql};
use crate::key::Key;
use crate::limits;
use futures::TryStreamExt;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

/// A table as SQLite describes it; the other database has the same columns.
struct Shape {
    table: String,
    columns: Vec<(String, Kind)>,
}

#[derive(Clone, Copy)]
enum Kind {
    Integer,
    Real,
    Text,
    Blob,
}

/// Numbers of tickets: by far the most rows, and written many at a time.
const TICKETS: &str = "ticket";

impl State {
    /// Copies everything as it is now into a database whose tables are empty.
    pub(crate) async fn copy_to(&self, other: &Self) -> Result<()> {
        let mut from = self.begin_reading().await?;
        let mut to = other.begin().await?;
        let described = match self.dialect {
            Dialect::Sqlite => shapes(&mut from).await?,
            Dialect::Postgres => shapes(&mut to).await?,
        };
        // A new database counts already, and what refers goes before what it refers to.
        for shape in described.iter().rev() {
            let clear = format!("DELETE FROM {}", shape.table);
            let clear = sqlx::query(AssertSqlSafe(clear)).execute(&mut *to).await;
            clear.map_err(sql("clear a table"))?;
        }
        for shape in &described {
            if shape.table == TICKETS {
                tickets(&mut from, &mut to).await?;
            } else {
                rows(shape, &mut from, &mut to).await?;
            }
        }
        counters(&mut from, &mut to).await?;
        super::commit(to).await?;
        super::commit(from).await
    }

    /// Whether nothing was kept here yet.
    pub(crate) async fn is_empty(&self) -> Result<bool> {
        let rows: i64 = sqlx::query_scalar(
            "SELECT (SELECT count(*) FROM meta) + (SELECT count(*) FROM policies)
                + (SELECT count(*) FROM ticket) + (SELECT count(*) FROM inbox)",
        )
        .fetch_one(&self.pool)
        .await
        .map_err(sql("look whether it is empty"))?;
        Ok(rows == 0)
    }
}

/// The tables in the order in which they were made, so that what refers comes after.
async fn shapes(sqlite: &mut Tx) -> Result<Vec<Shape>> {
    let rows = sqlx::query(
        "SELECT m.name, c.name, c.type FROM sqlite_schema AS m
            JOIN pragma_table_info(m.name) AS c
         WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
            AND m.name NOT LIKE '\\_sqlx\\_%' ESCAPE '\\'
         ORDER BY m.rowid, c.cid",
    )
    .fetch_all(&mut **sqlite)
    .await
    .map_err(sql("list the tables"))?;
    let mut shapes: Vec<Shape> = Vec::new();
    for row in &rows {
        let table: String = row.get(0);
        let kind = match row.get::<&str, _>(2) {
            "INTEGER" => Kind::Integer,
            "REAL" => Kind::Real,
            "TEXT" => Kind::Text,
            "BLOB" => Kind::Blob,
            other => return Err(Error::damaged(format!("the table {table}"), other)),
        };
        let column = (row.get(1), kind);
        match shapes.last_mut().filter(|shape| shape.table == table) {
            Some(shape) => shape.columns.push(column),
            None => shapes.push(Shape { table, columns: vec![column] }),
        }
    }
    Ok(shapes)
}

/// Copies one table row by row; memory holds one.
async fn rows(shape: &Shape, from: &mut Tx, to: &mut Tx) -> Result<()> {
    let names: Vec<&str> = shape.columns.iter().map(|(name, _)| name.as_str()).collect();
    let places: Vec<String> = (1..=names.len()).map(|place| format!("${place}")).collect();
    let (table, names, places) = (&shape.table, names.join(", "), places.join(", "));
    let select = format!("SELECT {names} FROM {table}");
    let insert = format!("INSERT INTO {table} ({names}) VALUES ({places})");
    let mut rows = sqlx::query(AssertSqlSafe(select)).fetch(&mut **from);
    while let Some(row) = rows.try_next().await.map_err(sql("read a table"))? {
        let mut query = sqlx::query(AssertSqlSafe(insert.as_str()));
        for (place, (_, kind)) in shape.columns.iter().enumerate() {
            query = match kind {
                Kind::Integer => query.bind(row.get::<Option<i64>, _>(place)),
                Kind::Real => query.bind(row.get::<Option<f64>, _>(place)),
                Kind::Text => query.bind(row.get::<Option<String>, _>(place)),
                Kind::Blob => query.bind(row.get::<Option<Vec<u8>>, _>(place)),
            };
        }
        query.execute(&mut **to).await.map_err(sql("copy a row"))?;
    }
    Ok(())
}

async fn tickets(from: &mut Tx, to: &mut Tx) -> Result<()> {
    let mut rows = sqlx::query("SELECT key, number FROM ticket ORDER BY key").fetch(&mut **from);
    let mut chunk = Vec::new();
    while let Some(row) = rows.try_next().await.map_err(sql("read the tickets' numbers"))? {
        chunk.push((key(&row)?, super::u32_of(&row, 1, "a ticket's number")?));
        if chunk.len() == limits::KEYS_PER_STATEMENT {
            numbers::insert(to, &chunk).await?;
            chunk.clear();
        }
    }
    numbers::insert(to, &chunk).await
}

fn key(row: &AnyRow) -> Result<Key> {
    let bytes: &[u8] = row.get(0);
    Key::from_bytes(bytes).ok_or_else(|| Error::damaged("a ticket's key", bytes.len()))
}

/// Numbers that are never given again, even where their rows are gone.
async fn counters(from: &mut Tx, to: &mut Tx) -> Result<()> {
    let read = match Dialect::of(from) {
        Dialect::Sqlite => "SELECT name, seq FROM sqlite_sequence",
        Dialect::Postgres => {
            "SELECT replace(sequencename, '_id_seq', '')::text, last_value FROM pg_sequences
             WHERE schemaname = current_schema() AND last_value IS NOT NULL"
        }
    };
    let write = match Dialect::of(to) {
        Dialect::Sqlite => {
            "INSERT INTO sqlite_sequence (name, seq) SELECT $1, $2
             WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = $1)"
        }
        Dialect::Postgres => "SELECT setval(pg_get_serial_sequence($1, 'id'), $2)",
    };
    let found = sqlx::query(read).fetch_all(&mut **from).await;
    for row in found.map_err(sql("read the counters"))? {
        let (table, last): (String, i64) = (row.get(0), row.get(1));
        if let Dialect::Sqlite = Dialect::of(to) {
            sqlx::query("UPDATE sqlite_sequence SET seq = $2 WHERE name = $1")
                .bind(table.as_str())
                .bind(last)
                .execute(&mut **to)
                .await
                .map_err(sql("write the counters"))?;
        }
        sqlx::query(write)
            .bind(table)
            .bind(last)
            .execute(&mut **to)
            .await
            .map_err(sql("write the counters"))?;
    }
    Ok(())
}
