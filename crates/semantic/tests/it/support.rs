//! A session with plain versions of our functions, and random fact tables.

use arrow::array::{
    Array, ArrayRef, BooleanArray, Float64Array, Int64Array, ListArray, MapBuilder, RecordBatch,
    StringArray, StringBuilder, TimestampMicrosecondArray, new_empty_array,
};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::{DataType, Field, FieldRef, Int64Type, TimeUnit};
use datafusion::catalog::default_table_source::provider_as_source;
use datafusion::datasource::MemTable;
use datafusion::error::Result;
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, ColumnarValue, LogicalPlan, ScalarFunctionArgs,
    ScalarUDF, ScalarUDFImpl, Signature, TableSource, Volatility,
};
use datafusion::prelude::{SessionConfig, SessionContext};
use datafusion::scalar::ScalarValue;
use event::Instant;
use facts::Table;
use semantic::time::{Grain, Zone, weekday};
use std::sync::Arc;

pub(crate) struct Desk {
    pub(crate) session: SessionContext,
    pub(crate) tables: Vec<(Table, RecordBatch)>,
}

impl semantic::Tables for Desk {
    fn source(&self, table: Table) -> Arc<dyn TableSource> {
        let (_, batch) = self.tables.iter().find(|(known, _)| *known == table).unwrap();
        let memory = MemTable::try_new(batch.schema(), vec![vec![batch.clone()]]).unwrap();
        provider_as_source(Arc::new(memory))
    }
}

impl Desk {
    pub(crate) fn run(&self, plan: LogicalPlan) -> Vec<RecordBatch> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let shown = plan.display_indent().to_string();
            let frame = self.session.execute_logical_plan(plan).await;
            let rows = match frame {
                Ok(frame) => frame.collect().await,
                Err(error) => Err(error),
            };
            rows.unwrap_or_else(|error| panic!("{error}\n{shown}"))
        })
    }
}

/// A session with our functions.
pub(crate) fn session() -> SessionContext {
    let session = SessionContext::new_with_config(SessionConfig::new().with_target_partitions(1));
    for part in [Part::Bucket, Part::Hour, Part::Weekday, Part::Field] {
        session.register_udf(ScalarUDF::from(Local {
            part,
            signature: Signature::variadic_any(Volatility::Immutable),
        }));
    }
    let signature = Signature::variadic_any(Volatility::Immutable);
    session.register_udaf(AggregateUDF::from(Quantiles { signature }));
    session
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Part {
    Bucket,
    Hour,
    Weekday,
    Field,
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Local {
    part: Part,
    signature: Signature,
}

impl ScalarUDFImpl for Local {
    fn name(&self) -> &str {
        match self.part {
            Part::Bucket => "local_bucket",
            Part::Hour => "local_hour",
            Part::Weekday => "local_weekday",
            Part::Field => "field",
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(match self.part {
            Part::Bucket => DataType::Timestamp(TimeUnit::Microsecond, None),
            Part::Hour | Part::Weekday => DataType::Int64,
            Part::Field => DataType::Utf8,
        })
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let rows = args.number_rows;
        let text = |at: usize| match args.args.get(at) {
            Some(ColumnarValue::Scalar(ScalarValue::Utf8(Some(text)))) => Some(text.clone()),
            _ => None,
        };
        let first = args.args[0].clone().into_array(rows)?;
        if self.part == Part::Field {
            return Ok(ColumnarValue::Array(field(&first, &text(1).unwrap())));
        }
        let at = if self.part == Part::Bucket { 2 } else { 1 };
        let mut zone = Zone::named(&text(at).unwrap()).unwrap();
        zone.week_start = text(3).map_or(zone.week_start, |name| weekday(&name).unwrap());
        let times = first.as_any().downcast_ref::<TimestampMicrosecondArray>().unwrap();
        let local = times.iter().map(|time| Some(zone.local(Instant::from_micros(time?))));
        let array: ArrayRef = match self.part {
            Part::Bucket => {
                let grain = Grain::from_name(&text(1).unwrap()).unwrap();
                let start = local.map(|local| {
                    let start = zone.floor(local?, grain);
                    let utc = jiff::tz::TimeZone::UTC.to_timestamp(start).unwrap();
                    Some(utc.as_microsecond())
                });
                Arc::new(start.collect::<TimestampMicrosecondArray>())
            }
            Part::Hour => {
                Arc::new(local.map(|at| Some(i64::from(at?.hour()))).collect::<Int64Array>())
            }
            _ => {
                let day = local.map(|at| Some(i64::from(at?.weekday().to_monday_one_offset())));
                Arc::new(day.collect::<Int64Array>())
            }
        };
        Ok(ColumnarValue::Array(array))
    }
}

fn field(map: &ArrayRef, name: &str) -> ArrayRef {
    let map = map.as_any().downcast_ref::<arrow::array::MapArray>().unwrap();
    let values = (0..map.len()).map(|row| {
        let entry = map.value(row);
        let texts =
            |at: usize| entry.column(at).as_any().downcast_ref::<StringArray>().unwrap().clone();
        let (keys, values) = (texts(0), texts(1));
        let at = (0..keys.len()).find(|at| keys.value(*at) == name)?;
        Some(values.value(at).to_owned())
    });
    Arc::new(values.collect::<StringArray>())
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Quantiles {
    signature: Signature,
}

fn list_of(data_type: DataType) -> DataType {
    DataType::List(Arc::new(Field::new_list_field(data_type, true)))
}

impl AggregateUDFImpl for Quantiles {
    fn name(&self) -> &str {
        "quantiles"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(list_of(DataType::Float64))
    }

    fn state_fields(&self, _: StateFieldsArgs<'_>) -> Result<Vec<FieldRef>> {
        Ok(vec![Arc::new(Field::new("values", list_of(DataType::Int64), true))])
    }

    fn accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        let shares = args.exprs[1..].iter().map(|expr| expr.to_string().parse().unwrap());
        Ok(Box::new(Values { values: Vec::new(), shares: shares.collect() }))
    }
}

#[derive(Debug)]
struct Values {
    values: Vec<i64>,
    shares: Vec<f64>,
}

impl Accumulator for Values {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let values = values[0].as_any().downcast_ref::<Int64Array>().unwrap();
        self.values.extend(values.iter().flatten());
        Ok(())
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        self.values.sort_unstable();
        let of = |share: f64| {
            let last = self.values.len().checked_sub(1)?;
            let at = share * last as f64;
            let (low, high) = (self.values[at.floor() as usize], self.values[at.ceil() as usize]);
            Some(low as f64 + (high - low) as f64 * at.fract())
        };
        let values: Vec<ScalarValue> =
            self.shares.iter().map(|share| ScalarValue::Float64(of(*share))).collect();
        let list = ScalarValue::new_list_nullable(&values, &DataType::Float64);
        Ok(ScalarValue::List(list))
    }

    fn size(&self) -> usize {
        self.values.len() * 8
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let values: Vec<ScalarValue> = self.values.iter().map(|v| ScalarValue::from(*v)).collect();
        Ok(vec![ScalarValue::List(ScalarValue::new_list_nullable(&values, &DataType::Int64))])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let lists = states[0].as_any().downcast_ref::<ListArray>().unwrap();
        for list in lists.iter().flatten() {
            self.update_batch(&[list])?;
        }
        Ok(())
    }
}

/// A sequence of numbers that looks random and never changes.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(2).wrapping_add(1))
    }

    pub(crate) fn below(&mut self, n: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

/// The present of the random desk.
pub(crate) fn now() -> Instant {
    "2026-03-31T10:30:00Z".parse().unwrap()
}

const TICKETS: usize = 120;
const DAYS: u64 = 80;

/// Fact tables of random rows: every column has values of its kind, some of them missing.
pub(crate) fn desk(seed: u64) -> Desk {
    let mut dice = Dice::new(seed);
    let tables = Table::ALL.into_iter().map(|table| (table, table_of(table, &mut dice))).collect();
    Desk { session: session(), tables }
}

fn table_of(table: Table, dice: &mut Dice) -> RecordBatch {
    let rows = if table == Table::Tickets { TICKETS } else { TICKETS * 2 };
    let schema = table.schema();
    let columns = schema.fields().iter().map(|field| match field.name().as_str() {
        "number" if table == Table::Tickets => {
            Arc::new(Int64Array::from_iter_values(0..rows as i64)) as ArrayRef
        }
        "number" => {
            let numbers = (0..rows).map(|_| dice.below(TICKETS as u64) as i64);
            Arc::new(Int64Array::from_iter_values(numbers))
        }
        "ordinal" => Arc::new(Int64Array::from_iter_values(0..rows as i64)),
        _ => column_of(field, rows, dice),
    });
    let mut columns: Vec<ArrayRef> = columns.collect();
    if let (Ok(start), Ok(end)) = (schema.index_of("started_at"), schema.index_of("ended_at")) {
        columns[end] = not_before(&columns[start], &columns[end]);
    }
    RecordBatch::try_new(schema.clone(), columns).unwrap()
}

/// What ends does not end before it starts.
fn not_before(starts: &ArrayRef, ends: &ArrayRef) -> ArrayRef {
    let times = |array: &ArrayRef| {
        array.as_any().downcast_ref::<TimestampMicrosecondArray>().unwrap().clone()
    };
    let (starts, ends) = (times(starts), times(ends));
    let later = starts.iter().zip(ends.iter()).map(|(start, end)| Some(end?.max(start?)));
    Arc::new(later.collect::<TimestampMicrosecondArray>())
}

fn words(name: &str) -> &'static [&'static str] {
    match name {
        "status" => &["new", "open", "pending", "solved", "closed"],
        "excluded" => &["spam"],
        "state" => &["met", "breached", "running"],
        "outcome" => &["answered", "cancelled", "waiting"],
        "kind" => &["reply", "solve", "worked", "session", "reopen"],
        "clock" => &["first_reply", "next_reply"],
        "direction" => &["inbound", "outbound"],
        "box" => &["good", "neutral", "bad"],
        _ => &["a", "b", "c"],
    }
}

fn column_of(field: &Field, rows: usize, dice: &mut Dice) -> ArrayRef {
    let mostly_missing = field.name() == "excluded";
    let mut missing = || {
        let chance = if mostly_missing { 9 } else { 3 };
        field.is_nullable() && dice.below(10) < chance
    };
    let missing: Vec<bool> = (0..rows).map(|_| missing()).collect();
    let mut each = |limit: u64| -> Vec<Option<u64>> {
        missing.iter().map(|missing| (!missing).then(|| dice.below(limit))).collect()
    };
    match field.data_type() {
        DataType::Int64 => {
            let micros = field.name().ends_with("_us");
            let values = each(if micros { 5_000_000_000 } else { 4 });
            Arc::new(values.into_iter().map(|v| v.map(|v| v as i64)).collect::<Int64Array>())
        }
        DataType::Float64 => {
            let values = each(5).into_iter().map(|v| v.map(|v| v as f64 + 1.0));
            Arc::new(values.collect::<Float64Array>())
        }
        DataType::Boolean => {
            Arc::new(each(2).into_iter().map(|v| v.map(|v| v == 1)).collect::<BooleanArray>())
        }
        DataType::Timestamp(..) => {
            let start = now().micros() - DAYS as i64 * 86_400_000_000;
            let times = each(DAYS * 86_400).into_iter();
            let times = times.map(|v| v.map(|v| start + v as i64 * 1_000_000));
            Arc::new(times.collect::<TimestampMicrosecondArray>())
        }
        DataType::Utf8 => {
            let words = words(field.name());
            let texts = each(words.len() as u64).into_iter();
            Arc::new(texts.map(|v| v.map(|v| words[v as usize])).collect::<StringArray>())
        }
        DataType::List(item) if *item.data_type() == DataType::Utf8 => {
            let counts = each(3);
            let lengths = counts.iter().map(|count| count.unwrap_or(0) as usize);
            let offsets = OffsetBuffer::from_lengths(lengths.clone());
            let total: usize = lengths.sum();
            let texts = (0..total).map(|at| Some(["x", "y", "z"][at % 3]));
            let nulls = arrow::buffer::NullBuffer::from_iter(counts.iter().map(Option::is_some));
            let texts = Arc::new(texts.collect::<StringArray>());
            let nulls = field.is_nullable().then_some(nulls);
            Arc::new(ListArray::try_new(Arc::clone(item), offsets, texts, nulls).unwrap())
        }
        DataType::List(item) => {
            let offsets = OffsetBuffer::new_zeroed(rows);
            let empty = new_empty_array(item.data_type());
            Arc::new(ListArray::try_new(Arc::clone(item), offsets, empty, None).unwrap())
        }
        DataType::Map(entries, _) => map_of(entries, &each(2)),
        other => panic!("{}: no random {other}", field.name()),
    }
}

fn map_of(entries: &FieldRef, present: &[Option<u64>]) -> ArrayRef {
    let DataType::Struct(fields) = entries.data_type() else { panic!("a map has entries") };
    let names = arrow::array::MapFieldNames {
        entry: entries.name().clone(),
        key: fields[0].name().clone(),
        value: fields[1].name().clone(),
    };
    let mut map = MapBuilder::new(Some(names), StringBuilder::new(), StringBuilder::new())
        .with_keys_field(Arc::clone(&fields[0]))
        .with_values_field(Arc::clone(&fields[1]));
    for value in present {
        if let Some(value) = value {
            map.keys().append_value("plan");
            map.values().append_value(["free", "pro"][*value as usize]);
        }
        map.append(true).unwrap();
    }
    let built = map.finish();
    Arc::new(built)
}

/// The values of an integer column over all batches.
pub(crate) fn integers(batches: &[RecordBatch], name: &str) -> Vec<Option<i64>> {
    let arrays = batches.iter().map(|batch| batch.column_by_name(name).unwrap());
    let values = arrays.flat_map(|array| {
        let array = arrow::compute::cast(array, &DataType::Int64).unwrap();
        let array = arrow::array::AsArray::as_primitive::<Int64Type>(&array).clone();
        array.iter().collect::<Vec<_>>()
    });
    values.collect()
}

/// The values of a text column over all batches.
pub(crate) fn texts(batches: &[RecordBatch], name: &str) -> Vec<Option<String>> {
    let arrays = batches.iter().map(|batch| batch.column_by_name(name).unwrap());
    let values = arrays.flat_map(|array| {
        let array = arrow::compute::cast(array, &DataType::Utf8).unwrap();
        let array = array.as_any().downcast_ref::<StringArray>().unwrap().clone();
        array.iter().map(|text| text.map(str::to_owned)).collect::<Vec<_>>()
    });
    values.collect()
}
