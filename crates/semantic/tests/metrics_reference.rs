//! `docs/reference/metrics.md` is made from the definitions, which must keep their promises.
//!
//! `UPDATE=1 cargo test -p semantic` writes the page instead of comparing it.

use semantic::Question;
use semantic::catalog::{Catalog, Description, folder};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

#[test]
fn the_reference_is_fresh() {
    let page = page(&catalog());
    let path = root().join("docs/reference/metrics.md");
    #[expect(clippy::disallowed_methods, reason = "a test's own switch, not configuration")]
    let update = std::env::var_os("UPDATE").is_some();
    if update {
        std::fs::write(&path, &page).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == page, "{} is stale: UPDATE=1 cargo test -p semantic", path.display());
}

#[test]
fn every_metric_is_explained_and_proved() {
    let scenarios = root().join("scenarios");
    for entry in catalog().entries() {
        let metric = &entry.definition;
        let name = &metric.metric;
        assert!(entry.file.ends_with(&format!("{name}.yaml")), "{name} in {}", entry.file);
        assert!(metric.source.is_some(), "{name} names no source");
        assert!(!metric.peers.is_empty(), "{name} says nothing of other products");
        assert!(!metric.traps.is_empty(), "{name} warns of nothing");
        assert!(!metric.cases.is_empty(), "{name} is proved by no scenario");
        for case in &metric.cases {
            let text = std::fs::read_to_string(scenarios.join(case)).unwrap_or_default();
            assert!(text.contains(name.as_str()), "{name}: scenarios/{case} does not ask for it");
        }
        for (variant, what) in metric.variants.iter() {
            assert!(what.title.is_some(), "{name}:{variant} has no title");
        }
    }
}

/// A variant that nobody asks for may be wrong without anybody noticing.
#[test]
fn every_variant_is_asked_by_a_scenario() {
    let catalog = catalog();
    let asked = asked(&catalog);
    let unasked: Vec<String> = catalog
        .entries()
        .map(|entry| &entry.definition)
        .flat_map(|metric| {
            metric.variants.iter().map(|(variant, _)| format!("{}:{variant}", metric.metric))
        })
        .filter(|name| !asked.contains(name))
        .collect();
    assert!(unasked.is_empty(), "no scenario asks {}", unasked.join(", "));
}

/// `metric:variant` of every question of the scenarios that expects rows.
fn asked(catalog: &Catalog) -> BTreeSet<String> {
    let mut asked = BTreeSet::new();
    for (path, text) in folder(&root().join("scenarios")).unwrap_or_default() {
        let scenario = serde_saphyr::from_str::<Value>(&text);
        assert!(scenario.is_ok(), "{path}: {:?}", scenario.err());
        let scenario = scenario.unwrap_or_default();
        let questions = scenario.get("questions").and_then(Value::as_array);
        for question in questions.into_iter().flatten().filter(|q| q.get("expect").is_some()) {
            let question = Question::from_value(question["ask"].clone());
            assert!(question.is_ok(), "{path}: {:?}", question.err());
            for metric in question.unwrap_or_default().metrics {
                let shipped = catalog.get(&metric.metric).map(|entry| &entry.definition);
                let first = shipped.and_then(|it| it.variants.iter().next());
                let variant = metric.variant.or_else(|| first.map(|(name, _)| name.to_owned()));
                asked.insert(format!("{}:{}", metric.metric, variant.unwrap_or_default()));
            }
        }
    }
    asked
}

#[test]
fn the_metrics_of_the_dictionary_are_all_there() {
    let catalog = catalog();
    let ids: BTreeSet<&str> = catalog.entries().map(|entry| entry.definition.id.as_str()).collect();
    for id in [
        "M01", "M02", "M03", "M04", "M05", "M06", "M07", "M08", "M09", "M10", "M12", "M18", "M19",
        "M20", "M22", "M23", "M24", "M25", "M26", "M27", "M28", "M30", "M36", "M54",
    ] {
        assert!(ids.contains(id), "{id} is missing");
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn catalog() -> Catalog {
    let files = folder(&root().join("definitions/metrics")).unwrap_or_default();
    // Paths differ between machines, names do not.
    let named: Vec<(String, String)> = files
        .into_iter()
        .map(|(path, text)| {
            let name = Path::new(&path).file_name().unwrap_or_default();
            (name.to_string_lossy().into_owned(), text)
        })
        .collect();
    let files = named.iter().map(|(name, text)| (name.as_str(), text.as_str()));
    let read = Catalog::default().with(files);
    assert!(read.is_ok(), "{:#?}", read.err());
    read.unwrap_or_default()
}

const HEAD: &str = "\
# Metrics

<!-- Generated from definitions/metrics by `UPDATE=1 cargo test -p semantic`; edit those. -->

Every metric that ships with Deskmeter: what it tells, its formula, its variants, how others differ.
A question names a metric, or `metric:variant`.
The first variant, clock, statistic and attribution is the default.
A definition of your own goes into a YAML file of the same shape as those in `definitions/metrics`.
`deskmeter check` tells what is wrong with it.

";

fn page(catalog: &Catalog) -> String {
    let mut descriptions: Vec<Description> =
        catalog.names().filter_map(|name| catalog.describe(name)).collect();
    descriptions.sort_by(|a, b| {
        let key = |it: &Description| (it.definition.id.clone(), it.definition.metric.clone());
        key(a).cmp(&key(b))
    });
    let mut out = HEAD.to_owned();
    out.push_str("| id | metric | unit | good | default |\n| --- | --- | --- | --- | --- |\n");
    for description in &descriptions {
        let metric = &description.definition;
        let default: Vec<String> = description
            .variants
            .first()
            .into_iter()
            .flat_map(|variant| [&variant.statistics, &variant.clocks, &variant.attribution])
            .filter_map(|offered| offered.first().cloned())
            .collect();
        let _ = writeln!(
            out,
            "| {} | [`{1}`](#{1}) | {2} | {3} | {4} |",
            metric.id,
            metric.metric,
            metric.unit,
            metric.good,
            default.join(", ")
        );
    }
    for description in &descriptions {
        section(&mut out, description);
    }
    out
}

fn section(out: &mut String, description: &Description) {
    let metric = &description.definition;
    let _ = writeln!(out, "\n## {}\n", metric.metric);
    let _ = writeln!(out, "{} ({}, version {}).", metric.title, metric.id, metric.version);
    let _ = writeln!(out, "{}\n", metric.description.trim());
    let _ = writeln!(out, "Formula: {}.\n", metric.formula.trim());
    variants(out, description);
    for (name, parameter) in metric.parameters.iter() {
        let allowed: Vec<String> = parameter.allowed.iter().map(ToString::to_string).collect();
        let _ = writeln!(
            out,
            "\nParameter `{name}` (default {}; {}): {}.",
            parameter.default,
            allowed.join(", "),
            parameter.text.trim()
        );
    }
    out.push_str("\nHow others differ:\n\n");
    for peer in &metric.peers {
        let _ = writeln!(out, "- **{}**: {}", peer.system, peer.text.trim());
    }
    out.push_str("\nTraps:\n\n");
    for trap in &metric.traps {
        let _ = writeln!(out, "- {}", trap.trim());
    }
    if let Some(source) = &metric.source {
        let _ = writeln!(out, "\nSource: {}", source.trim());
    }
    let cases: Vec<String> = metric
        .cases
        .iter()
        .map(|case| format!("[{}](../../scenarios/{case})", case.trim_end_matches(".yaml")))
        .collect();
    let _ = writeln!(out, "\nProved by: {}.", cases.join(", "));
}

fn variants(out: &mut String, description: &Description) {
    let metric = &description.definition;
    out.push_str("| variant | what it does | statistics | clocks | belongs to |\n");
    out.push_str("| --- | --- | --- | --- | --- |\n");
    for variant in &description.variants {
        let mut text = format!("**{}.**", variant.title);
        if let Some(more) = &variant.text {
            let _ = write!(text, " {}", more.trim());
        }
        if variant.formula.trim() != metric.formula.trim() {
            let _ = write!(text, " Formula: {}.", variant.formula.trim());
        }
        let _ = writeln!(
            out,
            "| `{}` | {} | {} | {} | {} |",
            variant.name,
            text.replace('|', "\\|").replace('\n', " "),
            variant.statistics.join(", "),
            variant.clocks.join(", "),
            variant.attribution.join(", ")
        );
    }
}
