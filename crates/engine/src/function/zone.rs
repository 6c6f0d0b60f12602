//! A time zone as a table of offsets, so that a column is converted by integer arithmetic.

use datafusion::common::{Result, exec_err};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Transitions are tabulated up to 2200-01-01T00:00:00Z; later instants ask the zone itself.
const TABLE_END_US: i64 = 7_258_118_400_000_000;

/// The offsets of one zone, in the order of the instants at which they begin.
#[derive(Debug)]
pub(super) struct Zone {
    zone: TimeZone,
    /// UTC µs at which `offsets[i]` begins; the first is the beginning of time.
    starts: Vec<i64>,
    /// Local time minus UTC, µs.
    offsets: Vec<i64>,
}

/// An offset and the UTC instants from and before which it holds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Offset {
    pub(super) from: i64,
    pub(super) before: i64,
    pub(super) micros: i64,
}

impl Zone {
    /// The zone of that IANA name; read once in the life of the process.
    pub(super) fn named(name: &str) -> Result<Arc<Self>> {
        static ZONES: OnceLock<Mutex<BTreeMap<String, Arc<Zone>>>> = OnceLock::new();
        let zones = ZONES.get_or_init(Mutex::default);
        // A panic while holding the lock leaves the map whole: entries are only ever added.
        let mut zones = zones.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(zone) = zones.get(name) {
            return Ok(Arc::clone(zone));
        }
        let Ok(zone) = TimeZone::get(name) else {
            return exec_err!("unknown time zone '{name}'");
        };
        let zone = Arc::new(Self::tabulate(zone));
        zones.insert(name.to_owned(), Arc::clone(&zone));
        Ok(zone)
    }

    fn tabulate(zone: TimeZone) -> Self {
        let offset_at = |at: Timestamp| i64::from(zone.to_offset(at).seconds()) * 1_000_000;
        let mut starts = vec![i64::MIN];
        let mut offsets = vec![offset_at(Timestamp::MIN)];
        for transition in zone.following(Timestamp::MIN) {
            let at = transition.timestamp();
            if at.as_microsecond() >= TABLE_END_US {
                break;
            }
            let offset = offset_at(at);
            if offsets.last() != Some(&offset) {
                starts.push(at.as_microsecond());
                offsets.push(offset);
            }
        }
        Self { zone, starts, offsets }
    }

    /// The offset at a UTC instant in µs.
    pub(super) fn offset(&self, at: i64) -> Offset {
        if at >= TABLE_END_US {
            let micros = Timestamp::from_microsecond(at)
                .map_or(0, |at| i64::from(self.zone.to_offset(at).seconds()) * 1_000_000);
            return Offset { from: at, before: at.saturating_add(1), micros };
        }
        let index = self.starts.partition_point(|start| *start <= at) - 1;
        Offset {
            from: self.starts[index],
            before: self.starts.get(index + 1).copied().unwrap_or(TABLE_END_US),
            micros: self.offsets[index],
        }
    }
}
