//! What the value of an argument must satisfy. The numbers and words are those of the setting's row.

use crate::jetstream::{Setting, row_of};
use crate::resources::object::codec::{Codec, age, shortest_age};
use crate::terraform::language::{Rule, Value};

// A rule in code is a function and knows nothing of its attribute, so it names its row here.
const DESCRIPTION: &Setting = row_of("description");
const METADATA: &Setting = row_of("metadata");

impl Codec {
    /// What a known value must satisfy.
    pub fn rules(self) -> Vec<Rule> {
        match self {
            Self::Number(min, max) => vec![Rule::Range { min, max }],
            Self::Bytes(max) => vec![Rule::Range { min: -1, max }, Rule::Custom(not_zero)],
            Self::Word(words) => vec![Rule::OneOf(words)],
            Self::Text => vec![Rule::Custom(short_text)],
            Self::Metadata => vec![Rule::Custom(own_keys)],
            Self::Age => vec![Rule::Custom(age_rule)],
            Self::Placement | Self::Subjects | Self::Retention | Self::Sources => Vec::new(),
        }
    }
}

fn age_rule(value: &Value) -> Result<(), String> {
    let text = value.as_str().unwrap_or_default();
    age(text).map(drop).ok_or_else(|| {
        format!(
            "{text:?} is neither \"0s\" nor a duration of at least {} ms. Write a number with a unit, such as \"70s\" or \"10m\".",
            shortest_age().as_millis()
        )
    })
}

/// The server takes 0 for "no limit" and then shows -1, so that 0 would differ from itself.
fn not_zero(value: &Value) -> Result<(), String> {
    match value.as_i64() {
        Some(0) => Err(
            "0 is no limit that can be kept. Give -1 for no limit, or at least 1 byte.".to_owned(),
        ),
        _ => Ok(()),
    }
}

fn short_text(value: &Value) -> Result<(), String> {
    let most = DESCRIPTION.most_bytes().unwrap_or_default();
    match value.as_str() {
        Some("") => Err("An empty text cannot be told from none.".to_owned()),
        Some(text) if text.len() > most => Err(format!(
            "It has {} bytes; the server takes at most {most}. Shorten it.",
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
            "The keys {} cannot be set: a key must not be empty nor start with `_nats.`, which is the server's own, and needs a value.",
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
            "Keys and values have {bytes} bytes together; the server takes at most {most}."
        ));
    }
    Ok(())
}
