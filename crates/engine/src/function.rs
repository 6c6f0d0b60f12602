//! The functions that plans call by name: one aggregate and a handful of scalars.

pub mod business;
pub mod field;
pub mod fresh;
pub mod local;
pub mod quantile_state;
pub mod quantiles;
mod zone;

use datafusion::common::{Result, ScalarValue, exec_err};
use datafusion::logical_expr::ColumnarValue;

/// The text that argument `index` of `function` must be, the same for every row.
fn literal_text<'a>(
    args: &'a [ColumnarValue],
    index: usize,
    function: &str,
    what: &str,
) -> Result<&'a str> {
    match args.get(index) {
        Some(ColumnarValue::Scalar(
            ScalarValue::Utf8(Some(text))
            | ScalarValue::LargeUtf8(Some(text))
            | ScalarValue::Utf8View(Some(text)),
        )) => Ok(text),
        _ => exec_err!("{function}: the {what} must be a literal text"),
    }
}
