//! The overlay: current rows of every ticket touched since its segment was sealed.
//!
//! Rows lie in runs, like the levels of a log-structured tree: a batch adds a run, runs of like
//! size become one, a run never grows past [`limits::RUN_TICKETS_MAX`] tickets, and a replaced
//! ticket's rows are taken out of its old run at once, so that a reader sees each ticket once.

use crate::error::{Result, arrow};
use crate::limits;
use crate::segment::{Stored, Tickets};
use arrow::array::{AsArray, BooleanArray, RecordBatch};
use arrow::compute::{concat_batches, filter_record_batch};
use arrow::datatypes::Int64Type;
use facts::{FactTables, Table};
use roaring::RoaringBitmap;
use std::path::Path;
use std::sync::Arc;

/// The overlay of one snapshot; never changes.
#[derive(Clone, Debug, Default)]
pub struct Overlay {
    runs: Vec<Arc<Run>>,
    batches: [Vec<RecordBatch>; 6],
    fresh: Arc<RoaringBitmap>,
}

/// Some tickets' rows, in all tables.
#[derive(Debug)]
pub(crate) struct Run {
    /// Number → row of the tickets table, in order of number.
    rows: Vec<(u32, u32)>,
    /// The batch that last changed each ticket, by row.
    changed: Vec<u64>,
    tables: [RecordBatch; 6],
}

impl Overlay {
    /// The current rows of one table.
    pub fn batches(&self, table: Table) -> &[RecordBatch] {
        &self.batches[table.index()]
    }

    /// Numbers whose rows in segments no longer count: those with rows here, and in a snapshot as
    /// of the past those of tickets not known then.
    pub fn fresh(&self) -> &Arc<RoaringBitmap> {
        &self.fresh
    }

    /// How many tickets have rows here.
    pub fn tickets(&self) -> u64 {
        self.runs.iter().map(|run| run.rows.len() as u64).sum()
    }

    /// Whether a segment's rows are all current.
    pub fn spares(&self, numbers: std::ops::Range<u32>) -> bool {
        self.fresh.range_cardinality(numbers) == 0
    }

    /// The greatest number with rows here.
    pub fn max_number(&self) -> Option<u32> {
        self.runs.iter().filter_map(|run| run.rows.last()).map(|(number, _)| *number).max()
    }

    /// The ticket of a number, where its rows are here.
    pub(crate) fn get(&self, number: u32) -> Result<Option<Stored>> {
        if !self.fresh.contains(number) {
            return Ok(None);
        }
        for run in &self.runs {
            if let Ok(place) = run.rows.binary_search_by_key(&number, |(number, _)| *number) {
                let tickets = &run.tables[Table::Tickets.index()];
                let tickets = Tickets::new(tickets, Path::new("the overlay"))?;
                return tickets.get(run.rows[place].1 as usize).map(Some);
            }
        }
        Ok(None)
    }

    /// The numbers with rows here, with the batch that last changed each; in no order.
    pub(crate) fn changes(&self) -> impl Iterator<Item = (u32, u64)> {
        self.runs.iter().flat_map(|run| {
            run.rows.iter().map(|(number, row)| (*number, run.changed[*row as usize]))
        })
    }

    /// With these runs' rows in place of the old ones of the same tickets.
    pub(crate) fn with(&self, new: Vec<Run>) -> Result<Self> {
        let mut replaced = RoaringBitmap::new();
        for run in &new {
            replaced.extend(run.rows.iter().map(|(number, _)| *number));
        }
        let mut runs = self.kept(|number, _| !replaced.contains(number))?;
        for run in new {
            push(&mut runs, Arc::new(run))?;
        }
        Ok(Self::of(runs, &*self.fresh | &replaced))
    }

    /// Without the rows that `sealed` names.
    pub(crate) fn without(&self, sealed: impl Fn(u32, u64) -> bool) -> Result<Self> {
        let kept = self.kept(|number, batch| !sealed(number, batch))?;
        let mut runs = Vec::with_capacity(kept.len());
        for run in kept {
            push(&mut runs, run)?;
        }
        let fresh =
            runs.iter().flat_map(|run| run.rows.iter().map(|(number, _)| *number)).collect();
        Ok(Self::of(runs, fresh))
    }

    /// With these numbers hidden: their rows in segments do not count, and none are here.
    pub(crate) fn hiding(mut self, numbers: &RoaringBitmap) -> Self {
        self.fresh = Arc::new(&*self.fresh | numbers);
        self
    }

    fn kept(&self, keep: impl Fn(u32, u64) -> bool) -> Result<Vec<Arc<Run>>> {
        let mut runs = Vec::with_capacity(self.runs.len() + 1);
        for run in &self.runs {
            let dead: RoaringBitmap = run
                .rows
                .iter()
                .filter(|(number, row)| !keep(*number, run.changed[*row as usize]))
                .map(|(number, _)| *number)
                .collect();
            if dead.is_empty() {
                runs.push(Arc::clone(run));
            } else if dead.len() < run.rows.len() as u64 {
                runs.push(Arc::new(run.without(&dead)?));
            }
        }
        Ok(runs)
    }

    fn of(runs: Vec<Arc<Run>>, fresh: RoaringBitmap) -> Self {
        let batches = Table::ALL.map(|table| {
            runs.iter()
                .map(|run| run.tables[table.index()].clone())
                .filter(|batch| batch.num_rows() > 0)
                .collect()
        });
        Self { runs, batches, fresh: Arc::new(fresh) }
    }
}

/// Adds a run, and makes one of neighbours of like size.
fn push(runs: &mut Vec<Arc<Run>>, run: Arc<Run>) -> Result<()> {
    runs.push(run);
    while let [.., before, last] = runs.as_slice() {
        let (old, new) = (before.rows.len(), last.rows.len());
        if new * 2 < old || old + new > limits::RUN_TICKETS_MAX {
            return Ok(());
        }
        let joined = Arc::new(Run::join(before, last)?);
        runs.truncate(runs.len() - 2);
        runs.push(joined);
    }
    Ok(())
}

impl Run {
    /// A run of freshly folded rows; `numbers` are those of the tickets table, row by row.
    pub(crate) fn new(numbers: &[u32], batch: u64, tables: &FactTables) -> Self {
        debug_assert_eq!(numbers.len(), tables[Table::Tickets].num_rows());
        let mut rows: Vec<(u32, u32)> = numbers.iter().copied().zip(0..).collect();
        rows.sort_unstable();
        Self {
            rows,
            changed: vec![batch; numbers.len()],
            tables: Table::ALL.map(|table| tables[table].clone()),
        }
    }

    fn join(a: &Self, b: &Self) -> Result<Self> {
        let offset = u32::try_from(a.changed.len()).unwrap_or(u32::MAX);
        let mut rows = a.rows.clone();
        rows.extend(b.rows.iter().map(|(number, row)| (*number, row + offset)));
        rows.sort_unstable();
        let mut tables = a.tables.clone();
        for (table, more) in tables.iter_mut().zip(&b.tables) {
            *table = concat_batches(&table.schema(), [&*table, more]).map_err(arrow("join"))?;
        }
        Ok(Self { rows, changed: [a.changed.as_slice(), &b.changed].concat(), tables })
    }

    fn without(&self, dead: &RoaringBitmap) -> Result<Self> {
        let mut tables = self.tables.clone();
        for table in &mut tables {
            // Every table starts with the ticket's number.
            let numbers = table.column(0).as_primitive::<Int64Type>();
            let keep: BooleanArray = numbers
                .values()
                .iter()
                .map(|number| Some(!u32::try_from(*number).is_ok_and(|n| dead.contains(n))))
                .collect();
            *table = filter_record_batch(table, &keep).map_err(arrow("filter"))?;
        }
        let numbers = tables[Table::Tickets.index()].column(0).as_primitive::<Int64Type>();
        let mut rows: Vec<(u32, u32)> = Vec::with_capacity(numbers.len());
        for (number, row) in numbers.values().iter().zip(0..) {
            rows.extend(u32::try_from(*number).map(|number| (number, row)));
        }
        rows.sort_unstable();
        let mut alive = vec![true; self.changed.len()];
        for (number, row) in &self.rows {
            alive[*row as usize] = !dead.contains(*number);
        }
        let changed = self.changed.iter().zip(alive).filter(|(_, alive)| *alive);
        Ok(Self { rows, changed: changed.map(|(batch, _)| *batch).collect(), tables })
    }
}
