//! Nothing is kept that nothing needs.

use crate::error::Result;
use crate::job::{Job, Outcome, Work};
use crate::plan::Plan;
use std::time::Duration;
use store::JobKind;

/// Shortens the state database's log and removes files that nothing needs.
#[derive(Clone, Copy, Debug)]
pub struct Compact;

#[async_trait::async_trait]
impl Job for Compact {
    fn kind(&self) -> JobKind {
        JobKind::Compact
    }

    fn plan(&self) -> Plan {
        Plan::new(Duration::from_secs(3_600), Duration::from_secs(1_800))
    }

    async fn run(&self, work: Work) -> Result<Outcome> {
        let compacted = work.store().compact().await?;
        if compacted.log_bytes == 0 {
            return Ok(Outcome::nothing());
        }
        Ok(Outcome::did(format!("log shortened by {} bytes", compacted.log_bytes)))
    }
}
