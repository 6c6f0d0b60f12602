//! The order of an answer's rows, and which groups it keeps.

use semantic::answer::Row;
use semantic::compiled::{Compiled, DimensionMeta, OrderBy, OrderKey, ValueOrder};
use semantic::definition::Kind;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

/// Sorts the rows as asked, by time and dimensions otherwise, after keeping the first groups.
pub(super) fn arrange(compiled: &Compiled, rows: &mut Vec<Row>) {
    if let Some(limit) = compiled.limit {
        keep(compiled, rows, usize::try_from(limit).unwrap_or(usize::MAX));
    }
    rows.sort_by(|a, b| {
        compiled
            .order
            .iter()
            .map(|order| by_key(compiled, order, a, b))
            .chain(std::iter::once_with(|| a.time.cmp(&b.time)))
            .chain(compiled.dimensions.iter().map(|dimension| by_dimension(dimension, a, b)))
            .find(|ordering| ordering.is_ne())
            .unwrap_or(Ordering::Equal)
    });
}

fn by_key(compiled: &Compiled, order: &OrderBy, a: &Row, b: &Row) -> Ordering {
    let ordering = match order.key {
        OrderKey::Time => a.time.cmp(&b.time),
        OrderKey::Dimension(at) => match compiled.dimensions.get(at) {
            Some(dimension) => by_dimension(dimension, a, b),
            None => Ordering::Equal,
        },
        OrderKey::Measure(at) => {
            let Some(measure) = compiled.measures.get(at) else { return Ordering::Equal };
            let value = |row: &Row| row.cells.get(&measure.name).and_then(|cell| cell.value);
            return by_value(value(a), value(b), order.descending);
        }
    };
    if order.descending { ordering.reverse() } else { ordering }
}

/// Absent values come last, whatever the direction.
fn by_value(a: Option<f64>, b: Option<f64>, descending: bool) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) if descending => b.total_cmp(&a),
        (Some(a), Some(b)) => a.total_cmp(&b),
        (a, b) => a.is_none().cmp(&b.is_none()),
    }
}

fn by_dimension(dimension: &DimensionMeta, a: &Row, b: &Row) -> Ordering {
    let value = |row: &Row| row.dimensions.get(&dimension.name).cloned().unwrap_or_default();
    let (a, b) = (value(a), value(b));
    let ordering = match &dimension.order {
        ValueOrder::Text => Ordering::Equal,
        ValueOrder::Number => {
            let number = |text: &str| text.parse::<f64>().unwrap_or(f64::INFINITY);
            number(&a).total_cmp(&number(&b))
        }
        ValueOrder::Listed(values) => {
            let place = |text: &str| values.iter().position(|known| *known == text);
            place(&a).unwrap_or(usize::MAX).cmp(&place(&b).unwrap_or(usize::MAX))
        }
    };
    ordering.then_with(|| a.cmp(&b))
}

/// Keeps the rows of the first `limit` groups. A group's rank in a measure is its rows' sum for
/// counts, else their mean weighted by `n`; without an order the largest groups come first.
fn keep(compiled: &Compiled, rows: &mut Vec<Row>, limit: usize) {
    let mut groups: BTreeMap<Vec<String>, Vec<&Row>> = BTreeMap::new();
    for row in rows.iter() {
        groups.entry(group(row)).or_default().push(row);
    }
    let mut ranked: Vec<(Vec<String>, Vec<&Row>)> = groups.into_iter().collect();
    let size = |rows: &[&Row]| -> i64 {
        rows.iter().flat_map(|row| row.cells.values()).map(|cell| cell.n).sum()
    };
    ranked.sort_by(|(_, a), (_, b)| {
        compiled
            .order
            .iter()
            .map(|order| match order.key {
                OrderKey::Measure(at) => {
                    let rank = |rows: &[&Row]| rank(compiled, at, rows);
                    by_value(rank(a), rank(b), order.descending)
                }
                OrderKey::Time => Ordering::Equal,
                OrderKey::Dimension(_) => by_key(compiled, order, a[0], b[0]),
            })
            .find(|ordering| ordering.is_ne())
            .unwrap_or_else(|| size(b).cmp(&size(a)))
    });
    let kept: BTreeSet<Vec<String>> =
        ranked.into_iter().take(limit).map(|(group, _)| group).collect();
    rows.retain(|row| kept.contains(&group(row)));
}

fn group(row: &Row) -> Vec<String> {
    row.dimensions.values().cloned().collect()
}

#[expect(clippy::cast_precision_loss, reason = "counts of tickets are far below 2^53")]
fn rank(compiled: &Compiled, measure: usize, rows: &[&Row]) -> Option<f64> {
    let measure = compiled.measures.get(measure)?;
    let cells: Vec<(f64, f64)> = rows
        .iter()
        .filter_map(|row| row.cells.get(&measure.name))
        .filter_map(|cell| Some((cell.value?, cell.n as f64)))
        .collect();
    if measure.kind == Kind::Count {
        return Some(cells.iter().map(|(value, _)| value).sum());
    }
    let weight: f64 = cells.iter().map(|(_, n)| n.max(1.0)).sum();
    let sum: f64 = cells.iter().map(|(value, n)| value * n.max(1.0)).sum();
    (weight > 0.0).then(|| sum / weight)
}
