//! From an event to its canonical JSON.

use super::TICKET_PREFIX;
use super::data::{DIRECTIONS, ESCALATIONS, STATUSES, VISIBILITIES};
use super::read::ROLES;
use crate::{
    Actor, Change, Created, Direction, Event, Kind, Message, Score, Tags, Text, Visibility,
};

/// Writes the event as one JSON object, without a line break: same event, same bytes.
///
/// `origin` is our own bookkeeping and is not written.
pub fn write(event: &Event, out: &mut Vec<u8>) {
    let entry = &event.entry;
    out.extend_from_slice(br#"{"specversion":"1.0","type":""#);
    out.extend_from_slice(TICKET_PREFIX.as_bytes());
    out.extend_from_slice(entry.kind.name().as_bytes());
    out.extend_from_slice(br#"","source":"#);
    quoted(&event.source, out);
    out.extend_from_slice(br#","id":"#);
    quoted(&entry.id, out);
    out.extend_from_slice(br#","subject":"#);
    quoted(&event.ticket, out);
    out.extend_from_slice(br#","time":""#);
    entry.at.write_rfc3339(out);
    out.push(b'"');
    if let Some(sequence) = entry.sequence {
        out.extend_from_slice(br#","sequence":""#);
        whole(sequence, out);
        out.push(b'"');
    }
    out.extend_from_slice(br#","recordedtime":""#);
    entry.seen.write_rfc3339(out);
    out.extend_from_slice(br#"","data":{"actor":"#);
    actor(&entry.actor, out);
    let mut data = Members { out };
    kind(&entry.kind, &mut data);
    for (name, value) in entry.extra.iter().flat_map(|extra| extra.iter()) {
        data.text(name, value);
    }
    out.extend_from_slice(b"}}");
}

fn actor(actor: &Actor, out: &mut Vec<u8>) {
    out.extend_from_slice(br#"{"role":""#);
    out.extend_from_slice(word_of(&ROLES, actor.role).as_bytes());
    out.push(b'"');
    let mut members = Members { out };
    members.optional("id", actor.id.as_ref());
    members.optional("team", actor.team.as_ref());
    out.push(b'}');
}

/// The canonical word for a value of a closed list.
fn word_of<T: PartialEq + Copy>(words: &[(&'static str, T)], value: T) -> &'static str {
    words.iter().find(|(_, known)| *known == value).map_or("", |(word, _)| *word)
}

/// The members of `data` after the first.
struct Members<'a> {
    out: &'a mut Vec<u8>,
}

impl Members<'_> {
    fn name(&mut self, name: &str) {
        self.out.push(b',');
        quoted(name, self.out);
        self.out.push(b':');
    }

    fn text(&mut self, name: &str, value: &str) {
        self.name(name);
        quoted(value, self.out);
    }

    fn optional(&mut self, name: &str, value: Option<&Text>) {
        if let Some(value) = value {
            self.text(name, value);
        }
    }

    fn nullable(&mut self, name: &str, value: Option<&Text>) {
        match value {
            Some(value) => self.text(name, value),
            None => self.literal(name, "null"),
        }
    }

    fn literal(&mut self, name: &str, literal: &str) {
        self.name(name);
        self.out.extend_from_slice(literal.as_bytes());
    }

    fn change(&mut self, name: &str, change: &Change) {
        match change {
            Change::Keep => {}
            Change::Clear => self.literal(name, "null"),
            Change::Set(value) => self.text(name, value),
        }
    }

    fn whole(&mut self, name: &str, number: u64) {
        self.name(name);
        whole(number, self.out);
    }

    fn score(&mut self, name: &str, score: Score) {
        self.name(name);
        let thousandths = score.thousandths();
        if thousandths < 0 {
            self.out.push(b'-');
        }
        let magnitude = thousandths.unsigned_abs();
        whole(u64::from(magnitude / 1000), self.out);
        let fraction = format!("{:03}", magnitude % 1000);
        let fraction = fraction.trim_end_matches('0');
        if !fraction.is_empty() {
            self.out.push(b'.');
            self.out.extend_from_slice(fraction.as_bytes());
        }
    }

    fn names(&mut self, name: &str, names: &[Text]) {
        self.name(name);
        self.out.push(b'[');
        for (at, name) in names.iter().enumerate() {
            if at > 0 {
                self.out.push(b',');
            }
            quoted(name, self.out);
        }
        self.out.push(b']');
    }
}

fn kind(kind: &Kind, data: &mut Members<'_>) {
    match kind {
        Kind::Created(value) => created(value, data),
        Kind::Message(value) => message(value, data),
        Kind::Status { status, vendor } => {
            data.text("status", word_of(&STATUSES, *status));
            data.optional("vendor_status", vendor.as_ref());
        }
        Kind::Assigned { agent, group } => {
            data.change("agent", agent);
            data.change("group", group);
        }
        Kind::Priority(priority) => data.nullable("priority", priority.as_ref()),
        Kind::Type(kind) => data.nullable("type", kind.as_ref()),
        Kind::Tags(Tags::Set(tags)) => data.names("tags", tags),
        Kind::Tags(Tags::Edit { add, remove }) => {
            data.names("add", add);
            data.names("remove", remove);
        }
        Kind::Field { name, value } => {
            data.text("name", name);
            data.nullable("value", value.as_ref());
        }
        Kind::Escalated { kind, tier } => {
            data.text("kind", word_of(&ESCALATIONS, *kind));
            if let Some(tier) = tier {
                data.whole("tier", u64::from(*tier));
            }
        }
        Kind::Merged { into } => data.text("into", into),
        Kind::Split { from } => data.text("from", from),
        Kind::Linked { kind, to } => {
            data.text("kind", kind);
            data.text("to", to);
        }
        Kind::Sla(policy) => data.nullable("policy", policy.as_ref()),
        Kind::Schedule(calendar) => data.nullable("calendar", calendar.as_ref()),
        Kind::CsatOffered | Kind::Redacted => {}
        Kind::Rated { score, scale_min, scale_max, agent } => {
            data.score("score", *score);
            data.score("scale_min", *scale_min);
            data.score("scale_max", *scale_max);
            data.optional("agent", agent.as_ref());
        }
        Kind::Worked { agent, seconds } => {
            data.optional("agent", agent.as_ref());
            data.whole("seconds", *seconds);
        }
    }
}

fn created(created: &Created, data: &mut Members<'_>) {
    data.optional("channel", created.channel.as_ref());
    data.optional("requester", created.requester.as_ref());
    data.optional("account", created.account.as_ref());
    data.optional("brand", created.brand.as_ref());
    data.optional("product", created.product.as_ref());
    if created.direction != Direction::default() {
        data.text("direction", word_of(&DIRECTIONS, created.direction));
    }
    data.optional("parent", created.parent.as_ref());
    data.optional("priority", created.priority.as_ref());
    data.optional("type", created.kind.as_ref());
    if let Some(status) = created.status {
        data.text("status", word_of(&STATUSES, status));
    }
    data.optional("group", created.group.as_ref());
    data.optional("agent", created.agent.as_ref());
    if !created.tags.is_empty() {
        data.names("tags", &created.tags);
    }
    data.optional("language", created.language.as_ref());
    if created.test {
        data.literal("test", "true");
    }
}

fn message(message: &Message, data: &mut Members<'_>) {
    if message.visibility != Visibility::default() {
        data.text("visibility", word_of(&VISIBILITIES, message.visibility));
    }
    if message.automated {
        data.literal("automated", "true");
    }
    data.optional("channel", message.channel.as_ref());
    if let Some(length) = message.length {
        data.whole("length", u64::from(length));
    }
    data.optional("language", message.language.as_ref());
    if let Some(sentiment) = message.sentiment {
        data.score("sentiment", sentiment);
    }
    data.optional("text", message.text.as_ref());
}

/// Writes a whole number.
fn whole(mut number: u64, out: &mut Vec<u8>) {
    let mut digits = [0_u8; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + u8::try_from(number % 10).unwrap_or(0);
        number /= 10;
        if number == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}

/// Writes a JSON string.
pub(super) fn quoted(text: &str, out: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    out.push(b'"');
    let bytes = text.as_bytes();
    let mut written = 0;
    for (at, byte) in bytes.iter().enumerate() {
        let escape: &[u8] = match byte {
            b'"' => br#"\""#,
            b'\\' => br"\\",
            b'\n' => br"\n",
            b'\r' => br"\r",
            b'\t' => br"\t",
            0..=0x1f => b"",
            _ => continue,
        };
        out.extend_from_slice(&bytes[written..at]);
        written = at + 1;
        if escape.is_empty() {
            out.extend_from_slice(br"\u00");
            out.push(HEX[usize::from(byte >> 4)]);
            out.push(HEX[usize::from(byte & 15)]);
        } else {
            out.extend_from_slice(escape);
        }
    }
    out.extend_from_slice(&bytes[written..]);
    out.push(b'"');
}
