//! The cast and the stage: teams, agents, products, calendars, incidents.

use super::Settings;
use event::calendar::{Calendar, CalendarSpec, Holiday, Hours, VersionSpec};
use event::{Instant, Text};
use jiff::Timestamp;
use jiff::civil::{Date, Weekday};

const DAY: i64 = 86_400_000_000;

/// Agents of the desk.
pub(super) const AGENTS: usize = 48;

/// The parts of the world customers write from.
pub(super) const REGIONS: [&str; 3] = ["Europe/Berlin", "America/New_York", "Asia/Singapore"];

/// Products, and how much of the volume each makes.
pub(super) const PRODUCTS: [&str; 5] = ["Mobile app", "Web shop", "Payments", "Devices", "Account"];
pub(super) const PRODUCT_WEIGHTS: [f64; 5] = [0.30, 0.25, 0.20, 0.15, 0.10];

/// Topics of each product.
pub(super) const TOPICS: [[&str; 3]; 5] = [
    ["crash", "login", "notifications"],
    ["search", "checkout", "delivery"],
    ["refund", "declined card", "invoice"],
    ["setup", "battery", "warranty"],
    ["password", "data export", "cancellation"],
];

/// Channels, in the order of the weights in [`World::channel_weights`].
pub(super) const CHANNELS: [&str; 6] = ["email", "web", "chat", "phone", "messaging", "social"];

/// Calendar names, by region.
pub(super) const CALENDARS: [&str; 3] = ["berlin", "new_york", "singapore"];

/// A team.
#[derive(Debug)]
pub(super) struct Team {
    pub(super) name: Text,
    /// Position among regions and calendars.
    pub(super) region: usize,
    /// Its agents, as positions.
    pub(super) first_agent: usize,
    pub(super) agents: usize,
}

/// An agent's ways.
#[derive(Debug)]
pub(super) struct Agent {
    pub(super) id: Text,
    /// How long they take, 1 being usual.
    pub(super) pace: f64,
    /// How well they do, from 0 to 1: ratings up, reopenings down.
    pub(super) care: f64,
}

/// The team that second-line tickets go to.
pub(super) const TIER_2: usize = 5;

/// Everything that tickets have in common.
#[derive(Debug)]
pub(super) struct World {
    pub(super) start: Instant,
    pub(super) until: Instant,
    /// When the bot was launched.
    pub(super) bot_from: Instant,
    /// The bad week: payments in America.
    pub(super) incident: (Instant, Instant),
    /// A smaller one earlier: the mobile app in Europe.
    pub(super) outage: (Instant, Instant),
    pub(super) teams: Vec<Team>,
    pub(super) agents: Vec<Agent>,
    pub(super) calendars: Vec<Calendar>,
    /// How many customers there are.
    pub(super) customers: usize,
}

impl World {
    pub(super) fn new(settings: &Settings) -> Self {
        let months = i64::from(settings.months.max(1));
        let span = months * 365 * DAY / 12;
        let until = settings.until;
        let start = Instant::from_micros((until.micros() - span).div_euclid(DAY) * DAY);
        let monday = |share: i64| {
            // 1970-01-05 was the first Monday.
            let day = (start.micros() + span / 100 * share) / DAY;
            Instant::from_micros(((day - 4) / 7 * 7 + 4) * DAY)
        };
        let week = |from: Instant, days: i64| (from, from.plus(days * DAY));
        let specs = calendar_specs(start, until);
        let calendars = specs
            .iter()
            .map(|spec| Calendar::compile(spec).expect("our own calendars are sound"))
            .collect();
        Self {
            start,
            until,
            bot_from: monday(50),
            incident: week(monday(70), 7),
            outage: week(monday(30), 3),
            teams: teams(),
            agents: agents(settings.seed),
            calendars,
            customers: usize::try_from(settings.tickets / 4).unwrap_or(0).clamp(200, 4_000_000),
        }
    }

    /// How likely each channel is at that instant: e-mail goes down, messaging comes up.
    pub(super) fn channel_weights(&self, at: Instant) -> [f64; 6] {
        #[expect(clippy::cast_precision_loss, reason = "a share of the time")]
        let progress = at.since(self.start) as f64 / self.until.since(self.start).max(1) as f64;
        [0.42 - 0.12 * progress, 0.22, 0.14, 0.12, 0.06 + 0.12 * progress, 0.04]
    }

    /// Whether what goes wrong at that instant is this product's in this region, and how badly:
    /// 0 on a good day.
    pub(super) fn trouble(&self, at: Instant, region: usize, product: usize) -> f64 {
        let within = |(from, to): (Instant, Instant)| at >= from && at < to;
        match (region, product) {
            (1, 2) if within(self.incident) => 1.0,
            (0, 0) if within(self.outage) => 0.4,
            _ => 0.0,
        }
    }
}

fn teams() -> Vec<Team> {
    let mut first_agent = 0;
    [
        ("Billing EMEA", 0, 8),
        ("Technical EMEA", 0, 10),
        ("Billing AMER", 1, 7),
        ("Technical AMER", 1, 9),
        ("Support APAC", 2, 8),
        ("Tier 2", 0, 6),
    ]
    .into_iter()
    .map(|(name, region, agents)| {
        let team = Team { name: Text::from(name), region, first_agent, agents };
        first_agent += agents;
        team
    })
    .collect()
}

fn agents(seed: u64) -> Vec<Agent> {
    let mut dice = super::dice::Dice::new(seed ^ 0x6167_656e_7473);
    (1..=AGENTS)
        .map(|number| Agent {
            id: Text::from(format!("agent-{number:02}")),
            pace: 0.6 + 1.1 * dice.unit(),
            care: dice.unit(),
        })
        .collect()
}

/// The first Monday-to-Sunday `weekday` number `which` of a month.
fn nth(year: i16, month: i8, which: i8, weekday: Weekday) -> Option<Date> {
    Date::new(year, month, 1).ok()?.nth_weekday_of_month(which, weekday).ok()
}

/// The calendars of the desk, with holidays for every year it lives in and one more.
pub(super) fn calendar_specs(start: Instant, until: Instant) -> Vec<CalendarSpec> {
    let day = |at: Instant| {
        Timestamp::try_from(at)
            .map_or(Date::ZERO, |at| jiff::tz::Offset::UTC.to_datetime(at).date())
    };
    let years = day(start).year()..=day(until).year() + 1;
    let fixed = |days: &[(i8, i8, &str, &[&str])]| {
        let mut holidays = Vec::new();
        for year in years.clone() {
            for (month, day, name, hours) in days {
                if let Ok(date) = Date::new(year, *month, *day) {
                    let hours = hours.iter().map(|text| (*text).to_owned()).collect();
                    holidays.push(Holiday { date, name: Some((*name).to_owned()), hours });
                }
            }
        }
        holidays
    };
    let berlin = fixed(&[
        (1, 1, "New Year's Day", &[]),
        (5, 1, "Labour Day", &[]),
        (10, 3, "German Unity Day", &[]),
        (12, 24, "Christmas Eve", &["08:00-12:00"]),
        (12, 25, "Christmas Day", &[]),
        (12, 26, "Second Day of Christmas", &[]),
    ]);
    let mut new_york = fixed(&[
        (1, 1, "New Year's Day", &[]),
        (7, 4, "Independence Day", &[]),
        (12, 25, "Christmas Day", &[]),
    ]);
    for year in years.clone() {
        new_york.extend(nth(year, 11, 4, Weekday::Thursday).map(|date| Holiday {
            name: Some("Thanksgiving Day".to_owned()),
            ..Holiday::closed(date)
        }));
    }
    new_york.sort();
    let singapore = fixed(&[
        (1, 1, "New Year's Day", &[]),
        (8, 9, "National Day", &[]),
        (12, 25, "Christmas Day", &[]),
    ]);
    // Half-way the European office opened longer.
    let middle = Instant::from_micros((start.micros() + until.micros()) / 2);
    let change = day(middle).first_of_month();
    let (before, after): (Vec<_>, Vec<_>) =
        berlin.into_iter().partition(|holiday| holiday.date < change);
    let version = |from, to, hours, holidays| VersionSpec { from, to, hours, holidays };
    let berlin = CalendarSpec {
        name: CALENDARS[0].to_owned(),
        zone: REGIONS[0].to_owned(),
        versions: vec![
            version(None, Some(change), Hours::on(&["mon-fri"], &["09:00-17:00"]), before),
            version(Some(change), None, Hours::on(&["mon-fri"], &["08:00-19:00"]), after),
        ],
    };
    let simple = |at: usize, hours, holidays| {
        CalendarSpec::simple(CALENDARS[at], REGIONS[at], hours, holidays)
    };
    vec![
        berlin,
        simple(1, Hours::on(&["mon-fri"], &["08:00-20:00"]), new_york),
        simple(2, Hours::on(&["mon-fri"], &["09:00-12:30", "13:30-18:00"]), singapore),
    ]
}
