//! Pass: metrics with their variants, statistics, clocks, attribution and parameters.

use super::{Draft, Target};
use crate::catalog::{Entry, View};
use crate::definition::{Attribution, ClockName, Kind};
use crate::issue::Issue;
use crate::limits::{METRICS_MAX, STATISTICS_MAX};
use crate::question::{Asked, Words};
use crate::statistic::Statistic;
use std::collections::BTreeMap;

pub(super) fn read(draft: &mut Draft<'_>) {
    let asked = draft.question.metrics.clone();
    if asked.is_empty() {
        draft.issues.push(
            Issue::new("no_metric", "metrics", "the question names no metric")
                .hint("for example `metrics: [first_response_time]`"),
        );
    }
    if asked.len() > METRICS_MAX {
        let message = format!("{} metrics, {METRICS_MAX} at most", asked.len());
        draft.issues.push(Issue::new("limit_exceeded", "metrics", message));
    }
    check_general(draft);
    for (at, one) in asked.iter().enumerate() {
        let place = format!("metrics[{at}]");
        let Some(target) = read_one(draft, one, &place) else { continue };
        if draft.targets.iter().any(|other| other.name == target.name) {
            draft.issues.push(
                Issue::new("repeated", place, format!("`{}` is asked twice", target.name))
                    .hint("give one of them another name: {metric: …, as: …}"),
            );
            continue;
        }
        draft.question.metrics[at] = canonical(one, &target);
        draft.targets.push(target);
    }
    if draft.issues.is_empty() {
        // Every choice is written with its metric now.
        draft.question.clock = None;
        draft.question.attribution = None;
        draft.question.statistic = Words::default();
    }
}

/// Words of the whole question that no metric could take.
fn check_general(draft: &mut Draft<'_>) {
    if let Some(word) = draft.question.clock.clone()
        && ClockName::from_name(&word).is_none()
    {
        draft.issues.push(unknown_clock(&word, "clock"));
        draft.question.clock = None;
    }
    let words = std::mem::take(&mut draft.question.statistic);
    for word in words.0 {
        if Statistic::read(&word).is_some() {
            draft.question.statistic.0.push(word);
        } else {
            draft.issues.push(unknown_statistic(&word, "statistic"));
        }
    }
}

fn unknown_clock(word: &str, place: &str) -> Issue {
    Issue::new("unknown_clock", place, format!("there is no clock `{word}`"))
        .did_you_mean(word, ClockName::ALL.iter().map(|clock| clock.name()))
}

fn unknown_statistic(word: &str, place: &str) -> Issue {
    let known = ["median", "mean", "min", "max", "sum", "p90", "p95", "last", "avg", "count"];
    Issue::new("unknown_statistic", place, format!("there is no statistic `{word}`"))
        .did_you_mean(word, known)
}

fn read_one<'a>(draft: &mut Draft<'a>, asked: &Asked, place: &str) -> Option<Target<'a>> {
    let catalog = draft.catalog;
    let Some(entry) = catalog.get(&asked.metric) else {
        let message = format!("there is no metric `{}`", asked.metric);
        draft.issues.push(
            Issue::new("unknown_metric", place, message)
                .did_you_mean(&asked.metric, catalog.names()),
        );
        return None;
    };
    let definition = &entry.definition;
    let (variant, found) = match &asked.variant {
        Some(name) => (name.clone(), definition.variants.get(name)),
        None => {
            let (name, variant) = definition.variants.first()?;
            (name.to_owned(), Some(variant))
        }
    };
    let Some(found) = found else {
        let message = format!("`{}` has no variant `{variant}`", asked.metric);
        draft.issues.push(
            Issue::new("unknown_variant", format!("{place}.variant"), message)
                .did_you_mean(&variant, definition.variants.names()),
        );
        return None;
    };
    let view = View { definition, variant: found };
    let before = draft.issues.len();
    let parameters = read_parameters(draft, entry, asked, place);
    let statistics = read_statistics(draft, view, asked, place);
    let clock = read_clock(draft, view, asked, place);
    let attribution = read_attribution(draft, view, asked, place);
    if draft.issues.len() > before {
        return None;
    }
    let name = asked.name.clone().unwrap_or_else(|| cell_name(asked, view, &variant));
    Some(Target { name, view, variant, statistics, clock, attribution, parameters })
}

/// `metric`, `metric:variant`, `metric:variant{days=14}`; a statistic or clock of its own follows.
fn cell_name(asked: &Asked, view: View<'_>, variant: &str) -> String {
    let mut name = asked.metric.clone();
    if view.definition.variants.first().map(|(first, _)| first) != Some(variant) {
        name = format!("{name}:{variant}");
    }
    if !asked.parameters.is_empty() {
        let set: Vec<String> =
            asked.parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
        name = format!("{name}{{{}}}", set.join(","));
    }
    let own = asked.statistic.0.iter().chain(&asked.clock).chain(&asked.attribution);
    own.fold(name, |name, word| format!("{name}.{word}"))
}

/// The metric with every choice spelled out; equal choices are equal text.
fn canonical(asked: &Asked, target: &Target<'_>) -> Asked {
    Asked {
        metric: asked.metric.clone(),
        variant: Some(target.variant.clone()),
        parameters: target.parameters.clone(),
        statistic: target.statistics.iter().map(|(name, _)| name.clone()).collect(),
        clock: target.clock.map(|clock| clock.name().to_owned()),
        attribution: target.attribution.as_ref().map(|(name, _)| name.clone()),
        name: Some(target.name.clone()),
    }
}

fn read_parameters(
    draft: &mut Draft<'_>,
    entry: &Entry,
    asked: &Asked,
    place: &str,
) -> BTreeMap<String, i64> {
    let known = &entry.definition.parameters;
    let mut parameters: BTreeMap<String, i64> =
        known.iter().map(|(name, parameter)| (name.to_owned(), parameter.default)).collect();
    for (name, value) in &asked.parameters {
        let place = format!("{place}.parameters.{name}");
        match known.get(name) {
            None => draft.issues.push(
                Issue::new("unknown_parameter", place, format!("there is no parameter `{name}`"))
                    .did_you_mean(name, known.names()),
            ),
            Some(parameter)
                if !parameter.allowed.is_empty() && !parameter.allowed.contains(value) =>
            {
                let allowed: Vec<String> =
                    parameter.allowed.iter().map(ToString::to_string).collect();
                draft.issues.push(
                    Issue::new("bad_parameter", place, format!("`{name}` cannot be {value}"))
                        .hint(format!("one of: {}", allowed.join(", "))),
                );
            }
            Some(_) => {
                parameters.insert(name.clone(), *value);
            }
        }
    }
    parameters
}

/// The metric's own words are binding; those of the whole question apply where they fit.
fn read_statistics(
    draft: &mut Draft<'_>,
    view: View<'_>,
    asked: &Asked,
    place: &str,
) -> Vec<(String, Statistic)> {
    let place = format!("{place}.statistic");
    let mut read = Vec::new();
    let kind = view.kind();
    let offered = view.statistics();
    let gap = kind == Kind::Spread && view.variant.over.is_some();
    let fits = |statistic: Statistic| {
        statistic.fits(kind) && (kind != Kind::Spread || gap == (statistic == Statistic::Gap))
    };
    for word in &asked.statistic.0 {
        match Statistic::read(word) {
            None => draft.issues.push(unknown_statistic(word, &place)),
            Some(statistic) if !fits(statistic) => draft.issues.push(
                Issue::new("statistic_not_offered", &place, format!("a {kind} has no `{word}`"))
                    .hint(format!("one of: {}", offered.join(", "))),
            ),
            Some(statistic) => read.push(statistic),
        }
    }
    if asked.statistic.is_empty() {
        let general = draft.question.statistic.0.iter().filter_map(|word| Statistic::read(word));
        read.extend(general.filter(|statistic| fits(*statistic)));
    }
    if read.is_empty() {
        read.extend(offered.iter().filter_map(|word| Statistic::read(word)).find(|s| fits(*s)));
    }
    if read.len() > STATISTICS_MAX {
        let message = format!("{} statistics, {STATISTICS_MAX} at most", read.len());
        draft.issues.push(Issue::new("limit_exceeded", &place, message));
    }
    let mut named: Vec<(String, Statistic)> = Vec::new();
    for statistic in read {
        let name = statistic.to_string();
        if !named.iter().any(|(known, _)| *known == name) {
            named.push((name, statistic));
        }
    }
    named
}

fn read_clock(
    draft: &mut Draft<'_>,
    view: View<'_>,
    asked: &Asked,
    place: &str,
) -> Option<ClockName> {
    let offered = view.clocks();
    if let Some(word) = &asked.clock {
        let place = format!("{place}.clock");
        return match ClockName::from_name(word) {
            None => {
                draft.issues.push(unknown_clock(word, &place));
                None
            }
            Some(clock) if !offered.contains(&clock) => {
                let message = format!("`{}` is not measured on the {clock} clock", asked.metric);
                draft.issues.push(Issue::new("clock_not_offered", place, message));
                None
            }
            Some(clock) => Some(clock),
        };
    }
    let general = draft.question.clock.as_deref().and_then(ClockName::from_name);
    general.filter(|clock| offered.contains(clock)).or_else(|| offered.first().copied())
}

fn read_attribution<'a>(
    draft: &mut Draft<'a>,
    view: View<'a>,
    asked: &Asked,
    place: &str,
) -> Option<(String, &'a Attribution)> {
    let offered = view.attribution();
    let own = asked.attribution.as_deref().filter(|word| *word != "default");
    let general = draft.question.attribution.as_deref().filter(|word| *word != "default");
    let Some(word) = own.or(general) else {
        return offered.first().map(|(name, attribution)| (name.to_owned(), attribution));
    };
    if let Some(attribution) = offered.get(word) {
        return Some((word.to_owned(), attribution));
    }
    if !offered.is_empty() || own.is_some() {
        let place =
            if own.is_some() { format!("{place}.attribution") } else { "attribution".into() };
        let message = format!("`{}` cannot be attributed to `{word}`", asked.metric);
        draft.issues.push(
            Issue::new("unknown_attribution", place, message).did_you_mean(word, offered.names()),
        );
    }
    None
}
