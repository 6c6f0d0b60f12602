//! Stretches of a clock drawn as segments on a calendar.

use super::{Face, Segment, SegmentState};
use crate::calendars::{CalendarId, Schedule};
use crate::facts::RunMode;
use event::Instant;
use event::calendar::Calendar;

/// A stretch in which a clock does one thing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stretch {
    pub(super) from: Instant,
    pub(super) to: Instant,
    pub(super) mode: RunMode,
}

/// Draws on the ticket's calendars.
#[derive(Debug)]
pub(super) struct Pen<'a> {
    schedule: &'a Schedule<'a>,
}

impl<'a> Pen<'a> {
    pub(super) const fn new(schedule: &'a Schedule<'a>) -> Self {
        Self { schedule }
    }

    /// Draws stretches on the calendar clock, or on the calendars in force.
    pub(super) fn draw(&self, stretches: &[Stretch], face: Face) -> Vec<Segment> {
        let mut segments = Vec::new();
        for stretch in stretches {
            if face == Face::Calendar {
                segments.extend(self.draw_on(*stretch, CalendarId::ALWAYS));
                continue;
            }
            for (from, to, calendar) in self.schedule.pieces(stretch.from, stretch.to) {
                let piece = Stretch { from, to, mode: stretch.mode };
                match calendar {
                    Some(calendar) => segments.extend(self.draw_on(piece, calendar)),
                    None => segments.push(blank(from, to, SegmentState::NoCalendar)),
                }
            }
        }
        segments
    }

    /// Draws a stretch on one calendar.
    pub(super) fn draw_on(&self, stretch: Stretch, calendar: CalendarId) -> Vec<Segment> {
        let Stretch { from, to, mode } = stretch;
        let calendar = self.schedule.calendars().get(calendar);
        if from >= to {
            return Vec::new();
        }
        let mut segments = match mode {
            RunMode::Paused => vec![blank(from, to, SegmentState::Paused)],
            RunMode::Suspended => vec![blank(from, to, SegmentState::Suspended)],
            RunMode::Counting => counted(calendar, from, to),
        };
        for segment in &mut segments {
            segment.note = clock_change(calendar, segment.from, segment.to);
        }
        segments
    }
}

/// Open and closed hours in turn.
fn counted(calendar: &Calendar, from: Instant, to: Instant) -> Vec<Segment> {
    let mut segments = Vec::new();
    let mut at = from;
    for (open, shut) in calendar.open(from, to) {
        if at < open {
            segments.push(blank(at, open, SegmentState::Closed));
        }
        let counted_us = shut.since(open);
        let state = SegmentState::Running;
        segments.push(Segment { from: open, to: shut, state, counted_us, note: None });
        at = shut;
    }
    if at < to {
        segments.push(blank(at, to, SegmentState::Closed));
    }
    segments
}

fn blank(from: Instant, to: Instant, state: SegmentState) -> Segment {
    Segment { from, to, state, counted_us: 0, note: None }
}

/// Says where the calendar's zone changes its clocks within a segment.
fn clock_change(calendar: &Calendar, from: Instant, to: Instant) -> Option<String> {
    let zone = jiff::tz::TimeZone::get(calendar.zone()).ok()?;
    let offset = |at: Instant| {
        let timestamp = jiff::Timestamp::try_from(at).ok()?;
        Some(zone.to_offset(timestamp).seconds())
    };
    let minutes = (offset(to)? - offset(from)?) / 60;
    (minutes != 0).then(|| {
        let way = if minutes > 0 { "forward" } else { "back" };
        format!("the clocks of {} go {way} by {} minutes", calendar.zone(), minutes.abs())
    })
}
