//! One ticket explained: its timeline in words, and every clock drawn as segments that add up to
//! its number, or the words for why there is none.

mod draw;
mod words;

use crate::calendars::Schedule;
use crate::durations::{Counts, Point, RULES, Rule};
use crate::facts::{Facts, Measure, Outcome, RunMode, SlaClock, Turn};
use crate::fold::Folder;
use crate::status::State;
use crate::tables::TablesBuilder;
use crate::timeline::arrange;
use draw::{Pen, Stretch};
use event::{Entry, Instant, Text};
use serde::Serialize;

/// A ticket opened up.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Explanation {
    /// Name of the connection it came through.
    #[schema(value_type = String)]
    pub source: Text,
    /// Its external id.
    #[schema(value_type = String)]
    pub ticket: Text,
    /// The instant up to which running clocks are drawn.
    pub now: Instant,
    /// Its row of `tickets`, by column name, without the timeline.
    #[schema(value_type = BTreeMap<String, serde_json::Value>)]
    pub facts: serde_json::Value,
    /// What happened, in order.
    pub timeline: Vec<Line>,
    /// Every clock of the ticket.
    pub clocks: Vec<ClockTrace>,
}

/// One entry of the timeline in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = TimelineLine)]
pub struct Line {
    /// The event's id.
    #[schema(value_type = String)]
    pub id: Text,
    /// When it happened.
    pub at: Instant,
    /// When we learnt of it.
    pub seen: Instant,
    /// The event type without its prefix.
    pub kind: &'static str,
    /// The actor's role, as it was then.
    pub role: &'static str,
    /// Who did it.
    #[schema(value_type = Option<String>)]
    pub actor: Option<Text>,
    /// What happened, in words.
    pub words: String,
    /// The merged-away ticket it was first written on.
    #[schema(value_type = Option<String>)]
    pub origin: Option<Text>,
}

/// One clock, drawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ClockTrace {
    /// The column it fills, without unit; `turn 0 wait` or `sla first_reply` for child rows.
    pub name: String,
    /// `calendar` or `business`; the calendar's name for an SLA clock.
    #[schema(value_type = String)]
    pub clock: Text,
    /// What it measures.
    pub meaning: String,
    /// Where it started, if it did.
    pub from: Option<Instant>,
    /// Where it ended; absent while it runs.
    pub to: Option<Instant>,
    /// The number in the fact tables, in microseconds.
    pub value_us: Option<i64>,
    /// Why there is no number.
    pub why: Option<String>,
    /// Its parts; the counted times add up to the number where there is one.
    pub segments: Vec<Segment>,
}

/// A part of a clock's way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = ClockSegment)]
pub struct Segment {
    /// Start.
    pub from: Instant,
    /// End, exclusive.
    pub to: Instant,
    /// What the clock did.
    pub state: SegmentState,
    /// How much of it counts, in microseconds.
    pub counted_us: i64,
    /// What is special: a night on which the clocks change.
    pub note: Option<String>,
}

/// What a clock does in a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SegmentState {
    /// It counts.
    Running,
    /// It is paused by the ticket's status.
    Paused,
    /// It is outside the business hours.
    Closed,
    /// It is outside what the clock measures: solved, deleted, spam.
    Suspended,
    /// No calendar was in force.
    NoCalendar,
}

/// The two clocks of every duration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Face {
    Calendar,
    Business,
}

impl Face {
    const BOTH: [Self; 2] = [Self::Calendar, Self::Business];

    const fn name(self) -> &'static str {
        match self {
            Self::Calendar => "calendar",
            Self::Business => "business",
        }
    }

    const fn value(self, measure: Measure) -> Option<i64> {
        match self {
            Self::Calendar => measure.us,
            Self::Business => measure.business_us,
        }
    }
}

impl Folder {
    /// Explains one ticket; clocks that still run are drawn up to `now`.
    pub fn explain(
        &self,
        source: &str,
        ticket: &str,
        timeline: &[Entry],
        now: Instant,
    ) -> Explanation {
        let mut timeline = timeline.to_vec();
        arrange(&mut timeline);
        let facts = self.fold(source, ticket, &timeline);
        let schedule = Schedule::read(&self.calendars, &timeline);
        let pen = Pen::new(&schedule);
        let mut clocks = Vec::new();
        for (rule, measure) in RULES.iter().zip(facts.ticket.durations) {
            for face in Face::BOTH {
                clocks.push(duration_trace(&pen, &facts, rule, face.value(measure), (face, now)));
            }
        }
        for (ordinal, turn) in facts.turns.iter().enumerate() {
            for face in Face::BOTH {
                clocks.push(turn_trace(&pen, ordinal, turn, face, now));
            }
        }
        clocks.extend(facts.clocks.iter().map(|clock| sla_trace(&pen, clock)));
        Explanation {
            source: source.into(),
            ticket: ticket.into(),
            now,
            facts: facts_json(source, ticket, &facts),
            timeline: timeline.iter().map(line).collect(),
            clocks,
        }
    }
}

/// Draws a duration of the ticket.
fn duration_trace(
    pen: &Pen<'_>,
    facts: &Facts,
    rule: &Rule,
    value_us: Option<i64>,
    (face, now): (Face, Instant),
) -> ClockTrace {
    let points = &facts.ticket.points;
    let (from, to) = (points.get(rule.from), points.get(rule.to));
    let end = to.unwrap_or_else(|| now.max(facts.ticket.times.last_event_at));
    let stretches = match from {
        Some(from) if from <= end => stretches(facts, rule.counts, from, end),
        _ => Vec::new(),
    };
    let segments = pen.draw(&stretches, face);
    let why = value_us.is_none().then(|| match (from, to) {
        (None, _) => rule.from.missing().to_owned(),
        (_, None) => rule.to.missing().to_owned(),
        (Some(from), Some(to)) if to < from => "its end lies before its start".to_owned(),
        _ if rule.from == Point::Created && face == Face::Calendar => "unknown".to_owned(),
        _ => "no business calendar was in force for all of it".to_owned(),
    });
    ClockTrace {
        name: rule.name.to_owned(),
        clock: face.name().into(),
        meaning: rule.doc.to_owned(),
        from,
        to,
        value_us,
        why,
        segments,
    }
}

/// Cuts `[from, to)` by what counts; statuses come from the spans.
fn stretches(facts: &Facts, counts: Counts, from: Instant, to: Instant) -> Vec<Stretch> {
    let mode = |status: State| match counts {
        Counts::All => RunMode::Counting,
        Counts::Only(set) if set.contains(status) => RunMode::Counting,
        Counts::Without(set) if !set.contains(status) => RunMode::Counting,
        Counts::Only(_) | Counts::Without(_) if status.is_backlog() => RunMode::Paused,
        Counts::Only(_) | Counts::Without(_) => RunMode::Suspended,
    };
    if counts == Counts::All {
        return vec![Stretch { from, to, mode: RunMode::Counting }];
    }
    let mut stretches: Vec<Stretch> = Vec::new();
    for span in &facts.spans {
        let (start, end) = (span.started_at.max(from), span.ended_at.map_or(to, |e| e.min(to)));
        if start >= end {
            continue;
        }
        let mode = mode(span.status);
        match stretches.last_mut() {
            Some(last) if last.mode == mode => last.to = end,
            _ => stretches.push(Stretch { from: start, to: end, mode }),
        }
    }
    stretches
}

fn turn_trace(pen: &Pen<'_>, ordinal: usize, turn: &Turn, face: Face, now: Instant) -> ClockTrace {
    let end = turn.ended_at.unwrap_or_else(|| now.max(turn.last_message_at));
    let whole = Stretch { from: turn.started_at, to: end, mode: RunMode::Counting };
    let value_us = face.value(turn.wait);
    let why = value_us.is_none().then(|| {
        match turn.outcome {
            Outcome::Waiting => "the customer is still waiting",
            Outcome::Cancelled => "the wait ended without a reply",
            Outcome::Answered => "no business calendar was in force for all of it",
        }
        .to_owned()
    });
    ClockTrace {
        name: format!("turn {ordinal} wait"),
        clock: face.name().into(),
        meaning: "From the first unanswered customer message to the reply (M03).".to_owned(),
        from: Some(turn.started_at),
        to: turn.ended_at,
        value_us,
        why,
        segments: pen.draw(&[whole], face),
    }
}

fn sla_trace(pen: &Pen<'_>, clock: &SlaClock) -> ClockTrace {
    let segments = clock.runs.iter().flat_map(|run| {
        let stretch = Stretch { from: run.from, to: run.to, mode: run.mode };
        pen.draw_on(stretch, run.calendar)
    });
    ClockTrace {
        name: format!("sla {}", clock.clock.name()),
        clock: clock.calendar.clone(),
        meaning: format!(
            "{} of policy {} ({}): target {} s, {}.",
            clock.clock.name(),
            clock.policy,
            clock.policy_version,
            clock.target_us / event::time::MICROS_PER_SEC,
            clock.state.name(),
        ),
        from: Some(clock.started_at),
        to: clock.stopped_at,
        value_us: Some(clock.elapsed_us),
        why: None,
        segments: segments.collect(),
    }
}

fn line(entry: &Entry) -> Line {
    Line {
        id: entry.id.clone(),
        at: entry.at,
        seen: entry.seen,
        kind: entry.kind.name(),
        role: entry.actor.role.name(),
        actor: entry.actor.id.clone(),
        words: words::of(&entry.kind),
        origin: entry.origin.clone(),
    }
}

/// The ticket's row as a JSON object; the timeline and the store's number are left out.
fn facts_json(source: &str, ticket: &str, facts: &Facts) -> serde_json::Value {
    let mut builder = TablesBuilder::new();
    builder.push(0, source, ticket, &[], facts);
    let batch = builder.finish().tickets;
    let columns: Vec<usize> = (1..batch.num_columns().saturating_sub(1)).collect();
    let mut json = Vec::new();
    let written = batch.project(&columns).and_then(|batch| {
        let mut writer = arrow::json::WriterBuilder::new()
            .with_explicit_nulls(true)
            .build::<_, arrow::json::writer::JsonArray>(&mut json);
        writer.write(&batch)?;
        writer.finish()
    });
    debug_assert!(written.is_ok(), "every column type has a JSON form: {written:?}");
    let rows: Vec<serde_json::Value> = serde_json::from_slice(&json).unwrap_or_default();
    rows.into_iter().next().unwrap_or_default()
}
