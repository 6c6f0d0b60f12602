//! Messages: who wrote, who waited, who replied.

use super::Fold;
use crate::durations::Point;
use crate::facts::Deed;
use crate::limits::CREATION_MESSAGE_US;
use crate::policies::ClockKind;
use crate::sla::Traits;
use event::{Direction, Entry, Instant, Message, Role, Visibility};

impl Fold<'_> {
    pub(super) fn message(&mut self, entry: &Entry, role: Role, message: &Message) {
        if entry.origin.is_none() {
            self.facts.channel = self.facts.channel.take().or_else(|| message.channel.clone());
            self.facts.language = self.facts.language.take().or_else(|| message.language.clone());
        }
        let is_public = message.visibility == Visibility::Public;
        match role {
            // An out-of-office note is nobody's question.
            Role::Requester if is_public && !message.automated => self.customer(entry, message),
            Role::Requester => {}
            Role::Agent if !message.automated => {
                // The bot's hand-off must be known before the reply is measured from it.
                self.acted(entry);
                if is_public {
                    self.agent(entry, message);
                } else {
                    self.note(entry);
                }
                self.human.worked = true;
            }
            Role::Agent | Role::Bot | Role::System if is_public => self.machine(entry, role),
            Role::Agent | Role::Bot | Role::System => {}
        }
    }

    /// A creation by the customer: a contact, whose words may follow as a message.
    pub(super) fn created_by_customer(&mut self, entry: &Entry) {
        let counts = &mut self.facts.counts;
        if counts.customer_messages > 0 && self.birth.wordless {
            // The words came before the creation.
            counts.customer_messages_after_creation -= 1;
            self.birth.wordless = false;
            return;
        }
        counts.customer_messages += 1;
        self.birth.wordless = true;
        self.contact(entry.at, None);
    }

    fn customer(&mut self, entry: &Entry, message: &Message) {
        let at = entry.at;
        let is_own = entry.origin.is_none();
        let is_near = at.since(self.facts.created_at).abs() <= CREATION_MESSAGE_US;
        self.facts.times.last_customer_at = Some(at);
        if self.birth.seen && self.birth.wordless && is_own && is_near {
            self.birth.wordless = false;
            self.turns.creation_words(at);
            return;
        }
        // Words that come before their own creation wait for it.
        self.birth.wordless = !self.birth.seen && is_own;
        self.facts.counts.customer_messages += 1;
        self.facts.counts.customer_messages_after_creation += 1;
        self.contact(at, self.session_gap(message));
    }

    /// The customer got in touch.
    fn contact(&mut self, at: Instant, gap_us: Option<i64>) {
        use super::turns::Opened;
        self.facts.times.last_customer_at = Some(at);
        self.facts.points.first(Point::FirstCustomer, at);
        let is_first = self.facts.points.first(Point::WaitStart, at);
        let opened = self.turns.customer(at, self.state.is_done(), gap_us);
        if is_first && !self.state.is_done() {
            self.start_clock(ClockKind::FirstReply, at, at);
        } else if opened == Opened::Turn && !self.clocks.is_live(ClockKind::FirstReply) {
            self.start_clock(ClockKind::NextReply, at, at);
        }
        self.clocks.customer_wrote(at);
    }

    /// A public message of a human agent.
    fn agent(&mut self, entry: &Entry, message: &Message) {
        let at = entry.at;
        self.facts.counts.agent_replies_with_creation += 1;
        self.facts.times.last_agent_at = Some(at);
        self.participant(entry);
        if self.is_creation_message(entry) {
            self.birth.agent_wrote = true;
            self.turns.ours(at);
            if self.facts.direction == Direction::Inbound {
                self.facts.points.first(Point::WaitStart, self.facts.created_at);
                self.start_clock(ClockKind::FirstReply, self.facts.created_at, at);
            }
            self.updated(at);
            return;
        }
        self.facts.counts.agent_replies += 1;
        let gap = self.session_gap(message);
        self.collapse(at, gap);
        self.touch(at, Deed::Reply, Role::Agent, entry.actor.id.clone());
        if self.facts.direction == Direction::Inbound {
            self.facts.points.first(Point::FirstAgentMessage, at);
        }
        self.first_reply(entry);
        let owner = self.owner.credited(entry.actor.id.clone());
        self.turns.ours(at);
        self.turns.reply(at, &owner, self.schedule);
        self.last_replier.clone_from(&entry.actor.id);
        self.clocks.replied(at, &owner);
        self.updated(at);
    }

    /// Notes the first reply to a waiting customer.
    fn first_reply(&mut self, entry: &Entry) {
        let at = entry.at;
        if self.facts.points.get(Point::WaitStart).is_none() {
            return;
        }
        self.facts.points.first(Point::FirstAck, at);
        if !self.facts.points.first(Point::FirstReply, at) {
            return;
        }
        self.note_late_reply();
        self.facts.moments.first_reply = self.owner.credited(entry.actor.id.clone());
        if entry.actor.id.is_some() && entry.actor.id == self.owner.agent {
            self.facts.points.set(Point::ReplierAssigned, self.ownership.agent_since);
        }
    }

    /// The message with which an agent opened the ticket is no reply.
    fn is_creation_message(&self, entry: &Entry) -> bool {
        let age = entry.at.since(self.facts.created_at);
        self.facts.flags.agent_created
            && !self.birth.agent_wrote
            && entry.origin.is_none()
            && (0..=CREATION_MESSAGE_US).contains(&age)
    }

    /// Counts replies with all of one chat session as one.
    fn collapse(&mut self, at: Instant, gap_us: Option<i64>) {
        let session = self.turns.sessions;
        let is_same = gap_us.is_some_and(|gap| {
            self.collapsed == Some(session) && self.turns.silence(at).is_some_and(|s| s < gap)
        });
        if !is_same {
            self.facts.counts.agent_replies_collapsed += 1;
        }
        self.collapsed = Some(session);
    }

    fn note(&mut self, entry: &Entry) {
        self.facts.counts.internal_notes += 1;
        self.participant(entry);
        self.touch(entry.at, Deed::Note, Role::Agent, entry.actor.id.clone());
    }

    /// A public message of a bot, a rule, or in an agent's name by a rule.
    fn machine(&mut self, entry: &Entry, role: Role) {
        let at = entry.at;
        self.facts.counts.bot_messages += 1;
        if role == Role::Bot {
            self.facts.flags.bot_involved = true;
            self.last_bot_at = Some(at);
        }
        if self.facts.points.get(Point::WaitStart).is_some() {
            self.facts.points.first(Point::FirstAck, at);
        }
        self.turns.ours(at);
        self.touch(at, Deed::Reply, role, entry.actor.id.clone());
    }

    fn participant(&mut self, entry: &Entry) {
        if !self.participants.contains(&entry.actor.id) {
            self.participants.push(entry.actor.id.clone());
        }
    }

    /// The silence that ends a session on this message's channel; `None` where none does.
    fn session_gap(&self, message: &Message) -> Option<i64> {
        let channel = message.channel.as_ref().or(self.facts.channel.as_ref())?;
        let folder = self.folder;
        folder.session_channels.contains(channel).then_some(folder.session_gap_us)
    }

    /// A public agent message starts the update clocks anew.
    fn updated(&mut self, at: Instant) {
        if self.state.is_backlog() {
            self.start_clock(ClockKind::PeriodicUpdate, at, at);
            self.start_clock(ClockKind::PausableUpdate, at, at);
        }
    }

    /// Starts an SLA clock at `at` that counts from `from`.
    pub(super) fn start_clock(&mut self, kind: ClockKind, from: Instant, at: Instant) {
        let traits = Traits { source: self.source, facts: &self.facts, owner: &self.owner };
        self.clocks.start(kind, from, at, &traits);
    }
}
