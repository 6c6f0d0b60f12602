//! Reads and checks the settings; reports everything that is wrong at once.

use super::keys::{CONFIG_VARIABLE, Shape};
use super::{Config, FILE_NAME, KEYS, Key, Notify};
use crate::cli::Global;
use crate::exit::{Exit, Failure, Outcome};
use crate::issue::{Issue, nearest};
use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;
use store::StateUrl;
use toml::de::{DeTable, DeValue};

/// Largest configuration file read, in bytes.
const CONFIG_BYTES_MAX: u64 = 1 << 20;

/// The variable by which OpenTelemetry names the collector.
const OTEL_ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";

/// What the command line says about the configuration.
#[derive(Clone, Debug, Default)]
pub(crate) struct Given {
    /// `--config FILE`.
    pub(crate) config: Option<PathBuf>,
    /// `--data DIR`.
    pub(crate) data: Option<PathBuf>,
    /// `--state URL`.
    pub(crate) state: Option<String>,
    /// The `DESKMETER_*` variables.
    pub(crate) variables: BTreeMap<String, String>,
    /// What the service manager says.
    pub(crate) notify: Notify,
}

impl Given {
    #[expect(clippy::disallowed_methods, reason = "the one place where the environment is read")]
    /// The command line's words plus this process's environment.
    pub(crate) fn new(flags: &Global) -> Self {
        let notify = Notify {
            socket: std::env::var_os("NOTIFY_SOCKET").map(PathBuf::from),
            watchdog: std::env::var_os("WATCHDOG_USEC")
                .and_then(|text| text.to_str()?.parse().ok())
                .map(Duration::from_micros),
        };
        let mut variables: BTreeMap<String, String> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value)))
            .filter(|(name, _)| name.starts_with("DESKMETER_") || name == OTEL_ENDPOINT)
            .map(|(name, value)| (name, value.to_string_lossy().into_owned()))
            .collect();
        // What every program with traces is told; our own name for it beats it.
        if let Some(endpoint) = variables.remove(OTEL_ENDPOINT) {
            variables.entry("DESKMETER_TRACE_ENDPOINT".to_owned()).or_insert(endpoint);
        }
        let Global { config, data, state, .. } = flags.clone();
        Self { config, data, state, variables, notify }
    }
}

/// A value with the place it came from.
#[derive(Clone, Debug)]
struct Placed {
    value: String,
    place: String,
    /// Folder that a relative path starts at.
    base: PathBuf,
}

type Values = BTreeMap<&'static str, Placed>;

/// The value of an environment variable that a user's own file names, such as that of a secret.
pub(crate) fn variable(name: &str) -> Option<String> {
    let (_, value) = std::env::vars_os().find(|(known, _)| known == name)?;
    value.into_string().ok()
}

/// Finds, reads and checks the configuration.
///
/// # Errors
/// Every unknown key and wrong value, with file and line; or the file cannot be read.
pub(crate) fn load(given: &Given) -> Outcome<Config> {
    let mut issues = Vec::new();
    let file = find(given)?;
    let mut values = defaults();
    if let Some(file) = &file {
        read_file(file, &mut values, &mut issues)?;
    }
    read_variables(given, &mut values, &mut issues);
    if let Some(data) = &given.data {
        let value = data.to_string_lossy().into_owned();
        values.insert("data", Placed { value, place: "--data".to_owned(), base: PathBuf::new() });
    }
    if let Some(value) = given.state.clone() {
        values.insert("state", Placed { value, place: "--state".to_owned(), base: PathBuf::new() });
    }
    check(&values, &mut issues);
    if !issues.is_empty() {
        return Err(Failure::issues(issues));
    }
    let mut config = build(file, &values)?;
    config.notify = given.notify.clone();
    Ok(config)
}

/// The file named by the flag or the variable, else the one in the data or working folder.
fn find(given: &Given) -> Outcome<Option<PathBuf>> {
    let named =
        given.config.clone().or_else(|| given.variables.get(CONFIG_VARIABLE).map(PathBuf::from));
    if let Some(named) = named {
        return if named.is_file() {
            Ok(Some(named))
        } else {
            let message = format!("there is no configuration file {}", named.display());
            Err(Failure::words(Exit::NotFound, message)
                .hint("check --config and DESKMETER_CONFIG, or leave them out for the defaults"))
        };
    }
    let data = given.data.clone().or_else(|| given.variables.get("DESKMETER_DATA").map(Into::into));
    let beside_data = data.map(|data| data.join(FILE_NAME)).filter(|file| file.is_file());
    Ok(beside_data.or_else(|| Some(PathBuf::from(FILE_NAME)).filter(|file| file.is_file())))
}

fn defaults() -> Values {
    let placed = |key: &Key| Placed {
        value: key.default.to_owned(),
        place: "default".to_owned(),
        base: PathBuf::new(),
    };
    KEYS.iter().map(|key| (key.name, placed(key))).collect()
}

fn read_file(file: &Path, values: &mut Values, issues: &mut Vec<Issue>) -> Outcome<()> {
    let size = std::fs::metadata(file)?.len();
    if size > CONFIG_BYTES_MAX {
        let message = format!(
            "{} has {size} bytes, a configuration may have {CONFIG_BYTES_MAX}",
            file.display()
        );
        return Err(Failure::words(Exit::Limited, message));
    }
    let text = std::fs::read_to_string(file)
        .map_err(|error| Failure::from(error).context(format!("reading {}", file.display())))?;
    let reader = FileReader { text: &text, name: file.display().to_string(), base: parent(file) };
    match DeTable::parse(&text) {
        Ok(table) => reader.table("", table.get_ref(), values, issues),
        Err(error) => {
            let line = error.span().map_or(1, |span| line_of(&text, span.start));
            let place = format!("{}:{line}", reader.name);
            issues.push(
                Issue::new("config_syntax", place, format!("not TOML: {}", error.message()))
                    .hint("docs/reference/configuration.md shows a complete file"),
            );
        }
    }
    Ok(())
}

fn parent(file: &Path) -> PathBuf {
    file.parent().map(Path::to_path_buf).unwrap_or_default()
}

/// One file being read.
struct FileReader<'a> {
    text: &'a str,
    name: String,
    base: PathBuf,
}

impl FileReader<'_> {
    fn table(
        &self,
        prefix: &str,
        table: &DeTable<'_>,
        values: &mut Values,
        issues: &mut Vec<Issue>,
    ) {
        for (key, value) in table {
            let name = format!("{prefix}{}", key.get_ref());
            let place = format!("{}:{}", self.name, line_of(self.text, key.span().start));
            let known = KEYS.iter().find(|known| known.name == name);
            match (known, value.get_ref()) {
                (Some(known), value) => match scalar(value, known.shape) {
                    Some(value) => {
                        let base = self.base.clone();
                        values.insert(known.name, Placed { value, place, base });
                    }
                    None => issues.push(wrong(known, &place, value.type_str())),
                },
                (None, DeValue::Table(inner)) if is_section(&name) => {
                    self.table(&format!("{name}."), inner, values, issues);
                }
                (None, _) => issues.push(unknown(&name, &place)),
            }
        }
    }
}

fn is_section(name: &str) -> bool {
    KEYS.iter().any(|key| key.name.strip_prefix(name).is_some_and(|rest| rest.starts_with('.')))
}

fn scalar(value: &DeValue<'_>, shape: Shape) -> Option<String> {
    match value {
        DeValue::Boolean(flag) if shape == Shape::Flag => Some(flag.to_string()),
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) => Some(number.as_str().replace('_', "")),
        DeValue::Float(_)
        | DeValue::Boolean(_)
        | DeValue::Datetime(_)
        | DeValue::Array(_)
        | DeValue::Table(_) => None,
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count() + 1
}

fn unknown(name: &str, place: &str) -> Issue {
    let issue = Issue::new("config_unknown_key", place, format!("unknown key `{name}`"));
    match nearest(name, KEYS.iter().map(|key| key.name)) {
        Some(near) => issue.hint(format!("did you mean `{near}`?")),
        None => issue.hint("docs/reference/configuration.md lists every key"),
    }
}

fn wrong(key: &Key, place: &str, written: &str) -> Issue {
    let message = format!("`{}` is {written}, expected: {}", key.name, key.shape.words());
    let issue = Issue::new("config_wrong_value", place, message);
    match key.shape {
        Shape::OneOf(words) => match nearest(written.trim_matches('"'), words.iter().copied()) {
            Some(near) => issue.hint(format!("did you mean `{near}`?")),
            None => issue,
        },
        Shape::Zone => issue.hint("zones look like `Europe/Berlin` or `UTC`"),
        Shape::Path
        | Shape::Text
        | Shape::Number(..)
        | Shape::Address
        | Shape::State
        | Shape::Flag => issue,
    }
}

fn read_variables(given: &Given, values: &mut Values, issues: &mut Vec<Issue>) {
    for (name, value) in &given.variables {
        if name == CONFIG_VARIABLE {
            continue;
        }
        match KEYS.iter().find(|key| key.variable() == *name) {
            Some(key) => {
                let placed =
                    Placed { value: value.clone(), place: name.clone(), base: PathBuf::new() };
                values.insert(key.name, placed);
            }
            None => {
                let names: Vec<String> = KEYS.iter().map(Key::variable).collect();
                let message = format!("unknown environment variable `{name}`");
                let issue = Issue::new("config_unknown_variable", "environment", message);
                issues.push(match nearest(name, names.iter().map(String::as_str)) {
                    Some(near) => issue.hint(format!("did you mean `{near}`?")),
                    None => issue.hint("docs/reference/configuration.md lists every variable"),
                });
            }
        }
    }
}

fn check(values: &Values, issues: &mut Vec<Issue>) {
    for key in KEYS {
        let Some(placed) = values.get(key.name) else { continue };
        if placed.value.is_empty() && key.default.is_empty() {
            continue;
        }
        let fits = match key.shape {
            Shape::Path | Shape::Text => !placed.value.is_empty(),
            Shape::Zone => jiff::tz::TimeZone::get(&placed.value).is_ok(),
            Shape::OneOf(words) => words.contains(&placed.value.as_str()),
            Shape::Number(min, max) => {
                placed.value.parse::<u64>().is_ok_and(|number| (min..=max).contains(&number))
            }
            Shape::Address => placed.value.parse::<std::net::SocketAddr>().is_ok(),
            Shape::State => match StateUrl::postgres(&placed.value) {
                Ok(_) => true,
                Err(error) => {
                    // The value itself may hold a password.
                    issues.push(Issue::new("config_wrong_value", &placed.place, error.to_string()));
                    true
                }
            },
            Shape::Flag => placed.value.parse::<bool>().is_ok(),
        };
        if !fits {
            issues.push(wrong(key, &placed.place, &format!("`{}`", placed.value)));
        }
    }
}

/// Puts checked values into their types.
fn build(file: Option<PathBuf>, values: &Values) -> Outcome<Config> {
    let text = |name: &str| values.get(name).map(|placed| placed.value.clone()).unwrap_or_default();
    let path = |name: &str| values.get(name).map(|placed| placed.base.join(&placed.value));
    let some_path = |name: &str| path(name).filter(|_| !text(name).is_empty());
    let number = |name: &str| -> Outcome<u64> {
        text(name).parse().map_err(|error| Failure::new(Exit::Internal, anyhow::Error::new(error)))
    };
    let threads = match number("limits.threads")? {
        0 => std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        given => usize::try_from(given).unwrap_or(1),
    };
    Ok(Config {
        file,
        data: path("data").unwrap_or_else(|| PathBuf::from("data")),
        state: match text("state").as_str() {
            "" => StateUrl::file(),
            url => StateUrl::postgres(url)?,
        },
        policies: some_path("policies"),
        metrics: some_path("metrics"),
        mappings: some_path("mappings"),
        hooks: some_path("hooks"),
        backups: some_path("backups"),
        zone: text("zone"),
        week_start: text("week_start"),
        listen: text("serve.listen")
            .parse()
            .map_err(|error| Failure::new(Exit::Internal, anyhow::Error::new(error)))?,
        door: door(&number)?,
        segment_tickets: u32::try_from(number("store.segment_tickets")?).unwrap_or(u32::MAX),
        seal_tickets: number("store.seal_tickets")?,
        work: text("serve.work") == "true",
        threads,
        question_memory_bytes: number("limits.question_memory_mb")? << 20,
        question_timeout: Duration::from_secs(number("limits.question_seconds")?),
        log_filter: text("log.filter"),
        log_json: text("log.format") == "json",
        notify: Notify::default(),
        trace_endpoint: Some(text("trace.endpoint")).filter(|text| !text.is_empty()),
    })
}

/// How much the API lets in.
fn door(number: &dyn Fn(&str) -> Outcome<u64>) -> Outcome<serve::Door> {
    let count = |name: &str| number(name).map(|given| usize::try_from(given).unwrap_or(usize::MAX));
    let rate = u32::try_from(number("ingest.client_rate")?).unwrap_or(u32::MAX);
    Ok(serve::Door {
        body_bytes: count("ingest.body_mb")? << 20,
        stream_bytes: number("ingest.stream_mb")? << 20,
        memory_bytes: count("ingest.memory_mb")? << 20,
        requests: count("ingest.requests")?,
        client_requests_per_second: NonZeroU32::new(rate),
        connections: count("serve.connections")?,
        header_time: Duration::from_secs(number("serve.header_seconds")?),
        pause_time: Duration::from_secs(number("serve.pause_seconds")?),
        ..serve::Door::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_file(text: &str) -> (tempfile::TempDir, Given) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(FILE_NAME);
        std::fs::write(&file, text).unwrap();
        (folder, Given { config: Some(file), ..Given::default() })
    }

    fn report(given: &Given) -> String {
        load(given).unwrap_err().report()
    }

    #[test]
    fn without_anything_the_defaults_hold() {
        let (_folder, given) = with_file("");
        let config = load(&given).unwrap();
        assert_eq!(config.zone, "UTC");
        assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
        assert_eq!(config.policies, None);
    }

    #[test]
    fn flag_beats_variable_beats_file() {
        let (folder, mut given) = with_file("data = \"a\"\nzone = \"Europe/Berlin\"\n");
        assert_eq!(load(&given).unwrap().data, folder.path().join("a"));
        given.variables.insert("DESKMETER_DATA".to_owned(), "b".to_owned());
        given.variables.insert("DESKMETER_ZONE".to_owned(), "Asia/Tokyo".to_owned());
        let config = load(&given).unwrap();
        assert_eq!((config.data, config.zone.as_str()), ("b".into(), "Asia/Tokyo"));
        given.data = Some("c".into());
        assert_eq!(load(&given).unwrap().data, PathBuf::from("c"));
    }

    #[test]
    fn every_mistake_is_reported_at_once_with_its_line() {
        let (_folder, mut given) =
            with_file("zoen = \"UTC\"\nweek_start = \"mondy\"\n[serve]\nlisten = 8080\nport = 1\n");
        given.variables.insert("DESKMETER_ZON".to_owned(), "UTC".to_owned());
        let report = report(&given);
        for expected in [
            "deskmeter.toml:1: unknown key `zoen`",
            "did you mean `zone`?",
            "deskmeter.toml:2: `week_start` is `mondy`",
            "did you mean `monday`?",
            "deskmeter.toml:4: `serve.listen` is `8080`, expected: address:port",
            "deskmeter.toml:5: unknown key `serve.port`",
            "did you mean `DESKMETER_ZONE`?",
        ] {
            assert!(report.contains(expected), "{expected:?} missing in\n{report}");
        }
    }

    #[test]
    fn broken_toml_names_its_line() {
        let (_folder, given) = with_file("zone = \"UTC\"\ndata = \n");
        assert!(report(&given).contains("deskmeter.toml:2: not TOML"), "{}", report(&given));
    }

    #[test]
    fn the_password_of_the_state_is_never_reported() {
        let (_folder, mut given) = with_file("state = \"postgres://ada:secret@db/desk\"\n");
        let config = load(&given).unwrap();
        assert!(config.state.is_shared());
        assert!(!format!("{config:?}").contains("secret"), "{config:?}");
        given.state = Some("mysql://ada:secret@db/desk".to_owned());
        let report = report(&given);
        assert!(report.contains("--state") && report.contains("mysql"), "{report}");
        assert!(!report.contains("secret"), "{report}");
    }

    #[test]
    fn a_named_file_must_exist() {
        let given = Given { config: Some("/nowhere/deskmeter.toml".into()), ..Given::default() };
        assert_eq!(load(&given).unwrap_err().exit, Exit::NotFound);
    }
}
