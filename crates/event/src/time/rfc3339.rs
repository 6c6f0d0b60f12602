//! RFC 3339 in its everyday form, read and written without a detour: half of an import is dates.

/// Bytes of the longest text written.
pub(super) const BYTES_MAX: usize = 27;

/// Years for which the short ways hold; all others go through `jiff`.
const YEAR_MIN: i64 = 1970;
const YEAR_END: i64 = 9999;

const DAY_MICROS: i64 = 86_400_000_000;

/// Microseconds since the epoch of `2026-03-02T09:00:00[.25](Z|+01:00)`; `None` for anything else.
pub(super) fn read(text: &[u8]) -> Option<i64> {
    let (stamp, rest) = text.split_at_checked(19)?;
    let separators = (stamp[4], stamp[7], stamp[10], stamp[13], stamp[16]);
    if !matches!(separators, (b'-', b'-', b'T' | b't' | b' ', b':', b':')) {
        return None;
    }
    let year = digits(&stamp[0..4])?;
    let (month, day) = (digits(&stamp[5..7])?, digits(&stamp[8..10])?);
    let (hour, minute, second) =
        (digits(&stamp[11..13])?, digits(&stamp[14..16])?, digits(&stamp[17..19])?);
    if !(YEAR_MIN..YEAR_END).contains(&year)
        || !(1..=12).contains(&month)
        || !(1..=days_in_month(year, month)).contains(&day)
        || hour > 23
        || minute > 59
        || second > 59
    {
        return None;
    }
    let (fraction, zone) = read_fraction(rest)?;
    let seconds = (hour * 60 + minute) * 60 + second - read_offset(zone)?;
    Some(day_number(year, month, day) * DAY_MICROS + seconds * 1_000_000 + fraction)
}

/// The microseconds after the point, and what follows them.
fn read_fraction(text: &[u8]) -> Option<(i64, &[u8])> {
    let Some(text) = text.strip_prefix(b".") else { return Some((0, text)) };
    let length = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if !(1..=9).contains(&length) {
        return None;
    }
    // Beyond six digits lies what we don't keep.
    let mut micros = 0;
    for at in 0..6 {
        let digit = text.get(at).filter(|_| at < length).map_or(0, |byte| i64::from(byte - b'0'));
        micros = micros * 10 + digit;
    }
    Some((micros, &text[length..]))
}

/// Seconds east of UTC.
fn read_offset(text: &[u8]) -> Option<i64> {
    match text {
        b"Z" | b"z" => Some(0),
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let (hours, minutes) = (digits(&[*h1, *h2])?, digits(&[*m1, *m2])?);
            if hours > 23 || minutes > 59 {
                return None;
            }
            let seconds = (hours * 60 + minutes) * 60;
            Some(if *sign == b'-' { -seconds } else { seconds })
        }
        _ => None,
    }
}

/// A run of decimal digits as a number.
fn digits(text: &[u8]) -> Option<i64> {
    text.iter().try_fold(0, |number, byte| {
        byte.is_ascii_digit().then(|| number * 10 + i64::from(byte - b'0'))
    })
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days since 1970-01-01. The year is taken to begin in March, which puts the leap day last
/// (Howard Hinnant, "chrono-compatible low-level date algorithms").
fn day_number(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year / 400, year % 400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The inverse of [`day_number`].
fn civil(day_number: i64) -> (i64, i64, i64) {
    let days = day_number + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// Appends the instant; `false`, and nothing appended, outside the years it can do.
pub(super) fn write(micros: i64, out: &mut Vec<u8>) -> bool {
    let days = micros.div_euclid(DAY_MICROS);
    let (year, month, day) = match days {
        0..2_932_896 => civil(days),
        _ => return false,
    };
    let in_day = micros.rem_euclid(DAY_MICROS);
    let (seconds, fraction) = (in_day / 1_000_000, in_day % 1_000_000);
    let mut text = *b"0000-00-00T00:00:00.000000";
    put(&mut text[0..4], year);
    put(&mut text[5..7], month);
    put(&mut text[8..10], day);
    put(&mut text[11..13], seconds / 3600);
    put(&mut text[14..16], seconds / 60 % 60);
    put(&mut text[17..19], seconds % 60);
    put(&mut text[20..26], fraction);
    let length = match fraction {
        0 => 19,
        _ => 26 - text.iter().rev().take_while(|byte| **byte == b'0').count(),
    };
    out.extend_from_slice(&text[..length]);
    out.push(b'Z');
    true
}

/// Fills the places with a number's digits.
fn put(places: &mut [u8], mut number: i64) {
    for place in places.iter_mut().rev() {
        *place = b'0' + u8::try_from(number % 10).unwrap_or(0);
        number /= 10;
    }
}
