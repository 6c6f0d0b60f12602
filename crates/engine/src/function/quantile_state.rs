//! Where the values of each group are kept until every row has been seen.

use arrow::array::{Array, Int64Array};

/// Values by group, appended in any order and brought together once.
///
/// Rows are appended to one flat pair of vectors, which costs the same however many groups there
/// are. Lists that come from another partition are kept as they are: only the reference is stored.
#[derive(Debug, Default)]
pub(crate) struct Values {
    rows: Vec<i64>,
    groups: Vec<u32>,
    lists: Vec<(u32, Int64Array)>,
    list_len: usize,
}

/// Values of consecutive groups, one after the other.
#[derive(Debug)]
pub(crate) struct Grouped {
    /// All values, group by group, in no order within a group.
    pub(crate) values: Vec<i64>,
    /// `ends[g]` is where group `g` ends and the next begins.
    pub(crate) ends: Vec<usize>,
}

impl Values {
    /// Adds one value to a group.
    pub(crate) fn push(&mut self, group: u32, value: i64) {
        self.rows.push(value);
        self.groups.push(group);
    }

    /// Makes room for `additional` more values.
    pub(crate) fn reserve(&mut self, additional: usize) {
        self.rows.reserve(additional);
        self.groups.reserve(additional);
    }

    /// Adds values without nulls to consecutive entries of `groups`.
    pub(crate) fn extend(&mut self, groups: &[usize], values: &[i64]) {
        self.rows.extend_from_slice(values);
        self.groups.extend(groups.iter().map(|group| narrow(*group)));
    }

    /// Adds a list without nulls to a group.
    pub(crate) fn push_list(&mut self, group: u32, list: Int64Array) {
        debug_assert_eq!(list.null_count(), 0, "lists of values hold no nulls");
        self.list_len += list.len();
        self.lists.push((group, list));
    }

    /// Bytes held.
    pub(crate) fn size(&self) -> usize {
        self.rows.capacity() * size_of::<i64>()
            + self.groups.capacity() * size_of::<u32>()
            + self.lists.capacity() * size_of::<(u32, Int64Array)>()
            + self.list_len * size_of::<i64>()
    }

    /// Takes the values of the groups below `count`; the groups left are renumbered from 0.
    pub(crate) fn take(&mut self, count: usize) -> Grouped {
        let limit = narrow(count);
        let mut ends = vec![0_usize; count];
        for group in &self.groups {
            if *group < limit {
                ends[*group as usize] += 1;
            }
        }
        for (group, list) in &self.lists {
            if *group < limit {
                ends[*group as usize] += list.len();
            }
        }
        let mut total = 0;
        for end in &mut ends {
            let len = *end;
            *end = total;
            total += len;
        }
        // `ends` holds each group's next free place from here on, its end when all are placed.
        let mut values = vec![0_i64; total];
        let (mut left_rows, mut left_groups) = (Vec::new(), Vec::new());
        for (value, group) in self.rows.iter().zip(&self.groups) {
            if *group < limit {
                let place = &mut ends[*group as usize];
                values[*place] = *value;
                *place += 1;
            } else {
                left_rows.push(*value);
                left_groups.push(*group - limit);
            }
        }
        let mut left_lists = Vec::new();
        for (group, list) in std::mem::take(&mut self.lists) {
            if group < limit {
                let place = &mut ends[group as usize];
                values[*place..*place + list.len()].copy_from_slice(list.values());
                *place += list.len();
                self.list_len -= list.len();
            } else {
                left_lists.push((group - limit, list));
            }
        }
        (self.rows, self.groups, self.lists) = (left_rows, left_groups, left_lists);
        Grouped { values, ends }
    }
}

/// A group's number in 32 bits: an aggregation never has four billion groups in memory.
pub(crate) fn narrow(group: usize) -> u32 {
    u32::try_from(group).unwrap_or(u32::MAX)
}

/// Quantiles by linear interpolation between order statistics (Hyndman and Fan 1996, type 7):
/// with h = (n − 1)·p, the value is x⌊h⌋ + (h − ⌊h⌋)·(x⌊h⌋₊₁ − x⌊h⌋), indices from 0.
///
/// `values` is reordered; it must not be empty. The results are in the order of `shares`.
pub(crate) fn select_quantiles(values: &mut [i64], shares: &[f64]) -> Vec<f64> {
    let last = values.len() - 1;
    let mut wanted: Vec<usize> = Vec::with_capacity(shares.len() * 2);
    for share in shares {
        let (low, fraction) = position(last, *share);
        wanted.push(low);
        if fraction > 0.0 {
            wanted.push(low + 1);
        }
    }
    wanted.sort_unstable();
    wanted.dedup();
    select_many(values, 0, &wanted);
    shares
        .iter()
        .map(|share| {
            let (low, fraction) = position(last, *share);
            let below = as_float(values[low]);
            if fraction > 0.0 {
                below + fraction * as_float(values[low + 1] - values[low])
            } else {
                below
            }
        })
        .collect()
}

/// The order statistic at or below a quantile, and how far the quantile lies beyond it.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a count of values in memory is far below 2^52, and the share is between 0 and 1"
)]
fn position(last: usize, share: f64) -> (usize, f64) {
    let h = last as f64 * share;
    // 0.9 · 10 is 9.000000000000002 in some orders of evaluation: within 1e-9 of an order
    // statistic is that order statistic.
    let nearest = h.round();
    if (h - nearest).abs() < 1e-9 {
        return (nearest as usize, 0.0);
    }
    (h.floor() as usize, h - h.floor())
}

/// Puts each of the sorted `wanted` order statistics (counted from `base`) in its place.
fn select_many(values: &mut [i64], base: usize, wanted: &[usize]) {
    if wanted.is_empty() || values.len() < 2 {
        return;
    }
    let middle = wanted.len() / 2;
    let at = wanted[middle] - base;
    let (below, _, above) = values.select_nth_unstable(at);
    select_many(below, base, &wanted[..middle]);
    select_many(above, base + at + 1, &wanted[middle + 1..]);
}

/// Microseconds as a float: exact for durations under 285 years.
#[expect(clippy::cast_precision_loss, reason = "exact below 2^53 µs, which is 285 years")]
fn as_float(value: i64) -> f64 {
    value as f64
}
