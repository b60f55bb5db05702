//! Values for the cells, all from the tables: examples, ranges, words, and what absence means.

use serde_json::{Map, Value, json};
use terraform_provider_wasmcloud::testing::catalogue::Asset;
use terraform_provider_wasmcloud::testing::jetstream::{
    SETTINGS, Setting, SettingKind, StreamConfig,
};
use terraform_provider_wasmcloud::testing::resources::Codec;
use terraform_provider_wasmcloud::testing::resources::{Argument, Unset};
use terraform_provider_wasmcloud::testing::terraform::language::Value as Terraform;

/// A configuration as the provider's half that speaks JetStream knows it.
pub fn config(value: &Value) -> StreamConfig {
    StreamConfig::from_value(value.clone()).expect("an object")
}

/// The argument behind a row, where a user of the asset can set one.
pub fn argument(asset: &Asset, row: &Setting) -> Option<&'static Argument> {
    let mut arguments = asset.arguments().iter();
    arguments.find(|argument| argument.key == row.key && !argument.shape.is_shown_only())
}

/// Whether it is a number, which can go up and down.
pub fn is_number(row: &Setting) -> bool {
    row.range().is_some()
}

/// The row's example.
pub fn example(row: &Setting) -> Option<Value> {
    (!row.example.is_empty()).then(|| serde_json::from_str(row.example).expect("JSON in the table"))
}

/// Values that another client may give a setting that has the value `live`, the best first.
pub fn alternatives(row: &Setting, live: &Value, own: &str) -> Vec<Value> {
    let mut values: Vec<Value> = example(row).into_iter().collect();
    values.push(row.default(&StreamConfig::named("x")));
    match row.kind {
        SettingKind::Bool => values.extend([json!(true), json!(false)]),
        SettingKind::Choice(words) => values.extend(words.iter().map(|word| json!(word))),
        SettingKind::Texts => {
            let mut more = live.as_array().cloned().unwrap_or_default();
            more.push(json!(format!("{own}.>")));
            values = vec![Value::Array(more)];
        }
        SettingKind::Text { .. } if row.key == "name" => values = vec![json!("RENAMED")],
        _ => {}
    }
    let (min, max) = row.range().unwrap_or_default();
    if let (Some(live), true) = (live.as_i64(), is_number(row)) {
        let near = [
            live.saturating_mul(2),
            live / 2,
            live.saturating_add(1),
            live.saturating_sub(1),
        ];
        let legal = near.iter().filter(|near| (min.max(1)..=max).contains(near));
        values.extend(legal.map(|near| json!(near)));
    }
    let normal = |value: &Value| {
        let mut config = StreamConfig::named("x");
        config.set(row.key, value.clone());
        config.normal().get(row.key).cloned()
    };
    let live = normal(live);
    values.retain(|value| normal(value) != live);
    values
}

/// How tight a number is: what is unlimited is the largest.
pub fn order(row: &Setting, value: &Value) -> i64 {
    let number = value.as_i64().unwrap_or_default();
    match row.kind {
        SettingKind::Limit { .. } if number < 1 => i64::MAX,
        SettingKind::Nanos { .. } if number == 0 && row.key == "max_age" => i64::MAX,
        _ => number,
    }
}

/// Edits of a whole configuration that give the setting this value, the most modest first: alone, with what the row
/// requires, and with any one other setting back at the server's default besides, in case it stands in the way.
pub fn edits(row: &Setting, live: &Value, value: &Value) -> Vec<Value> {
    let own = Map::from_iter([(row.key.to_owned(), value.clone())]);
    let mut alone = live.clone();
    lay(&mut alone, own.clone());
    let mut edits = vec![alone];
    let mut modest = live.clone();
    if Some(value) == example(row).as_ref() {
        let required: Map<String, Value> =
            serde_json::from_str(row.requires).expect("JSON in the table");
        lay(&mut modest, required);
    }
    lay(&mut modest, own);
    edits.push(modest.clone());
    for other in SETTINGS.iter().filter(|other| other.key != row.key) {
        let default = other.default(&config(live));
        let differs = live
            .get(other.key)
            .is_some_and(|live| *live != default && !live.is_null());
        if differs && !matches!(other.key, "name" | "metadata" | "subjects") {
            let mut edit = modest.clone();
            lay(
                &mut edit,
                Map::from_iter([(other.key.to_owned(), default.clone())]),
            );
            edits.push(edit);
        }
    }
    edits
}

/// Lays keys over a configuration; null takes away.
fn lay(config: &mut Value, keys: Map<String, Value>) {
    let config = config.as_object_mut().expect("an object");
    config.extend(keys);
    config.retain(|_, value| !value.is_null());
}

/// The values that a user gives an argument, one after the other, with the name of the way to each. `scale` makes the
/// examples larger, where a user of the asset chokes on the small ones of the table.
pub fn story(
    asset: &Asset,
    argument: &Argument,
    row: &Setting,
    scale: i64,
) -> Vec<(&'static str, Terraform)> {
    let unset = argument.unset_value(asset);
    let json = |value: &Terraform| argument.json(value).unwrap_or_default();
    let value = |json: Value| {
        let mut config = StreamConfig::named("x");
        config.set(row.key, scaled(&json, scale));
        // Only keys that are ours are shown.
        let like = match &argument.shape {
            Codec::Metadata => Terraform::object([("team", "x".into())]),
            _ => Terraform::Null,
        };
        argument.value(&config, &like)
    };
    let mut others = alternatives(row, &json(&unset), "x").into_iter().map(value);
    let set = others
        .find(|value| !value.is_null() && *value != unset)
        .expect("another value");
    let mut story = vec![("set", set.clone())];
    match argument.shape {
        Codec::Number(min, max) => {
            story.extend(up_and_down(&set, min, max).map(|(way, number)| (way, number.into())))
        }
        Codec::Bytes(max) => {
            story.extend(up_and_down(&set, 1, max).map(|(way, number)| (way, number.into())))
        }
        Codec::Age => {
            let nanos = json(&set).as_i64().expect("nanoseconds");
            story.extend([
                ("up", value(json!(nanos / scale * 2))),
                ("down", value(json!(nanos / scale))),
            ]);
        }
        Codec::Text => story.push(("change", "another".into())),
        Codec::Metadata => story.push(("change", Terraform::object([("team", "another".into())]))),
        Codec::Placement => story.push(("change", value(json!({ "tags": ["another"] })))),
        // The other word is the default.
        Codec::Word(_) => {}
        Codec::Subjects | Codec::Retention | Codec::Sources => {}
    }
    story.push(("unset", Terraform::Null));
    story
}

/// A number, larger.
fn scaled(value: &Value, scale: i64) -> Value {
    match value.as_i64() {
        Some(number) if number > 0 => json!(number.saturating_mul(scale)),
        _ => value.clone(),
    }
}

fn up_and_down(set: &Terraform, min: i64, max: i64) -> [(&'static str, i64); 2] {
    let number = set.as_i64().expect("a number");
    [
        ("up", number.saturating_mul(2).saturating_add(1).min(max)),
        ("down", number.max(min)),
    ]
}

/// Whether what others have written stays where the user sets nothing.
pub fn is_left_alone(argument: &Argument) -> bool {
    matches!(argument.unset, Unset::LeftAlone)
}

/// A value as it stands in a configuration.
pub fn json(value: &Terraform) -> Value {
    match value {
        Terraform::Null | Terraform::Unknown => Value::Null,
        Terraform::Bool(flag) => json!(flag),
        Terraform::Number(number) => json!(number.as_i64().expect("a whole number")),
        Terraform::String(text) => json!(text),
        Terraform::List(elements) => elements.iter().map(json).collect(),
        Terraform::Map(members) => {
            let members = members.iter().filter(|(_, value)| !value.is_null());
            Value::Object(
                members
                    .map(|(name, value)| (name.clone(), json(value)))
                    .collect(),
            )
        }
    }
}
