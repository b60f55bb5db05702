//! How Terraform's values and JetStream's JSON correspond, one shape for each way.
//!
//! A value that means the same as what the server holds is kept as it was written (`{}` and no placement, `"70s"` and
//! `"1m10s"`): Terraform compares values, and a change of mere form would be a change in every plan.

use std::time::Duration;

use serde_json::{Value as Json, json};

use crate::jetstream::nanos;
use crate::terraform::language::duration;
use crate::terraform::language::{Attribute, AttributeKind, Mode, Nesting, Rule, Type, Value};

/// Bytes of all keys and values of metadata (nats-server, `JSMaxMetadataLen`).
const MAX_METADATA: usize = 128 * 1024;

/// How a value and its JSON correspond.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
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

impl Shape {
    /// Whether the user sees it and cannot set it.
    pub fn is_shown_only(self) -> bool {
        matches!(self, Self::Subjects | Self::Retention | Self::Sources)
    }

    /// Its type in a schema.
    pub fn kind(self) -> AttributeKind {
        let text = |name: &str, doc: &str| {
            Attribute::new(name, Type::String, Mode::Optional, doc).rule(Rule::NotEmpty)
        };
        let texts = || Box::new(Type::String);
        match self {
            Self::Number(..) | Self::Bytes(_) => Type::Number.into(),
            Self::Word(_) | Self::Text | Self::Age | Self::Retention => Type::String.into(),
            Self::Metadata => Type::Map(texts()).into(),
            Self::Subjects => Type::List(texts()).into(),
            Self::Sources => Type::List(Box::new(source_type())).into(),
            Self::Placement => AttributeKind::Nested(
                Nesting::Single,
                vec![
                    text("cluster", "Name of the NATS cluster."),
                    Attribute::new(
                        "tags",
                        Type::Set(texts()),
                        Mode::Optional,
                        "Server tags that all must be there.",
                    )
                    .rule(Rule::NotEmpty)
                    .rule(Rule::Custom(tags)),
                ],
            ),
        }
    }

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

    /// The JSON of a known value that is not null; `None` if it is of another shape.
    pub fn json(self, value: &Value) -> Option<Json> {
        match self {
            Self::Placement => Some(placement_json(value)),
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
            Self::Sources => Some(value.as_list()?.iter().map(source_json).collect()),
            Self::Word(_) | Self::Text | Self::Retention => value.as_str().map(|text| json!(text)),
            Self::Number(..) | Self::Bytes(_) => value.as_i64().map(|number| json!(number)),
        }
    }

    /// The value of a setting's JSON, in the form of `like` where that means the same.
    pub fn value(self, json: &Json, like: &Value) -> Value {
        match self {
            Self::Placement
                if !like.is_unknown()
                    && normal_placement(&placement_json(like)) == normal_placement(json) =>
            {
                like.clone()
            }
            Self::Placement => placement_value(json),
            Self::Metadata => metadata_value(json, like),
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
                    .map(source_value)
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

/// A duration of zero, or of at least the 100 ms that the server demands (JetStream 10052).
pub fn age(text: &str) -> Option<Duration> {
    match duration::duration(text) {
        Some(age) => (age >= Duration::from_millis(100)).then_some(age),
        None => matches!(text, "0" | "0s" | "0m" | "0h" | "0ms").then_some(Duration::ZERO),
    }
}

/// The duration as one writes it: whole seconds where it is that, else the finest unit that it needs.
pub fn age_text(nanos: u64) -> String {
    match nanos {
        seconds if seconds % 1_000_000_000 == 0 => format!("{}s", seconds / 1_000_000_000),
        millis if millis % 1_000_000 == 0 => format!("{}ms", millis / 1_000_000),
        nanos => format!("{nanos}ns"),
    }
}

fn age_rule(value: &Value) -> Result<(), String> {
    let text = value.as_str().unwrap_or_default();
    age(text).map(|_| ()).ok_or_else(|| format!("{text:?} is neither \"0s\" nor a duration of at least 100 ms. Write a number with a unit, such as \"70s\" or \"10m\"."))
}

fn source_type() -> Type {
    let transform = Type::object([("src", Type::String), ("dest", Type::String)]);
    Type::object([
        ("name", Type::String),
        ("filter_subject", Type::String),
        ("subject_transforms", Type::list(transform)),
    ])
}

fn source_json(source: &Value) -> Json {
    let mut json = serde_json::Map::new();
    for key in ["name", "filter_subject"] {
        if let Some(text) = source.attribute(key).as_str() {
            json.insert(key.to_owned(), json!(text));
        }
    }
    let transforms = source
        .attribute("subject_transforms")
        .as_list()
        .unwrap_or_default();
    if !transforms.is_empty() {
        let end = |transform: &Value, key: &str| json!(transform.attribute(key).as_str());
        let transforms: Vec<_> = transforms
            .iter()
            .map(|transform| json!({"src": end(transform, "src"), "dest": end(transform, "dest")}))
            .collect();
        json.insert("subject_transforms".to_owned(), Json::Array(transforms));
    }
    Json::Object(json)
}

fn source_value(json: &Json) -> Value {
    let text = |json: &Json, key: &str| {
        json.get(key)
            .and_then(Json::as_str)
            .filter(|text| !text.is_empty())
            .map_or(Value::Null, Value::from)
    };
    let transforms = json
        .get("subject_transforms")
        .and_then(Json::as_array)
        .into_iter()
        .flatten();
    let transforms = transforms.map(|transform| {
        Value::object([
            ("src", text(transform, "src")),
            ("dest", text(transform, "dest")),
        ])
    });
    Value::object([
        ("name", text(json, "name")),
        ("filter_subject", text(json, "filter_subject")),
        ("subject_transforms", Value::List(transforms.collect())),
    ])
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
    match value.as_str() {
        Some("") => Err("An empty text cannot be told from none.".to_owned()),
        Some(text) if text.len() > 4096 => Err(format!(
            "It has {} bytes; the server takes at most 4096. Shorten it.",
            text.len()
        )),
        _ => Ok(()),
    }
}

/// The server would take an empty tag, which no server carries.
fn tags(value: &Value) -> Result<(), String> {
    let tags = value.as_list().unwrap_or_default();
    match tags
        .iter()
        .any(|tag| tag.as_str().is_none_or(|tag| tag.trim().is_empty()))
    {
        true => Err(
            "A tag is null or empty, and no server carries such a tag. Take it out of the list."
                .to_owned(),
        ),
        false => Ok(()),
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
    if bytes > MAX_METADATA {
        return Err(format!(
            "Keys and values have {bytes} bytes together; the server takes at most {MAX_METADATA}."
        ));
    }
    Ok(())
}

fn placement_json(placement: &Value) -> Json {
    let mut json = serde_json::Map::new();
    if let Some(cluster) = placement.attribute("cluster").as_str() {
        json.insert("cluster".to_owned(), json!(cluster));
    }
    if let Some(tags) = placement
        .attribute("tags")
        .as_list()
        .filter(|tags| !tags.is_empty())
    {
        json.insert(
            "tags".to_owned(),
            tags.iter().filter_map(Value::as_str).collect(),
        );
    }
    if json.is_empty() {
        Json::Null
    } else {
        Json::Object(json)
    }
}

/// Cluster and sorted tags: what a placement means.
fn normal_placement(json: &Json) -> (String, Vec<String>) {
    let cluster = json
        .get("cluster")
        .and_then(Json::as_str)
        .unwrap_or_default()
        .to_owned();
    let tags = json
        .get("tags")
        .and_then(Json::as_array)
        .into_iter()
        .flatten();
    let mut tags: Vec<_> = tags.filter_map(Json::as_str).map(str::to_owned).collect();
    tags.sort();
    (cluster, tags)
}

fn placement_value(json: &Json) -> Value {
    let (cluster, tags) = normal_placement(json);
    if cluster.is_empty() && tags.is_empty() {
        return Value::Null;
    }
    let cluster = if cluster.is_empty() {
        Value::Null
    } else {
        Value::from(cluster)
    };
    let tags = if tags.is_empty() {
        Value::Null
    } else {
        Value::List(tags.into_iter().map(Value::from).collect())
    };
    Value::object([("cluster", cluster), ("tags", tags)])
}

/// The live texts of the keys that `like` has. No other key is ours, also after an import: what is in the state and not
/// in the configuration would be taken away.
fn metadata_value(json: &Json, like: &Value) -> Value {
    let Value::Map(ours) = like else {
        return Value::Null;
    };
    let live = json.as_object().into_iter().flatten();
    let live = live.filter(|(key, _)| ours.contains_key(*key));
    Value::Map(
        live.filter_map(|(key, text)| Some((key.clone(), Value::from(text.as_str()?))))
            .collect(),
    )
}
