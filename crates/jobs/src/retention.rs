//! What is kept for a time only goes when its time is over.

use crate::error::Result;
use crate::job::{Job, Outcome, Work};
use crate::plan::Plan;
use std::time::Duration;
use store::JobKind;

/// Removes what is past its time.
#[derive(Clone, Copy, Debug)]
pub struct Retention;

#[async_trait::async_trait]
impl Job for Retention {
    fn kind(&self) -> JobKind {
        JobKind::Retention
    }

    fn plan(&self) -> Plan {
        Plan::new(Duration::from_secs(24 * 3_600), Duration::from_secs(4 * 3_600))
    }

    async fn run(&self, work: Work) -> Result<Outcome> {
        let retired = work.store().retain_due().await?;
        let mut did = Vec::new();
        if retired.runs > 0 {
            did.push(format!("{} old runs of jobs forgotten", retired.runs));
        }
        if retired.erasures > 0 {
            did.push(format!("{} erasures finished", retired.erasures));
        }
        let out = retired.retention;
        if out.tickets + out.quarantined + out.imports > 0 {
            did.push(format!(
                "words and fields of {} tickets, {} quarantined rows and {} imports emptied",
                out.tickets, out.quarantined, out.imports
            ));
        }
        if did.is_empty() { Ok(Outcome::nothing()) } else { Ok(Outcome::did(did.join(", "))) }
    }
}
