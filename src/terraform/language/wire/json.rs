//! Values in JSON, as Terraform stores them in states.
//!
//! Read from the text token by token, not through `serde_json::Value`: that would squeeze numbers into floats. Its
//! feature `arbitrary_precision` would not, but is crate-wide and breaks async-nats, whose untagged response types then
//! meet every number as a map. `RawValue` leaves the text of each part as it is, and us to read it by type.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::terraform::language::types::Type;
use crate::terraform::language::value::Value;
use crate::terraform::language::value::path::PathStep;
use crate::terraform::language::wire::MAX_DEPTH;
use crate::terraform::language::wire::fault::{Fault, attribute, key};

/// Reads one value that takes up all of the bytes.
pub(super) fn decode(bytes: &[u8], r#type: &Type) -> Result<Value, Fault> {
    let raw: &RawValue = serde_json::from_slice(bytes)
        .map_err(|error| Fault::new(format!("the JSON is broken ({error})")))?;
    decode_text(raw.get(), r#type, MAX_DEPTH)
}

/// Reads the text of one value, which is sound JSON without space around it.
fn decode_text(text: &str, r#type: &Type, depth: usize) -> Result<Value, Fault> {
    let Some(depth) = depth.checked_sub(1) else {
        return Err(Fault::new("it is nested too deeply"));
    };
    if text == "null" {
        return Ok(Value::Null);
    }
    match r#type {
        Type::Bool => parse(text, r#type).map(Value::Bool),
        Type::String => parse(text, r#type).map(Value::String),
        Type::Number => decode_number(text),
        Type::List(element) => {
            let elements: Vec<&RawValue> = parse(text, r#type)?;
            decode_list(&elements, |_| element, depth)
        }
        Type::Tuple(types) => {
            let elements: Vec<&RawValue> = parse(text, r#type)?;
            if types.len() != elements.len() {
                return Err(Fault::length(types.len(), elements.len()));
            }
            decode_list(&elements, |index| &types[index], depth)
        }
        Type::Set(element) => {
            let elements: Vec<&RawValue> = parse(text, r#type)?;
            let elements = elements
                .iter()
                .map(|raw| decode_text(raw.get(), element, depth).map_err(Fault::within_set));
            Ok(Value::set_of(elements.collect::<Result<Vec<_>, _>>()?))
        }
        Type::Map(element) => {
            let elements: BTreeMap<String, &RawValue> = parse(text, r#type)?;
            let elements = elements.into_iter().map(|(name, raw)| {
                let element = decode_text(raw.get(), element, depth);
                let element = element.map_err(|fault| fault.within(key(&name)))?;
                Ok((name, element))
            });
            Ok(Value::Map(elements.collect::<Result<_, _>>()?))
        }
        Type::Object(types) => decode_object(&parse(text, r#type)?, types, depth),
        Type::Dynamic => decode_dynamic(&parse(text, r#type)?, depth),
    }
}

fn decode_number(text: &str) -> Result<Value, Fault> {
    // Other providers' states hold numbers as text too, where a schema once said so.
    let unquoted = match text.strip_prefix('"') {
        Some(_) => parse(text, &Type::Number)?,
        None => text.to_owned(),
    };
    let number = unquoted.parse();
    number
        .map(Value::Number)
        .map_err(|_| Fault::mismatch(&Type::Number, kind(text)))
}

fn decode_list<'t>(
    elements: &[&RawValue],
    type_at: impl Fn(usize) -> &'t Type,
    depth: usize,
) -> Result<Value, Fault> {
    let elements = elements.iter().enumerate().map(|(index, raw)| {
        decode_text(raw.get(), type_at(index), depth)
            .map_err(|fault| fault.within(PathStep::Index(index)))
    });
    Ok(Value::List(elements.collect::<Result<_, _>>()?))
}

fn decode_object(
    attributes: &BTreeMap<String, &RawValue>,
    types: &BTreeMap<String, Type>,
    depth: usize,
) -> Result<Value, Fault> {
    let attributes = types.iter().map(|(name, r#type)| {
        let value = match attributes.get(name) {
            Some(raw) => decode_text(raw.get(), r#type, depth)
                .map_err(|fault| fault.within(attribute(name)))?,
            None => Value::Null,
        };
        Ok((name.clone(), value))
    });
    Ok(Value::Map(attributes.collect::<Result<_, _>>()?))
}

fn decode_dynamic(pair: &BTreeMap<String, &RawValue>, depth: usize) -> Result<Value, Fault> {
    let (Some(r#type), Some(value)) = (pair.get("type"), pair.get("value")) else {
        return Err(Fault::mismatch(&Type::Dynamic, "a map"));
    };
    match Type::from_json(r#type.get().as_bytes()) {
        Ok(r#type) => decode_text(value.get(), &r#type, depth),
        Err(_) => Err(Fault::new("expected a type, found something else")),
    }
}

fn parse<'t, T: Deserialize<'t>>(text: &'t str, r#type: &Type) -> Result<T, Fault> {
    serde_json::from_str(text).map_err(|error| {
        if error.is_data() {
            Fault::mismatch(r#type, kind(text))
        } else {
            // The syntax is checked already, except for escapes in strings and keys.
            Fault::new(format!("the JSON is broken ({error})"))
        }
    })
}

fn kind(text: &str) -> &'static str {
    match text.as_bytes().first() {
        Some(b'n') => "null",
        Some(b't' | b'f') => "a bool",
        Some(b'"') => "a string",
        Some(b'[') => "a list",
        Some(b'{') => "a map",
        _ => "a number",
    }
}

/// Writes one value.
pub(super) fn encode(value: &Value, r#type: &Type) -> String {
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
