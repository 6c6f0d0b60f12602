//! The draft of a mapping: YAML for a person to check, made of what the columns seem to hold.

use super::guess::Guess;
use super::words::{self, CHANNELS, PRIORITIES, STATUSES, Word};
use super::{Column, FORMS};
use std::fmt::{self, Write};

/// Values of a column that are listed in a map.
const VALUES_MAX: usize = 30;

/// The parts of a `created` event that are taken from a column as they are.
const PARTS: [(Guess, &str); 8] = [
    (Guess::Requester, "requester"),
    (Guess::Type, "type"),
    (Guess::Product, "product"),
    (Guess::Group, "group"),
    (Guess::Tags, "tags"),
    (Guess::Language, "language"),
    (Guess::Account, "account"),
    (Guess::Brand, "brand"),
];

/// Drafts a mapping: what was recognised is filled in, the rest is said in comments.
pub(super) fn draft(file: &str, columns: &[Column]) -> String {
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = Draft { columns, text: &mut text }.write(file);
    text
}

struct Draft<'d> {
    columns: &'d [Column],
    text: &'d mut String,
}

impl Draft<'_> {
    fn write(&mut self, file: &str) -> fmt::Result {
        let times: Vec<&Column> =
            self.columns.iter().filter(|column| !column.forms.is_empty()).collect();
        // A ticket that stands in several rows has one for each thing that happened to it.
        let once = self.column(Guess::Ticket).is_none_or(Column::is_unique);
        let tickets = once && (times.len() > 1 || self.column(Guess::Created).is_some());
        let shape = if tickets { "tickets" } else { "events" };
        writeln!(self.text, "# A draft for {file}: check every line, then import with --dry-run.")?;
        writeln!(self.text, "source: my-desk            # name of the connection")?;
        writeln!(self.text, "shape: {shape}")?;
        writeln!(self.text, "zone: UTC                  # of times without offset")?;
        self.dates(&times)?;
        match self.column(Guess::Ticket) {
            Some(column) => writeln!(self.text, "ticket: {}", quoted(&column.name))?,
            None => writeln!(
                self.text,
                "ticket: \"?\"                # which column names the ticket?"
            )?,
        }
        if tickets {
            self.tickets(&times)?;
        } else {
            self.events(&times)?;
        }
        writeln!(self.text, "fields: \"*\"                # every other column as a custom field")
    }

    fn column(&self, guess: Guess) -> Option<&Column> {
        self.columns.iter().find(|column| column.guess == Some(guess))
    }

    /// The forms of dates: one that all columns share, else the first of each.
    fn dates(&mut self, times: &[&Column]) -> fmt::Result {
        let shared: Vec<&str> = FORMS
            .into_iter()
            .filter(|form| times.iter().all(|column| column.forms.contains(form)))
            .collect();
        let mut stated: Vec<&str> = match shared.first() {
            Some(form) => vec![form],
            None => times.iter().filter_map(|column| column.forms.first().copied()).collect(),
        };
        stated.sort_unstable();
        stated.dedup();
        if stated.is_empty() || stated == ["iso"] {
            return Ok(());
        }
        let swapped = |form: &str| match form.get(..5) {
            Some(day) if day.starts_with("%d") => Some(form.replacen(day, &flipped(day), 1)),
            _ => None,
        };
        let doubt = stated.iter().filter_map(|form| swapped(form)).any(|other| {
            times.iter().all(|column| {
                column.forms.contains(&other.as_str())
                    || !column.forms.iter().any(|form| stated.contains(form))
            })
        });
        let doubt = if doubt { "  # or the month first? nothing in the file decides" } else { "" };
        match stated.as_slice() {
            [form] => writeln!(self.text, "dates: {}{doubt}", quoted(form)),
            forms => {
                let forms: Vec<String> = forms.iter().map(|form| quoted(form)).collect();
                writeln!(self.text, "dates: [{}]{doubt}", forms.join(", "))
            }
        }
    }

    /// One row per ticket: each column of times says when one thing happened.
    fn tickets(&mut self, times: &[&Column]) -> fmt::Result {
        let Some(created) = self.column(Guess::Created).or(times.first().copied()) else {
            return Ok(());
        };
        let known = created.guess == Some(Guess::Created);
        let doubt = if known { "" } else { "  # did it come in then? no name says so" };
        let created = created.name.clone();
        let requester = self.actor(Guess::Requester, "requester");
        let agent = self.actor(Guess::Agent, "agent");
        let vendor = self.column(Guess::Status).map(|column| column.name.clone());
        writeln!(self.text, "rules:\n  - event: created\n    at: {}{doubt}", quoted(&created))?;
        writeln!(self.text, "    actor: {requester}")?;
        self.parts()?;
        if let Some(agent) = self.column(Guess::Agent).map(|column| quoted(&column.name)) {
            writeln!(self.text, "    agent: {agent}")?;
        }
        writeln!(self.text, "  - event: message          # the question, so that waiting starts")?;
        writeln!(self.text, "    name: question\n    at: {}", quoted(&created))?;
        writeln!(self.text, "    actor: {requester}")?;
        if let Some(text) = self.column(Guess::Text).map(|column| quoted(&column.name)) {
            writeln!(self.text, "    text: {text}")?;
        }
        if let Some(reply) = self.column(Guess::FirstReply).map(|column| quoted(&column.name)) {
            writeln!(self.text, "  - event: message\n    name: first_reply\n    at: {reply}")?;
            writeln!(self.text, "    actor: {agent}")?;
        }
        let mut ended = created.clone();
        for (guess, status) in [(Guess::Solved, "solved"), (Guess::Closed, "closed")] {
            let Some(at) = self.column(guess).map(|column| column.name.clone()) else { continue };
            // Where only closing is known, it is when the ticket was solved.
            let status = if ended == created { "solved" } else { status };
            writeln!(self.text, "  - event: status\n    name: {status}\n    at: {}", quoted(&at))?;
            writeln!(self.text, "    actor: {agent}\n    status: {status}")?;
            if let Some(vendor) = &vendor {
                writeln!(self.text, "    vendor: {}", quoted(vendor))?;
            }
            ended = at;
        }
        self.rated(&ended, &requester)?;
        for column in times {
            let other = column.guess == Some(Guess::Time) && column.name != created;
            if other {
                let name = quoted(&column.name);
                writeln!(self.text, "  # {name} holds times too: what happened then?")?;
            }
        }
        Ok(())
    }

    /// One row per event.
    fn events(&mut self, times: &[&Column]) -> fmt::Result {
        match times.first() {
            Some(column) => writeln!(self.text, "at: {}", quoted(&column.name))?,
            None => writeln!(self.text, "at: \"?\"                    # which column says when?")?,
        }
        let agent = self.actor(Guess::Agent, "agent");
        writeln!(self.text, "actor: {agent}")?;
        writeln!(self.text, "rules:\n  - event: status")?;
        match self.column(Guess::Status).map(|column| (column.name.clone(), listed(column))) {
            None => writeln!(
                self.text,
                "    status: open           # which column says what happened?"
            )?,
            Some((name, values)) => {
                writeln!(self.text, "    status:\n      column: {}\n      map:", quoted(&name))?;
                for value in values {
                    let status = words::find(STATUSES, &value);
                    let doubt = if status.is_none() { "  # what does it mean?" } else { "" };
                    let status = status.unwrap_or("open");
                    writeln!(self.text, "        {}: {status}{doubt}", quoted(&value))?;
                }
                writeln!(self.text, "    vendor: {}", quoted(&name))?;
            }
        }
        let assigned = [(Guess::Agent, "agent"), (Guess::Group, "group")];
        let assigned: Vec<(&str, String)> = assigned
            .into_iter()
            .filter_map(|(guess, key)| Some((key, quoted(&self.column(guess)?.name))))
            .collect();
        if !assigned.is_empty() {
            writeln!(self.text, "  - event: assigned        # whoever acts has it from then on")?;
            for (key, name) in assigned {
                writeln!(self.text, "    {key}: {name}")?;
            }
        }
        writeln!(self.text, "  - event: created         # what the earliest row of a ticket says")?;
        writeln!(self.text, "    once: earliest\n    actor: system")?;
        self.parts()
    }

    /// What a ticket is about.
    fn parts(&mut self) -> fmt::Result {
        let mapped =
            [(Guess::Channel, "channel", CHANNELS), (Guess::Priority, "priority", PRIORITIES)];
        for (guess, key, list) in mapped {
            let Some(column) = self.column(guess) else { continue };
            let value = mapped_column(column, list);
            writeln!(self.text, "    {key}: {value}")?;
        }
        for (guess, key) in PARTS {
            let Some(name) = self.column(guess).map(|column| quoted(&column.name)) else {
                continue;
            };
            writeln!(self.text, "    {key}: {name}")?;
        }
        Ok(())
    }

    fn rated(&mut self, at: &str, requester: &str) -> fmt::Result {
        let Some(column) = self.column(Guess::Rating) else { return Ok(()) };
        let name = quoted(&column.name);
        let numbers: Option<Vec<f64>> =
            column.values.iter().map(|value| value.replace(',', ".").parse().ok()).collect();
        let Some(highest) = numbers.and_then(|numbers| numbers.into_iter().reduce(f64::max)) else {
            return writeln!(self.text, "  # {name} looks like a rating, and is no number");
        };
        let scale = match highest {
            highest if highest <= 1.0 => "[0, 1]",
            highest if highest <= 5.0 => "[1, 5]",
            highest if highest <= 10.0 => "[0, 10]",
            _ => "[0, 100]",
        };
        writeln!(self.text, "  - event: rated\n    at: {}\n    actor: {requester}", quoted(at))?;
        writeln!(self.text, "    score: {name}\n    scale: {scale}")
    }

    /// An actor of this role, by the column that names it where there is one.
    fn actor(&self, guess: Guess, role: &str) -> String {
        match self.column(guess) {
            Some(column) => format!("{{id: {}, role: {role}}}", quoted(&column.name)),
            None => role.to_owned(),
        }
    }
}

/// `%d/%m` as `%m/%d`.
fn flipped(day: &str) -> String {
    day.chars()
        .map(|letter| match letter {
            'd' => 'm',
            'm' => 'd',
            other => other,
        })
        .collect()
}

/// A column whose known values get our words; the others stay as they are.
fn mapped_column(column: &Column, list: &[Word]) -> String {
    let name = quoted(&column.name);
    let pairs: Vec<String> = listed(column)
        .iter()
        .filter_map(|value| Some(format!("{}: {}", quoted(value), words::find(list, value)?)))
        .collect();
    if pairs.is_empty() {
        return name;
    }
    format!("{{column: {name}, map: {{{}}}, unmapped: keep}}", pairs.join(", "))
}

/// The values of a column, as many as a draft lists.
fn listed(column: &Column) -> Vec<String> {
    column.different().into_iter().take(VALUES_MAX).map(str::to_owned).collect()
}

/// A text as YAML takes it in any case.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
