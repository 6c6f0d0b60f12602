//! From a JSON tree to an event: the envelope, and the fields that types have in common.

use super::node::{Node, Pairs};
use super::{Item, PREFIX, RECORD_TYPES, RawRecord, Reject, TICKET_PREFIX, TICKET_TYPES, data};
use crate::limits::{
    EXTRA_FIELDS_MAX, ID_BYTES_MAX, INSTANT_END_MICROS, INSTANT_MIN_MICROS, NAME_BYTES_MAX,
    TAGS_MAX, VALUE_BYTES_MAX,
};
use crate::{Actor, Change, Entry, Event, Extra, Instant, Role, Score, Text, suggest};
use std::borrow::Cow;

/// Reads one event.
pub(super) fn item(node: Node<'_>, seen: Instant) -> Result<Item, Reject> {
    let Node::Object(pairs) = node else {
        let message = format!("an event is a JSON object, not {}", node.describe());
        return Err(Reject::new("not_an_event", message));
    };
    let mut envelope = Fields { pairs, place: "" };
    let id = envelope.required_id("id")?;
    envelope_with_id(envelope, id.clone(), seen).map_err(|mut reject| {
        reject.id = Some(id.into());
        reject
    })
}

fn envelope_with_id(mut envelope: Fields<'_>, id: Text, seen: Instant) -> Result<Item, Reject> {
    match envelope.required("specversion")? {
        Node::Text(version) if version == "1.0" => {}
        other => {
            let message = format!("specversion must be \"1.0\", not {}", other.describe());
            return Err(Reject::new("bad_specversion", message));
        }
    }
    let type_ = match envelope.required("type")? {
        Node::Text(type_) => type_,
        other => return Err(envelope.wrong("type", "text", &other)),
    };
    let source = envelope.required_id("source")?;
    let time = envelope.required("time")?;
    let at = envelope.instant("time", &time)?;
    if let Some(name) = type_.strip_prefix(TICKET_PREFIX)
        && TICKET_TYPES.contains(&name)
    {
        let ticket = envelope.required_id("subject")?;
        let entry = entry(&mut envelope, name, (id, at, seen))?;
        return Ok(Item::Event(Event { source, ticket, entry }));
    }
    match type_.strip_prefix(PREFIX) {
        Some(name) if RECORD_TYPES.contains(&name) => {
            let data = envelope.take("data").unwrap_or(Node::Null).to_json();
            Ok(Item::Record(RawRecord { source, id, type_: Text::from(name), time: at, data }))
        }
        _ => Err(unknown_type(&type_)),
    }
}

fn unknown_type(type_: &str) -> Reject {
    let known: Vec<String> = TICKET_TYPES
        .iter()
        .map(|name| format!("{TICKET_PREFIX}{name}"))
        .chain(RECORD_TYPES.iter().map(|name| format!("{PREFIX}{name}")))
        .collect();
    let shown: String = type_.chars().take(100).collect();
    let with_prefix = format!("{TICKET_PREFIX}{}", shown.trim_start_matches(PREFIX));
    let names = || known.iter().map(String::as_str);
    let meant =
        suggest::closest(&shown, names()).or_else(|| suggest::closest(&with_prefix, names()));
    let reject = Reject::new("unknown_type", format!("unknown event type `{shown}`"));
    match meant {
        Some(meant) => reject.hint(format!("did you mean `{meant}`?")),
        None => reject.hint(format!("ticket events are `{TICKET_PREFIX}{}` …", TICKET_TYPES[0])),
    }
}

fn entry(
    envelope: &mut Fields<'_>,
    name: &str,
    (id, at, seen): (Text, Instant, Instant),
) -> Result<Entry, Reject> {
    let sequence = match envelope.take("sequence") {
        None => None,
        Some(Node::Unsigned(number)) => Some(number),
        Some(Node::Text(text)) if text.parse::<u64>().is_ok() => text.parse().ok(),
        Some(other) => return Err(envelope.wrong("sequence", "a whole number", &other)),
    };
    let seen = match envelope.take("recordedtime") {
        None => seen,
        Some(time) => envelope.instant("recordedtime", &time)?,
    };
    if envelope.take("data_base64").is_some() {
        let message = "data_base64 is not supported";
        return Err(Reject::new("binary_data", message).hint("send `data` as a JSON object"));
    }
    let pairs = match envelope.take("data") {
        None => Vec::new(),
        Some(Node::Object(pairs)) => pairs,
        Some(other) => return Err(envelope.wrong("data", "an object", &other)),
    };
    let mut fields = Fields { pairs, place: "data." };
    let mut extra = Extra::new();
    let actor = actor(&mut fields, &mut extra)?;
    let kind = data::kind(name, &mut fields)?;
    fields.rest(&mut extra)?;
    let extra = (!extra.is_empty()).then(|| Box::new(extra));
    Ok(Entry { id, sequence, at, seen, actor, kind, origin: None, extra })
}

/// The words for roles.
pub(super) const ROLES: [(&str, Role); 4] = [
    ("requester", Role::Requester),
    ("agent", Role::Agent),
    ("bot", Role::Bot),
    ("system", Role::System),
];

/// Who did it; nobody, that is the system, where absent.
fn actor(fields: &mut Fields<'_>, extra: &mut Extra) -> Result<Actor, Reject> {
    let pairs = match fields.take("actor") {
        None => return Ok(Actor::default()),
        Some(Node::Object(pairs)) => pairs,
        Some(other) => return Err(fields.wrong("actor", "an object", &other)),
    };
    let mut fields = Fields { pairs, place: "data.actor." };
    let role = fields.word("role", &ROLES)?.ok_or_else(|| {
        fields.missing("role").hint("the role they had then: requester, agent, bot or system")
    })?;
    let id = fields.optional_id("id")?;
    let team = fields.optional_id("team")?;
    if !fields.pairs.is_empty() {
        for (name, _) in &mut fields.pairs {
            *name = Cow::Owned(format!("actor.{name}"));
        }
        fields.rest(extra)?;
    }
    Ok(Actor { id, role, team })
}

/// The members of an object that have not been read yet.
pub(super) struct Fields<'a> {
    pairs: Pairs<'a>,
    /// What the names are prefixed with in messages.
    place: &'static str,
}

impl<'a> Fields<'a> {
    /// Takes a member out; `None` where absent or null. Of several, the last counts.
    pub(super) fn take(&mut self, name: &str) -> Option<Node<'a>> {
        self.take_nullable(name).filter(|node| *node != Node::Null)
    }

    fn take_nullable(&mut self, name: &str) -> Option<Node<'a>> {
        let mut found = None;
        while let Some(at) = self.pairs.iter().rposition(|(key, _)| key == name) {
            let (_, node) = self.pairs.swap_remove(at);
            found.get_or_insert(node);
        }
        found
    }

    pub(super) fn required(&mut self, name: &str) -> Result<Node<'a>, Reject> {
        self.take(name).ok_or_else(|| self.missing(name))
    }

    pub(super) fn missing(&self, name: &str) -> Reject {
        let reject = Reject::new("missing_field", format!("{}{name} is missing", self.place));
        match (self.place, name) {
            ("", "subject") => reject.hint("`subject` is the ticket's id in the source"),
            ("", "time") => {
                reject.hint("`time` is when it happened, for example 2026-03-02T09:00:00Z")
            }
            ("", "id") => {
                reject.hint("`id` is unique within the source: by it duplicates are known")
            }
            ("", "source") => reject.hint("`source` is the name of the connection"),
            ("", "specversion") => reject.hint("add `\"specversion\":\"1.0\"`"),
            _ => reject,
        }
    }

    pub(super) fn wrong(&self, name: &str, wanted: &str, got: &Node<'_>) -> Reject {
        let message = format!("{}{name} must be {wanted}, not {}", self.place, got.describe());
        let reject = Reject::new("wrong_type", message);
        match (wanted, got) {
            ("text", Node::Unsigned(_) | Node::Negative(_) | Node::Float(_) | Node::Bool(_)) => {
                reject.hint(format!("put it in quotes: \"{}\"", got.to_json()))
            }
            _ => reject,
        }
    }

    fn limited(&self, name: &str, text: Cow<'_, str>, bytes_max: usize) -> Result<Text, Reject> {
        if text.len() > bytes_max {
            let message =
                format!("{}{name} has {} bytes; at most {bytes_max}", self.place, text.len());
            return Err(Reject::new("too_long", message));
        }
        Ok(Text::from(text))
    }

    pub(super) fn required_id(&mut self, name: &str) -> Result<Text, Reject> {
        let node = self.required(name)?;
        let Node::Text(text) = node else { return Err(self.wrong(name, "text", &node)) };
        if text.trim().is_empty() {
            let message = format!("{}{name} is empty", self.place);
            return Err(Reject::new("empty_id", message).hint("an id is never empty"));
        }
        self.limited(name, text, ID_BYTES_MAX)
    }

    /// An id; `None` where absent, null or empty.
    pub(super) fn optional_id(&mut self, name: &str) -> Result<Option<Text>, Reject> {
        self.text_within(name, ID_BYTES_MAX).map(|id| id.filter(|id| !id.is_empty()))
    }

    /// A name; `None` where absent, null or empty.
    pub(super) fn name(&mut self, name: &str) -> Result<Option<Text>, Reject> {
        self.text_within(name, NAME_BYTES_MAX).map(|text| text.filter(|text| !text.is_empty()))
    }

    pub(super) fn text_within(
        &mut self,
        name: &str,
        bytes_max: usize,
    ) -> Result<Option<Text>, Reject> {
        match self.take(name) {
            None => Ok(None),
            Some(Node::Text(text)) => self.limited(name, text, bytes_max).map(Some),
            Some(other) => Err(self.wrong(name, "text", &other)),
        }
    }

    /// What is said of a value: absent keeps it, null clears it.
    pub(super) fn change(&mut self, name: &str) -> Result<Change, Reject> {
        match self.take_nullable(name) {
            None => Ok(Change::Keep),
            Some(Node::Null) => Ok(Change::Clear),
            Some(Node::Text(text)) if text.is_empty() => Ok(Change::Clear),
            Some(Node::Text(text)) => self.limited(name, text, NAME_BYTES_MAX).map(Change::Set),
            Some(other) => Err(self.wrong(name, "text or null", &other)),
        }
    }

    pub(super) fn flag(&mut self, name: &str) -> Result<bool, Reject> {
        match self.take(name) {
            None => Ok(false),
            Some(Node::Bool(value)) => Ok(value),
            Some(other) => Err(self.wrong(name, "true or false", &other)),
        }
    }

    pub(super) fn whole(&mut self, name: &str, max: u64) -> Result<Option<u64>, Reject> {
        match self.take(name) {
            None => Ok(None),
            Some(Node::Unsigned(number)) if number <= max => Ok(Some(number)),
            Some(other) => {
                Err(self.wrong(name, &format!("a whole number from 0 to {max}"), &other))
            }
        }
    }

    pub(super) fn score(&mut self, name: &str) -> Result<Option<Score>, Reject> {
        #[expect(clippy::cast_precision_loss, reason = "beyond 2^53 it is refused below")]
        let number = match self.take(name) {
            None => return Ok(None),
            Some(Node::Unsigned(number)) => number as f64,
            Some(Node::Negative(number)) => number as f64,
            Some(Node::Float(number)) => number,
            Some(other) => return Err(self.wrong(name, "a number", &other)),
        };
        let thousandths = (number * 1000.0).round();
        if thousandths.abs() > 1e9 {
            return Err(self.wrong(name, "from -1000000 to 1000000", &Node::Float(number)));
        }
        #[expect(clippy::cast_possible_truncation, reason = "within ±1e9, checked above")]
        Ok(Some(Score::from_thousandths(thousandths as i32)))
    }

    /// One of a closed list of words.
    pub(super) fn word<T: Copy>(
        &mut self,
        name: &str,
        words: &[(&'static str, T)],
    ) -> Result<Option<T>, Reject> {
        let text = match self.take(name) {
            None => return Ok(None),
            Some(Node::Text(text)) => text,
            Some(other) => return Err(self.wrong(name, "text", &other)),
        };
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == text) {
            return Ok(Some(*value));
        }
        let shown: String = text.chars().take(100).collect();
        let message = format!("{}{name} is `{shown}`, which is unknown", self.place);
        let reject = Reject::new("unknown_value", message);
        let known = || words.iter().map(|(word, _)| *word);
        Err(match suggest::closest(&shown.to_lowercase(), known()) {
            Some(meant) => reject.hint(format!("did you mean `{meant}`?")),
            None => reject.hint(format!("use one of {}", known().collect::<Vec<_>>().join(", "))),
        })
    }

    /// A list of names; empty where absent.
    pub(super) fn names(&mut self, name: &str) -> Result<Option<Vec<Text>>, Reject> {
        let items = match self.take(name) {
            None => return Ok(None),
            Some(Node::List(items)) => items,
            Some(other) => return Err(self.wrong(name, "a list of texts", &other)),
        };
        if items.len() > TAGS_MAX {
            let message =
                format!("{}{name} has {} items; at most {TAGS_MAX}", self.place, items.len());
            return Err(Reject::new("too_many", message));
        }
        let read = |item| match item {
            Node::Text(text) => self.limited(name, text, NAME_BYTES_MAX),
            other => Err(self.wrong(name, "a list of texts", &other)),
        };
        items.into_iter().map(read).collect::<Result<_, _>>().map(Some)
    }

    /// A custom field's value: a scalar as text, anything else as compact JSON.
    pub(super) fn value(&mut self, name: &str) -> Result<Option<Text>, Reject> {
        self.take(name).map(|node| self.custom(name, node)).transpose()
    }

    fn custom(&self, name: &str, node: Node<'a>) -> Result<Text, Reject> {
        let text = match node {
            Node::Text(text) => text,
            other => Cow::Owned(other.to_json()),
        };
        self.limited(name, text, VALUE_BYTES_MAX)
    }

    fn instant(&self, name: &str, node: &Node<'_>) -> Result<Instant, Reject> {
        let Node::Text(text) = node else {
            return Err(self.wrong(name, "an instant as text", node));
        };
        let instant: Instant = text.parse().map_err(|_| {
            let message =
                format!("{}{name} is {}, which is not an instant", self.place, node.describe());
            Reject::new("bad_instant", message)
                .hint("use RFC 3339 with an offset, for example 2026-03-02T09:00:00Z")
        })?;
        if !(INSTANT_MIN_MICROS..INSTANT_END_MICROS).contains(&instant.micros()) {
            let message = format!("{}{name} is {text}, outside 1970 to 2199", self.place);
            return Err(
                Reject::new("bad_instant", message).hint("is it a placeholder for \"unknown\"?")
            );
        }
        Ok(instant)
    }

    /// What nobody asked for becomes custom fields.
    fn rest(&mut self, extra: &mut Extra) -> Result<(), Reject> {
        for (name, node) in std::mem::take(&mut self.pairs) {
            if node == Node::Null {
                continue;
            }
            if name.is_empty() {
                let message =
                    format!("a field of {} has no name", self.place.trim_end_matches('.'));
                return Err(Reject::new("empty_name", message));
            }
            let value = self.custom(&name, node)?;
            let name = self.limited(&name.clone(), name, NAME_BYTES_MAX)?;
            extra.insert(name, value);
        }
        if extra.len() > EXTRA_FIELDS_MAX {
            let message = format!("{} custom fields; at most {EXTRA_FIELDS_MAX}", extra.len());
            return Err(Reject::new("too_many", message));
        }
        Ok(())
    }
}
