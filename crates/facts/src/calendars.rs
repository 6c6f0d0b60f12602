//! The compiled calendars, and which of them a ticket was under when.

use crate::facts::Measure;
use crate::policies::{ALWAYS, Policies, PolicyIssue};
use event::calendar::Calendar;
use event::{Entry, Instant, Kind, Text};
use rustc_hash::FxHashMap;

/// A place in [`Calendars`]. The first is the calendar clock itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct CalendarId(u32);

impl CalendarId {
    /// The calendar clock.
    pub(crate) const ALWAYS: Self = Self(0);
}

/// Every calendar of the policies, compiled.
#[derive(Debug)]
pub(crate) struct Calendars {
    list: Vec<(Text, Calendar)>,
    by_name: FxHashMap<Text, CalendarId>,
    default: Option<CalendarId>,
}

impl Calendars {
    /// Compiles the policies' calendars.
    pub(crate) fn compile(policies: &Policies) -> Result<Self, Vec<PolicyIssue>> {
        let mut issues = Vec::new();
        let mut calendars = Self {
            list: vec![(ALWAYS.into(), Calendar::always())],
            by_name: FxHashMap::default(),
            default: None,
        };
        calendars.by_name.insert(ALWAYS.into(), CalendarId::ALWAYS);
        for (at, spec) in policies.calendars.iter().enumerate() {
            match Calendar::compile(spec) {
                Ok(calendar) => {
                    let id = u32::try_from(calendars.list.len()).unwrap_or(0);
                    calendars.list.push((spec.name.as_str().into(), calendar));
                    calendars.by_name.insert(spec.name.as_str().into(), CalendarId(id));
                }
                Err(found) => issues.extend(found.into_iter().map(|issue| PolicyIssue {
                    code: issue.code,
                    place: format!("calendars[{at}].{}", issue.place),
                    message: issue.message,
                    hint: issue.hint,
                })),
            }
        }
        calendars.default = policies.default_calendar.as_deref().and_then(|n| calendars.id(n));
        if issues.is_empty() { Ok(calendars) } else { Err(issues) }
    }

    /// The calendar of that name.
    pub(crate) fn id(&self, name: &str) -> Option<CalendarId> {
        self.by_name.get(name).copied()
    }

    /// The calendar at that place.
    pub(crate) fn get(&self, id: CalendarId) -> &Calendar {
        // Ids come from `id` alone, so the place exists; the calendar clock is a total fallback.
        self.list.get(id.0 as usize).map_or(&self.list[0].1, |(_, calendar)| calendar)
    }

    /// The name of the calendar at that place.
    pub(crate) fn name(&self, id: CalendarId) -> Text {
        self.list.get(id.0 as usize).map_or(ALWAYS.into(), |(name, _)| name.clone())
    }
}

/// Which calendar a ticket was under when; read from its `schedule` events before the fold.
#[derive(Debug)]
pub(crate) struct Schedule<'a> {
    calendars: &'a Calendars,
    /// In force until the first change.
    first: Option<CalendarId>,
    /// What came into force when, in order.
    changes: Vec<(Instant, Option<CalendarId>)>,
    /// Whether a `schedule` event named a calendar that the policies don't know.
    pub(crate) has_unknown: bool,
}

impl<'a> Schedule<'a> {
    /// Reads the schedule events of an arranged timeline.
    ///
    /// Without a default calendar, the first calendar applied is in force from the beginning:
    /// sources write it a moment after the ticket.
    pub(crate) fn read(calendars: &'a Calendars, timeline: &[Entry]) -> Self {
        let mut schedule =
            Self { calendars, first: calendars.default, changes: Vec::new(), has_unknown: false };
        let mut is_named = calendars.default.is_some();
        for entry in timeline.iter().filter(|entry| entry.origin.is_none()) {
            let Kind::Schedule(name) = &entry.kind else { continue };
            let id = match name {
                Some(name) => calendars.id(name),
                None => calendars.default,
            };
            schedule.has_unknown |= name.is_some() && id.is_none();
            if !is_named {
                schedule.first = id;
                is_named = true;
            }
            if schedule.changes.last().map_or(schedule.first, |(_, last)| *last) != id {
                schedule.changes.push((entry.at, id));
            }
        }
        schedule
    }

    /// The calendars there are.
    pub(crate) const fn calendars(&self) -> &'a Calendars {
        self.calendars
    }

    /// The calendar in force at that instant.
    pub(crate) fn at(&self, at: Instant) -> Option<CalendarId> {
        self.changes.iter().rev().find(|(from, _)| *from <= at).map_or(self.first, |(_, id)| *id)
    }

    /// Whether one calendar is in force all the time.
    pub(crate) fn is_simple(&self) -> bool {
        self.changes.is_empty()
    }

    /// `[from, to)` cut where the calendar changes, with the calendar of each piece.
    pub(crate) fn pieces(
        &self,
        from: Instant,
        to: Instant,
    ) -> impl Iterator<Item = (Instant, Instant, Option<CalendarId>)> {
        let begin = Instant::from_micros(i64::MIN);
        let starts = std::iter::once((begin, self.first)).chain(self.changes.iter().copied());
        let ends = self.changes.iter().map(|(at, _)| *at);
        starts
            .zip(ends.chain(std::iter::once(Instant::from_micros(i64::MAX))))
            .map(move |((start, id), end)| (start.max(from), end.min(to), id))
            .filter(|(start, end, _)| start < end)
    }

    /// Business time in `[from, to)` over every calendar in force; absent where none was.
    pub(crate) fn business(&self, from: Instant, to: Instant) -> Option<i64> {
        if self.is_simple() {
            return self.first.map(|id| self.calendars.get(id).elapsed(from, to));
        }
        if from >= to {
            return self.at(from).map(|_| 0);
        }
        self.pieces(from, to)
            .map(|(from, to, id)| Some(self.calendars.get(id?).elapsed(from, to)))
            .sum()
    }

    /// The time between two instants on both clocks; absent where they are out of order.
    pub(crate) fn measure(&self, from: Instant, to: Instant) -> Measure {
        if to < from {
            return Measure::default();
        }
        Measure { us: Some(to.since(from)), business_us: self.business(from, to) }
    }
}
