//! `fresh(number)`: whether a sealed row is still the current one.

use arrow::array::{Array, AsArray, BooleanArray};
use arrow::buffer::BooleanBuffer;
use arrow::datatypes::{DataType, Int64Type};
use datafusion::common::Result;
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use roaring::RoaringBitmap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// The numbers whose sealed rows the overlay replaces, as a plain bit set: one load a row.
#[derive(Debug, Default)]
pub struct Replaced {
    first: i64,
    words: Vec<u64>,
}

impl Replaced {
    /// The bit set of a bitmap's numbers.
    pub fn new(numbers: &RoaringBitmap) -> Self {
        let (Some(min), Some(max)) = (numbers.min(), numbers.max()) else {
            return Self::default();
        };
        let first = min & !63;
        let mut words = vec![0_u64; ((max - first) / 64) as usize + 1];
        for number in numbers {
            let bit = number - first;
            words[(bit / 64) as usize] |= 1 << (bit % 64);
        }
        Self { first: i64::from(first), words }
    }

    /// Whether the overlay holds the current row of this number.
    pub fn contains(&self, number: i64) -> bool {
        let Ok(bit) = usize::try_from(number - self.first) else { return false };
        self.words.get(bit / 64).is_some_and(|word| word >> (bit % 64) & 1 == 1)
    }
}

/// `fresh(number)` over one snapshot's bit set; `generation` tells two of them apart.
pub fn fresh(generation: u64, replaced: Arc<Replaced>) -> ScalarUDF {
    let signature = Signature::exact(vec![DataType::Int64], Volatility::Immutable);
    ScalarUDF::from(Fresh { generation, replaced, signature })
}

#[derive(Debug)]
struct Fresh {
    generation: u64,
    replaced: Arc<Replaced>,
    signature: Signature,
}

impl PartialEq for Fresh {
    fn eq(&self, other: &Self) -> bool {
        self.generation == other.generation && Arc::ptr_eq(&self.replaced, &other.replaced)
    }
}

impl Eq for Fresh {}

impl Hash for Fresh {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.generation.hash(state);
    }
}

impl ScalarUDFImpl for Fresh {
    fn name(&self) -> &'static str {
        "fresh"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Boolean)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let array = args.args[0].to_array(args.number_rows)?;
        let numbers = array.as_primitive::<Int64Type>();
        let values = numbers.values();
        let bits =
            BooleanBuffer::collect_bool(numbers.len(), |row| !self.replaced.contains(values[row]));
        Ok(ColumnarValue::Array(Arc::new(BooleanArray::new(bits, numbers.nulls().cloned()))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn says_what_the_bitmap_says(
            numbers in proptest::collection::btree_set(0_u32..2_000, 0..200),
            probe in -10_i64..3_000,
        ) {
            let replaced = Replaced::new(&numbers.iter().copied().collect());
            let expected = u32::try_from(probe).is_ok_and(|probe| numbers.contains(&probe));
            prop_assert_eq!(replaced.contains(probe), expected);
        }
    }
}
