//! How Terraform's values and JetStream's JSON correspond, one codec for each way.
//!
//! A value that means the same as what the server holds is kept as it was written (`{}` and no placement, `"24h"` and
//! `"1d"`): Terraform compares values, and a change of mere form would be a change in every plan.

use std::time::Duration;

use serde_json::{Value as Json, json};

use crate::jetstream::{Setting, SettingKind, nanos, row_of};
use crate::resources::object::argument::nested;
use crate::terraform::language::duration;
use crate::terraform::language::{AttributeKind, Nesting, Type, Value};

/// The row behind [`Codec::Age`].
const MAX_AGE: &Setting = row_of("max_age");

/// How a value and its JSON correspond.
#[derive(Clone, Copy, Debug)]
pub enum Codec {
    /// A whole number within bounds, both included.
    Number(i64, i64),
    /// A whole number of bytes from 1, or -1 for no limit.
    Bytes(i64),
    /// One of some words.
    Word(&'static [&'static str]),
    /// Free text.
    Text,
    /// Where the stream lives: cluster and tags.
    Placement,
    /// Free text by key; the server's own keys and those of others are not shown.
    Metadata,
    /// A duration; zero means that there is none.
    Age,
    /// Subjects in order. Shown, not set.
    Subjects,
    /// A word that is shown, not set.
    Retention,
    /// Sources in order. Shown, not set.
    Sources,
}

impl Codec {
    /// The codec of what a setting holds; `None` for flags, of which no argument sets or shows one.
    pub const fn of(kind: SettingKind) -> Option<Self> {
        match kind {
            SettingKind::Bool => None,
            SettingKind::Count { min, max, .. } => Some(Self::Number(min, max)),
            SettingKind::Limit { max, .. } => Some(Self::Bytes(max)),
            SettingKind::Nanos { .. } => Some(Self::Age),
            SettingKind::Choice(words) => Some(Self::Word(words)),
            SettingKind::Text { .. } => Some(Self::Text),
            SettingKind::Texted { .. } => Some(Self::Metadata),
            SettingKind::Texts => Some(Self::Subjects),
            SettingKind::Object => Some(Self::Placement),
            SettingKind::Objects => Some(Self::Sources),
        }
    }

    /// Whether the user sees it and cannot set it.
    pub fn is_shown_only(self) -> bool {
        matches!(self, Self::Subjects | Self::Retention | Self::Sources)
    }

    /// Its type in a schema.
    pub fn kind(self) -> AttributeKind {
        match self {
            Self::Number(..) | Self::Bytes(_) => Type::Number.into(),
            Self::Word(_) | Self::Text | Self::Age | Self::Retention => Type::String.into(),
            Self::Metadata => Type::map(Type::String).into(),
            Self::Subjects => Type::list(Type::String).into(),
            Self::Sources => AttributeKind::Nested(Nesting::List, nested::source_attributes()),
            Self::Placement => {
                AttributeKind::Nested(Nesting::Single, nested::placement_attributes())
            }
        }
    }

    /// The JSON of a known value that is not null; `None` if it is none of this codec.
    pub fn json(self, value: &Value) -> Option<Json> {
        match self {
            Self::Placement => Some(nested::placement_json(value)),
            Self::Metadata => Some(
                value
                    .as_map()?
                    .iter()
                    .map(|(key, text)| (key.clone(), json!(text.as_str())))
                    .collect(),
            ),
            Self::Age => Some(json!(nanos(age(value.as_str()?)?))),
            Self::Subjects => Some(
                value
                    .as_list()?
                    .iter()
                    .map(|subject| json!(subject.as_str()))
                    .collect(),
            ),
            Self::Sources => Some(value.as_list()?.iter().map(nested::source_json).collect()),
            Self::Word(_) | Self::Text | Self::Retention => value.as_str().map(|text| json!(text)),
            Self::Number(..) | Self::Bytes(_) => value.as_i64().map(|number| json!(number)),
        }
    }

    /// The value of a setting's JSON, in the form of `like` where that means the same.
    pub fn value(self, json: &Json, like: &Value) -> Value {
        match self {
            Self::Placement
                if !like.is_unknown()
                    && nested::is_same_placement(&nested::placement_json(like), json) =>
            {
                like.clone()
            }
            Self::Placement => nested::placement_value(json),
            Self::Metadata => nested::metadata_value(json, like),
            Self::Age if self.json(like).is_some_and(|like| &like == json) => like.clone(),
            Self::Age => age_text(json.as_u64().unwrap_or_default()).into(),
            Self::Subjects => Value::List(
                json.as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(Json::as_str)
                    .map(Value::from)
                    .collect(),
            ),
            Self::Sources => Value::List(
                json.as_array()
                    .into_iter()
                    .flatten()
                    .map(nested::source_value)
                    .collect(),
            ),
            Self::Text if json.as_str() == Some("") => Value::Null,
            _ => json
                .as_str()
                .map(Value::from)
                .or_else(|| json.as_i64().map(Value::from))
                .unwrap_or_default(),
        }
    }

    /// Whether two values mean the same. Unknown ones do not.
    pub fn same(self, one: &Value, other: &Value) -> bool {
        one == other
            || matches!(self, Self::Age)
                && self
                    .json(one)
                    .is_some_and(|json| self.json(other) == Some(json))
    }
}

/// A duration of zero, or of at least what the server demands (JetStream 10052).
pub fn age(text: &str) -> Option<Duration> {
    let age = match text {
        "0" => Duration::ZERO,
        text => duration::duration_or_zero(text)?,
    };
    (age.is_zero() || age >= shortest_age()).then_some(age)
}

/// The shortest age that is not zero.
pub fn shortest_age() -> Duration {
    let (shortest, _) = MAX_AGE.range().unwrap_or_default();
    Duration::from_nanos(shortest.unsigned_abs())
}

/// The duration as people write it.
pub fn age_text(nanos: u64) -> String {
    duration::text(Duration::from_nanos(nanos))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_shown_as_people_write_it_and_stays_as_it_was_written() {
        let day = json!(86_400_000_000_000_u64);
        let shown = |like: &Value| Codec::Age.value(&day, like);

        assert_eq!(shown(&Value::Null), Value::from("24h"));
        assert_eq!(shown(&"70s".into()), Value::from("24h"));
        // What an earlier build has shown, and what a user may write.
        for same in ["86400s", "1d", "24h", "1440m"] {
            assert_eq!(shown(&same.into()), Value::from(same));
            assert!(Codec::Age.same(&same.into(), &"24h".into()), "{same}");
        }
        for nothing in ["0", "0s", "0d", "0w"] {
            assert_eq!(age(nothing), Some(Duration::ZERO), "{nothing}");
        }
        assert_eq!(age("99ms"), None);
    }
}
