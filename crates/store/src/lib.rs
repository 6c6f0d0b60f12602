//! All we keep: accepted events, fact tables, and the state of the application.
//!
//! A ticket's place is its number: `number / segment_rows` names its segment, and the rest is its
//! row there. A [`Segment`] is immutable Parquet; the [`Overlay`] holds the current rows of tickets
//! that changed since; together they are a [`Snapshot`], which readers hold and which never
//! changes. Accepted events go to the inbox in SQLite first, and leave it when a segment that holds
//! them is named in the manifest. After a crash the inbox is replayed; merging a timeline twice
//! changes nothing, so nothing is lost and nothing counted twice.
//!
//! Arrows: event, facts.
//! Must not know: what the numbers mean. The fold is a black box from timeline to rows.
//! Start reading at [`Store`], then `submit.rs`, `accept.rs` (to disk), `live.rs` (to rows),
//! `seal.rs`, `bulk.rs`.

mod accept;
mod apply;
mod archive;
mod as_of;
mod backup;
mod belong;
mod bulk;
mod codec;
mod copies;
mod core;
mod deliveries;
mod doctor;
mod erase;
mod error;
mod follow;
mod gauges;
mod key;
mod layout;
pub mod limits;
mod live;
mod lookup;
mod number;
mod options;
mod overlay;
mod parallel;
mod process;
mod proof;
mod pulse;
mod rebuild;
mod retain;
mod scrub;
mod seal;
mod segment;
mod snapshot;
mod spill;
mod state;
mod store;
mod submit;
mod sums;
mod tidying;
mod upkeep;
mod work;
mod write;

pub use apply::Accepted;
pub use archive::unpack;
pub use backup::{BackupFile, BackupReport, restore, verify};
pub use bulk::{Bulk, BulkReport};
pub use doctor::{Affected, Care, Diagnosis, Finding, Severity, doctor};
pub use erase::{Erasure, ErasurePlan, ErasureRequest, Touched};
pub use error::{Error, Kind, Result};
pub use facts::policies::{Policies, PolicyIssue};
pub use gauges::Gauges;
pub use options::{Fault, Options, SealPolicy, Step};
pub use overlay::Overlay;
pub use proof::{Proof, Trace};
pub use rebuild::{Progress, Rebuilt};
pub use retain::{Basis, RetentionCounts, RetentionIssue, RetentionRule, RetentionRules};
pub use segment::{Segment, Stats, Stored};
pub use snapshot::Snapshot;
pub use state::annotations::{Annotation, AnnotationKind, Note};
pub use state::deliveries::{Delivery, HookState, Mapping, NewDelivery};
pub use state::files::KnownBackup;
pub use state::imports::{Import, ImportCounts, ImportState};
pub use state::jobs::{Job, JobKind, JobRun, JobState, RunBegin, RunNote, RunState};
pub use state::lease::{Holder, Lease};
pub use state::manifest::Freshness;
pub use state::policies::PoliciesVersion;
pub use state::quarantine::{QuarantineFilter, Quarantined, Reject};
pub use state::url::StateUrl;
pub use store::Store;
pub use submit::Submitted;
pub use sums::{FileSum, FileSums};
pub use tidying::Retired;
pub use work::Compacted;
