//! Every text and every blob of the state database, one by one.

use super::dialect::Dialect;
use super::{State, commit};
use crate::error::{Result, sql};
use crate::proof::Search;
use futures::TryStreamExt;
use sqlx::{AssertSqlSafe, Row};

impl State {
    /// Shows every text and every blob to a search.
    pub(crate) async fn read_everything(&self, search: &mut Search) -> Result<()> {
        let mut tx = self.begin_reading().await?;
        let columns = sqlx::query(match self.dialect {
            Dialect::Sqlite => {
                "SELECT m.name, c.name, CASE WHEN c.type = 'BLOB' THEN 1 ELSE 0 END
                 FROM sqlite_schema AS m JOIN pragma_table_info(m.name) AS c
                 WHERE m.type = 'table' AND c.type IN ('TEXT', 'BLOB')"
            }
            Dialect::Postgres => {
                "SELECT table_name::text, column_name::text,
                    CASE WHEN data_type = 'bytea' THEN 1::bigint ELSE 0::bigint END
                 FROM information_schema.columns
                 WHERE table_schema = current_schema() AND data_type IN ('text', 'bytea')"
            }
        })
        .fetch_all(&mut *tx)
        .await
        .map_err(sql("list the columns"))?;
        for column in &columns {
            let (table, name): (String, String) = (column.get(0), column.get(1));
            let is_blob = column.get::<i64, _>(2) == 1;
            // Names come from the database itself.
            let select = format!("SELECT \"{name}\" FROM \"{table}\" WHERE \"{name}\" IS NOT NULL");
            let mut rows = sqlx::query(AssertSqlSafe(select)).fetch(&mut *tx);
            while let Some(row) = rows.try_next().await.map_err(sql("read everything"))? {
                if is_blob {
                    search.value(row.get::<&[u8], _>(0), &table, &name);
                } else {
                    search.value(row.get::<&str, _>(0).as_bytes(), &table, &name);
                }
            }
        }
        commit(tx).await
    }
}
