//! The overlay: current rows of every ticket touched since its segment was sealed.
//!
//! Rows lie in runs, like the levels of a log-structured tree: a batch adds a run, runs of like
//! size become one, and a run never grows past [`limits::RUN_TICKETS_MAX`] tickets. A replaced
//! ticket's rows stay in their old run, marked as dead, and readers leave them out of the columns
//! they want; a run is written anew only when most of it is dead.

mod run;

use crate::error::{Result, arrow};
use crate::limits;
use crate::segment::Stored;
use arrow::array::{BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use facts::Table;
use roaring::RoaringBitmap;
pub(crate) use run::Run;
use std::sync::{Arc, OnceLock};

/// The overlay of one snapshot; never changes.
#[derive(Clone, Debug, Default)]
pub struct Overlay {
    parts: Vec<Part>,
    fresh: Arc<RoaringBitmap>,
}

/// A run, and which of its rows count.
#[derive(Clone, Debug)]
struct Part {
    run: Arc<Run>,
    /// Places of tickets that do not count any more; `None` = all count.
    dead: Option<Arc<Dead>>,
}

#[derive(Debug)]
struct Dead {
    /// By row of the tickets table.
    rows: RoaringBitmap,
    /// Which rows of each table count, worked out for the first reader.
    masks: [OnceLock<BooleanArray>; Table::ALL.len()],
}

impl Overlay {
    /// The current rows of one table: these columns of it, or all.
    ///
    /// # Errors
    /// When rows in memory cannot be filtered, which is a defect.
    pub fn rows(&self, table: Table, columns: Option<&[usize]>) -> Result<Vec<RecordBatch>> {
        let parts = self.parts.iter();
        let rows = parts.map(|part| part.current(table, columns));
        rows.filter(|batch| {
            batch.as_ref().is_ok_and(|batch| batch.num_rows() > 0) || batch.is_err()
        })
        .collect()
    }

    /// Numbers whose rows in segments no longer count: those with rows here, and in a snapshot as
    /// of the past those of tickets not known then.
    pub fn fresh(&self) -> &Arc<RoaringBitmap> {
        &self.fresh
    }

    /// How many tickets have rows here.
    pub fn tickets(&self) -> u64 {
        self.parts.iter().map(|part| part.alive() as u64).sum()
    }

    /// Bytes of all rows, those included that do not count any more.
    pub fn bytes(&self) -> u64 {
        self.parts.iter().map(|part| part.run.bytes()).sum()
    }

    /// Whether a segment's rows are all current.
    pub fn spares(&self, numbers: std::ops::Range<u32>) -> bool {
        self.fresh.range_cardinality(numbers) == 0
    }

    /// The greatest number with rows here.
    pub fn max_number(&self) -> Option<u32> {
        self.changes().map(|(number, _)| number).max()
    }

    /// The ticket of a number, where its rows are here.
    pub(crate) fn get(&self, number: u32) -> Result<Option<Stored>> {
        if !self.fresh.contains(number) {
            return Ok(None);
        }
        // The newest runs are the likeliest.
        for part in self.parts.iter().rev() {
            if let Some(row) = part.run.row(number).filter(|row| part.counts(*row)) {
                return part.run.ticket(row).map(Some);
            }
        }
        Ok(None)
    }

    /// The numbers with rows here, with the batch that last changed each; in no order.
    pub(crate) fn changes(&self) -> impl Iterator<Item = (u32, u64)> {
        self.parts.iter().flat_map(|part| {
            let all = part.run.changes();
            all.filter(|(_, row, _)| part.counts(*row)).map(|(number, _, batch)| (number, batch))
        })
    }

    /// With these runs' rows in place of the old ones of the same tickets.
    pub(crate) fn with(&self, new: Vec<Run>) -> Result<Self> {
        let replaced: RoaringBitmap =
            new.iter().flat_map(|run| run.changes().map(|(number, _, _)| number)).collect();
        let known = &*self.fresh & &replaced;
        let mut parts = Parts::default();
        for part in &self.parts {
            let dead = known.iter().filter_map(|number| part.run.row(number));
            parts.keep(part.without(dead))?;
        }
        for run in new {
            parts.push(Part { run: Arc::new(run), dead: None })?;
        }
        Ok(Self { parts: parts.0, fresh: Arc::new(&*self.fresh | &replaced) })
    }

    /// Without the rows that `sealed` names.
    pub(crate) fn without(&self, sealed: impl Fn(u32, u64) -> bool) -> Result<Self> {
        let mut parts = Parts::default();
        let mut gone = RoaringBitmap::new();
        for part in &self.parts {
            let all = part.run.changes();
            let going: Vec<(u32, u32)> = all
                .filter(|(number, row, batch)| part.counts(*row) && sealed(*number, *batch))
                .map(|(number, row, _)| (number, row))
                .collect();
            gone.extend(going.iter().map(|(number, _)| *number));
            parts.keep(part.without(going.into_iter().map(|(_, row)| row)))?;
        }
        Ok(Self { parts: parts.0, fresh: Arc::new(&*self.fresh - &gone) })
    }

    /// With these numbers hidden: their rows in segments do not count, and none are here.
    pub(crate) fn hiding(mut self, numbers: &RoaringBitmap) -> Self {
        self.fresh = Arc::new(&*self.fresh | numbers);
        self
    }
}

/// Parts that are being put together.
#[derive(Default)]
struct Parts(Vec<Part>);

impl Parts {
    /// Adds a part that was there before: written anew where most of it is dead, and then joined
    /// to a neighbour, so that runs do not become many and small.
    fn keep(&mut self, part: Part) -> Result<()> {
        let alive = part.alive();
        if alive == 0 {
            return Ok(());
        }
        if alive * 2 < part.run.len() {
            let run = Arc::new(part.written_anew()?);
            return self.push(Part { run, dead: None });
        }
        self.0.push(part);
        Ok(())
    }

    /// Adds a part, and makes one of neighbours of like size.
    fn push(&mut self, part: Part) -> Result<()> {
        self.0.push(part);
        while let [.., before, last] = self.0.as_slice() {
            let (old, new) = (before.alive(), last.alive());
            if new * 2 < old || old + new > limits::RUN_TICKETS_MAX {
                return Ok(());
            }
            let run = Arc::new(Run::join(&before.written_anew()?, &last.written_anew()?)?);
            self.0.truncate(self.0.len() - 2);
            self.0.push(Part { run, dead: None });
        }
        Ok(())
    }
}

impl Part {
    fn alive(&self) -> usize {
        let dead = self.dead.as_ref().map_or(0, |dead| dead.rows.len());
        self.run.len() - usize::try_from(dead).unwrap_or(usize::MAX)
    }

    fn counts(&self, row: u32) -> bool {
        self.dead.as_ref().is_none_or(|dead| !dead.rows.contains(row))
    }

    fn without(&self, rows: impl Iterator<Item = u32>) -> Self {
        let mut rows: RoaringBitmap = rows.collect();
        if let Some(dead) = &self.dead {
            rows |= &dead.rows;
            if rows.len() == dead.rows.len() {
                return self.clone();
            }
        }
        let dead = (!rows.is_empty())
            .then(|| Arc::new(Dead { rows, masks: std::array::from_fn(|_| OnceLock::new()) }));
        Self { run: Arc::clone(&self.run), dead }
    }

    fn mask(&self, table: Table) -> Option<&BooleanArray> {
        let dead = self.dead.as_ref()?;
        let mask = &dead.masks[table.index()];
        Some(mask.get_or_init(|| self.run.mask(table, &dead.rows)))
    }

    fn current(&self, table: Table, columns: Option<&[usize]>) -> Result<RecordBatch> {
        let rows = self.run.table(table);
        let wanted = match columns {
            None => rows.clone(),
            Some(columns) => rows.project(columns).map_err(arrow("choose columns of"))?,
        };
        match self.mask(table) {
            None => Ok(wanted),
            // Filtering keeps no count where there are no columns.
            Some(mask) if wanted.num_columns() == 0 => Ok(wanted.slice(0, mask.true_count())),
            Some(mask) => filter_record_batch(&wanted, mask).map_err(arrow("filter")),
        }
    }

    fn written_anew(&self) -> Result<Run> {
        let tables = Table::ALL.map(|table| self.current(table, None));
        let [a, b, c, d, e, f] = tables;
        let rows = self.run.changes_by_row().filter(|(_, row, _)| self.counts(*row));
        let rows = rows.map(|(number, _, batch)| (number, batch)).collect();
        Run::of(rows, [a?, b?, c?, d?, e?, f?])
    }
}
