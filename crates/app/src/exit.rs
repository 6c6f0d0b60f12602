//! How the program ends: the exit codes, and the failure that carries one.

use crate::issue::Issue;
use std::fmt::Write as _;

/// Why the program ended. The numbers are a promise to scripts (docs/reference/cli.md).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything asked for was done.
    Done,
    /// Something broke inside; worth a bug report.
    Internal,
    /// The command line could not be understood.
    Usage,
    /// Input, question, mapping, policies or configuration are wrong; the issues were printed.
    Invalid,
    /// The work was done, but some rows went to quarantine.
    Quarantined,
    /// A file, metric, ticket or other named thing does not exist.
    NotFound,
    /// Another process holds the data folder, the port or the disk is not available.
    Busy,
    /// A limit on time, memory or size was reached.
    Limited,
    /// What is stored is damaged, or the doctor found something that needs attention.
    Damaged,
    /// Stopped by Ctrl-C or a termination signal before the work was done.
    Interrupted,
}

impl Exit {
    /// Every way to end, in the order of their numbers.
    #[cfg(test)]
    pub(crate) const ALL: [Self; 10] = [
        Self::Done,
        Self::Internal,
        Self::Usage,
        Self::Invalid,
        Self::Quarantined,
        Self::NotFound,
        Self::Busy,
        Self::Limited,
        Self::Damaged,
        Self::Interrupted,
    ];

    /// The process exit code.
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Internal => 1,
            Self::Usage => 2,
            Self::Invalid => 3,
            Self::Quarantined => 4,
            Self::NotFound => 5,
            Self::Busy => 6,
            Self::Limited => 7,
            Self::Damaged => 8,
            Self::Interrupted => 130,
        }
    }

    /// The meaning in words, for the reference.
    #[cfg(test)]
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Internal => "internal error: something broke inside, please report it",
            Self::Usage => "the command line could not be understood",
            Self::Invalid => {
                "the input, question, mapping, policies or configuration are wrong; every issue is printed"
            }
            Self::Quarantined => {
                "done, but some rows could not be understood: they are in quarantine, none is lost"
            }
            Self::NotFound => "a file, metric, ticket or other named thing does not exist",
            Self::Busy => {
                "another process holds the data folder, or a port or disk is not available"
            }
            Self::Limited => "a limit on time, memory or size was reached; the message names it",
            Self::Damaged => {
                "what is stored is damaged; `deskmeter doctor` says what and what to do"
            }
            Self::Interrupted => "stopped by Ctrl-C or a termination signal",
        }
    }
}

/// A command that did not do what was asked, with all a user needs to mend it.
#[derive(Debug)]
pub(crate) struct Failure {
    /// How the process will end.
    pub(crate) exit: Exit,
    /// What broke; absent where the issues say it all.
    error: Option<anyhow::Error>,
    /// What the user got wrong.
    issues: Vec<Issue>,
    /// Ways out, each printed as `hint:`.
    hints: Vec<String>,
}

/// What a command returns.
pub(crate) type Outcome<T = Exit> = Result<T, Failure>;

impl Failure {
    /// A failure with an error chain.
    pub(crate) fn new(exit: Exit, error: impl Into<anyhow::Error>) -> Self {
        Self { exit, error: Some(error.into()), issues: Vec::new(), hints: Vec::new() }
    }

    /// A failure in words.
    pub(crate) fn words(exit: Exit, message: impl Into<String>) -> Self {
        Self::new(exit, anyhow::Error::msg(message.into()))
    }

    /// A list of mistakes in something the user wrote.
    pub(crate) fn issues(issues: Vec<Issue>) -> Self {
        Self { exit: Exit::Invalid, error: None, issues, hints: Vec::new() }
    }

    /// Several failures as one, reported together; none of none.
    pub(crate) fn all(failures: Vec<Self>) -> Option<Self> {
        failures.into_iter().reduce(|mut one, other| {
            if let Some(error) = other.error {
                let chain: Vec<String> = error.chain().map(ToString::to_string).collect();
                one.issues.push(Issue::new("unreadable", "", chain.join(": ")));
            }
            one.issues.extend(other.issues);
            one.hints.extend(other.hints);
            one
        })
    }

    /// The same failure with a way out.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// The same failure, saying what was tried.
    pub(crate) fn context(mut self, tried: impl Into<String>) -> Self {
        self.error = Some(match self.error.take() {
            Some(error) => error.context(tried.into()),
            None => anyhow::Error::msg(tried.into()),
        });
        self
    }

    /// Whether the failure is only that whoever read our output went away (`… | head`).
    pub(crate) fn is_broken_pipe(&self) -> bool {
        self.error.as_ref().is_some_and(|error| {
            error.chain().any(|cause| {
                cause
                    .downcast_ref::<std::io::Error>()
                    .is_some_and(|io| io.kind() == std::io::ErrorKind::BrokenPipe)
            })
        })
    }

    /// The message for standard error: the whole chain, every issue, every hint.
    pub(crate) fn report(&self) -> String {
        let mut text = String::new();
        if let Some(error) = &self.error {
            let chain: Vec<String> = error.chain().map(ToString::to_string).collect();
            let _ = writeln!(text, "error: {}", chain.join(": "));
        } else if self.issues.len() != 1 {
            let _ = writeln!(text, "error: {} issues", self.issues.len());
        }
        for issue in &self.issues {
            let _ = writeln!(text, "error: {issue}");
        }
        for hint in &self.hints {
            let _ = writeln!(text, "hint: {hint}");
        }
        text
    }
}

impl From<std::io::Error> for Failure {
    /// Reading and writing: a missing file is the user's business, the rest is ours.
    fn from(error: std::io::Error) -> Self {
        let exit = match error.kind() {
            std::io::ErrorKind::NotFound => Exit::NotFound,
            std::io::ErrorKind::PermissionDenied
            | std::io::ErrorKind::AddrInUse
            | std::io::ErrorKind::StorageFull => Exit::Busy,
            _ => Exit::Internal,
        };
        Self::new(exit, error)
    }
}

impl From<store::Error> for Failure {
    fn from(error: store::Error) -> Self {
        let exit = match error.kind() {
            store::Kind::Invalid => Exit::Invalid,
            store::Kind::NotFound => Exit::NotFound,
            store::Kind::Conflict
            | store::Kind::Unavailable
            | store::Kind::Busy
            | store::Kind::Full => Exit::Busy,
            store::Kind::Limited => Exit::Limited,
            store::Kind::Damaged => Exit::Damaged,
            store::Kind::Internal => Exit::Internal,
        };
        match error {
            store::Error::Policies(issues) => {
                Self::issues(issues.into_iter().map(Issue::from).collect())
            }
            store::Error::Locked(_) => Self::new(exit, error).hint(
                "a running `deskmeter serve` answers the same questions over HTTP: \
                 POST /api/v1/questions",
            ),
            other => Self::new(exit, other),
        }
    }
}

impl From<engine::Error> for Failure {
    fn from(error: engine::Error) -> Self {
        let exit = match error.kind() {
            engine::Kind::Invalid => Exit::Invalid,
            engine::Kind::NotFound => Exit::NotFound,
            engine::Kind::Limited => Exit::Limited,
            engine::Kind::Damaged => Exit::Damaged,
            engine::Kind::Internal => Exit::Internal,
        };
        match error {
            engine::Error::Issues(issues) => {
                Self::issues(issues.into_iter().map(Issue::from).collect())
            }
            engine::Error::Store { source, .. } => Self::from(*source),
            other => Self::new(exit, other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_ordered() {
        let codes: Vec<u8> = Exit::ALL.iter().map(|exit| exit.code()).collect();
        assert!(codes.windows(2).all(|pair| pair[0] < pair[1]), "{codes:?}");
    }

    #[test]
    fn a_report_walks_the_chain_and_ends_with_hints() {
        let error = anyhow::anyhow!("no such file").context("reading policies.yaml");
        let failure = Failure::new(Exit::NotFound, error).hint("check the path");
        assert_eq!(
            failure.report(),
            "error: reading policies.yaml: no such file\nhint: check the path\n"
        );
    }

    #[test]
    fn what_the_store_refuses_a_question_keeps_its_code() {
        let source = Box::new(store::Error::Stopped);
        let error = engine::Error::Store { action: "read the settings", source };
        assert_eq!(Failure::from(error).exit, Exit::Busy);
    }

    #[test]
    fn a_closed_pipe_is_recognised_through_the_chain() {
        let io = std::io::Error::from(std::io::ErrorKind::BrokenPipe);
        assert!(Failure::from(io).context("writing the answer").is_broken_pipe());
    }
}
