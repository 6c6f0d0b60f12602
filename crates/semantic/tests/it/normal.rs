//! The canonical form: normalising twice is normalising once, and equal questions become equal.

use crate::support::{now, session};
use proptest::prelude::*;
use semantic::time::Zone;
use semantic::{Catalog, Compiler, Question, Schemas};

fn canonical(question: &Question) -> Result<Question, Vec<semantic::Issue>> {
    let catalog = Catalog::shipped().unwrap();
    let state = session().state();
    let compiler = Compiler {
        catalog: &catalog,
        tables: &Schemas,
        functions: &state,
        now: now(),
        zone: Zone::utc(),
    };
    compiler.canonical(question)
}

fn choice(words: &'static [&'static str]) -> impl Strategy<Value = Option<String>> {
    proptest::option::of(proptest::sample::select(words).prop_map(str::to_owned))
}

prop_compose! {
    fn questions()(
        metrics in proptest::sample::subsequence(
            vec!["first_response_time", "csat", "volume", "backlog", "first_resolution_time"], 1..4),
        by in proptest::sample::subsequence(vec!["channel", "group", "field.plan", "tag"], 0..4),
        every in choice(&["hour", "days", "week", "Month"]),
        range in choice(&["last 3 weeks", "2026-02", "2026-02-01..2026-02-10"]),
        filters in proptest::sample::subsequence(
            vec!["priority in (urgent, high)", "priority in (high, urgent)", "group='Billing EU'",
                 "tag != x", "field.plan is  null", "n_turns>=2", "account = \"a, 'b'\""], 0..5),
        clock in choice(&["business", "calendar"]),
        statistic in choice(&["median", "p90", "mean,p95"]),
        compare in choice(&["previous_period", "same_period_last_year"]),
    ) -> Question {
        let mut question = Question::about(metrics);
        question.by = by.into_iter().take(3).map(str::to_owned).collect();
        question.every = every;
        question.compare = compare.filter(|_| range.is_some()).into_iter().collect();
        question.range = range.map(semantic::question::Range::Text);
        question.filters = filters.into_iter().map(str::to_owned).collect();
        question.clock = clock;
        question.statistic = statistic.iter().flat_map(|words| words.split(',')).collect();
        question
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn normalising_twice_is_normalising_once(question in questions()) {
        let once = canonical(&question).unwrap();
        let twice = canonical(&once).unwrap();
        prop_assert_eq!(&once, &twice);
        let written = serde_json::to_string(&once).unwrap();
        prop_assert_eq!(Question::read(&written).unwrap(), once, "{}", written);
    }
}

#[test]
fn equal_questions_become_equal() {
    let one = Question::read(
        "metrics: [first_response_time]\nwhere: ['priority in (urgent, high)', tag = x]\nevery: weeks",
    );
    let other = Question::read(
        r#"{"metrics":"first_response_time","every":"Week","zone":"UTC",
            "where":["tag='x'","priority in (high,urgent,high)"],"clock":"business"}"#,
    );
    assert_eq!(canonical(&one.unwrap()).unwrap(), canonical(&other.unwrap()).unwrap());
}

#[test]
fn a_comma_stands_between_words_in_a_list_too() {
    for text in ["[median, p90]", "['median,p90']", "'median, p90'", "[' median , p90']"] {
        let text = format!("metrics: [first_response_time]\nstatistic: {text}");
        let question = Question::read(&text).unwrap();
        assert_eq!(question.statistic.0, ["median", "p90"], "{text}");
        assert_eq!(Question::read(&serde_json::to_string(&question).unwrap()), Ok(question));
    }
}
