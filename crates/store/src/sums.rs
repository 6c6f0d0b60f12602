//! Size and checksum of the files of a segment: taken while they are written, compared later.

use crate::error::{Error, Result, io};
use crate::parallel;
use crate::segment::Segment;
use crate::snapshot::Snapshot;
use facts::Table;
use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use xxhash_rust::xxh3::Xxh3;

/// Bytes read at a time.
const READ_BYTES: usize = 1 << 20;

/// Size and checksum of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileSum {
    /// Its size in bytes.
    pub bytes: u64,
    /// 128-bit xxh3 of its content.
    pub checksum: u128,
}

/// Size and checksum of each file of a segment, in the order of [`Table::ALL`].
pub type FileSums = [FileSum; Table::ALL.len()];

impl FileSum {
    /// What a file has now.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn of(path: &Path) -> Result<Self> {
        let mut file = File::open(path).map_err(io("open", path))?;
        let mut hasher = Xxh3::new();
        let mut buffer = vec![0; READ_BYTES];
        let mut bytes = 0;
        loop {
            let read = file.read(&mut buffer).map_err(io("read", path))?;
            if read == 0 {
                return Ok(Self { bytes, checksum: hasher.digest128() });
            }
            bytes += read as u64;
            hasher.update(buffer.get(..read).unwrap_or_default());
        }
    }

    /// Refuses a file that has another size than was written: most damage, at no cost.
    ///
    /// # Errors
    /// As [`FileSum::require`].
    pub(crate) fn require_size(self, path: &Path) -> Result<()> {
        let damaged = |detail: String| Err(Error::damaged(path.display().to_string(), detail));
        let length = match std::fs::metadata(path) {
            Ok(found) => found.len(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return damaged("it is missing".to_owned());
            }
            Err(error) => return Err(io("measure", path)(error)),
        };
        if length == self.bytes {
            return Ok(());
        }
        damaged(format!("{length} bytes, not {}", self.bytes))
    }

    /// Refuses a file that is not what was written.
    ///
    /// # Errors
    /// [`Error::Damaged`] names the file and what differs; [`Error::Io`] when it cannot be read.
    pub(crate) fn require(self, path: &Path) -> Result<()> {
        self.require_size(path)?;
        if Self::of(path)?.checksum == self.checksum {
            return Ok(());
        }
        let detail = "its checksum differs from what was written";
        Err(Error::damaged(path.display().to_string(), detail))
    }

    /// The checksum as text, as the state and backups keep it.
    pub(crate) fn hex(self) -> String {
        format!("{:032x}", self.checksum)
    }
}

impl Snapshot {
    /// Compares a table's files of all segments with what was written, as [`Segment::vouch`] does.
    /// Blocks; several threads read where files were not compared yet.
    ///
    /// # Errors
    /// [`Error::Damaged`] names a file and what differs.
    pub fn vouch(&self, table: Table) -> Result<()> {
        let new = self.segments.iter().filter(|segment| !segment.is_vouched(table));
        let new: Vec<&Segment> = new.collect();
        parallel::each(parallel::processors(), new, |segment| segment.vouch(table), |_| ())
            .map(|_| ())
    }
}

/// Bytes of a file that wait for the disk at most.
const SYNC_BYTES: u64 = 2 << 20;

/// A file that is summed up while it is written.
pub(crate) struct SummedFile {
    file: File,
    hasher: Xxh3,
    bytes: u64,
}

impl SummedFile {
    pub(crate) fn new(file: File) -> Self {
        Self { file, hasher: Xxh3::new(), bytes: 0 }
    }

    /// Makes the file durable; its sum.
    pub(crate) fn finish(self, path: &Path) -> Result<FileSum> {
        self.file.sync_all().map_err(io("sync", path))?;
        Ok(FileSum { bytes: self.bytes, checksum: self.hasher.digest128() })
    }
}

impl Write for SummedFile {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hasher.update(bytes.get(..written).unwrap_or_default());
        let before = self.bytes / SYNC_BYTES;
        self.bytes += written as u64;
        // Little by little: whoever else waits for the disk never waits long.
        if self.bytes / SYNC_BYTES > before {
            self.file.sync_data()?;
        }
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_summed_while_written_is_what_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        let mut out = SummedFile::new(File::create(&path).unwrap());
        for part in 0..300_u32 {
            out.write_all(&part.to_le_bytes().repeat(part as usize)).unwrap();
        }
        let sum = out.finish(&path).unwrap();
        assert_eq!(FileSum::of(&path).unwrap(), sum);
        sum.require(&path).unwrap();
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[7] ^= 1;
        std::fs::write(&path, &bytes).unwrap();
        let refused = sum.require(&path).unwrap_err().to_string();
        assert!(refused.contains("checksum") && refused.contains("file"), "{refused}");
        std::fs::write(&path, &bytes[..8]).unwrap();
        assert!(sum.require(&path).unwrap_err().to_string().contains("8 bytes, not"));
        std::fs::remove_file(&path).unwrap();
        assert!(sum.require(&path).unwrap_err().to_string().contains("missing"));
    }
}
