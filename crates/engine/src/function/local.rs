//! Calendar parts of an instant in a time zone: `local_bucket`, `local_hour`, `local_weekday`.

use super::literal_text;
use super::zone::Zone;
use arrow::array::{Array, AsArray, Int64Array, TimestampMicrosecondArray};
use arrow::datatypes::{DataType, TimeUnit, TimestampMicrosecondType};
use datafusion::common::{Result, exec_err, plan_err};
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use std::sync::Arc;

/// Microseconds in an hour.
const HOUR: i64 = 3_600_000_000;
/// Microseconds in a day.
const DAY: i64 = 24 * HOUR;

/// `local_bucket(at, grain, zone [, week_start])`: the start of the hour, day, week, month,
/// quarter or year that holds the UTC instant `at` in `zone`, as a naive local timestamp.
///
/// Of the two hours that share a name when clocks go back, both belong to the bucket of that name.
pub fn local_bucket() -> ScalarUDF {
    ScalarUDF::from(Local::new(Part::Bucket))
}

/// `local_hour(at, zone)`: the hour of the local day, 0 to 23.
pub fn local_hour() -> ScalarUDF {
    ScalarUDF::from(Local::new(Part::Hour))
}

/// `local_weekday(at, zone)`: the local day of the week, 1 = Monday to 7 = Sunday (ISO 8601).
pub fn local_weekday() -> ScalarUDF {
    ScalarUDF::from(Local::new(Part::Weekday))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Part {
    Bucket,
    Hour,
    Weekday,
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Local {
    part: Part,
    signature: Signature,
}

impl Local {
    fn new(part: Part) -> Self {
        Self { part, signature: Signature::user_defined(Volatility::Immutable) }
    }
}

const NAIVE: DataType = DataType::Timestamp(TimeUnit::Microsecond, None);

impl ScalarUDFImpl for Local {
    fn name(&self) -> &'static str {
        match self.part {
            Part::Bucket => "local_bucket",
            Part::Hour => "local_hour",
            Part::Weekday => "local_weekday",
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        let texts = match self.part {
            Part::Bucket => 2..=3,
            Part::Hour | Part::Weekday => 1..=1,
        };
        if types.is_empty() || !texts.contains(&(types.len() - 1)) {
            return plan_err!("{}: wrong number of arguments", self.name());
        }
        let mut coerced = vec![DataType::Utf8; types.len()];
        coerced[0] = NAIVE;
        Ok(coerced)
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(match self.part {
            Part::Bucket => NAIVE,
            Part::Hour | Part::Weekday => DataType::Int64,
        })
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let name = self.name();
        let zone_at = if self.part == Part::Bucket { 2 } else { 1 };
        let zone = Zone::named(literal_text(&args.args, zone_at, name, "zone")?)?;
        let unit = match self.part {
            Part::Bucket => {
                let grain = literal_text(&args.args, 1, name, "grain")?;
                let start = match args.args.len() {
                    4 => literal_text(&args.args, 3, name, "week start")?,
                    _ => "monday",
                };
                Unit::parse(grain, start)?
            }
            Part::Hour => Unit::Hour,
            Part::Weekday => Unit::Day,
        };
        let array = args.args[0].to_array(args.number_rows)?;
        let result = self.convert(array.as_primitive::<TimestampMicrosecondType>(), &zone, unit);
        match &args.args[0] {
            ColumnarValue::Array(_) => Ok(ColumnarValue::Array(result)),
            ColumnarValue::Scalar(_) => Ok(ColumnarValue::Scalar(
                datafusion::common::ScalarValue::try_from_array(&result, 0)?,
            )),
        }
    }
}

impl Local {
    fn convert(
        &self,
        instants: &TimestampMicrosecondArray,
        zone: &Zone,
        unit: Unit,
    ) -> Arc<dyn Array> {
        let mut cursor = Cursor { zone, unit, from: 0, before: 0, bucket: 0 };
        let part = self.part;
        let values = instants.values().iter().map(|at| {
            let bucket = cursor.bucket(*at);
            match part {
                Part::Bucket => bucket,
                Part::Hour => bucket.rem_euclid(DAY) / HOUR,
                Part::Weekday => weekday(bucket.div_euclid(DAY)) + 1,
            }
        });
        match part {
            Part::Bucket => Arc::new(TimestampMicrosecondArray::new(
                values.collect(),
                instants.nulls().cloned(),
            )),
            Part::Hour | Part::Weekday => {
                Arc::new(Int64Array::new(values.collect(), instants.nulls().cloned()))
            }
        }
    }
}

/// The length of a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Hour,
    Day,
    /// Begins on that day of the week, 0 = Monday.
    Week(i64),
    /// This many months, counted from January.
    Months(i64),
}

impl Unit {
    fn parse(grain: &str, week_start: &str) -> Result<Self> {
        const DAYS: [&str; 7] =
            ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
        Ok(match grain {
            "hour" => Self::Hour,
            "day" => Self::Day,
            "week" => {
                let wanted = week_start.to_ascii_lowercase();
                let day = DAYS.iter().zip(0..).find(|(day, _)| {
                    **day == wanted || (wanted.len() >= 3 && day.starts_with(&wanted))
                });
                match day {
                    Some((_, index)) => Self::Week(index),
                    None => return exec_err!("local_bucket: no day is called '{week_start}'"),
                }
            }
            "month" => Self::Months(1),
            "quarter" => Self::Months(3),
            "year" => Self::Months(12),
            other => {
                return exec_err!(
                    "local_bucket: unknown grain '{other}': \
                     hour, day, week, month, quarter or year"
                );
            }
        })
    }

    /// The bucket around a local time: its first µs and that of the next one.
    fn around(self, local: i64) -> (i64, i64) {
        match self {
            Self::Hour => floor(local, HOUR),
            Self::Day => floor(local, DAY),
            Self::Week(first) => {
                let day = local.div_euclid(DAY);
                let start = day - (weekday(day) - first).rem_euclid(7);
                (start * DAY, (start + 7) * DAY)
            }
            Self::Months(months) => {
                let month = month_of(local.div_euclid(DAY));
                let start = month - month.rem_euclid(months);
                (first_day(start) * DAY, first_day(start + months) * DAY)
            }
        }
    }
}

fn floor(local: i64, unit: i64) -> (i64, i64) {
    let start = local - local.rem_euclid(unit);
    (start, start.saturating_add(unit))
}

/// The day of the week of a day counted from 1970-01-01, 0 = Monday.
const fn weekday(day: i64) -> i64 {
    (day + 3).rem_euclid(7)
}

/// Months since January of year 0 of the month that holds a day counted from 1970-01-01
/// (Howard Hinnant, "chrono-compatible low-level date algorithms", `civil_from_days`).
const fn month_of(day: i64) -> i64 {
    let shifted = day + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    // Months counted from March, so that the leap day comes last.
    let from_march = (5 * of_year + 2) / 153;
    (era * 400 + year_of_era) * 12 + from_march + 2
}

/// The first day of a month counted from January of year 0 (`days_from_civil` of the same paper).
const fn first_day(month: i64) -> i64 {
    let from_march = month - 2;
    let year = from_march.div_euclid(12);
    let of_year = (153 * from_march.rem_euclid(12) + 2) / 5;
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year - 719_468
}

/// Remembers the bucket of the last instant and how long it lasts in UTC: rows close in time,
/// which is how tickets are stored, are answered by two comparisons.
struct Cursor<'a> {
    zone: &'a Zone,
    unit: Unit,
    from: i64,
    before: i64,
    bucket: i64,
}

impl Cursor<'_> {
    fn bucket(&mut self, at: i64) -> i64 {
        if at < self.from || at >= self.before {
            let offset = self.zone.offset(at);
            let (start, end) = self.unit.around(at.saturating_add(offset.micros));
            self.bucket = start;
            self.from = offset.from.max(start.saturating_sub(offset.micros));
            self.before = offset.before.min(end.saturating_sub(offset.micros));
        }
        self.bucket
    }
}

#[cfg(test)]
mod tests;
