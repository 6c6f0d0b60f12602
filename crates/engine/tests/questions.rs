//! Questions over a store: sealed or fresh alike, every cell opened, every difference explained.

use engine::{Engine, Settings};
use event::{Event, FixedClock, Instant, Kind};
use proptest::prelude::*;
use semantic::Catalog;
use semantic::answer::{Answer, Row};
use semantic::question::{Question, Range};
use semantic::tickets::Drill;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use store::{Options, Store};
use testkit::builders::{at, ticket};
use testkit::generate;

const NOW: &str = "2026-11-16T12:00:00Z";

struct Desk {
    engine: Engine,
    store: Store,
    _dir: tempfile::TempDir,
}

async fn desk() -> Desk {
    let dir = tempfile::tempdir().expect("an open desk");
    desk_at(dir.path().to_owned(), dir).await
}

/// A desk whose data folder is called by this path.
async fn desk_at(path: PathBuf, dir: tempfile::TempDir) -> Desk {
    let clock: Arc<FixedClock> = Arc::new(FixedClock(at(NOW)));
    let mut options = Options::new(Arc::clone(&clock) as Arc<dyn event::Clock>);
    options.segment_rows = Some(64);
    let store = Store::open(&path, options).await.expect("an open desk");
    let catalog = Arc::new(Catalog::shipped().expect("an open desk"));
    let engine = Engine::new(store.clone(), catalog, Settings::new(clock)).expect("an open desk");
    Desk { engine, store, _dir: dir }
}

fn events(tickets: u64) -> Vec<Event> {
    let settings = generate::Settings { tickets, ..generate::Settings::default() };
    generate::events(&settings).collect()
}

/// Questions of every kind of metric.
fn questions() -> Vec<Question> {
    [
        "{metrics: [{metric: first_response_time, clock: calendar}], by: [channel], every: month}",
        "{metrics: [{metric: full_resolution_time, clock: calendar, stat: [median, p90, mean]}], \
          every: quarter, zone: America/New_York}",
        "{metrics: [volume, 'volume:requesters'], by: [group, priority]}",
        "{metrics: [volume], by: [tag], every: year, zone: Asia/Kolkata}",
        "{metrics: [backlog], by: [group], every: month, range: last 6 months}",
        "{metrics: [backlog], by: [status], every: week, range: last 8 weeks}",
        "{metrics: [backlog], by: [age_bucket], range: {at: 2026-11-16T12:00:00Z}}",
        "{metrics: [csat, 'csat:neutral_excluded'], by: [agent], range: last 12 months}",
        "{metrics: [reopen_rate, 'reopen_rate:cohort_nd'], by: [group], every: quarter}",
        "{metrics: [first_contact_resolution], every: month}",
        "{metrics: [{metric: next_reply_time, clock: calendar}], by: [hour_of_day]}",
        "{metrics: [volume], every: week, range: last 8 weeks, compare: [previous_period]}",
    ]
    .iter()
    .map(|text| Question::read(text).expect("a question"))
    .collect()
}

async fn ask(desk: &Desk, question: &Question) -> Answer {
    desk.engine.ask(question).await.expect("an answer")
}

#[tokio::test]
async fn a_folder_may_be_called_by_a_path_that_goes_up() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("beside")).unwrap();
    let desk = desk_at(dir.path().join("beside/../desk"), dir).await;
    desk.store.accept(events(5)).await.unwrap();
    desk.store.seal_all().await.unwrap();
    let answer = ask(&desk, &Question::about(["volume:all_tickets"])).await;
    assert_eq!(answer.rows[0].cells["volume:all_tickets"].n, 5);
}

#[tokio::test]
async fn a_daily_mean_needs_a_beginning() {
    let desk = desk().await;
    desk.store.accept(events(50)).await.unwrap();
    let mut question = Question::about(["backlog_days"]);
    let all = ask(&desk, &question).await;
    assert_eq!(all.rows[0].cells["backlog_days"].value, None);
    question.range = Some(Range::Text("last 52 weeks".to_owned()));
    let year = ask(&desk, &question).await;
    assert!(year.rows[0].cells["backlog_days"].value.is_some());
}

#[tokio::test]
async fn rows_are_the_same_sealed_or_fresh() {
    let events = events(200);
    let (fresh, mixed) = (desk().await, desk().await);
    fresh.store.accept(events.clone()).await.unwrap();
    let half = events.len() / 2;
    mixed.store.accept(events[..half].to_vec()).await.unwrap();
    mixed.store.seal_all().await.unwrap();
    mixed.store.accept(events).await.unwrap();
    let snapshot = mixed.store.snapshot();
    assert!(snapshot.overlay.tickets() > 0 && !snapshot.segments.is_empty());
    for question in questions() {
        let first = ask(&fresh, &question).await;
        assert!(
            first.rows.iter().any(|row| row.cells.values().any(|cell| cell.n > 0)),
            "{first:?}"
        );
        assert_eq!(first.rows, ask(&mixed, &question).await.rows, "{question:?}");
    }
    fresh.store.seal_all().await.unwrap();
    assert_eq!(fresh.store.snapshot().overlay.tickets(), 0);
    for question in questions() {
        let sealed = ask(&fresh, &question).await;
        assert_eq!(sealed.rows, ask(&mixed, &question).await.rows, "{question:?}");
    }
}

#[tokio::test]
async fn an_answer_that_is_kept_is_the_one_that_would_be_made() {
    let desk = desk().await;
    desk.store.accept(events(100)).await.unwrap();
    let mut settings = Settings::new(Arc::new(FixedClock(at(NOW))));
    settings.keep_answers = false;
    let catalog = Arc::new(Catalog::shipped().unwrap());
    let forgetful = Engine::new(desk.store.clone(), catalog, settings).unwrap();
    for question in questions() {
        let made = forgetful.ask(&question).await.unwrap();
        let (first, beside) = tokio::join!(ask(&desk, &question), ask(&desk, &question));
        for kept in [first, beside, ask(&desk, &question).await] {
            assert_eq!(kept, made, "{question:?}");
        }
    }
    let before = ask(&desk, &questions()[2]).await;
    desk.store.accept(events(120)).await.unwrap();
    assert_ne!(ask(&desk, &questions()[2]).await.rows, before.rows, "new events show at once");
}

#[tokio::test]
async fn every_cell_opens_to_as_many_rows_as_it_counts() {
    let desk = desk().await;
    desk.store.accept(events(120)).await.unwrap();
    for question in questions() {
        let answer = ask(&desk, &question).await;
        // Cells taken evenly over the answer: enough of every question, in little time.
        let step = (answer.rows.len() / 4).max(1);
        for row in answer.rows.iter().step_by(step) {
            check_cells(&desk, &question, row).await;
        }
    }
}

async fn check_cells(desk: &Desk, question: &Question, row: &Row) {
    for (metric, cell) in &row.cells {
        let mut drill = Drill {
            metric: Some(metric.clone()),
            time: row.time.clone(),
            dimensions: row.dimensions.clone(),
            limit: 50,
            ..Drill::default()
        };
        let mut counted = 0;
        loop {
            let page = desk.engine.tickets(question, &drill).await.expect("a page");
            assert_eq!(page.n, cell.n, "{question:?} {row:?} {metric}");
            assert!(page.tickets <= page.n);
            counted += page.rows.len();
            match page.next {
                Some(next) => drill.offset = next,
                None => break,
            }
        }
        assert_eq!(counted, usize::try_from(cell.n).unwrap_or(0), "{question:?} {row:?} {metric}");
    }
}

#[tokio::test]
async fn the_first_example_gives_its_numbers() {
    let desk = desk().await;
    let one = ticket("1")
        .created(at("2026-03-02T09:00:00Z"), |created| created.channel("email"))
        .customer_message(at("2026-03-02T09:00:00Z"))
        .reply(at("2026-03-02T09:15:00Z"), "g-2")
        .solved(at("2026-03-02T11:30:00Z"), "g-2");
    desk.store.accept(one.events()).await.unwrap();
    let question = Question::read(
        "{metrics: [first_response_time, full_resolution_time, 'first_contact_resolution:one_touch_exactly1'], \
          clock: calendar}",
    );
    let mut question = question.unwrap();
    question.clock = None;
    for asked in &mut question.metrics[..2] {
        asked.clock = Some("calendar".to_owned());
    }
    let answer = ask(&desk, &question).await;
    assert_eq!(answer.rows.len(), 1);
    let values: Vec<Option<f64>> = answer.rows[0].cells.values().map(|cell| cell.value).collect();
    // In the order of their names: FCR, FRT, resolution.
    assert_eq!(values, [Some(1.0), Some(900.0), Some(9_000.0)]);
    let share = answer.rows[0].cells.values().next().unwrap();
    assert_eq!((share.numerator, share.denominator, share.n), (Some(1.0), Some(1.0), 1));
    assert!(share.low.is_some_and(|low| (low - 0.2065).abs() < 0.001), "{share:?}");
    assert_eq!(share.high, Some(1.0));
}

#[tokio::test]
async fn a_late_event_is_told_as_the_cause_of_a_restatement() {
    let desk = desk().await;
    let known = ticket("1")
        .created(at("2026-03-02T09:00:00Z"), |created| created.channel("email"))
        .seen(at("2026-03-02T09:00:00Z"))
        .customer_message(at("2026-03-02T09:00:00Z"))
        .seen(at("2026-03-02T09:00:00Z"))
        .reply(at("2026-03-02T12:00:00Z"), "g-2")
        .seen(at("2026-03-02T12:00:00Z"))
        .reply(at("2026-03-02T09:30:00Z"), "g-3")
        .seen(at("2026-03-20T00:00:00Z"));
    desk.store.accept(known.events()).await.unwrap();
    let mut question =
        Question::read("{metrics: [{metric: first_response_time, clock: calendar}]}").unwrap();
    question.range = Some(Range::Text("2026-03".to_owned()));
    let told = desk.engine.restatement(&question, "2026-03-15T00:00:00Z").await.unwrap();
    assert_eq!(told.changes.len(), 1);
    let values = |cell: &Option<semantic::answer::Cell>| cell.as_ref().and_then(|cell| cell.value);
    assert_eq!(values(&told.changes[0].then), Some(10_800.0));
    assert_eq!(values(&told.changes[0].now), Some(1_800.0));
    assert_eq!((told.changes[0].why, told.continued_total), (engine::Why::Restated, 0));
    assert_eq!(told.causes.len(), 1);
    assert_eq!(told.causes[0].late[0].at, "2026-03-02T09:30:00Z");
    let unchanged = desk.engine.restatement(&question, "2026-04-01T00:00:00Z").await.unwrap();
    assert_eq!((unchanged.changes, unchanged.causes), (vec![], vec![]));
}

#[tokio::test]
async fn a_period_that_went_on_is_not_called_restated() {
    let desk = desk().await;
    let solved = |id: &str, day: &str, seen: &str| {
        ticket(id)
            .created(at("2026-03-02T09:00:00Z"), |created| created.channel("email"))
            .seen(at("2026-03-02T09:00:00Z"))
            .solved(at(day), "g-2")
            .seen(at(seen))
            .events()
    };
    // Solved after the report; then one whose solve before the report was learnt of late.
    let later = solved("1", "2026-03-20T09:00:00Z", "2026-03-20T09:00:00Z");
    desk.store.accept(later).await.unwrap();
    let mut question =
        Question::read("{metrics: [{metric: full_resolution_time, clock: calendar}]}").unwrap();
    question.range = Some(Range::Text("2026-03".to_owned()));
    let report = "2026-03-15T00:00:00Z";
    let told = desk.engine.restatement(&question, report).await.unwrap();
    assert_eq!(told.changes[0].why, engine::Why::Continued);
    assert_eq!((told.causes_total, told.continued_total), (0, 1));
    let late = solved("2", "2026-03-10T09:00:00Z", "2026-03-16T09:00:00Z");
    desk.store.accept(late).await.unwrap();
    let told = desk.engine.restatement(&question, report).await.unwrap();
    assert_eq!(told.changes[0].why, engine::Why::Both);
    assert_eq!((told.causes_total, told.continued_total), (1, 1));
}

fn codes(answer: &Answer) -> Vec<&str> {
    answer.warnings.iter().map(|warning| warning.code.as_str()).collect()
}

#[tokio::test]
async fn odd_tickets_are_counted_in_a_warning() {
    let desk = desk().await;
    for (id, channel) in [("1", "email"), ("2", "email"), ("3", "chat")] {
        let odd = ticket(id)
            .created(at("2026-03-02T09:00:00Z"), |created| created.channel(channel))
            .customer_message(at("2026-03-02T09:00:00Z"))
            .solved(at("2026-03-02T10:00:00Z"), "g-2")
            .reply(at("2026-03-02T11:00:00Z"), "g-2");
        desk.store.accept(odd.events()).await.unwrap();
    }
    let said = async |text: &str| -> Option<String> {
        let answer = ask(&desk, &Question::read(text).unwrap()).await;
        let found = answer.warnings.into_iter().find(|it| it.code == "solved_before_reply");
        found.map(|warning| warning.message)
    };
    let all = said("{metrics: [{metric: first_response_time, clock: calendar}]}").await;
    assert!(all.as_deref().is_some_and(|text| text.contains("3 tickets were")), "{all:?}");
    desk.store.seal_all().await.unwrap();
    let mail = said(
        "{metrics: [{metric: first_response_time, clock: calendar}], where: [channel = email]}",
    );
    let mail = mail.await;
    assert!(mail.as_deref().is_some_and(|text| text.contains("2 tickets were")), "{mail:?}");
    let april = "{metrics: [{metric: first_response_time, clock: calendar}], range: 2026-04}";
    assert_eq!(said(april).await, None);
    assert_eq!(said("{metrics: [volume]}").await, None, "a count measures no duration");
}

#[tokio::test]
async fn estimates_are_called_estimates() {
    let desk = desk().await;
    desk.store.accept(events(20)).await.unwrap();
    for (metric, estimated) in [("handle_time:estimated", true), ("handle_time", false)] {
        let answer = ask(&desk, &Question::about([metric])).await;
        assert_eq!(codes(&answer).contains(&"estimated"), estimated, "{metric}: {answer:?}");
    }
}

#[tokio::test]
async fn counts_are_written_without_a_fraction() {
    let desk = desk().await;
    desk.store.accept(events(20)).await.unwrap();
    let question = Question::about(["volume", "first_contact_resolution"]);
    let csv = engine::export::write_answer(
        &ask(&desk, &question).await,
        engine::export::Format::Csv,
        Vec::new(),
    );
    let csv = String::from_utf8(csv.unwrap()).unwrap();
    let (header, numbers) = csv.trim_end().split_once('\n').unwrap();
    for (name, number) in header.split(',').zip(numbers.split(',')) {
        let is_count = name == "volume" || name.ends_with(".n") || name.ends_with("tor");
        assert!(!is_count || !number.contains('.'), "{name}: {number}");
    }
    assert!(header.contains("volume,"), "{header}");
}

/// Columns do not come and go with the rows: a desk that is still empty can be exported too.
#[tokio::test]
async fn an_answer_without_rows_has_its_columns() {
    let desk = desk().await;
    let text = "{metrics: [csat], by: [group, channel], every: month, range: last 2 months}";
    let answer = ask(&desk, &Question::read(text).unwrap()).await;
    assert_eq!(answer.rows.len(), 0);
    for format in [engine::export::Format::Csv, engine::export::Format::Parquet] {
        engine::export::write_answer(&answer, format, Vec::new()).unwrap();
    }
    let csv = engine::export::write_answer(&answer, engine::export::Format::Csv, Vec::new());
    assert_eq!(String::from_utf8(csv.unwrap()).unwrap(), "time,channel,group,csat,csat.n\n");
}

#[tokio::test]
async fn wrong_questions_say_everything_that_is_wrong() {
    let desk = desk().await;
    let question =
        Question::read("{metrics: [frist_response_time], every: fortnight, by: [chanel]}").unwrap();
    let Err(engine::Error::Issues(issues)) = desk.engine.ask(&question).await else {
        panic!("answered");
    };
    assert_eq!(issues.len(), 3, "{issues:?}");
    assert!(issues.iter().all(|issue| issue.hint.is_some()), "{issues:?}");
    assert!(desk.engine.explain_metric("first_response_time").is_ok());
    assert!(desk.engine.explain_metric("nothing").is_err());
}

#[tokio::test]
async fn values_of_a_dimension_come_by_frequency() {
    let desk = desk().await;
    desk.store.accept(events(100)).await.unwrap();
    let values = desk.engine.dimension_values("channel", None, 10).await.unwrap();
    assert!(values.len() > 2 && values.is_sorted_by(|a, b| a.tickets >= b.tickets), "{values:?}");
    let some = desk.engine.dimension_values("channel", Some("MAI"), 10).await.unwrap();
    assert!(some.iter().all(|value| value.value.contains("mai")) && !some.is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]

    #[test]
    fn any_history_is_counted_once(
        history in testkit::arb::history(1..8, 1..8),
        cut in 0_usize..40,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let desk = desk().await;
            let cut = cut.min(history.len());
            desk.store.accept(history[..cut].to_vec()).await.unwrap();
            desk.store.seal_all().await.unwrap();
            desk.store.accept(history.clone()).await.unwrap();
            let answer = ask(&desk, &Question::about(["volume:all_tickets"])).await;
            let known: BTreeSet<_> =
                history.iter().map(|event| (&event.source, &event.ticket)).collect();
            // A merge into a ticket of which nothing else is known makes that ticket known.
            let mut all = known.clone();
            all.extend(history.iter().filter_map(|event| match &event.entry.kind {
                Kind::Merged { into } => Some((&event.source, into)),
                _ => None,
            }));
            // Instants after the present are not part of all history up to now.
            let future = history.iter().any(|event| event.entry.at > at(NOW));
            let value = answer.rows[0].cells.values().next().unwrap().value.unwrap();
            let expected = known.len() as f64 - 0.5..all.len() as f64 + 0.5;
            assert!(future || expected.contains(&value), "{value} is not in {expected:?}");
        });
    }
}

#[test]
fn the_present_of_the_tests_is_an_instant() {
    assert_eq!(at(NOW), "2026-11-16T12:00:00Z".parse::<Instant>().unwrap());
}

#[tokio::test]
async fn a_damaged_file_is_named_instead_of_counted() {
    let desk = desk().await;
    desk.store.accept(events(200)).await.expect("accepted");
    desk.store.seal_all().await.expect("sealed");
    let file = desk.store.snapshot().segments[1].path(facts::Table::Tickets);
    let mut bytes = std::fs::read(&file).expect("a file");
    let place = bytes.len() / 3;
    bytes[place] ^= 4;
    std::fs::write(&file, bytes).expect("written");
    let question = Question::read("{metrics: [volume]}").expect("a question");
    let error = desk.engine.ask(&question).await.expect_err("a number from damaged data");
    assert_eq!(error.kind(), engine::Kind::Damaged, "{error:?}");
    let mut chain = vec![error.to_string()];
    let mut cause = std::error::Error::source(&error);
    while let Some(error) = cause {
        chain.push(error.to_string());
        cause = error.source();
    }
    let name = file.file_name().and_then(|name| name.to_str()).expect("a name");
    assert!(chain.iter().any(|text| text.contains(name)), "{chain:?}");
}
