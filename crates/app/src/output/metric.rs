//! A metric in words, for people.

use super::{table, wrap};
use semantic::catalog::{Description, VariantDescription};
use semantic::definition::Definition;
use std::fmt::Write as _;

/// All metrics, one a line.
pub(crate) fn list<'a>(definitions: impl Iterator<Item = &'a Definition>) -> String {
    let header = ["metric", "", "unit", "good", "what it is"].map(str::to_owned);
    let rows: Vec<Vec<String>> = definitions
        .map(|definition| {
            vec![
                definition.metric.clone(),
                definition.id.clone(),
                definition.unit.to_string(),
                definition.good.to_string(),
                definition.title.clone(),
            ]
        })
        .collect();
    let mut text = table(&header, &[], &rows);
    text.push_str("\n`deskmeter explain metric NAME` says exactly how one is computed.\n");
    text
}

/// Everything about one metric.
pub(crate) fn explained(description: &Description) -> String {
    let definition = &description.definition;
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "{} ({}, {}, version {})\n",
        definition.title, definition.metric, definition.id, definition.version
    );
    wrap(&definition.description, "", &mut text);
    heading("Formula", &mut text);
    wrap(&definition.formula, "  ", &mut text);
    let _ = writeln!(text, "  Unit: {}; good is {}.", definition.unit, definition.good);
    heading("Variants (the first is the default)", &mut text);
    for variant in &description.variants {
        describe_variant(variant, definition, &mut text);
    }
    heading("Dated by (the first is the default)", &mut text);
    for (name, attribution) in definition.attribution.iter() {
        let words = attribution.text.as_deref().unwrap_or(&attribution.time);
        wrap(&format!("{name}: {words}"), "  ", &mut text);
    }
    if !definition.parameters.is_empty() {
        heading("Parameters", &mut text);
        for (name, parameter) in definition.parameters.iter() {
            let _ = writeln!(text, "  {name} (default {})", parameter.default);
            wrap(&parameter.text, "      ", &mut text);
        }
    }
    if !definition.peers.is_empty() {
        heading("Other products", &mut text);
        for peer in &definition.peers {
            let _ = writeln!(text, "  {}", peer.system);
            wrap(&peer.text, "      ", &mut text);
        }
    }
    if !definition.traps.is_empty() {
        heading("What goes wrong easily", &mut text);
        for trap in &definition.traps {
            wrap(trap, "  ", &mut text);
        }
    }
    if let Some(source) = &definition.source {
        heading("Source", &mut text);
        wrap(source, "  ", &mut text);
    }
    let _ = writeln!(text, "\nDefined in {}.", description.file);
    text
}

fn describe_variant(variant: &VariantDescription, definition: &Definition, text: &mut String) {
    let _ = writeln!(text, "  {}: {}", variant.name, variant.title);
    if let Some(words) = &variant.text {
        wrap(words, "      ", text);
    }
    wrap(&format!("= {}", variant.formula), "      ", text);
    let own = definition.variants.get(&variant.name);
    let unit = own.and_then(|own| own.unit).map(|unit| unit.to_string()).unwrap_or_default();
    let good = own.and_then(|own| own.good).map(|good| good.to_string()).unwrap_or_default();
    // Said once for all variants that are dated alike.
    let usual = definition.attribution.names().eq(variant.attribution.iter().map(String::as_str));
    let dated = if usual { String::new() } else { variant.attribution.join(", ") };
    let offers = [
        ("unit", unit),
        ("good is", good),
        ("statistics", variant.statistics.join(", ")),
        ("clocks", variant.clocks.join(", ")),
        ("dated by", dated),
    ];
    let offers = offers.iter().filter(|(_, words)| !words.is_empty());
    let offers: Vec<String> = offers.map(|(what, words)| format!("{what}: {words}")).collect();
    wrap(&offers.join("; "), "      ", text);
}

fn heading(words: &str, text: &mut String) {
    let _ = writeln!(text, "\n{words}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_metric_can_be_explained() {
        let catalog = semantic::Catalog::shipped().unwrap();
        for name in catalog.names() {
            let text = explained(&catalog.describe(name).unwrap());
            assert!(text.contains("Formula") && text.contains("Variants"), "{name}:\n{text}");
        }
    }
}
