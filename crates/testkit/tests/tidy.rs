//! House rules that no compiler checks: arrows between rooms, documents, shapes of files.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Which room may use which, besides `event`, which every room may use.
const ARROWS: &[(&str, &[&str])] = &[
    ("event", &[]),
    ("facts", &[]),
    ("connect", &[]),
    ("store", &["facts"]),
    ("semantic", &["facts"]),
    ("engine", &["facts", "semantic", "store"]),
    ("jobs", &["connect", "store"]),
    ("serve", &["engine", "connect", "store"]),
    ("testkit", &["facts"]),
    ("trial", &[]),
    ("app", &["facts", "connect", "store", "semantic", "engine", "jobs", "serve", "testkit"]),
];

/// Longest line of a source file, in characters.
const LINE_CHARS_MAX: usize = 100;

/// Largest file in the repository, in bytes, lock files and generated documents aside.
const BLOB_BYTES_MAX: u64 = 200_000;

/// What may stand at the root: everything else has a folder to go to.
const ROOT: &[&str] = &[
    ".ci",
    ".gitignore",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "Makefile",
    "README.md",
    "SECURITY.md",
    "acceptance",
    "bench",
    "clippy.toml",
    "crates",
    "definitions",
    "deny.toml",
    "docs",
    "fuzz",
    "openapi.json",
    "packaging",
    "rustfmt.toml",
    "scenarios",
    "schemas",
    "scripts",
    "ui",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// Every file git tracks, relative to the root, that still exists.
fn tracked() -> Vec<String> {
    let output = Command::new("git").arg("ls-files").current_dir(root()).output().unwrap();
    assert!(output.status.success(), "git ls-files failed");
    let listing = String::from_utf8(output.stdout).unwrap();
    let files: Vec<_> =
        listing.lines().filter(|file| root().join(file).is_file()).map(str::to_owned).collect();
    assert!(files.len() > 50, "git lists only {} files", files.len());
    files
}

fn read(file: &str) -> String {
    fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

fn with_extension(extension: &str) -> Vec<String> {
    tracked()
        .into_iter()
        .filter(|file| Path::new(file).extension().is_some_and(|found| found == extension))
        .collect()
}

fn report(problems: &[String]) {
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[test]
fn rooms_use_only_the_rooms_they_may() {
    let allowed: BTreeMap<_, _> = ARROWS.iter().copied().collect();
    let mut problems = Vec::new();
    for (room, may_use) in &allowed {
        let manifest: String = read(&format!("crates/{room}/Cargo.toml"));
        let dependencies =
            manifest.split("[dev-dependencies]").next().expect("split yields at least one part");
        for other in allowed.keys().filter(|other| **other != "event") {
            let used =
                dependencies.lines().any(|line| line.starts_with(&format!("{other}.workspace")));
            if used && !may_use.contains(other) {
                problems.push(format!("{room} must not use {other}"));
            }
        }
    }
    report(&problems);
}

#[test]
fn every_room_is_on_the_map() {
    let documents = [read("README.md"), read("ARCHITECTURE.md")];
    let mut problems = Vec::new();
    for entry in fs::read_dir(root().join("crates")).unwrap() {
        let room = entry.unwrap().file_name().into_string().unwrap();
        if !ARROWS.iter().any(|(known, _)| *known == room) {
            problems.push(format!("crates/{room} has no arrows in this test"));
        }
        if documents.iter().any(|text| !text.contains(&format!("`{room}`"))) {
            problems.push(format!("README and ARCHITECTURE must both name `{room}`"));
        }
    }
    report(&problems);
}

#[test]
fn the_root_holds_only_what_belongs_there() {
    let strangers: Vec<_> = tracked()
        .iter()
        .filter_map(|file| file.split('/').next())
        .filter(|top| !ROOT.contains(top))
        .map(|top| format!("{top} does not belong at the root"))
        .collect();
    report(&strangers);
}

#[test]
fn sources_are_shaped_alike() {
    let mut problems = Vec::new();
    for file in with_extension("rs") {
        let text = read(&file);
        if file.ends_with("/mod.rs") {
            problems.push(format!("{file}: name it after the module instead of mod.rs"));
        }
        if !text.trim_start_matches("#![").contains("//!") {
            problems.push(format!("{file}: say in one `//!` sentence what it is for"));
        }
        let is_test = file.contains("/tests/") || file.ends_with("/cli.rs");
        for (number, line) in text.lines().enumerate() {
            let place = format!("{file}:{}", number + 1);
            if line.contains('\t') {
                problems.push(format!("{place}: tab"));
            }
            // Texts are not broken for the margin's sake, nor are the examples of `--help`.
            if line.chars().count() > LINE_CHARS_MAX && !line.contains(['"', '|', '\\']) && !is_test
            {
                problems.push(format!("{place}: longer than {LINE_CHARS_MAX} characters"));
            }
            if line.contains(concat!(" TO", "DO")) && !line.contains('#') {
                problems.push(format!("{place}: a task without an issue number"));
            }
        }
    }
    report(&problems);
}

#[test]
fn nothing_large_is_committed() {
    let generated = ["Cargo.lock", "openapi.json"];
    let problems: Vec<_> = tracked()
        .into_iter()
        .filter(|file| !generated.contains(&file.as_str()))
        .filter_map(|file| {
            let bytes = fs::metadata(root().join(&file)).unwrap().len();
            (bytes > BLOB_BYTES_MAX).then(|| format!("{file}: {bytes} bytes"))
        })
        .collect();
    report(&problems);
}

#[test]
fn links_between_documents_lead_somewhere() {
    let mut problems = Vec::new();
    for file in with_extension("md") {
        let folder = root().join(&file).parent().unwrap().to_path_buf();
        for target in links(&read(&file)) {
            if !folder.join(&target).exists() {
                problems.push(format!("{file}: dead link {target}"));
            }
        }
    }
    report(&problems);
}

/// Relative targets of the inline links of a Markdown text, without their fragments.
fn links(markdown: &str) -> Vec<String> {
    markdown
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .map(|target| target.split('#').next().unwrap_or_default())
        .filter(|target| !target.is_empty() && !target.contains("://") && !target.contains(' '))
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_decision_is_in_the_index() {
    let index = read("docs/decisions/README.md");
    let problems: Vec<_> = with_extension("md")
        .into_iter()
        .filter_map(|file| file.strip_prefix("docs/decisions/").map(str::to_owned))
        .filter(|name| name != "README.md" && !index.contains(name.as_str()))
        .map(|name| format!("docs/decisions/README.md does not list {name}"))
        .collect();
    report(&problems);
}

#[test]
fn the_changelog_has_its_shape() {
    let text = read("CHANGELOG.md");
    assert!(text.starts_with("# Changelog\n"), "starts with its title");
    let headings: Vec<_> = text.lines().filter(|line| line.starts_with("### ")).collect();
    assert!(!headings.is_empty());
    for heading in headings {
        let known = ["### Features", "### Fixes", "### Internals"];
        assert!(known.contains(&heading), "{heading} is none of {known:?}");
    }
}

#[test]
fn licences_are_ones_we_allow() {
    let deny = read("deny.toml");
    let allowed: Vec<_> = deny
        .lines()
        .skip_while(|line| !line.starts_with("allow = ["))
        .take_while(|line| *line != "]")
        .flat_map(|line| line.split('"').skip(1).step_by(2))
        .collect();
    assert!(allowed.contains(&"Apache-2.0"), "the list of licences was not found in deny.toml");
    // Only what is built here was downloaded.
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--offline"])
        .args(["--filter-platform", "host-tuple"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let problems: Vec<_> = metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|package| !licence_is_allowed(package["license"].as_str(), &allowed))
        .map(|package| format!("{}: {}", package["name"], package["license"]))
        .collect();
    report(&problems);
}

/// Whether an SPDX expression can be met with the allowed licences: of each alternative (`OR`, or
/// the old slash) every part (`AND`) must be allowed.
fn licence_is_allowed(expression: Option<&str>, allowed: &[&str]) -> bool {
    let Some(expression) = expression else { return false };
    let all_parts = |alternative: &str| {
        alternative
            .split(" AND ")
            .all(|part| allowed.contains(&part.trim().trim_matches(['(', ')'])))
    };
    let conjunctions = expression.contains(") AND") || expression.contains("AND (");
    if conjunctions {
        return expression
            .split(" AND ")
            .all(|part| licence_is_allowed(Some(part.trim().trim_matches(['(', ')'])), allowed));
    }
    expression.replace('/', " OR ").split(" OR ").any(|part| all_parts(part.trim()))
}
