//! The compact binary form of events, for the inbox and for spill.
//!
//! CloudEvents JSON says no `origin`; this form holds exactly an [`Entry`]. Integers are LEB128,
//! signed ones zigzag first; a string is its length and its bytes. Every field is named when it is
//! written, so that a new one breaks the build here.

use event::kind::{Created, Direction, EscalationKind, Message, Score, Status, Tags, Visibility};
use event::{Actor, Change, Entry, Event, Extra, Instant, Kind, Role, Text};

/// First byte of every block; a change of the form takes the next number.
pub(crate) const FORM: u8 = 1;

/// Bytes that are not what was written.
#[derive(Debug, thiserror::Error)]
#[error("an encoded event ends early or holds an unknown mark")]
pub(crate) struct Malformed;

type Read<T> = Result<T, Malformed>;

pub(crate) fn put_u64(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value.to_le_bytes()[0] | 0x80);
        value >>= 7;
    }
    out.push(value.to_le_bytes()[0]);
}

fn put_i64(out: &mut Vec<u8>, value: i64) {
    put_u64(out, ((value << 1) ^ (value >> 63)).cast_unsigned());
}

pub(crate) fn put_text(out: &mut Vec<u8>, text: &str) {
    put_u64(out, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}

fn put_opt(out: &mut Vec<u8>, text: Option<&Text>) {
    match text {
        None => out.push(0),
        Some(text) => {
            // The length is shifted by one so that absent and empty differ.
            put_u64(out, text.len() as u64 + 1);
            out.extend_from_slice(text.as_bytes());
        }
    }
}

fn put_texts(out: &mut Vec<u8>, texts: &[Text]) {
    put_u64(out, texts.len() as u64);
    for text in texts {
        put_text(out, text);
    }
}

/// Reads what the functions above wrote.
#[derive(Clone, Debug)]
pub(crate) struct Bytes<'a> {
    rest: &'a [u8],
}

impl<'a> Bytes<'a> {
    pub(crate) const fn new(rest: &'a [u8]) -> Self {
        Self { rest }
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(crate) const fn remaining(&self) -> usize {
        self.rest.len()
    }

    fn byte(&mut self) -> Read<u8> {
        let (first, rest) = self.rest.split_first().ok_or(Malformed)?;
        self.rest = rest;
        Ok(*first)
    }

    pub(crate) fn take(&mut self, len: u64) -> Read<&'a [u8]> {
        let len = usize::try_from(len).map_err(|_| Malformed)?;
        let (taken, rest) = self.rest.split_at_checked(len).ok_or(Malformed)?;
        self.rest = rest;
        Ok(taken)
    }

    pub(crate) fn u64(&mut self) -> Read<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(Malformed)
    }

    fn i64(&mut self) -> Read<i64> {
        let value = self.u64()?;
        Ok((value >> 1).cast_signed() ^ -((value & 1).cast_signed()))
    }

    fn u32(&mut self) -> Read<u32> {
        u32::try_from(self.u64()?).map_err(|_| Malformed)
    }

    pub(crate) fn str(&mut self) -> Read<&'a str> {
        let len = self.u64()?;
        std::str::from_utf8(self.take(len)?).map_err(|_| Malformed)
    }

    fn text(&mut self) -> Read<Text> {
        self.str().map(Text::from)
    }

    fn opt(&mut self) -> Read<Option<Text>> {
        match self.u64()? {
            0 => Ok(None),
            len => std::str::from_utf8(self.take(len - 1)?)
                .map(Text::from)
                .map(Some)
                .map_err(|_| Malformed),
        }
    }

    fn texts(&mut self) -> Read<Vec<Text>> {
        let len = self.u64()?;
        (0..len).map(|_| self.text()).collect()
    }

    fn score(&mut self) -> Read<Score> {
        let value = i32::try_from(self.i64()?).map_err(|_| Malformed)?;
        Ok(Score::from_thousandths(value))
    }
}

/// Appends an event.
pub(crate) fn put_event(out: &mut Vec<u8>, event: &Event) {
    let Event { source, ticket, entry } = event;
    put_text(out, source);
    put_text(out, ticket);
    put_entry(out, entry);
}

/// Reads an event.
pub(crate) fn event(bytes: &mut Bytes<'_>) -> Read<Event> {
    Ok(Event { source: bytes.text()?, ticket: bytes.text()?, entry: entry(bytes)? })
}

/// Appends an entry.
pub(crate) fn put_entry(out: &mut Vec<u8>, entry: &Entry) {
    let Entry { id, sequence, at, seen, actor, kind, origin, extra } = entry;
    let Actor { id: actor_id, role, team } = actor;
    let role = match role {
        Role::Requester => 0,
        Role::Agent => 1,
        Role::Bot => 2,
        Role::System => 3,
    };
    let marks = role
        | u8::from(sequence.is_some()) << 2
        | u8::from(origin.is_some()) << 3
        | u8::from(extra.is_some()) << 4;
    out.push(marks);
    put_text(out, id);
    if let Some(sequence) = sequence {
        put_u64(out, *sequence);
    }
    put_i64(out, at.micros());
    put_i64(out, seen.micros().wrapping_sub(at.micros()));
    put_opt(out, actor_id.as_ref());
    put_opt(out, team.as_ref());
    if let Some(origin) = origin {
        put_text(out, origin);
    }
    if let Some(extra) = extra {
        put_u64(out, extra.len() as u64);
        for (name, value) in extra.iter() {
            put_text(out, name);
            put_text(out, value);
        }
    }
    put_kind(out, kind);
}

/// Reads an entry.
pub(crate) fn entry(bytes: &mut Bytes<'_>) -> Read<Entry> {
    let marks = bytes.byte()?;
    let role = match marks & 3 {
        0 => Role::Requester,
        1 => Role::Agent,
        2 => Role::Bot,
        _ => Role::System,
    };
    let id = bytes.text()?;
    let sequence = if marks & 4 == 0 { None } else { Some(bytes.u64()?) };
    let at = bytes.i64()?;
    let seen = at.wrapping_add(bytes.i64()?);
    let actor = Actor { id: bytes.opt()?, role, team: bytes.opt()? };
    let origin = if marks & 8 == 0 { None } else { Some(bytes.text()?) };
    let extra = if marks & 16 == 0 { None } else { Some(Box::new(extra(bytes)?)) };
    let kind = kind(bytes)?;
    let (at, seen) = (Instant::from_micros(at), Instant::from_micros(seen));
    Ok(Entry { id, sequence, at, seen, actor, kind, origin, extra })
}

fn extra(bytes: &mut Bytes<'_>) -> Read<Extra> {
    let len = bytes.u64()?;
    (0..len).map(|_| Ok((bytes.text()?, bytes.text()?))).collect()
}

fn put_kind(out: &mut Vec<u8>, kind: &Kind) {
    match kind {
        Kind::Created(created) => {
            out.push(0);
            put_created(out, created);
        }
        Kind::Message(message) => {
            out.push(1);
            put_message(out, message);
        }
        Kind::Status { status, vendor } => {
            out.extend([2, status_mark(*status)]);
            put_opt(out, vendor.as_ref());
        }
        Kind::Assigned { agent, group } => {
            out.push(3);
            put_change(out, agent);
            put_change(out, group);
        }
        Kind::Priority(value) => {
            out.push(4);
            put_opt(out, value.as_ref());
        }
        Kind::Type(value) => {
            out.push(5);
            put_opt(out, value.as_ref());
        }
        Kind::Tags(Tags::Set(tags)) => {
            out.push(6);
            put_texts(out, tags);
        }
        Kind::Tags(Tags::Edit { add, remove }) => {
            out.push(7);
            put_texts(out, add);
            put_texts(out, remove);
        }
        Kind::Field { name, value } => {
            out.push(8);
            put_text(out, name);
            put_opt(out, value.as_ref());
        }
        Kind::Escalated { kind: EscalationKind::Functional, tier } => {
            out.push(9);
            put_u64(out, tier.map_or(0, |tier| u64::from(tier) + 1));
        }
        Kind::Escalated { kind: EscalationKind::Hierarchical, tier } => {
            out.push(10);
            put_u64(out, tier.map_or(0, |tier| u64::from(tier) + 1));
        }
        _ => put_rare_kind(out, kind),
    }
}

fn put_rare_kind(out: &mut Vec<u8>, kind: &Kind) {
    match kind {
        Kind::Merged { into } => {
            out.push(11);
            put_text(out, into);
        }
        Kind::Split { from } => {
            out.push(12);
            put_text(out, from);
        }
        Kind::Linked { kind, to } => {
            out.push(13);
            put_text(out, kind);
            put_text(out, to);
        }
        Kind::Sla(policy) => {
            out.push(14);
            put_opt(out, policy.as_ref());
        }
        Kind::Schedule(calendar) => {
            out.push(15);
            put_opt(out, calendar.as_ref());
        }
        Kind::CsatOffered => out.push(16),
        Kind::Rated { score, scale_min, scale_max, agent } => {
            out.push(17);
            for score in [score, scale_min, scale_max] {
                put_i64(out, i64::from(score.thousandths()));
            }
            put_opt(out, agent.as_ref());
        }
        Kind::Worked { agent, seconds } => {
            out.push(18);
            put_opt(out, agent.as_ref());
            put_u64(out, *seconds);
        }
        Kind::Redacted => out.push(19),
        Kind::Created(_)
        | Kind::Message(_)
        | Kind::Status { .. }
        | Kind::Assigned { .. }
        | Kind::Priority(_)
        | Kind::Type(_)
        | Kind::Tags(_)
        | Kind::Field { .. }
        | Kind::Escalated { .. } => debug_assert!(false, "written by put_kind"),
    }
}

fn kind(bytes: &mut Bytes<'_>) -> Read<Kind> {
    Ok(match bytes.byte()? {
        0 => Kind::Created(Box::new(created(bytes)?)),
        1 => Kind::Message(message(bytes)?),
        2 => Kind::Status { status: status(bytes.byte()?)?, vendor: bytes.opt()? },
        3 => Kind::Assigned { agent: change(bytes)?, group: change(bytes)? },
        4 => Kind::Priority(bytes.opt()?),
        5 => Kind::Type(bytes.opt()?),
        6 => Kind::Tags(Tags::Set(bytes.texts()?)),
        7 => Kind::Tags(Tags::Edit { add: bytes.texts()?, remove: bytes.texts()? }),
        8 => Kind::Field { name: bytes.text()?, value: bytes.opt()? },
        9 => Kind::Escalated { kind: EscalationKind::Functional, tier: tier(bytes)? },
        10 => Kind::Escalated { kind: EscalationKind::Hierarchical, tier: tier(bytes)? },
        11 => Kind::Merged { into: bytes.text()? },
        12 => Kind::Split { from: bytes.text()? },
        13 => Kind::Linked { kind: bytes.text()?, to: bytes.text()? },
        14 => Kind::Sla(bytes.opt()?),
        15 => Kind::Schedule(bytes.opt()?),
        16 => Kind::CsatOffered,
        17 => Kind::Rated {
            score: bytes.score()?,
            scale_min: bytes.score()?,
            scale_max: bytes.score()?,
            agent: bytes.opt()?,
        },
        18 => Kind::Worked { agent: bytes.opt()?, seconds: bytes.u64()? },
        19 => Kind::Redacted,
        _ => return Err(Malformed),
    })
}

fn tier(bytes: &mut Bytes<'_>) -> Read<Option<u32>> {
    match bytes.u64()? {
        0 => Ok(None),
        tier => u32::try_from(tier - 1).map(Some).map_err(|_| Malformed),
    }
}

fn put_created(out: &mut Vec<u8>, created: &Created) {
    let Created {
        channel,
        requester,
        account,
        brand,
        product,
        direction,
        parent,
        priority,
        kind,
        status,
        group,
        agent,
        tags,
        language,
        test,
    } = created;
    out.push(u8::from(*direction == Direction::Outbound) | u8::from(*test) << 1);
    out.push(status.map_or(0, |status| status_mark(status) + 1));
    for text in [
        channel, requester, account, brand, product, parent, priority, kind, group, agent, language,
    ] {
        put_opt(out, text.as_ref());
    }
    put_texts(out, tags);
}

fn created(bytes: &mut Bytes<'_>) -> Read<Created> {
    let marks = bytes.byte()?;
    let status = match bytes.byte()? {
        0 => None,
        mark => Some(status(mark - 1)?),
    };
    Ok(Created {
        direction: if marks & 1 == 0 { Direction::Inbound } else { Direction::Outbound },
        test: marks & 2 != 0,
        status,
        channel: bytes.opt()?,
        requester: bytes.opt()?,
        account: bytes.opt()?,
        brand: bytes.opt()?,
        product: bytes.opt()?,
        parent: bytes.opt()?,
        priority: bytes.opt()?,
        kind: bytes.opt()?,
        group: bytes.opt()?,
        agent: bytes.opt()?,
        language: bytes.opt()?,
        tags: bytes.texts()?,
    })
}

fn put_message(out: &mut Vec<u8>, message: &Message) {
    let Message { visibility, automated, channel, length, language, sentiment, text } = message;
    out.push(
        u8::from(*visibility == Visibility::Internal)
            | u8::from(*automated) << 1
            | u8::from(length.is_some()) << 2
            | u8::from(sentiment.is_some()) << 3,
    );
    put_opt(out, channel.as_ref());
    if let Some(length) = length {
        put_u64(out, u64::from(*length));
    }
    put_opt(out, language.as_ref());
    if let Some(sentiment) = sentiment {
        put_i64(out, i64::from(sentiment.thousandths()));
    }
    put_opt(out, text.as_ref());
}

fn message(bytes: &mut Bytes<'_>) -> Read<Message> {
    let marks = bytes.byte()?;
    Ok(Message {
        visibility: if marks & 1 == 0 { Visibility::Public } else { Visibility::Internal },
        automated: marks & 2 != 0,
        channel: bytes.opt()?,
        length: if marks & 4 == 0 { None } else { Some(bytes.u32()?) },
        language: bytes.opt()?,
        sentiment: if marks & 8 == 0 { None } else { Some(bytes.score()?) },
        text: bytes.opt()?,
    })
}

fn put_change(out: &mut Vec<u8>, change: &Change) {
    match change {
        Change::Keep => out.push(0),
        Change::Clear => out.push(1),
        Change::Set(value) => {
            out.push(2);
            put_text(out, value);
        }
    }
}

fn change(bytes: &mut Bytes<'_>) -> Read<Change> {
    Ok(match bytes.byte()? {
        0 => Change::Keep,
        1 => Change::Clear,
        2 => Change::Set(bytes.text()?),
        _ => return Err(Malformed),
    })
}

const fn status_mark(status: Status) -> u8 {
    match status {
        Status::New => 0,
        Status::Open => 1,
        Status::Pending => 2,
        Status::OnHold => 3,
        Status::Solved => 4,
        Status::Closed => 5,
        Status::Deleted => 6,
        Status::Spam => 7,
        Status::Restored => 8,
    }
}

const fn status(mark: u8) -> Read<Status> {
    Ok(match mark {
        0 => Status::New,
        1 => Status::Open,
        2 => Status::Pending,
        3 => Status::OnHold,
        4 => Status::Solved,
        5 => Status::Closed,
        6 => Status::Deleted,
        7 => Status::Spam,
        8 => Status::Restored,
        _ => return Err(Malformed),
    })
}

/// Compresses events into the body of one inbox row.
pub(crate) fn pack<'a>(events: impl IntoIterator<Item = &'a Event>) -> std::io::Result<Vec<u8>> {
    let mut plain = Vec::new();
    for event in events {
        put_event(&mut plain, event);
    }
    pack_plain(&[plain])
}

/// As [`pack`], of events that were encoded by [`put_event`].
pub(crate) fn pack_plain(parts: &[Vec<u8>]) -> std::io::Result<Vec<u8>> {
    let mut plain = vec![FORM];
    parts.iter().for_each(|part| plain.extend_from_slice(part));
    zstd::bulk::compress(&plain, 1)
}

/// Reads the body of an inbox row; `None` where it is not what [`pack`] wrote.
pub(crate) fn unpack(body: &[u8]) -> Option<Vec<Event>> {
    let plain = zstd::stream::decode_all(body).ok()?;
    let (form, rest) = plain.split_first()?;
    if *form != FORM {
        return None;
    }
    let mut bytes = Bytes::new(rest);
    let mut events = Vec::new();
    while !bytes.is_empty() {
        events.push(event(&mut bytes).ok()?);
    }
    Some(events)
}

#[cfg(test)]
mod tests;
