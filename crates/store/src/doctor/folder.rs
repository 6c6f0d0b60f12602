//! The folder: space, permissions, and what does not belong there.

use super::{Finding, Patient, Severity};
use crate::error::{Result, io};
use crate::layout;
use crate::limits::{DISK_LEAST_BYTES, DISK_LOW_BYTES};
use std::path::Path;

impl Patient {
    pub(super) fn look_at_folder(&mut self) {
        self.space();
        self.permissions();
        self.orphans();
    }

    fn space(&mut self) {
        let Some(free) = free(self.layout.root()) else { return };
        // A segment is written anew beside the old one, and a rebuild writes some at once.
        let largest = self.lines.iter().map(|line| line.stats.bytes).max().unwrap_or(0);
        let needed = DISK_LOW_BYTES.max(largest.saturating_mul(4));
        if free >= needed {
            return;
        }
        let severity = if free < DISK_LEAST_BYTES { Severity::Error } else { Severity::Warning };
        let message = format!(
            "{} MiB are free; {} MiB let every segment be written anew. Without room nothing more \
             is accepted",
            free >> 20,
            needed >> 20
        );
        let remedy = "make room on this disk, or move the data folder to a larger one";
        let place = self.layout.root().display();
        self.findings.push(Finding::new("disk_low", severity, place, message, remedy));
    }

    fn permissions(&mut self) {
        let folders = [self.layout.root().to_path_buf(), self.layout.segments()];
        for folder in folders.into_iter().chain([self.layout.scratch()]) {
            if let Err(error) = tempfile::Builder::new().prefix(".doctor-").tempfile_in(&folder) {
                self.findings.push(Finding::new(
                    "not_writable",
                    Severity::Error,
                    folder.display(),
                    format!("nothing can be written here ({error})"),
                    "give the folder to the user that Deskmeter runs as, or mount it for writing",
                ));
            }
        }
    }

    fn orphans(&mut self) {
        let folder = self.layout.segments();
        let Ok(names) = layout::names(&folder) else { return };
        for name in names {
            let place = folder.join(&name);
            match layout::parse(&name) {
                Some((id, version)) => {
                    let line = self.lines.iter().find(|line| line.id == id);
                    let is_named = line.is_some_and(|line| line.version == version);
                    // A running process may still read what it replaced.
                    if !is_named && !self.is_open {
                        self.findings.push(Finding::new(
                            "orphan_segment",
                            Severity::Warning,
                            place.display(),
                            "the manifest does not name it: a crash left it behind, and it only \
                             takes room",
                            "`deskmeter doctor --repair` removes it, and so does the next start",
                        ));
                    }
                }
                None if name.starts_with(".doctor-") => {}
                None => self.findings.push(Finding::new(
                    "stranger",
                    Severity::Info,
                    place.display(),
                    "it is not named like a segment, so it is not ours",
                    "remove it if nobody knows it",
                )),
            }
        }
        self.leftovers();
    }

    fn leftovers(&mut self) {
        if self.is_open {
            return;
        }
        let folder = self.layout.scratch();
        for name in layout::names(&folder).unwrap_or_default() {
            self.findings.push(Finding::new(
                "scratch_left",
                Severity::Info,
                folder.join(name).display(),
                "a process that was killed left it behind",
                "`deskmeter doctor --repair` removes it, and so does the next start",
            ));
        }
    }

    /// Removes what [`Patient::orphans`] found; the paths are those that it named.
    pub(super) fn remove_orphans(&mut self) -> Result<()> {
        let codes = ["orphan_segment", "scratch_left"];
        for finding in self.findings.iter_mut().filter(|found| codes.contains(&found.code)) {
            let path = Path::new(&finding.place);
            let removed = if path.is_dir() {
                std::fs::remove_dir_all(path)
            } else {
                std::fs::remove_file(path)
            };
            removed.map_err(io("remove", path))?;
            finding.repaired = true;
        }
        Ok(())
    }
}

/// Bytes that we may still write; `None` where the system does not say.
#[cfg(unix)]
fn free(folder: &Path) -> Option<u64> {
    let found = rustix::fs::statvfs(folder).ok()?;
    Some(found.f_bavail.saturating_mul(found.f_frsize))
}

#[cfg(not(unix))]
fn free(_folder: &Path) -> Option<u64> {
    None
}
