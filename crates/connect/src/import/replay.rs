//! Quarantined things tried again, once the mapping is mended.

use crate::error::Error;
use crate::files::row::{Header, Row};
use crate::formula::refill;
use crate::import::Importer;
use crate::import::payload::{Done, Payload, reason_of};
use crate::import::plan::Plan;
use crate::import::translate::Translated;
use crate::quarantine::{Quarantined, Reason};
use event::Event;
use event::cloudevents::{self, Item};
use std::collections::BTreeMap;

/// Tries quarantined things again.
#[derive(Debug)]
pub struct Replay<'i> {
    importer: &'i Importer,
    plan: Plan,
}

impl Importer {
    /// Prepares to try again what was quarantined; the files given serve as lookup tables only.
    ///
    /// # Errors
    /// Where a lookup table of the mapping is missing or can't be read.
    pub fn replay(&self) -> Result<Replay<'_>, Error> {
        let plan = match &self.mapping {
            Some(mapping) => Plan::lookups(mapping, &self.paths)?,
            None => Plan::default(),
        };
        Ok(Replay { importer: self, plan })
    }
}

impl Replay<'_> {
    /// The events of a quarantined thing.
    ///
    /// # Errors
    /// The same thing again with what is wrong with it now.
    pub fn events(&self, quarantined: &Quarantined) -> Result<Vec<Event>, Box<Quarantined>> {
        self.read(quarantined).map_err(|reason| {
            Box::new(reason.at(quarantined.place.clone(), quarantined.raw.clone()))
        })
    }

    fn read(&self, quarantined: &Quarantined) -> Result<Vec<Event>, Reason> {
        let Some(mapping) = &self.importer.mapping else {
            return match cloudevents::parse(quarantined.raw.as_bytes(), self.importer.seen) {
                Ok(Item::Event(event)) => Ok(vec![event]),
                Ok(Item::Record(record)) => {
                    let message = format!("records of type `{}` are not kept yet", record.type_);
                    Err(Reason::new("record", message))
                }
                Err(reject) => Err(reject.into()),
            };
        };
        let not_a_row = |_| {
            Reason::new("not_a_row", "this was never read as a row")
                .hint("the file itself needs mending: import it again, nothing is counted twice")
        };
        let path = std::path::Path::new(quarantined.place.file.as_str());
        let (mut inputs, _) = mapping.inputs_of(path, mapping.inputs.len() == 1);
        if inputs.is_empty() {
            inputs.push(0);
        }
        let seen = self.importer.seen;
        refill();
        let cells: Result<BTreeMap<String, String>, _> = serde_json::from_str(&quarantined.raw);
        let formulas = inputs.iter().any(|input| mapping.inputs[*input].formulas);
        let done = match cells {
            Ok(cells) if !formulas => {
                let header = Header::new(cells.keys().map(String::as_str));
                let mut row = Row::default();
                row.clear(quarantined.place.line);
                cells.values().for_each(|cell| row.push(cell));
                let done = |input: &usize| {
                    let mut translator = mapping.translator(*input, &self.plan.lookups, seen);
                    translator.bind(&header);
                    let (made, result) = translator.translate(&row, None);
                    Done { input: *input, row: None, made, result }
                };
                inputs.iter().map(done).collect()
            }
            _ => {
                let kept = serde_json::from_str(&quarantined.raw).map_err(not_a_row)?;
                mapping.payload(&inputs, &Payload::kept(kept), &self.plan.lookups, seen)
            }
        };
        if let Some(reason) = reason_of(&done) {
            return Err(reason);
        }
        let made = done.into_iter().map(|done| done.made);
        let events = |made: Translated| {
            let earliest = made.earliest.into_iter().map(|(_, event)| event);
            made.events.into_iter().chain(earliest)
        };
        Ok(made.flat_map(events).collect())
    }
}
