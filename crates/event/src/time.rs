//! Instants: UTC microseconds, and nothing local.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;

mod rfc3339;

/// Microseconds in a second.
pub const MICROS_PER_SEC: i64 = 1_000_000;

/// A point in time: microseconds since 1970-01-01T00:00:00Z, without leap seconds.
///
/// Two instants are subtracted with [`Instant::since`]; wall-clock times are never subtracted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, utoipa::ToSchema)]
#[schema(value_type = String, format = DateTime, example = "2026-03-02T09:00:00Z")]
pub struct Instant(i64);

impl Instant {
    /// The instant `micros` microseconds after the Unix epoch.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since the Unix epoch.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Microseconds from `earlier` to `self`; negative where `self` comes first.
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The instant `micros` later (earlier where negative), held at the ends of the range.
    pub const fn plus(self, micros: i64) -> Self {
        Self(self.0.saturating_add(micros))
    }

    /// Appends RFC 3339 in UTC, with as many decimals as it takes: `2026-03-02T09:00:00.25Z`.
    pub fn write_rfc3339(self, out: &mut Vec<u8>) {
        if rfc3339::write(self.0, out) {
            return;
        }
        let text = match jiff::Timestamp::try_from(self) {
            Ok(timestamp) => timestamp.to_string(),
            Err(_) => format!("{} µs from the epoch", self.0),
        };
        out.extend_from_slice(text.as_bytes());
    }
}

impl From<jiff::Timestamp> for Instant {
    fn from(value: jiff::Timestamp) -> Self {
        Self(value.as_microsecond())
    }
}

impl TryFrom<Instant> for jiff::Timestamp {
    type Error = jiff::Error;

    fn try_from(value: Instant) -> Result<Self, Self::Error> {
        Self::from_microsecond(value.0)
    }
}

impl std::str::FromStr for Instant {
    type Err = jiff::Error;

    /// Reads RFC 3339, for example `2026-03-02T09:00:00Z`; an offset is required.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match rfc3339::read(text.as_bytes()) {
            Some(micros) => Ok(Self(micros)),
            // The rare forms, and the reason why something is no instant.
            None => text.parse::<jiff::Timestamp>().map(Self::from),
        }
    }
}

impl fmt::Display for Instant {
    /// Writes RFC 3339 in UTC.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut buffer = Vec::with_capacity(rfc3339::BYTES_MAX);
        self.write_rfc3339(&mut buffer);
        f.write_str(std::str::from_utf8(&buffer).unwrap_or_default())
    }
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What jiff makes of the same text.
    fn by_jiff(text: &str) -> Option<Instant> {
        text.parse::<jiff::Timestamp>().ok().map(Instant::from)
    }

    #[test]
    fn every_form_reads_as_jiff_reads_it() {
        for text in [
            "2026-03-02T09:00:00Z",
            "2026-03-02t09:00:00z",
            "2026-03-02 09:00:00Z",
            "2026-03-02T09:00Z",
            "2026-03-02T09:00:00.25+01:00",
            "2026-03-02T09:00:00.123456789-05:30",
            "2024-02-29T23:59:59Z",
            "1969-12-31T23:59:59.5Z",
            "2026-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-00-01T00:00:00Z",
            "2026-01-00T00:00:00Z",
            "2026-01-01T24:00:00Z",
            "2026-01-01T23:60:00Z",
            "2016-12-31T23:59:60Z",
            "2026-01-01T00:00:00",
            "2026-01-01T00:00:00.Z",
            "2026-01-01T00:00:00+0100",
            "2026-01-01T00:00:00+01:00[Europe/Berlin]",
            "2026-01-01",
            "",
            "ä026-01-01T00:00:00Z",
        ] {
            assert_eq!(text.parse::<Instant>().ok(), by_jiff(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn writing_and_reading_agree_with_jiff(
            micros in -4_000_000_000_000_000..8_000_000_000_000_000_i64,
        ) {
            let instant = Instant::from_micros(micros);
            let text = instant.to_string();
            prop_assert_eq!(&text, &jiff::Timestamp::try_from(instant).unwrap().to_string());
            prop_assert_eq!(text.parse::<Instant>().unwrap(), instant);
        }

        #[test]
        fn offsets_and_decimals_agree_with_jiff(
            micros in 0..4_000_000_000_000_000_i64,
            hours in 0..14_i64,
            minutes in 0..60_i64,
            west: bool,
        ) {
            let local = Instant::from_micros(micros).to_string();
            let sign = if west { '-' } else { '+' };
            let text = format!("{}{sign}{hours:02}:{minutes:02}", local.trim_end_matches('Z'));
            prop_assert_eq!(text.parse::<Instant>().ok(), by_jiff(&text));
        }
    }
}
