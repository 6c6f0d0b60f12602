//! The policies that fit the generated desk: its calendars, and promises with a history.

use super::Settings;
use super::world::{World, calendar_specs};
use event::calendar::{CalendarSpec, Hours};
use jiff::Timestamp;
use std::fmt::Write as _;

/// The desk's calendars and SLA policies as YAML.
pub fn policies(settings: &Settings) -> String {
    let world = World::new(settings);
    let mut yaml = String::from(
        "# What the generated support desk has agreed on: when its teams work, and what they\n\
         # promise to whom. Times are local to each calendar; `to` is exclusive.\n\
         default_calendar: berlin\n\
         topic_field: topic\n\
         calendars:\n",
    );
    for spec in calendar_specs(world.start, world.until) {
        write_calendar(&spec, &mut yaml);
    }
    let middle = (world.start.micros() + world.until.micros()) / 2;
    let changed = Timestamp::from_microsecond(middle)
        .map_or_else(|_| "2026-01-01".to_owned(), |at| at.strftime("%Y-%m-01").to_string());
    yaml.push_str(&PROMISES.replace("{changed}", &changed));
    yaml
}

/// The promises; half-way through, the standard one was made stricter.
const PROMISES: &str = r"# The first policy that matches a ticket applies to it.
sla:
  - name: enterprise
    versions:
      - when: {field.plan: enterprise}
        targets:
          first_reply: {urgent: 30m, high: 1h, default: 2h}
          next_reply: {urgent: 1h, default: 4h}
          net_resolution: {urgent: 4h, high: 8h, default: 24h}
        pause: [pending, on_hold]
  - name: live
    versions:
      - when: {channel: [chat, messaging]}
        targets:
          first_reply: 5m
          next_reply: 15m
          total_resolution: 8h
  - name: standard
    versions:
      - name: v1
        to: {changed}
        targets:
          first_reply: {urgent: 1h, high: 4h, default: 8h}
          next_reply: 8h
          net_resolution: {urgent: 8h, high: 16h, default: 40h}
      - name: v2
        from: {changed}
        targets:
          first_reply: {urgent: 1h, high: 2h, default: 4h}
          next_reply: {urgent: 2h, default: 6h}
          requester_wait: 24h
          net_resolution: {urgent: 8h, high: 16h, default: 32h}
";

fn write_calendar(spec: &CalendarSpec, yaml: &mut String) {
    let _ = writeln!(yaml, "  - name: {}\n    zone: {}\n    versions:", spec.name, spec.zone);
    for version in &spec.versions {
        let mut first = "      - ";
        let mut line = |text: String| {
            let _ = writeln!(yaml, "{first}{text}");
            first = "        ";
        };
        if let Some(from) = version.from {
            line(format!("from: {from}"));
        }
        if let Some(to) = version.to {
            line(format!("to: {to}"));
        }
        match &version.hours {
            Hours::Always(_) => line("hours: 24x7".to_owned()),
            Hours::Week(days) => {
                let days: Vec<String> =
                    days.iter().map(|(day, hours)| format!("{day}: {hours:?}")).collect();
                line(format!("hours: {{{}}}", days.join(", ")));
            }
        }
        if version.holidays.is_empty() {
            continue;
        }
        line("holidays:".to_owned());
        for holiday in &version.holidays {
            let name = holiday.name.as_deref().unwrap_or_default();
            let hours = match holiday.hours.as_slice() {
                [] => String::new(),
                hours => format!(", hours: {hours:?}"),
            };
            line(format!("  - {{date: {}, name: {name:?}{hours}}}", holiday.date));
        }
    }
}
