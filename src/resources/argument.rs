//! The arguments that set something on a bucket or stream: one row each, between Terraform's value and JetStream's JSON.
//!
//! A value that means the same as what the server holds is kept as it was written (`{}` and no placement, tags in
//! another order): Terraform compares values, and a change of mere form would be a change in every plan.

use serde_json::{Value as Json, json};

use crate::jetstream::StreamConfig;
use crate::terraform::{Attribute, Kind, Mode, Nesting, Rule, Type, Value};

/// One argument.
#[derive(Debug)]
pub struct Argument {
    /// Its name in a configuration.
    pub name: &'static str,
    /// The setting behind it, a key of a stream's configuration.
    pub key: &'static str,
    /// How value and JSON correspond.
    pub shape: Shape,
    /// What holds when the configuration says nothing.
    pub unset: Unset,
    /// Meaning, unit and range, in Markdown.
    pub doc: &'static str,
}

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
}

/// What holds when the configuration says nothing.
#[derive(Clone, Copy, Debug)]
pub enum Unset {
    /// This number, which is kept so.
    Number(i64),
    /// This word, which is kept so.
    Word(&'static str),
    /// None, which is kept so.
    None,
    /// Whatever the server has: its users write their own.
    LeftAlone,
}

/// The arguments of a bucket.
pub const BUCKET: &[Argument] = &[
    Argument {
        name: "replicas",
        key: "num_replicas",
        shape: Shape::Number(1, 5),
        unset: Unset::Number(1),
        doc: "Servers that hold a copy, 1 to 5. More than 1 needs a NATS cluster of at least as many servers. Changed in place; the apply waits until all copies are current.",
    },
    Argument {
        name: "storage",
        key: "storage",
        shape: Shape::Word(&["file", "memory"]),
        unset: Unset::Word("file"),
        doc: "`file`, or `memory`, which is empty after a restart of the server unless other replicas live on. The server never changes it on an existing bucket, so a plan that would need to is an error.",
    },
    Argument {
        name: "compression",
        key: "compression",
        shape: Shape::Word(&["none", "s2"]),
        unset: Unset::Word("none"),
        doc: "`none` or `s2`. Changed in place, but the server uses it only for what it writes after its next restart.",
    },
    Argument {
        name: "max_bytes",
        key: "max_bytes",
        shape: Shape::Bytes(i64::MAX),
        unset: Unset::Number(-1),
        doc: "Largest size in bytes, 1 or more, or -1 for no limit. A full bucket refuses new writes, it does not drop old keys. Some accounts demand a limit.",
    },
    Argument {
        name: "max_value_size",
        key: "max_msg_size",
        shape: Shape::Bytes(i32::MAX as i64),
        unset: Unset::Number(-1),
        doc: "Largest size of one value in bytes, 1 to 2147483647, or -1 for no limit.",
    },
    Argument {
        name: "history",
        key: "max_msgs_per_subject",
        shape: Shape::Number(1, 64),
        unset: Unset::Number(1),
        doc: "Values kept per key, 1 to 64. Lowering it deletes the older values at once; the plan counts them.",
    },
    Argument {
        name: "placement",
        key: "placement",
        shape: Shape::Placement,
        unset: Unset::None,
        doc: "Where the servers that hold it must be. Without it, anywhere. Changed in place: the data moves.",
    },
    Argument {
        name: "description",
        key: "description",
        shape: Shape::Text,
        unset: Unset::LeftAlone,
        doc: "Text for people, up to 4096 bytes. Left alone when not set.",
    },
    Argument {
        name: "metadata",
        key: "metadata",
        shape: Shape::Metadata,
        unset: Unset::LeftAlone,
        doc: "Text by key, for people and tools. Keys that are not set here, and the server's own `_nats.*`, are left alone.",
    },
];

impl Argument {
    /// The attribute for the common setting of all assets, or (`effective`) for one asset's own, which shows what holds.
    pub fn attribute(&self, effective: bool) -> Attribute {
        // What is left alone when not set stays in the state as it was set or imported once.
        let mode = if effective || matches!(self.unset, Unset::LeftAlone) {
            Mode::OptionalComputed
        } else {
            Mode::Optional
        };
        let mut attribute = Attribute::new(self.name, self.shape.kind(), mode, self.doc);
        attribute.rules = self.shape.rules();
        match (effective, self.unset) {
            (true, _) | (_, Unset::None | Unset::LeftAlone) => attribute,
            (false, Unset::Number(number)) => attribute.default(number),
            (false, Unset::Word(word)) => attribute.default(word),
        }
    }

    /// The JSON of a known value; `None` leaves the setting alone.
    pub fn json(&self, value: &Value) -> Option<Json> {
        match (self.shape, value) {
            (_, Value::Null) => matches!(self.unset, Unset::None).then_some(Json::Null),
            (Shape::Placement, placement) => Some(placement_json(placement)),
            (Shape::Metadata, Value::Map(entries)) => Some(
                entries
                    .iter()
                    .map(|(key, text)| (key.clone(), json!(text.as_str())))
                    .collect(),
            ),
            (_, Value::String(text)) => Some(json!(text)),
            (_, number) => number.as_i64().map(|number| json!(number)),
        }
    }

    /// What the server has, in the form of `like` where that means the same.
    pub fn value(&self, live: &StreamConfig, like: &Value) -> Value {
        let json = live.get(self.key).unwrap_or(&Json::Null);
        match self.shape {
            Shape::Placement
                if normal_placement(&placement_json(like)) == normal_placement(json)
                    && !like.is_unknown() =>
            {
                like.clone()
            }
            Shape::Placement => placement_value(json),
            Shape::Metadata => metadata_value(json, like),
            Shape::Text if json.as_str() == Some("") => Value::Null,
            _ => json
                .as_str()
                .map(Value::from)
                .or_else(|| json.as_i64().map(Value::from))
                .unwrap_or_default(),
        }
    }
}

impl Shape {
    fn kind(self) -> Kind {
        match self {
            Self::Number(..) | Self::Bytes(_) => Type::Number.into(),
            Self::Word(_) | Self::Text => Type::String.into(),
            Self::Metadata => Type::Map(Box::new(Type::String)).into(),
            Self::Placement => Kind::Nested(
                Nesting::Single,
                vec![
                    Attribute::new(
                        "cluster",
                        Type::String,
                        Mode::Optional,
                        "Name of the NATS cluster.",
                    )
                    .rule(Rule::NotEmpty),
                    Attribute::new(
                        "tags",
                        Type::Set(Box::new(Type::String)),
                        Mode::Optional,
                        "Server tags that all must be there.",
                    )
                    .rule(Rule::NotEmpty),
                ],
            ),
        }
    }

    fn rules(self) -> Vec<Rule> {
        match self {
            Self::Number(min, max) => vec![Rule::Range { min, max }],
            Self::Bytes(max) => vec![Rule::Range { min: -1, max }, Rule::Custom(not_zero)],
            Self::Word(words) => vec![Rule::OneOf(words)],
            Self::Text => vec![Rule::Custom(short_text)],
            Self::Metadata => vec![Rule::Custom(own_keys)],
            Self::Placement => Vec::new(),
        }
    }
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
        Some("") => Err(
            "An empty text cannot be told from none. Leave the argument out, or write something."
                .to_owned(),
        ),
        Some(text) if text.len() > 4096 => Err(format!(
            "It has {} bytes; the server takes at most 4096. Shorten it.",
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
    match bad.is_empty() {
        true => Ok(()),
        false => Err(format!(
            "The keys {} cannot be set: a key must not be empty nor start with `_nats.`, which is the server's own, and needs a value. Remove them.",
            bad.join(", ")
        )),
    }
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
