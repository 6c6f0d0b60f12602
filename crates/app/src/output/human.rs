//! Numbers as people say them, and texts as wide as people read them.

use std::fmt::Write as _;

/// Width that long texts are wrapped to, in characters.
const WIDTH: usize = 92;

/// A duration in seconds, to two units: `2 h 30 min`, `45 s`, `3 d 4 h`.
///
/// Days are 24 hours; from 48 hours on, and only where `days` allows it (a business day is not
/// 24 hours, so business durations stay in hours).
pub(crate) fn duration(seconds: f64, days: bool) -> String {
    if seconds < 0.0 {
        return format!("-{}", duration(-seconds, days));
    }
    if seconds < 10.0 {
        return format!("{} s", number(seconds));
    }
    #[expect(clippy::cast_possible_truncation, reason = "a float converts saturating; shown only")]
    let whole = seconds.round() as i64;
    let (minutes, hours) = (whole / 60, whole / 3600);
    match whole {
        ..60 => format!("{whole} s"),
        60..3600 => two(minutes, "min", whole % 60, "s"),
        _ if days && hours >= 48 => two(hours / 24, "d", hours % 24, "h"),
        _ => two(hours, "h", minutes % 60, "min"),
    }
}

fn two(large: i64, large_unit: &str, small: i64, small_unit: &str) -> String {
    if small == 0 {
        format!("{large} {large_unit}")
    } else {
        format!("{large} {large_unit} {small} {small_unit}")
    }
}

/// A fraction 0..1 in per cent with one decimal place.
pub(crate) fn share(fraction: f64) -> String {
    format!("{:.1} %", fraction * 100.0)
}

/// A number with at most two decimal places and no trailing zeros.
pub(crate) fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// A whole number with thin groups of three: `1 234 567`.
pub(crate) fn count(value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut text = String::new();
    if value < 0 {
        text.push('-');
    }
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// Breaks `words` at spaces so that no line is longer than [`WIDTH`].
pub(crate) fn wrap(words: &str, indent: &str, text: &mut String) {
    let mut line = String::new();
    for word in words.split_whitespace() {
        let longer = indent.len() + line.chars().count() + 1 + word.chars().count();
        if !line.is_empty() && longer > WIDTH {
            let _ = writeln!(text, "{indent}{line}");
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    if !line.is_empty() {
        let _ = writeln!(text, "{indent}{line}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_well() {
        for (seconds, expected) in [
            (0.0, "0 s"),
            (0.25, "0.25 s"),
            (45.0, "45 s"),
            (59.6, "1 min"),
            (900.0, "15 min"),
            (9_000.0, "2 h 30 min"),
            (3_600.0, "1 h"),
            (172_800.0, "2 d"),
            (187_200.0, "2 d 4 h"),
            (-90.0, "-1 min 30 s"),
        ] {
            assert_eq!(duration(seconds, true), expected);
        }
        assert_eq!(duration(187_200.0, false), "52 h");
    }

    #[test]
    fn shares_numbers_and_counts_read_well() {
        assert_eq!(share(0.801), "80.1 %");
        assert_eq!(number(4.50), "4.5");
        assert_eq!(number(-0.001), "0");
        assert_eq!(count(1_234_567), "1\u{202f}234\u{202f}567");
        assert_eq!(count(-999), "-999");
    }

    #[test]
    fn long_texts_are_wrapped_and_nothing_is_lost() {
        let words = "word ".repeat(60);
        let mut text = String::new();
        wrap(&words, "    ", &mut text);
        assert!(text.lines().all(|line| line.len() <= WIDTH && line.starts_with("    word")));
        assert_eq!(text.split_whitespace().count(), 60);
    }
}
