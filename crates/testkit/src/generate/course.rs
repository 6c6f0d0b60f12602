//! The conversation: letters, live channels, calls, the bot, and how a ticket travels inside.

use super::story::{DAY, SECOND, Story, system};
use super::world::TIER_2;
use event::{Actor, Change, EscalationKind, Kind, Message, Role, Status, Text, Visibility};

/// Replies after which a ticket is solved whatever happens.
const ROUNDS_MAX: usize = 6;

/// How a conversation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// An agent solved it.
    Solved,
    /// It was solved by a rule, or by the bot.
    SolvedByMachine,
    /// Nobody did.
    LeftOpen,
}

impl Story<'_> {
    /// From the first contact to the end.
    pub(super) fn run(&mut self) {
        let outcome = match self.channel {
            "chat" | "messaging" => self.live(),
            "phone" => self.call(),
            _ => self.letters(),
        };
        self.end(outcome);
    }

    fn letters(&mut self) -> Outcome {
        let asked = self.now;
        self.take_up();
        self.travel();
        self.work(match self.channel {
            "social" => 40.0,
            _ => 90.0,
        });
        self.first_wait = self.now.since(asked).min(DAY);
        self.rounds()
    }

    /// Transfers, escalations and notes before the first reply.
    fn travel(&mut self) {
        if self.dice.chance(0.2) {
            self.work(10.0);
            let by = self.by_agent();
            self.say(by, Visibility::Internal);
        }
        if self.dice.chance(0.10) {
            self.work(20.0);
            self.hand_over(self.neighbour());
        }
        if !self.is_tier_2() && self.dice.chance(0.05 + 0.15 * self.trouble) {
            self.work(30.0);
            let by = self.by_agent();
            let kind = EscalationKind::Functional;
            self.push(by, Kind::Escalated { kind, tier: Some(2) });
            self.hand_over(TIER_2);
        }
        if self.dice.chance(0.01 + 0.05 * self.trouble) {
            let by = self.by_agent();
            let kind = EscalationKind::Hierarchical;
            self.push(by.clone(), Kind::Escalated { kind, tier: None });
            self.push(by, Kind::Priority(Some(Text::const_new("urgent"))));
        }
    }

    /// Replies and answers until somebody, or a rule, solves it.
    pub(super) fn rounds(&mut self) -> Outcome {
        if self.dice.chance(0.012) {
            return Outcome::LeftOpen;
        }
        for _ in 0..ROUNDS_MAX {
            self.reply();
            let by = self.by_agent();
            match self.dice.pick(&[0.50, 0.32, 0.06, 0.12]) {
                0 => return self.solve(),
                1 => {
                    self.status(by, Status::Pending);
                    if self.dice.chance(0.25) {
                        return self.give_up();
                    }
                    self.after(420.0);
                    self.customer_writes();
                    self.status(system(), Status::Open);
                }
                2 => {
                    self.status(by.clone(), Status::OnHold);
                    self.work(900.0);
                    self.status(by, Status::Open);
                }
                _ => {
                    self.after(200.0);
                    self.customer_writes();
                }
            }
            self.work(70.0);
        }
        self.reply();
        self.solve()
    }

    /// An agent replies, and sometimes books the time.
    pub(super) fn reply(&mut self) {
        self.bot_only = false;
        let by = self.by_agent();
        self.say(by.clone(), Visibility::Public);
        if self.dice.chance(0.4) {
            let seconds = 60 + self.dice.below(900) as u64;
            self.push(by, Kind::Worked { agent: None, seconds });
        }
    }

    pub(super) fn solve(&mut self) -> Outcome {
        let by = self.by_agent();
        self.status(by, Status::Solved);
        Outcome::Solved
    }

    /// The customer never answers: a rule reminds them, and solves.
    fn give_up(&mut self) -> Outcome {
        self.now = self.now.plus(3 * DAY);
        let message = Message { automated: true, ..Message::default() };
        self.push(system(), Kind::Message(message));
        self.now = self.now.plus(2 * DAY);
        self.status(system(), Status::Solved);
        Outcome::SolvedByMachine
    }

    fn live(&mut self) -> Outcome {
        let asked = self.now;
        if self.now >= self.world.bot_from && self.dice.chance(0.85) && self.bot_solves() {
            return Outcome::SolvedByMachine;
        }
        self.take_up();
        self.work(if self.channel == "chat" { 1.0 } else { 8.0 });
        self.first_wait = self.now.since(asked).min(DAY);
        self.reply();
        for _ in 0..self.dice.below(3) {
            self.after(0.8);
            self.customer_writes();
            self.after(0.7);
            let by = self.by_agent();
            self.say(by, Visibility::Public);
        }
        self.after(1.0);
        if self.dice.chance(0.85) {
            return self.solve();
        }
        let by = self.by_agent();
        self.status(by, Status::Pending);
        self.after(300.0);
        self.customer_writes();
        self.status(system(), Status::Open);
        self.work(60.0);
        self.rounds()
    }

    /// The bot tries first; whether it did.
    fn bot_solves(&mut self) -> bool {
        let bot = Actor { id: Some(Text::const_new("bot-1")), role: Role::Bot, team: None };
        self.now = self.now.plus(2 * SECOND);
        self.say(bot.clone(), Visibility::Public);
        self.after(0.7);
        self.customer_writes();
        self.now = self.now.plus(2 * SECOND);
        self.say(bot.clone(), Visibility::Public);
        self.after(0.5);
        if self.dice.chance(0.4 - 0.3 * self.trouble) {
            self.bot_only = true;
            self.status(bot, Status::Solved);
            return true;
        }
        let group = Change::Set(self.world.teams[self.team].name.clone());
        self.push(bot, Kind::Assigned { agent: Change::Keep, group });
        false
    }

    /// A call: whoever took it wrote the ticket.
    fn call(&mut self) -> Outcome {
        let by = self.by_agent();
        let agent = Change::Set(self.world.agents[self.agent].id.clone());
        let group = Change::Set(self.world.teams[self.team].name.clone());
        self.push(by.clone(), Kind::Assigned { agent, group });
        let began = self.now;
        self.after(6.0);
        self.say(by.clone(), Visibility::Internal);
        let seconds = self.now.since(began) / SECOND;
        let seconds = u64::try_from(seconds).unwrap_or(0);
        self.push(by, Kind::Worked { agent: None, seconds });
        if self.dice.chance(0.7) {
            return self.solve();
        }
        self.travel();
        self.work(120.0);
        self.rounds()
    }
}
