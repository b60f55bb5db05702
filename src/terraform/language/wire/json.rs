//! Values from JSON, as Terraform stores them in states.
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
use crate::terraform::language::wire::path_error::{PathError, attribute, key};

/// Reads one value that takes up all of the bytes and is nested `max_depth` levels deep at most.
pub(super) fn decode(bytes: &[u8], r#type: &Type, max_depth: usize) -> Result<Value, PathError> {
    let raw: &RawValue = serde_json::from_slice(bytes)
        .map_err(|error| PathError::new(format!("the JSON is broken ({error})")))?;
    decode_text(raw.get(), r#type, max_depth)
}

/// Reads the text of one value, which is sound JSON without space around it.
fn decode_text(text: &str, r#type: &Type, depth: usize) -> Result<Value, PathError> {
    let Some(depth) = depth.checked_sub(1) else {
        return Err(PathError::new("it is nested too deeply"));
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
                return Err(PathError::length(types.len(), elements.len()));
            }
            decode_list(&elements, |index| &types[index], depth)
        }
        Type::Set(element) => {
            let elements: Vec<&RawValue> = parse(text, r#type)?;
            let elements = elements
                .iter()
                .map(|raw| decode_text(raw.get(), element, depth).map_err(PathError::within_set));
            Ok(Value::set_of(elements.collect::<Result<Vec<_>, _>>()?))
        }
        Type::Map(element) => {
            let elements: BTreeMap<String, &RawValue> = parse(text, r#type)?;
            let elements = elements.into_iter().map(|(name, raw)| {
                let element = decode_text(raw.get(), element, depth);
                let element = element.map_err(|error| error.within(key(&name)))?;
                Ok((name, element))
            });
            Ok(Value::Map(elements.collect::<Result<_, _>>()?))
        }
        Type::Object(types) => decode_object(&parse(text, r#type)?, types, depth),
        Type::Dynamic => decode_dynamic(&parse(text, r#type)?, depth),
    }
}

fn decode_number(text: &str) -> Result<Value, PathError> {
    // Other providers' states hold numbers as text too, where a schema once said so.
    let unquoted = match text.strip_prefix('"') {
        Some(_) => parse(text, &Type::Number)?,
        None => text.to_owned(),
    };
    let number = unquoted.parse();
    number
        .map(Value::Number)
        .map_err(|_| PathError::mismatch(&Type::Number, kind(text)))
}

fn decode_list<'t>(
    elements: &[&RawValue],
    type_at: impl Fn(usize) -> &'t Type,
    depth: usize,
) -> Result<Value, PathError> {
    let elements = elements.iter().enumerate().map(|(index, raw)| {
        decode_text(raw.get(), type_at(index), depth)
            .map_err(|error| error.within(PathStep::Index(index)))
    });
    Ok(Value::List(elements.collect::<Result<_, _>>()?))
}

fn decode_object(
    attributes: &BTreeMap<String, &RawValue>,
    types: &BTreeMap<String, Type>,
    depth: usize,
) -> Result<Value, PathError> {
    let attributes = types.iter().map(|(name, r#type)| {
        let value = match attributes.get(name) {
            Some(raw) => decode_text(raw.get(), r#type, depth)
                .map_err(|error| error.within(attribute(name)))?,
            None => Value::Null,
        };
        Ok((name.clone(), value))
    });
    Ok(Value::Map(attributes.collect::<Result<_, _>>()?))
}

fn decode_dynamic(pair: &BTreeMap<String, &RawValue>, depth: usize) -> Result<Value, PathError> {
    let (Some(r#type), Some(value)) = (pair.get("type"), pair.get("value")) else {
        return Err(PathError::mismatch(&Type::Dynamic, "a map"));
    };
    match Type::from_json(r#type.get().as_bytes()) {
        Ok(r#type) => decode_text(value.get(), &r#type, depth),
        Err(_) => Err(PathError::new("expected a type, found something else")),
    }
}

fn parse<'t, T: Deserialize<'t>>(text: &'t str, r#type: &Type) -> Result<T, PathError> {
    serde_json::from_str(text).map_err(|error| {
        if error.is_data() {
            PathError::mismatch(r#type, kind(text))
        } else {
            // The syntax is checked already, except for escapes in strings and keys.
            PathError::new(format!("the JSON is broken ({error})"))
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
