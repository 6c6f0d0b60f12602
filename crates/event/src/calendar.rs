//! Business hours: how much open time lies between two instants, and when a deadline falls.
//!
//! A compiled [`Calendar`] is a list of open intervals in UTC microseconds with running totals, so
//! that both directions are a binary search. It covers the local years
//! [`CALENDAR_YEAR_MIN`](crate::limits::CALENDAR_YEAR_MIN) to
//! [`CALENDAR_YEAR_MAX`](crate::limits::CALENDAR_YEAR_MAX); outside them a calendar is closed: no
//! time elapses there and no deadline falls there. A plain 24x7 calendar has no such ends.

mod compile;
mod issue;
mod spec;

pub use issue::CalendarIssue;
pub use spec::{AlwaysOpen, CalendarSpec, Holiday, Hours, VersionSpec};

use crate::Instant;
use crate::time::MICROS_PER_SEC;
use issue::Issues;

/// Width of the buckets that lead a query to its part of the list: about twelve days.
const BUCKET_MICROS_LOG2: u32 = 40;

/// Business hours, ready to be asked.
#[derive(Clone, Debug)]
pub struct Calendar {
    name: String,
    zone: String,
    hours: OpenHours,
}

/// The open set.
#[derive(Clone, Debug)]
enum OpenHours {
    /// Every instant.
    Always,
    /// These intervals.
    Spans(Spans),
}

/// Sorted, disjoint, non-empty open intervals.
#[derive(Clone, Debug)]
struct Spans {
    spans: Vec<Span>,
    /// The first bucket's start, in buckets since the epoch.
    first_bucket: i64,
    /// For each bucket, how many spans start before it does.
    buckets: Vec<u32>,
}

/// One open interval `[start, end)` in UTC microseconds.
#[derive(Clone, Copy, Debug)]
struct Span {
    start: i64,
    end: i64,
    /// Open microseconds before `start`.
    before: i64,
}

impl Span {
    /// Open microseconds before the end.
    const fn total(&self) -> i64 {
        self.before + (self.end - self.start)
    }
}

impl Calendar {
    /// Compiles a written calendar, or says everything that is wrong with it.
    pub fn compile(spec: &CalendarSpec) -> Result<Self, Vec<CalendarIssue>> {
        let mut issues = Issues::default();
        if spec.name.trim().is_empty() {
            issues.add("no_name", "name", "the calendar has no name", "name it");
        }
        let zone = compile::zone(spec, &mut issues);
        let local = compile::local_hours(spec, &mut issues);
        if local.is_empty() && issues.0.is_empty() {
            issues.add(
                "never_opens",
                "versions",
                format!("calendar `{}` never opens", spec.name),
                "give at least one day hours, or write `hours: 24x7`",
            );
        }
        let (Some(zone), true) = (zone, issues.0.is_empty()) else { return Err(issues.0) };
        let hours = match spec.versions.as_slice() {
            [VersionSpec { from: None, to: None, hours: Hours::Always(_), holidays }]
                if holidays.is_empty() =>
            {
                OpenHours::Always
            }
            _ => OpenHours::Spans(Spans::new(&compile::to_utc(&local, &zone))),
        };
        Ok(Self { name: spec.name.clone(), zone: spec.zone.clone(), hours })
    }

    /// The calendar that is always open: business time is calendar time.
    pub fn always() -> Self {
        Self { name: "24x7".to_owned(), zone: "UTC".to_owned(), hours: OpenHours::Always }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its IANA zone.
    pub fn zone(&self) -> &str {
        &self.zone
    }

    /// Whether it is open every instant, so that elapsed time is a plain difference.
    pub const fn is_always(&self) -> bool {
        matches!(self.hours, OpenHours::Always)
    }

    /// Open microseconds in `[from, to)`; negative where `to` comes before `from`.
    ///
    /// Additive: for any `mid`, `elapsed(a, mid) + elapsed(mid, b) == elapsed(a, b)`.
    pub fn elapsed(&self, from: Instant, to: Instant) -> i64 {
        match &self.hours {
            OpenHours::Always => to.since(from),
            OpenHours::Spans(spans) => spans.total_at(to.micros()) - spans.total_at(from.micros()),
        }
    }

    /// The earliest instant, not before `from`, at which `micros` of open time have elapsed since
    /// `from`; `from` itself where `micros` is not positive, `None` where that never happens.
    ///
    /// A deadline that uses up an interval exactly falls on its end, not on the next opening.
    pub fn add(&self, from: Instant, micros: i64) -> Option<Instant> {
        if micros <= 0 {
            return Some(from);
        }
        match &self.hours {
            OpenHours::Always => from.micros().checked_add(micros).map(Instant::from_micros),
            OpenHours::Spans(spans) => {
                let goal = spans.total_at(from.micros()).checked_add(micros)?;
                spans.reached(goal).map(Instant::from_micros)
            }
        }
    }

    /// Whether it is open at that instant.
    pub fn is_open(&self, at: Instant) -> bool {
        match &self.hours {
            OpenHours::Always => true,
            OpenHours::Spans(spans) => {
                spans.last_started(at.micros()).is_some_and(|span| at.micros() < span.end)
            }
        }
    }

    /// The open intervals within `[from, to)`, cut to it, in order.
    pub fn open(&self, from: Instant, to: Instant) -> impl Iterator<Item = (Instant, Instant)> {
        let (from, to) = (from.micros(), to.micros());
        let always = (self.is_always() && from < to).then_some((from, to));
        let spans = match &self.hours {
            OpenHours::Always => &[],
            OpenHours::Spans(spans) => {
                let first = spans.spans.partition_point(|span| span.end <= from);
                let rest = &spans.spans[first..];
                &rest[..rest.partition_point(|span| span.start < to)]
            }
        };
        let cut = spans.iter().map(move |span| (span.start.max(from), span.end.min(to)));
        always
            .into_iter()
            .chain(cut.filter(|(from, to)| from < to))
            .map(|(from, to)| (Instant::from_micros(from), Instant::from_micros(to)))
    }
}

impl Spans {
    fn new(seconds: &[(i64, i64)]) -> Self {
        let mut before = 0;
        let mut spans = Vec::with_capacity(seconds.len());
        for (from, to) in seconds {
            let span = Span { start: from * MICROS_PER_SEC, end: to * MICROS_PER_SEC, before };
            before = span.total();
            spans.push(span);
        }
        let bucket = |micros: i64| micros >> BUCKET_MICROS_LOG2;
        let first_bucket = spans.first().map_or(0, |span| bucket(span.start));
        let last_bucket = spans.last().map_or(0, |span| bucket(span.end));
        let mut buckets = Vec::new();
        let mut at = 0_u32;
        let mut rest = spans.iter().peekable();
        // One bucket more than there are, so that the end of each can be looked up too.
        for number in first_bucket..=last_bucket + 1 {
            while rest.next_if(|span| bucket(span.start) < number).is_some() {
                at += 1;
            }
            buckets.push(at);
        }
        Self { spans, first_bucket, buckets }
    }

    /// The last span that starts at or before `micros`.
    fn last_started(&self, micros: i64) -> Option<&Span> {
        let bucket = (micros >> BUCKET_MICROS_LOG2) - self.first_bucket;
        let Ok(bucket) = usize::try_from(bucket) else { return None };
        let Some([low, high]) = self.buckets.get(bucket..bucket + 2) else {
            return self.spans.last();
        };
        let (low, high) = (*low as usize, *high as usize);
        let started = low + self.spans[low..high].partition_point(|span| span.start <= micros);
        self.spans.get(started.checked_sub(1)?)
    }

    /// Open microseconds before `micros`.
    fn total_at(&self, micros: i64) -> i64 {
        match self.last_started(micros) {
            Some(span) => span.before + (micros.min(span.end) - span.start),
            None => 0,
        }
    }

    /// The earliest instant before which `total` open microseconds lie; `total` is positive.
    fn reached(&self, total: i64) -> Option<i64> {
        let at = self.spans.partition_point(|span| span.total() < total);
        self.spans.get(at).map(|span| span.start + (total - span.before))
    }
}
