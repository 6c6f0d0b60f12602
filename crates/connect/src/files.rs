//! Files of any kind, opened as tables: what is in them is told by content and never by name.

pub(crate) mod columnar;
pub(crate) mod delimited;
pub(crate) mod objects;
pub(crate) mod records;
pub(crate) mod row;
pub(crate) mod sheet;
pub(crate) mod source;
pub(crate) mod xes;

pub use source::Compression;

use crate::error::Error;
use crate::limits::WHOLE_FILE_BYTES_MAX;
use delimited::{Delimited, Dialect};
use records::Split;
use row::Table;
use serde::Serialize;
use source::Source;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

/// What kind of file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = FileFormat)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Canonical `CloudEvents`, one JSON object a line.
    EventLines,
    /// Canonical `CloudEvents` in one JSON array.
    EventBatch,
    /// Delimited text.
    Delimited,
    /// A spreadsheet.
    Xlsx,
    /// Parquet.
    Parquet,
    /// JSON objects, one a line.
    JsonLines,
    /// JSON objects in an array, or over several lines.
    JsonArray,
    /// An event log of process mining.
    Xes,
}

impl Format {
    /// The names a mapping may use.
    pub(crate) const NAMES: [(&'static str, Self); 8] = [
        ("csv", Self::Delimited),
        ("tsv", Self::Delimited),
        ("delimited", Self::Delimited),
        ("xlsx", Self::Xlsx),
        ("parquet", Self::Parquet),
        ("json_lines", Self::JsonLines),
        ("json", Self::JsonArray),
        ("xes", Self::Xes),
    ];

    /// Whether the file holds canonical events, which need no mapping.
    pub const fn is_canonical(self) -> bool {
        matches!(self, Self::EventLines | Self::EventBatch)
    }
}

/// What was found out about a file.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Detected {
    /// Its kind.
    pub format: Format,
    /// How it is packed.
    pub compression: Compression,
    /// Its encoding by its WHATWG name; absent where bytes are not text.
    pub encoding: Option<&'static str>,
    /// Between cells of delimited text.
    pub delimiter: Option<char>,
    /// The sheet read.
    pub sheet: Option<String>,
}

/// What a mapping states of a file instead of leaving it to be found out.
#[derive(Clone, Debug, Default)]
pub(crate) struct FileSpec {
    pub(crate) format: Option<Format>,
    pub(crate) encoding: Option<&'static encoding_rs::Encoding>,
    pub(crate) dialect: Dialect,
    pub(crate) sheet: Option<String>,
    /// Whether rows of JSON are kept as they are besides their columns.
    pub(crate) nested: bool,
}

/// A file opened as a table.
pub(crate) struct OpenTable {
    pub(crate) table: Box<dyn Table>,
    pub(crate) detected: Detected,
    pub(crate) progress: Arc<AtomicU64>,
}

impl std::fmt::Debug for OpenTable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpenTable").field("detected", &self.detected).finish_non_exhaustive()
    }
}

/// A file of canonical events, or of any other kind.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) source: Source,
    pub(crate) format: Format,
    pub(crate) encoding: &'static encoding_rs::Encoding,
    /// The sample as UTF-8.
    pub(crate) text: Vec<u8>,
}

/// Opens a file and finds out what it is.
///
/// # Errors
/// Where it can't be opened, or isn't packed as its first bytes say.
pub(crate) fn open(path: &Path, spec: &FileSpec) -> Result<Opened, Error> {
    let source =
        source::open(path).map_err(|source| Error::Open { path: path.to_owned(), source })?;
    let encoding =
        spec.encoding.unwrap_or_else(|| source::detect_encoding(&source.sample, source.whole));
    let text = sample_text(&source.sample, encoding);
    let format = spec.format.unwrap_or_else(|| detect_format(&source.sample, &text));
    Ok(Opened { source, format, encoding, text })
}

fn sample_text(sample: &[u8], encoding: &'static encoding_rs::Encoding) -> Vec<u8> {
    if encoding == encoding_rs::UTF_8 {
        return sample.strip_prefix(b"\xef\xbb\xbf").unwrap_or(sample).to_vec();
    }
    encoding.decode_with_bom_removal(sample).0.into_owned().into_bytes()
}

fn detect_format(sample: &[u8], text: &[u8]) -> Format {
    if sample.starts_with(b"PAR1") {
        return Format::Parquet;
    }
    if sample.starts_with(b"PK\x03\x04") {
        return Format::Xlsx;
    }
    let text = text.trim_ascii_start();
    let canonical = || {
        let end = memchr::memchr(b'\n', text).unwrap_or(text.len()).min(4096);
        memchr::memmem::find(&text[..text.len().min(end.max(1024))], b"\"specversion\"").is_some()
    };
    match text.first() {
        Some(b'<') => Format::Xes,
        Some(b'[') if canonical() => Format::EventBatch,
        Some(b'[') => Format::JsonArray,
        Some(b'{') if one_object_a_line(text) => {
            if canonical() {
                Format::EventLines
            } else {
                Format::JsonLines
            }
        }
        Some(b'{') if canonical() => Format::EventBatch,
        Some(b'{') => Format::JsonArray,
        _ => Format::Delimited,
    }
}

/// Whether the first line is an object by itself, or at least not the first line of one.
fn one_object_a_line(text: &[u8]) -> bool {
    let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default().trim_ascii();
    line.len() > 1 && (line.ends_with(b"}") || !line.ends_with(b",") && line.len() > 64)
}

impl Opened {
    /// The file as a table.
    ///
    /// # Errors
    /// Where the file is not what its format says.
    pub(crate) fn into_table(self, path: &Path, spec: &FileSpec) -> Result<OpenTable, Error> {
        let unreadable = |message: String| Error::Unreadable { path: path.to_owned(), message };
        let Self { source, format, encoding, text } = self;
        let progress = Arc::clone(&source.progress);
        let mut detected = Detected {
            format,
            compression: source.compression,
            encoding: Some(encoding.name()),
            delimiter: None,
            sheet: None,
        };
        let table: Box<dyn Table> = match format {
            Format::Xlsx => {
                let bytes = whole(source).map_err(unreadable)?;
                let sheet = sheet::Sheet::open(bytes, spec.sheet.as_deref()).map_err(unreadable)?;
                detected.encoding = None;
                detected.sheet = sheet.sheet().map(str::to_owned);
                Box::new(sheet)
            }
            Format::Parquet => {
                detected.encoding = None;
                Box::new(open_parquet(source, path).map_err(unreadable)?)
            }
            Format::Delimited => {
                let reader = source::decoded(source.reader, &source.sample, encoding);
                let table = Delimited::new(reader, &text, &spec.dialect);
                detected.delimiter = Some(table.delimiter() as char);
                Box::new(table)
            }
            Format::JsonLines | Format::EventLines | Format::JsonArray | Format::EventBatch => {
                let reader = source::decoded(source.reader, &source.sample, encoding);
                let lines = matches!(format, Format::JsonLines | Format::EventLines);
                let split = if lines { Split::Lines } else { Split::Objects };
                Box::new(objects::Objects::new(reader, split).keep(spec.nested))
            }
            Format::Xes => {
                let reader = source::decoded(source.reader, &source.sample, encoding);
                Box::new(xes::Xes::new(reader))
            }
        };
        Ok(OpenTable { table, detected, progress })
    }
}

fn open_parquet(source: Source, path: &Path) -> Result<columnar::Columnar, String> {
    if source.compression == Compression::None && path.as_os_str() != "-" {
        let file = std::fs::File::open(path).map_err(|error| error.to_string())?;
        return columnar::Columnar::open(file);
    }
    columnar::Columnar::open(bytes::Bytes::from(whole(source)?))
}

fn whole(source: Source) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    source
        .reader
        .take(WHOLE_FILE_BYTES_MAX + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| error.to_string())?;
    if bytes.len() as u64 > WHOLE_FILE_BYTES_MAX {
        return Err(format!("over {WHOLE_FILE_BYTES_MAX} bytes; export it as CSV instead"));
    }
    Ok(bytes)
}
