//! Files that were sent and wait to be imported, for an hour.

use crate::form::FOLDER;
use crate::limits::{UPLOAD_KEPT_US, UPLOADS_BYTES_MAX, UPLOADS_MAX};
use event::Instant;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tempfile::TempDir;

/// The files, in the order in which they were last used. Clones share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Uploads(Arc<Mutex<Vec<Kept>>>);

/// A file on disk, until the last who uses it lets go.
#[derive(Debug)]
pub(crate) struct Upload {
    /// Names it, and cannot be guessed.
    pub(crate) id: String,
    pub(crate) path: PathBuf,
    pub(crate) bytes: u64,
    _folder: TempDir,
}

#[derive(Debug)]
struct Kept {
    upload: Arc<Upload>,
    used: Instant,
}

impl Uploads {
    /// Keeps a file that lies in `folder`.
    ///
    /// # Errors
    /// It is not there.
    pub(crate) fn add(
        &self,
        folder: TempDir,
        path: PathBuf,
        now: Instant,
    ) -> std::io::Result<Arc<Upload>> {
        // The folder's own name is random.
        let name = folder.path().file_name().map(|name| name.to_string_lossy());
        let id = name.map_or_else(String::new, |name| name.trim_start_matches(FOLDER).to_owned());
        let bytes = std::fs::metadata(&path)?.len();
        let upload = Arc::new(Upload { id, path, bytes, _folder: folder });
        let mut kept = self.current(now);
        kept.push(Kept { upload: Arc::clone(&upload), used: now });
        while kept.len() > 1 && (kept.len() > UPLOADS_MAX || total(&kept) > UPLOADS_BYTES_MAX) {
            kept.remove(0);
        }
        Ok(upload)
    }

    /// The file of an id, which waits for another hour then.
    pub(crate) fn get(&self, id: &str, now: Instant) -> Option<Arc<Upload>> {
        let mut kept = self.current(now);
        let place = kept.iter().position(|kept| kept.upload.id == id)?;
        let Kept { upload, .. } = kept.remove(place);
        kept.push(Kept { upload: Arc::clone(&upload), used: now });
        Some(upload)
    }

    /// Forgets a file; whether it was there.
    pub(crate) fn remove(&self, id: &str, now: Instant) -> bool {
        let mut kept = self.current(now);
        let before = kept.len();
        kept.retain(|kept| kept.upload.id != id);
        kept.len() < before
    }

    /// Those that have not waited too long. A panic elsewhere leaves the list sound.
    /// Forgets every file.
    pub(crate) fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn current(&self, now: Instant) -> MutexGuard<'_, Vec<Kept>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|kept| now.micros() - kept.used.micros() < UPLOAD_KEPT_US);
        kept
    }
}

fn total(kept: &[Kept]) -> u64 {
    kept.iter().map(|kept| kept.upload.bytes).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(uploads: &Uploads, now: Instant) -> Arc<Upload> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        std::fs::write(&path, "id\n1\n").unwrap();
        uploads.add(folder, path, now).unwrap()
    }

    #[test]
    fn a_file_waits_for_an_hour_after_its_last_use() {
        let uploads = Uploads::default();
        let at = |micros| Instant::from_micros(micros);
        let (id, path) = {
            let upload = add(&uploads, at(0));
            (upload.id.clone(), upload.path.clone())
        };
        assert!(uploads.get(&id, at(UPLOAD_KEPT_US - 1)).is_some());
        assert!(uploads.get(&id, at(2 * UPLOAD_KEPT_US - 2)).is_some());
        assert!(path.exists());
        assert!(uploads.get(&id, at(4 * UPLOAD_KEPT_US)).is_none());
        assert!(!path.exists());
    }

    #[test]
    fn of_too_many_files_the_oldest_go() {
        let uploads = Uploads::default();
        let now = Instant::from_micros(0);
        let ids: Vec<String> = (0..=UPLOADS_MAX).map(|_| add(&uploads, now).id.clone()).collect();
        assert!(uploads.get(&ids[0], now).is_none());
        assert!(uploads.get(&ids[1], now).is_some());
        assert!(uploads.remove(&ids[1], now) && !uploads.remove(&ids[1], now));
    }
}
