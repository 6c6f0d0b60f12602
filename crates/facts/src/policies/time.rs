//! Instants and targets as people write them in policies.

use crate::limits::TARGET_SECS_MAX;
use event::Instant;
use event::time::MICROS_PER_SEC;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use std::str::FromStr;

/// An instant written as a day (its midnight in UTC) or as RFC 3339.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, utoipa::ToSchema)]
#[schema(value_type = String, example = "2026-03-01")]
pub struct Moment(pub Instant);

/// What is wrong with a written instant or target.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// Neither a day nor RFC 3339.
    #[error("`{0}` is not a time; write `2026-03-01` or `2026-03-01T09:00:00Z`")]
    Moment(String),
    /// No length of time.
    #[error("`{0}` is not a target; write for example `45m`, `8h` or `1h 30m`")]
    Target(String),
    /// Days, which mean different things to different calendars.
    #[error("`{0}` counts days, which differ between calendars; write hours, for example `24h`")]
    Days(String),
    /// Too short or too long.
    #[error("`{0}` is out of range; a target is between 1s and {TARGET_SECS_MAX}s")]
    Range(String),
}

impl FromStr for Moment {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let wrong = |_| TimeError::Moment(text.to_owned());
        if text.len() == "2026-03-01".len() {
            return format!("{text}T00:00:00Z").parse().map(Self).map_err(wrong);
        }
        text.parse().map(Self).map_err(wrong)
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.to_string();
        f.write_str(text.strip_suffix("T00:00:00Z").unwrap_or(&text))
    }
}

/// How long a clock may run: whole seconds, written `1h 30m`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, utoipa::ToSchema)]
#[schema(value_type = String, example = "1h 30m")]
pub struct Target(i64);

impl Target {
    /// A target of that many seconds; `None` outside 1 to [`TARGET_SECS_MAX`].
    pub const fn from_secs(secs: i64) -> Option<Self> {
        if secs < 1 || secs > TARGET_SECS_MAX { None } else { Some(Self(secs)) }
    }

    /// Its length in microseconds.
    pub const fn micros(&self) -> i64 {
        self.0 * MICROS_PER_SEC
    }
}

impl FromStr for Target {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let wrong = || TimeError::Target(text.to_owned());
        let mut rest = text.trim();
        let mut secs = 0_i64;
        if rest.is_empty() {
            return Err(wrong());
        }
        while !rest.is_empty() {
            let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
            let number: i64 = rest[..digits].parse().map_err(|_| wrong())?;
            let tail = rest[digits..].trim_start();
            let word = tail.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(tail.len());
            let unit = match &tail[..word] {
                "s" | "sec" | "second" | "seconds" => 1,
                "m" | "min" | "minute" | "minutes" => 60,
                "h" | "hour" | "hours" => 3_600,
                "d" | "day" | "days" => return Err(TimeError::Days(text.to_owned())),
                _ => return Err(wrong()),
            };
            secs = secs.saturating_add(number.saturating_mul(unit));
            rest = tail[word..].trim_start();
        }
        Self::from_secs(secs).ok_or_else(|| TimeError::Range(text.to_owned()))
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [(self.0 / 3_600, "h"), (self.0 / 60 % 60, "m"), (self.0 % 60, "s")];
        let parts = parts.into_iter().filter(|(number, _)| *number > 0);
        let text: Vec<String> = parts.map(|(number, unit)| format!("{number}{unit}")).collect();
        f.write_str(&text.join(" "))
    }
}

/// Serialises as the text people write.
macro_rules! as_text {
    ($type:ty) => {
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(de::Error::custom)
            }
        }
    };
}

as_text!(Moment);
as_text!(Target);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_read_as_people_write_them() {
        let secs = |text: &str| text.parse::<Target>().map(|target| target.micros() / 1_000_000);
        assert_eq!(secs("45m"), Ok(2_700));
        assert_eq!(secs(" 1h 30m "), Ok(5_400));
        assert_eq!(secs("1 hour 1s"), Ok(3_601));
        assert_eq!(secs("1d"), Err(TimeError::Days("1d".into())));
        assert_eq!(secs("0h"), Err(TimeError::Range("0h".into())));
        for wrong in ["", "h", "8", "8x", "-1h", "1.5h"] {
            assert_eq!(secs(wrong), Err(TimeError::Target(wrong.into())), "{wrong}");
        }
    }

    #[test]
    fn written_forms_come_back() {
        for text in ["1h 30m", "45m", "8h", "1s"] {
            assert_eq!(text.parse::<Target>().unwrap().to_string(), text);
        }
        for text in ["2026-03-01", "2026-03-01T09:00:00Z"] {
            assert_eq!(text.parse::<Moment>().unwrap().to_string(), text);
        }
    }
}
