//! Scenario files: a support history in a few lines, and what must come out of it.
//!
//! A scenario is one YAML file that somebody who runs a support desk can read and add:
//!
//! ```yaml
//! name: an auto-reply is not an answer
//! about: The customer got a machine's "we have your mail" at once and a person after an hour.
//! covers: [trap 1]
//! now: 2026-03-06 12:00
//! events:
//!   - 2026-03-02 09:00 4711 created channel=email
//!   - 2026-03-02 09:00:05 4711 message system automated
//!   - 2026-03-02 10:00 4711 message agent:ada
//! facts:
//!   4711: {first_reply_us: 1h, first_ack_us: 5s}
//! questions:
//!   - ask: {metrics: [first_response_time], clock: calendar}
//!     expect:
//!       - {first_response_time: 3600}
//! ```
//!
//! The grammar of an event line is described at [`mod@line`]; expectations at [`mod@expect`].

pub mod expect;
pub mod line;
mod raw;
mod rewrite;

pub use expect::Mismatch;
pub use raw::Raw;
pub use rewrite::rewrite_expected;

use event::{Event, Instant};
use jiff::tz::TimeZone;
use rand::{RngExt, SeedableRng};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// One parsed scenario file.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// What it shows, in a few words.
    pub name: String,
    /// The situation and why the expected numbers are right.
    pub about: String,
    /// Golden examples, traps and metrics it covers: `G1`, `trap 6`, `first_response_time`.
    pub covers: Vec<String>,
    /// The policies, as written; read them with `serde_json::from_value`.
    pub policies: Value,
    /// The present, as far as the scenario is concerned.
    pub now: Instant,
    /// Zone that the file's own local times are written in.
    pub zone: TimeZone,
    /// The history, in the order written.
    pub events: Vec<Event>,
    /// Expected facts: a ticket's external id → column → value.
    pub facts: BTreeMap<String, Map<String, Value>>,
    /// Questions and the rows they must give.
    pub questions: Vec<Asked>,
}

/// One question of a scenario.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// The question, in the form that the API takes.
    pub ask: Value,
    /// Why the rows are as they are, where that is not plain.
    #[serde(default)]
    pub why: Option<String>,
    /// The rows of the answer; only the cells named are compared.
    #[serde(default)]
    pub expect: Vec<Map<String, Value>>,
    /// Codes of the issues a wrong question must come back with, instead of rows.
    #[serde(default)]
    pub issues: Vec<String>,
    /// Codes of warnings that the answer must carry, among others.
    #[serde(default)]
    pub warnings: Vec<String>,
    /// Independent SQL over the raw `events` that gives the same rows another way.
    #[serde(default)]
    pub oracle: Option<String>,
    /// A reason why the drill-down does not apply: a metric that is not a count of rows.
    #[serde(default)]
    pub no_drill_down: Option<String>,
}

/// What can be wrong with a scenario file.
#[derive(Debug, thiserror::Error)]
pub enum ScenarioError {
    /// The file could not be read.
    #[error("cannot read scenario {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The file is no YAML of the expected shape.
    #[error("scenario is not of the expected shape: {message}")]
    Shape {
        /// What the YAML reader said.
        message: String,
    },
    /// A zone or an instant cannot be understood.
    #[error("`{field}: {text}` cannot be understood: {message}")]
    Field {
        /// The key of the file.
        field: &'static str,
        /// What it held.
        text: String,
        /// What is wrong with it.
        message: String,
    },
    /// An event line cannot be understood.
    #[error("event {index} (`{text}`): {message}")]
    Line {
        /// Position among the events, from 1.
        index: usize,
        /// The line.
        text: String,
        /// What is wrong with it.
        message: String,
    },
}

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    #[serde(default)]
    about: String,
    #[serde(default)]
    covers: Vec<String>,
    #[serde(default)]
    policies: Option<Value>,
    now: String,
    #[serde(default)]
    zone: Option<String>,
    #[serde(default)]
    source: Option<String>,
    events: Vec<String>,
    #[serde(default)]
    facts: BTreeMap<String, Map<String, Value>>,
    #[serde(default)]
    questions: Vec<Asked>,
}

impl Scenario {
    /// Reads a scenario from YAML text.
    ///
    /// # Errors
    /// The first thing that cannot be understood, with its place.
    pub fn parse(text: &str) -> Result<Self, ScenarioError> {
        let file: File = serde_saphyr::from_str(text)
            .map_err(|error| ScenarioError::Shape { message: error.to_string() })?;
        let zone_name = file.zone.as_deref().unwrap_or("UTC");
        let zone = TimeZone::get(zone_name).map_err(|error| ScenarioError::Field {
            field: "zone",
            text: zone_name.to_owned(),
            message: error.to_string(),
        })?;
        let now = line::instant(&file.now, &zone).map_err(|message| ScenarioError::Field {
            field: "now",
            text: file.now.clone(),
            message,
        })?;
        let source = file.source.as_deref().unwrap_or("desk");
        let mut events = Vec::new();
        for (index, text) in file.events.iter().enumerate() {
            let parsed = line::parse(text, index + 1, source, &zone).map_err(|message| {
                ScenarioError::Line { index: index + 1, text: text.clone(), message }
            })?;
            events.extend(parsed);
        }
        Ok(Self {
            name: file.name,
            about: file.about,
            covers: file.covers,
            policies: file.policies.unwrap_or_else(|| Value::Object(Map::new())),
            now,
            zone,
            events,
            facts: file.facts,
            questions: file.questions,
        })
    }

    /// Reads a scenario file.
    ///
    /// # Errors
    /// As [`Scenario::parse`], or that the file cannot be read.
    pub fn load(path: &Path) -> Result<Self, ScenarioError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ScenarioError::Read { path: path.to_owned(), source })?;
        Self::parse(&text)
    }

    /// The events as a careless source would deliver them: shuffled by `seed`, some twice.
    ///
    /// No answer may depend on the difference.
    pub fn disordered(&self, seed: u64) -> Vec<Event> {
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
        let mut events = self.events.clone();
        let twice: Vec<Event> =
            self.events.iter().filter(|_| rng.random_range(0..3) == 0).cloned().collect();
        events.extend(twice);
        for place in (1..events.len()).rev() {
            events.swap(place, rng.random_range(0..=place));
        }
        events
    }

    /// The external ids of the tickets, in order of first appearance.
    pub fn tickets(&self) -> Vec<&str> {
        let mut seen = std::collections::BTreeSet::new();
        self.events
            .iter()
            .map(|event| event.ticket.as_str())
            .filter(|id| seen.insert(*id))
            .collect()
    }
}

/// The scenario files of a folder, in order of their names.
///
/// # Errors
/// If the folder cannot be read.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>, ScenarioError> {
    let fail = |source| ScenarioError::Read { path: folder.to_owned(), source };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(fail)? {
        let path = entry.map_err(fail)?.path();
        if path.extension().is_some_and(|extension| extension == "yaml") {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}
