//! Where the copies of this data are, as far as they were made with this program.

use crate::error::Result;
use crate::state::files::KnownBackup;
use crate::store::Store;

impl Store {
    /// Notes that a backup was made; one that is made again at its place is known once.
    ///
    /// # Errors
    /// When the state database refuses.
    pub async fn backup_note(&self, backup: &KnownBackup) -> Result<()> {
        self.core.state.backup_add(backup).await
    }

    /// The backups that are known, newest first.
    ///
    /// # Errors
    /// When the state database refuses.
    pub async fn backups(&self) -> Result<Vec<KnownBackup>> {
        self.core.state.backups().await
    }

    /// Forgets a backup that is there no more; whether it was known.
    ///
    /// # Errors
    /// When the state database refuses.
    pub async fn backup_forget(&self, place: &str) -> Result<bool> {
        self.core.state.backup_forget(place).await
    }
}
