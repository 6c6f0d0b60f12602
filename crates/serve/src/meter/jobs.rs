//! How the jobs stand.

use super::{Book, Labels};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use store::Job;

/// What the state says of each kind of job.
#[derive(Default)]
pub(super) struct Jobs {
    states: Family<Labels<2>, Gauge>,
    failures: Family<Labels<1>, Gauge>,
}

impl Jobs {
    pub(super) fn register(book: &mut Book) -> Self {
        let own = Self::default();
        book.add(
            ("deskmeter_job_state", "gauge"),
            &["kind", "state"],
            "1 for how a job stands; state is idle, waiting, running, failed or paused",
            own.states.clone(),
        );
        book.add(
            ("deskmeter_job_failures", "gauge"),
            &["kind"],
            "How often in a row a job failed",
            own.failures.clone(),
        );
        own
    }

    pub(super) fn set(&self, jobs: Vec<Job>) {
        // How a job stood before is not shown beside how it stands.
        self.states.clear();
        for job in jobs {
            let kind = ("kind", job.kind.name().to_owned());
            let state = if job.paused { "paused" } else { job.state.name() };
            let labels = [kind.clone(), ("state", state.to_owned())];
            self.states.get_or_create(&labels).set(1);
            self.failures.get_or_create(&[kind]).set(job.attempts.into());
        }
    }
}
