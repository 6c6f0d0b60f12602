//! From the rows of a question's plans to its answer; pure, without a session.

mod cells;
mod fill;
mod order;
mod raw;
mod warn;

pub(crate) use raw::Rows;
pub(crate) use warn::no_calendar;

use crate::error::Result;
use arrow::array::RecordBatch;
use raw::{Groups, Key, Raw};
use semantic::answer::{Answer, Cell, Freshness, Period, Row};
use semantic::compiled::{Compiled, Part};
use semantic::time::{Bucket, Resolved, bucket_name};
use std::collections::BTreeMap;

/// The rows of every plan of a question, in the order of its parts.
#[derive(Debug, Default)]
pub(crate) struct Results {
    /// Those of the period.
    pub(crate) parts: Vec<Vec<RecordBatch>>,
    /// Those of each period compared with.
    pub(crate) compared: Vec<Vec<Vec<RecordBatch>>>,
}

/// A period with its buckets and everything measured in it.
pub(crate) struct Side {
    /// Its buckets; without a grain none.
    pub(crate) spine: Vec<Bucket>,
    /// What was measured, by measure.
    pub(crate) measures: Vec<Rows>,
}

/// Puts an answer together.
pub(crate) fn assemble(
    compiled: &Compiled,
    results: &Results,
    freshness: Vec<Freshness>,
) -> Result<Answer> {
    let side = side(compiled, &compiled.parts, &results.parts, compiled.period, &compiled.spine)?;
    let mut others = Vec::with_capacity(compiled.compared.len());
    for (compared, results) in compiled.compared.iter().zip(&results.compared) {
        let other =
            self::side(compiled, &compared.parts, results, compared.period, &compared.spine)?;
        others.push((compared.name.as_str(), other));
    }
    let groups = Groups::of(compiled, std::iter::once(&side).chain(others.iter().map(|(_, s)| s)));
    let mut rows = rows(compiled, &side, &groups, &others)?;
    order::arrange(compiled, &mut rows);
    let warnings = warn::warnings(compiled, &rows);
    let compared = compiled
        .compared
        .iter()
        .map(|compared| (compared.name.clone(), period(compiled, &compared.period)))
        .collect();
    Ok(Answer {
        question: compiled.question.clone(),
        metrics: compiled
            .measures
            .iter()
            .map(|measure| (measure.name.clone(), measure.meta.clone()))
            .collect(),
        period: period(compiled, &compiled.period),
        compared,
        rows,
        warnings,
        freshness,
    })
}

fn period(compiled: &Compiled, period: &Resolved) -> Period {
    Period {
        from: period.from.map(|from| from.to_string()),
        to: period.to.to_string(),
        zone: compiled.zone.name.clone(),
    }
}

/// Reads the parts of one period and fills what its stocks leave out.
fn side(
    compiled: &Compiled,
    parts: &[Part],
    results: &[Vec<RecordBatch>],
    period: Resolved,
    spine: &Option<Vec<Bucket>>,
) -> Result<Side> {
    let mut read = Vec::with_capacity(parts.len());
    for (part, batches) in parts.iter().zip(results) {
        read.push((part, raw::read(part, batches)?));
    }
    let spine = match (compiled.grain, spine) {
        (None, _) => Vec::new(),
        (Some(_), Some(spine)) => spine.clone(),
        (Some(_), None) => {
            let first = read.iter().filter_map(|(_, rows)| rows.first_time()).min();
            first.map_or_else(Vec::new, |first| compiled.spine_from(raw::civil(first)))
        }
    };
    let mut measures = vec![Rows::default(); compiled.measures.len()];
    for (part, rows) in read {
        let mut rows = match part.stock {
            Some(stock) => fill::stock(compiled, stock, rows, &spine, period),
            None => rows,
        };
        if let Some(role) = part.per_day {
            fill::per_day(compiled, role, &mut rows, &spine, period);
        }
        if let Some(measure) = measures.get_mut(part.measure) {
            measure.merge(rows);
        }
    }
    Ok(Side { spine, measures })
}

fn rows(
    compiled: &Compiled,
    side: &Side,
    groups: &Groups,
    others: &[(&str, Side)],
) -> Result<Vec<Row>> {
    let places: Vec<Option<usize>> = match compiled.grain {
        None => vec![None],
        Some(_) => (0..side.spine.len()).map(Some).collect(),
    };
    let count = places.len().saturating_mul(groups.0.len());
    if count > crate::limits::ROWS_MAX {
        return Err(crate::error::Error::Rows(crate::limits::ROWS_MAX));
    }
    let mut rows = Vec::with_capacity(count);
    for place in places {
        let bucket = place.and_then(|place| side.spine.get(place));
        for group in &groups.0 {
            let mut cells = BTreeMap::new();
            for (at, measure) in compiled.measures.iter().enumerate() {
                let mut cell = cell_of(compiled, side, at, (place, group));
                for (name, other) in others {
                    let counterpart = place.is_none_or(|place| place < other.spine.len());
                    if counterpart {
                        let compared = cell_of(compiled, other, at, (place, group));
                        cell.compared.insert((*name).to_owned(), compared);
                    }
                }
                cells.insert(measure.name.clone(), cell);
            }
            rows.push(Row {
                time: bucket.zip(compiled.grain).map(|(b, grain)| bucket_name(b.start, grain)),
                partial: bucket.is_some_and(|bucket| bucket.partial),
                dimensions: compiled
                    .dimensions
                    .iter()
                    .zip(group)
                    .map(|(dimension, value)| (dimension.name.clone(), value.clone()))
                    .collect(),
                cells,
            });
        }
    }
    Ok(rows)
}

/// The cell of one measure, bucket and group.
fn cell_of(
    compiled: &Compiled,
    side: &Side,
    measure: usize,
    (place, group): (Option<usize>, &[String]),
) -> Cell {
    let bucket = place.and_then(|place| side.spine.get(place));
    let key = Key { time: bucket.map(|bucket| raw::micros(bucket.start)), group: group.to_vec() };
    let rows = &side.measures[measure];
    let future = bucket.is_some_and(|bucket| bucket.from > compiled.now);
    let raw = if future { None } else { rows.get(&key) };
    cells::cell(&compiled.measures[measure], rows, raw.unwrap_or(&Raw::default()), future)
}
