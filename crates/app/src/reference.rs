//! Writes docs/reference/{cli,configuration}.md from the code, and fails while they are stale.

use crate::cli::Cli;
use crate::config::{CONFIG_VARIABLE, FILE_NAME, KEYS};
use crate::exit::Exit;
use clap::CommandFactory as _;
use std::fmt::Write as _;
use std::path::Path;

/// Columns of the help in the reference; a terminal's own width does not matter here.
const WIDTH: usize = 96;

/// Compares a generated page with the committed one; `UPDATE=1` writes it instead.
fn ensure_fresh(name: &str, generated: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference").join(name);
    #[expect(clippy::disallowed_methods, reason = "asks whether to write, not how to behave")]
    let update = std::env::var_os("UPDATE").is_some();
    if update {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, generated).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == generated, "docs/reference/{name} is stale: run `make update`");
}

#[test]
fn the_command_line_reference_is_fresh() {
    let mut page = String::from(
        "# Command line\n\nGenerated from the program; refresh with `make update`.\n\n\
         ## Exit codes\n\n| code | meaning |\n| --- | --- |\n",
    );
    for exit in Exit::ALL {
        writeln!(page, "| {} | {} |", exit.code(), exit.words()).unwrap();
    }
    page.push('\n');
    let mut command = Cli::command().term_width(WIDTH);
    command.build();
    describe(&mut command, "deskmeter", &mut page);
    ensure_fresh("cli.md", &format!("{}\n", page.trim_end()));
}

#[test]
fn the_reference_of_what_prometheus_reads_is_fresh() {
    let mut page = String::from(
        "# Metrics for Prometheus\n\nGenerated from the program; refresh with `make update`.\n\n\
         `GET /metrics` answers in the text form of OpenMetrics. A browser that asks for HTML gets \
         the page of the interface with that name instead.\n\n\
         | name | kind | labels | what it says |\n| --- | --- | --- | --- |\n",
    );
    for row in serve::Meter::default().rows() {
        let labels = row.labels.join(", ");
        writeln!(page, "| `{}` | {} | {labels} | {} |", row.name, row.kind, row.words).unwrap();
    }
    ensure_fresh("metrics-endpoint.md", &page);
}

fn describe(command: &mut clap::Command, path: &str, page: &mut String) {
    writeln!(page, "## {path}\n\n```text").unwrap();
    for line in command.render_long_help().to_string().lines() {
        writeln!(page, "{}", line.trim_end()).unwrap();
    }
    page.push_str("```\n\n");
    let names: Vec<String> =
        command.get_subcommands().map(|inner| inner.get_name().to_owned()).collect();
    for name in names.into_iter().filter(|name| name != "help") {
        if let Some(inner) = command.find_subcommand_mut(&name) {
            describe(inner, &format!("{path} {name}"), page);
        }
    }
}

#[test]
fn the_configuration_reference_is_fresh() {
    let mut page = format!(
        "# Configuration\n\nGenerated from the program; refresh with `make update`.\n\n\
         Settings come from one file, `{FILE_NAME}`, and from the environment.\n\
         The file is the one named by `--config` or `{CONFIG_VARIABLE}`, else the one in the data \
         folder, else the one in the working folder.\n\
         A flag beats a variable, a variable beats the file, the file beats the default.\n\
         An unknown key or variable is refused, with its line and the nearest known one.\n\
         A relative path in the file starts at the file's folder.\n\n\
         | key | variable | value | default | what it does |\n| --- | --- | --- | --- | --- |\n"
    );
    for key in KEYS {
        let default =
            if key.default.is_empty() { "–".to_owned() } else { format!("`{}`", key.default) };
        let shape = key.shape.words().replace('|', "\\|");
        writeln!(
            page,
            "| `{}` | `{}` | {shape} | {default} | {} |",
            key.name,
            key.variable(),
            key.words
        )
        .unwrap();
    }
    page.push_str("\nA complete file, with every default:\n\n```toml\n");
    page.push_str(&complete_file());
    page.push_str("```\n");
    ensure_fresh("configuration.md", &page);
}

/// Every setting at its default; one without a default is commented out.
fn complete_file() -> String {
    let mut text = String::new();
    let mut section = "";
    for key in KEYS {
        let (new, name) = key.name.rsplit_once('.').unwrap_or(("", key.name));
        if new != section {
            writeln!(text, "\n[{new}]").unwrap();
            section = new;
        }
        match (key.default, key.default.parse::<u64>()) {
            ("", _) => writeln!(text, "# {name} = \"…\""),
            (default, Ok(_)) | (default @ ("true" | "false"), _) => {
                writeln!(text, "{name} = {default}")
            }
            (default, Err(_)) => writeln!(text, "{name} = \"{default}\""),
        }
        .unwrap();
    }
    text
}

#[test]
fn the_complete_file_is_accepted() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(FILE_NAME);
    std::fs::write(&file, complete_file()).unwrap();
    let given = crate::config::Given { config: Some(file), ..crate::config::Given::default() };
    assert!(crate::config::load(&given).is_ok());
}

#[test]
fn the_command_line_is_sound() {
    Cli::command().debug_assert();
}
