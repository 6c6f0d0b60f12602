//! The lookup file of a segment: its tickets packed row by row, so that one costs microseconds.
//!
//! A column of a Parquet file gives up a single row only page by page. This file repeats what
//! `tickets.parquet` says of source, id and timeline, in compressed blocks of a few tickets with an
//! index at the end. It is written beside the segment and goes with it, but it is no part of the
//! manifest, is never waited for on disk, and can be made again at any time: whatever is wrong with
//! it, the segment is read instead.

use crate::codec::{Bytes, entry, put_entry, put_text, put_u64};
use crate::error::{Error, Result, io};
use crate::limits;
use crate::segment::Stored;
use event::Text;
use std::fs::{self, File};
use std::io::{BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use xxhash_rust::xxh3::xxh3_64;

/// Its name in a segment's folder.
const NAME: &str = "tickets.lookup";
/// First bytes of the tail; a change of the form takes another letter.
const MARK: &[u8; 8] = b"DMLOOK\0A";
/// Mark, rows, start and checksum of the index.
const TAIL_BYTES: usize = 32;

/// The lookup file in a segment's folder.
pub(crate) fn path(dir: &Path) -> PathBuf {
    dir.join(NAME)
}

/// Where the blocks of a lookup file are.
#[derive(Debug)]
pub(crate) struct Lookup {
    path: PathBuf,
    /// Where each block begins, and where the last ends.
    offsets: Vec<u64>,
}

impl Lookup {
    /// Opens the file of a segment of so many rows; `None` where there is none that is whole.
    pub(crate) fn open(dir: &Path, rows: u32) -> Option<Self> {
        let path = path(dir);
        let mut file = File::open(&path).ok()?;
        let len = file.seek(SeekFrom::End(0)).ok()?;
        let mut tail = [0; TAIL_BYTES];
        file.seek(SeekFrom::Start(len.checked_sub(TAIL_BYTES as u64)?)).ok()?;
        file.read_exact(&mut tail).ok()?;
        let [mark, stored_rows, start, checksum] = words(&tail)?;
        let is_ours = mark == u64::from_le_bytes(*MARK) && stored_rows == u64::from(rows);
        let index_bytes = len.checked_sub(TAIL_BYTES as u64)?.checked_sub(start)?;
        let blocks = u64::from(rows).div_ceil(limits::LOOKUP_BLOCK_TICKETS as u64);
        if !is_ours || index_bytes != (blocks + 1) * 8 {
            return None;
        }
        let mut index = vec![0; usize::try_from(index_bytes).ok()?];
        file.seek(SeekFrom::Start(start)).ok()?;
        file.read_exact(&mut index).ok()?;
        if xxh3_64(&index) != checksum {
            return None;
        }
        let offsets = index.chunks_exact(8).filter_map(|word| word.try_into().ok());
        Some(Self { path, offsets: offsets.map(u64::from_le_bytes).collect() })
    }

    /// The tickets at these rows, which ascend.
    pub(crate) fn read(&self, rows: &[u32]) -> Result<Vec<Stored>> {
        let mut file = File::open(&self.path).map_err(io("open", &self.path))?;
        let mut unpacker = zstd::bulk::Decompressor::new().map_err(io("unpack", &self.path))?;
        let mut found = Vec::with_capacity(rows.len());
        let per_block = limits::LOOKUP_BLOCK_TICKETS;
        for group in rows.chunk_by(|a, b| *a as usize / per_block == *b as usize / per_block) {
            let block = group.first().map_or(0, |row| *row as usize / per_block);
            let plain = self.block(&mut file, &mut unpacker, block)?;
            let mut bytes = Bytes::new(&plain);
            let mut next = block * per_block;
            for row in group {
                let unreadable = || Error::damaged(self.path.display().to_string(), "a row");
                while next < *row as usize {
                    let len = bytes.u64().map_err(|_| unreadable())?;
                    bytes.take(len).map_err(|_| unreadable())?;
                    next += 1;
                }
                let len = bytes.u64().map_err(|_| unreadable())?;
                let packed = bytes.take(len).map_err(|_| unreadable())?;
                next += 1;
                found.push(unpack(packed).ok_or_else(unreadable)?);
            }
        }
        Ok(found)
    }

    fn block(
        &self,
        file: &mut File,
        unpacker: &mut zstd::bulk::Decompressor<'_>,
        block: usize,
    ) -> Result<Vec<u8>> {
        let damaged = |detail: &str| Error::damaged(self.path.display().to_string(), detail);
        let (Some(start), Some(end)) = (self.offsets.get(block), self.offsets.get(block + 1))
        else {
            return Err(damaged("a row beyond its end"));
        };
        let len = end.checked_sub(*start).and_then(|len| usize::try_from(len).ok());
        let mut packed = vec![0; len.ok_or_else(|| damaged("its index"))?];
        file.seek(SeekFrom::Start(*start)).map_err(io("seek in", &self.path))?;
        file.read_exact(&mut packed).map_err(io("read", &self.path))?;
        let (size, packed) = packed.split_at_checked(4).ok_or_else(|| damaged("a block"))?;
        let size = size.try_into().map_or(0, u32::from_le_bytes) as usize;
        if size > limits::BLOCK_BYTES_MAX {
            return Err(damaged("a block"));
        }
        unpacker.decompress(packed, size).map_err(io("unpack", &self.path))
    }
}

fn words(tail: &[u8; TAIL_BYTES]) -> Option<[u64; 4]> {
    let mut words = tail.chunks_exact(8).map(|word| word.try_into().map(u64::from_le_bytes));
    let mut next = || words.next()?.ok();
    Some([next()?, next()?, next()?, next()?])
}

fn pack(stored: &Stored, out: &mut Vec<u8>) {
    put_text(out, &stored.source);
    put_text(out, &stored.ticket);
    put_u64(out, stored.timeline.len() as u64);
    for entry in &stored.timeline {
        put_entry(out, entry);
    }
}

fn unpack(packed: &[u8]) -> Option<Stored> {
    let mut bytes = Bytes::new(packed);
    let (source, ticket) = (Text::from(bytes.str().ok()?), Text::from(bytes.str().ok()?));
    let entries = bytes.u64().ok()?;
    let timeline = (0..entries).map(|_| entry(&mut bytes)).collect::<Result<_, _>>().ok()?;
    bytes.is_empty().then_some(Stored { source, ticket, timeline })
}

/// Writes a lookup file, ticket after ticket in the order of rows.
pub(crate) struct LookupWriter {
    path: PathBuf,
    /// Under another name until it is whole.
    unfinished: PathBuf,
    file: BufWriter<File>,
    packer: zstd::bulk::Compressor<'static>,
    block: Vec<u8>,
    ticket: Vec<u8>,
    rows: u64,
    offsets: Vec<u64>,
}

impl LookupWriter {
    pub(crate) fn create(dir: &Path) -> Result<Self> {
        let path = path(dir);
        let unfinished = path.with_extension("unfinished");
        let file = File::create(&unfinished).map_err(io("create", &unfinished))?;
        let mut packer = zstd::bulk::Compressor::new(1).map_err(io("pack", &path))?;
        // What is not as it was written must not be taken for a ticket.
        packer.include_checksum(true).map_err(io("pack", &path))?;
        Ok(Self {
            path,
            unfinished,
            file: BufWriter::new(file),
            packer,
            block: Vec::new(),
            ticket: Vec::new(),
            rows: 0,
            offsets: vec![0],
        })
    }

    /// Adds the ticket of the next row.
    pub(crate) fn push(&mut self, stored: &Stored) -> Result<()> {
        self.ticket.clear();
        pack(stored, &mut self.ticket);
        put_u64(&mut self.block, self.ticket.len() as u64);
        self.block.extend_from_slice(&self.ticket);
        self.rows += 1;
        if self.rows.is_multiple_of(limits::LOOKUP_BLOCK_TICKETS as u64) {
            self.flush()
        } else {
            Ok(())
        }
    }

    fn flush(&mut self) -> Result<()> {
        let packed = self.packer.compress(&self.block).map_err(io("pack", &self.path))?;
        let size = u32::try_from(self.block.len()).unwrap_or(u32::MAX).to_le_bytes();
        let written = self.file.write_all(&size).and_then(|()| self.file.write_all(&packed));
        written.map_err(io("write", &self.unfinished))?;
        let last = self.offsets.last().copied().unwrap_or(0);
        self.offsets.push(last + (size.len() + packed.len()) as u64);
        self.block.clear();
        Ok(())
    }

    /// Finishes the file. It is not made durable: a part that a power cut took is noticed.
    pub(crate) fn finish(mut self) -> Result<()> {
        if !self.block.is_empty() {
            self.flush()?;
        }
        let index: Vec<u8> = self.offsets.iter().flat_map(|offset| offset.to_le_bytes()).collect();
        let start = self.offsets.last().copied().unwrap_or(0);
        let tail = [u64::from_le_bytes(*MARK), self.rows, start, xxh3_64(&index)];
        let mut write = || {
            self.file.write_all(&index)?;
            tail.iter().try_for_each(|word| self.file.write_all(&word.to_le_bytes()))?;
            self.file.flush()
        };
        write().map_err(io("write", &self.unfinished))?;
        fs::rename(&self.unfinished, &self.path).map_err(io("name", &self.path))
    }
}

#[cfg(test)]
mod tests {
    use super::{Lookup, LookupWriter, path};
    use crate::segment::Stored;
    use event::{Actor, Entry, Instant, Kind, Role};

    fn stored(row: u32) -> Stored {
        let entry = |n: u32| Entry {
            id: format!("{row}-{n}").into(),
            sequence: None,
            at: Instant::from_micros(i64::from(n)),
            seen: Instant::from_micros(i64::from(n + row)),
            actor: Actor { id: None, role: Role::Agent, team: None },
            kind: Kind::Priority(Some("high".into())),
            origin: None,
            extra: None,
        };
        let timeline = (0..row % 5).map(entry).collect();
        Stored { source: "desk".into(), ticket: format!("t{row}").into(), timeline }
    }

    fn written(rows: u32) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        let mut writer = LookupWriter::create(dir.path()).unwrap();
        (0..rows).for_each(|row| writer.push(&stored(row)).unwrap());
        writer.finish().unwrap();
        dir
    }

    #[test]
    fn any_rows_are_read_as_they_were_written() {
        let dir = written(100);
        let lookup = Lookup::open(dir.path(), 100).unwrap();
        for rows in [vec![], vec![0], vec![99], vec![15, 16, 17, 48], (0..100).collect()] {
            let expected: Vec<Stored> = rows.iter().copied().map(stored).collect();
            assert_eq!(lookup.read(&rows).unwrap(), expected);
        }
        assert!(lookup.read(&[112]).is_err());
        assert!(Lookup::open(dir.path(), 99).is_none(), "another segment's file");
    }

    #[test]
    fn whatever_is_damaged_is_noticed() {
        let rows: Vec<u32> = (0..40).collect();
        let expected: Vec<Stored> = rows.iter().copied().map(stored).collect();
        let dir = written(40);
        let file = path(dir.path());
        let whole = std::fs::read(&file).unwrap();
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 0x40;
            std::fs::write(&file, &bytes).unwrap();
            if let Some(lookup) = Lookup::open(dir.path(), 40)
                && let Ok(found) = lookup.read(&rows)
            {
                assert_eq!(found, expected, "byte {at}");
            }
            std::fs::write(&file, &whole[..at]).unwrap();
            assert!(Lookup::open(dir.path(), 40).is_none(), "cut at {at}");
        }
    }
}
