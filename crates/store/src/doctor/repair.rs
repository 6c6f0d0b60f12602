//! Repairs: only what can be made again from what is whole.

use super::{Patient, segments};
use crate::core::blocking;
use crate::error::{Error, Result, io};
use crate::layout::{self, sync_dir};
use crate::limits::FOLD_BATCH_TICKETS;
use crate::lookup::Lookup;
use crate::segment::{Segment, file};
use crate::state::manifest::{self, Line};
use crate::state::{commit, policies};
use crate::sums::{FileSum, FileSums};
use crate::write::{FoldingWriter, SegmentWriter};
use facts::Table;
use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;

/// Where the histories of a segment are read.
enum Histories {
    /// In its file of tickets, which is whole.
    Segment,
    /// In the lookup file beside it, which repeats them.
    Lookup(Lookup),
}

impl Patient {
    /// Repairs what was found, as far as nothing must be guessed.
    pub(super) async fn repair(&mut self, backup: Option<&Path>) -> Result<()> {
        self.remove_orphans()?;
        if let Some(backup) = backup {
            self.take_from(backup)?;
        }
        for line in self.lines.clone() {
            if self.is_left("tickets_damaged", &line) {
                let dir = self.layout.segment(line.id, line.version);
                // Its blocks have checksums of their own: what it reads is what was written.
                let Some(lookup) = Lookup::open(&dir, line.stats.rows) else { continue };
                let histories = Histories::Lookup(lookup);
                if let Err(error) = self.make_again(line, histories).await {
                    tracing::warn!(%error, "the lookup file cannot stand in");
                }
            } else if self.is_left("table_damaged", &line) {
                self.make_again(line, Histories::Segment).await?;
            } else if self.is_left("checksum_unknown", &line) {
                self.sum_up(line).await?;
            }
        }
        Ok(())
    }

    /// Whether something of a kind is left to be repaired in a segment.
    fn is_left(&self, code: &str, line: &Line) -> bool {
        let dir = self.layout.segment(line.id, line.version);
        self.findings.iter().any(|found| {
            found.code == code && !found.repaired && Path::new(&found.place).starts_with(&dir)
        })
    }

    fn repaired(&mut self, codes: &[&str], line: &Line) {
        let dir = self.layout.segment(line.id, line.version);
        for found in &mut self.findings {
            found.repaired |=
                codes.contains(&found.code) && Path::new(&found.place).starts_with(&dir);
        }
    }

    /// Takes damaged files from a backup that has the same version of their segment.
    fn take_from(&mut self, backup: &Path) -> Result<()> {
        let root = self.layout.root().to_path_buf();
        for found in &mut self.findings {
            if !matches!(found.code, "tickets_damaged" | "table_damaged") {
                continue;
            }
            let path = Path::new(&found.place);
            let Some(line) = self
                .lines
                .iter()
                .find(|line| path.starts_with(self.layout.segment(line.id, line.version)))
            else {
                continue;
            };
            let table =
                Table::ALL.into_iter().find(|table| path.ends_with(format!("{table}.parquet")));
            let Some((table, inside)) = table.zip(path.strip_prefix(&root).ok()) else { continue };
            let kept = backup.join(inside);
            let first = line.id * self.segment_rows;
            // The name is that of one version, and what is read must be what the manifest says.
            if kept.exists() && segments::whole(&kept, table, line, first, true).is_ok() {
                replace(&kept, path)?;
                found.repaired = true;
            }
        }
        Ok(())
    }

    /// Folds the histories of a segment again, as a new version of all its tables.
    async fn make_again(&mut self, line: Line, histories: Histories) -> Result<()> {
        let mut tx = self.state.begin_reading().await?;
        let current = policies::current(&mut tx).await?;
        commit(tx).await?;
        let folder = crate::core::folder(&current.map(|(_, found)| found).unwrap_or_default())?;
        let (layout, options) = (self.layout.clone(), self.options.clone());
        let rows = self.segment_rows;
        let names = layout::names(&layout.segments())?;
        let newest =
            names.iter().filter_map(|name| layout::parse(name)).map(|(_, version)| version);
        let version = newest.max().unwrap_or(0) + 1;
        let old_dir = layout.segment(line.id, line.version);
        let stats = blocking(move || {
            let old_dir = layout.segment(line.id, line.version);
            let old = Segment::new(line, old_dir, line.id * rows);
            let dir = layout.segment(line.id, version);
            let writer = match &histories {
                Histories::Segment => SegmentWriter::create_keeping(dir, rows, &options, &old)?,
                Histories::Lookup(_) => SegmentWriter::create(dir, rows, &options)?,
            };
            let mut out = FoldingWriter::new(&folder, writer);
            match histories {
                Histories::Segment => {
                    old.read_all(FOLD_BATCH_TICKETS, |number, stored| out.push(number, &stored))?;
                }
                Histories::Lookup(lookup) => {
                    let every: Vec<u32> = (0..old.rows()).collect();
                    for part in every.chunks(FOLD_BATCH_TICKETS) {
                        for (row, stored) in part.iter().zip(lookup.read(part)?) {
                            out.push(old.first_number() + row, &stored)?;
                        }
                    }
                }
            }
            out.finish()
        })
        .await?;
        let new = Line { version, stats, ..line };
        self.swap(new).await?;
        self.repaired(&["tickets_damaged", "table_damaged", "checksum_unknown"], &line);
        self.lines.iter_mut().filter(|known| known.id == line.id).for_each(|known| *known = new);
        fs::remove_dir_all(&old_dir).map_err(io("remove", &old_dir))
    }

    /// Keeps the checksums of a segment that can be read whole.
    async fn sum_up(&mut self, line: Line) -> Result<()> {
        let dir = Arc::new(self.layout.segment(line.id, line.version));
        let sums = blocking(move || {
            let sums = Table::ALL.map(|table| FileSum::of(&file(&dir, table)));
            let sums = sums.into_iter().collect::<Result<Vec<_>>>()?;
            FileSums::try_from(sums).map_err(|_| Error::damaged("a segment", "files are missing"))
        })
        .await?;
        let mut new = line;
        new.stats.files = Some(sums);
        self.swap(new).await?;
        self.repaired(&["checksum_unknown"], &line);
        Ok(())
    }

    async fn swap(&self, line: Line) -> Result<()> {
        let mut tx = self.state.begin().await?;
        manifest::swap(&mut tx, &[line], self.now).await?;
        commit(tx).await
    }
}

/// Puts a whole file in the place of a damaged one, so that a crash leaves either.
fn replace(from: &Path, to: &Path) -> Result<()> {
    let Some(folder) = to.parent() else { return Ok(()) };
    fs::create_dir_all(folder).map_err(io("make the folder", folder))?;
    let beside = to.with_extension("repaired");
    fs::copy(from, &beside).map_err(io("copy to", &beside))?;
    File::open(&beside).and_then(|file| file.sync_all()).map_err(io("sync", &beside))?;
    fs::rename(&beside, to).map_err(io("replace", to))?;
    sync_dir(folder)
}
