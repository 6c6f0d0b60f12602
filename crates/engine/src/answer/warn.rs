//! What a reader should know before trusting an answer's numbers.

use facts::Policies;
use semantic::answer::{Answer, Row, Warning};
use semantic::compiled::Compiled;
use semantic::definition::Kind;
use semantic::time::{Grain, weekday_name};

/// Below this many rows a median or a share says little.
const SMALL_N: i64 = 5;

/// The group of rows that lack a dimension's value.
const NONE: &str = "(none)";

/// A share of rows without a value above which a split is called incomplete.
const NONE_SHARE_MAX: f64 = 0.1;

/// The compiler's warnings and those that the rows give rise to.
pub(super) fn warnings(compiled: &Compiled, rows: &[Row]) -> Vec<Warning> {
    let mut warnings = compiled.warnings.clone();
    warnings.extend(small(compiled, rows));
    warnings.extend(partial(rows));
    warnings.extend(provisional(rows));
    warnings.extend(missing(compiled, rows));
    if compiled.grain == Some(Grain::Week) {
        let day = weekday_name(compiled.zone.week_start);
        warnings.push(Warning::new("week_start", format!("weeks begin on {day}")));
    }
    warnings
}

/// Business hours were asked for, and no calendar says which they are.
pub(crate) fn no_calendar(answer: &Answer, policies: &Policies) -> Option<Warning> {
    if policies.default_calendar.is_some() {
        return None;
    }
    let is_empty =
        |name: &str| answer.rows.iter().all(|row| row.cells.get(name).is_none_or(|c| c.n == 0));
    let unclocked: Vec<String> = answer
        .metrics
        .iter()
        .filter(|(name, meta)| meta.clock.as_deref() == Some("business") && is_empty(name))
        .map(|(name, _)| format!("`{name}`"))
        .collect();
    (!unclocked.is_empty()).then(|| {
        let text = format!(
            "{} counts business hours and there is no calendar, so it has no value: ask with \
             `clock: calendar`, or name a `default_calendar` in the policies",
            unclocked.join(", ")
        );
        Warning::new("no_calendar", text)
    })
}

fn small(compiled: &Compiled, rows: &[Row]) -> Option<Warning> {
    let judged: Vec<&str> = compiled
        .measures
        .iter()
        .filter(|measure| !matches!(measure.kind, Kind::Count | Kind::Stock | Kind::Flow))
        .map(|measure| measure.name.as_str())
        .collect();
    let count = rows
        .iter()
        .flat_map(|row| &row.cells)
        .filter(|(name, cell)| judged.contains(&name.as_str()) && (1..SMALL_N).contains(&cell.n))
        .count();
    (count > 0).then(|| {
        let text = format!("{count} value(s) come from fewer than {SMALL_N} cases: chance decides");
        Warning::new("small_n", text)
    })
}

fn partial(rows: &[Row]) -> Option<Warning> {
    let mut times: Vec<&str> =
        rows.iter().filter(|row| row.partial).filter_map(|row| row.time.as_deref()).collect();
    times.dedup();
    (!times.is_empty()).then(|| {
        let text = format!("not over, or cut by the range: {}", times.join(", "));
        Warning::new("partial_bucket", text)
    })
}

fn provisional(rows: &[Row]) -> Option<Warning> {
    let count: i64 =
        rows.iter().flat_map(|row| row.cells.values()).filter_map(|cell| cell.provisional).sum();
    (count > 0).then(|| {
        Warning::new("provisional", format!("{count} case(s) can still change their side"))
    })
}

#[expect(clippy::cast_precision_loss, reason = "counts of tickets are far below 2^53")]
fn missing(compiled: &Compiled, rows: &[Row]) -> Vec<Warning> {
    let size = |row: &Row| row.cells.values().map(|cell| cell.n).sum::<i64>();
    let all: i64 = rows.iter().map(size).sum();
    let share_of = |name: &str| {
        let none: i64 = rows
            .iter()
            .filter(|row| row.dimensions.get(name).is_some_and(|value| value == NONE))
            .map(size)
            .sum();
        none as f64 / all.max(1) as f64
    };
    compiled
        .dimensions
        .iter()
        .map(|dimension| (dimension.name.as_str(), share_of(&dimension.name)))
        .filter(|(_, share)| *share > NONE_SHARE_MAX)
        .map(|(name, share)| {
            let text = format!("{:.0} % of the cases have no {name}", share * 100.0);
            Warning::new("none_share", text)
        })
        .collect()
}
