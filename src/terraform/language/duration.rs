//! Durations as Terraform users write them.

use std::time::Duration;

use jiff::SignedDuration;

/// Clocks do not reach as far as durations do.
const LONGEST_WAIT: Duration = Duration::from_secs(8760 * 3600);

/// The units, each with its nanoseconds. A micro sign and a Greek letter mean the same.
const UNITS: [(&str, u128); 10] = [
    ("w", 604_800 * SECOND),
    ("d", 86_400 * SECOND),
    ("h", 3_600 * SECOND),
    ("m", 60 * SECOND),
    ("s", SECOND),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("\u{b5}s", 1_000),
    ("\u{3bc}s", 1_000),
    ("ns", 1),
];
const SECOND: u128 = 1_000_000_000;

/// The units as a reader is told of them.
pub const UNIT_NAMES: &str = "w, d, h, m, s, ms, us and ns";

/// A time to wait: positive, and no longer than anybody waits.
///
/// # Errors
/// What is wrong with it, as sentences.
pub fn wait(text: &str) -> Result<Duration, String> {
    match duration(text) {
        Some(wait) if wait > LONGEST_WAIT => Err(format!(
            "{text:?} is too long. Set at most \"8760h\", which is one year."
        )),
        Some(wait) => Ok(wait),
        None => Err(format!(
            "{text:?} is not a positive duration. Set a number with a unit, such as \"30s\", \"5m\" or \"1h30m\". Units are {UNIT_NAMES}."
        )),
    }
}

/// A positive duration as Terraform users write it: `30s`, `1h30m`, `500ms`, `7d`.
pub fn duration(text: &str) -> Option<Duration> {
    duration_or_zero(text).filter(|duration| !duration.is_zero())
}

/// The same, or none at all, such as `0s`.
pub fn duration_or_zero(text: &str) -> Option<Duration> {
    if let Some(nanos) = nanos(text) {
        return from_nanos(nanos);
    }
    // Longer words for the units, and ISO 8601.
    let parsed: SignedDuration = text.parse().ok()?;
    Duration::try_from(parsed).ok()
}

/// A duration as people write it: a whole number of the largest unit that fits, of hours at most. `24h`, `90s`, `1500ms`.
pub fn text(duration: Duration) -> String {
    let nanos = duration.as_nanos();
    let hours_and_less = UNITS.iter().filter(|(unit, _)| unit.is_ascii()).skip(2);
    let mut fitting = hours_and_less.filter(|(_, length)| nanos.is_multiple_of(*length));
    match fitting.next() {
        Some((unit, length)) if nanos > 0 => format!("{}{unit}", nanos / length),
        _ => "0s".to_owned(),
    }
}

/// The nanoseconds of numbers with units, one after the other.
fn nanos(text: &str) -> Option<u128> {
    let mut rest = text;
    let mut sum = 0_u128;
    while !rest.is_empty() {
        let number = prefix(rest, |letter| letter.is_ascii_digit() || letter == '.');
        let unit = prefix(&rest[number.len()..], char::is_alphabetic);
        let (_, length) = UNITS.iter().find(|(name, _)| *name == unit)?;
        sum = sum.checked_add(part(number, *length)?)?;
        rest = &rest[number.len() + unit.len()..];
    }
    (!text.is_empty()).then_some(sum)
}

/// So many of a unit, which may have a fraction.
fn part(number: &str, length: u128) -> Option<u128> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let whole = whole.parse::<u128>().ok()?.checked_mul(length)?;
    let scale = 10_u128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let fraction = fraction.parse::<u128>().ok()?.checked_mul(length)?;
    match fraction.is_multiple_of(scale) {
        true => whole.checked_add(fraction / scale),
        false => None,
    }
}

fn prefix(text: &str, belongs: impl Fn(char) -> bool) -> &str {
    let end = text.find(|letter| !belongs(letter)).unwrap_or(text.len());
    &text[..end]
}

fn from_nanos(nanos: u128) -> Option<Duration> {
    let seconds = u64::try_from(nanos / SECOND).ok()?;
    let rest = u32::try_from(nanos % SECOND).ok()?;
    Some(Duration::new(seconds, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_terraform_users_write_them() {
        let seconds = [
            ("30s", 30.0),
            ("1h30m", 5_400.0),
            ("1.5h", 5_400.0),
            ("500ms", 0.5),
            ("1w", 604_800.0),
            ("2d", 172_800.0),
            ("1w2d3h4m5s", 788_645.0),
            ("250us", 0.000_25),
            ("250\u{b5}s", 0.000_25),
            ("250\u{3bc}s", 0.000_25),
            ("100ns", 0.000_000_1),
            // What jiff reads besides.
            ("1 hour 30 minutes", 5_400.0),
            ("PT90S", 90.0),
        ];
        for (text, seconds) in seconds {
            assert_eq!(
                duration(text),
                Some(Duration::from_secs_f64(seconds)),
                "{text}"
            );
        }
        for nonsense in [
            "",
            "0s",
            "-5s",
            "5",
            "soon",
            "1.s",
            ".5s",
            "h",
            "1x",
            "99999999999999999999999w",
        ] {
            assert_eq!(duration(nonsense), None, "{nonsense}");
        }
        for zero in ["0s", "0d", "0h0m"] {
            assert_eq!(duration_or_zero(zero), Some(Duration::ZERO), "{zero}");
        }
    }

    #[test]
    fn a_duration_is_shown_in_the_largest_unit_that_fits_and_is_read_back_as_the_same() {
        let texts = [
            (0, "0s"),
            (1, "1ns"),
            (1_500, "1500ns"),
            (2_000, "2us"),
            (100_000_000, "100ms"),
            (1_500_000_000, "1500ms"),
            (70_000_000_000, "70s"),
            (90_000_000_000, "90s"),
            (120_000_000_000, "2m"),
            (5_400_000_000_000, "90m"),
            (86_400_000_000_000, "24h"),
            (604_800_000_000_000, "168h"),
        ];
        for (nanos, expected) in texts {
            let duration = Duration::from_nanos(nanos);

            assert_eq!(text(duration), expected);
            assert_eq!(duration_or_zero(expected), Some(duration));
        }
    }
}
