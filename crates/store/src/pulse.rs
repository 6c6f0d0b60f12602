//! Whether the store can do its work just now.

use crate::error::{Error, Result, sql};
use crate::store::Store;

impl Store {
    /// Asks the state database for a sign of life.
    ///
    /// # Errors
    /// [`Error::Stopped`] when what was accepted can no longer be shown, and whatever the database
    /// says.
    pub async fn reach(&self) -> Result<()> {
        if self.core.waiting().stopped {
            return Err(Error::Stopped);
        }
        sqlx::query("SELECT COUNT(*) FROM meta")
            .execute(&self.core.state.pool)
            .await
            .map(|_| ())
            .map_err(sql("reach"))
    }
}
