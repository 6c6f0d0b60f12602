//! `quantiles(value, p…)`: several exact quantiles of an integer column in a single pass.

use super::quantile_state::{Values, narrow, select_quantiles};
use crate::limits;
use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Float64Array, Int64Array, ListArray, RecordBatch,
};
use arrow::buffer::{BooleanBuffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow::datatypes::{DataType, Field, FieldRef, Int64Type, Schema};
use datafusion::common::{DataFusionError, Result, ScalarValue, exec_err, plan_err};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::format_state_name;
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, ColumnarValue, EmitTo, GroupsAccumulator,
    Signature, Volatility,
};
use std::sync::Arc;

/// The aggregate, to be registered with a session.
///
/// `quantiles(value Int64, p Float64…)` returns a list with one Float64 per `p`, in the order
/// given; null where the group has no value. Nulls are not values.
pub fn quantiles() -> AggregateUDF {
    AggregateUDF::from(Quantiles { signature: Signature::user_defined(Volatility::Immutable) })
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Quantiles {
    signature: Signature,
}

fn state_type() -> DataType {
    DataType::List(Arc::new(Field::new_list_field(DataType::Int64, false)))
}

fn result_item() -> FieldRef {
    Arc::new(Field::new_list_field(DataType::Float64, true))
}

impl AggregateUDFImpl for Quantiles {
    fn name(&self) -> &'static str {
        "quantiles"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        if types.len() < 2 || types.len() > limits::QUANTILES_MAX + 1 {
            return plan_err!(
                "quantiles: takes a value and 1 to {} shares between 0 and 1",
                limits::QUANTILES_MAX
            );
        }
        if !types[0].is_integer() && types[0] != DataType::Null {
            return plan_err!("quantiles: the value must be an integer, not {}", types[0]);
        }
        let mut coerced = vec![DataType::Float64; types.len()];
        coerced[0] = DataType::Int64;
        Ok(coerced)
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::List(result_item()))
    }

    fn state_fields(&self, args: StateFieldsArgs<'_>) -> Result<Vec<FieldRef>> {
        let name = format_state_name(args.name, "values");
        Ok(vec![Arc::new(Field::new(name, state_type(), true))])
    }

    fn accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        refuse_distinct(&args)?;
        Ok(Box::new(One { shares: shares(&args)?, values: Vec::new() }))
    }

    fn groups_accumulator_supported(&self, args: AccumulatorArgs<'_>) -> bool {
        !args.is_distinct
    }

    fn create_groups_accumulator(
        &self,
        args: AccumulatorArgs<'_>,
    ) -> Result<Box<dyn GroupsAccumulator>> {
        Ok(Box::new(Groups { shares: shares(&args)?, values: Values::default(), groups: 0 }))
    }
}

fn refuse_distinct(args: &AccumulatorArgs<'_>) -> Result<()> {
    if args.is_distinct { plan_err!("quantiles: DISTINCT is not supported") } else { Ok(()) }
}

/// The literal shares: everything after the first argument.
fn shares(args: &AccumulatorArgs<'_>) -> Result<Vec<f64>> {
    let row = RecordBatch::new_empty(Arc::new(Schema::empty()));
    let mut shares = Vec::with_capacity(args.exprs.len().saturating_sub(1));
    for expr in &args.exprs[1..] {
        let Ok(ColumnarValue::Scalar(value)) = expr.evaluate(&row) else {
            return plan_err!("quantiles: each share must be a literal, not {expr}");
        };
        match value.cast_to(&DataType::Float64)? {
            ScalarValue::Float64(Some(share)) if (0.0..=1.0).contains(&share) => {
                shares.push(share);
            }
            other => return plan_err!("quantiles: {other} is not a share between 0 and 1"),
        }
    }
    Ok(shares)
}

/// All rows are one group.
#[derive(Debug)]
struct One {
    shares: Vec<f64>,
    values: Vec<i64>,
}

impl Accumulator for One {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let array = values[0].as_primitive::<Int64Type>();
        if array.null_count() == 0 {
            self.values.extend_from_slice(array.values());
        } else {
            self.values.extend(array.iter().flatten());
        }
        Ok(())
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        for list in states[0].as_list::<i32>().iter().flatten() {
            self.update_batch(&[list])?;
        }
        Ok(())
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let values = std::mem::take(&mut self.values);
        let list = list_of(values, &[0], None)?;
        Ok(vec![ScalarValue::List(Arc::new(list))])
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let mut builder = Results::new(self.shares.len(), 1);
        builder.push(&mut self.values, &self.shares);
        Ok(ScalarValue::List(Arc::new(builder.finish())))
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.values.capacity() * size_of::<i64>()
    }
}

/// Many groups at once.
#[derive(Debug)]
struct Groups {
    shares: Vec<f64>,
    values: Values,
    groups: usize,
}

impl Groups {
    /// How many groups to emit; they are forgotten.
    fn emit(&mut self, emit_to: EmitTo) -> usize {
        let count = match emit_to {
            EmitTo::All => self.groups,
            EmitTo::First(count) => count,
        };
        self.groups -= count;
        count
    }
}

impl GroupsAccumulator for Groups {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        group_indices: &[usize],
        filter: Option<&BooleanArray>,
        total_num_groups: usize,
    ) -> Result<()> {
        self.groups = total_num_groups;
        let array = values[0].as_primitive::<Int64Type>();
        match used(array, filter) {
            None => self.values.extend(group_indices, array.values()),
            Some(used) => {
                self.values.reserve(used.count_set_bits());
                for row in used.set_indices() {
                    self.values.push(narrow(group_indices[row]), array.value(row));
                }
            }
        }
        Ok(())
    }

    fn merge_batch(
        &mut self,
        values: &[ArrayRef],
        group_indices: &[usize],
        total_num_groups: usize,
    ) -> Result<()> {
        self.groups = total_num_groups;
        let lists = values[0].as_list::<i32>();
        for (row, group) in group_indices.iter().enumerate() {
            match lists.value_length(row) {
                _ if lists.is_null(row) => {}
                0 => {}
                1 => {
                    let value = lists.value(row).as_primitive::<Int64Type>().value(0);
                    self.values.push(narrow(*group), value);
                }
                _ => {
                    let list = lists.value(row).as_primitive::<Int64Type>().clone();
                    self.values.push_list(narrow(*group), list);
                }
            }
        }
        Ok(())
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        let count = self.emit(emit_to);
        let grouped = self.values.take(count);
        let mut starts = Vec::with_capacity(count);
        let mut start = 0;
        for end in &grouped.ends {
            starts.push(start);
            start = *end;
        }
        Ok(vec![Arc::new(list_of(grouped.values, &starts, None)?)])
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        let count = self.emit(emit_to);
        let mut grouped = self.values.take(count);
        let mut results = Results::new(self.shares.len(), count);
        let mut start = 0;
        for end in &grouped.ends {
            results.push(&mut grouped.values[start..*end], &self.shares);
            start = *end;
        }
        Ok(Arc::new(results.finish()))
    }

    fn convert_to_state(
        &self,
        values: &[ArrayRef],
        filter: Option<&BooleanArray>,
    ) -> Result<Vec<ArrayRef>> {
        let array = values[0].as_primitive::<Int64Type>();
        let starts: Vec<usize> = (0..array.len()).collect();
        let nulls = used(array, filter).map(NullBuffer::new);
        // A null list may cover a value: nothing reads it.
        Ok(vec![Arc::new(list_of(array.values().to_vec(), &starts, nulls)?)])
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.values.size()
    }
}

/// Which rows count: neither null nor filtered out; `None` where all do.
fn used(array: &Int64Array, filter: Option<&BooleanArray>) -> Option<BooleanBuffer> {
    let valid = array.nulls().filter(|nulls| nulls.null_count() > 0).map(NullBuffer::inner);
    let kept = filter.map(|filter| match filter.nulls() {
        Some(nulls) => filter.values() & nulls.inner(),
        None => filter.values().clone(),
    });
    match (valid, kept) {
        (None, None) => None,
        (Some(valid), None) => Some(valid.clone()),
        (None, Some(kept)) => Some(kept),
        (Some(valid), Some(kept)) => Some(valid & &kept),
    }
}

/// Lists that begin at `starts`, the last ending with `values`.
fn list_of(values: Vec<i64>, starts: &[usize], nulls: Option<NullBuffer>) -> Result<ListArray> {
    if i32::try_from(values.len()).is_err() {
        return exec_err!(
            "quantiles: more than {} values in one batch; ask about a shorter range",
            i32::MAX
        );
    }
    let offsets: Vec<i32> = starts
        .iter()
        .chain(std::iter::once(&values.len()))
        .map(|offset| i32::try_from(*offset).unwrap_or(i32::MAX))
        .collect();
    ListArray::try_new(
        Arc::new(Field::new_list_field(DataType::Int64, false)),
        OffsetBuffer::new(ScalarBuffer::from(offsets)),
        Arc::new(Int64Array::from(values)),
        nulls,
    )
    .map_err(DataFusionError::from)
}

/// The lists of results, one per group.
struct Results {
    values: Vec<f64>,
    ends: Vec<i32>,
    valid: Vec<bool>,
}

impl Results {
    fn new(shares: usize, groups: usize) -> Self {
        let mut ends = Vec::with_capacity(groups + 1);
        ends.push(0);
        Self {
            values: Vec::with_capacity(shares * groups),
            ends,
            valid: Vec::with_capacity(groups),
        }
    }

    fn push(&mut self, values: &mut [i64], shares: &[f64]) {
        if !values.is_empty() {
            self.values.extend(select_quantiles(values, shares));
        }
        self.valid.push(!values.is_empty());
        self.ends.push(i32::try_from(self.values.len()).unwrap_or(i32::MAX));
    }

    fn finish(self) -> ListArray {
        ListArray::new(
            result_item(),
            OffsetBuffer::new(ScalarBuffer::from(self.ends)),
            Arc::new(Float64Array::from(self.values)),
            Some(NullBuffer::from(self.valid)),
        )
    }
}

#[cfg(test)]
mod tests;
