//! What a desk has settled on and can change at any time: the zone and the week of questions that
//! name none, and the value that each metric should reach.

use crate::engine::Engine;
use crate::error::{Error, Result, store as store_failed};
use crate::limits::TARGETS_MAX;
use semantic::definition::Unit;
use semantic::time::{Zone, read_weekday, weekday_name};
use semantic::{Catalog, Issue};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

/// The name under which the store keeps them.
const KEPT_AS: &str = "settings";

/// The keys that there are.
const KEYS: [&str; 3] = ["zone", "week_start", "targets"];

/// What a desk has settled on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = Settings)]
pub struct Preferences {
    /// IANA zone of questions that name none; absent = as configured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// First day of the week of questions that name none; absent = as configured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub week_start: Option<String>,
    /// What a metric should reach, by `metric` or `metric:variant`.
    pub targets: BTreeMap<String, MetricTarget>,
}

/// The value that a metric should reach.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MetricTarget {
    /// In the metric's unit: seconds, a fraction from 0 to 1, …
    pub value: f64,
}

impl Preferences {
    /// Reads them as a person wrote them.
    ///
    /// # Errors
    /// Everything that is wrong, with its place.
    pub fn read(value: &Value, catalog: &Catalog) -> std::result::Result<Self, Vec<Issue>> {
        let mut issues = Vec::new();
        let mut read = Self::default();
        let Some(object) = value.as_object() else {
            return Err(vec![Issue::new("wrong_type", "settings", "settings are an object")]);
        };
        for (key, value) in object {
            match key.as_str() {
                "zone" => read.zone = word(key, value, &mut issues),
                "week_start" => read.week_start = word(key, value, &mut issues),
                "targets" => read.targets = targets(value, catalog, &mut issues),
                _ => {
                    let message = format!("nothing reads the key `{key}`");
                    let issue = Issue::new("unknown_key", key.clone(), message);
                    issues.push(issue.did_you_mean(key, KEYS));
                }
            }
        }
        if let Some(name) = &read.zone {
            issues.extend(Zone::read(name).err());
        }
        match read.week_start.as_deref().map(read_weekday) {
            Some(Ok(day)) => read.week_start = Some(weekday_name(day).to_owned()),
            Some(Err(issue)) => issues.push(issue),
            None => {}
        }
        if issues.is_empty() { Ok(read) } else { Err(issues) }
    }

    /// The zone and the week of questions that name none; `configured` where nothing was settled.
    fn zone_over(&self, configured: &Zone) -> Zone {
        let named = self.zone.as_deref().and_then(Zone::named);
        let mut zone = named.unwrap_or_else(|| configured.clone());
        let week_start = self.week_start.as_deref().and_then(|name| read_weekday(name).ok());
        zone.week_start = week_start.unwrap_or(configured.week_start);
        zone
    }
}

/// A word; null is none.
fn word(key: &str, value: &Value, issues: &mut Vec<Issue>) -> Option<String> {
    if !value.is_string() && !value.is_null() {
        issues.push(Issue::new("wrong_type", key, format!("`{key}` is one word")));
    }
    value.as_str().map(str::to_owned)
}

fn targets(
    value: &Value,
    catalog: &Catalog,
    issues: &mut Vec<Issue>,
) -> BTreeMap<String, MetricTarget> {
    let nothing = Map::new();
    let object = match value {
        Value::Object(object) => object,
        Value::Null => &nothing,
        _ => {
            let message = "`targets` is an object, by metric";
            issues.push(Issue::new("wrong_type", "targets", message));
            &nothing
        }
    };
    if object.len() > TARGETS_MAX {
        let message = format!("there are {} targets, {TARGETS_MAX} at most", object.len());
        issues.push(Issue::new("limit_exceeded", "targets", message));
        return BTreeMap::new();
    }
    let mut targets = BTreeMap::new();
    for (name, written) in object {
        let place = format!("targets.{name}");
        match (unit(name, &place, catalog), number(written, &place)) {
            (Ok(unit), Ok(value)) => match out_of_range(unit, value, &place) {
                Some(issue) => issues.push(issue),
                None => {
                    targets.insert(name.clone(), MetricTarget { value });
                }
            },
            (unit, value) => issues.extend(unit.err().into_iter().chain(value.err())),
        }
    }
    targets
}

/// The unit of `metric` or `metric:variant`.
fn unit(name: &str, place: &str, catalog: &Catalog) -> std::result::Result<Unit, Issue> {
    let (metric, variant) = match name.split_once(':') {
        Some((metric, variant)) => (metric, Some(variant)),
        None => (name, None),
    };
    let Some(entry) = catalog.get(metric) else {
        let message = format!("there is no metric `{metric}`");
        let issue = Issue::new("unknown_metric", place, message);
        return Err(issue.did_you_mean(metric, catalog.names()));
    };
    let definition = &entry.definition;
    let Some(variant) = variant else {
        let first = definition.variants.first().and_then(|(_, variant)| variant.unit);
        return Ok(first.unwrap_or(definition.unit));
    };
    match definition.variants.get(variant) {
        Some(variant) => Ok(variant.unit.unwrap_or(definition.unit)),
        None => {
            let message = format!("`{metric}` has no variant `{variant}`");
            let issue = Issue::new("unknown_variant", place, message);
            Err(issue.did_you_mean(variant, definition.variants.names()))
        }
    }
}

fn number(written: &Value, place: &str) -> std::result::Result<f64, Issue> {
    let hint = "write for example {\"value\": 3600}";
    let object = written.as_object().filter(|object| object.keys().all(|key| key == "value"));
    object
        .and_then(|object| object.get("value"))
        .and_then(Value::as_f64)
        .filter(|value| value.is_finite())
        .ok_or_else(|| Issue::new("bad_target", place, "a target has a number `value`").hint(hint))
}

fn out_of_range(unit: Unit, value: f64, place: &str) -> Option<Issue> {
    (unit == Unit::Share && !(0.0..=1.0).contains(&value)).then(|| {
        let message = format!("{value} is no share: shares are fractions from 0 to 1");
        Issue::new("bad_target", place, message).hint("write 0.9 for 90 %")
    })
}

impl Engine {
    /// What the desk has settled on.
    pub fn preferences(&self) -> Arc<Preferences> {
        let kept = self.preferences_kept().read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&kept)
    }

    /// The zone and the week of questions that name none.
    pub fn zone(&self) -> Zone {
        self.preferences().zone_over(&self.settings().zone)
    }

    /// Takes up what the store keeps; whoever opens a desk calls it once.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn recall_preferences(&self) -> Result<()> {
        let kept =
            self.store().setting(KEPT_AS).await.map_err(store_failed("read the settings"))?;
        let Some(kept) = kept else { return Ok(()) };
        match serde_json::from_value(kept) {
            Ok(read) => self.put_preferences(read),
            // What another version wrote must not keep a desk shut.
            Err(error) => tracing::warn!("the settings kept cannot be read: {error}"),
        }
        Ok(())
    }

    /// Settles on something else, from the next question on.
    ///
    /// # Errors
    /// [`Error::Issues`] with everything that is wrong, or the store refuses; then nothing changes.
    pub async fn settle(&self, written: &Value) -> Result<Arc<Preferences>> {
        let read = Preferences::read(written, self.catalog()).map_err(Error::Issues)?;
        let value = serde_json::to_value(&read).unwrap_or_default();
        let _turn = self.settling().lock().await;
        let failed = store_failed("write the settings");
        self.store().set_setting(KEPT_AS, Some(&value)).await.map_err(failed)?;
        self.put_preferences(read);
        Ok(self.preferences())
    }

    fn put_preferences(&self, preferences: Preferences) {
        let mut kept = self.preferences_kept().write().unwrap_or_else(PoisonError::into_inner);
        *kept = Arc::new(preferences);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn codes(value: &Value) -> Vec<String> {
        let catalog = Catalog::shipped().unwrap();
        let issues = Preferences::read(value, &catalog).unwrap_err();
        issues.into_iter().map(|issue| format!("{} {}", issue.place, issue.code)).collect()
    }

    #[test]
    fn everything_wrong_is_said_at_once() {
        let wrong = json!({
            "zone": "Europe/Berlim",
            "week_start": "mon",
            "colour": "red",
            "targets": {
                "csat": {"value": 90},
                "csatt": {"value": 0.9},
                "first_response_time:standart": {"value": 3600},
                "volume": {"value": "many"},
            },
        });
        assert_eq!(
            codes(&wrong),
            [
                "colour unknown_key",
                "targets.csat bad_target",
                "targets.csatt unknown_metric",
                "targets.first_response_time:standart unknown_variant",
                "targets.volume bad_target",
                "zone unknown_zone",
                "week_start unknown_week_start",
            ]
        );
        assert_eq!(codes(&json!([])), ["settings wrong_type"]);
    }

    #[test]
    fn what_is_right_is_kept_in_one_form() {
        let catalog = Catalog::shipped().unwrap();
        let written = json!({"week_start": "Sunday", "targets": {"csat": {"value": 0.9}}});
        let read = Preferences::read(&written, &catalog).unwrap();
        let kept = json!({"week_start": "sunday", "targets": {"csat": {"value": 0.9}}});
        assert_eq!(serde_json::to_value(&read).unwrap(), kept);
        let zone = read.zone_over(&Zone::utc());
        assert_eq!((zone.name.as_str(), weekday_name(zone.week_start)), ("UTC", "sunday"));
    }
}
