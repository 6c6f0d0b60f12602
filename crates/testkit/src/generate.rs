//! A support desk that never was: seeded, streaming, any size, with the stories real ones have.
//!
//! Six teams in three zones with their calendars and holidays, forty-eight agents who differ, six
//! channels whose mix shifts, seasons, a week in which payments in America go wrong, a bot launched
//! half-way; tickets that are reopened, merged, split, escalated, transferred, put on hold, junk,
//! tests, rated late. About ten events a ticket. The same settings give the same bytes.
//!
//! ```
//! use testkit::generate::{Settings, events};
//!
//! let settings = Settings { tickets: 100, ..Settings::default() };
//! assert!(events(&settings).count() > 500);
//! ```

mod course;
mod dice;
mod ends;
mod policy;
mod season;
mod story;
mod world;

pub use policy::policies;

use dice::Dice;
use event::{Event, Instant, Text};
use season::Arrivals;
use std::collections::VecDeque;
use std::io;
use story::Recent;
use world::World;

/// How many tickets back a merge, split or follow-up may point.
const RECENT_MAX: usize = 256;

/// Bytes gathered before they are written.
const BUFFER_BYTES: usize = 1 << 20;

/// What desk to make up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Chance; the same seed gives the same desk.
    pub seed: u64,
    /// How many tickets.
    pub tickets: u64,
    /// The present of the desk: nothing is known of what comes after.
    pub until: Instant,
    /// How many months back it begins.
    pub months: u32,
    /// The connection its events come through.
    pub source: Text,
}

impl Default for Settings {
    /// 20,000 tickets in the 18 months before 2026-11-16T12:00:00Z.
    fn default() -> Self {
        Self {
            seed: 1,
            tickets: 20_000,
            until: Instant::from_micros(1_794_830_400_000_000),
            months: 18,
            source: Text::const_new("demo"),
        }
    }
}

/// The tickets one by one, in the order they were created; each with its events in order of time.
pub fn tickets(settings: &Settings) -> Tickets {
    let world = World::new(settings);
    Tickets {
        arrivals: Arrivals::new(&world),
        dice: Dice::new(settings.seed),
        recent: VecDeque::with_capacity(RECENT_MAX),
        next: 0,
        world,
        settings: settings.clone(),
    }
}

/// All events, ticket by ticket.
pub fn events(settings: &Settings) -> impl Iterator<Item = Event> {
    tickets(settings).flatten()
}

/// How far [`write_json_lines`] has got.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Tickets written.
    pub tickets: u64,
    /// Events written.
    pub events: u64,
    /// Bytes written.
    pub bytes: u64,
}

/// Writes the desk as CloudEvents, one a line, and calls `progress` about once a megabyte.
///
/// # Errors
/// What the writer says.
pub fn write_json_lines(
    settings: &Settings,
    out: &mut dyn io::Write,
    mut progress: impl FnMut(Written),
) -> io::Result<Written> {
    let mut written = Written::default();
    let mut buffer = Vec::with_capacity(BUFFER_BYTES + BUFFER_BYTES / 8);
    for ticket in tickets(settings) {
        written.tickets += 1;
        for event in &ticket {
            event::cloudevents::write(event, &mut buffer);
            buffer.push(b'\n');
            written.events += 1;
        }
        if buffer.len() >= BUFFER_BYTES {
            out.write_all(&buffer)?;
            written.bytes += buffer.len() as u64;
            buffer.clear();
            progress(written);
        }
    }
    out.write_all(&buffer)?;
    written.bytes += buffer.len() as u64;
    progress(written);
    Ok(written)
}

/// The tickets of a made-up desk; see [`tickets`].
#[derive(Debug)]
pub struct Tickets {
    settings: Settings,
    world: World,
    arrivals: Arrivals,
    dice: Dice,
    /// Tickets that a later one may refer to.
    recent: VecDeque<Recent>,
    next: u64,
}

impl Iterator for Tickets {
    type Item = Vec<Event>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.next >= self.settings.tickets {
            return None;
        }
        #[expect(clippy::cast_precision_loss, reason = "a share of the volume")]
        let share = (self.next as f64 + self.dice.unit()) / self.settings.tickets as f64;
        self.next += 1;
        let (at, region) = self.arrivals.at(share, &mut self.dice);
        let id = Text::from(self.next.to_string());
        let (mut entries, recent) =
            story::tell(&self.world, &mut self.dice, &self.recent, (id.clone(), at, region));
        if self.recent.len() == RECENT_MAX {
            self.recent.pop_front();
        }
        self.recent.extend(recent);
        // What is not yet known is not yet there.
        entries.retain(|entry| entry.seen <= self.world.until);
        entries.sort_by_key(|entry| entry.at);
        let source = &self.settings.source;
        let event = |entry| Event { source: source.clone(), ticket: id.clone(), entry };
        Some(entries.into_iter().map(event).collect())
    }
}
