//! What plans leave out: stocks between their changes, and the days that a flow is divided by.

use super::raw::{self, Key, Rows};
use event::Instant;
use semantic::compiled::{Compiled, Role, StockPart};
use semantic::time::{Bucket, Resolved, days_between};
use std::collections::BTreeSet;

/// Carries a stock forward from bucket to bucket, and rolls finer buckets up to the question's.
pub(super) fn stock(
    compiled: &Compiled,
    stock: StockPart,
    rows: Rows,
    spine: &[Bucket],
    period: Resolved,
) -> Rows {
    // Without a grain of its own a row is the level itself.
    let Some(every) = stock.every else { return rows };
    let finer;
    let fine = if compiled.grain == Some(every) {
        spine
    } else {
        finer = compiled.stock_spine(every, period, first(compiled, &rows, spine, period));
        &finer
    };
    let mut groups: BTreeSet<Vec<String>> = rows.iter().map(|(key, _)| key.group.clone()).collect();
    if compiled.dimensions.is_empty() {
        // Where nothing is split, nothing in stock is a number too.
        groups.insert(Vec::new());
    }
    let mut filled = rows.emptied();
    for group in groups {
        let mut level = 0.0;
        let mut coarse: Vec<(Option<i64>, Vec<f64>)> = Vec::new();
        for bucket in fine.iter().filter(|bucket| bucket.from <= compiled.now) {
            let key = Key { time: Some(raw::micros(bucket.start)), group: group.clone() };
            if let Some(changed) = rows.get(&key).and_then(|raw| raw.number(stock.role)) {
                level = changed;
            }
            let start =
                compiled.grain.map(|grain| raw::micros(compiled.zone.floor(bucket.start, grain)));
            match coarse.last_mut() {
                Some((last, levels)) if *last == start => levels.push(level),
                _ => coarse.push((start, vec![level])),
            }
        }
        for (time, levels) in coarse {
            let raw = filled.entry(Key { time, group: group.clone() });
            raw.set(stock.role, levels.last().copied().unwrap_or(0.0));
            if stock.role == Role::Value {
                raw.quantiles = roll_ups(&levels);
            }
        }
    }
    filled
}

/// The first instant of a stock's history.
fn first(compiled: &Compiled, rows: &Rows, spine: &[Bucket], period: Resolved) -> Instant {
    match (spine.first(), rows.first_time()) {
        (Some(bucket), _) => bucket.from,
        (None, Some(time)) => compiled.zone.instant(raw::civil(time)),
        (None, None) => period.to,
    }
}

/// Last, average, least and greatest level of a bucket's days, read by [`super::cells`].
#[expect(clippy::cast_precision_loss, reason = "a bucket has at most some thousand days")]
fn roll_ups(levels: &[f64]) -> Vec<Option<f64>> {
    let average = levels.iter().sum::<f64>() / levels.len().max(1) as f64;
    vec![
        levels.last().copied(),
        Some(average),
        levels.iter().copied().reduce(f64::min),
        levels.iter().copied().reduce(f64::max),
    ]
}

/// Divides an ingredient by the days of its bucket, as far as they have passed; a period without a
/// beginning has no number of days, and the ingredient no value.
pub(super) fn per_day(
    compiled: &Compiled,
    role: Role,
    rows: &mut Rows,
    spine: &[Bucket],
    period: Resolved,
) {
    let whole = days(compiled, period.from, period.to);
    for (key, raw) in rows.iter_mut() {
        let bucket =
            key.time.and_then(|time| spine.iter().find(|bucket| raw::micros(bucket.start) == time));
        let days = match bucket {
            Some(bucket) => days(compiled, Some(bucket.from), bucket.to),
            None => whole,
        };
        match (raw.number(role), days) {
            (Some(number), Some(days)) => raw.set(role, number / days),
            (_, None) => raw.unset(role),
            (None, Some(_)) => {}
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a number of days")]
fn days(compiled: &Compiled, from: Option<Instant>, to: Instant) -> Option<f64> {
    let to = to.min(compiled.now.plus(1));
    let from = from.filter(|from| *from < to)?;
    Some(days_between(compiled.zone.local(from), compiled.zone.local(to)) as f64)
}
