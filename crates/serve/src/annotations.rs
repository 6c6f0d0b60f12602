//! What happened outside the tickets, as people write it: read with every mistake at once.

use crate::limits::{NOTE_CHARS_MAX, TITLE_CHARS_MAX};
use engine::semantic::Issue;
use engine::semantic::time::{Zone, read_end, read_start};
use event::Instant;
use serde::Serialize;
use serde_json::{Map, Value};
use store::{AnnotationKind, Note};

/// The keys that there are.
const KEYS: [&str; 5] = ["at", "to", "title", "text", "kind"];

/// Something that happened outside the tickets and is worth seeing beside their numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Annotation {
    /// Its number.
    pub id: i64,
    /// When, or since when.
    pub at: Instant,
    /// Until when, exclusive; absent = it was one instant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Instant>,
    /// What a chart shows of it.
    pub title: String,
    /// More about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// What sort of thing it was.
    #[schema(value_type = Kind)]
    pub kind: AnnotationKind,
}

/// An annotation to be.
#[derive(Debug, utoipa::ToSchema)]
#[schema(as = NewAnnotation)]
#[expect(dead_code, reason = "documents the body, which is read with every mistake at once")]
pub(crate) struct Written {
    /// When, or since when: RFC 3339, or a local day or time in the desk's zone.
    at: String,
    /// Until when, exclusive; a day, month or year is included whole. Absent = one instant.
    to: Option<String>,
    /// What a chart shows of it; 200 characters at most.
    title: String,
    /// More about it; 4,000 characters at most.
    text: Option<String>,
    /// What sort of thing it was; `other` where absent.
    kind: Option<Kind>,
}

/// What sort of thing happened.
#[derive(Debug, utoipa::ToSchema)]
#[schema(as = AnnotationKind, rename_all = "snake_case")]
#[expect(dead_code, reason = "documents the words of the store's own")]
pub(crate) enum Kind {
    /// Something new went out to customers.
    Release,
    /// Customers were written to.
    Campaign,
    /// Something was broken.
    Incident,
    /// Customers or the team were away.
    Holiday,
    /// Anything else.
    Other,
}

impl From<store::Annotation> for Annotation {
    fn from(annotation: store::Annotation) -> Self {
        let store::Annotation { id, note: Note { at, to, title, text, kind } } = annotation;
        Self { id, at, to, title, text, kind }
    }
}

/// Reads an annotation; local times are those of the zone.
///
/// # Errors
/// Everything that is wrong with it, with its place.
pub fn read(written: &Value, zone: &Zone) -> Result<Note, Vec<Issue>> {
    let Some(object) = written.as_object() else {
        return Err(vec![Issue::new("wrong_type", "annotation", "an annotation is an object")]);
    };
    let mut reader = Reader { object, issues: Vec::new() };
    for key in object.keys().filter(|key| !KEYS.contains(&key.as_str())) {
        let issue =
            Issue::new("unknown_key", key.clone(), format!("nothing reads the key `{key}`"));
        reader.issues.push(issue.did_you_mean(key, KEYS));
    }
    let at = reader.instant("at", |text| read_start(text, zone));
    let to = reader.instant("to", |text| read_end(text, zone));
    let title = reader.text("title", TITLE_CHARS_MAX).unwrap_or_default();
    let text = reader.text("text", NOTE_CHARS_MAX);
    let kind = reader.kind();
    if at.is_none() && !object.contains_key("at") {
        let issue = Issue::new("bad_instant", "at", "an annotation says when it happened");
        reader.issues.push(issue.hint("write for example \"at\": \"2026-03-02T09:00:00Z\""));
    }
    if title.is_empty() && !reader.has("title") {
        let issue = Issue::new("no_title", "title", "the annotation has no title");
        reader.issues.push(issue.hint("say in a few words what happened"));
    }
    if let (Some(at), Some(to)) = (at, to)
        && to <= at
    {
        let issue = Issue::new("empty_range", "to", format!("it ends at {to}, not after {at}"));
        reader.issues.push(issue.hint("leave `to` out for something that took no time"));
    }
    match (at, reader.issues.is_empty()) {
        (Some(at), true) => Ok(Note { at, to, title, text, kind }),
        _ => Err(reader.issues),
    }
}

struct Reader<'a> {
    object: &'a Map<String, Value>,
    issues: Vec<Issue>,
}

impl Reader<'_> {
    /// Whether something about this place was said already.
    fn has(&self, place: &str) -> bool {
        self.issues.iter().any(|issue| issue.place == place)
    }

    /// The trimmed text under a key; null and nothing are none.
    fn text(&mut self, key: &str, chars_max: usize) -> Option<String> {
        let text = match self.object.get(key) {
            None | Some(Value::Null) => return None,
            Some(Value::String(text)) => text.trim(),
            Some(_) => {
                self.issues.push(Issue::new("wrong_type", key, format!("`{key}` is text")));
                return None;
            }
        };
        let chars = text.chars().count();
        if chars > chars_max {
            let message = format!("`{key}` has {chars} characters, {chars_max} at most");
            self.issues.push(Issue::new("limit_exceeded", key, message));
        }
        Some(text.to_owned()).filter(|text| !text.is_empty())
    }

    fn instant(&mut self, key: &str, read: impl Fn(&str) -> Option<Instant>) -> Option<Instant> {
        let text = self.text(key, TITLE_CHARS_MAX)?;
        let instant = read(&text);
        if instant.is_none() {
            let issue = Issue::new("bad_instant", key, format!("`{text}` is not an instant"));
            let hint = "write a day such as 2026-03-02, or 2026-03-02T09:00:00Z";
            self.issues.push(issue.hint(hint));
        }
        instant
    }

    fn kind(&mut self) -> AnnotationKind {
        let Some(word) = self.text("kind", TITLE_CHARS_MAX) else {
            return AnnotationKind::default();
        };
        AnnotationKind::named(&word).unwrap_or_else(|| {
            let issue = Issue::new("unknown_kind", "kind", format!("there is no kind `{word}`"));
            let known = AnnotationKind::ALL.map(AnnotationKind::name);
            self.issues.push(issue.did_you_mean(&word, known));
            AnnotationKind::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn days_are_those_of_the_zone_and_ends_are_included() {
        let zone = Zone::named("Europe/Berlin").unwrap();
        let written =
            json!({"at": "2026-03-02", "to": "2026-03-03", "title": " Fair ", "text": ""});
        let note = read(&written, &zone).unwrap();
        assert_eq!(note.at.to_string(), "2026-03-01T23:00:00Z");
        assert_eq!(note.to.map(|to| to.to_string()).as_deref(), Some("2026-03-03T23:00:00Z"));
        assert_eq!((note.title.as_str(), note.text, note.kind.name()), ("Fair", None, "other"));
    }

    #[test]
    fn everything_wrong_is_said_at_once() {
        let wrong = |value: &Value| -> Vec<String> {
            let issues = read(value, &Zone::utc()).unwrap_err();
            issues.into_iter().map(|issue| format!("{} {}", issue.place, issue.code)).collect()
        };
        let written = json!({
            "id": 3, "at": "soon", "title": "x".repeat(201), "text": 1, "kind": "relaese",
        });
        assert_eq!(
            wrong(&written),
            [
                "id unknown_key",
                "at bad_instant",
                "title limit_exceeded",
                "text wrong_type",
                "kind unknown_kind",
            ]
        );
        let backwards = json!({"at": "2026-03-02", "to": "2026-03-01"});
        assert_eq!(wrong(&backwards), ["title no_title", "to empty_range"]);
        assert_eq!(wrong(&json!({})), ["at bad_instant", "title no_title"]);
    }
}
