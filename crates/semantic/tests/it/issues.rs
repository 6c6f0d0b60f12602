//! Wrong questions and definitions are told everything at once, with hints.

use crate::support::session;
use semantic::time::Zone;
use semantic::{Catalog, Compiler, Issue, Question, Schemas};

fn lines(issues: &[Issue]) -> String {
    let line = |issue: &Issue| {
        let hint = issue.hint.as_deref().map(|hint| format!(" -> {hint}")).unwrap_or_default();
        format!("{} {}: {}{hint}\n", issue.code, issue.place, issue.message)
    };
    issues.iter().map(line).collect()
}

fn ask(text: &str) -> String {
    let question = match Question::read(text) {
        Ok(question) => question,
        Err(issues) => return lines(&issues),
    };
    let catalog = Catalog::shipped().unwrap();
    let state = session().state();
    let compiler = Compiler {
        catalog: &catalog,
        tables: &Schemas,
        functions: &state,
        now: crate::support::now(),
        zone: Zone::utc(),
    };
    match compiler.compile(&question) {
        Ok(_) => "fine".to_owned(),
        Err(issues) => lines(&issues),
    }
}

#[test]
fn unknown_keys_and_wrong_types_are_told_together() {
    insta::assert_snapshot!(ask(r#"{"metric": "csat", "evry": "week", "by": 3, "range": {"form": "2026"}, "where": ["a = b", 7]}"#), @r#"
    unknown_key evry: nothing reads the key `evry` -> did you mean `every`?
    unknown_key metric: nothing reads the key `metric` -> did you mean `metrics`?
    wrong_type by: `by` is a list of words
    unknown_key range.form: nothing reads the key `form` -> did you mean `from`?
    wrong_type where[1]: not a word
    no_metric metrics: the question names no metric
    "#);
}

#[test]
fn everything_wrong_is_told_at_once() {
    insta::assert_snapshot!(ask("
metrics: [first_respons_time, 'csat:nope', {metric: volume, statistic: p90}, {metric: first_contact_resolution, parameters: {days: 6, week: 1}}]
by: [chanel, group, agent, brand, group]
every: fortnight
range: last moon
zone: Europe/Berln
week_start: funday
where: [priority high, 'colour = red']
compare: [last_period]
clock: sundial
statistic: [medain]
as_of: yesterday
order: [-nothing]
limit: 0
"), @r#"
    unknown_zone zone: there is no time zone `Europe/Berln` -> did you mean `Europe/Berlin`?
    unknown_week_start week_start: `funday` is not a day of the week -> did you mean `sunday`?
    bad_instant as_of: `yesterday` is not an instant -> write RFC 3339 with an offset, for example 2026-11-16T09:00:00Z
    unknown_grain every: `fortnight` is not a grain of time -> one of: hour, day, week, month, quarter, year
    bad_range range: `last moon` is not a period -> write for example `last 12 weeks`, `previous month`, `this year`, `2026-03`, `2026-03-01..2026-03-31`, or `from` and `to`
    unknown_clock clock: there is no clock `sundial` -> one of: business, calendar
    unknown_statistic statistic: there is no statistic `medain` -> did you mean `median`?
    unknown_metric metrics[0]: there is no metric `first_respons_time` -> did you mean `first_response_time`?
    unknown_variant metrics[1].variant: `csat` has no variant `nope` -> one of: standard, neutral_excluded, neutral_good, with_suspicious, mean
    statistic_not_offered metrics[2].statistic: a count has no `p90` -> one of: count
    bad_parameter metrics[3].parameters.days: `days` cannot be 6 -> one of: 1, 3, 5, 7, 14, 30
    unknown_parameter metrics[3].parameters.week: there is no parameter `week` -> one of: days
    too_many_dimensions by: 5 dimensions, 3 at most
    unknown_dimension by[0]: there is no dimension `chanel` -> did you mean `channel`?
    repeated by[4]: `group` twice
    bad_filter where[0]: `priority high` has no comparison -> write `field = value`, `field != value`, `field in (a, b)`, `field not in (a, b)`, `field is null`, `field is not null`, or < <= > >= for numbers and times
    unknown_dimension where[1]: there is no dimension `colour` -> for example: channel, priority, type, status, group, agent, requester, account, brand, product, tag, language, …
    unknown_comparison compare[0]: nothing compares `last_period` -> one of: previous_period, same_period_last_year
    bad_order order[0]: the answer has no `nothing` to be ordered by -> one of: group, agent, brand, time
    limit_exceeded limit: `limit` is 0, from 1 to 100000 at most
    "#);
}

#[test]
fn meaningless_combinations_are_refused() {
    insta::assert_snapshot!(ask("{metrics: [backlog, volume], by: [hour_of_day, age_bucket], every: day, range: last 3 days}"), @r#"
    dimension_not_offered by[0]: `hour_of_day` has no meaning for `backlog` -> a stock has no instant of its own: use `every`
    dimension_not_offered by[1]: `age_bucket` has no meaning for `backlog` -> ages are taken at one instant: leave `every` out
    dimension_not_offered by[1]: `age_bucket` has no meaning for `volume` -> only a stock has ages
    "#);
    insta::assert_snapshot!(ask("{metrics: [volume], range: {at: 2026-03-01}}"), @r#"
    bad_range range.at: `volume` needs a period, not one instant
    "#);
    insta::assert_snapshot!(ask("{metrics: [volume], by: [policy], compare: [previous_period]}"), @r#"
    comparison_needs_range compare[0]: the range has no beginning -> give a `range` such as `last 12 weeks`
    "#);
    insta::assert_snapshot!(ask("{metrics: [volume], where: ['n_turns > many', 'channel < b', 'is_solved = maybe']}"), @r#"
    bad_filter_value where[1]: `channel` is text, which has no order -> use = or in (…)
    bad_filter_value where[2]: `maybe` is not true or false
    bad_filter_value where[0]: `many` is not a number
    "#);
    insta::assert_snapshot!(ask("{metrics: [volume], every: hour, range: 1950..2026}"), @r#"
    too_many_buckets every: more than 50000 buckets of a hour each -> use a coarser grain or a shorter range
    "#);
    insta::assert_snapshot!(ask("metrics: [volume"), @r#"
    unreadable question: error: line 1 column 10: unclosed bracket '['
    "#);
}

#[test]
fn a_wrong_definition_is_told_with_its_line() {
    let text = "\
metric: broken
id: X1
version: 1
title: Broken
description: d
formula: f
unit: seconds
good: low
kind: duration
table: tickets
clocks: [business]
statistics: [median, last]
attribution:
  event: {time: first_reply}
variants:
  standard:
    where: channel
    value: {business: first_reply_busines_us}
  other: {unfinished: is_solved}
";
    let issues = Catalog::default().with([("broken.yaml", text)]).unwrap_err();
    insta::assert_snapshot!(lines(&issues), @r#"
    bad_definition broken.yaml:12: variant `standard`: a duration has no statistic `last` -> one of: median, p90, mean, min, max, sum
    bad_definition broken.yaml:19: variant `other`: a duration needs `value`
    bad_definition broken.yaml:19: variant `other`: `unfinished` and `unfinished_at` go together
    bad_definition broken.yaml:12: variant `other`: a duration has no statistic `last` -> one of: median, p90, mean, min, max, sum
    "#);
    let mended = text.replace(", last", "").replace("{unfinished: is_solved}", "{value: channel}");
    let catalog = Catalog::default().with([("broken.yaml", mended.as_str())]).unwrap();
    let issues = catalog.check(&session().state()).unwrap_err();
    insta::assert_snapshot!(lines(&issues), @r#"
    bad_sql broken.yaml:17: yields Utf8, not true or false -> in `channel`
    bad_sql broken.yaml:14: Schema error: No field named first_reply. Did you mean 'tickets.first_reply_at'? -> in `first_reply`
    bad_sql broken.yaml:18: Schema error: No field named first_reply_busines_us. Did you mean 'tickets.first_reply_business_us'? -> in `first_reply_busines_us`
    bad_sql broken.yaml:14: Schema error: No field named first_reply. Did you mean 'tickets.first_reply_at'? -> in `first_reply`
    bad_sql broken.yaml:17: yields Utf8, not a number -> in `channel`
    "#);
    let issues = Catalog::default().with([("typo.yaml", "metric: m\nkindd: share\n")]).unwrap_err();
    insta::assert_snapshot!(lines(&issues), @r#"
    bad_definition typo.yaml:2: error: line 2 column 1: unknown field `kindd`, expected one of metric, id, version, title, description, formula, unit, good, kind, table, statistics, clocks, attribution, variants, parameters, peers, traps, source, cases -> docs/reference/metrics.md shows the shape of a definition
    "#);
}

#[test]
fn every_code_is_documented_once() {
    let mut codes: Vec<&str> = semantic::issue::CODES.iter().map(|(code, _)| *code).collect();
    codes.sort_unstable();
    let count = codes.len();
    codes.dedup();
    assert_eq!(codes.len(), count);
}
