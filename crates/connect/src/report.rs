//! What an import did, or would do: everything a person wants to know before trusting the numbers.

use crate::files::Detected;
use crate::limits::{FUTURE_SLACK_MICROS, GAPS_MAX, PLACES_MAX, UNMAPPED_VALUES_MAX};
use crate::quarantine::{Place, Quarantined};
use event::{Event, Instant};
use rustc_hash::FxHashSet;
use serde::Serialize;
use std::collections::BTreeMap;
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// Microseconds of a UTC day.
const DAY_MICROS: i64 = 86_400_000_000;

/// What an import did, or would do.
#[derive(Clone, Debug, Default, Serialize, utoipa::ToSchema)]
#[schema(as = ImportReport)]
pub struct Report {
    /// The files read, in order.
    pub files: Vec<FileReport>,
    /// Files given that nothing in the mapping is about.
    pub ignored_files: Vec<String>,
    /// Rows, lines or objects read, blank ones not counted.
    pub rows: u64,
    /// Rows without content.
    pub blank_rows: u64,
    /// Rows that the mapping leaves out with `where`.
    pub filtered_rows: u64,
    /// Events made.
    pub events: u64,
    /// Events made, by type.
    #[schema(value_type = BTreeMap<String, u64>)]
    pub events_by_kind: BTreeMap<&'static str, u64>,
    /// Different tickets among them.
    pub tickets: u64,
    /// Rows, lines or objects quarantined.
    pub quarantined: u64,
    /// The same by reason, with the first places.
    pub quarantined_by_reason: BTreeMap<String, Tally>,
    /// What was odd without making a row useless, by code: `encoding_lies`, `zone_assumed`…
    #[schema(value_type = BTreeMap<String, Tally>)]
    pub notes: BTreeMap<&'static str, Tally>,
    /// Values that no map knows, the most frequent first.
    pub unmapped: Vec<Unmapped>,
    /// Columns that the mapping doesn't use, as `file: column`.
    pub unused_columns: Vec<String>,
    /// Columns of the mapping that no row had, as `file: column`.
    pub missing_columns: Vec<String>,
    /// Times that run backwards, by kind; such rows are imported and flagged.
    #[schema(value_type = BTreeMap<String, Tally>)]
    pub backwards: BTreeMap<&'static str, Tally>,
    /// Events later than the import itself, which some clock must have set.
    pub future: u64,
    /// First and last instant of the events.
    pub range: Option<(Instant, Instant)>,
    /// UTC days without any event inside the range, the longest runs first.
    pub gaps: Vec<Gap>,
    /// Forms of dates met, with counts.
    pub date_formats: BTreeMap<String, u64>,
    /// Whether the receiver of the events asked to stop.
    pub stopped: bool,
    #[serde(skip)]
    counts: Counts,
}

/// One file of an import.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct FileReport {
    /// Its name.
    pub name: String,
    /// What was found out about it.
    #[serde(flatten)]
    pub detected: Detected,
    /// Its columns.
    pub columns: Vec<String>,
    /// Its rows.
    pub rows: u64,
}

/// How often something happened, and where first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Tally {
    /// How often.
    pub count: u64,
    /// The first places.
    pub places: Vec<Place>,
}

/// A value that no map knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Unmapped {
    /// The key of the mapping that met it.
    pub key: String,
    /// The value as it stands.
    pub value: String,
    /// How often.
    pub count: u64,
}

/// A run of UTC days without events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Gap {
    /// Midnight at the beginning of the first day.
    pub from: Instant,
    /// Days.
    pub days: i64,
}

/// How far an import has got.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// Bytes read of all files, packed as they are.
    pub bytes: u64,
    /// Bytes of all files.
    pub bytes_total: u64,
    /// Rows read.
    pub rows: u64,
    /// Events made.
    pub events: u64,
    /// Rows quarantined.
    pub quarantined: u64,
}

/// What is counted on the way and summed up at the end.
#[derive(Clone, Debug, Default)]
struct Counts {
    tickets: FxHashSet<u64>,
    days: FxHashSet<i64>,
    last_day: i64,
    unmapped: BTreeMap<(String, String), u64>,
    unmapped_more: u64,
}

impl Tally {
    fn add(&mut self, place: &Place) {
        self.count += 1;
        if self.places.len() < PLACES_MAX {
            self.places.push(place.clone());
        }
    }
}

impl Report {
    pub(crate) fn count_event(&mut self, event: &Event, seen: Instant) {
        self.events += 1;
        *self.events_by_kind.entry(event.entry.kind.name()).or_default() += 1;
        let source = xxh3_64_with_seed(event.source.as_bytes(), 0);
        self.counts.tickets.insert(xxh3_64_with_seed(event.ticket.as_bytes(), source));
        let at = event.entry.at;
        let day = at.micros().div_euclid(DAY_MICROS);
        if day != self.counts.last_day || self.range.is_none() {
            self.counts.days.insert(day);
            self.counts.last_day = day;
        }
        self.future += u64::from(at.since(seen) > FUTURE_SLACK_MICROS);
        self.range = Some(match self.range {
            Some((first, last)) => (first.min(at), last.max(at)),
            None => (at, at),
        });
    }

    pub(crate) fn count_quarantined(&mut self, quarantined: &Quarantined) {
        self.quarantined += 1;
        let tally = self.quarantined_by_reason.entry(quarantined.code.clone()).or_default();
        tally.add(&quarantined.place);
    }

    pub(crate) fn note(&mut self, code: &'static str, place: &Place) {
        self.notes.entry(code).or_default().add(place);
    }

    pub(crate) fn note_backwards(&mut self, what: &'static str, place: &Place) {
        self.backwards.entry(what).or_default().add(place);
    }

    pub(crate) fn note_unmapped(&mut self, key: String, value: String) {
        let known = self.counts.unmapped.len();
        match self.counts.unmapped.entry((key, value)) {
            std::collections::btree_map::Entry::Occupied(mut entry) => *entry.get_mut() += 1,
            std::collections::btree_map::Entry::Vacant(entry) if known < UNMAPPED_VALUES_MAX => {
                entry.insert(1);
            }
            std::collections::btree_map::Entry::Vacant(_) => self.counts.unmapped_more += 1,
        }
    }

    pub(crate) fn note_format(&mut self, name: String, count: u64) {
        *self.date_formats.entry(name).or_default() += count;
    }

    /// Sums up what was counted on the way.
    pub(crate) fn finish(&mut self) {
        let counts = std::mem::take(&mut self.counts);
        self.tickets = counts.tickets.len() as u64;
        self.unmapped = counts
            .unmapped
            .into_iter()
            .map(|((key, value), count)| Unmapped { key, value, count })
            .collect();
        self.unmapped.sort_by_key(|unmapped| std::cmp::Reverse(unmapped.count));
        if counts.unmapped_more > 0 {
            let value = format!("(over {UNMAPPED_VALUES_MAX} others)");
            let count = counts.unmapped_more;
            self.unmapped.push(Unmapped { key: "*".to_owned(), value, count });
        }
        let mut days: Vec<i64> = counts.days.into_iter().collect();
        days.sort_unstable();
        self.gaps = days
            .windows(2)
            .filter(|pair| pair[1] - pair[0] > 1)
            .map(|pair| Gap {
                from: Instant::from_micros((pair[0] + 1) * DAY_MICROS),
                days: pair[1] - pair[0] - 1,
            })
            .collect();
        self.gaps.sort_by_key(|gap| (std::cmp::Reverse(gap.days), gap.from));
        self.gaps.truncate(GAPS_MAX);
    }
}
