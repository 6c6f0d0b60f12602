//! A run of the overlay: some tickets' rows in all tables, written once.

use crate::error::{Error, Result, arrow};
use crate::segment::{Stored, Tickets};
use arrow::array::{AsArray, BooleanArray, RecordBatch};
use arrow::buffer::BooleanBuffer;
use arrow::compute::concat_batches;
use arrow::datatypes::Int64Type;
use facts::{FactTables, Table};
use roaring::RoaringBitmap;

/// Some tickets' rows, in all tables, in the order in which the tickets were folded.
#[derive(Debug)]
pub(crate) struct Run {
    /// Number and row of the tickets table, in order of number.
    places: Vec<(u32, u32)>,
    /// Number, and the batch that last changed the ticket, by row.
    rows: Vec<(u32, u64)>,
    tables: [RecordBatch; Table::ALL.len()],
    /// By table and row of the tickets table: where the ticket's rows end.
    ends: [Vec<u32>; Table::ALL.len()],
    tickets: Tickets,
    /// Bytes of the tables.
    bytes: u64,
}

impl Run {
    /// A run of freshly folded rows: of each ticket, row by row, its number and the batch that last
    /// changed it.
    ///
    /// # Errors
    /// When the tables are not those of a fold, which is a defect.
    pub(crate) fn new(rows: Vec<(u32, u64)>, tables: &FactTables) -> Result<Self> {
        Self::of(rows, Table::ALL.map(|table| tables[table].clone()))
    }

    pub(super) fn of(rows: Vec<(u32, u64)>, tables: [RecordBatch; 6]) -> Result<Self> {
        debug_assert_eq!(rows.len(), tables[Table::Tickets.index()].num_rows());
        let mut places: Vec<(u32, u32)> =
            rows.iter().zip(0..).map(|((number, _), row)| (*number, row)).collect();
        places.sort_unstable();
        let ends = std::array::from_fn(|table| ends(&rows, &tables[table]));
        if tables.iter().zip(&ends).any(|(table, ends)| !covers(ends, table.num_rows())) {
            return Err(Error::damaged("a run of the overlay", "rows belong to no ticket"));
        }
        let tickets = Tickets::new(&tables[Table::Tickets.index()], "the overlay")?;
        let bytes = tables.iter().map(RecordBatch::get_array_memory_size).sum::<usize>() as u64;
        Ok(Self { places, rows, tables, ends, tickets, bytes })
    }

    /// Both runs' rows.
    pub(super) fn join(a: &Self, b: &Self) -> Result<Self> {
        let mut tables = a.tables.clone();
        for (table, more) in tables.iter_mut().zip(&b.tables) {
            *table = concat_batches(&table.schema(), [&*table, more]).map_err(arrow("join"))?;
        }
        Self::of([a.rows.as_slice(), &b.rows].concat(), tables)
    }

    /// Tickets.
    pub(super) const fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The row of a number.
    pub(super) fn row(&self, number: u32) -> Option<u32> {
        let place = self.places.binary_search_by_key(&number, |(number, _)| *number).ok()?;
        self.places.get(place).map(|(_, row)| *row)
    }

    /// The ticket of a row.
    pub(super) fn ticket(&self, row: u32) -> Result<Stored> {
        self.tickets.get(row as usize)
    }

    /// Number, row, and the batch that last changed the ticket; by number.
    pub(super) fn changes(&self) -> impl Iterator<Item = (u32, u32, u64)> {
        self.places.iter().map(|(number, row)| (*number, *row, self.rows[*row as usize].1))
    }

    /// As [`Run::changes`], by row.
    pub(super) fn changes_by_row(&self) -> impl Iterator<Item = (u32, u32, u64)> {
        self.rows.iter().zip(0..).map(|((number, batch), row)| (*number, row, *batch))
    }

    pub(super) const fn table(&self, table: Table) -> &RecordBatch {
        &self.tables[table.index()]
    }

    /// Which rows of a table are of tickets that are not among the dead.
    pub(super) fn mask(&self, table: Table, dead: &RoaringBitmap) -> BooleanArray {
        let ends = &self.ends[table.index()];
        let mut alive = vec![true; self.table(table).num_rows()];
        for row in dead {
            let row = row as usize;
            let from = row.checked_sub(1).map_or(0, |before| ends[before]);
            alive[from as usize..ends[row] as usize].fill(false);
        }
        BooleanArray::new(BooleanBuffer::from(alive), None)
    }
}

/// Where each ticket's rows end: a table's rows are in the order of the tickets, and begin with
/// their number.
fn ends(rows: &[(u32, u64)], table: &RecordBatch) -> Vec<u32> {
    let numbers = table.column(0).as_primitive::<Int64Type>().values();
    let mut end = 0;
    rows.iter()
        .map(|(number, _)| {
            let rest = numbers.get(end..).unwrap_or_default();
            end += rest.iter().take_while(|own| **own == i64::from(*number)).count();
            u32::try_from(end).unwrap_or(u32::MAX)
        })
        .collect()
}

fn covers(ends: &[u32], rows: usize) -> bool {
    ends.last().map_or(0, |end| *end as usize) == rows
}
