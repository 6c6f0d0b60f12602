//! Plans run on random tables: cells and the rows behind them agree, for every shipped metric.

use crate::support::{Desk, desk, integers, now, texts};
use arrow::array::RecordBatch;
use semantic::compiled::{Compiled, Part, Role};
use semantic::definition::Kind;
use semantic::question::{Asked, Range};
use semantic::time::Zone;
use semantic::{Catalog, Compiler, Drill, Question};
use std::collections::BTreeMap;

fn compiler<'a>(
    desk: &'a Desk,
    catalog: &'a Catalog,
    state: &'a datafusion::execution::SessionState,
) -> Compiler<'a> {
    let zone = Zone::named("Europe/Berlin").unwrap();
    Compiler { catalog, tables: desk, functions: state, now: now(), zone }
}

fn shipped() -> Catalog {
    Catalog::shipped().unwrap_or_else(|issues| {
        panic!("{}", issues.iter().map(|issue| format!("{issue}\n")).collect::<String>())
    })
}

#[test]
fn shipped_definitions_fit_the_fact_tables() {
    let session = crate::support::session();
    if let Err(issues) = shipped().check(&session.state()) {
        panic!("{}", issues.iter().map(|issue| format!("{issue}\n")).collect::<String>());
    }
}

/// The key of a row, as text, and the ingredient in one column.
fn by_key(part: &Part, rows: &[RecordBatch], role: Role) -> BTreeMap<Vec<String>, i64> {
    let keys =
        part.columns.iter().filter(|column| matches!(column.role, Role::Time | Role::Dimension(_)));
    let keys: Vec<Vec<String>> = keys
        .map(|column| texts(rows, &column.name).into_iter().map(|v| v.unwrap()).collect())
        .collect();
    let Some(column) = part.columns.iter().find(|column| column.role == role) else {
        return BTreeMap::new();
    };
    let values = integers(rows, &column.name);
    let keyed = values.into_iter().enumerate().map(|(row, value)| {
        (keys.iter().map(|key| key[row].clone()).collect(), value.unwrap_or(0))
    });
    keyed.collect()
}

/// The role that holds a cell's n.
fn n_role(compiled: &Compiled, part: &Part) -> Role {
    let kind = compiled.measures[part.measure].kind;
    let has_n = part.columns.iter().any(|column| column.role == Role::N);
    match (kind, part.stock) {
        (_, Some(stock)) => stock.role,
        _ if has_n => Role::N,
        (Kind::Count, _) => Role::Value,
        _ => Role::N,
    }
}

/// Runs a question and drills into every cell of every part: as many rows as its n.
fn check_cells(desk: &Desk, compiler: &Compiler<'_>, question: &Question) -> usize {
    let compiled = compiler.compile(question).unwrap_or_else(|issues| {
        panic!("{}: {issues:?}", serde_json::to_string(question).unwrap())
    });
    let mut cells = 0;
    for part in &compiled.parts {
        let rows = desk.run(part.plan.clone());
        let ledger = part.stock.is_some_and(|stock| stock.every.is_some());
        let role = n_role(&compiled, part);
        if matches!(role, Role::Unfinished | Role::Numerator)
            || !part.columns.iter().any(|column| column.role == role)
            || (ledger && part.stock.unwrap().every != compiled.grain)
        {
            continue;
        }
        for (key, n) in by_key(part, &rows, role).into_iter().take(3) {
            let mut key = key.into_iter();
            let time = compiled.grain.and_then(|_| key.next());
            let time = time.map(|time| time[..10].to_owned());
            let dimensions: BTreeMap<String, String> =
                compiled.dimensions.iter().map(|d| d.name.clone()).zip(key).collect();
            let drill = Drill {
                metric: Some(compiled.measures[part.measure].name.clone()),
                time: time.clone(),
                dimensions: dimensions.clone(),
                ..Drill::default()
            };
            let tickets = compiler.tickets(question, &drill).unwrap();
            let found: usize = desk.run(tickets.plan).iter().map(RecordBatch::num_rows).sum();
            assert_eq!(
                found as i64,
                n,
                "{time:?} {dimensions:?} of {}",
                serde_json::to_string(question).unwrap()
            );
            cells += 1;
        }
    }
    cells
}

#[test]
fn every_variant_of_every_metric_opens_to_as_many_rows_as_it_counts() {
    let desk = desk(1);
    let state = desk.session.state();
    let catalog = shipped();
    let compiler = compiler(&desk, &catalog, &state);
    let mut cells = 0;
    let variants = catalog.entries().flat_map(|entry| {
        entry.definition.variants.names().map(|variant| (&entry.definition.metric, variant))
    });
    // Each variant is asked in one of three shapes, which keeps the test short.
    for (at, (metric, variant)) in variants.enumerate() {
        let mut asked = Asked::from(metric.as_str());
        asked.variant = Some(variant.to_owned());
        let mut one = Question { metrics: vec![asked], ..Question::default() };
        if at % 3 == 1 {
            one.by = vec!["group".into(), "channel".into()];
            one.filters = vec!["language != c".into(), "direction is not null".into()];
        }
        if at % 3 == 2 {
            one.every = Some("week".into());
            one.by = vec!["requester".into()];
            one.range = Some(Range::Text("last 5 weeks".into()));
        }
        cells += check_cells(&desk, &compiler, &one);
    }
    assert!(cells > 100, "only {cells} cells were opened");
}

#[test]
fn every_dimension_opens_to_as_many_rows_as_it_counts() {
    let desk = desk(2);
    let state = desk.session.state();
    let catalog = shipped();
    let compiler = compiler(&desk, &catalog, &state);
    let dimensions = [
        "channel",
        "priority",
        "type",
        "status",
        "group",
        "agent",
        "requester",
        "account",
        "brand",
        "product",
        "tag",
        "language",
        "calendar",
        "sla_policy",
        "source",
        "direction",
        "topic",
        "excluded",
        "field.plan",
        "hour_of_day",
        "day_of_week",
        "current.agent",
        "created.group",
        "bot_involved",
    ];
    for dimension in dimensions {
        for metric in ["first_response_time", "next_reply_time"] {
            let mut one = Question::about([metric]);
            one.by = vec![dimension.into()];
            assert!(check_cells(&desk, &compiler, &one) > 0, "{dimension}");
        }
    }
    for dimension in ["clock", "policy"] {
        let mut one = Question::about(["sla_attainment"]);
        one.by = vec![dimension.into()];
        assert!(check_cells(&desk, &compiler, &one) > 0, "{dimension}");
    }
    let mut ages = Question::about(["backlog"]);
    ages.by = vec!["age_bucket".into()];
    assert!(check_cells(&desk, &compiler, &ages) > 1);
}

#[test]
fn filters_keep_what_they_say() {
    let desk = desk(3);
    let state = desk.session.state();
    let catalog = shipped();
    let compiler = compiler(&desk, &catalog, &state);
    let count = |filters: &[&str]| {
        let mut one = Question::about(["volume"]);
        one.filters = filters.iter().map(|text| (*text).to_owned()).collect();
        let compiled = compiler.compile(&one).unwrap_or_else(|issues| panic!("{issues:?}"));
        let rows = desk.run(compiled.parts[0].plan.clone());
        integers(&rows, "value")[0].unwrap_or(0)
    };
    let all = count(&[]);
    assert!(all > 50);
    for (yes, no) in [
        ("channel = a", "channel != a"),
        ("channel in (a, b)", "channel not in (a, b)"),
        ("channel is null", "channel is not null"),
        ("channel = (none)", "channel != (none)"),
        ("tag = x", "tag != x"),
        ("tag in (x, (none))", "tag not in (x, (none))"),
        ("tag is null", "tag is not null"),
        ("field.plan = pro", "field.plan != pro"),
        ("n_turns >= 2", "n_turns < 2"),
        ("is_solved = true", "is_solved = false"),
        ("created_at >= 2026-03-01", "created_at < 2026-03-01"),
        ("day_of_week in (saturday, sunday)", "day_of_week not in (saturday, sunday)"),
        ("hour_of_day < 12", "hour_of_day >= 12"),
        ("created.agent = a", "created.agent != a"),
    ] {
        let (yes_count, no_count) = (count(&[yes]), count(&[no]));
        assert_eq!(yes_count + no_count, all, "{yes} and {no}");
        assert!(yes_count > 0 && no_count > 0, "{yes}: {yes_count}, {no}: {no_count}");
        assert_eq!(count(&[yes, no]), 0, "{yes} and {no} together");
    }
}

#[test]
fn a_stock_over_time_is_the_stock_at_the_end_of_every_bucket() {
    let desk = desk(4);
    let state = desk.session.state();
    let catalog = shipped();
    let compiler = compiler(&desk, &catalog, &state);
    for (every, range) in
        [("day", "last 20 days"), ("week", "last 6 weeks"), ("month", "all"), ("day", "2026-03")]
    {
        let mut one = Question::about(["backlog"]);
        one.every = Some(every.into());
        one.range = Some(Range::Text(range.into()));
        assert!(check_cells(&desk, &compiler, &one) > 2, "{every} {range}");
    }
}
