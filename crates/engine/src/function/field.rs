//! `field(fields, name)`: the value of one custom field, null where the ticket has none.

use super::literal_text;
use arrow::array::{Array, AsArray, StringArray, StringBuilder};
use arrow::datatypes::DataType;
use datafusion::common::{Result, exec_err, plan_err};
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use std::sync::Arc;

/// The function, to be registered with a session; `fields` is a map from text to text.
pub fn field() -> ScalarUDF {
    ScalarUDF::from(FieldOf { signature: Signature::user_defined(Volatility::Immutable) })
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct FieldOf {
    signature: Signature,
}

impl ScalarUDFImpl for FieldOf {
    fn name(&self) -> &'static str {
        "field"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        match types {
            [map @ DataType::Map(_, _), _] => Ok(vec![map.clone(), DataType::Utf8]),
            _ => plan_err!("field: takes a map and a name"),
        }
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Utf8)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let name = literal_text(&args.args, 1, "field", "name")?;
        let array = args.args[0].to_array(args.number_rows)?;
        let maps = array.as_map();
        let keys = Texts::of(maps.keys())?;
        let values = Texts::of(maps.values())?;
        let offsets = maps.offsets();
        let mut found = StringBuilder::with_capacity(maps.len(), maps.len() * 8);
        for row in 0..maps.len() {
            let (start, end) = (offsets[row].max(0), offsets[row + 1].max(0));
            #[expect(clippy::cast_sign_loss, reason = "held at zero above")]
            let entry = (!maps.is_null(row))
                .then(|| (start as usize..end as usize).find(|at| keys.value(*at) == Some(name)))
                .flatten();
            found.append_option(entry.and_then(|at| values.value(at)));
        }
        Ok(ColumnarValue::Array(Arc::new(found.finish())))
    }
}

/// Text in either of the two layouts that a file's reader may hand out.
enum Texts<'a> {
    Plain(&'a StringArray),
    View(&'a arrow::array::StringViewArray),
}

impl<'a> Texts<'a> {
    fn of(array: &'a Arc<dyn Array>) -> Result<Self> {
        match array.data_type() {
            DataType::Utf8 => Ok(Self::Plain(array.as_string())),
            DataType::Utf8View => Ok(Self::View(array.as_string_view())),
            other => exec_err!("field: keys and values must be text, not {other}"),
        }
    }

    fn value(&self, at: usize) -> Option<&'a str> {
        match self {
            Self::Plain(array) => array.is_valid(at).then(|| array.value(at)),
            Self::View(array) => array.is_valid(at).then(|| array.value(at)),
        }
    }
}
