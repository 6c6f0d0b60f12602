//! When tickets arrive: by hour of day, weekday, month, growth and incident.

use super::dice::Dice;
use super::world::{REGIONS, World};
use event::Instant;
use jiff::Timestamp;
use jiff::tz::TimeZone;

const HOUR: i64 = 3_600_000_000;

/// How busy each local hour is.
const HOURS: [f64; 24] = [
    1.0, 0.7, 0.5, 0.4, 0.4, 0.6, 1.2, 2.5, 5.0, 8.0, 9.5, 9.0, 7.5, 8.0, 8.5, 8.0, 7.0, 6.0, 5.0,
    4.5, 4.0, 3.5, 2.5, 1.6,
];

/// How busy each weekday is, Monday first.
const WEEKDAYS: [f64; 7] = [1.25, 1.1, 1.0, 1.0, 0.95, 0.45, 0.4];

/// How busy each month is: quiet in August, busy before Christmas.
const MONTHS: [f64; 12] = [1.1, 0.95, 0.95, 0.95, 0.95, 0.9, 0.85, 0.8, 0.95, 1.0, 1.3, 1.4];

/// How much of the volume each region makes.
const SHARES: [f64; 3] = [0.45, 0.38, 0.17];

/// Deals out instants of arrival, in order.
#[derive(Debug)]
pub(super) struct Arrivals {
    start: Instant,
    /// Weight of each hour by region.
    hours: Vec<[f64; 3]>,
    /// Weight dealt out before the hour at which we are.
    before: f64,
    hour: usize,
    total: f64,
}

impl Arrivals {
    pub(super) fn new(world: &World) -> Self {
        let zones = REGIONS.map(|name| TimeZone::get(name).unwrap_or(TimeZone::UTC));
        let (first, end) = (world.start.micros() / HOUR, world.until.micros() / HOUR);
        let hours: Vec<[f64; 3]> = (first..end.max(first + 1))
            .map(|hour| weights(world, Instant::from_micros(hour * HOUR), &zones))
            .collect();
        let total = hours.iter().flatten().sum();
        Self { start: world.start, hours, before: 0.0, hour: 0, total }
    }

    /// The arrival at this share of the whole volume, and its region. Shares only grow.
    pub(super) fn at(&mut self, share: f64, dice: &mut Dice) -> (Instant, usize) {
        let goal = share * self.total;
        let weight = |hour: &[f64; 3]| hour.iter().sum::<f64>();
        while self.hour + 1 < self.hours.len()
            && self.before + weight(&self.hours[self.hour]) <= goal
        {
            self.before += weight(&self.hours[self.hour]);
            self.hour += 1;
        }
        let hour = &self.hours[self.hour];
        let within = ((goal - self.before) / weight(hour)).clamp(0.0, 0.999_999);
        #[expect(clippy::cast_possible_truncation, reason = "less than an hour's seconds")]
        let seconds = (within * 3600.0) as i64;
        let micros = i64::try_from(self.hour).unwrap_or(0) * HOUR + seconds * 1_000_000;
        (self.start.plus(micros), dice.pick(hour))
    }
}

/// The weight of one hour in each region.
fn weights(world: &World, at: Instant, zones: &[TimeZone; 3]) -> [f64; 3] {
    #[expect(clippy::cast_precision_loss, reason = "a share of the time")]
    let progress = at.since(world.start) as f64 / world.until.since(world.start).max(1) as f64;
    std::array::from_fn(|region| {
        let Ok(timestamp) = Timestamp::try_from(at) else { return 0.0 };
        let local = zones[region].to_datetime(timestamp);
        let place = |number: i8| usize::try_from(number).unwrap_or(0);
        let rush = 1.0 + 0.8 * world.trouble(at, region, 2) + 0.8 * world.trouble(at, region, 0);
        SHARES[region]
            * HOURS[place(local.hour())]
            * WEEKDAYS[place(local.weekday().to_monday_zero_offset())]
            * MONTHS[place(local.month() - 1)]
            * (1.0 + 0.5 * progress)
            * rush
    })
}
