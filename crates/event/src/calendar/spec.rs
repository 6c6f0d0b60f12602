//! How a business calendar is written down.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A business calendar as people write it; [`super::Calendar::compile`] makes it usable.
///
/// ```
/// let spec: event::calendar::CalendarSpec = serde_saphyr::from_str(r#"
/// name: berlin
/// zone: Europe/Berlin
/// versions:
///   - hours: {mon-thu: ["09:00-12:00", "13:30-18:00"], fri: ["09:00-15:00"]}
///     holidays:
///       - {date: 2026-12-25, name: Christmas Day}
///       - {date: 2026-12-24, name: Christmas Eve, hours: ["09:00-12:00"]}
/// "#)?;
/// assert_eq!(event::calendar::Calendar::compile(&spec).unwrap().name(), "berlin");
/// # Ok::<(), serde_saphyr::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CalendarSpec {
    /// The name by which policies and `schedule` events refer to it.
    pub name: String,
    /// IANA zone in which its hours are local, for example `Europe/Berlin`.
    pub zone: String,
    /// Its hours through time; at an instant that no version covers it is closed.
    pub versions: Vec<VersionSpec>,
}

/// The hours of a calendar between two local days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VersionSpec {
    /// First local day it is valid; from the beginning of time where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub from: Option<Date>,
    /// First local day it is no longer valid; for ever where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub to: Option<Date>,
    /// The hours of an ordinary week.
    pub hours: Hours,
    /// Days that differ.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holidays: Vec<Holiday>,
}

/// The hours of an ordinary week.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(untagged)]
pub enum Hours {
    /// `24x7`: every hour of every day.
    Always(AlwaysOpen),
    /// Intervals by day (`mon` … `sun`) or by range of days (`mon-fri`).
    ///
    /// An interval is `HH:MM-HH:MM`, half-open; one that ends at or before its start runs into
    /// the next day (`22:00-06:00`), and `24:00` is the end of the day.
    Week(BTreeMap<String, Vec<String>>),
}

/// The word `24x7`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub enum AlwaysOpen {
    /// Open every hour of every day.
    #[serde(rename = "24x7", alias = "24/7", alias = "always")]
    Always,
}

impl Hours {
    /// Open every hour of every day.
    pub const fn always() -> Self {
        Self::Always(AlwaysOpen::Always)
    }

    /// The same intervals on each of `days` (`mon`, `mon-fri`, …).
    pub fn on(days: &[&str], intervals: &[&str]) -> Self {
        let intervals: Vec<String> = intervals.iter().map(|text| (*text).to_owned()).collect();
        Self::Week(days.iter().map(|day| ((*day).to_owned(), intervals.clone())).collect())
    }
}

/// A local day whose hours differ from the week's.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(deny_unknown_fields)]
pub struct Holiday {
    /// The local day.
    #[schema(value_type = String, format = Date)]
    pub date: Date,
    /// What is celebrated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What the day is open for instead of its ordinary hours; empty means closed all day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hours: Vec<String>,
}

impl Holiday {
    /// A day closed from midnight to midnight.
    pub fn closed(date: Date) -> Self {
        Self { date, name: None, hours: Vec::new() }
    }
}

impl CalendarSpec {
    /// A calendar with one version that is valid for ever.
    pub fn simple(name: &str, zone: &str, hours: Hours, holidays: Vec<Holiday>) -> Self {
        let versions = vec![VersionSpec { from: None, to: None, hours, holidays }];
        Self { name: name.to_owned(), zone: zone.to_owned(), versions }
    }
}
