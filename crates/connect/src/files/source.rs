//! A file as a stream of UTF-8: decompressed by its magic bytes, decoded by what it looks like.

use crate::limits::SNIFF_BYTES;
use encoding_rs::{Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use serde::Serialize;
use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How a file is packed, told by its first bytes and never by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Compression {
    /// Not at all.
    None,
    /// gzip, of any number of members.
    Gzip,
    /// Zstandard.
    Zstd,
}

/// An opened file before anybody knows what is in it.
pub(crate) struct Source {
    /// The unpacked bytes, from the first.
    pub(crate) reader: Box<dyn Read + Send>,
    /// The first [`SNIFF_BYTES`] of them, which the reader gives again.
    pub(crate) sample: Vec<u8>,
    /// Whether the sample is the whole file.
    pub(crate) whole: bool,
    pub(crate) compression: Compression,
    /// Bytes of the file read so far, packed as they are.
    pub(crate) progress: Arc<AtomicU64>,
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Source").field("compression", &self.compression).finish_non_exhaustive()
    }
}

/// Opens a file, or standard input where the path is `-`, and unpacks its beginning.
pub(crate) fn open(path: &Path) -> io::Result<Source> {
    let progress = Arc::new(AtomicU64::new(0));
    let inner: Box<dyn Read + Send> =
        if path.as_os_str() == "-" { Box::new(io::stdin()) } else { Box::new(File::open(path)?) };
    let counted = Counted { inner, progress: Arc::clone(&progress) };
    let mut file = BufReader::with_capacity(SNIFF_BYTES, counted);
    let magic = read_up_to(&mut file, 4)?;
    let compression = match magic.as_slice() {
        [0x1f, 0x8b, ..] => Compression::Gzip,
        [0x28, 0xb5, 0x2f, 0xfd] => Compression::Zstd,
        _ => Compression::None,
    };
    let packed = Cursor::new(magic).chain(file);
    let mut reader: Box<dyn Read + Send> = match compression {
        Compression::None => Box::new(packed),
        Compression::Gzip => Box::new(flate2::read::MultiGzDecoder::new(packed)),
        Compression::Zstd => Box::new(zstd::Decoder::new(packed)?),
    };
    // A broken archive shows itself again when it is read; what came before it counts.
    let sample = read_up_to(&mut reader, SNIFF_BYTES)?;
    let whole = sample.len() < SNIFF_BYTES;
    let reader = Box::new(Cursor::new(sample.clone()).chain(reader));
    Ok(Source { reader, sample, whole, compression, progress })
}

fn read_up_to(reader: &mut impl Read, bytes: usize) -> io::Result<Vec<u8>> {
    let mut buffer = vec![0; bytes];
    let mut filled = 0;
    while filled < bytes {
        match reader.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) if filled > 0 => break,
            Err(error) => return Err(error),
        }
    }
    buffer.truncate(filled);
    Ok(buffer)
}

/// Counts what passes.
struct Counted<R> {
    inner: R,
    progress: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.progress.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// The encoding a sample is most likely written in.
///
/// A byte order mark decides; then UTF-8 if the sample is valid; then UTF-16 if every second byte
/// is nearly always NUL; then a guess by letter statistics.
pub(crate) fn detect_encoding(sample: &[u8], whole: bool) -> &'static Encoding {
    if let Some((encoding, _)) = Encoding::for_bom(sample) {
        return encoding;
    }
    match std::str::from_utf8(sample) {
        Ok(_) if !sample.contains(&0) => return UTF_8,
        // A character cut at the end of the sample is no evidence against UTF-8.
        Err(error) if !whole && error.error_len().is_none() => return UTF_8,
        _ => {}
    }
    if let Some(encoding) = utf_16_without_mark(sample) {
        return encoding;
    }
    if std::str::from_utf8(sample).is_ok() || mostly_utf_8(sample) {
        return UTF_8;
    }
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    detector.feed(sample, whole);
    detector.guess(None, chardetng::Utf8Detection::Allow)
}

fn utf_16_without_mark(sample: &[u8]) -> Option<&'static Encoding> {
    let pairs = sample.len() / 2;
    let nuls =
        |offset: usize| sample.iter().skip(offset).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (nuls(0), nuls(1));
    match pairs {
        0 | 1 => None,
        _ if odd * 10 >= pairs * 7 && even * 10 < pairs => Some(UTF_16LE),
        _ if even * 10 >= pairs * 7 && odd * 10 < pairs => Some(UTF_16BE),
        _ => None,
    }
}

/// Whether well-formed multi-byte characters outnumber broken ones: then the file is UTF-8 with a
/// few lines that lie, and those lines alone are to be mended.
fn mostly_utf_8(sample: &[u8]) -> bool {
    let (mut good, mut bad) = (0usize, 0usize);
    for chunk in sample.utf8_chunks() {
        good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    good > bad
}

/// The encoding of that name, as the WHATWG Encoding Standard lists them.
pub(crate) fn named_encoding(name: &str) -> Option<&'static Encoding> {
    Encoding::for_label(name.as_bytes())
}

/// The stream in UTF-8, without byte order mark.
///
/// UTF-8 passes through untouched, so that each line can be judged by itself.
pub(crate) fn decoded(
    reader: Box<dyn Read + Send>,
    sample: &[u8],
    encoding: &'static Encoding,
) -> Box<dyn Read + Send> {
    if encoding == UTF_8 {
        let mark = usize::from(sample.starts_with(b"\xef\xbb\xbf")) * 3;
        return Box::new(Skipped { inner: reader, left: mark });
    }
    Box::new(Decoding {
        inner: reader,
        decoder: encoding.new_decoder_with_bom_removal(),
        input: vec![0; SNIFF_BYTES],
        output: Vec::new(),
        given: 0,
        ended: false,
    })
}

/// The text of one line of a file that says it is UTF-8, and whether it lied.
pub(crate) fn honest_text(bytes: &[u8]) -> (std::borrow::Cow<'_, str>, bool) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (text.into(), text.contains('\u{fffd}')),
        Err(_) => (WINDOWS_1252.decode_without_bom_handling(bytes).0, true),
    }
}

struct Skipped {
    inner: Box<dyn Read + Send>,
    left: usize,
}

impl Read for Skipped {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.left > 0 {
            let mut scrap = [0; 3];
            let read = self.inner.read(&mut scrap[..self.left])?;
            if read == 0 {
                return Ok(0);
            }
            self.left -= read;
        }
        self.inner.read(buffer)
    }
}

struct Decoding {
    inner: Box<dyn Read + Send>,
    decoder: Decoder,
    input: Vec<u8>,
    output: Vec<u8>,
    given: usize,
    ended: bool,
}

impl Read for Decoding {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.output.len() && !self.ended {
            let read = self.inner.read(&mut self.input)?;
            self.ended = read == 0;
            let room = self.decoder.max_utf8_buffer_length(read).unwrap_or(read * 3 + 16);
            self.output.resize(room, 0);
            let (_, _, written, _) =
                self.decoder.decode_to_utf8(&self.input[..read], &mut self.output, self.ended);
            self.output.truncate(written);
            self.given = 0;
        }
        let count = buffer.len().min(self.output.len() - self.given);
        buffer[..count].copy_from_slice(&self.output[self.given..self.given + count]);
        self.given += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_told_apart() {
        let utf16: Vec<u8> = "id;name\n1;Zoë\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(detect_encoding(&utf16, true), UTF_16LE);
        assert_eq!(detect_encoding("id;name\n1;Zoë\n".as_bytes(), true), UTF_8);
        assert_eq!(detect_encoding(b"\xef\xbb\xbfid", true), UTF_8);
        assert_eq!(
            detect_encoding(b"id;name\n1;Andr\xe9 caf\xe9 d\xe9j\xe0\n", true),
            WINDOWS_1252
        );
        let mixed = "Zoë Zoë Zoë Zoë\n".bytes().chain(*b"Andr\xe9\n").collect::<Vec<_>>();
        assert_eq!(detect_encoding(&mixed, true), UTF_8);
        assert_eq!(honest_text(b"Andr\xe9"), ("André".into(), true));
    }

    #[test]
    fn a_character_cut_by_the_end_of_the_sample_is_no_lie() {
        assert_eq!(detect_encoding(&"Zoë".as_bytes()[..3], false), UTF_8);
    }
}
