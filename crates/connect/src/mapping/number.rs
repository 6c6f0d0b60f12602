//! Numbers as exports write them: points or commas, and exact where they become time.

use crate::quarantine::Reason;
use event::Score;

/// Which character separates the decimals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum DecimalMark {
    /// `1234.5`, also `1,234.5`.
    #[default]
    Point,
    /// `1234,5`, also `1.234,5`.
    Comma,
}

fn bad(text: &str) -> Reason {
    Reason::new("bad_number", format!("`{text}` is no number"))
        .hint("a decimal comma needs `decimal: comma`; a placeholder belongs into `empty`")
}

/// The number.
///
/// # Errors
/// Where it is none.
pub(crate) fn number(text: &str, mark: DecimalMark) -> Result<f64, Reason> {
    let plain = match mark {
        DecimalMark::Point => text.replace(',', ""),
        DecimalMark::Comma => text.replace('.', "").replace(',', "."),
    };
    match plain.trim().parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(number),
        _ => Err(bad(text)),
    }
}

/// The number times `factor`, rounded to a whole.
///
/// # Errors
/// Where it is no number, or out of all proportion.
pub(crate) fn scaled(text: &str, factor: i64, mark: DecimalMark) -> Result<i64, Reason> {
    /// Over two hundred years in microseconds, and exact in a float.
    const SCALED_MAX: f64 = 9.0e15;
    #[expect(clippy::cast_precision_loss, reason = "factors are below 2^53")]
    let scaled = (number(text, mark)? * factor as f64).round();
    if scaled.abs() > SCALED_MAX {
        return Err(bad(text));
    }
    #[expect(clippy::cast_possible_truncation, reason = "checked just above")]
    Ok(scaled as i64)
}

/// A whole number from 0 up.
///
/// # Errors
/// Where it is none.
pub(crate) fn whole(text: &str, mark: DecimalMark) -> Result<u64, Reason> {
    u64::try_from(scaled(text, 1, mark)?).map_err(|_| bad(text))
}

/// A rating or a sentiment.
///
/// # Errors
/// Where it is no number, or too large for one.
pub(crate) fn score(text: &str, mark: DecimalMark) -> Result<Score, Reason> {
    let thousandths = scaled(text, 1000, mark)?;
    i32::try_from(thousandths).map(Score::from_thousandths).map_err(|_| bad(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_as_stated() {
        assert_eq!(scaled("1,234.5", 10, DecimalMark::Point), Ok(12_345));
        assert_eq!(scaled("1.234,5", 10, DecimalMark::Comma), Ok(12_345));
        assert_eq!(scaled("0.1", 60_000_000, DecimalMark::Point), Ok(6_000_000));
        assert_eq!(score("-0.25", DecimalMark::Point), Ok(Score::from_thousandths(-250)));
        for text in ["", "x", "NaN", "1e300", "--1"] {
            assert_eq!(scaled(text, 1, DecimalMark::Point).unwrap_err().code, "bad_number");
        }
        assert!(whole("-1", DecimalMark::Point).is_err());
    }
}
