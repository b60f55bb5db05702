//! Values in msgpack, as Terraform sends them and wants them back.
//!
//! Three things surprise. Unknown is any extension type: 0 is plain, 12 carries refinements, and only 0 may be sent.
//! A number is an int, a float, or text where neither is exact. A value of dynamic type is a pair of its type and itself.

use std::collections::BTreeMap;

use rmpv::ValueRef;
use rmpv::decode::read_value_ref_with_max_depth;

use crate::terraform::language::types::Type;
use crate::terraform::language::value::Value;
use crate::terraform::language::value::number::Number;
use crate::terraform::language::value::path::PathStep;
use crate::terraform::language::wire::path_error::{PathError, attribute, key};

/// Reads one value that takes up all of the bytes and is nested `max_depth` levels deep at most.
pub(super) fn decode(bytes: &[u8], r#type: &Type, max_depth: usize) -> Result<Value, PathError> {
    let mut rest = bytes;
    // rmpv counts two for every level: the collection and its content.
    let tree = read_value_ref_with_max_depth(&mut rest, max_depth * 2)
        .map_err(|error| PathError::new(format!("the msgpack is broken ({error})")))?;
    if !rest.is_empty() {
        return Err(PathError::new(format!(
            "the msgpack has {} additional bytes at its end",
            rest.len()
        )));
    }
    decode_tree(&tree, r#type)
}

fn decode_tree(tree: &ValueRef<'_>, r#type: &Type) -> Result<Value, PathError> {
    match (r#type, tree) {
        (_, ValueRef::Nil) => Ok(Value::Null),
        (_, ValueRef::Ext(..)) => Ok(Value::Unknown),
        (Type::Bool, ValueRef::Boolean(truth)) => Ok(Value::Bool(*truth)),
        (Type::Number, _) => decode_number(tree),
        (Type::String, ValueRef::String(_)) => Ok(Value::from(text(tree)?)),
        (Type::List(element), ValueRef::Array(elements)) => decode_list(elements, |_| element),
        (Type::Tuple(types), ValueRef::Array(elements)) if types.len() == elements.len() => {
            decode_list(elements, |index| &types[index])
        }
        (Type::Tuple(types), ValueRef::Array(elements)) => {
            Err(PathError::length(types.len(), elements.len()))
        }
        (Type::Set(element), ValueRef::Array(elements)) => decode_set(elements, element),
        (Type::Map(element), ValueRef::Map(entries)) => decode_map(entries, element),
        (Type::Object(types), ValueRef::Map(entries)) => decode_object(entries, types),
        (Type::Dynamic, ValueRef::Array(pair)) => decode_dynamic(pair),
        _ => Err(PathError::mismatch(r#type, kind(tree))),
    }
}

fn decode_number(tree: &ValueRef<'_>) -> Result<Value, PathError> {
    let number = match tree {
        ValueRef::Integer(integer) => match integer.as_u64() {
            Some(unsigned) => Some(Number::from_u64(unsigned)),
            None => integer.as_i64().map(Number::from),
        },
        ValueRef::F32(float) => Number::try_from(f64::from(*float)).ok(),
        ValueRef::F64(float) => Number::try_from(*float).ok(),
        ValueRef::String(_) => text(tree)?.parse().ok(),
        _ => return Err(PathError::mismatch(&Type::Number, kind(tree))),
    };
    match number {
        Some(number) => Ok(Value::Number(number)),
        None => Err(PathError::mismatch(
            &Type::Number,
            "text that is not a number",
        )),
    }
}

fn decode_list<'t>(
    elements: &[ValueRef<'_>],
    type_at: impl Fn(usize) -> &'t Type,
) -> Result<Value, PathError> {
    let elements = elements.iter().enumerate().map(|(index, element)| {
        decode_tree(element, type_at(index)).map_err(|error| error.within(PathStep::Index(index)))
    });
    Ok(Value::List(elements.collect::<Result<_, _>>()?))
}

fn decode_set(elements: &[ValueRef<'_>], r#type: &Type) -> Result<Value, PathError> {
    let elements = elements
        .iter()
        .map(|element| decode_tree(element, r#type).map_err(PathError::within_set));
    Ok(Value::set_of(elements.collect::<Result<Vec<_>, _>>()?))
}

fn decode_map(entries: &[(ValueRef<'_>, ValueRef<'_>)], r#type: &Type) -> Result<Value, PathError> {
    let mut elements = BTreeMap::new();
    for (name, element) in entries {
        let name = text(name)?;
        let element = decode_tree(element, r#type).map_err(|error| error.within(key(name)))?;
        if elements.insert(name.to_owned(), element).is_some() {
            return Err(PathError::twice(key(name)));
        }
    }
    Ok(Value::Map(elements))
}

fn decode_object(
    entries: &[(ValueRef<'_>, ValueRef<'_>)],
    types: &BTreeMap<String, Type>,
) -> Result<Value, PathError> {
    let mut attributes = BTreeMap::new();
    for (name, value) in entries {
        let name = text(name)?;
        let r#type = types.get(name).ok_or_else(|| PathError::surplus(name))?;
        let value = decode_tree(value, r#type).map_err(|error| error.within(attribute(name)))?;
        if attributes.insert(name.to_owned(), value).is_some() {
            return Err(PathError::twice(attribute(name)));
        }
    }
    match types
        .iter()
        .find(|(name, _)| !attributes.contains_key(*name))
    {
        Some((name, r#type)) => Err(PathError::missing(name, r#type)),
        None => Ok(Value::Map(attributes)),
    }
}

fn decode_dynamic(pair: &[ValueRef<'_>]) -> Result<Value, PathError> {
    let json = |tree: &ValueRef<'_>| match tree {
        ValueRef::Binary(bytes) => Type::from_json(bytes).ok(),
        ValueRef::String(text) => Type::from_json(text.as_bytes()).ok(),
        _ => None,
    };
    match pair {
        [r#type, value] => match json(r#type) {
            Some(r#type) => decode_tree(value, &r#type),
            None => Err(PathError::new("expected a type, found something else")),
        },
        _ => Err(PathError::mismatch(&Type::Dynamic, "a list")),
    }
}

fn text<'t>(tree: &'t ValueRef<'_>) -> Result<&'t str, PathError> {
    match tree {
        ValueRef::String(text) => text
            .as_str()
            .ok_or_else(|| PathError::mismatch(&Type::String, "text that is not UTF-8")),
        _ => Err(PathError::mismatch(&Type::String, kind(tree))),
    }
}

fn kind(tree: &ValueRef<'_>) -> &'static str {
    match tree {
        ValueRef::Nil => "null",
        ValueRef::Boolean(_) => "a bool",
        ValueRef::Integer(_) | ValueRef::F32(_) | ValueRef::F64(_) => "a number",
        ValueRef::String(_) => "a string",
        ValueRef::Binary(_) => "bytes",
        ValueRef::Array(_) => "a list",
        ValueRef::Map(_) => "a map",
        ValueRef::Ext(..) => "an unknown value",
    }
}

/// Writes one value.
pub(super) fn encode(value: &Value, r#type: &Type) -> Vec<u8> {
    let mut bytes = Vec::new();
    // Writing to a vector does not fail, and the depth is the depth of the type.
    let _ = rmpv::encode::write_value(&mut bytes, &encode_tree(value, r#type));
    bytes
}

fn encode_tree(value: &Value, r#type: &Type) -> rmpv::Value {
    match (r#type, value) {
        (_, Value::Unknown) => rmpv::Value::Ext(0, vec![0]),
        (Type::Bool, Value::Bool(truth)) => rmpv::Value::Boolean(*truth),
        (Type::Number, Value::Number(number)) => encode_number(number),
        (Type::String, Value::String(text)) => rmpv::Value::from(text.as_str()),
        (Type::List(r#type), Value::List(elements)) => {
            let elements = elements.iter().map(|element| encode_tree(element, r#type));
            rmpv::Value::Array(elements.collect())
        }
        (Type::Set(r#type), Value::List(elements)) => {
            let elements = elements
                .iter()
                .map(|element| r#type.canonical(element.clone()));
            encode_tree(&Value::set_of(elements), &Type::List(r#type.clone()))
        }
        (Type::Tuple(types), Value::List(elements)) if types.len() == elements.len() => {
            let elements = elements.iter().zip(types);
            rmpv::Value::Array(
                elements
                    .map(|(element, r#type)| encode_tree(element, r#type))
                    .collect(),
            )
        }
        (Type::Map(r#type), Value::Map(elements)) => {
            let elements = elements.iter();
            let elements =
                elements.map(|(key, element)| (key.as_str().into(), encode_tree(element, r#type)));
            rmpv::Value::Map(elements.collect())
        }
        (Type::Object(types), Value::Map(_)) => {
            let attributes = types.iter().map(|(name, r#type)| {
                let attribute = encode_tree(value.attribute(name), r#type);
                (name.as_str().into(), attribute)
            });
            rmpv::Value::Map(attributes.collect())
        }
        (Type::Dynamic, Value::Null) => rmpv::Value::Nil,
        (Type::Dynamic, _) => {
            let r#type = Type::of(value);
            let json = r#type.to_json().to_string().into_bytes();
            rmpv::Value::Array(vec![rmpv::Value::Binary(json), encode_tree(value, &r#type)])
        }
        _ => rmpv::Value::Nil,
    }
}

fn encode_number(number: &Number) -> rmpv::Value {
    if let Some(integer) = number.as_i64() {
        rmpv::Value::from(integer)
    } else if let Some(integer) = number.as_u64() {
        rmpv::Value::from(integer)
    } else if let Some(float) = number.as_exact_f64().filter(|_| !number.is_whole()) {
        rmpv::Value::from(float)
    } else {
        rmpv::Value::from(number.to_string())
    }
}
