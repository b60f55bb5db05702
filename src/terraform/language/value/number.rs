//! Numbers as Terraform has them: any size, any precision, decimal.
//!
//! Not an `f64`: Terraform computes with 512 bits, and an answer that differs in the last digit is an "inconsistent
//! result". So a number is kept as its decimal digits, in one form only, and equal numbers are equal.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// How many digits a number may have before or after its decimal point. Terraform's own numbers stay far below;
/// the bound keeps `1e999999999` from becoming a gigabyte of zeros.
const MAX_DIGITS: i64 = 10_000;

/// A number of any size and precision, in one canonical form, so that equal numbers are equal values.
///
/// Its absolute value is 0.DIGITS × 10^point, where DIGITS neither begins nor ends with a zero. Zero has no digits,
/// point 0 and no sign.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Number {
    negative: bool,
    digits: String,
    point: i64,
}

/// The text or float is no number that Terraform could mean: not decimal, not finite, or absurdly long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotANumber;

impl fmt::Display for NotANumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a decimal number")
    }
}

impl std::error::Error for NotANumber {}

impl Number {
    /// The number, if it is whole and fits.
    pub fn as_i64(&self) -> Option<i64> {
        self.as_integer()
    }

    /// The number, if it is whole, not negative, and fits.
    pub fn as_u64(&self) -> Option<u64> {
        self.as_integer()
    }

    /// The nearest float; `None` if the number is beyond the range of floats.
    pub fn as_f64(&self) -> Option<f64> {
        let sign = if self.negative { "-" } else { "" };
        let scientific = format!("{sign}0.{}e{}", self.digits, self.point);
        scientific
            .parse()
            .ok()
            .filter(|float: &f64| float.is_finite())
    }

    /// The float that is exactly this number, if there is one.
    pub fn as_exact_f64(&self) -> Option<f64> {
        self.as_f64()
            .filter(|float| Self::try_from(*float).as_ref() == Ok(self))
    }

    /// Whether there is nothing after the decimal point.
    pub fn is_whole(&self) -> bool {
        self.point >= self.digit_count()
    }

    fn as_integer<I: FromStr>(&self) -> Option<I> {
        const U64_DIGITS: i64 = 20;
        if self.is_whole() && self.point <= U64_DIGITS {
            self.to_string().parse().ok()
        } else {
            None
        }
    }

    fn digit_count(&self) -> i64 {
        i64::try_from(self.digits.len()).unwrap_or(i64::MAX)
    }

    fn sign(&self) -> i8 {
        match (self.digits.is_empty(), self.negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        }
    }
}

impl FromStr for Number {
    type Err = NotANumber;

    /// Reads an integer, a decimal fraction or scientific notation: `-12`, `0.10`, `1e30`.
    fn from_str(text: &str) -> Result<Self, NotANumber> {
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(unsigned) => (true, unsigned),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse().map_err(|_| NotANumber)?),
            None => (unsigned, 0_i32),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{whole}{fraction}");
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(NotANumber);
        }

        let significant = digits.trim_start_matches('0');
        let leading_zeros = digits.len() - significant.len();
        let significant = significant.trim_end_matches('0');
        if significant.is_empty() {
            return Ok(Self::from(0));
        }
        let before_point = i64::try_from(whole.len()).map_err(|_| NotANumber)?;
        let leading_zeros = i64::try_from(leading_zeros).map_err(|_| NotANumber)?;
        let number = Self {
            negative,
            digits: significant.to_owned(),
            point: before_point - leading_zeros + i64::from(exponent),
        };
        let after_point = number.digit_count() - number.point;
        if number.point > MAX_DIGITS || after_point > MAX_DIGITS {
            return Err(NotANumber);
        }
        Ok(number)
    }
}

impl From<i64> for Number {
    fn from(number: i64) -> Self {
        Self::whole(number < 0, number.unsigned_abs())
    }
}

impl Number {
    /// The number; a function and not `From`, so that `Number::from(5)` stays unambiguous.
    pub fn from_u64(number: u64) -> Self {
        Self::whole(false, number)
    }

    fn whole(negative: bool, magnitude: u64) -> Self {
        if magnitude == 0 {
            return Self {
                negative: false,
                digits: String::new(),
                point: 0,
            };
        }
        let all = magnitude.to_string();
        Self {
            negative,
            digits: all.trim_end_matches('0').to_owned(),
            point: i64::try_from(all.len()).unwrap_or(i64::MAX),
        }
    }
}

impl TryFrom<f64> for Number {
    type Error = NotANumber;

    /// The exact value of the float, not the shortest text that reads back as it: Terraform sends a float only for a
    /// number that is exactly that float.
    fn try_from(float: f64) -> Result<Self, NotANumber> {
        // 2^-1074 is the smallest step between floats, and has 1074 decimal places.
        const EXACT_PLACES: usize = 1074;
        format!("{float:.EXACT_PLACES$}").parse()
    }
}

impl Ord for Number {
    /// By numeric value.
    fn cmp(&self, other: &Self) -> Ordering {
        // Without leading and trailing zeros, digits after the point compare as text does.
        let magnitude = (self.point, &self.digits).cmp(&(other.point, &other.digits));
        self.sign().cmp(&other.sign()).then(if self.negative {
            magnitude.reverse()
        } else {
            magnitude
        })
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Number {
    /// All digits and never an exponent: `0.1`, `1000000`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let zeros = |count: i64| "0".repeat(usize::try_from(count).unwrap_or(0));
        if self.negative {
            f.write_str("-")?;
        }
        if self.digits.is_empty() {
            f.write_str("0")
        } else if self.point <= 0 {
            write!(f, "0.{}{}", zeros(-self.point), self.digits)
        } else if self.is_whole() {
            write!(
                f,
                "{}{}",
                self.digits,
                zeros(self.point - self.digit_count())
            )
        } else {
            let (whole, fraction) = self
                .digits
                .split_at(usize::try_from(self.point).unwrap_or(0));
            write!(f, "{whole}.{fraction}")
        }
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn number(text: &str) -> Number {
        text.parse().unwrap()
    }

    #[test]
    fn one_number_has_one_form_however_it_is_written() {
        let spellings = [
            ("0.1", vec!["0.10", ".1", "1e-1", "+0.1", "00.1", "0.01E+1"]),
            ("0", vec!["-0.00", "0e5", "-0", "000", "0."]),
            (
                "1000000000000000000000000000000",
                vec!["1e30", "1.0e30", "10e29"],
            ),
            ("-12.5", vec!["-12.50", "-125e-1", "-0.125e2"]),
            ("18446744073709551615", vec!["18446744073709551615.0"]),
        ];

        for (canonical, others) in spellings {
            assert_eq!(number(canonical).to_string(), canonical);
            for other in others {
                assert_eq!(number(other), number(canonical), "{other}");
                assert_eq!(number(other).to_string(), canonical, "{other}");
            }
        }
    }

    #[test]
    fn a_float_is_read_exactly_and_not_as_its_shortest_text() {
        let tenth = Number::try_from(0.1).unwrap();

        assert_eq!(
            tenth.to_string(),
            "0.1000000000000000055511151231257827021181583404541015625"
        );
        assert_eq!(tenth.as_exact_f64(), Some(0.1));
        assert_eq!(number("0.1").as_exact_f64(), None);
        assert_eq!(number("0.1").as_f64(), Some(0.1));
        assert_eq!(Number::try_from(-0.0), Ok(Number::from(0)));
        assert_eq!(number("1e400").as_f64(), None);
    }

    #[test]
    fn only_whole_numbers_that_fit_are_integers() {
        assert_eq!(number("9223372036854775807").as_i64(), Some(i64::MAX));
        assert_eq!(number("-9223372036854775808").as_i64(), Some(i64::MIN));
        assert_eq!(number("9223372036854775808").as_i64(), None);
        assert_eq!(number("18446744073709551615").as_u64(), Some(u64::MAX));
        assert_eq!(number("18446744073709551616").as_u64(), None);
        assert_eq!(number("-1").as_u64(), None);
        assert_eq!(number("1.5").as_i64(), None);
        assert_eq!(number("5.0").as_i64(), Some(5));
        assert_eq!(number("1e9999").as_i64(), None);
    }

    #[test]
    fn what_is_no_decimal_number_is_refused() {
        for text in [
            "",
            "-",
            "+",
            ".",
            "e5",
            "1e",
            "1e+",
            "1.2.3",
            "--1",
            "1 ",
            "0x10",
            "1_000",
            "NaN",
            "inf",
            "١",
            "1e10001",
            "1e-10001",
            "1e999999999",
            "1e99999999999999999999",
        ] {
            assert_eq!(text.parse::<Number>(), Err(NotANumber), "{text}");
        }
        for float in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(Number::try_from(float), Err(NotANumber));
        }
    }

    proptest! {
        #[test]
        fn integers_survive(integer: i64) {
            let number = Number::from(integer);

            prop_assert_eq!(number.as_i64(), Some(integer));
            prop_assert_eq!(number.to_string(), integer.to_string());
            prop_assert_eq!(integer.to_string().parse(), Ok(number));
        }

        #[test]
        fn floats_survive(float in proptest::num::f64::NORMAL | proptest::num::f64::SUBNORMAL) {
            let number = Number::try_from(float).unwrap();

            prop_assert_eq!(number.as_exact_f64(), Some(float));
            prop_assert_eq!(number.to_string().parse(), Ok(number));
        }

        #[test]
        fn order_is_numeric(left: i64, right: i64, places in 0..12_u32) {
            let scaled = |integer: i64| number(&format!("{integer}e-{places}"));

            prop_assert_eq!(scaled(left).cmp(&scaled(right)), left.cmp(&right));
            prop_assert_eq!(scaled(left) == scaled(right), left == right);
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in "[-+0-9.eE]{0,12}|\\PC*") {
            if let Ok(number) = text.parse::<Number>() {
                prop_assert_eq!(number.to_string().parse(), Ok(number));
            }
        }
    }
}
