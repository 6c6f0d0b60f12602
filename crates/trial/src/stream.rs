//! A stream of events that is a function of their numbers: whoever knows how many were sent knows
//! every one of them.

use event::{
    Actor, Change, Created, Entry, Event, Instant, Kind, Message, Role, Score, Status, Text,
    Visibility,
};
use std::ops::Range;

/// Ids and new tickets of the stream begin with this.
pub(crate) const PREFIX: &str = "live-";

/// What the stream is like.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stream {
    /// Chance; the same seed gives the same stream.
    pub(crate) seed: u64,
    /// When event 0 happened.
    pub(crate) start: Instant,
    /// Microseconds from one event to the next.
    pub(crate) gap_us: i64,
    /// Events for each new ticket.
    pub(crate) per_ticket: u64,
    /// How many of the newest tickets the other events are about.
    pub(crate) reach: u64,
    /// Tickets `1` to this of source `demo` were there before.
    pub(crate) old_tickets: u64,
    /// Events in a thousand that are about one of those, any of them.
    pub(crate) old_permille: u64,
    /// Events in a thousand that merge a ticket into another.
    pub(crate) merged_permille: u64,
}

/// The source of every event: that of the generated desk, so that old tickets can be meant.
const SOURCE: &str = "demo";

impl Stream {
    /// The event of a number.
    pub(crate) fn event(&self, n: u64) -> Event {
        let dice = mix(self.seed ^ mix(n));
        let newest = n / self.per_ticket;
        let at = self.start.plus(self.gap_us.saturating_mul(n.cast_signed()));
        let (ticket, actor, kind) = if n.is_multiple_of(self.per_ticket) {
            (own(newest), requester(newest), created(newest, dice))
        } else if self.old_tickets > 0 && dice % 1000 < self.old_permille {
            let old = 1 + mix(dice) % self.old_tickets;
            (Text::from(old.to_string()), requester(old), message(dice))
        } else {
            let ticket = newest - self.back(dice).min(newest);
            let (actor, kind) = self.work(ticket, dice);
            (own(ticket), actor, kind)
        };
        let entry = Entry {
            id: Text::from(format!("{PREFIX}{n}")),
            sequence: None,
            at,
            seen: at,
            actor,
            kind,
            origin: None,
            extra: None,
        };
        Event { source: SOURCE.into(), ticket, entry }
    }

    /// Events as JSON lines.
    pub(crate) fn lines(&self, numbers: Range<u64>) -> Vec<u8> {
        let mut lines = Vec::new();
        for n in numbers {
            event::cloudevents::write(&self.event(n), &mut lines);
            lines.push(b'\n');
        }
        lines
    }

    /// How far back a ticket is; near ones are the most frequent.
    const fn back(&self, dice: u64) -> u64 {
        let (a, b) = (mix(dice ^ 1) % self.reach, mix(dice ^ 2) % self.reach);
        a * b / self.reach
    }

    /// What happens to a ticket in the course of work.
    fn work(&self, ticket: u64, dice: u64) -> (Actor, Kind) {
        let roll = mix(dice ^ 3) % 1000;
        if roll < self.merged_permille {
            return (agent(dice), Kind::Merged { into: own(ticket / 2) });
        }
        match mix(dice ^ 4) % 100 {
            0..42 => (requester(ticket), message(dice)),
            42..76 => (agent(dice), message(dice)),
            76..82 => {
                let note = Message { visibility: Visibility::Internal, ..Message::default() };
                (agent(dice), Kind::Message(note))
            }
            82..88 => {
                let group = Change::Set(format!("group-{}", dice % 6).into());
                (agent(dice), Kind::Assigned { agent: Change::Set(agent_id(dice)), group })
            }
            88..96 => (agent(dice), Kind::Status { status: Status::Solved, vendor: None }),
            96..98 => (agent(dice), Kind::Priority(Some("high".into()))),
            _ => (requester(ticket), rated(dice)),
        }
    }
}

/// The number in an id of the stream.
pub(crate) fn number(id: &str) -> Option<u64> {
    id.strip_prefix(PREFIX)?.parse().ok()
}

/// Spreads a number over all of 64 bits (splitmix64's finaliser).
pub(crate) const fn mix(n: u64) -> u64 {
    let n = n.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    n ^ (n >> 31)
}

fn own(ticket: u64) -> Text {
    format!("{PREFIX}{ticket}").into()
}

fn requester(ticket: u64) -> Actor {
    let id = format!("customer-{:05}", mix(ticket) % 5_000);
    Actor { id: Some(id.into()), role: Role::Requester, team: None }
}

fn agent_id(dice: u64) -> Text {
    format!("agent-{:02}", 1 + mix(dice ^ 5) % 48).into()
}

fn agent(dice: u64) -> Actor {
    Actor { id: Some(agent_id(dice)), role: Role::Agent, team: None }
}

fn created(ticket: u64, dice: u64) -> Kind {
    let channel = ["email", "web", "chat", "phone"][usize::from(dice.to_le_bytes()[0] % 4)];
    Kind::Created(Box::new(Created {
        channel: Some(channel.into()),
        requester: requester(ticket).id,
        group: Some(format!("group-{}", dice % 6).into()),
        priority: Some("normal".into()),
        language: Some("en".into()),
        ..Created::default()
    }))
}

fn message(dice: u64) -> Kind {
    let length = u32::from(dice.to_le_bytes()[1]) * 5;
    Kind::Message(Message { length: Some(length), ..Message::default() })
}

fn rated(dice: u64) -> Kind {
    Kind::Rated {
        score: Score::from_thousandths(1_000 * i32::from(1 + dice.to_le_bytes()[2] % 5)),
        scale_min: Score::from_thousandths(1_000),
        scale_max: Score::from_thousandths(5_000),
        agent: None,
    }
}
