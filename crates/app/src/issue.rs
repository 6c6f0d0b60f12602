//! What a user got wrong, as a list to print, whichever room found it.

use std::fmt;

/// One mistake in something a user wrote: a configuration, a question, a mapping, a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Issue {
    /// Stable name of the mistake, for searching the documentation.
    pub(crate) code: String,
    /// Where it is: file and line, flag, or path inside the document.
    pub(crate) place: String,
    /// What is wrong, in one sentence without a full stop.
    pub(crate) message: String,
    /// What to do about it.
    pub(crate) hint: Option<String>,
}

impl Issue {
    /// An issue without a hint.
    pub(crate) fn new(code: &str, place: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code: code.to_owned(), place: place.into(), message: message.into(), hint: None }
    }

    /// The same issue with a way out.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same issue, its place prefixed with the file it is in.
    pub(crate) fn within(mut self, file: &str) -> Self {
        self.place =
            if self.place.is_empty() { file.to_owned() } else { format!("{file}: {}", self.place) };
        self
    }
}

impl From<semantic::Issue> for Issue {
    fn from(issue: semantic::Issue) -> Self {
        let semantic::Issue { code, place, message, hint } = issue;
        Self { code, place, message, hint }
    }
}

impl From<facts::PolicyIssue> for Issue {
    fn from(issue: facts::PolicyIssue) -> Self {
        let facts::PolicyIssue { code, place, message, hint } = issue;
        Self { code: code.to_owned(), place, message, hint }
    }
}

impl fmt::Display for Issue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.place.is_empty() {
            write!(f, "{}: ", self.place)?;
        }
        write!(f, "{} [{}]", self.message, self.code)?;
        if let Some(hint) = &self.hint {
            write!(f, "\n  hint: {hint}")?;
        }
        Ok(())
    }
}

/// The candidate nearest to what was written, if any is near enough to be meant.
pub(crate) fn nearest<'a>(
    written: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    /// Below this similarity a suggestion confuses more than it helps.
    const SIMILARITY_MIN: f64 = 0.75;
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(written, candidate), candidate))
        .filter(|(similarity, _)| *similarity >= SIMILARITY_MIN)
        .max_by(|left, right| left.0.total_cmp(&right.0))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issue_names_place_message_code_and_remedy() {
        let issue = Issue::new("unknown_key", "deskmeter.toml:3", "unknown key `dta`")
            .hint("did you mean `data`?");
        assert_eq!(
            issue.to_string(),
            "deskmeter.toml:3: unknown key `dta` [unknown_key]\n  hint: did you mean `data`?"
        );
    }

    #[test]
    fn only_near_names_are_suggested() {
        assert_eq!(nearest("lisen", ["listen", "data"]), Some("listen"));
        assert_eq!(nearest("xyz", ["listen", "data"]), None);
    }
}
