//! One rebuild at a time, in the background, and how far it has got.

use crate::problem::chain;
use event::{Clock, Instant};
use serde::Serialize;
use std::sync::Arc;
use store::{Policies, Store};
use tokio::sync::watch;

/// How a rebuild stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RebuildState {
    /// None has run since the program began.
    #[default]
    Idle,
    /// One runs; questions are answered under the old policies.
    Running,
    /// The last one ended well; its policies are in force.
    Done,
    /// The last one failed; the old policies stay in force.
    Failed,
}

/// The rebuild that runs, or the last one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub(crate) struct Rebuild {
    /// How it stands.
    pub(crate) state: RebuildState,
    /// Tickets folded again so far.
    pub(crate) done: u64,
    /// Tickets to fold.
    pub(crate) total: u64,
    /// When it began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) started_at: Option<Instant>,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) finished_at: Option<Instant>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) message: Option<String>,
}

/// The rebuilds of a desk. Clones share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rebuilding {
    state: Arc<watch::Sender<Rebuild>>,
}

impl Rebuilding {
    /// How it stands.
    pub(crate) fn now(&self) -> Rebuild {
        self.state.borrow().clone()
    }

    /// Hears of every step.
    pub(crate) fn watch(&self) -> watch::Receiver<Rebuild> {
        self.state.subscribe()
    }

    /// Begins to fold every ticket again; `None` where a rebuild runs already.
    ///
    /// Nobody has to wait for it. A process that ends meanwhile leaves the old policies in force.
    pub(crate) fn start(
        &self,
        store: Store,
        clock: Arc<dyn Clock>,
        policies: Policies,
    ) -> Option<Rebuild> {
        let total = store.snapshot().tickets_count();
        let began = Rebuild {
            state: RebuildState::Running,
            total,
            started_at: Some(clock.now()),
            ..Rebuild::default()
        };
        let first = began.clone();
        let started = self.state.send_if_modified(|state| {
            let idle = state.state != RebuildState::Running;
            if idle {
                *state = first;
            }
            idle
        });
        if !started {
            return None;
        }
        let state = Arc::clone(&self.state);
        let told = Arc::clone(&self.state);
        let progress = Arc::new(move |done: u64, _: u64| {
            told.send_modify(|state| state.done = done);
        });
        tokio::spawn(async move {
            let rebuilt = store.rebuild(policies, progress).await;
            // Events that came meanwhile may have been folded as well: the end is the whole.
            let total = store.snapshot().tickets_count();
            state.send_modify(|state| {
                state.finished_at = Some(clock.now());
                match rebuilt {
                    Ok(_) => {
                        state.state = RebuildState::Done;
                        (state.done, state.total) = (total, total);
                    }
                    Err(error) => {
                        tracing::error!(error = &error as &dyn std::error::Error, "rebuilding");
                        state.state = RebuildState::Failed;
                        state.message = Some(chain(&error));
                    }
                }
            });
        });
        Some(began)
    }
}
