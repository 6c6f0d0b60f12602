//! What is kept beside the tickets and may name somebody: quarantine, import log, notes.

use crate::core::Core;
use crate::error::Result;
use crate::limits;
use crate::state::quarantine::QuarantineFilter;
use memchr::memmem::Finder;

/// Ids to look for in texts and raw bytes.
pub(crate) struct Needles(Vec<Finder<'static>>);

impl Needles {
    pub(crate) fn new<'a>(ids: impl IntoIterator<Item = &'a String>) -> Self {
        let ids = ids.into_iter().filter(|id| !id.is_empty());
        Self(ids.map(|id| Finder::new(id.as_bytes()).into_owned()).collect())
    }

    /// Whether one of them stands there as a word of its own.
    pub(crate) fn are_in(&self, text: &[u8]) -> bool {
        self.0.iter().any(|finder| {
            finder.find_iter(text).any(|start| {
                let end = start + finder.needle().len();
                let before = start.checked_sub(1).and_then(|place| text.get(place));
                let joined = |byte: &u8| byte.is_ascii_alphanumeric();
                !before.is_some_and(joined) && !text.get(end).is_some_and(joined)
            })
        })
    }
}

/// Where somebody is named beside the tickets.
#[derive(Debug, Default)]
pub(crate) struct Papers {
    /// Rows of the quarantine.
    pub(crate) quarantine: Vec<i64>,
    /// The newest row of the quarantine that was looked at.
    pub(crate) quarantine_seen: i64,
    /// Imports.
    pub(crate) imports: Vec<i64>,
    /// What people wrote themselves, in words: it is told, not changed.
    pub(crate) mentions: Vec<String>,
}

impl Core {
    /// Looks through everything beside the tickets.
    pub(crate) async fn papers(&self, needles: &Needles) -> Result<Papers> {
        let mut papers = Papers::default();
        self.quarantine_of(needles, &mut papers).await?;
        self.imports_of(needles, &mut papers).await?;
        for note in self.state.annotations(None, None).await? {
            let text = format!("{} {}", note.note.title, note.note.text.unwrap_or_default());
            if needles.are_in(text.as_bytes()) {
                papers.mentions.push(format!("annotation {}", note.id));
            }
        }
        for (name, value) in self.state.settings().await? {
            if needles.are_in(value.as_bytes()) {
                papers.mentions.push(format!("setting {name}"));
            }
        }
        Ok(papers)
    }

    /// Goes on where it ended before.
    pub(crate) async fn quarantine_of(&self, needles: &Needles, papers: &mut Papers) -> Result<()> {
        let all = QuarantineFilter::default();
        loop {
            let after = papers.quarantine_seen;
            let page = self.state.quarantine_list(&all, after, limits::PAGE_SIZE_MAX).await?;
            let Some(last) = page.last() else { return Ok(()) };
            papers.quarantine_seen = last.id;
            let found = page.iter().filter(|row| {
                [&row.raw, &row.place, &row.message]
                    .iter()
                    .any(|text| needles.are_in(text.as_bytes()))
            });
            papers.quarantine.extend(found.map(|row| row.id));
        }
    }

    async fn imports_of(&self, needles: &Needles, papers: &mut Papers) -> Result<()> {
        let mut before = None;
        loop {
            let page = self.state.imports(before, limits::PAGE_SIZE_MAX).await?;
            let Some(last) = page.last() else { return Ok(()) };
            before = Some(last.id);
            let found = page.iter().filter(|import| {
                let message = import.message.as_deref().unwrap_or_default();
                [import.file.as_str(), message].iter().any(|text| needles.are_in(text.as_bytes()))
            });
            papers.imports.extend(found.map(|import| import.id));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Needles;

    #[test]
    fn an_id_is_a_word_of_its_own() {
        let needles = Needles::new(&["17".to_owned(), "ada@desk.example".to_owned()]);
        for there in ["17", "id=17,", "<ada@desk.example>", "117 17"] {
            assert!(needles.are_in(there.as_bytes()), "{there}");
        }
        for not in ["", "117", "170", "xada@desk.example", "ada@desk"] {
            assert!(!needles.are_in(not.as_bytes()), "{not}");
        }
    }
}
