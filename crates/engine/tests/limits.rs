//! What a question may use: time and memory are refused beyond the limit, and a question that nobody
//! waits for any longer holds no place.

#![expect(clippy::unwrap_used, reason = "helpers of tests, outside of them")]

use engine::limits::Limits;
use engine::{Engine, Error, Settings};
use event::FixedClock;
use semantic::{Catalog, Question};
use std::sync::Arc;
use std::time::Duration;
use store::{Options, Store};
use testkit::builders::at;
use testkit::generate;

const NOW: &str = "2026-11-16T12:00:00Z";

/// An engine of these limits over two thousand tickets.
async fn engine(limits: Limits) -> (Engine, tempfile::TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let clock: Arc<FixedClock> = Arc::new(FixedClock(at(NOW)));
    let options = Options::new(Arc::clone(&clock) as Arc<dyn event::Clock>);
    let store = Store::open(dir.path(), options).await.unwrap();
    let settings = generate::Settings { tickets: 2_000, ..generate::Settings::default() };
    let bulk = store.bulk().unwrap();
    bulk.push(generate::events(&settings).collect::<Vec<_>>()).unwrap();
    bulk.finish(Arc::new(|_, _| ())).await.unwrap();
    let mut settings = Settings::new(clock);
    settings.limits = limits;
    settings.keep_answers = false;
    let catalog = Arc::new(Catalog::shipped().unwrap());
    (Engine::new(store, catalog, settings).unwrap(), dir)
}

fn heavy() -> Question {
    Question::read("{metrics: [first_contact_resolution, {metric: full_resolution_time, clock: calendar, stat: [median, p90]}], every: month}").unwrap()
}

#[tokio::test]
async fn a_question_out_of_time_says_so() {
    let time = Duration::from_micros(1);
    let (engine, _dir) = engine(Limits { time, ..Limits::default() }).await;
    let error = engine.ask(&heavy()).await.unwrap_err();
    assert!(matches!(&error, Error::TimeOut(limit) if *limit == time), "{error:?}");
}

#[tokio::test]
async fn a_question_out_of_memory_says_how_much_there_is() {
    let (engine, _dir) = engine(Limits { memory_bytes: 64 << 10, ..Limits::default() }).await;
    let error = engine.ask(&heavy()).await.unwrap_err();
    assert!(matches!(error, Error::Memory { bytes: 65_536, .. }), "{error:?}");
}

#[tokio::test]
async fn a_dropped_question_leaves_its_place_to_the_next() {
    let (engine, _dir) = engine(Limits { concurrent: 1, ..Limits::default() }).await;
    let question = heavy();
    for polls in 1..=20 {
        let mut asked = std::pin::pin!(engine.ask(&question));
        assert!(futures::poll!(asked.as_mut()).is_pending(), "no question is answered at once");
        for _ in 1..polls {
            tokio::task::yield_now().await;
            if futures::poll!(asked.as_mut()).is_ready() {
                break;
            }
        }
    }
    // There is one place: had a dropped question kept it, this would wait for ever.
    engine.ask(&question).await.unwrap();
}
