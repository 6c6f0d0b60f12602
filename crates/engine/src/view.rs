//! A snapshot as questions see it: its tables, and a session that knows its calendars.

use crate::error::Result;
use crate::function::business::{Calendars, business_elapsed};
use crate::session::Session;
use crate::tables::Tables;
use datafusion::datasource::provider_as_source;
use datafusion::execution::session_state::SessionState;
use datafusion::logical_expr::TableSource;
use event::calendar::Calendar;
use facts::policies::ALWAYS;
use facts::{Policies, Table};
use semantic::answer::Freshness;
use std::sync::Arc;
use store::Snapshot;

/// One snapshot, ready for any number of questions.
#[derive(Clone, Debug)]
pub(crate) struct View {
    /// Where plans run, with the functions that depend on the snapshot.
    pub(crate) state: SessionState,
    tables: Tables,
}

impl View {
    /// The view of a snapshot.
    pub(crate) fn new(session: &Session, snapshot: Arc<Snapshot>) -> Result<Self> {
        let calendars = Arc::new(calendars(&snapshot.policies));
        let elapsed = business_elapsed(snapshot.policies.digest(), calendars);
        Ok(Self { state: session.state([elapsed])?, tables: Tables::new(snapshot) })
    }

    /// The snapshot.
    pub(crate) fn snapshot(&self) -> &Arc<Snapshot> {
        self.tables.snapshot()
    }

    /// How far each source has been read.
    pub(crate) fn freshness(&self) -> Vec<Freshness> {
        self.snapshot()
            .freshness
            .iter()
            .map(|(source, freshness)| Freshness {
                source: source.to_string(),
                last_event_at: Some(freshness.last_event_at.to_string()),
                last_seen_at: Some(freshness.last_seen_at.to_string()),
            })
            .collect()
    }
}

impl semantic::Tables for View {
    fn source(&self, table: Table) -> Arc<dyn TableSource> {
        provider_as_source(self.tables.table(table))
    }
}

/// The calendars that policies name. They compiled when the policies were accepted; one that does
/// not any more has no business time, as an unknown one.
fn calendars(policies: &Policies) -> Calendars {
    let mut calendars: Calendars = policies
        .calendars
        .iter()
        .filter_map(|spec| Some((spec.name.clone(), Calendar::compile(spec).ok()?)))
        .collect();
    calendars.entry(ALWAYS.to_owned()).or_insert_with(Calendar::always);
    calendars
}
