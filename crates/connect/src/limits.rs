//! Every limit of this room, quoted in the message that it causes.

/// Bytes of one line, record or JSON object of a file.
///
/// The rest of a longer one is skipped and its beginning quarantined, so that a file without
/// line ends cannot fill the memory.
pub const RECORD_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Bytes of an oversize record that are kept in quarantine.
pub const EXCERPT_BYTES_MAX: usize = 4096;

/// Bytes looked at to find out format, encoding, delimiter and header of a file.
pub const SNIFF_BYTES: usize = 64 * 1024;

/// Columns of one row.
pub const COLUMNS_MAX: usize = 4096;

/// Bytes of a spreadsheet or a compressed Parquet file, both of which are read whole.
pub const WHOLE_FILE_BYTES_MAX: u64 = 1024 * 1024 * 1024;

/// Bytes of a mapping file.
pub const MAPPING_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Rows of a lookup table, which is held in memory.
pub const LOOKUP_ROWS_MAX: usize = 5_000_000;

/// Tickets whose first row is held in memory for a rule with `once: earliest`.
pub const EARLIEST_TICKETS_MAX: usize = 10_000_000;

/// Places kept per reason in a report.
pub const PLACES_MAX: usize = 10;

/// Different unmapped values listed in a report.
pub const UNMAPPED_VALUES_MAX: usize = 1000;

/// Gaps listed in a report, the longest first.
pub const GAPS_MAX: usize = 20;

/// Events handed over at a time.
pub const BATCH_EVENTS: usize = 8192;

/// Bytes of canonical events that a worker parses at a time.
pub const CHUNK_BYTES: usize = 1024 * 1024;

/// Threads that parse canonical events.
pub const WORKERS_MAX: usize = 8;

/// How far an event may lie in the future before it is reported as clock skew, in microseconds.
pub const FUTURE_SLACK_MICROS: i64 = 5 * 60 * 1_000_000;

/// Rows of a file that are looked at to say what its columns hold.
pub const SUGGEST_ROWS: usize = 1000;

/// Rows of a file that are shown before it is imported.
pub const PREVIEW_ROWS: usize = 20;

/// Values of a column that are shown before it is imported.
pub const PREVIEW_SAMPLES: usize = 5;

/// Characters of a cell that are shown before it is imported.
pub const PREVIEW_CELL_CHARS: usize = 200;

/// Different values of a column that are counted.
pub const VALUES_COUNTED_MAX: usize = 100_000;

/// Bytes of the different values that are counted.
pub const VALUES_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Bytes of a formula.
pub const FORMULA_BYTES_MAX: usize = 2000;

/// Dots, brackets and operators of a formula.
pub const FORMULA_SIGNS_MAX: usize = 200;

/// How deep a formula may be nested, so that reading it needs little stack.
pub const FORMULA_DEPTH_MAX: usize = 32;

/// Bytes of a text written out where what it costs multiplies, such as the separator of a list.
pub const FORMULA_PART_BYTES_MAX: usize = 64;

/// Steps that the formulas of a mapping may take on one payload, or on one row of a file: some
/// tenths of a second.
pub const PAYLOAD_STEPS_MAX: u64 = 1_000_000;

/// Rows of one payload.
pub const PAYLOAD_ROWS_MAX: usize = 100_000;

/// Paths listed that nothing in a mapping reads.
pub const UNREAD_PATHS_MAX: usize = 1000;
/// Bytes of the file of a hook, or of a secret.
pub const HOOK_BYTES_MAX: usize = 256 * 1024;

/// Headers kept with a delivery.
pub const HOOK_HEADERS_MAX: usize = 20;

/// Seconds that a signature's timestamp may lie from now, unless the hook says otherwise.
pub const HOOK_TOLERANCE_SECONDS: u64 = 300;
