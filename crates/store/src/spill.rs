//! Events on disk between reading and folding, partitioned by segment.
//!
//! A partition is a file of compressed blocks of records, in the order of arrival; it is read back
//! once, as one piece of bytes with an index, so that only one ticket is decoded at a time.

use crate::codec::{Bytes, entry, put_entry, put_text, put_u64};
use crate::error::{Error, Result, io};
use crate::limits;
use event::{Entry, Kind, Text};
use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

/// Partitions that grow as numbers do.
#[derive(Debug)]
pub(crate) struct Spill {
    dir: PathBuf,
    partitions: RwLock<Vec<Arc<Mutex<Partition>>>>,
}

#[derive(Debug)]
struct Partition {
    path: PathBuf,
    plain: Vec<u8>,
    file: Option<File>,
    /// Uncompressed bytes in all.
    bytes: u64,
}

/// One thing to spill.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Record<'a> {
    /// What the ticket is called; comes before or after its entries.
    Name { source: &'a str, ticket: &'a str },
    /// Something that happened to it.
    Entry(&'a Entry),
    /// The same, encoded already.
    Raw(Tag, &'a [u8]),
}

/// What a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tag {
    Entry,
    Name,
    /// An entry too: the ticket is merged into another.
    Merge,
}

/// Bits of a record's head that hold its tag; the rest is the row.
const TAG_BITS: u32 = 2;

impl Tag {
    fn of(head: u64) -> Option<Self> {
        [Self::Entry, Self::Name, Self::Merge]
            .into_iter()
            .find(|tag| *tag as u64 == head & ((1 << TAG_BITS) - 1))
    }
}

impl Spill {
    pub(crate) fn new(dir: &Path) -> Result<Self> {
        std::fs::create_dir_all(dir).map_err(io("make the folder", dir))?;
        Ok(Self { dir: dir.to_path_buf(), partitions: RwLock::new(Vec::new()) })
    }

    /// How many partitions there are, empty ones between included.
    pub(crate) fn len(&self) -> usize {
        self.partitions.read().unwrap_or_else(PoisonError::into_inner).len()
    }

    fn partition(&self, place: usize) -> (Arc<Mutex<Partition>>, usize) {
        {
            let all = self.partitions.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(found) = all.get(place) {
                return (Arc::clone(found), all.len());
            }
        }
        let mut all = self.partitions.write().unwrap_or_else(PoisonError::into_inner);
        while all.len() <= place {
            let path = self.dir.join(format!("{:06}.spill", all.len()));
            let partition = Partition { path, plain: Vec::new(), file: None, bytes: 0 };
            all.push(Arc::new(Mutex::new(partition)));
        }
        (Arc::clone(&all[place]), all.len())
    }

    /// Adds records of tickets of one partition; each comes with the ticket's row there.
    pub(crate) fn push<'a>(
        &self,
        place: usize,
        records: impl IntoIterator<Item = (u32, Record<'a>)>,
    ) -> Result<()> {
        let (partition, partitions) = self.partition(place);
        let block = (limits::SPILL_BUFFER_BYTES / partitions.max(1))
            .clamp(16 * 1024, limits::SPILL_BLOCK_BYTES);
        let mut scratch = Vec::with_capacity(256);
        let mut partition = partition.lock().unwrap_or_else(PoisonError::into_inner);
        for (row, record) in records {
            scratch.clear();
            let tag = match record {
                Record::Name { source, ticket } => {
                    put_text(&mut scratch, source);
                    put_text(&mut scratch, ticket);
                    Tag::Name
                }
                Record::Entry(entry) => {
                    put_entry(&mut scratch, entry);
                    match entry.kind {
                        Kind::Merged { .. } => Tag::Merge,
                        _ => Tag::Entry,
                    }
                }
                Record::Raw(tag, raw) => {
                    scratch.extend_from_slice(raw);
                    tag
                }
            };
            put_u64(&mut partition.plain, u64::from(row) << TAG_BITS | tag as u64);
            put_u64(&mut partition.plain, scratch.len() as u64);
            partition.plain.extend_from_slice(&scratch);
            if partition.plain.len() >= block {
                partition.flush()?;
            }
        }
        Ok(())
    }

    /// Reads a partition back and removes its file; `None` where nothing was spilt.
    pub(crate) fn take(&self, place: usize) -> Result<Option<Spilt>> {
        if place >= self.len() {
            return Ok(None);
        }
        let (partition, _) = self.partition(place);
        let mut partition = partition.lock().unwrap_or_else(PoisonError::into_inner);
        let spilt = partition.read()?;
        if partition.file.take().is_some() {
            std::fs::remove_file(&partition.path).map_err(io("remove", &partition.path))?;
        }
        partition.bytes = 0;
        partition.plain = Vec::new();
        Ok(spilt)
    }
}

impl Partition {
    fn flush(&mut self) -> Result<()> {
        let packed = zstd::bulk::compress(&self.plain, 1).map_err(io("compress", &self.path))?;
        let file = match &mut self.file {
            Some(file) => file,
            None => {
                let file = File::options()
                    .create_new(true)
                    .read(true)
                    .append(true)
                    .open(&self.path)
                    .map_err(io("create", &self.path))?;
                self.file.insert(file)
            }
        };
        for len in [packed.len(), self.plain.len()] {
            let len =
                u32::try_from(len).map_err(|error| Error::damaged("a block of spill", error))?;
            file.write_all(&len.to_le_bytes()).map_err(io("write", &self.path))?;
        }
        file.write_all(&packed).map_err(io("write", &self.path))?;
        self.bytes += self.plain.len() as u64;
        self.plain.clear();
        Ok(())
    }

    fn read(&mut self) -> Result<Option<Spilt>> {
        let mut plain = Vec::with_capacity(
            usize::try_from(self.bytes).unwrap_or(0).saturating_add(self.plain.len()),
        );
        if self.file.is_some() {
            let mut file = File::open(&self.path).map_err(io("open", &self.path))?;
            let mut left = self.bytes;
            let mut packed = Vec::new();
            while left > 0 {
                let mut head = [0; 8];
                file.read_exact(&mut head).map_err(io("read", &self.path))?;
                let [a, b, c, d, e, f, g, h] = head;
                let len = u32::from_le_bytes([a, b, c, d]) as usize;
                let unfolded = u32::from_le_bytes([e, f, g, h]);
                packed.resize(len, 0);
                file.read_exact(&mut packed).map_err(io("read", &self.path))?;
                let block = zstd::bulk::decompress(&packed, unfolded as usize)
                    .map_err(io("unfold", &self.path))?;
                plain.extend_from_slice(&block);
                left = left.saturating_sub(u64::from(unfolded));
            }
        }
        plain.extend_from_slice(&self.plain);
        if plain.is_empty() { Ok(None) } else { Spilt::new(plain).map(Some) }
    }
}

/// A partition in memory: encoded records and where each ticket's are.
#[derive(Debug)]
pub(crate) struct Spilt {
    plain: Vec<u8>,
    /// Row and tag of each record and the place of its body, by row, then by arrival.
    index: Vec<(u32, Tag, usize)>,
}

/// What was spilt of one ticket.
#[derive(Debug, Default)]
pub(crate) struct SpiltTicket {
    pub(crate) name: Option<(Text, Text)>,
    pub(crate) entries: Vec<Entry>,
}

impl Spilt {
    fn new(plain: Vec<u8>) -> Result<Self> {
        let mut index = Vec::new();
        let mut bytes = Bytes::new(&plain);
        while !bytes.is_empty() {
            let head = bytes.u64().map_err(damaged)?;
            let (Ok(row), Some(tag)) = (u32::try_from(head >> TAG_BITS), Tag::of(head)) else {
                return Err(damaged(crate::codec::Malformed));
            };
            index.push((row, tag, plain.len() - bytes.remaining()));
            let len = bytes.u64().map_err(damaged)?;
            bytes.take(len).map_err(damaged)?;
        }
        index.sort_by_key(|(row, ..)| *row);
        Ok(Self { plain, index })
    }

    /// Rows with records, ascending.
    pub(crate) fn rows(&self) -> impl Iterator<Item = u32> {
        self.index.chunk_by(|a, b| a.0 == b.0).map(|group| group[0].0)
    }

    /// How many entries there are.
    pub(crate) fn entries(&self) -> u64 {
        self.index.iter().filter(|(_, tag, _)| *tag != Tag::Name).count() as u64
    }

    /// Rows of tickets that are merged into others, ascending.
    pub(crate) fn merged(&self) -> Vec<u32> {
        let merges = self.index.iter().filter(|(_, tag, _)| *tag == Tag::Merge);
        let mut rows: Vec<u32> = merges.map(|(row, _, _)| *row).collect();
        rows.dedup();
        rows
    }

    /// Every name: row, source and external id.
    pub(crate) fn names(&self) -> impl Iterator<Item = Result<(u32, &str, &str)>> {
        let names = self.index.iter().filter(|(_, tag, _)| *tag == Tag::Name);
        names.map(|(row, _, place)| {
            let mut bytes = self.body(*place)?;
            let source = bytes.str().map_err(damaged)?;
            Ok((*row, source, bytes.str().map_err(damaged)?))
        })
    }

    /// Every record, by row.
    pub(crate) fn records(&self) -> impl Iterator<Item = Result<(u32, Record<'_>)>> {
        self.index.iter().map(|(row, tag, place)| {
            let mut bytes = self.body(*place)?;
            if *tag == Tag::Name {
                let (source, ticket) =
                    (bytes.str().map_err(damaged)?, bytes.str().map_err(damaged)?);
                Ok((*row, Record::Name { source, ticket }))
            } else {
                let rest = bytes.remaining();
                Ok((*row, Record::Raw(*tag, bytes.take(rest as u64).map_err(damaged)?)))
            }
        })
    }

    fn body(&self, place: usize) -> Result<Bytes<'_>> {
        let mut bytes = Bytes::new(self.plain.get(place..).unwrap_or_default());
        let len = bytes.u64().map_err(damaged)?;
        bytes.take(len).map(Bytes::new).map_err(damaged)
    }

    /// What was spilt of the ticket at a row; nothing where there are no records.
    pub(crate) fn ticket(&self, row: u32) -> Result<SpiltTicket> {
        let start = self.index.partition_point(|(at, ..)| *at < row);
        let mut ticket = SpiltTicket::default();
        for (at, tag, place) in self.index.get(start..).unwrap_or_default() {
            if *at != row {
                break;
            }
            let mut bytes = self.body(*place)?;
            if *tag == Tag::Name {
                let source = Text::from(bytes.str().map_err(damaged)?);
                ticket.name = Some((source, Text::from(bytes.str().map_err(damaged)?)));
            } else {
                ticket.entries.push(entry(&mut bytes).map_err(damaged)?);
            }
        }
        Ok(ticket)
    }
}

fn damaged(error: crate::codec::Malformed) -> Error {
    Error::damaged("the spill of an import", error)
}
