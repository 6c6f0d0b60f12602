//! What can go wrong, as one enum with a coarse [`Kind`] for doors to translate.

use crate::Step;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// What a state database answers whose disk is full: `SQLITE_FULL`, and `disk_full` of PostgreSQL.
const FULL: [&str; 2] = ["13", "53100"];

/// What a PostgreSQL server answers that goes down, crashed, comes up, or only follows another;
/// besides the class of broken connections, 08.
const AWAY: [&str; 4] = ["57P01", "57P02", "57P03", "25006"];

/// The store's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What the store tried and could not do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The state database refused.
    #[error("could not {action} in the state database")]
    Sql {
        /// What was tried.
        action: &'static str,
        /// The database's answer.
        #[source]
        source: sqlx::Error,
    },
    /// The address of the state database is none.
    #[error(
        "the address of the state database is not one of PostgreSQL: {detail}; it looks like \
        postgres://user:password@host:5432/database"
    )]
    StateUrl {
        /// What is wrong, without the address, which holds a password.
        detail: String,
    },
    /// The state database could not be brought to this program's version.
    #[error("could not bring the state database up to date")]
    Migrate(#[source] sqlx::migrate::MigrateError),
    /// A newer version of this program has changed the state database.
    #[error(
        "a newer version of deskmeter has used this data (schema {schema}, which this one does \
         not know); run that version, or restore a backup made before"
    )]
    Newer {
        /// The number of the change that is not known here.
        schema: i64,
    },
    /// The operating system gives no thread.
    #[error("could not start a thread")]
    Threads(#[source] std::io::Error),
    /// The file system refused.
    #[error("could not {action} {}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// On which path.
        path: PathBuf,
        /// The system's answer.
        #[source]
        source: std::io::Error,
    },
    /// A segment's file could not be read or written.
    #[error("could not {action} {}", path.display())]
    Parquet {
        /// What was tried.
        action: &'static str,
        /// On which file.
        path: PathBuf,
        /// The reader's or writer's answer.
        #[source]
        source: parquet::errors::ParquetError,
    },
    /// Rows in memory could not be put together.
    #[error("could not {action} rows in memory")]
    Arrow {
        /// What was tried.
        action: &'static str,
        /// Arrow's answer.
        #[source]
        source: arrow::error::ArrowError,
    },
    /// Another process has the folder open.
    #[error("{} is in use by another process; stop it first, or use another folder", .0.display())]
    Locked(PathBuf),
    /// A data folder was opened with a state database that is not its own.
    #[error("{} cannot be opened with this state database: {detail}", folder.display())]
    OtherState {
        /// The data folder.
        folder: PathBuf,
        /// Why not, and what to do.
        detail: &'static str,
    },
    /// More than a limit allows.
    #[error("{given} {what} are more than the limit of {limit}")]
    Limit {
        /// Of what.
        what: &'static str,
        /// How many there were.
        given: u64,
        /// How many are allowed.
        limit: u64,
    },
    /// A stored thing is not what was written.
    #[error("{what} is damaged ({detail}); `deskmeter doctor` says what can be repaired")]
    Damaged {
        /// Which thing.
        what: String,
        /// What is wrong with it.
        detail: String,
    },
    /// The folder was made with other settings than those asked for.
    #[error("the folder has {stored} tickets a segment, not {asked}")]
    SegmentRows {
        /// What the folder has.
        stored: u32,
        /// What was asked for.
        asked: u32,
    },
    /// The policies are wrong.
    #[error("the policies have {} issues", .0.len())]
    Policies(Vec<facts::policies::PolicyIssue>),
    /// The target folder holds something already.
    #[error("{} is not empty", .0.display())]
    NotEmpty(PathBuf),
    /// No backup where one was expected.
    #[error("{} is not a backup of Deskmeter", .0.display())]
    NotABackup(PathBuf),
    /// Something asked for does not exist.
    #[error("there is no {what} {id}")]
    Unknown {
        /// What was asked for.
        what: &'static str,
        /// Its id.
        id: i64,
    },
    /// More events wait to be applied than may; nothing of the call was accepted.
    #[error(
        "{waiting} accepted events wait to be shown, which is as many as may; \
         send again in {retry_after_ms} ms"
    )]
    Busy {
        /// Accepted events that are not applied yet.
        waiting: u64,
        /// When there will be room again, by the speed of the last seconds.
        retry_after_ms: u64,
    },
    /// An accepted batch could not be applied; it is safe on disk and is replayed at the next open.
    #[error("an accepted batch could not be applied; open the folder again to replay it")]
    Stopped,
    /// Another process took over what this one was doing.
    #[error("{holder} lost the lease `{name}`: another process took over")]
    Replaced {
        /// Name of the lease.
        name: &'static str,
        /// Who lost it.
        holder: String,
    },
    /// Something that only the holder of a lease may do was tried without one.
    #[error("this is done only by the process that holds the lease of the jobs")]
    NoLease,
    /// Another process gave numbers to new tickets while an import was folded.
    #[error("another process took in new tickets meanwhile; nothing was imported, run it again")]
    Overtaken,
    /// Too many deliveries of webhooks wait to be mapped; nothing of this one was kept.
    #[error("{waiting} deliveries of webhooks wait to be mapped, which is as many as may")]
    Backlog {
        /// Deliveries that wait.
        waiting: u64,
    },
    /// A task of the store ended early.
    #[error("a background task of the store ended early")]
    Task(#[source] tokio::task::JoinError),
    /// What happened to all callers of one group commit.
    #[error(transparent)]
    Shared(std::sync::Arc<Self>),
    /// An erasure that names nobody.
    #[error("nobody is named: give at least one id, and none that is empty")]
    NobodyToErase,
    /// The rules of retention are wrong.
    #[error("the rules of retention have {} issues", .0.len())]
    Retention(Vec<crate::retain::RetentionIssue>),
    /// A text that is found by chance.
    #[error(
        "give at least one text to look for, each of at least {bytes} bytes: shorter ones are \
        found everywhere by chance"
    )]
    ShortText {
        /// Bytes of the shortest text that may be looked for.
        bytes: usize,
    },
    /// The system has no random numbers.
    #[error("could not get random numbers from the system")]
    Random(#[source] std::io::Error),
    /// A test asked for a failure at this step.
    #[error("a test stopped the store at {0:?}")]
    Fault(Step),
}

/// What a caller can do about an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The caller's input is wrong.
    Invalid,
    /// The thing does not exist.
    NotFound,
    /// It is in use, or not in the state that was expected.
    Conflict,
    /// A limit was met.
    Limited,
    /// It may work later; whether it was done is not known.
    Unavailable,
    /// Too much came at once: the same call works in a moment, see [`Error::Busy`].
    Busy,
    /// What is stored is not what was written.
    Damaged,
    /// The disk has no room; it works again once somebody makes some.
    Full,
    /// It is our fault, or the disk's.
    Internal,
}

impl Error {
    /// What a caller can do about it.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Policies(_)
            | Self::NotABackup(_)
            | Self::StateUrl { .. }
            | Self::NobodyToErase
            | Self::Retention(_)
            | Self::ShortText { .. } => Kind::Invalid,
            Self::Unknown { .. } => Kind::NotFound,
            Self::Locked(_)
            | Self::OtherState { .. }
            | Self::Newer { .. }
            | Self::NotEmpty(_)
            | Self::SegmentRows { .. }
            | Self::Replaced { .. }
            | Self::NoLease => Kind::Conflict,
            Self::Limit { .. } => Kind::Limited,
            Self::Stopped | Self::Overtaken => Kind::Unavailable,
            Self::Busy { .. } | Self::Backlog { .. } => Kind::Busy,
            Self::Damaged { .. } => Kind::Damaged,
            Self::Shared(error) => error.kind(),
            other if is_full(other) => Kind::Full,
            other if is_away(other) => Kind::Unavailable,
            Self::Sql { .. }
            | Self::Migrate(_)
            | Self::Io { .. }
            | Self::Parquet { .. }
            | Self::Arrow { .. }
            | Self::Task(_)
            | Self::Threads(_)
            | Self::Random(_)
            | Self::Fault(_) => Kind::Internal,
        }
    }

    pub(crate) fn damaged(what: impl Into<String>, detail: impl std::fmt::Display) -> Self {
        Self::Damaged { what: what.into(), detail: format!("{detail}") }
    }
}

/// Whether it came of a disk without room, ours or that of the state database.
fn is_full(error: &(dyn std::error::Error + 'static)) -> bool {
    if let Some(error) = error.downcast_ref::<std::io::Error>()
        && matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded)
    {
        return true;
    }
    if let Some(sqlx::Error::Database(error)) = error.downcast_ref()
        && error.code().is_some_and(|code| FULL.contains(&&*code))
    {
        return true;
    }
    error.source().is_some_and(is_full)
}

/// Whether it came of a state database that is not there: it cannot be reached, broke off, goes
/// down, comes up, or follows another.
fn is_away(error: &(dyn std::error::Error + 'static)) -> bool {
    match error.downcast_ref() {
        Some(sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut) => true,
        Some(sqlx::Error::Database(error)) => {
            error.code().is_some_and(|code| code.starts_with("08") || AWAY.contains(&&*code))
        }
        _ => error.source().is_some_and(is_away),
    }
}

/// Says what was tried with the state database when it refuses.
pub(crate) fn sql(action: &'static str) -> impl FnOnce(sqlx::Error) -> Error {
    move |source| Error::Sql { action, source }
}

/// Why the state database could not be brought up to date.
pub(crate) fn migrate(error: sqlx::migrate::MigrateError) -> Error {
    match error {
        sqlx::migrate::MigrateError::VersionMissing(schema) => Error::Newer { schema },
        other => Error::Migrate(other),
    }
}

/// Says what was tried on which path when the file system refuses.
pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Error {
    move |source| Error::Io { action, path: path.to_path_buf(), source }
}

/// Says what was tried on which file when Parquet refuses.
pub(crate) fn parquet(
    action: &'static str,
    path: &Path,
) -> impl FnOnce(::parquet::errors::ParquetError) -> Error {
    move |source| Error::Parquet { action, path: path.to_path_buf(), source }
}

/// Says what was tried with rows in memory when Arrow refuses.
pub(crate) fn arrow(action: &'static str) -> impl FnOnce(::arrow::error::ArrowError) -> Error {
    move |source| Error::Arrow { action, source }
}

#[cfg(test)]
mod tests {
    use super::{Error, Kind, io, parquet, sql};
    use std::io::ErrorKind;
    use std::path::Path;
    use std::sync::Arc;

    #[test]
    fn a_full_disk_is_told_from_a_broken_one() {
        let path = Path::new("segment");
        for (cause, kind) in [
            (ErrorKind::StorageFull, Kind::Full),
            (ErrorKind::QuotaExceeded, Kind::Full),
            (ErrorKind::ReadOnlyFilesystem, Kind::Internal),
        ] {
            assert_eq!(io("write", path)(cause.into()).kind(), kind);
            let cause = Box::new(std::io::Error::from(cause));
            let wrapped = ::parquet::errors::ParquetError::External(cause);
            let shared = Error::Shared(Arc::new(parquet("write", path)(wrapped)));
            assert_eq!(shared.kind(), kind);
        }
    }

    #[test]
    fn a_database_that_is_not_there_may_come_back() {
        let reset = || sqlx::Error::Io(ErrorKind::ConnectionReset.into());
        for (cause, kind) in [
            (reset(), Kind::Unavailable),
            (sqlx::Error::PoolTimedOut, Kind::Unavailable),
            (sqlx::Error::RowNotFound, Kind::Internal),
            (sqlx::Error::Io(ErrorKind::StorageFull.into()), Kind::Full),
        ] {
            assert_eq!(sql("accept events")(cause).kind(), kind);
        }
        assert_eq!(Error::Shared(Arc::new(sql("count")(reset()))).kind(), Kind::Unavailable);
    }
}
