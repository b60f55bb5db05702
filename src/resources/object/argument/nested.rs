//! The codecs of values with members: sources, placement, metadata.

use serde_json::{Value as Json, json};

use crate::terraform::language::{Attribute, AttributeKind, Mode, Nesting, Type, Value, ValueRule};

/// The attributes of one source, which are shown and cannot be set.
pub fn source_attributes() -> Vec<Attribute> {
    let shown = |name: &str, doc: &str| Attribute::new(name, Type::String, Mode::Computed, doc);
    let transform = vec![
        shown("src", "Subjects to transform, with wildcards."),
        shown(
            "dest",
            "The subject that a message gets, with the wildcards of `src`.",
        ),
    ];
    vec![
        shown("name", "Name of the stream that the messages come from."),
        shown(
            "filter_subject",
            "Only messages with this subject are sourced. Null if there is no filter, or if `subject_transforms` select the messages.",
        ),
        Attribute::new(
            "subject_transforms",
            AttributeKind::Nested(Nesting::List, transform),
            Mode::Computed,
            "How subjects change; only messages whose subject matches a `src` are sourced. Empty if there is none.",
        ),
    ]
}

/// The JSON of one source.
pub fn source_json(source: &Value) -> Json {
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

/// The value of one source.
pub fn source_value(json: &Json) -> Value {
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

/// The attributes of a placement.
pub fn placement_attributes() -> Vec<Attribute> {
    let part = |name: &str, r#type: Type, doc: &str| {
        Attribute::new(name, r#type, Mode::Optional, doc).rule(ValueRule::NotEmpty)
    };
    vec![
        part("cluster", Type::String, "Name of the NATS cluster whose servers may store it. A change moves the data to that cluster. Without it, any cluster may."),
        part(
            "tags",
            Type::set(Type::String),
            "Tags that each server must have (`server_tags` in its configuration), at least one. A change moves the data to servers that have them. Without it, no tags are required.",
        )
        .rule(ValueRule::Custom(tags)),
    ]
}

/// The server would take an empty tag, which no server carries.
fn tags(value: &Value) -> Result<(), String> {
    let tags = value.as_list().unwrap_or_default();
    match tags
        .iter()
        .any(|tag| tag.as_str().is_none_or(|tag| tag.trim().is_empty()))
    {
        true => Err(
            "A tag is null or empty, and no server has such a tag. Remove it from the list."
                .to_owned(),
        ),
        false => Ok(()),
    }
}

/// The JSON of a placement; null if it says nothing.
pub fn placement_json(placement: &Value) -> Json {
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

/// Whether two placements mean the same.
pub fn is_same_placement(one: &Json, other: &Json) -> bool {
    normal_placement(one) == normal_placement(other)
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

/// The value of a placement; null if it says nothing.
pub fn placement_value(json: &Json) -> Value {
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

/// The live texts of the keys that `like` has. No other key is ours: what is in the state and not in the configuration
/// would be taken away.
pub fn metadata_value(json: &Json, like: &Value) -> Value {
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
