//! Everything that can be wrong with the policies, found in one pass.

use super::{ALWAYS, OneOrMany, Policies, PolicyIssue, RoleTerm, SlaPolicy, SlaVersion, Targets};
use crate::facet::Facet;
use crate::limits::{CALENDARS_MAX, SESSION_MINUTES_MAX, SLA_POLICIES_MAX, SLA_VERSIONS_MAX};
use event::Instant;
use event::calendar::Calendar;
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn check(policies: &Policies) -> Vec<PolicyIssue> {
    let mut issues = Issues::default();
    check_calendars(policies, &mut issues);
    check_sla(policies, &mut issues);
    check_sessions(policies, &mut issues);
    for (who, terms) in &policies.roles {
        check_role(who, terms, &mut issues);
    }
    issues.0
}

#[derive(Default)]
struct Issues(Vec<PolicyIssue>);

impl Issues {
    fn add(&mut self, code: &'static str, place: impl Into<String>, message: String, hint: &str) {
        let hint = Some(hint.to_owned()).filter(|hint| !hint.is_empty());
        self.0.push(PolicyIssue { code, place: place.into(), message, hint });
    }
}

fn check_calendars(policies: &Policies, issues: &mut Issues) {
    if policies.calendars.len() > CALENDARS_MAX {
        let message = format!("{} calendars; at most {CALENDARS_MAX}", policies.calendars.len());
        issues.add("too_many", "calendars", message, "");
        return;
    }
    let mut names = BTreeSet::new();
    for (at, spec) in policies.calendars.iter().enumerate() {
        let place = format!("calendars[{at}]");
        if !names.insert(spec.name.as_str()) {
            let message = format!("calendar `{}` is there twice", spec.name);
            issues.add("duplicate_name", format!("{place}.name"), message, "rename one of them");
        }
        if spec.name == ALWAYS {
            let message = format!("`{ALWAYS}` is the name of the calendar clock");
            issues.add("reserved_name", format!("{place}.name"), message, "choose another name");
        }
        if let Err(found) = Calendar::compile(spec) {
            issues.0.extend(found.into_iter().map(|issue| PolicyIssue {
                code: issue.code,
                place: format!("{place}.{}", issue.place),
                message: issue.message,
                hint: issue.hint,
            }));
        }
    }
    if let Some(name) = &policies.default_calendar {
        check_calendar_name(policies, name, "default_calendar", issues);
    }
}

fn check_calendar_name(policies: &Policies, name: &str, place: &str, issues: &mut Issues) {
    if name == ALWAYS || policies.calendars.iter().any(|spec| spec.name == name) {
        return;
    }
    let known: Vec<&str> = policies.calendars.iter().map(|spec| spec.name.as_str()).collect();
    let hint = match known.as_slice() {
        [] => format!("add it under `calendars`, or write `{ALWAYS}`"),
        known => format!("use {ALWAYS} or one of: {}", known.join(", ")),
    };
    issues.add("unknown_calendar", place, format!("no calendar is named `{name}`"), &hint);
}

fn check_sla(policies: &Policies, issues: &mut Issues) {
    if policies.sla.len() > SLA_POLICIES_MAX {
        let message = format!("{} SLA policies; at most {SLA_POLICIES_MAX}", policies.sla.len());
        issues.add("too_many", "sla", message, "");
        return;
    }
    let mut names = BTreeSet::new();
    for (at, policy) in policies.sla.iter().enumerate() {
        let place = format!("sla[{at}]");
        if policy.name.trim().is_empty() {
            let message = "the SLA policy has no name".to_owned();
            issues.add("no_name", format!("{place}.name"), message, "name it");
        } else if !names.insert(policy.name.as_str()) {
            let message = format!("SLA policy `{}` is there twice", policy.name);
            let hint = "rename one, or make them versions of one policy";
            issues.add("duplicate_name", format!("{place}.name"), message, hint);
        }
        check_policy(policies, policy, &place, issues);
    }
    check_shadowed(policies, issues);
}

fn check_policy(policies: &Policies, policy: &SlaPolicy, place: &str, issues: &mut Issues) {
    if policy.versions.is_empty() {
        let message = format!("SLA policy `{}` has no version, so it never applies", policy.name);
        issues.add("never_matches", format!("{place}.versions"), message, "add a version");
    }
    if policy.versions.len() > SLA_VERSIONS_MAX {
        let message = format!("{} versions; at most {SLA_VERSIONS_MAX}", policy.versions.len());
        issues.add("too_many", format!("{place}.versions"), message, "");
        return;
    }
    for (at, version) in policy.versions.iter().enumerate() {
        check_version(policies, version, &format!("{place}.versions[{at}]"), issues);
    }
    let mut terms: Vec<(i64, i64, usize)> = policy
        .versions
        .iter()
        .enumerate()
        .map(|(at, version)| (start(version), end(version), at))
        .filter(|(from, to, _)| from < to)
        .collect();
    terms.sort_unstable();
    for pair in terms.windows(2) {
        if let [(_, to, first), (from, _, second)] = pair
            && to > from
        {
            let message = format!("valid at the same time as versions[{first}]");
            let hint = "end the earlier one with `to:` (exclusive) when the later one starts";
            issues.add(
                "overlapping_versions",
                format!("{place}.versions[{second}]"),
                message,
                hint,
            );
        }
    }
}

fn start(version: &SlaVersion) -> i64 {
    version.from.map_or(i64::MIN, |moment| moment.0.micros())
}

fn end(version: &SlaVersion) -> i64 {
    version.to.map_or(i64::MAX, |moment| moment.0.micros())
}

fn check_version(policies: &Policies, version: &SlaVersion, place: &str, issues: &mut Issues) {
    if start(version) >= end(version) {
        let message = "`to` is not after `from`, so the version is never valid".to_owned();
        let hint = "`to` is the first instant at which it is no longer valid";
        issues.add("never_matches", format!("{place}.to"), message, hint);
    }
    match &version.calendar {
        Some(name) => {
            check_calendar_name(policies, name, &format!("{place}.calendar"), issues);
        }
        None if policies.default_calendar.is_none() => {
            let message = "no calendar is named and there is no default calendar".to_owned();
            let hint = "name one, or write `calendar: 24x7` for the calendar clock";
            issues.add("no_calendar", format!("{place}.calendar"), message, hint);
        }
        None => {}
    }
    for (key, values) in &version.when {
        check_condition(key, values, &format!("{place}.when.{key}"), issues);
    }
    let empty =
        |targets: &Targets| matches!(targets, Targets::ByPriority(targets) if targets.is_empty());
    if version.targets.is_empty() {
        let message = "the version has no targets".to_owned();
        let hint = "add for example `first_reply: 8h`";
        issues.add("no_targets", format!("{place}.targets"), message, hint);
    }
    for (clock, _) in version.targets.iter().filter(|(_, targets)| empty(targets)) {
        let name = clock.name();
        let message = format!("clock `{name}` has no target");
        let hint = "give a target by priority, or one for all";
        issues.add("no_targets", format!("{place}.targets.{name}"), message, hint);
    }
}

fn check_condition(key: &str, values: &OneOrMany, place: &str, issues: &mut Issues) {
    if Facet::parse(key).is_none() {
        let message = format!("`{key}` is not something a policy can ask for");
        let hint = format!("use one of: {}, field.<name>", Facet::NAMES.join(", "));
        issues.add("unknown_facet", place, message, &hint);
    }
    if values.values().is_empty() {
        let message = format!("`{key}` may have no value, so the policy can never match");
        issues.add("never_matches", place, message, "name at least one value");
    }
    if key == "direction" {
        for value in
            values.values().iter().filter(|v| !matches!(v.as_str(), "inbound" | "outbound"))
        {
            let message = format!("`{value}` is no direction, so it can never match");
            issues.add("never_matches", place, message, "use inbound or outbound");
        }
    }
}

/// Finds versions that an earlier policy always beats to it.
fn check_shadowed(policies: &Policies, issues: &mut Issues) {
    for (at, policy) in policies.sla.iter().enumerate() {
        for (number, version) in policy.versions.iter().enumerate() {
            let shadow = policies.sla[..at].iter().find(|earlier| {
                earlier.versions.iter().any(|other| {
                    start(other) <= start(version)
                        && end(other) >= end(version)
                        && asks_no_more(&other.when, &version.when)
                })
            });
            if let Some(earlier) = shadow {
                let message =
                    format!("never applies: `{}` comes first and matches as much", earlier.name);
                let hint = "move the more special policy up";
                issues.add("never_matches", format!("sla[{at}].versions[{number}]"), message, hint);
            }
        }
    }
}

/// Whether whatever meets `special` also meets `general`.
fn asks_no_more(
    general: &BTreeMap<String, OneOrMany>,
    special: &BTreeMap<String, OneOrMany>,
) -> bool {
    general.iter().all(|(key, wide)| {
        special
            .get(key)
            .is_some_and(|narrow| narrow.values().iter().all(|value| wide.values().contains(value)))
    })
}

fn check_sessions(policies: &Policies, issues: &mut Issues) {
    let minutes = [
        ("sessions.gap_minutes", policies.sessions.gap_minutes),
        ("effort.gap_minutes", policies.effort.gap_minutes),
        ("effort.tail_minutes", policies.effort.tail_minutes),
    ];
    for (place, minutes) in minutes {
        if minutes > SESSION_MINUTES_MAX {
            let message = format!("{minutes} minutes; at most {SESSION_MINUTES_MAX}");
            issues.add("out_of_range", place, message, "");
        }
    }
}

fn check_role(who: &str, terms: &[RoleTerm], issues: &mut Issues) {
    let micros = |moment: Option<super::Moment>, open: i64| {
        moment.map_or(open, |moment: super::Moment| Instant::micros(moment.0))
    };
    let mut sorted: Vec<(i64, i64)> =
        terms.iter().map(|term| (micros(term.from, i64::MIN), micros(term.to, i64::MAX))).collect();
    sorted.sort_unstable();
    if sorted.iter().any(|(from, to)| from >= to) {
        let message = format!("a role of `{who}` ends before it starts");
        issues.add("end_before_start", format!("roles.{who}"), message, "`to` is exclusive");
    }
    if sorted.windows(2).any(|pair| pair[0].1 > pair[1].0) {
        let message = format!("`{who}` has two roles at the same time");
        issues.add("overlapping_roles", format!("roles.{who}"), message, "end one with `to:`");
    }
}
