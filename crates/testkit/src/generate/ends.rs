//! What comes after the solve: surveys, thanks, reopenings, closing.

use super::course::Outcome;
use super::story::{DAY, HOUR, Story, system};
use event::{Kind, Score, Status};

/// How often one ticket comes back.
const REOPENINGS_MAX: usize = 3;

impl Story<'_> {
    /// Tells the end.
    pub(super) fn end(&mut self, outcome: Outcome) {
        if outcome == Outcome::LeftOpen {
            return;
        }
        let mut solved = self.now;
        let mut asked = self.survey(outcome);
        for _ in 0..REOPENINGS_MAX {
            if !self.comes_back(outcome) {
                break;
            }
            self.now = solved;
            self.after(1200.0);
            self.customer_writes();
            self.status(system(), Status::Open);
            if self.bot_only {
                self.take_up();
            }
            self.work(80.0);
            if self.rounds() == Outcome::LeftOpen {
                return;
            }
            solved = self.now;
            if !asked {
                asked = self.survey(Outcome::Solved);
            }
        }
        if self.dice.chance(0.08) {
            self.now = solved;
            self.after(40.0);
            self.customer_writes();
        }
        self.now = solved.plus(4 * DAY);
        self.status(system(), Status::Closed);
    }

    /// Whether the customer is not content with the solution.
    fn comes_back(&mut self, outcome: Outcome) -> bool {
        let care = self.world.agents[self.agent].care;
        let machine = if outcome == Outcome::SolvedByMachine { 0.04 } else { 0.0 };
        self.dice.chance(0.03 + 0.07 * (1.0 - care) + machine + 0.25 * self.trouble)
    }

    /// Asks for a rating; whether it did.
    fn survey(&mut self, outcome: Outcome) -> bool {
        let solved = self.now;
        if !self.dice.chance(0.5) {
            return false;
        }
        self.now = solved.plus(HOUR);
        self.push(system(), Kind::CsatOffered);
        let answers = if outcome == Outcome::Solved { 0.30 } else { 0.15 };
        if self.dice.chance(answers + 0.2 * self.trouble) {
            self.after(400.0);
            if self.dice.chance(0.04) {
                self.now = self.now.plus(10 * DAY);
                self.after(10_000.0);
            }
            self.rate();
            if self.dice.chance(0.02) {
                self.after(600.0);
                self.rate();
            }
        }
        self.now = solved;
        true
    }

    /// The customer rates, from 1 to 5: care helps, waiting and trouble hurt.
    fn rate(&mut self) {
        #[expect(clippy::cast_precision_loss, reason = "at most a day")]
        let waited_days = self.first_wait as f64 / DAY as f64;
        let care = self.world.agents[self.agent].care;
        let bot = if self.bot_only { 0.15 } else { 0.0 };
        let good = 0.68 + 0.27 * care - 0.2 * waited_days - 0.55 * self.trouble - bot;
        let stars = if self.dice.chance(good) {
            [4, 5, 5][self.dice.below(3)]
        } else {
            [1, 1, 2, 3][self.dice.below(4)]
        };
        let score = |stars: i32| Score::from_thousandths(stars * 1000);
        let kind = Kind::Rated {
            score: score(stars),
            scale_min: score(1),
            scale_max: score(5),
            agent: None,
        };
        let by = self.by_customer();
        self.push(by, kind);
    }
}
