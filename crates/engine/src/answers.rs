//! Answers that are kept for as long as nothing changes, so that a question asked again, or by many
//! at the same time, is answered once. Under a steady stream of events something always changes:
//! who is content with an answer of a moment ago shares that one.

use crate::error::Result;
use crate::limits::{ANSWER_KEPT_US, ANSWER_RESTS_MAX, ANSWERS_KEPT, ANSWERS_KEPT_ROWS};
use event::Instant;
use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{DefaultHashBuilder, OptionsBuilder, Weighter};
use semantic::Answer;
use semantic::compiled::Compiled;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::Instant as Moment;

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

impl AnswerKey {
    /// The same question of any generation.
    fn of_any(&self) -> Self {
        Self { generation: 0, ..self.clone() }
    }
}

/// An answer, and how new it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Dated {
    /// The answer, which others may be given too.
    pub answer: Arc<Answer>,
    /// The generation of the snapshot it is of.
    pub generation: u64,
}

/// The newest answer to a question.
type Newest = Arc<Mutex<Option<Made>>>;

/// An answer that was made.
#[derive(Clone, Debug)]
struct Made {
    dated: Dated,
    /// When its snapshot was taken.
    taken: Moment,
    /// Until when it does for everybody who is content with an older one.
    rests: Moment,
}

impl Made {
    /// Whether it does for somebody who asks now and of this generation.
    fn does(&self, asked: Moment, age: Duration, generation: u64) -> bool {
        let rests = !age.is_zero() && asked < self.rests;
        rests || self.taken + age >= asked || self.dated.generation >= generation
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
pub(crate) struct Answers {
    kept: Cache<AnswerKey, Arc<Answer>, Rows>,
    newest: Cache<AnswerKey, Newest>,
}

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
        let kept = Cache::with_options(options, Rows, hashing, living);
        Self { kept, newest: Cache::new(ANSWERS_KEPT) }
    }

    /// The answer of this key, which `work` makes where it is not kept. Who asks while it is made
    /// waits for it; if its maker goes away or fails, the next in line takes over.
    pub(crate) async fn get(
        &self,
        key: &AnswerKey,
        work: impl Future<Output = Result<Answer>>,
    ) -> Result<Arc<Answer>> {
        let made = async { work.await.map(Arc::new) };
        self.kept.get_or_insert_async(key, made).await
    }

    /// An answer whose snapshot was taken at most `age` before now, or is still the newest. Only
    /// one is made at a time: who waits for it takes it, if it is new enough. One that took long
    /// does for as long again, so that a busy machine is not busy with the same question only.
    pub(crate) async fn recent(
        &self,
        key: &AnswerKey,
        age: Duration,
        work: impl Future<Output = Result<Answer>>,
    ) -> Result<Dated> {
        let asked = Moment::now();
        let cell = self.newest.get_or_insert_with(&key.of_any(), || Ok(Newest::default()))?;
        let mut newest = cell.lock().await;
        if let Some(made) = newest.as_ref().filter(|made| made.does(asked, age, key.generation)) {
            return Ok(made.dated.clone());
        }
        let began = Moment::now();
        let dated = Dated { answer: self.get(key, work).await?, generation: key.generation };
        let rests = Moment::now() + began.elapsed().min(ANSWER_RESTS_MAX);
        *newest = Some(Made { dated: dated.clone(), taken: asked, rests });
        Ok(dated)
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
        assert!(found.iter().all(|found| **found == answer()));
        assert_eq!(worked.load(Ordering::Relaxed), 1);
        for other in [key(2, 0), key(1, 1), key(1, 0)] {
            answers.get(&other, work()).await.unwrap();
        }
        assert_eq!(worked.load(Ordering::Relaxed), 3, "another generation, another minute");
    }

    #[tokio::test]
    async fn who_is_content_with_a_moment_ago_shares_an_answer() {
        let (answers, worked) = (Answers::new(), AtomicUsize::new(0));
        let work = || async {
            worked.fetch_add(1, Ordering::Relaxed);
            Ok(answer())
        };
        let hour = Duration::from_secs(3_600);
        for (generation, age, expected) in
            [(1, hour, 1), (2, hour, 1), (3, Duration::ZERO, 3), (4, hour, 3)]
        {
            let dated = answers.recent(&key(generation, 0), age, work()).await.unwrap();
            assert_eq!(dated.generation, expected);
        }
        assert_eq!(worked.load(Ordering::Relaxed), 2);
        let other = answers.recent(&key(4, 1), hour, work()).await.unwrap();
        assert_eq!(other.generation, 4, "another minute is another question");
    }

    #[test]
    fn what_took_long_does_for_as_long_again() {
        let (start, second) = (Moment::now(), Duration::from_secs(1));
        let dated = Dated { answer: Arc::new(answer()), generation: 1 };
        let made = Made { dated, taken: start, rests: start + 8 * second };
        assert!(made.does(start + 7 * second, second, 2));
        assert!(!made.does(start + 8 * second, second, 2));
        assert!(made.does(start + 8 * second, 8 * second, 2), "no older than asked for");
        assert!(!made.does(start + second, Duration::ZERO, 2), "only the newest will do");
        assert!(made.does(start + 9 * second, second, 1), "nothing newer is known");
    }

    #[tokio::test]
    async fn what_fails_is_not_kept() {
        let answers = Answers::new();
        let failed = answers.get(&key(1, 0), async { Err(Error::Rows(1)) }).await;
        assert!(failed.is_err());
        assert!(answers.get(&key(1, 0), async { Ok(answer()) }).await.is_ok());
    }
}
