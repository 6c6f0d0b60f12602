//! The limits of the API, quoted in the problem of whoever exceeds one.

use std::time::Duration;

/// Bytes of one question, or of one batch of them.
pub const QUESTION_BYTES_MAX: usize = 1 << 20;
/// Questions in one batch.
pub const QUESTIONS_MAX: usize = 50;
/// Oldest answer that a caller can be content with.
pub const ANSWER_AGE_MAX: Duration = Duration::from_secs(60);
/// Bytes up to which what is read is tagged by its content.
pub const TAGGED_BYTES_MAX: usize = 8 << 20;
/// Bytes of an exported file that are read at a time while it is sent.
pub const EXPORT_CHUNK_BYTES: usize = 256 << 10;
/// Bytes of one body that is read whole, unpacked, unless configured.
pub const EVENTS_BYTES_MAX: usize = 32 << 20;
/// Events in one batch; JSON lines may be more.
pub const EVENTS_MAX: usize = 100_000;
/// Bytes of one body of JSON lines, unpacked, unless configured.
pub const STREAM_BYTES_MAX: u64 = 1 << 30;
/// Events of one piece of a body of JSON lines; each piece is kept before the next is read.
pub const PIECE_EVENTS: usize = 5_000;
/// Bytes of one piece of a body of JSON lines, as soon as a line ends.
pub const PIECE_BYTES: usize = 4 << 20;
/// Time that a piece waits altogether for others to be applied, before its request ends.
pub const PIECE_PATIENCE: Duration = Duration::from_secs(10);
/// Events listed one by one in a receipt; of more, only those in quarantine are.
pub const ITEMS_LISTED_MAX: usize = 10_000;
/// Bytes of a body read at a time.
pub const READ_BYTES: usize = 16 << 10;
/// Bytes that a packed body may unfold to whatever its ratio.
pub const UNPACKED_FREE_BYTES: u64 = 1 << 20;
/// Bytes of a body that are still read after it was refused, so that its sender hears why.
pub const DRAINED_BYTES_MAX: u64 = 16 << 20;
/// How many times its size a packed body may unfold to; JSON reaches thirty, a bomb a thousand.
pub const UNPACKED_RATIO: u64 = 200;
/// Window of a body packed with zstd, as a power of two of bytes.
pub const ZSTD_WINDOW_LOG: u32 = 23;
/// Bytes that all bodies being read hold together, unless configured.
pub const INTAKE_MEMORY_BYTES: usize = 256 << 20;
/// Requests that bring something in at the same time, unless configured.
pub const INTAKE_REQUESTS_MAX: usize = 1_024;
/// Clients whose rate is remembered before those that were quiet are forgotten.
pub const CLIENTS_REMEMBERED: usize = 10_000;
/// Time after which a client that was sent away for others' sake may try again.
pub const BUSY_RETRY: Duration = Duration::from_secs(1);
/// Connections at the same time, unless configured.
pub const CONNECTIONS_MAX: usize = 512;
/// Time for the head of a request, unless configured.
pub const HEADER_TIME: Duration = Duration::from_secs(30);
/// Time that a client may pause within a body or an answer, unless configured.
pub const PAUSE_TIME: Duration = Duration::from_secs(30);
/// Bytes a second that a body must bring on average, unless configured.
pub const BODY_BYTES_PER_SECOND: u64 = 500;
/// Time before the next try to accept a connection, after the system refused one.
pub const ACCEPT_RETRY: Duration = Duration::from_secs(1);
/// Bytes of one imported file; larger ones go through `deskmeter import`.
pub const IMPORT_BYTES_MAX: usize = 512 << 20;
/// Bytes of a mapping sent with an import.
pub const MAPPING_BYTES_MAX: usize = 1 << 20;
/// Imports that run at the same time; each reads, sorts and folds with several threads.
pub const IMPORTS_AT_ONCE: usize = 1;
/// Imports that run or wait for their turn.
pub const IMPORTS_WAITING_MAX: usize = 20;
/// Files that wait to be imported; of more, the oldest go.
pub const UPLOADS_MAX: usize = 20;
/// Bytes of the files that wait to be imported; of more, the oldest go.
pub const UPLOADS_BYTES_MAX: u64 = 2 << 30;
/// Time that a file waits to be imported after it was last used, in microseconds.
pub const UPLOAD_KEPT_US: i64 = 3_600_000_000;
/// Values listed for one column of an uploaded file.
pub const COLUMN_VALUES_MAX: usize = 500;
/// Bytes of the policies.
pub const POLICIES_BYTES_MAX: usize = 4 << 20;
/// Characters of an annotation's title.
pub const TITLE_CHARS_MAX: usize = 200;
/// Characters of an annotation's text.
pub const NOTE_CHARS_MAX: usize = 4_000;
/// Bytes of an iCalendar file.
pub const CALENDAR_BYTES_MAX: usize = event::limits::ICS_BYTES_MAX;
/// Rows on one page, unless fewer are asked for.
pub const PAGE_DEFAULT: u64 = 100;
/// Rows on one page at most.
pub const PAGE_MAX: u64 = 1_000;
/// Values listed for one dimension.
pub const VALUES_MAX: u64 = 1_000;
/// Rows tried again by one replay of the quarantine.
pub const REPLAY_MAX: u64 = 10_000;
/// Time a request that only reads may take, beyond the engine's own limit for a question.
pub const READ_TIMEOUT: Duration = Duration::from_secs(120);
/// Time between two events of the same kind that are told to those who listen.
pub const LIVE_EVERY: Duration = Duration::from_millis(250);
/// Time after which a comment shows that a silent stream of events is alive.
pub const LIVE_KEEP_ALIVE: Duration = Duration::from_secs(15);
/// Streams of events at the same time.
pub const LIVE_LISTENERS_MAX: usize = 200;
/// Events that wait for a slow listener; beyond them the oldest are dropped.
pub const LIVE_WAITING_MAX: usize = 64;
/// Time that requests under way get to finish when the server stops.
pub const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(20);

/// Rows of a page where so many are asked for.
pub(crate) fn page(asked: Option<u64>) -> u32 {
    u32::try_from(asked.unwrap_or(PAGE_DEFAULT).clamp(1, PAGE_MAX)).unwrap_or(1)
}

/// Bytes of a mapping and the payload that it is tried on.
pub const MAPPING_TEST_BYTES_MAX: usize = 16 * 1024 * 1024;
