//! `business_elapsed(calendar, from, to)`: open time between two instants, in microseconds.

use arrow::array::{Array, AsArray, Int64Builder};
use arrow::datatypes::{DataType, TimeUnit, TimestampMicrosecondType};
use datafusion::common::{Result, plan_err};
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use event::Instant;
use event::calendar::Calendar;
use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// The compiled calendars of one set of policies, by name.
pub type Calendars = BTreeMap<String, Calendar>;

/// The function over these calendars; null where the calendar is null or unknown, or an end is
/// null. `digest` names the policies, so that two of them are told apart.
pub fn business_elapsed(digest: String, calendars: Arc<Calendars>) -> ScalarUDF {
    let signature = Signature::user_defined(Volatility::Immutable);
    ScalarUDF::from(Elapsed { digest, calendars, signature })
}

#[derive(Debug)]
struct Elapsed {
    digest: String,
    calendars: Arc<Calendars>,
    signature: Signature,
}

impl PartialEq for Elapsed {
    fn eq(&self, other: &Self) -> bool {
        self.digest == other.digest
    }
}

impl Eq for Elapsed {}

impl Hash for Elapsed {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.digest.hash(state);
    }
}

impl ScalarUDFImpl for Elapsed {
    fn name(&self) -> &'static str {
        "business_elapsed"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        if types.len() != 3 {
            return plan_err!("business_elapsed: takes a calendar's name and two instants");
        }
        let instant = DataType::Timestamp(TimeUnit::Microsecond, None);
        Ok(vec![DataType::Utf8, instant.clone(), instant])
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Int64)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        let names = arrays[0].as_string::<i32>();
        let from = arrays[1].as_primitive::<TimestampMicrosecondType>();
        let to = arrays[2].as_primitive::<TimestampMicrosecondType>();
        let mut elapsed = Int64Builder::with_capacity(names.len());
        // Neighbouring tickets mostly share a calendar: one look-up for a run of equal names.
        let mut last: Option<(&str, Option<&Calendar>)> = None;
        for row in 0..names.len() {
            if names.is_null(row) || from.is_null(row) || to.is_null(row) {
                elapsed.append_null();
                continue;
            }
            let name = names.value(row);
            let calendar = match last {
                Some((known, calendar)) if known == name => calendar,
                _ => self.calendars.get(name),
            };
            last = Some((name, calendar));
            elapsed.append_option(calendar.map(|calendar| {
                calendar.elapsed(
                    Instant::from_micros(from.value(row)),
                    Instant::from_micros(to.value(row)),
                )
            }));
        }
        Ok(ColumnarValue::Array(Arc::new(elapsed.finish())))
    }
}
