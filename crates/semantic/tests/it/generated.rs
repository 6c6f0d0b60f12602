//! Generated files are fresh: `UPDATE=1 cargo test -p semantic` rewrites them.

use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).canonicalize().unwrap().join("../..")
}

#[expect(clippy::disallowed_methods, reason = "UPDATE is read by tests only")]
fn check(path: &Path, wanted: &str) {
    let found = std::fs::read_to_string(path).unwrap_or_default();
    if found == wanted {
        return;
    }
    if std::env::var("UPDATE").is_ok() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, wanted).unwrap();
    } else {
        panic!("{} is stale: run UPDATE=1 cargo test -p semantic", path.display());
    }
}

#[test]
fn the_page_of_issues_is_fresh() {
    check(&root().join("docs/reference/issues.md"), &semantic::issue::reference());
}

#[test]
fn every_shipped_definition_is_embedded() {
    let folder = root().join("definitions/metrics");
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".yaml"))
        .collect();
    names.sort();
    let mut wanted = String::from(
        "//! The definitions that ship with the program, listed by a test: \
         `UPDATE=1 cargo test -p semantic`.\n\n\
         /// A file's name and its text.\n\
         macro_rules! metric {\n    ($name:literal) => {\n        \
         ($name, include_str!(concat!(\"../../../definitions/metrics/\", $name)))\n    };\n}\n\n\
         /// File names and texts of `definitions/metrics/`.\n\
         pub(crate) const METRICS: &[(&str, &str)] = &[\n",
    );
    for name in names {
        wanted.push_str(&format!("    metric!(\"{name}\"),\n"));
    }
    wanted.push_str("];\n");
    check(&root().join("crates/semantic/src/shipped.rs"), &wanted);
}
