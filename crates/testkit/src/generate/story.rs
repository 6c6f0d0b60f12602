//! One ticket: who writes about what, how it begins, and which way it goes.

use super::dice::Dice;
use super::world::{CALENDARS, CHANNELS, PRODUCT_WEIGHTS, PRODUCTS, TIER_2, TOPICS, World};
use event::{
    Actor, Change, Created, Direction, Entry, Instant, Kind, Message, Role, Score, Status, Tags,
    Text, Visibility,
};
use std::collections::VecDeque;

pub(super) const SECOND: i64 = 1_000_000;
pub(super) const MINUTE: i64 = 60 * SECOND;
pub(super) const HOUR: i64 = 60 * MINUTE;
pub(super) const DAY: i64 = 24 * HOUR;

const PRIORITIES: [&str; 4] = ["low", "normal", "high", "urgent"];
const PRIORITY_WEIGHTS: [f64; 4] = [0.15, 0.60, 0.18, 0.07];

/// How long each priority waits, normal being 1.
const PRIORITY_PACE: [f64; 4] = [1.6, 1.0, 0.6, 0.35];

const TYPES: [&str; 4] = ["question", "incident", "problem", "task"];
const TYPE_WEIGHTS: [f64; 4] = [0.55, 0.28, 0.07, 0.10];

const PLANS: [&str; 3] = ["free", "pro", "enterprise"];

/// Languages by region, the first two of each and how likely the first is.
const LANGUAGES: [(&str, &str, f64); 3] =
    [("de", "en", 0.6), ("en", "es", 0.85), ("en", "zh", 0.8)];

/// A ticket that later ones may refer to.
#[derive(Clone, Debug)]
pub(super) struct Recent {
    id: Text,
    customer: usize,
    product: usize,
}

/// What becomes of a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Usual,
    Spam,
    Test,
    Deleted,
    Merged,
    Split,
    FollowUp,
    Outbound,
}

const FATES: [Fate; 8] = [
    Fate::Usual,
    Fate::Spam,
    Fate::Test,
    Fate::Deleted,
    Fate::Merged,
    Fate::Split,
    Fate::FollowUp,
    Fate::Outbound,
];
const FATE_WEIGHTS: [f64; 8] = [0.918, 0.012, 0.003, 0.006, 0.015, 0.006, 0.020, 0.020];

/// A ticket while it is being told.
#[derive(Debug)]
pub(super) struct Story<'a> {
    pub(super) world: &'a World,
    pub(super) dice: &'a mut Dice,
    pub(super) now: Instant,
    pub(super) channel: &'static str,
    pub(super) team: usize,
    pub(super) agent: usize,
    /// How badly things go wrong: 0 on a good day.
    pub(super) trouble: f64,
    /// How long the customer has waited for the first reply, at most a day.
    pub(super) first_wait: i64,
    /// Whether only a bot has spoken for us.
    pub(super) bot_only: bool,
    ticket: Text,
    entries: Vec<Entry>,
    region: usize,
    customer: usize,
    product: usize,
    priority: usize,
    language: &'static str,
}

/// Tells one ticket; gives its entries and, where later tickets may refer to it, what they need.
pub(super) fn tell(
    world: &World,
    dice: &mut Dice,
    recent: &VecDeque<Recent>,
    (ticket, at, region): (Text, Instant, usize),
) -> (Vec<Entry>, Option<Recent>) {
    let mut fate = FATES[dice.pick(&FATE_WEIGHTS)];
    let earlier = (!recent.is_empty()).then(|| recent[dice.below(recent.len())].clone());
    if earlier.is_none() {
        fate = Fate::Usual;
    }
    let mut story = Story::cast(world, dice, ticket, at, region);
    let earlier = match (fate, earlier) {
        (Fate::Merged | Fate::Split | Fate::FollowUp, Some(earlier)) => {
            story.customer = earlier.customer;
            story.product = earlier.product;
            Some(earlier.id)
        }
        _ => None,
    };
    story.begin(fate, earlier.as_ref());
    match (fate, earlier) {
        (Fate::Spam, _) => story.thrown_away(Status::Spam, 30.0),
        (Fate::Deleted, _) => story.deleted(),
        (Fate::Merged, Some(into)) => {
            story.take_up();
            let by = story.by_agent();
            story.after(20.0);
            story.push(by, Kind::Merged { into });
        }
        _ => story.run(),
    }
    let refers = matches!(fate, Fate::Usual | Fate::FollowUp);
    let Story { ticket, customer, product, entries, .. } = story;
    (entries, refers.then_some(Recent { id: ticket, customer, product }))
}

impl<'a> Story<'a> {
    /// Draws who writes about what, and who will look after it.
    fn cast(
        world: &'a World,
        dice: &'a mut Dice,
        ticket: Text,
        at: Instant,
        region: usize,
    ) -> Self {
        let channel = CHANNELS[dice.pick(&world.channel_weights(at))];
        let mut products = PRODUCT_WEIGHTS;
        for (product, weight) in products.iter_mut().enumerate() {
            *weight *= 1.0 + 6.0 * world.trouble(at, region, product);
        }
        let product = dice.pick(&products);
        let team = match (region, product) {
            (0, 2 | 4) => 0,
            (0, _) => 1,
            (1, 2 | 4) => 2,
            (1, _) => 3,
            _ => 4,
        };
        let (first, second, likely) = LANGUAGES[region];
        let mut story = Self {
            world,
            now: at,
            channel,
            team,
            agent: 0,
            trouble: world.trouble(at, region, product),
            first_wait: 0,
            bot_only: false,
            ticket,
            entries: Vec::with_capacity(16),
            region,
            customer: dice.below(world.customers),
            product,
            priority: dice.pick(&PRIORITY_WEIGHTS),
            language: if dice.chance(likely) { first } else { second },
            dice,
        };
        story.pick_agent();
        story
    }

    /// Somebody of the team, of the shift that is on.
    pub(super) fn pick_agent(&mut self) {
        let team = &self.world.teams[self.team];
        // Wall clocks an hour off do no harm here.
        let hour = (self.now.micros() / HOUR + [1, -5, 8][team.region]).rem_euclid(24);
        let half = team.agents / 2;
        let (from, number) = if hour < 13 { (0, half) } else { (half, team.agents - half) };
        self.agent = team.first_agent + from + self.dice.below(number);
    }

    /// The first events: birth, first message, acknowledgement, what rules add.
    fn begin(&mut self, fate: Fate, earlier: Option<&Text>) {
        let outbound = fate == Fate::Outbound;
        let by_agent = outbound || self.channel == "phone";
        let mut created = self.created(outbound);
        created.test = fate == Fate::Test;
        created.parent = earlier.filter(|_| fate == Fate::FollowUp).cloned();
        let by = if by_agent { self.by_agent() } else { self.by_customer() };
        self.push(by.clone(), Kind::Created(Box::new(created)));
        if self.dice.chance(0.5)
            && let Some(entry) = self.entries.last_mut()
        {
            let plan = Text::const_new(PLANS[[0, 0, 0, 1, 1, 2][self.customer / 8 % 6]]);
            entry.extra = Some(Box::new([(Text::const_new("plan"), plan)].into()));
        }
        match (fate, earlier) {
            (Fate::Split, Some(from)) => {
                let by = self.by_agent();
                self.push(by, Kind::Split { from: from.clone() });
            }
            (Fate::FollowUp, Some(to)) => {
                let link = Kind::Linked { kind: Text::const_new("follow_up"), to: to.clone() };
                self.push(system(), link);
            }
            _ => {}
        }
        match (outbound, self.channel) {
            (true, _) => self.say(by, Visibility::Public),
            (false, "phone") => {}
            (false, _) => self.customer_writes(),
        }
        self.rules();
    }

    /// What rules do to a new ticket.
    fn rules(&mut self) {
        if matches!(self.channel, "email" | "web") && self.dice.chance(0.6) {
            self.now = self.now.plus(2 * SECOND);
            let message = Message { automated: true, ..Message::default() };
            self.push(system(), Kind::Message(message));
        }
        if self.region != 0 {
            let calendar = Some(Text::const_new(CALENDARS[self.region]));
            self.push(system(), Kind::Schedule(calendar));
        }
        if self.dice.chance(0.4) {
            let topic = TOPICS[self.product][self.dice.below(3)];
            let value = Some(Text::const_new(topic));
            self.push(system(), Kind::Field { name: Text::const_new("topic"), value });
        }
        if self.trouble > 0.0 {
            let tag = if self.region == 1 { "payments-incident" } else { "app-outage" };
            let add = vec![Text::const_new(tag)];
            self.push(system(), Kind::Tags(Tags::Edit { add, remove: Vec::new() }));
        } else if self.dice.chance(0.1) {
            let tag = ["vip", "refund", "feedback"][self.dice.below(3)];
            let add = vec![Text::const_new(tag)];
            self.push(system(), Kind::Tags(Tags::Edit { add, remove: Vec::new() }));
        }
    }

    fn created(&mut self, outbound: bool) -> Created {
        let kind = TYPES[self.dice.pick(&TYPE_WEIGHTS)];
        Created {
            channel: Some(Text::const_new(self.channel)),
            requester: Some(self.customer_id()),
            account: Some(compact_str::format_compact!("account-{:04}", self.customer / 8)),
            brand: Some(Text::const_new(if self.product == 3 { "Borealis" } else { "Aurora" })),
            product: Some(Text::const_new(PRODUCTS[self.product])),
            direction: if outbound { Direction::Outbound } else { Direction::Inbound },
            priority: Some(Text::const_new(PRIORITIES[self.priority])),
            kind: Some(Text::const_new(kind)),
            language: Some(Text::const_new(self.language)),
            ..Created::default()
        }
    }

    fn customer_id(&self) -> Text {
        compact_str::format_compact!("customer-{:05}", self.customer)
    }

    /// The customer, as an actor.
    pub(super) fn by_customer(&self) -> Actor {
        Actor { id: Some(self.customer_id()), role: Role::Requester, team: None }
    }

    /// The agent who looks after the ticket.
    pub(super) fn by_agent(&self) -> Actor {
        Actor {
            id: Some(self.world.agents[self.agent].id.clone()),
            role: Role::Agent,
            team: Some(self.world.teams[self.team].name.clone()),
        }
    }

    /// Adds an event now. Most are learnt of at once, a few hours or days late.
    pub(super) fn push(&mut self, actor: Actor, kind: Kind) {
        let late = match self.dice.unit() {
            luck if luck < 0.97 => SECOND,
            luck if luck < 0.995 => self.dice.wait(60.0),
            _ => self.dice.wait(3000.0),
        };
        let number = self.entries.len() + 1;
        self.entries.push(Entry {
            id: compact_str::format_compact!("{}-{number}", self.ticket),
            sequence: None,
            at: self.now,
            seen: self.now.plus(late),
            actor,
            kind,
            origin: None,
            extra: None,
        });
    }

    /// Somebody writes.
    pub(super) fn say(&mut self, actor: Actor, visibility: Visibility) {
        let length = u32::try_from(20 + self.dice.below(900)).ok();
        let scored = actor.role == Role::Requester && self.dice.chance(0.3);
        let sentiment = scored.then(|| {
            let mood = i32::try_from(self.dice.below(1400)).unwrap_or(0) - 700;
            let fall = if self.trouble > 0.0 { 300 } else { 0 };
            Score::from_thousandths(mood - fall)
        });
        let message = Message { visibility, length, sentiment, ..Message::default() };
        self.push(actor, Kind::Message(message));
    }

    /// The customer writes.
    pub(super) fn customer_writes(&mut self) {
        let customer = self.by_customer();
        self.say(customer, Visibility::Public);
    }

    /// The status changes.
    pub(super) fn status(&mut self, by: Actor, status: Status) {
        self.push(by, Kind::Status { status, vendor: None });
    }

    /// Time passes by the calendar.
    pub(super) fn after(&mut self, minutes: f64) {
        let wait = self.dice.wait(minutes);
        self.now = self.now.plus(wait);
    }

    /// Time passes in the team's business hours, at the pace of the agent, the priority and the
    /// trouble we are in.
    pub(super) fn work(&mut self, minutes: f64) {
        let pace = self.world.agents[self.agent].pace * PRIORITY_PACE[self.priority];
        let wait = self.dice.wait(minutes * pace * (1.0 + 8.0 * self.trouble));
        let calendar = &self.world.calendars[self.world.teams[self.team].region];
        self.now = calendar.add(self.now, wait).unwrap_or(self.now.plus(wait));
    }

    /// The ticket gets its group and, in business hours, its agent.
    pub(super) fn take_up(&mut self) {
        let group = Change::Set(self.world.teams[self.team].name.clone());
        self.now = self.now.plus(5 * SECOND);
        self.push(system(), Kind::Assigned { agent: Change::Keep, group });
        let live = matches!(self.channel, "chat" | "messaging" | "phone");
        self.work(if live { 0.4 } else { 15.0 });
        let agent = Change::Set(self.world.agents[self.agent].id.clone());
        self.push(system(), Kind::Assigned { agent, group: Change::Keep });
    }

    /// Goes to another team, or up.
    pub(super) fn hand_over(&mut self, team: usize) {
        let by = self.by_agent();
        self.team = team;
        self.pick_agent();
        let agent = Change::Set(self.world.agents[self.agent].id.clone());
        let group = Change::Set(self.world.teams[self.team].name.clone());
        self.push(by, Kind::Assigned { agent, group });
    }

    /// The team that tickets are passed to sideways.
    pub(super) fn neighbour(&self) -> usize {
        [1, 0, 3, 2, 1, 1][self.team]
    }

    /// Whether the second line has it already.
    pub(super) fn is_tier_2(&self) -> bool {
        self.team == TIER_2
    }

    fn thrown_away(&mut self, status: Status, minutes: f64) {
        self.work(minutes);
        let by = self.by_agent();
        self.status(by, status);
    }

    fn deleted(&mut self) {
        self.thrown_away(Status::Deleted, 60.0);
        if self.dice.chance(0.3) {
            self.work(60.0);
            let by = self.by_agent();
            self.status(by, Status::Restored);
            self.run();
        }
    }
}

/// Rules, triggers, the help desk itself.
pub(super) fn system() -> Actor {
    Actor::default()
}
