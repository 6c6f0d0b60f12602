//! The webhooks that are set up, and who was sent away from them.

use connect::hooks::{Hook, Refusal};
use event::Instant;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// The webhooks by source. Clones share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hooks {
    of: Arc<BTreeMap<String, Watched>>,
}

/// A webhook with what was refused since the process began. It is not kept: who sends rubbish
/// must not make us write.
#[derive(Debug)]
pub(crate) struct Watched {
    pub(crate) hook: Arc<Hook>,
    refused: Mutex<Refused>,
}

/// What was refused.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Refused {
    /// Requests that did not prove where they came from.
    pub(crate) requests: u64,
    /// When the last one came, and what was wrong with it.
    pub(crate) last: Option<(Instant, Refusal)>,
}

impl Hooks {
    pub(crate) fn new(hooks: &[Arc<Hook>]) -> Self {
        let watched = |hook: &Arc<Hook>| {
            let watched = Watched { hook: Arc::clone(hook), refused: Mutex::default() };
            (hook.source().to_owned(), watched)
        };
        Self { of: Arc::new(hooks.iter().map(watched).collect()) }
    }

    pub(crate) fn get(&self, source: &str) -> Option<&Watched> {
        self.of.get(source)
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = (&String, &Watched)> {
        self.of.iter()
    }
}

impl Watched {
    /// Counts a request that was sent away.
    pub(crate) fn refuse(&self, at: Instant, refusal: &Refusal) {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.requests += 1;
        refused.last = Some((at, refusal.clone()));
    }

    pub(crate) fn refused(&self) -> Refused {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
