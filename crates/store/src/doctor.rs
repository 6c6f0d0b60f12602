//! The doctor: looks at everything that is kept, says what is wrong and what to do, and repairs
//! what can be repaired without guessing.

mod folder;
mod kept;
mod repair;
mod segments;

use crate::core::blocking;
use crate::error::Result;
use crate::layout::Layout;
use crate::options::Options;
use crate::state::manifest::Line;
use crate::state::{State, commit, manifest, meta, numbers};
use crate::store::Store;
use event::Instant;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// It works, and will not for long.
    Warning,
    /// Something is lost or cannot be used.
    Error,
}

/// One thing that the doctor noticed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// A stable word for the kind of finding.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// Which file, folder, batch or database.
    pub place: String,
    /// What is the matter, and what that means.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
    /// The tickets that it touches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tickets: Option<Affected>,
    /// Whether it was repaired just now.
    pub repaired: bool,
}

/// The tickets that damage touches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Affected {
    /// Number of the first.
    pub first: u32,
    /// Number of the last.
    pub last: u32,
    /// How many of them still show their history; what they show may be wrong.
    pub readable: u32,
    /// `source/ticket` of those of which the names can still be read.
    pub names: Vec<String>,
}

/// What the doctor looked at, and found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnosis {
    /// When.
    pub at: Instant,
    /// Whether every byte was compared, or only what costs nothing.
    pub thorough: bool,
    /// Segments looked at.
    pub segments: u64,
    /// Bytes of their files.
    pub bytes: u64,
    /// Batches of the inbox looked at.
    pub batches: u64,
    /// What was found, worst first.
    pub findings: Vec<Finding>,
}

impl Diagnosis {
    /// Whether nothing that is left needs attention.
    pub fn is_well(&self) -> bool {
        let left = self.findings.iter().filter(|finding| !finding.repaired);
        left.clone().all(|finding| finding.severity == Severity::Info)
    }
}

/// What the doctor may do.
#[derive(Clone, Debug, Default)]
pub struct Care {
    /// Repair what can be.
    pub repair: bool,
    /// An unpacked backup that files may be taken from.
    pub backup: Option<PathBuf>,
}

/// What is looked at, and what was found so far.
struct Patient {
    layout: Layout,
    options: Options,
    state: State,
    lines: Vec<Line>,
    segment_rows: u32,
    /// Tickets that have numbers.
    numbered: u32,
    now: Instant,
    thorough: bool,
    /// Whether a running process has it open, so that what it writes just now is not finished.
    is_open: bool,
    findings: Vec<Finding>,
}

impl Finding {
    fn new(
        code: &'static str,
        severity: Severity,
        place: impl std::fmt::Display,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            code,
            severity,
            place: place.to_string(),
            message: message.into(),
            remedy: remedy.into(),
            tickets: None,
            repaired: false,
        }
    }
}

/// Looks at a data folder that nobody has open, and repairs it where asked.
///
/// # Errors
/// [`crate::Error::Locked`] when a process has it open, and whatever keeps the doctor from looking
/// at all; what is wrong with the data is no error but a finding.
pub async fn doctor(dir: &Path, options: Options, care: Care) -> Result<Diagnosis> {
    let layout = Layout::new(dir);
    let _lock = layout.lock()?;
    let now = options.clock.now();
    let state = match State::open(&options.state, &layout.state()).await {
        Ok(state) => state,
        Err(error) => return Ok(hopeless(now, &options, &error)),
    };
    let mut patient = Patient::examine(layout, options, state, now).await?;
    patient.look(true, false).await?;
    if care.repair {
        patient.repair(care.backup.as_deref()).await?;
    }
    let diagnosis = patient.diagnosis().await?;
    patient.state.close().await;
    Ok(diagnosis)
}

/// What can be said where not even the state database opens.
fn hopeless(now: Instant, options: &Options, error: &crate::error::Error) -> Diagnosis {
    let source = std::error::Error::source(error).map(|cause| format!(": {cause}"));
    let finding = Finding::new(
        "state_unreadable",
        Severity::Error,
        &options.state,
        format!("{error}{}", source.unwrap_or_default()),
        "nothing can be read without it: restore a backup (`deskmeter restore`)",
    );
    let findings = vec![finding];
    Diagnosis { at: now, thorough: true, segments: 0, bytes: 0, batches: 0, findings }
}

impl Store {
    /// Looks at everything while the store runs; changes nothing. `thorough` compares every byte
    /// with its checksum, else only what costs nothing is looked at.
    ///
    /// # Errors
    /// When the state database refuses.
    pub async fn examine(&self, thorough: bool) -> Result<Diagnosis> {
        let core = &self.core;
        // No segment is replaced or half written while its files are looked at.
        let _upkeep = core.upkeep().await?;
        let now = core.clock().now();
        let (layout, options) = (core.layout.clone(), core.options.clone());
        let mut patient = Patient::examine(layout, options, core.state.clone(), now).await?;
        patient.look(thorough, true).await?;
        patient.diagnosis().await
    }
}

impl Patient {
    async fn examine(layout: Layout, options: Options, state: State, now: Instant) -> Result<Self> {
        let mut tx = state.begin_reading().await?;
        let lines = manifest::read(&mut tx).await?;
        let numbered = numbers::next(&mut tx).await?;
        let rows = meta(&mut tx, crate::core::SEGMENT_ROWS).await?;
        commit(tx).await?;
        let rows = rows.and_then(|text| text.parse().ok());
        Ok(Self {
            layout,
            options,
            state,
            lines,
            segment_rows: rows.unwrap_or(crate::limits::SEGMENT_ROWS),
            numbered,
            now,
            thorough: false,
            is_open: false,
            findings: Vec::new(),
        })
    }

    async fn look(&mut self, thorough: bool, is_open: bool) -> Result<()> {
        (self.thorough, self.is_open) = (thorough, is_open);
        self.look_at_folder();
        self.look_at_state().await?;
        self.look_at_segments().await?;
        self.look_at_inbox().await?;
        self.look_at_imports().await?;
        self.look_at_backups().await
    }

    async fn look_at_segments(&mut self) -> Result<()> {
        let (layout, lines) = (self.layout.clone(), self.lines.clone());
        let (rows, numbered, thorough) = (self.segment_rows, self.numbered, self.thorough);
        let threads = self.options.workers();
        let found = blocking(move || {
            let look = |line: Line| Ok(segments::look(&layout, &line, (rows, numbered), thorough));
            crate::parallel::each(threads, lines, look, |_| ())
        })
        .await?;
        self.findings.extend(found.into_iter().flatten());
        Ok(())
    }

    async fn diagnosis(&mut self) -> Result<Diagnosis> {
        let mut findings = std::mem::take(&mut self.findings);
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        Ok(Diagnosis {
            at: self.now,
            thorough: self.thorough,
            segments: self.lines.len() as u64,
            bytes: self.lines.iter().map(|line| line.stats.bytes).sum(),
            batches: self.batches().await?,
            findings,
        })
    }
}
