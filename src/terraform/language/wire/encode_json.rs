//! Values as the JSON of stored states, for tests of reading it: the provider itself sends msgpack only.

use crate::terraform::language::types::Type;
use crate::terraform::language::value::Value;

/// Writes JSON as in stored states. Unknown values, which no state may hold, and what does not fit the type are written as
/// null; surplus attributes are left out.
pub(crate) fn encode_json(value: &Value, r#type: &Type) -> Vec<u8> {
    encode(value, r#type).into_bytes()
}

fn encode(value: &Value, r#type: &Type) -> String {
    match (r#type, value) {
        (Type::Bool, Value::Bool(truth)) => truth.to_string(),
        (Type::Number, Value::Number(number)) => number.to_string(),
        (Type::String, Value::String(text)) => quoted(text),
        (Type::List(r#type), Value::List(elements)) => {
            array(elements.iter().map(|element| encode(element, r#type)))
        }
        (Type::Set(r#type), Value::List(elements)) => {
            let elements = elements
                .iter()
                .map(|element| r#type.canonical(element.clone()));
            encode(&Value::set_of(elements), &Type::List(r#type.clone()))
        }
        (Type::Tuple(types), Value::List(elements)) if types.len() == elements.len() => {
            let elements = elements.iter().zip(types);
            array(elements.map(|(element, r#type)| encode(element, r#type)))
        }
        (Type::Map(r#type), Value::Map(elements)) => {
            let elements = elements.iter();
            object(elements.map(|(key, element)| (key.as_str(), encode(element, r#type))))
        }
        (Type::Object(types), Value::Map(_)) => {
            let attributes = types.iter();
            object(
                attributes
                    .map(|(name, r#type)| (name.as_str(), encode(value.attribute(name), r#type))),
            )
        }
        (
            Type::Dynamic,
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::List(_) | Value::Map(_),
        ) => {
            let r#type = Type::of(value);
            let json = r#type.to_json().to_string();
            object([("type", json), ("value", encode(value, &r#type))].into_iter())
        }
        _ => "null".to_owned(),
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn array(elements: impl Iterator<Item = String>) -> String {
    let elements: Vec<_> = elements.collect();
    format!("[{}]", elements.join(","))
}

fn object<'k>(entries: impl Iterator<Item = (&'k str, String)>) -> String {
    let entries: Vec<_> = entries
        .map(|(key, value)| format!("{}:{value}", quoted(key)))
        .collect();
    format!("{{{}}}", entries.join(","))
}
