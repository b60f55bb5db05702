//! What the value of an argument must satisfy. The numbers and words are those of the setting's row.

use crate::jetstream::{Setting, row_of};
use crate::resources::object::argument::codec::{Codec, age, shortest_age};
use crate::terraform::language::duration::UNIT_NAMES;
use crate::terraform::language::{Value, ValueRule};

// A rule in code is a function and knows nothing of its attribute, so it names its row here.
const DESCRIPTION: &Setting = row_of("description");
const METADATA: &Setting = row_of("metadata");

impl Codec {
    /// What a known value must satisfy.
    pub fn rules(self) -> Vec<ValueRule> {
        match self {
            Self::Number(min, max) => vec![ValueRule::Range { min, max }],
            Self::Bytes(max) => vec![
                ValueRule::Range { min: -1, max },
                ValueRule::Custom(not_zero),
            ],
            Self::Word(words) => vec![ValueRule::OneOf(words)],
            Self::Text => vec![ValueRule::Custom(short_text)],
            Self::Metadata => vec![ValueRule::Custom(own_keys)],
            Self::Age => vec![ValueRule::Custom(age_rule)],
            Self::Placement | Self::Subjects | Self::Retention | Self::Sources => Vec::new(),
        }
    }
}

fn age_rule(value: &Value) -> Result<(), String> {
    let text = value.as_str().unwrap_or_default();
    age(text).map(drop).ok_or_else(|| {
        format!(
            "{text:?} is neither \"0s\" nor a duration of at least {} ms. Set a number with a unit, such as \"70s\" or \"24h\". Units are {UNIT_NAMES}.",
            shortest_age().as_millis()
        )
    })
}

/// The server takes 0 for "no limit" and then shows -1, so that 0 would differ from itself.
fn not_zero(value: &Value) -> Result<(), String> {
    match value.as_i64() {
        Some(0) => {
            Err("0 is not a valid limit. Set -1 for no limit, or at least 1 byte.".to_owned())
        }
        _ => Ok(()),
    }
}

fn short_text(value: &Value) -> Result<(), String> {
    let most = DESCRIPTION.most_bytes().unwrap_or_default();
    match value.as_str() {
        Some("") => Err(
            "For the server, an empty description is the same as none. Remove it, or set a text."
                .to_owned(),
        ),
        Some(text) if text.len() > most => Err(format!(
            "It has {} bytes, and the server accepts at most {most}. Shorten it.",
            text.len()
        )),
        _ => Ok(()),
    }
}

fn own_keys(value: &Value) -> Result<(), String> {
    let entries = value.as_map().into_iter().flatten();
    let bad: Vec<_> = entries
        .filter(|(key, text)| key.starts_with("_nats.") || key.is_empty() || text.is_null())
        .map(|(key, _)| format!("{key:?}"))
        .collect();
    if !bad.is_empty() {
        return Err(format!(
            "These keys cannot be set: {}. A key must not be empty, must not begin with `_nats.`, which the server reserves, and must have a value.",
            bad.join(", ")
        ));
    }
    let entries = value.as_map().into_iter().flatten();
    let bytes: usize = entries
        .map(|(key, text)| key.len() + text.as_str().map_or(0, str::len))
        .sum();
    let most = METADATA.most_bytes().unwrap_or_default();
    if bytes > most {
        return Err(format!(
            "Keys and values have {bytes} bytes together, and the server accepts at most {most}. Shorten or remove some of them."
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jetstream::{SettingKind, setting};
    use crate::resources::object::argument::codec::age_text;
    use crate::resources::object::argument::{
        Argument, BUCKET, COMMON, PER_SUBJECT_STREAM, STREAM,
    };
    use crate::terraform::language::schema::rule::Violation;

    fn all() -> impl Iterator<Item = &'static Argument> {
        [BUCKET, STREAM, PER_SUBJECT_STREAM, COMMON]
            .into_iter()
            .flatten()
    }

    #[test]
    fn an_argument_takes_what_the_row_of_its_setting_says() {
        for argument in all() {
            let row = setting(argument.key).expect("a row");
            let rules = argument.common_attribute().rules;
            let refusal = |value: Value| rules.iter().find_map(|rule| rule.check(&value).err());
            let name = argument.name;

            assert_eq!(argument.setting, row, "{name}");
            match row.kind {
                _ if argument.shape.is_shown_only() => assert!(rules.is_empty(), "{name}"),
                SettingKind::Count { min, max, .. } => {
                    assert_eq!(range(&rules), Some((min, max)), "{name}");
                }
                SettingKind::Limit { max, .. } => match name {
                    "history" => assert_eq!(range(&rules), Some((1, 64))),
                    "max_msgs_per_subject" => assert_eq!(range(&rules), Some((1, max))),
                    _ => {
                        assert_eq!(range(&rules), row.range(), "{name}");
                        assert!(refusal(0.into()).is_some(), "{name}");
                    }
                },
                SettingKind::Nanos { min_nanos } => {
                    let age = |nanos: i64| age_text(nanos.unsigned_abs());
                    let short = refusal(age(min_nanos - 1_000_000).into());
                    assert_eq!(refusal(age(min_nanos).into()), None, "{name}");
                    assert!(says(short, min_nanos / 1_000_000), "{name}");
                }
                SettingKind::Choice(words) => {
                    assert!(
                        matches!(rules[..], [ValueRule::OneOf(allowed)] if allowed == words),
                        "{name}"
                    );
                }
                SettingKind::Text { max } => {
                    let text = |length: usize| "x".repeat(length).into();
                    assert_eq!(refusal(text(max)), None, "{name}");
                    assert!(says(refusal(text(max + 1)), max), "{name}");
                }
                SettingKind::Texted { max } => {
                    let texts =
                        |length: usize| Value::object([("k", "x".repeat(length - 1).into())]);
                    assert_eq!(refusal(texts(max)), None, "{name}");
                    assert!(says(refusal(texts(max + 1)), max), "{name}");
                }
                SettingKind::Object => assert!(rules.is_empty(), "{name}"),
                SettingKind::Bool | SettingKind::Texts | SettingKind::Objects => {
                    panic!("{name} cannot be set")
                }
            }
        }
    }

    fn range(rules: &[ValueRule]) -> Option<(i64, i64)> {
        rules.iter().find_map(|rule| match rule {
            ValueRule::Range { min, max } => Some((*min, *max)),
            _ => None,
        })
    }

    fn says(violation: Option<Violation>, number: impl std::fmt::Display) -> bool {
        matches!(violation, Some(Violation::Says(text)) if text.contains(&format!(" {number}")))
    }
}
