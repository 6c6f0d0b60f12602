//! Ids of events that have none: a hash of what they say.
//!
//! The hash covers ticket, kind, instant, actor and content and nothing else, so that shuffling a
//! file, repeating its rows or importing it again makes the same ids, and the store keeps one of
//! each. It is written out field by field because an id must never change with a spelling.

use event::kind::{Created, Message};
use event::{Actor, Change, Extra, Instant, Kind, Score, Tags, Text};
use xxhash_rust::xxh3::Xxh3;

/// Feeds fields, each with its length, so that no two sequences of fields look alike.
struct Digest(Xxh3);

impl Digest {
    fn text(&mut self, text: &str) {
        self.0.update(&(text.len() as u64).to_le_bytes());
        self.0.update(text.as_bytes());
    }

    fn option(&mut self, text: Option<&Text>) {
        self.0.update(&[u8::from(text.is_some())]);
        if let Some(text) = text {
            self.text(text);
        }
    }

    fn number(&mut self, number: i64) {
        self.0.update(&number.to_le_bytes());
    }

    fn score(&mut self, score: Score) {
        self.number(i64::from(score.thousandths()));
    }

    fn list(&mut self, list: &[Text]) {
        self.number(i64::try_from(list.len()).unwrap_or(i64::MAX));
        for item in list {
            self.text(item);
        }
    }

    fn change(&mut self, change: &Change) {
        match change {
            Change::Keep => self.number(0),
            Change::Clear => self.number(1),
            Change::Set(value) => {
                self.number(2);
                self.text(value);
            }
        }
    }

    fn created(&mut self, created: &Created) {
        for text in [
            &created.channel,
            &created.requester,
            &created.account,
            &created.brand,
            &created.product,
            &created.parent,
            &created.priority,
            &created.kind,
            &created.group,
            &created.agent,
            &created.language,
        ] {
            self.option(text.as_ref());
        }
        self.number(created.direction as i64);
        self.number(created.status.map_or(-1, |status| status as i64));
        self.list(&created.tags);
        self.number(i64::from(created.test));
    }

    fn message(&mut self, message: &Message) {
        self.number(message.visibility as i64);
        self.number(i64::from(message.automated));
        self.option(message.channel.as_ref());
        self.number(message.length.map_or(-1, i64::from));
        self.option(message.language.as_ref());
        self.number(message.sentiment.map_or(i64::MIN, |score| score.thousandths().into()));
        self.option(message.text.as_ref());
    }

    fn kind(&mut self, kind: &Kind) {
        self.text(kind.name());
        match kind {
            Kind::Created(created) => self.created(created),
            Kind::Message(message) => self.message(message),
            Kind::Status { status, vendor } => {
                self.number(*status as i64);
                self.option(vendor.as_ref());
            }
            Kind::Assigned { agent, group } => {
                self.change(agent);
                self.change(group);
            }
            Kind::Priority(value)
            | Kind::Type(value)
            | Kind::Sla(value)
            | Kind::Schedule(value) => {
                self.option(value.as_ref());
            }
            Kind::Tags(Tags::Set(tags)) => self.list(tags),
            Kind::Tags(Tags::Edit { add, remove }) => {
                self.number(-1);
                self.list(add);
                self.list(remove);
            }
            Kind::Field { name, value } => {
                self.text(name);
                self.option(value.as_ref());
            }
            Kind::Escalated { kind, tier } => {
                self.number(*kind as i64);
                self.number(tier.map_or(-1, i64::from));
            }
            Kind::Merged { into: other } | Kind::Split { from: other } => self.text(other),
            Kind::Linked { kind, to } => {
                self.text(kind);
                self.text(to);
            }
            Kind::Rated { score, scale_min, scale_max, agent } => {
                self.score(*score);
                self.score(*scale_min);
                self.score(*scale_max);
                self.option(agent.as_ref());
            }
            Kind::Worked { agent, seconds } => {
                self.option(agent.as_ref());
                self.number(i64::try_from(*seconds).unwrap_or(i64::MAX));
            }
            Kind::CsatOffered | Kind::Redacted => {}
        }
    }
}

/// The id of an event that has none of its own: 128 bits in hexadecimal.
pub(crate) fn content_id(
    ticket: &str,
    at: Instant,
    actor: &Actor,
    kind: &Kind,
    extra: Option<&Extra>,
) -> Text {
    let mut digest = Digest(Xxh3::new());
    digest.text(ticket);
    digest.number(at.micros());
    digest.option(actor.id.as_ref());
    digest.number(actor.role as i64);
    digest.option(actor.team.as_ref());
    digest.kind(kind);
    for (name, value) in extra.into_iter().flatten() {
        digest.text(name);
        digest.text(value);
    }
    Text::from(format!("{:032x}", digest.0.digest128()))
}
