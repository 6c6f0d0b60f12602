//! What can go wrong with a question, as one enum with a coarse [`Kind`] for doors to translate.

use datafusion::common::DataFusionError;
use semantic::Issue;
use std::time::Duration;

/// The engine's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The question is wrong; everything that is wrong with it.
    #[error("the question has {} issue(s)", .0.len())]
    Issues(Vec<Issue>),
    /// What was asked for does not exist.
    #[error("there is no {what} '{name}'")]
    NotFound {
        /// What kind of thing.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// It took longer than a question may.
    #[error("the question ran longer than {} s; ask about a shorter range", .0.as_secs())]
    TimeOut(Duration),
    /// It needed more memory than all questions together may use.
    #[error("the question needs more memory than the {} MiB allowed", .bytes >> 20)]
    Memory {
        /// The limit.
        bytes: usize,
        /// What asked for more.
        #[source]
        source: Box<DataFusionError>,
    },
    /// The answer has too many rows.
    #[error("the answer has more than {0} rows; ask for a coarser grain or set a limit")]
    Rows(usize),
    /// There are too many rows behind a cell to be written into one file.
    #[error("more than {0} rows are behind the cell; narrow the range or add a filter")]
    ExportRows(usize),
    /// A plan could not be made or run.
    #[error("could not {action}")]
    Query {
        /// What was tried.
        action: &'static str,
        /// Why not.
        #[source]
        source: Box<DataFusionError>,
    },
    /// The store could not be read.
    #[error("could not {action}")]
    Store {
        /// What was tried.
        action: &'static str,
        /// Why not.
        #[source]
        source: Box<store::Error>,
    },
    /// An answer could not be written.
    #[error("could not write {format}")]
    Write {
        /// The format.
        format: &'static str,
        /// Why not.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A plan returned columns of another shape than it promised.
    #[error("the plan returned no usable column '{0}'")]
    Shape(String),
    /// The operating system gave no threads to answer questions on.
    #[error("could not start the threads that answer questions")]
    Threads(#[source] std::io::Error),
    /// The work on a question ended early.
    #[error("the work on the question ended early")]
    Task(#[source] tokio::task::JoinError),
}

/// What sort of error it is, for status codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The caller's mistake.
    Invalid,
    /// Nothing there.
    NotFound,
    /// A limit was reached.
    Limited,
    /// What is stored is not what was written.
    Damaged,
    /// Ours.
    Internal,
}

impl Error {
    /// What sort of error it is.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Query { source, .. } if damage(source).is_some() => Kind::Damaged,
            Self::Store { source, .. } if source.kind() == store::Kind::Damaged => Kind::Damaged,
            Self::Issues(_) => Kind::Invalid,
            Self::NotFound { .. } => Kind::NotFound,
            Self::TimeOut(_) | Self::Memory { .. } | Self::Rows(_) | Self::ExportRows(_) => {
                Kind::Limited
            }
            Self::Query { .. }
            | Self::Store { .. }
            | Self::Write { .. }
            | Self::Shape(_)
            | Self::Threads(_)
            | Self::Task(_) => Kind::Internal,
        }
    }
}

/// The damage that a plan met, which is told apart from defects of ours.
pub(crate) fn damage(error: &DataFusionError) -> Option<&store::Error> {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        let found = error.downcast_ref::<store::Error>();
        if let Some(found) = found.filter(|found| found.kind() == store::Kind::Damaged) {
            return Some(found);
        }
        cause = error.source();
    }
    None
}

/// Turns a DataFusion error into ours, saying what was tried.
pub(crate) fn query(
    action: &'static str,
    memory_bytes: usize,
) -> impl Fn(DataFusionError) -> Error {
    move |source| match source.find_root() {
        DataFusionError::ResourcesExhausted(_) => {
            Error::Memory { bytes: memory_bytes, source: Box::new(source) }
        }
        _ => Error::Query { action, source: Box::new(source) },
    }
}

/// Turns a store error into ours, saying what was tried.
pub(crate) fn store(action: &'static str) -> impl Fn(store::Error) -> Error {
    move |source| Error::Store { action, source: Box::new(source) }
}
