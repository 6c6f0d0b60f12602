//! One ticket, opened: its timeline, its facts and its clocks.

use crate::engine::Engine;
use crate::error::{Error, Result, store as store_failed};
use facts::Explanation;
use serde::Serialize;

/// How a ticket's numbers come about.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct TicketExplanation {
    /// The store's number of it.
    pub number: u32,
    /// The connection it came through.
    pub source: String,
    /// Its id there.
    pub ticket: String,
    /// Its timeline, its facts, and every clock as segments that add up to its value.
    pub explanation: Explanation,
}

impl Engine {
    /// A ticket with its timeline and its clocks.
    ///
    /// # Errors
    /// [`Error::NotFound`] where it is not known.
    pub async fn explain_ticket(&self, source: &str, ticket: &str) -> Result<TicketExplanation> {
        let found = self
            .store()
            .ticket(source, ticket)
            .await
            .map_err(store_failed("read the ticket's timeline"))?;
        let Some((number, stored)) = found else {
            return Err(Error::NotFound { what: "ticket", name: format!("{source}/{ticket}") });
        };
        let folder = std::sync::Arc::clone(&self.store().snapshot().folder);
        let now = self.settings().clock.now();
        let explanation = folder.explain(&stored.source, &stored.ticket, &stored.timeline, now);
        Ok(TicketExplanation {
            number,
            source: stored.source.to_string(),
            ticket: stored.ticket.to_string(),
            explanation,
        })
    }
}
