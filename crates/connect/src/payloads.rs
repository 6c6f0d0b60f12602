//! Payloads that arrive by themselves, such as the bodies of webhooks: one in, its events out.

use crate::error::Error;
use crate::files::objects::Objects;
use crate::files::records::Split;
use crate::files::row::{BadRow, Next, Row, Table};
use crate::import::plan::Plan;
use crate::mapping::Mapping;
use crate::quarantine::{Place, Quarantined, raw_text};
use event::{Event, Instant};
use std::io::Cursor;
use std::path::PathBuf;

/// Turns payloads into events by one mapping.
#[derive(Debug)]
pub struct Payloads {
    mapping: Mapping,
    plan: Plan,
}

/// What a payload came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mapped {
    /// Its events. Their ids come from what they say, so that a payload mapped again, or in
    /// another order, makes the same ones.
    pub events: Vec<Event>,
    /// What of it could not be understood, with all that is needed to try it again.
    pub quarantined: Vec<Quarantined>,
    /// Whether the mapping leaves the payload out on purpose: there is nothing to keep of it.
    pub left_out: bool,
}

impl Payloads {
    /// Payloads read by `mapping`; `tables` are the files of its lookup tables, if it has any.
    ///
    /// # Errors
    /// Where the mapping can't be used for payloads, or a lookup table is missing.
    pub fn new(mapping: Mapping, tables: &[PathBuf]) -> Result<Self, Error> {
        let plan = Plan::lookups(&mapping, tables)?;
        Ok(Self { mapping, plan })
    }

    /// The source its events belong to.
    pub fn source(&self) -> &str {
        self.mapping.source()
    }

    /// What `body` says, learnt of at `received`. `headers` are the name and value of each header
    /// that came with it; `place` is what the quarantine calls it. Takes time in proportion to the
    /// body and never fails: what is wrong with a body is in the answer.
    pub fn map(
        &self,
        body: &[u8],
        headers: &[(String, String)],
        received: Instant,
        place: &Place,
    ) -> Mapped {
        // Headers are not reachable yet: the expressions that will read them follow.
        let _ = headers;
        let mut mapped = Mapped::default();
        let mut table = Objects::new(Box::new(Cursor::new(body.to_vec())), Split::Objects);
        let mut row = Row::default();
        let mut translator = self.mapping.translator(0, &self.plan.lookups, received);
        loop {
            match table.next(&mut row) {
                Next::Row => {}
                Next::Blank => continue,
                Next::Bad(BadRow { reason, raw, fatal, .. }) => {
                    mapped.quarantined.push(reason.at(place.clone(), raw));
                    if fatal {
                        break;
                    }
                    continue;
                }
                Next::End => break,
            }
            translator.bind(table.header());
            let (made, result) = translator.translate(&row);
            mapped.left_out |= made.filtered;
            if let Err(reason) = result {
                mapped.quarantined.push(reason.at(place.clone(), raw_text(body)));
                continue;
            }
            mapped.events.extend(made.events);
        }
        mapped
    }
}
