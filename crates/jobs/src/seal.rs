//! Rows in memory become files.

use crate::error::Result;
use crate::job::{Job, Outcome, Work};
use crate::plan::Plan;
use std::time::Duration;
use store::JobKind;

/// Seals segments until none is due.
#[derive(Clone, Copy, Debug)]
pub struct Seal;

#[async_trait::async_trait]
impl Job for Seal {
    fn kind(&self) -> JobKind {
        JobKind::Seal
    }

    fn plan(&self) -> Plan {
        Plan::new(Duration::from_secs(5), Duration::from_secs(3_600))
    }

    async fn run(&self, work: Work) -> Result<Outcome> {
        let mut sealed = 0;
        while !work.is_stopping() && work.store().seal_due().await?.is_some() {
            sealed += 1;
            work.progress(sealed, None);
        }
        Ok(match sealed {
            0 => Outcome::nothing(),
            1 => Outcome::did("1 segment written"),
            more => Outcome::did(format!("{more} segments written")),
        })
    }
}
