//! Everything the store refuses to exceed, in one place.

use std::time::Duration;

/// Tickets in one segment, and rows in one row group.
pub const SEGMENT_ROWS: u32 = 131_072;
/// Smallest segment that [`crate::Options`] accepts.
pub const SEGMENT_ROWS_MIN: u32 = 2;
/// Tickets in all: numbers are 32-bit.
pub const TICKETS_MAX: u32 = u32::MAX - 1;
/// Events in one call of `accept`.
pub const ACCEPT_EVENTS_MAX: usize = 200_000;
/// Events that one group commit gathers from concurrent calls of `accept`: a larger group would
/// let its callers wait longer than their own events need.
pub const GROUP_EVENTS_MAX: usize = 20_000;
/// Events that wait to be applied, unless [`crate::Options`] say otherwise.
pub const UNAPPLIED_EVENTS: u64 = 200_000;
/// Bytes of memory that they take, unless [`crate::Options`] say otherwise.
pub const UNAPPLIED_BYTES: u64 = 256 * 1024 * 1024;
/// Events of which one group of batches is applied, unless a single batch has more.
pub const APPLY_EVENTS_MAX: usize = 20_000;
/// Events that are encoded, and bytes that are compressed, without leaving the thread that asks.
pub const EVENTS_AT_ONCE: usize = 1_000;
/// See [`EVENTS_AT_ONCE`].
pub const BYTES_AT_ONCE: usize = 64 * 1024;
/// Shortest and longest time after which a refused caller is told to come back.
pub const RETRY_MS_MIN: u64 = 100;
/// See [`RETRY_MS_MIN`].
pub const RETRY_MS_MAX: u64 = 10_000;
/// Shortest and longest time between two attempts to apply what failed.
pub const APPLY_RETRY_MS_MIN: u64 = 100;
/// See [`APPLY_RETRY_MS_MIN`].
pub const APPLY_RETRY_MS_MAX: u64 = 5_000;
/// Tickets whose numbers are remembered; more, and the memory begins anew.
pub const KNOWN_TICKETS_MAX: usize = 500_000;
/// Applying that took so long is followed by a rest of twice as long.
pub const APPLY_REST_FROM: Duration = Duration::from_millis(10);
/// Longest such rest: nobody waits longer for events to be shown because of it.
pub const APPLY_REST_MAX: Duration = Duration::from_millis(200);
/// Priority of applying, which nobody hears "accepted" after, on a scale where 50 is what threads
/// have by default.
pub const APPLY_PRIORITY: u8 = 36;
/// Priority of sealing, on the same scale.
pub const UPKEEP_PRIORITY: u8 = 20;
/// Rounds in which entries of merged-away tickets travel on: A → B → C takes two.
pub const MERGE_ROUNDS_MAX: usize = 64;
/// Tickets in one run of the overlay; a change rewrites one run.
pub const RUN_TICKETS_MAX: usize = 8_192;
/// Tickets folded into one batch on their way to a Parquet file.
pub const FOLD_BATCH_TICKETS: usize = 1_024;
/// Tickets in one block of a lookup file, all of which are unpacked for one of them.
pub const LOOKUP_BLOCK_TICKETS: usize = 16;
/// Single tickets read from a segment without a lookup file before one is made.
pub const LOOKUP_AFTER_TICKETS: usize = 256;
/// Rows in one data page; a single ticket's timeline costs one page of each column.
pub const PAGE_ROWS: usize = 2_048;
/// Overlay rows of an `as_of` snapshot before further segments go to scratch files.
pub const AS_OF_OVERLAY_ROWS: u64 = 100_000;
/// Bytes of uncompressed spill that one partition gathers before they are written.
pub const SPILL_BLOCK_BYTES: usize = 256 * 1024;
/// Bytes of uncompressed spill in all partitions together.
pub const SPILL_BUFFER_BYTES: usize = 192 * 1024 * 1024;
/// Deliveries of webhooks that may wait to be mapped.
pub const DELIVERIES_WAITING_MAX: u64 = 200_000;
/// Bytes of the packed bodies of deliveries that may wait to be mapped.
pub const DELIVERIES_BYTES_MAX: u64 = 1 << 30;
/// Bytes of the packed bodies of deliveries that share a transaction.
pub const DELIVERIES_GROUP_BYTES: usize = 16 << 20;
/// Bytes of the bodies of deliveries that are read at a time.
pub const DELIVERIES_READ_BYTES: u64 = 16 << 20;
/// Bytes of a body that is packed where the request is; larger ones would hold up others.
pub const PACK_INLINE_BYTES: usize = 64 << 10;
/// Bytes of one raw text in quarantine; the rest is cut off, and the message says so.
pub const QUARANTINE_RAW_BYTES: usize = 1024 * 1024;
/// Rows of one page of a listing.
pub const PAGE_SIZE_MAX: u32 = 1_000;
/// Annotations kept.
pub const ANNOTATIONS_MAX: u64 = 10_000;
/// Bytes of one application setting.
pub const SETTING_BYTES_MAX: usize = 1024 * 1024;
/// Seconds to wait for a connection to the state database.
pub const STATE_WAIT_SECONDS: u64 = 30;
/// Versions that one process may give to segments.
pub const VERSIONS_BLOCK: u64 = 1 << 32;
/// Milliseconds between two looks at what other processes did.
pub const FOLLOW_MS: u64 = 150;
/// How long a replaced segment is kept for other processes, in microseconds; longer than any
/// question may take.
pub const RETIRED_GRACE_US: i64 = 2 * 3600 * 1_000_000;
/// Keys in one array-bound statement.
pub const KEYS_PER_STATEMENT: usize = 32_768;
/// Bytes that one compressed block may unfold to.
pub const BLOCK_BYTES_MAX: usize = 1024 * 1024 * 1024;
/// Runs kept of each kind of job.
pub const JOB_RUNS_MAX: u32 = 200;
/// Age at which the run of a job is forgotten, in microseconds: 90 days.
pub const JOB_RUNS_AGE_US: i64 = 90 * 24 * 3_600 * 1_000_000;
/// What is noted of work whose process ended under it.
pub const PROCESS_ENDED: &str = "the process ended";
/// How often a process says of its imports that it lives, in seconds.
pub const IMPORT_BEAT_SECONDS: u64 = 10;
/// Silence after which an import counts as left behind, in microseconds.
pub const IMPORT_SILENCE_US: i64 = 60 * 1_000_000;
/// Bytes from which on the state database's log is copied into its file.
pub const LOG_BYTES: u64 = 16 * 1024 * 1024;
/// Batches that are removed from the inbox in one transaction, roughly: whoever wants to write
/// waits for that long.
pub const FORGET_BATCHES: usize = 100;
/// Ids of one erasure.
pub const ERASURE_IDS_MAX: usize = 1_000;
/// How long an erasure waits for those who still read old files before it leaves the end for later.
pub const ERASURE_READERS_WAIT: Duration = Duration::from_secs(2);
/// How often it looks meanwhile.
pub const ERASURE_READERS_STEP: Duration = Duration::from_millis(50);
/// Bytes of the shortest text that a proof looks for.
pub const PROOF_BYTES_MIN: usize = 4;
/// Free bytes below which the doctor warns, unless the segments need more.
pub const DISK_LOW_BYTES: u64 = 1 << 30;
/// Free bytes below which accepting is about to end.
pub const DISK_LEAST_BYTES: u64 = 64 << 20;
/// Microseconds that the clock may be behind what was accepted.
pub const CLOCK_BACK_US: i64 = 60 * 1_000_000;
/// Microseconds that the clocks of this machine and of the state database may be apart.
pub const CLOCK_DIFFERS_US: i64 = 2 * 1_000_000;
/// Age of an unsealed batch from which the doctor warns, in microseconds.
pub const INBOX_OLD_US: i64 = 3_600 * 1_000_000;
/// Age of the newest backup from which the doctor warns, in microseconds.
pub const BACKUP_OLD_US: i64 = 7 * 24 * 3_600 * 1_000_000;
