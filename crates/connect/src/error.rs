//! Why an import could not begin. Once it has begun, nothing in a file stops it.

use crate::issue::Issue;
use std::io;
use std::path::PathBuf;

/// Why an import could not begin.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file can't be opened or unpacked.
    #[error("can't open {}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file is not what its first bytes say.
    #[error("can't read {}: {message}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        message: String,
    },
    /// The file holds no canonical events and no mapping says what it holds.
    #[error("{} holds no canonical events: say with a mapping what its rows mean", path.display())]
    NeedsMapping {
        /// The file.
        path: PathBuf,
    },
    /// The mapping is wrong, or doesn't fit the files.
    #[error("the mapping has {} problem(s)", .0.len())]
    Mapping(
        /// All of them.
        Vec<Issue>,
    ),
    /// No file was given, or a folder held none.
    #[error("nothing to import in {}", path.display())]
    Nothing {
        /// The folder.
        path: PathBuf,
    },
}
