//! Small application state: names with JSON values.

use super::State;
use crate::error::{Error, Result, sql};
use crate::limits;
use serde_json::Value;
use sqlx::Row;

impl State {
    /// Every name with its value as it is written.
    pub(crate) async fn settings(&self) -> Result<Vec<(String, String)>> {
        let rows = sqlx::query("SELECT name, value FROM setting ORDER BY name")
            .fetch_all(&self.pool)
            .await
            .map_err(sql("read the settings"))?;
        Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
    }

    /// The value under a name.
    pub(crate) async fn setting(&self, name: &str) -> Result<Option<Value>> {
        let text: Option<String> = sqlx::query_scalar("SELECT value FROM setting WHERE name = $1")
            .bind(name)
            .fetch_optional(&self.pool)
            .await
            .map_err(sql("read a setting"))?;
        text.map(|text| {
            serde_json::from_str(&text)
                .map_err(|error| Error::damaged(format!("the setting {name}"), error))
        })
        .transpose()
    }

    /// Puts a value under a name; `None` removes it.
    pub(crate) async fn set_setting(&self, name: &str, value: Option<&Value>) -> Result<()> {
        let Some(value) = value else {
            sqlx::query("DELETE FROM setting WHERE name = $1")
                .bind(name)
                .execute(&self.pool)
                .await
                .map_err(sql("remove a setting"))?;
            return Ok(());
        };
        let text = value.to_string();
        if text.len() > limits::SETTING_BYTES_MAX {
            return Err(Error::Limit {
                what: "bytes of a setting",
                given: text.len() as u64,
                limit: limits::SETTING_BYTES_MAX as u64,
            });
        }
        sqlx::query(
            "INSERT INTO setting (name, value) VALUES ($1, $2)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        )
        .bind(name)
        .bind(text)
        .execute(&self.pool)
        .await
        .map_err(sql("write a setting"))?;
        Ok(())
    }
}
