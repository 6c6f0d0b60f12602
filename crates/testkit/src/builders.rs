//! Tickets written down readably, event by event.
//!
//! ```
//! use testkit::builders::{at, ticket};
//!
//! let events = ticket("4711")
//!     .created(at("2026-03-02T09:00Z"), |c| c.channel("email").priority("high"))
//!     .customer_message(at("2026-03-02T09:00Z"))
//!     .reply(at("2026-03-02T09:15Z"), "agent-1")
//!     .solved(at("2026-03-02T11:30Z"), "agent-1")
//!     .events();
//! assert_eq!(events.len(), 4);
//! ```

use event::{
    Actor, Change, Created, Direction, Entry, EscalationKind, Event, Instant, Kind, Message, Role,
    Score, Status, Tags, Text, Visibility,
};

/// An instant from RFC 3339, with or without seconds.
///
/// # Panics
/// Where the text is no instant.
pub fn at(text: &str) -> Instant {
    text.parse().expect("builders are given valid instants")
}

/// Starts a ticket of source `test`, whose customer is `customer`.
pub fn ticket(id: &str) -> Ticket {
    Ticket {
        source: Text::from("test"),
        id: Text::from(id),
        customer: Text::from("customer"),
        entries: Vec::new(),
    }
}

/// A ticket under construction: each call adds one event, with ids `<ticket>-1`, `<ticket>-2`, ….
#[derive(Clone, Debug)]
pub struct Ticket {
    source: Text,
    id: Text,
    customer: Text,
    entries: Vec<Entry>,
}

/// What a ticket is born with.
#[derive(Clone, Debug, Default)]
pub struct CreatedBuilder {
    created: Created,
    actor: Option<Actor>,
}

/// The customer `id`.
pub fn customer(id: &str) -> Actor {
    Actor { id: Some(Text::from(id)), role: Role::Requester, team: None }
}

/// The human agent `id`.
pub fn agent(id: &str) -> Actor {
    Actor { id: Some(Text::from(id)), role: Role::Agent, team: None }
}

/// The bot `id`.
pub fn bot(id: &str) -> Actor {
    Actor { id: Some(Text::from(id)), role: Role::Bot, team: None }
}

/// A rule or the help desk itself.
pub fn system() -> Actor {
    Actor::default()
}

impl CreatedBuilder {
    /// Created by this one instead of by the customer.
    pub fn by(mut self, actor: Actor) -> Self {
        self.actor = Some(actor);
        self
    }

    /// We contacted the customer.
    pub fn outbound(mut self) -> Self {
        self.created.direction = Direction::Outbound;
        self
    }

    /// A test ticket.
    pub fn test(mut self) -> Self {
        self.created.test = true;
        self
    }

    /// With this first status.
    pub fn status(mut self, status: Status) -> Self {
        self.created.status = Some(status);
        self
    }

    /// With this tag, besides others.
    pub fn tag(mut self, tag: &str) -> Self {
        self.created.tags.push(Text::from(tag));
        self
    }
}

/// One setter for each name that a ticket is born with.
macro_rules! created_names {
    ($($method:ident => $field:ident: $doc:literal),* $(,)?) => {
        impl CreatedBuilder {
            $(
                #[doc = $doc]
                pub fn $method(mut self, $method: &str) -> Self {
                    self.created.$field = Some(Text::from($method));
                    self
                }
            )*
        }
    };
}

created_names! {
    channel => channel: "Through this channel.",
    requester => requester: "For this customer.",
    account => account: "For this organisation.",
    brand => brand: "Under this brand.",
    product => product: "About this product.",
    parent => parent: "Following up this ticket.",
    priority => priority: "With this priority.",
    kind => kind: "Of this type.",
    group => group: "Owned by this group.",
    agent => agent: "Owned by this agent.",
    language => language: "In this language.",
}

impl Ticket {
    /// From this source instead of `test`.
    pub fn source(mut self, source: &str) -> Self {
        self.source = Text::from(source);
        self
    }

    /// For this customer instead of `customer`.
    pub fn customer(mut self, customer: &str) -> Self {
        self.customer = Text::from(customer);
        self
    }

    /// Anything, by anybody.
    pub fn push(mut self, at: Instant, actor: Actor, kind: Kind) -> Self {
        let id = Text::from(format!("{}-{}", self.id, self.entries.len() + 1));
        self.entries.push(Entry {
            id,
            sequence: None,
            at,
            seen: at,
            actor,
            kind,
            origin: None,
            extra: None,
        });
        self
    }

    /// Changes the entry added last: its id, `seen`, `sequence`, custom fields.
    pub fn with(mut self, change: impl FnOnce(&mut Entry)) -> Self {
        if let Some(entry) = self.entries.last_mut() {
            change(entry);
        }
        self
    }

    /// The entry added last was learnt of only then.
    pub fn seen(self, seen: Instant) -> Self {
        self.with(|entry| entry.seen = seen)
    }

    /// Born, by the customer unless said otherwise.
    pub fn created(
        self,
        at: Instant,
        details: impl FnOnce(CreatedBuilder) -> CreatedBuilder,
    ) -> Self {
        let born = CreatedBuilder::default().requester(&self.customer);
        let CreatedBuilder { created, actor } = details(born);
        let actor = actor.unwrap_or_else(|| customer(&self.customer));
        self.push(at, actor, Kind::Created(Box::new(created)))
    }

    /// A public message of the customer's.
    pub fn customer_message(self, at: Instant) -> Self {
        let actor = customer(&self.customer);
        self.push(at, actor, Kind::Message(Message::default()))
    }

    /// A public message of an agent's.
    pub fn reply(self, at: Instant, by: &str) -> Self {
        self.push(at, agent(by), Kind::Message(Message::default()))
    }

    /// An internal note of an agent's.
    pub fn note(self, at: Instant, by: &str) -> Self {
        let message = Message { visibility: Visibility::Internal, ..Message::default() };
        self.push(at, agent(by), Kind::Message(message))
    }

    /// A public message of a bot's.
    pub fn bot_message(self, at: Instant, by: &str) -> Self {
        self.push(at, bot(by), Kind::Message(Message::default()))
    }

    /// A public message that a rule sent in an agent's name.
    pub fn auto_reply(self, at: Instant, by: &str) -> Self {
        let message = Message { automated: true, ..Message::default() };
        self.push(at, agent(by), Kind::Message(message))
    }

    /// A change of status, by anybody.
    pub fn status(self, at: Instant, by: Actor, status: Status) -> Self {
        self.push(at, by, Kind::Status { status, vendor: None })
    }

    /// Solved by an agent.
    pub fn solved(self, at: Instant, by: &str) -> Self {
        self.status(at, agent(by), Status::Solved)
    }

    /// Put to pending by an agent.
    pub fn pending(self, at: Instant, by: &str) -> Self {
        self.status(at, agent(by), Status::Pending)
    }

    /// Put on hold by an agent.
    pub fn on_hold(self, at: Instant, by: &str) -> Self {
        self.status(at, agent(by), Status::OnHold)
    }

    /// Opened, or opened again, by the customer.
    pub fn reopened(self, at: Instant) -> Self {
        let actor = customer(&self.customer);
        self.status(at, actor, Status::Open)
    }

    /// Closed by the help desk itself.
    pub fn closed(self, at: Instant) -> Self {
        self.status(at, system(), Status::Closed)
    }

    /// Given to an agent by the help desk; the group stays.
    pub fn assigned(self, at: Instant, to: &str) -> Self {
        let agent = Change::Set(Text::from(to));
        self.push(at, system(), Kind::Assigned { agent, group: Change::Keep })
    }

    /// Given to a group by the help desk; the agent is cleared.
    pub fn assigned_group(self, at: Instant, to: &str) -> Self {
        let group = Change::Set(Text::from(to));
        self.push(at, system(), Kind::Assigned { agent: Change::Clear, group })
    }

    /// Given a priority by an agent.
    pub fn priority(self, at: Instant, by: &str, priority: &str) -> Self {
        self.push(at, agent(by), Kind::Priority(Some(Text::from(priority))))
    }

    /// A custom field set by an agent.
    pub fn field(self, at: Instant, name: &str, value: &str) -> Self {
        let kind = Kind::Field { name: Text::from(name), value: Some(Text::from(value)) };
        self.push(at, system(), kind)
    }

    /// Tags added by the help desk.
    pub fn tagged(self, at: Instant, tags: &[&str]) -> Self {
        let add = tags.iter().map(|tag| Text::from(*tag)).collect();
        self.push(at, system(), Kind::Tags(Tags::Edit { add, remove: Vec::new() }))
    }

    /// Escalated by an agent.
    pub fn escalated(self, at: Instant, by: &str, kind: EscalationKind) -> Self {
        self.push(at, agent(by), Kind::Escalated { kind, tier: None })
    }

    /// Merged into another ticket by an agent.
    pub fn merged(self, at: Instant, by: &str, into: &str) -> Self {
        self.push(at, agent(by), Kind::Merged { into: Text::from(into) })
    }

    /// A survey was sent.
    pub fn csat_offered(self, at: Instant) -> Self {
        self.push(at, system(), Kind::CsatOffered)
    }

    /// The customer gave `score` from 1 to 5.
    pub fn rated(self, at: Instant, score: i32) -> Self {
        let actor = customer(&self.customer);
        let kind = Kind::Rated {
            score: Score::from_thousandths(score * 1000),
            scale_min: Score::from_thousandths(1000),
            scale_max: Score::from_thousandths(5000),
            agent: None,
        };
        self.push(at, actor, kind)
    }

    /// An agent booked time.
    pub fn worked(self, at: Instant, by: &str, seconds: u64) -> Self {
        self.push(at, agent(by), Kind::Worked { agent: None, seconds })
    }

    /// The timeline, in the order it was written down.
    pub fn entries(self) -> Vec<Entry> {
        self.entries
    }

    /// The timeline as events.
    pub fn events(self) -> Vec<Event> {
        let (source, ticket) = (self.source, self.id);
        let event = |entry| Event { source: source.clone(), ticket: ticket.clone(), entry };
        self.entries.into_iter().map(event).collect()
    }
}
