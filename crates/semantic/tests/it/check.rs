//! Plans as text: what a question becomes.

use crate::support::session;
use semantic::time::Zone;
use semantic::{Catalog, Compiler, Question, Schemas};

fn check_compile(text: &str) -> String {
    let catalog = Catalog::shipped().unwrap();
    let state = session().state();
    let compiler = Compiler {
        catalog: &catalog,
        tables: &Schemas,
        functions: &state,
        now: crate::support::now(),
        zone: Zone::named("Europe/Berlin").unwrap(),
    };
    let compiled = compiler.compile(&Question::read(text).unwrap()).unwrap();
    compiled.parts.iter().map(|part| format!("{}\n", part.plan.display_indent())).collect()
}

#[test]
fn a_volume_is_one_aggregate_over_a_pruned_scan() {
    insta::assert_snapshot!(check_compile("{metrics: [volume], by: [channel], every: week, range: 2026-03, where: [priority = high]}"), @r#"
    Aggregate: groupBy=[[time, d0]], aggr=[[count(v) AS n, sum(v) AS value]]
      Projection: local_bucket(tickets.created_at, Utf8("week"), Utf8("Europe/Berlin"), Utf8("monday")) AS time, coalesce(CAST(tickets.channel AS Utf8), Utf8("(none)")) AS d0, Int64(1) AS v
        Filter: tickets.excluded IS NULL AND tickets.created_priority = Utf8("high") AND tickets.created_at >= TimestampMicrosecond(1772319600000000, None) AND tickets.created_at < TimestampMicrosecond(1774994400000000, None)
          TableScan: tickets
    "#);
}

#[test]
fn a_stock_is_a_running_sum_without_a_join() {
    insta::assert_snapshot!(check_compile("{metrics: [backlog], by: [group], every: day, range: 2026-03}"), @r#"
    Projection: time, d0, value
      WindowAggr: windowExpr=[[sum(change) PARTITION BY [d0] ORDER BY [time ASC NULLS LAST] ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW AS value]]
        Aggregate: groupBy=[[time, d0]], aggr=[[sum(v) AS change]]
          Union
            Projection: CASE WHEN spans.started_at < TimestampMicrosecond(1772319600000000, None) THEN TimestampMicrosecond(1772323200000000, None) ELSE local_bucket(spans.started_at, Utf8("day"), Utf8("Europe/Berlin")) END AS time, coalesce(CAST(spans.group AS Utf8), Utf8("(none)")) AS d0, Int64(1) AS v
              Filter: spans.excluded IS NULL AND spans.is_backlog AND spans.started_at < TimestampMicrosecond(1774953000000001, None) AND (spans.ended_at IS NULL OR spans.ended_at >= TimestampMicrosecond(1772319600000000, None))
                TableScan: spans
            Projection: CASE WHEN spans.ended_at < TimestampMicrosecond(1772319600000000, None) THEN TimestampMicrosecond(1772323200000000, None) ELSE local_bucket(spans.ended_at, Utf8("day"), Utf8("Europe/Berlin")) END AS time, coalesce(CAST(spans.group AS Utf8), Utf8("(none)")) AS d0, Int64(-1) AS v
              Filter: spans.excluded IS NULL AND spans.is_backlog AND spans.started_at < TimestampMicrosecond(1774953000000001, None) AND (spans.ended_at IS NULL OR spans.ended_at >= TimestampMicrosecond(1772319600000000, None)) AND spans.ended_at < TimestampMicrosecond(1774953000000001, None)
                TableScan: spans
    "#);
}
