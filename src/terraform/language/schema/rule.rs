//! Rules for the value of one attribute.

use std::fmt;

use crate::terraform::language::value::Value;
use crate::text;

/// What a known, non-null value must satisfy. Data where possible, so that the docs can say it.
#[derive(Clone, Copy, Debug)]
pub enum ValueRule {
    /// A whole number from `min` to `max`, both included.
    Range { min: i64, max: i64 },
    /// One of these strings.
    OneOf(&'static [&'static str]),
    /// Text (or a list, set or map) that is not empty.
    NotEmpty,
    /// Anything else: `Err` says what is wrong and what to do, as sentences.
    Custom(fn(&Value) -> Result<(), String>),
}

/// Why a value breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Violation {
    /// What the value must be, from "must" on, without full stop.
    Must(String),
    /// What is wrong and what to do, as sentences.
    Says(String),
}

impl ValueRule {
    /// Holds a known, non-null value against the rule. Values of a type that the rule is not for satisfy it
    /// (`Schema::lint` finds those), and so does for now what the rule cannot judge, as long as parts are unknown.
    ///
    /// # Errors
    /// What the value must be.
    pub fn check(&self, value: &Value) -> Result<(), Violation> {
        let satisfied = match (self, value) {
            (Self::Range { min, max }, Value::Number(number)) => number
                .as_i64()
                .is_some_and(|number| (*min..=*max).contains(&number)),
            (Self::OneOf(allowed), Value::String(text)) => allowed.contains(&text.as_str()),
            (Self::NotEmpty, Value::String(text)) => !text.is_empty(),
            (Self::NotEmpty, Value::List(elements)) => !elements.is_empty(),
            (Self::NotEmpty, Value::Map(elements)) => !elements.is_empty(),
            (Self::Custom(check), value) if value.is_wholly_known() => {
                return check(value).map_err(Violation::Says);
            }
            _ => true,
        };
        if satisfied {
            Ok(())
        } else if let (Self::Range { min, max: i64::MAX }, Value::Number(number)) = (self, value)
            && number.is_whole()
            && number.as_f64().is_some_and(|number| number > 0.0)
            && number.as_i64().is_none()
        {
            // "At least 1" does not tell what is wrong with a number that is too large.
            Err(Violation::Must(format!(
                "must be a whole number from {min} to {}",
                i64::MAX
            )))
        } else {
            Err(Violation::Must(self.to_string()))
        }
    }
}

impl fmt::Display for ValueRule {
    /// What it asks for: `must be a whole number from 1 to 5`. Nothing for a rule that is code.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Range {
                min: i64::MIN,
                max: i64::MAX,
            } => f.write_str("must be a whole number"),
            Self::Range { min, max: i64::MAX } => {
                write!(f, "must be a whole number of at least {min}")
            }
            Self::Range { min: i64::MIN, max } => {
                write!(f, "must be a whole number of at most {max}")
            }
            Self::Range { min, max } => write!(f, "must be a whole number from {min} to {max}"),
            Self::OneOf(allowed) => {
                let allowed: Vec<_> = allowed
                    .iter()
                    .map(|choice| Value::from(*choice).to_string())
                    .collect();
                match allowed.as_slice() {
                    [] => f.write_str("must not be set"),
                    _ => write!(f, "must be {}", text::alternatives(&allowed)),
                }
            }
            Self::NotEmpty => f.write_str("must not be empty"),
            Self::Custom(_) => Ok(()),
        }
    }
}
