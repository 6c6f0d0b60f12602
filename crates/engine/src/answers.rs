//! Answers that are kept for as long as nothing changes, so that a question asked again, or by many
//! at the same time, is answered once.

use crate::error::Result;
use crate::limits::{ANSWER_KEPT_US, ANSWERS_KEPT, ANSWERS_KEPT_ROWS};
use event::Instant;
use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{DefaultHashBuilder, OptionsBuilder, Weighter};
use semantic::Answer;
use semantic::compiled::Compiled;
use std::sync::Arc;

/// What an answer depends on. The policies go with the generation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct AnswerKey {
    generation: u64,
    as_of: Option<Instant>,
    /// In canonical form, so that what was left out agrees with its default.
    question: String,
    /// The present, in steps of [`ANSWER_KEPT_US`]: ranges end now, and what is unfinished grows.
    present: i64,
}

impl AnswerKey {
    pub(crate) fn new(snapshot: &store::Snapshot, compiled: &Compiled, now: Instant) -> Self {
        Self {
            generation: snapshot.generation,
            as_of: snapshot.as_of,
            question: compiled.key(),
            present: now.micros().div_euclid(ANSWER_KEPT_US),
        }
    }
}

/// An answer weighs what its rows do.
#[derive(Clone, Copy, Debug)]
struct Rows;

impl Weighter<AnswerKey, Arc<Answer>> for Rows {
    fn weight(&self, _: &AnswerKey, answer: &Arc<Answer>) -> u64 {
        answer.rows.len() as u64 + 1
    }
}

/// The answers kept. Those that are used least make room.
#[derive(Debug)]
pub(crate) struct Answers(Cache<AnswerKey, Arc<Answer>, Rows>);

impl Answers {
    pub(crate) fn new() -> Self {
        let mut options = OptionsBuilder::new();
        options
            .estimated_items_capacity(ANSWERS_KEPT)
            .weight_capacity(ANSWERS_KEPT_ROWS)
            // One part, so that a large answer fits into it.
            .shards(1);
        let options = options.build().expect("both capacities are set");
        let (hashing, living) = (DefaultHashBuilder::default(), DefaultLifecycle::default());
        Self(Cache::with_options(options, Rows, hashing, living))
    }

    /// The answer of this key, which `work` makes where it is not kept. Who asks while it is made
    /// waits for it; if its maker goes away or fails, the next in line takes over.
    pub(crate) async fn get(
        &self,
        key: &AnswerKey,
        work: impl Future<Output = Result<Answer>>,
    ) -> Result<Answer> {
        let made = async { work.await.map(Arc::new) };
        self.0.get_or_insert_async(key, made).await.map(|answer| answer.as_ref().clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn key(generation: u64, present: i64) -> AnswerKey {
        AnswerKey { generation, as_of: None, question: String::new(), present }
    }

    fn answer() -> Answer {
        let text = r#"{"question": {"metrics": ["volume"]}, "metrics": {}, "warnings": [],
            "period": {"from": null, "to": "", "zone": "UTC"}, "rows": [], "freshness": []}"#;
        serde_json::from_str(text).unwrap()
    }

    #[tokio::test]
    async fn who_asks_at_the_same_time_is_answered_by_one_piece_of_work() {
        let (answers, worked) = (Answers::new(), AtomicUsize::new(0));
        let work = || async {
            worked.fetch_add(1, Ordering::Relaxed);
            tokio::task::yield_now().await;
            Ok(answer())
        };
        let asked = (0..8).map(|_| {
            let (answers, work) = (&answers, work());
            async move { answers.get(&key(1, 0), work).await.unwrap() }
        });
        let found = futures::future::join_all(asked).await;
        assert!(found.iter().all(|found| *found == answer()));
        assert_eq!(worked.load(Ordering::Relaxed), 1);
        for other in [key(2, 0), key(1, 1), key(1, 0)] {
            answers.get(&other, work()).await.unwrap();
        }
        assert_eq!(worked.load(Ordering::Relaxed), 3, "another generation, another minute");
    }

    #[tokio::test]
    async fn what_fails_is_not_kept() {
        let answers = Answers::new();
        let failed = answers.get(&key(1, 0), async { Err(Error::Rows(1)) }).await;
        assert!(failed.is_err());
        assert!(answers.get(&key(1, 0), async { Ok(answer()) }).await.is_ok());
    }
}
