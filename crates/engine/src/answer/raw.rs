//! The raw ingredients that a plan's rows carry, by bucket and group.

use super::Side;
use crate::error::{Error, Result};
use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type, TimeUnit, TimestampMicrosecondType};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use semantic::compiled::{Compiled, Part, Role};
use std::collections::{BTreeMap, BTreeSet};

/// A bucket and a group.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    /// Local start of the bucket, µs; absent without a grain.
    pub(crate) time: Option<i64>,
    /// The value of each dimension.
    pub(crate) group: Vec<String>,
}

/// What was measured for one key.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Raw {
    numbers: BTreeMap<u8, f64>,
    /// The list of quantiles.
    pub(crate) quantiles: Vec<Option<f64>>,
}

/// A stable place for each role that is a number.
const fn place(role: Role) -> u8 {
    match role {
        Role::N => 0,
        Role::Sum => 1,
        Role::Min => 2,
        Role::Max => 3,
        Role::Value => 4,
        Role::Numerator => 5,
        Role::Denominator => 6,
        Role::Unfinished => 7,
        Role::Provisional => 8,
        Role::Time | Role::Dimension(_) | Role::Quantiles => u8::MAX,
    }
}

impl Raw {
    /// The number of a role; absent where no row gave it.
    pub(crate) fn number(&self, role: Role) -> Option<f64> {
        self.numbers.get(&place(role)).copied()
    }

    /// Sets the number of a role.
    pub(crate) fn set(&mut self, role: Role, number: f64) {
        self.numbers.insert(place(role), number);
    }

    /// Leaves a role without a number.
    pub(crate) fn unset(&mut self, role: Role) {
        self.numbers.remove(&place(role));
    }

    fn merge(&mut self, other: Self) {
        self.numbers.extend(other.numbers);
        if !other.quantiles.is_empty() {
            self.quantiles = other.quantiles;
        }
    }
}

/// Everything measured of one measure in one period.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Rows {
    rows: BTreeMap<Key, Raw>,
    /// Roles that some part gives, so that "none" is told from "does not apply".
    roles: BTreeSet<u8>,
}

impl Rows {
    /// What was measured for a key.
    pub(crate) fn get(&self, key: &Key) -> Option<&Raw> {
        self.rows.get(key)
    }

    /// What is measured for a key, to be changed.
    pub(crate) fn entry(&mut self, key: Key) -> &mut Raw {
        self.rows.entry(key).or_default()
    }

    /// Every key with what was measured.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = (&Key, &mut Raw)> {
        self.rows.iter_mut()
    }

    /// Every key with what was measured.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Key, &Raw)> {
        self.rows.iter()
    }

    /// Whether some part gives this role.
    pub(crate) fn has(&self, role: Role) -> bool {
        self.roles.contains(&place(role))
    }

    /// Rows without keys yet that give the same roles.
    pub(crate) fn emptied(&self) -> Self {
        Self { rows: BTreeMap::new(), roles: self.roles.clone() }
    }

    /// The earliest bucket.
    pub(crate) fn first_time(&self) -> Option<i64> {
        self.rows.keys().find_map(|key| key.time)
    }

    /// Adds what another part of the same measure found.
    pub(crate) fn merge(&mut self, other: Self) {
        for (key, raw) in other.rows {
            self.rows.entry(key).or_default().merge(raw);
        }
        self.roles.extend(other.roles);
    }
}

/// Every group of an answer, in the order of their text.
pub(crate) struct Groups(pub(crate) Vec<Vec<String>>);

impl Groups {
    /// The groups that any measure of any period has rows of.
    pub(crate) fn of<'a>(compiled: &Compiled, sides: impl Iterator<Item = &'a Side>) -> Self {
        if compiled.dimensions.is_empty() {
            return Self(vec![Vec::new()]);
        }
        let mut groups = BTreeSet::new();
        for side in sides {
            for rows in &side.measures {
                groups.extend(rows.rows.keys().map(|key| key.group.clone()));
            }
        }
        Self(groups.into_iter().collect())
    }
}

/// Reads the rows of one part.
pub(crate) fn read(part: &Part, batches: &[RecordBatch]) -> Result<Rows> {
    let mut rows = Rows::default();
    for column in &part.columns {
        rows.roles.insert(place(column.role));
    }
    let dimensions =
        part.columns.iter().filter(|column| matches!(column.role, Role::Dimension(_))).count();
    for batch in batches {
        let mut keys =
            vec![Key { time: None, group: vec![String::new(); dimensions] }; batch.num_rows()];
        let mut raws = vec![Raw::default(); batch.num_rows()];
        // The keys first, for they name the rows that the rest belongs to.
        for (place, column) in part.columns.iter().enumerate() {
            let shape = || Error::Shape(column.name.clone());
            let array = batch.columns().get(place).ok_or_else(shape)?;
            match column.role {
                Role::Time => read_time(array, &mut keys).ok_or_else(shape)?,
                Role::Dimension(at) => read_dimension(array, at, &mut keys).ok_or_else(shape)?,
                Role::Quantiles => read_quantiles(array, &mut raws).ok_or_else(shape)?,
                role => read_number(array, role, &mut raws).ok_or_else(shape)?,
            }
        }
        for (key, raw) in keys.into_iter().zip(raws) {
            rows.rows.entry(key).or_default().merge(raw);
        }
    }
    Ok(rows)
}

fn read_time(array: &ArrayRef, keys: &mut [Key]) -> Option<()> {
    let array = cast(array, &DataType::Timestamp(TimeUnit::Microsecond, None)).ok()?;
    let times = array.as_primitive_opt::<TimestampMicrosecondType>()?;
    for (row, key) in keys.iter_mut().enumerate() {
        key.time = times.is_valid(row).then(|| times.value(row));
    }
    Some(())
}

fn read_dimension(array: &ArrayRef, at: usize, keys: &mut [Key]) -> Option<()> {
    let array = cast(array, &DataType::Utf8).ok()?;
    let texts = array.as_string_opt::<i32>()?;
    for (row, key) in keys.iter_mut().enumerate() {
        if texts.is_valid(row) {
            texts.value(row).clone_into(key.group.get_mut(at)?);
        }
    }
    Some(())
}

fn read_number(array: &ArrayRef, role: Role, raws: &mut [Raw]) -> Option<()> {
    let array = cast(array, &DataType::Float64).ok()?;
    let numbers = array.as_primitive_opt::<Float64Type>()?;
    for (row, raw) in raws.iter_mut().enumerate() {
        if numbers.is_valid(row) {
            raw.set(role, numbers.value(row));
        }
    }
    Some(())
}

fn read_quantiles(array: &ArrayRef, raws: &mut [Raw]) -> Option<()> {
    let lists = array.as_list_opt::<i32>()?;
    for (row, raw) in raws.iter_mut().enumerate() {
        if lists.is_valid(row) {
            let list = lists.value(row);
            raw.quantiles = list.as_primitive_opt::<Float64Type>()?.iter().collect();
        }
    }
    Some(())
}

/// A local time in µs as plans write it: as if its clock showed UTC.
pub(crate) fn micros(local: DateTime) -> i64 {
    local.to_zoned(TimeZone::UTC).map_or(0, |zoned| zoned.timestamp().as_microsecond())
}

/// The local time of such µs.
pub(crate) fn civil(micros: i64) -> DateTime {
    Timestamp::from_microsecond(micros)
        .map_or(DateTime::MIN, |timestamp| TimeZone::UTC.to_datetime(timestamp))
}
