//! The fold: one pass over a ticket's timeline, from which all its facts come.

mod effort;
mod finish;
mod message;
mod owner;
mod ratings;
mod spans;
mod status;
mod turns;

use crate::calendars::{Calendars, Schedule};
use crate::durations::Point;
use crate::facts::{Anomaly, Deed, Facts, Owner, TicketFacts, Touch};
use crate::limits::CLOCK_SKEW_US;
use crate::policies::{Policies, PolicyIssue};
use crate::sla::{Book, Clocks, Traits};
use crate::status::State;
use crate::timeline::{arrange, is_arranged, wordless_contacts};
use effort::Efforts;
use event::time::MICROS_PER_SEC;
use event::{Created, Direction, Entry, EscalationKind, Instant, Kind, Message, Role, Tags, Text};
use ratings::Ratings;
use rustc_hash::FxHashMap;
use spans::Spans;
use turns::Turns;

const MICROS_PER_MIN: i64 = 60 * MICROS_PER_SEC;

/// Policies made ready for folding; shared between threads.
#[derive(Debug)]
pub struct Folder {
    pub(crate) calendars: Calendars,
    book: Book,
    roles: FxHashMap<Text, Vec<(i64, i64, Role)>>,
    session_gap_us: i64,
    session_channels: Vec<Text>,
    effort_gap_us: i64,
    effort_tail_us: i64,
    topic_field: Option<Text>,
}

impl Folder {
    /// Compiles policies; refuses them with everything that is wrong.
    pub fn new(policies: &Policies) -> Result<Self, Vec<PolicyIssue>> {
        let issues = policies.check();
        if !issues.is_empty() {
            return Err(issues);
        }
        let calendars = Calendars::compile(policies)?;
        let book = Book::compile(policies, &calendars);
        let roles = policies.roles.iter().map(|(who, terms)| {
            let term = |term: &crate::policies::RoleTerm| {
                let from = term.from.map_or(i64::MIN, |moment| moment.0.micros());
                (from, term.to.map_or(i64::MAX, |moment| moment.0.micros()), term.role)
            };
            (who.clone(), terms.iter().map(term).collect())
        });
        Ok(Self {
            book,
            roles: roles.collect(),
            session_gap_us: i64::from(policies.sessions.gap_minutes) * MICROS_PER_MIN,
            session_channels: policies.sessions.channels.clone(),
            effort_gap_us: i64::from(policies.effort.gap_minutes) * MICROS_PER_MIN,
            effort_tail_us: i64::from(policies.effort.tail_minutes) * MICROS_PER_MIN,
            topic_field: policies.topic_field.as_deref().map(Text::from),
            calendars,
        })
    }

    /// Folds a ticket's arranged timeline; any timeline at all has facts.
    ///
    /// A timeline out of order is put in order first, on a copy.
    pub fn fold(&self, source: &str, ticket: &str, timeline: &[Entry]) -> Facts {
        if !is_arranged(timeline) {
            let mut sorted = timeline.to_vec();
            arrange(&mut sorted);
            return self.fold_arranged(source, ticket, &sorted);
        }
        self.fold_arranged(source, ticket, timeline)
    }

    fn fold_arranged(&self, source: &str, ticket: &str, timeline: &[Entry]) -> Facts {
        let schedule = Schedule::read(&self.calendars, timeline);
        let mut fold = Fold::new(self, source, &schedule, timeline);
        let wordless = wordless_contacts(timeline);
        for (place, entry) in timeline.iter().enumerate() {
            fold.step(entry, wordless.contains(&place));
        }
        fold.finish(ticket)
    }

    /// The role of an entry's actor at that time.
    fn role(&self, entry: &Entry) -> Role {
        if self.roles.is_empty() {
            return entry.actor.role;
        }
        let terms = entry.actor.id.as_ref().and_then(|id| self.roles.get(id));
        let at = entry.at.micros();
        terms
            .and_then(|terms| terms.iter().find(|(from, to, _)| (*from..*to).contains(&at)))
            .map_or(entry.actor.role, |(_, _, role)| *role)
    }
}

/// What is known of a ticket after some of its timeline.
struct Fold<'a> {
    folder: &'a Folder,
    source: &'a str,
    schedule: &'a Schedule<'a>,
    facts: TicketFacts,
    /// Owner, priority and type now.
    owner: Owner,
    state: State,
    /// The status to which a restored ticket returns.
    before_removal: State,
    removed_at: Option<Instant>,
    /// How the creation was seen.
    birth: Birth,
    turns: Turns,
    spans: Spans,
    clocks: Clocks<'a>,
    touches: Vec<Touch>,
    efforts: Efforts,
    ratings: Ratings,
    ownership: owner::Ownership,
    solving: status::Solving,
    /// Distinct human agents who wrote.
    participants: Vec<Option<Text>>,
    last_replier: Option<Text>,
    /// The session in which an agent replied last, for collapsing.
    collapsed: Option<i64>,
    last_bot_at: Option<Instant>,
    human: Human,
    /// The problem the ticket is an incident of.
    problem: Option<Text>,
}

/// What is known of the ticket's creation.
#[derive(Debug, Default)]
struct Birth {
    /// A creation was seen.
    seen: bool,
    /// The `created` owner was kept.
    kept: bool,
    /// The customer's creation counts as a message that has not been seen yet.
    wordless: bool,
    /// The creating agent's message was seen.
    agent_wrote: bool,
    split: bool,
    test: bool,
}

/// What people have done so far.
#[derive(Debug, Default)]
struct Human {
    /// When a human agent last did anything.
    acted_at: Option<Instant>,
    /// A human agent wrote, changed the status or worked.
    worked: bool,
}

impl<'a> Fold<'a> {
    fn new(
        folder: &'a Folder,
        source: &'a str,
        schedule: &'a Schedule<'a>,
        timeline: &[Entry],
    ) -> Self {
        let mut facts = TicketFacts::default();
        let birth = Birth {
            split: timeline.iter().any(|entry| matches!(entry.kind, Kind::Split { .. })),
            ..Birth::default()
        };
        facts.created_at = created_at(timeline, birth.split);
        facts.points.set(Point::Created, Some(facts.created_at));
        if let Some(first) = timeline.first() {
            facts.times.first_seen_at = first.seen;
            facts.times.last_seen_at = first.seen;
        }
        if schedule.has_unknown {
            facts.anomalies.add(Anomaly::UnknownCalendar);
        }
        Self {
            folder,
            source,
            schedule,
            owner: Owner::default(),
            state: State::New,
            before_removal: State::New,
            removed_at: None,
            birth,
            turns: Turns::default(),
            spans: Spans::new(facts.created_at),
            clocks: Clocks::new(&folder.book, schedule),
            touches: Vec::new(),
            efforts: Efforts::default(),
            ratings: Ratings::default(),
            ownership: owner::Ownership::default(),
            solving: status::Solving::default(),
            participants: Vec::new(),
            last_replier: None,
            collapsed: None,
            last_bot_at: None,
            human: Human::default(),
            problem: None,
            facts,
        }
    }

    /// Takes in one entry; entries come in order. `wordless`: it is the creation of a merged-away
    /// ticket, and stands for the message that did not come.
    fn step(&mut self, entry: &Entry, wordless: bool) {
        let role = self.folder.role(entry);
        self.note_times(entry);
        self.clocks.pass(entry.at, &self.owner);
        match (&entry.kind, &entry.origin) {
            (Kind::Message(message), _) => self.message(entry, role, message),
            (_, Some(_)) if wordless => {
                self.message(entry, Role::Requester, &Message::default());
            }
            // Of a merged-away ticket only the messages live on.
            (_, Some(_)) => return,
            (kind, None) => self.event(entry, role, kind),
        }
        if let Some(extra) = &entry.extra {
            for (name, value) in extra.iter() {
                self.facts.fields.insert(name.clone(), value.clone());
            }
            self.reconsider(entry.at);
        }
    }

    fn event(&mut self, entry: &Entry, role: Role, kind: &Kind) {
        let at = entry.at;
        match kind {
            Kind::Created(created) => self.created(entry, role, created),
            Kind::Message(_) => {}
            Kind::Status { status, vendor } => self.status(entry, role, *status, vendor.as_ref()),
            Kind::Assigned { agent, group } => self.assigned(entry, role, agent, group),
            Kind::Priority(priority) => {
                self.owner.priority.clone_from(priority);
                self.owner_changed(at);
            }
            Kind::Type(kind) => {
                self.owner.kind.clone_from(kind);
                self.owner_changed(at);
            }
            Kind::Tags(tags) => {
                apply_tags(&mut self.facts.tags, tags);
                self.reconsider(at);
            }
            Kind::Field { name, value } => {
                match value {
                    Some(value) => self.facts.fields.insert(name.clone(), value.clone()),
                    None => self.facts.fields.remove(name),
                };
                self.reconsider(at);
            }
            Kind::Escalated { kind, .. } => self.escalated(entry, role, *kind),
            Kind::Merged { into } => {
                self.facts.merged_into = Some(into.clone());
                self.set_state(at, State::Merged, role, None);
            }
            Kind::Split { from } => {
                self.facts.parent.get_or_insert_with(|| from.clone());
            }
            Kind::Linked { kind, to } => match kind.as_str() {
                "problem" => self.problem = Some(to.clone()),
                "follow_up" => {
                    self.facts.parent.get_or_insert_with(|| to.clone());
                }
                _ => {}
            },
            Kind::Sla(policy) => {
                self.clocks.name_policy(policy.clone());
                self.reconsider(at);
            }
            // The schedule was read before the pass.
            Kind::Schedule(_) | Kind::Redacted => {}
            Kind::CsatOffered => self.ratings.offer(at, &self.owner, self.solving.last_at),
            Kind::Rated { .. } => self.rated(entry, role),
            Kind::Worked { agent, seconds } => self.worked(entry, agent.as_ref(), *seconds),
        }
        if role == Role::Agent {
            self.acted(entry);
        }
        if matches!(kind, Kind::Status { .. } | Kind::Worked { .. }) && role == Role::Agent {
            self.human.worked = true;
        }
    }

    fn note_times(&mut self, entry: &Entry) {
        let times = &mut self.facts.times;
        times.first_seen_at = times.first_seen_at.min(entry.seen);
        times.last_seen_at = times.last_seen_at.max(entry.seen);
        times.last_event_at = entry.at;
        if entry.at.since(entry.seen) > CLOCK_SKEW_US {
            self.facts.anomalies.add(Anomaly::ClockSkew);
        }
        if entry.at < self.facts.created_at && entry.origin.is_none() {
            self.facts.anomalies.add(Anomaly::EventBeforeCreated);
        }
        if !self.birth.kept && entry.at > self.facts.created_at {
            self.birth.kept = true;
            self.facts.moments.created = self.owner.clone();
        }
    }

    fn created(&mut self, entry: &Entry, role: Role, created: &Created) {
        if self.birth.seen {
            self.facts.anomalies.add(Anomaly::CreatedTwice);
            return;
        }
        self.birth.seen = true;
        let facts = &mut self.facts;
        facts.created_by_role = Some(role);
        facts.flags.agent_created = role == Role::Agent;
        facts.direction = created.direction;
        facts.channel = created.channel.clone().or_else(|| facts.channel.take());
        facts.language = created.language.clone().or_else(|| facts.language.take());
        facts.requester.clone_from(&created.requester);
        facts.account.clone_from(&created.account);
        facts.brand.clone_from(&created.brand);
        facts.product.clone_from(&created.product);
        facts.parent = created.parent.clone().or_else(|| facts.parent.take());
        apply_tags(&mut facts.tags, &Tags::Edit { add: created.tags.clone(), remove: Vec::new() });
        self.birth.test = created.test;
        self.born_owned(entry.at, created);
        self.clocks.open(self.facts.created_at);
        self.reconsider(entry.at);
        if let Some(status) = created.status {
            self.status(entry, role, status, None);
        }
        if created.direction == Direction::Inbound && role != Role::Agent {
            self.created_by_customer(entry);
        }
    }

    /// Lets the SLA policies look at the ticket again, after something about it changed.
    fn reconsider(&mut self, at: Instant) {
        let traits = Traits { source: self.source, facts: &self.facts, owner: &self.owner };
        self.clocks.reconsider(at, &traits);
    }

    fn escalated(&mut self, entry: &Entry, role: Role, kind: EscalationKind) {
        let deed = match kind {
            EscalationKind::Functional => {
                self.facts.counts.escalations_functional += 1;
                Deed::EscalateFunctional
            }
            EscalationKind::Hierarchical => {
                self.facts.counts.escalations_hierarchical += 1;
                Deed::EscalateHierarchical
            }
        };
        self.facts.times.first_escalated_at.get_or_insert(entry.at);
        let agent = self.credit(entry, role);
        self.touch(entry.at, deed, role, agent);
    }

    fn worked(&mut self, entry: &Entry, agent: Option<&Text>, seconds: u64) {
        let micros = i64::try_from(seconds).unwrap_or(i64::MAX).saturating_mul(MICROS_PER_SEC);
        let worked = &mut self.facts.counts.worked_us;
        *worked = worked.saturating_add(micros);
        let agent = agent.or(entry.actor.id.as_ref()).cloned();
        self.touches.push(Touch {
            owner: self.owner.credited(agent),
            at: entry.at,
            deed: Deed::Worked,
            human: !entry.actor.role.is_machine(),
            effort_us: Some(micros),
            reopened_at: None,
        });
    }

    /// Who gets the credit for an entry: the acting agent, else the owner.
    fn credit(&self, entry: &Entry, role: Role) -> Option<Text> {
        match (role, &entry.actor.id) {
            (Role::Agent, Some(id)) => Some(id.clone()),
            _ => self.owner.agent.clone(),
        }
    }

    fn touch(&mut self, at: Instant, deed: Deed, role: Role, agent: Option<Text>) {
        self.touches.push(Touch {
            owner: self.owner.credited(agent),
            at,
            deed,
            human: role == Role::Agent,
            effort_us: None,
            reopened_at: None,
        });
    }

    /// Notes that a human agent did something.
    fn acted(&mut self, entry: &Entry) {
        if self.human.acted_at.is_none()
            && let Some(bot) = self.last_bot_at
        {
            // Nobody said when the bot handed over: its last word is the last it can have been.
            self.facts.points.first(Point::Handoff, bot);
        }
        self.human.acted_at = Some(entry.at);
        let gap = self.folder.effort_gap_us;
        if let Some(session) = self.efforts.act(entry.at, &entry.actor.id, &self.owner, gap) {
            self.book_session(session);
        }
    }

    fn book_session(&mut self, session: effort::Session) {
        let effort = session.length().saturating_add(self.folder.effort_tail_us);
        let estimated = &mut self.facts.counts.estimated_us;
        *estimated = estimated.saturating_add(effort);
        self.touches.push(Touch {
            owner: session.owner,
            at: session.from,
            deed: Deed::Session,
            human: true,
            effort_us: Some(effort),
            reopened_at: None,
        });
    }
}

/// When the ticket came into being: its creation, else its first entry.
///
/// A split ticket starts at the message that was split off, not at the splitting.
fn created_at(timeline: &[Entry], split: bool) -> Instant {
    let mut own = timeline.iter().filter(|entry| entry.origin.is_none());
    let created = timeline
        .iter()
        .find(|entry| entry.origin.is_none() && matches!(entry.kind, Kind::Created(_)));
    let first = match (split, created) {
        (false, Some(created)) => Some(created),
        _ => own.next().or(timeline.first()),
    };
    first.map_or(Instant::from_micros(0), |entry| entry.at)
}

/// Changes a sorted set of tags.
fn apply_tags(tags: &mut Vec<Text>, change: &Tags) {
    let (add, remove) = match change {
        Tags::Set(set) => {
            tags.clear();
            (set, [].as_slice())
        }
        Tags::Edit { add, remove } => (add, remove.as_slice()),
    };
    tags.retain(|tag| !remove.contains(tag));
    for tag in add {
        if let Err(place) = tags.binary_search(tag) {
            tags.insert(place, tag.clone());
        }
    }
}
