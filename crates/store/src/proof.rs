//! Proof that something is nowhere any more: every file is read as it lies there and unpacked.

use crate::core::{Core, blocking};
use crate::error::{Error, Result, arrow, io, parquet};
use crate::limits;
use ::arrow::array::{Array, AsArray, StringArray};
use ::arrow::datatypes::DataType;
use memchr::memmem::Finder;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde::Serialize;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What was read to find something, and where it was found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Proof {
    /// Files read.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Packed parts found in them and unpacked: pages, batches, raw texts.
    pub unpacked: u64,
    /// Values of columns and of the state database read one by one.
    pub values: u64,
    /// Where something was found; empty is the proof.
    pub found: Vec<Trace>,
}

/// Something that should not be there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Trace {
    /// Which of the texts that were looked for, from 0.
    pub text: usize,
    /// The file or table.
    pub place: String,
    /// Where in it.
    pub part: String,
}

/// First bytes of whatever is packed with zstd.
const PACKED: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// What is looked for, and what was found.
pub(crate) struct Search {
    texts: Vec<Finder<'static>>,
    packed: Finder<'static>,
    pub(crate) proof: Proof,
    found: BTreeSet<Trace>,
}

impl Search {
    fn new(texts: &[String]) -> Self {
        let texts = texts.iter().map(|text| Finder::new(text.as_bytes()).into_owned());
        Self {
            texts: texts.collect(),
            packed: Finder::new(&PACKED).into_owned(),
            proof: Proof::default(),
            found: BTreeSet::new(),
        }
    }

    fn look(&mut self, bytes: &[u8], place: &str, part: &str) {
        for (text, finder) in self.texts.iter().enumerate() {
            if finder.find(bytes).is_some() {
                let (place, part) = (place.to_owned(), part.to_owned());
                self.found.insert(Trace { text, place, part });
            }
        }
    }

    /// Looks at a value, and at what is packed in it.
    pub(crate) fn value(&mut self, bytes: &[u8], place: &str, part: &str) {
        self.proof.values += 1;
        self.look(bytes, place, part);
        if bytes.starts_with(&PACKED) {
            self.unpack(bytes, place, part);
        }
    }

    /// Looks at what is packed at the beginning of these bytes, as far as it can be unpacked.
    fn unpack(&mut self, packed: &[u8], place: &str, part: &str) {
        let Ok(decoder) = zstd::stream::read::Decoder::with_buffer(packed) else { return };
        let mut plain = Vec::new();
        // What ends in an error is looked at up to there.
        let _ = decoder.single_frame().take(limits::BLOCK_BYTES_MAX as u64).read_to_end(&mut plain);
        if !plain.is_empty() {
            self.proof.unpacked += 1;
            self.look(&plain, place, &format!("{part}, unpacked"));
        }
    }

    fn file(&mut self, path: &Path, name: &str) -> Result<()> {
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            // A file of the scratch folder, or of a version nobody reads any more.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(io("read", path)(error)),
        };
        self.proof.files += 1;
        self.proof.bytes += bytes.len() as u64;
        self.look(&bytes, name, "as it lies there");
        let starts: Vec<usize> = self.packed.find_iter(&bytes).collect();
        for start in starts {
            let packed = bytes.get(start..).unwrap_or_default();
            self.unpack(packed, name, &format!("from byte {start}"));
        }
        if name.ends_with(".parquet") {
            self.columns(path, name)?;
        }
        if name == "state.db" {
            self.free_pages(&bytes, name);
        }
        Ok(())
    }

    /// Looks at every text of every column.
    fn columns(&mut self, path: &Path, name: &str) -> Result<()> {
        let file = File::open(path).map_err(io("open", path))?;
        let reader = ParquetRecordBatchReaderBuilder::try_new(file)
            .and_then(ParquetRecordBatchReaderBuilder::build)
            .map_err(parquet("read", path))?;
        for batch in reader {
            let batch = batch.map_err(arrow("read"))?;
            for (field, column) in batch.schema().fields().iter().zip(batch.columns()) {
                self.column(column.as_ref(), name, field.name());
            }
        }
        Ok(())
    }

    fn column(&mut self, column: &dyn Array, place: &str, name: &str) {
        match column.data_type() {
            DataType::Utf8 => {
                let texts: &StringArray = column.as_string();
                for text in texts.iter().flatten() {
                    self.value(text.as_bytes(), place, name);
                }
            }
            DataType::List(_) => self.column(column.as_list::<i32>().values(), place, name),
            DataType::Map(_, _) => self.column(column.as_map().entries(), place, name),
            DataType::Struct(fields) => {
                for (field, part) in fields.iter().zip(column.as_struct().columns()) {
                    self.column(part.as_ref(), place, &format!("{name}.{}", field.name()));
                }
            }
            _ => {}
        }
    }

    /// Pages that SQLite keeps for later are filled with zeros; one that is not is told for every
    /// text, because nobody can say what is in it.
    fn free_pages(&mut self, bytes: &[u8], name: &str) {
        let Some(free) = free_pages(bytes) else { return };
        for (number, page) in free {
            if page.iter().any(|byte| *byte != 0) {
                let part = format!("page {number}, which is free and not empty");
                for text in 0..self.texts.len() {
                    let place = name.to_owned();
                    self.found.insert(Trace { text, place, part: part.clone() });
                }
            }
        }
    }

    fn finish(mut self) -> Proof {
        self.proof.found = self.found.into_iter().collect();
        self.proof
    }
}

/// The free leaf pages of a SQLite file, with their numbers.
fn free_pages(file: &[u8]) -> Option<Vec<(usize, &[u8])>> {
    let number = |bytes: &[u8], at: usize| -> Option<usize> {
        let word = bytes.get(at..at + 4)?.try_into().ok()?;
        usize::try_from(u32::from_be_bytes(word)).ok()
    };
    let size = match usize::from(u16::from_be_bytes(file.get(16..18)?.try_into().ok()?)) {
        1 => 65_536,
        size => size,
    };
    let page = |number: usize| {
        let start = number.checked_sub(1)?.checked_mul(size)?;
        file.get(start..start + size)
    };
    let mut free = Vec::new();
    let mut trunk = number(file, 32)?;
    // Each trunk page is visited once, however damaged the list is.
    for _ in 0..file.len() / size {
        if trunk == 0 {
            break;
        }
        let list = page(trunk)?;
        let leaves = number(list, 4)?;
        for place in 0..leaves {
            let leaf = number(list, 8 + 4 * place)?;
            free.push((leaf, page(leaf)?));
        }
        trunk = number(list, 0)?;
    }
    Some(free)
}

impl Core {
    /// Looks for texts in every file of the folder and every row of the state database.
    pub(crate) async fn prove(self: &Arc<Self>, texts: &[String]) -> Result<Proof> {
        check(texts)?;
        // What is written is then in the file of the database, not in its log.
        self.state.empty_log().await?;
        let mut search = Search::new(texts);
        self.state.read_everything(&mut search).await?;
        let root = self.layout.root().to_path_buf();
        let search = blocking(move || {
            for (path, name) in files(&root)? {
                search.file(&path, &name)?;
            }
            Ok(search)
        });
        Ok(search.await?.finish())
    }
}

fn check(texts: &[String]) -> Result<()> {
    if texts.is_empty() || texts.iter().any(|text| text.len() < limits::PROOF_BYTES_MIN) {
        return Err(Error::ShortText { bytes: limits::PROOF_BYTES_MIN });
    }
    Ok(())
}

/// Every file in a folder, with its path from there.
fn files(root: &Path) -> Result<Vec<(PathBuf, String)>> {
    let mut files = Vec::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(io("list", &folder)(error)),
        };
        for entry in entries {
            let entry = entry.map_err(io("list", &folder))?;
            let (path, kind) = (entry.path(), entry.file_type().map_err(io("look at", &folder))?);
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file() {
                let name = path.strip_prefix(root).unwrap_or(&path).display().to_string();
                files.push((path, name));
            }
        }
    }
    files.sort();
    Ok(files)
}
