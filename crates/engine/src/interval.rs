//! 95 % intervals of shares and of medians.

/// The 97.5th percentile of the normal distribution: 95 % lie within this many deviations.
const Z: f64 = 1.959_963_984_540_054;

/// The Wilson score interval of a share (Wilson 1927), as fractions; `None` without trials or
/// where the numerator is no part of the denominator.
///
/// ```
/// let (low, high) = engine::interval::wilson(80.0, 100.0).unwrap();
/// assert!((low - 0.711).abs() < 0.0005 && (high - 0.867).abs() < 0.0005);
/// ```
pub fn wilson(successes: f64, trials: f64) -> Option<(f64, f64)> {
    if trials <= 0.0 || !(0.0..=trials).contains(&successes) {
        return None;
    }
    let share = successes / trials;
    let z2 = Z * Z;
    let centre = share + z2 / (2.0 * trials);
    let spread = Z * (share * (1.0 - share) / trials + z2 / (4.0 * trials * trials)).sqrt();
    let scale = 1.0 + z2 / trials;
    // Rounding must not push the ends beyond what a share can be.
    Some((((centre - spread) / scale).max(0.0), ((centre + spread) / scale).min(1.0)))
}

/// The interval of a mean, by the normal distribution; `None` below two values.
pub fn mean(mean: f64, deviation: f64, n: f64) -> Option<(f64, f64)> {
    if n < 2.0 || !deviation.is_finite() {
        return None;
    }
    let spread = Z * deviation / n.sqrt();
    Some((mean - spread, mean + spread))
}

/// The ranks (from 0) of the order statistics that hold a quantile with at least about 95 %
/// (Conover 1999, normal approximation to the binomial); `None` where there are too few values.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts of rows in memory are far below 2^52, and the ranks are checked against them"
)]
pub fn ranks(n: usize, share: f64) -> Option<(usize, usize)> {
    let count = n as f64;
    let spread = Z * (count * share * (1.0 - share)).sqrt();
    let low = (count * share - spread).floor() - 1.0;
    let high = (count * share + spread).ceil();
    (low >= 0.0 && high < count).then_some((low as usize, high as usize))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(successes: f64, trials: f64, low: f64, high: f64) {
        let (got_low, got_high) = wilson(successes, trials).unwrap();
        assert!((got_low * 100.0 - low).abs() < 0.05, "{got_low}");
        assert!((got_high * 100.0 - high).abs() < 0.05, "{got_high}");
    }

    #[test]
    fn wilson_follows_the_worked_examples() {
        check(80.0, 100.0, 71.1, 86.7);
        check(8.0, 10.0, 49.0, 94.3);
        check(0.0, 10.0, 0.0, 27.8);
        check(10.0, 10.0, 72.2, 100.0);
    }

    #[test]
    fn there_is_no_interval_of_nothing() {
        assert_eq!(wilson(0.0, 0.0), None);
        assert_eq!(wilson(3.0, 2.0), None, "a flow may exceed 100 %");
        assert_eq!(mean(5.0, 1.0, 1.0), None);
        assert_eq!(ranks(5, 0.5), None);
    }

    #[test]
    fn ranks_hold_the_median() {
        let (low, high) = ranks(100, 0.5).unwrap();
        assert_eq!((low, high), (39, 60));
    }
}
