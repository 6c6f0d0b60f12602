//! One row in, its events out: all of them or none.

use crate::files::row::{Header, Row};
use crate::formula::Values;
use crate::import::identity::content_id;
use crate::import::make::{self, Setting};
use crate::mapping::expr::{Cells, Expr};
use crate::mapping::lookup::Lookups;
use crate::mapping::rule::{ActorSpec, Rule};
use crate::mapping::time::TimesSeen;
use crate::mapping::{Fields, InputSpec, number};
use crate::quarantine::Reason;
use event::cloudevents;
use event::limits::{EXTRA_FIELDS_MAX, ID_BYTES_MAX, VALUE_BYTES_MAX};
use event::{Actor, Entry, Event, Extra, Instant, Kind, Role, Status, Text, Visibility};

/// What a row came to.
#[derive(Debug, Default)]
pub(crate) struct Translated {
    /// Its events, those of rules `once: earliest` apart.
    pub(crate) events: Vec<Event>,
    /// Which rule made each of them.
    pub(crate) rules: Vec<usize>,
    /// Events of which only the earliest of each ticket counts: rule and event.
    pub(crate) earliest: Vec<(usize, Event)>,
    /// Whether a filter left the row out.
    pub(crate) filtered: bool,
    /// What can't be true of times, though each can be read.
    pub(crate) backwards: Vec<&'static str>,
    pub(crate) times: TimesSeen,
    pub(crate) unmapped: Vec<(String, String)>,
}

/// Turns rows of one input into events.
#[derive(Debug)]
pub(crate) struct Translator<'m> {
    pub(crate) source: &'m Text,
    pub(crate) input: &'m InputSpec,
    pub(crate) lookups: &'m Lookups,
    pub(crate) setting: Setting,
    /// When rows without a `seen` of their own were learnt of.
    pub(crate) seen: Instant,
    /// Place of each wanted column in the file.
    positions: Vec<Option<usize>>,
    /// Columns that become custom fields because nothing else uses them.
    rest: Vec<(Text, usize)>,
    columns: usize,
}

impl<'m> Translator<'m> {
    pub(crate) fn new(
        source: &'m Text,
        input: &'m InputSpec,
        lookups: &'m Lookups,
        setting: Setting,
        seen: Instant,
    ) -> Self {
        let (positions, rest) = (Vec::new(), Vec::new());
        Self { source, input, lookups, setting, seen, positions, rest, columns: usize::MAX }
    }

    /// Matches columns to a header that may have grown.
    pub(crate) fn bind(&mut self, header: &Header) {
        if self.columns == header.names().len() {
            return;
        }
        self.columns = header.names().len();
        self.positions = self.input.columns.iter().map(|name| header.position(name)).collect();
        self.rest.clear();
        if matches!(self.input.fields, Fields::Rest) {
            for (place, name) in header.names().iter().enumerate() {
                if !self.input.columns.contains(name) {
                    self.rest.push((Text::from(name.as_str()), place));
                }
            }
        }
    }

    /// The events of a row.
    ///
    /// # Errors
    /// Why the row makes none: it goes to quarantine whole.
    pub(crate) fn translate(
        &self,
        row: &Row,
        values: Option<&Values>,
    ) -> (Translated, Result<(), Reason>) {
        let mut cells = Cells {
            row,
            positions: &self.positions,
            empty: &self.input.empty,
            lookups: self.lookups,
            values,
            unmapped: Vec::new(),
        };
        let mut made = Translated::default();
        let result = self.fill(&mut made, &mut cells);
        made.unmapped = cells.unmapped;
        if result.is_err() {
            made.events.clear();
            made.rules.clear();
            made.earliest.clear();
        }
        (made, result)
    }

    fn fill<'r>(&'r self, made: &mut Translated, cells: &mut Cells<'r>) -> Result<(), Reason> {
        if let Some(filter) = &self.input.filter
            && !filter.holds(cells)?
        {
            made.filtered = true;
            return Ok(());
        }
        let ticket = self.ticket(cells)?;
        let row_at = match &self.input.at {
            Some(at) => at.eval(cells, &[], &mut made.times)?,
            None => None,
        };
        let seen = match &self.input.seen {
            Some(seen) => seen.eval(cells, &[], &mut made.times)?.unwrap_or(self.seen),
            None => self.seen,
        };
        let mut extra = self.extra(cells)?;
        let mut times = Vec::with_capacity(self.input.rules.len());
        for (index, rule) in self.input.rules.iter().enumerate() {
            let at = match &rule.at {
                Some(at) => at.eval(cells, &times, &mut made.times)?,
                None => row_at,
            };
            times.push(at);
            if let Some(when) = &rule.when
                && !when.holds(cells)?
            {
                continue;
            }
            let Some(kind) = make::make(&rule.make, cells, self.setting)? else { continue };
            let Some(at) = at else {
                if rule.optional {
                    continue;
                }
                let message = format!("`{}` has no time", rule.name);
                return Err(Reason::new("missing_time", message).hint(
                    "if an empty time means that it hasn't happened, say `required: false`",
                ));
            };
            // A row's custom fields travel with its first event.
            let extra = if rule.earliest { None } else { extra.take() };
            let event = self.event(rule, (&ticket, at, seen), (kind, extra), cells)?;
            if rule.earliest {
                made.earliest.push((index, event));
            } else {
                made.events.push(event);
                made.rules.push(index);
            }
        }
        self.check(made)
    }

    fn ticket<'r>(&'r self, cells: &mut Cells<'r>) -> Result<Text, Reason> {
        match self.input.ticket.eval(cells)? {
            Some(ticket) if ticket.len() <= ID_BYTES_MAX => Ok(Text::from(ticket.as_ref())),
            Some(ticket) => {
                let message =
                    format!("a ticket id of {} bytes; the limit is {ID_BYTES_MAX}", ticket.len());
                Err(Reason::new("id_too_long", message))
            }
            None => Err(Reason::new("missing_ticket", "the row names no ticket")
                .hint("rows that belong to no ticket can be left out with `where`")),
        }
    }

    fn extra<'r>(&'r self, cells: &mut Cells<'r>) -> Result<Option<Box<Extra>>, Reason> {
        let mut extra = Extra::new();
        if let Fields::Listed(listed) = &self.input.fields {
            for (name, expr) in listed {
                if let Some(value) = expr.eval(cells)? {
                    extra.insert(name.clone(), Text::from(value.as_ref()));
                }
            }
        }
        for (name, place) in &self.rest {
            if let Some(value) = cells.at(*place) {
                extra.insert(name.clone(), Text::from(value));
            }
        }
        if extra.len() > EXTRA_FIELDS_MAX {
            let message = format!("{} custom fields; the limit is {EXTRA_FIELDS_MAX}", extra.len());
            return Err(Reason::new("too_many_fields", message)
                .hint("list the columns worth keeping in `fields`"));
        }
        if let Some((name, value)) = extra.iter().find(|(_, value)| value.len() > VALUE_BYTES_MAX) {
            let bytes = value.len();
            let message = format!("`{name}` has {bytes} bytes; the limit is {VALUE_BYTES_MAX}");
            return Err(Reason::new("value_too_long", message));
        }
        Ok((!extra.is_empty()).then(|| Box::new(extra)))
    }

    fn event<'r>(
        &self,
        rule: &'r Rule,
        (ticket, at, seen): (&Text, Instant, Instant),
        (kind, extra): (Kind, Option<Box<Extra>>),
        cells: &mut Cells<'r>,
    ) -> Result<Event, Reason> {
        let actor = actor(&rule.actor, cells)?;
        let id = match evaluated(rule.id.as_ref(), cells)? {
            Some(id) => Text::from(format!("{}:{id}", rule.name)),
            None => content_id(ticket, at, &actor, &kind, extra.as_deref()),
        };
        let sequence = match &rule.order {
            Some(order) => match order.eval(cells)? {
                Some(text) => Some(number::whole(&text, self.setting.mark)?),
                None => None,
            },
            None => None,
        };
        let entry = Entry { id, sequence, at, seen, actor, kind, origin: None, extra };
        let event = Event { source: self.source.clone(), ticket: ticket.clone(), entry };
        acceptable(&event)?;
        Ok(event)
    }

    fn check(&self, made: &mut Translated) -> Result<(), Reason> {
        let total = made.events.len() + made.earliest.len();
        if total == 0 {
            return Err(Reason::new("no_rule", "no rule makes an event of this row").hint(
                "add a rule for it, or leave such rows out with `where`, so that it is on purpose",
            ));
        }
        for (index, event) in made.events.iter().enumerate() {
            let twin = made.events[..index].iter().find(|other| other.entry.id == event.entry.id);
            if twin.is_some_and(|twin| twin.entry != event.entry) {
                let message = format!("two rules make the id `{}`", event.entry.id);
                return Err(Reason::new("id_clash", message).hint("give each rule a `name`"));
            }
        }
        made.backwards = backwards(&made.events);
        if made.times.negative {
            made.backwards.push("negative duration");
        }
        Ok(())
    }
}

/// Holds an event to what is accepted on the wire, so that one made here is as good as one sent.
fn acceptable(event: &Event) -> Result<(), Reason> {
    let mut json = Vec::with_capacity(ID_BYTES_MAX);
    cloudevents::write(event, &mut json);
    // Whatever is shorter than the shortest limit cannot break one.
    let has_range = matches!(event.entry.kind, Kind::Message(_) | Kind::Worked { .. });
    if json.len() <= ID_BYTES_MAX && !has_range {
        return Ok(());
    }
    match cloudevents::parse(&json, event.entry.seen) {
        Ok(_) => Ok(()),
        Err(reject) => Err(reject.into()),
    }
}

/// What of a row happened before it could have.
fn backwards(events: &[Event]) -> Vec<&'static str> {
    let first = |wanted: fn(&Event) -> bool| {
        events.iter().filter(|event| wanted(event)).map(|event| event.entry.at).min()
    };
    let created = first(|event| matches!(event.entry.kind, Kind::Created(_)));
    let replied = first(|event| {
        event.entry.actor.role == Role::Agent
            && matches!(&event.entry.kind,
                Kind::Message(message) if message.visibility == Visibility::Public)
    });
    let solved = first(|event| {
        matches!(event.entry.kind, Kind::Status { status: Status::Solved | Status::Closed, .. })
    });
    let mut found = Vec::new();
    if let Some(created) = created
        && events.iter().any(|event| event.entry.at < created)
    {
        found.push("before the ticket was created");
    }
    if let (Some(replied), Some(solved)) = (replied, solved)
        && solved < replied
    {
        found.push("solved before the first reply");
    }
    found
}

fn actor<'r>(spec: &'r ActorSpec, cells: &mut Cells<'r>) -> Result<Actor, Reason> {
    Ok(Actor {
        id: evaluated(spec.id.as_ref(), cells)?,
        role: match evaluated(spec.role.as_ref(), cells)? {
            Some(role) => make::role_of(&role)?,
            None => Role::System,
        },
        team: evaluated(spec.team.as_ref(), cells)?,
    })
}

fn evaluated<'r>(expr: Option<&'r Expr>, cells: &mut Cells<'r>) -> Result<Option<Text>, Reason> {
    let Some(expr) = expr else { return Ok(None) };
    Ok(expr.eval(cells)?.map(|value| Text::from(value.as_ref())))
}

/// Which of two candidates for the one event of a ticket goes first; the same for any order.
pub(crate) fn is_earlier(candidate: &Event, known: &Event) -> bool {
    let key =
        |event: &Event| (event.entry.at, event.entry.sequence.unwrap_or(0), event.entry.id.clone());
    debug_assert_eq!(candidate.entry.kind.name(), known.entry.kind.name());
    key(candidate) < key(known)
}
