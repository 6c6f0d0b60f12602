//! The guide's mappings are right, and the reference names every code there is.

#![expect(clippy::unwrap_used, reason = "a test may")]

use connect::{Importer, Mapping, Payloads};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn blocks(text: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    text.split(&fence).skip(1).map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
}

#[test]
fn the_mappings_of_the_guide_are_right() {
    let guide = std::fs::read_to_string(root().join("docs/guides/importing.md")).unwrap();
    let mappings = blocks(&guide, "yaml");
    assert_eq!(mappings.len(), 3);
    for yaml in &mappings {
        Mapping::parse(yaml).unwrap_or_else(|issues| panic!("{issues:#?}"));
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("export.csv");
    std::fs::write(&path, &blocks(&guide, "csv")[0]).unwrap();
    let mapping = Mapping::parse(&mappings[0]).unwrap();
    let seen = "2026-06-01T00:00:00Z".parse().unwrap();
    let report = Importer::new(Some(mapping), vec![path], seen).dry_run(&mut |_| {}).unwrap();
    assert_eq!((report.rows, report.quarantined, report.events), (2, 0, 7));
}

#[test]
fn the_payloads_of_the_guide_come_to_what_it_says() {
    let guide = std::fs::read_to_string(root().join("docs/guides/payloads.md")).unwrap();
    let (mappings, bodies) = (blocks(&guide, "yaml"), blocks(&guide, "json"));
    let expected = [
        (&["status 4711", "assigned 4711"][..], &["changes[0].from", "changes[1].from.id"][..]),
        (
            &["created chat-215", "message chat-215", "message chat-215", "status chat-215"],
            &[
                "item.customer.name",
                "item.parts[2].author.id",
                "item.parts[2].author.type",
                "item.parts[2].created_at",
                "item.parts[2].id",
            ],
        ),
        (
            &[
                "created call-c-88",
                "message call-c-88",
                "message call-c-88",
                "worked call-c-88",
                "status call-c-88",
            ],
            &[],
        ),
    ];
    assert_eq!((mappings.len(), bodies.len()), (3, 3));
    let headers = [("X-Event".to_owned(), "call.ended".to_owned())];
    let seen = "2026-06-01T00:00:00Z".parse().unwrap();
    for ((yaml, body), (events, unread)) in mappings.iter().zip(&bodies).zip(expected) {
        let payloads = Payloads::new(Mapping::parse(yaml).unwrap(), &[]).unwrap();
        let tried = payloads.test(body.as_bytes(), &headers, seen);
        assert_eq!(tried.problems, []);
        let made: Vec<String> = tried
            .events
            .iter()
            .map(|made| {
                let kind = made.event["type"].as_str().unwrap().rsplit('.').next().unwrap();
                format!("{kind} {}", made.event["subject"].as_str().unwrap())
            })
            .collect();
        assert_eq!(made, events, "{tried:#?}");
        assert_eq!(tried.unread, unread);
    }
}

#[test]
fn every_mapping_for_acceptance_is_right() {
    for entry in std::fs::read_dir(root().join("acceptance/mappings")).unwrap() {
        let path = entry.unwrap().path();
        let yaml = std::fs::read_to_string(&path).unwrap();
        Mapping::parse(&yaml).unwrap_or_else(|issues| panic!("{}: {issues:#?}", path.display()));
    }
}

#[test]
fn the_reference_names_every_code() {
    let page = |name: &str| std::fs::read_to_string(root().join(name)).unwrap();
    let reference = page("docs/reference/mapping.md") + &page("docs/reference/hooks.md");
    let mut files = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    let mut codes = BTreeSet::new();
    while let Some(path) = files.pop() {
        if path.is_dir() {
            files.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let text = std::fs::read_to_string(path).unwrap();
        for call in ["Reason::new(", "Issue::new(", ".issue(", "notes.push("] {
            for rest in text.split(call).skip(1) {
                let rest = rest.trim_start().trim_start_matches('(');
                if let Some(code) = rest.strip_prefix('"') {
                    codes.insert(code.split('"').next().unwrap().to_owned());
                }
            }
        }
    }
    assert!(codes.len() > 40, "{codes:?}");
    let missing: Vec<_> =
        codes.iter().filter(|code| !reference.contains(&format!("`{code}`"))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
