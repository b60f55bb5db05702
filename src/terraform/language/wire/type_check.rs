//! Whether a value is of a type: `encode` does not check that.

use std::collections::BTreeMap;

use crate::terraform::language::diagnostics::{Diagnostic, Diagnostics};
use crate::terraform::language::types::Type;
use crate::terraform::language::value::Value;
use crate::terraform::language::value::path::{Path, PathStep};
use crate::terraform::language::wire::path_error::{PathError, attribute, key};

/// Every part of a value that is not of the type, one error each. Null and unknown are of every type.
///
/// For values that the provider itself puts together: each is a bug in it.
pub fn mismatches(value: &Value, r#type: &Type) -> Diagnostics {
    let mut found = Vec::new();
    check(value, r#type, &Path::root(), &mut found);
    Diagnostics(found)
}

fn check(value: &Value, r#type: &Type, path: &Path, found: &mut Vec<Diagnostic>) {
    match (r#type, value) {
        (_, Value::Null | Value::Unknown)
        | (Type::Dynamic, _)
        | (Type::Bool, Value::Bool(_))
        | (Type::Number, Value::Number(_))
        | (Type::String, Value::String(_)) => {}
        (Type::List(r#type), Value::List(elements)) => {
            for (index, element) in elements.iter().enumerate() {
                check(element, r#type, &path.join(PathStep::Index(index)), found);
            }
        }
        (Type::Set(r#type), Value::List(elements)) => {
            // Elements of sets have no address, so their paths end at the set.
            let before = found.len();
            for element in elements {
                check(element, r#type, path, found);
            }
            for diagnostic in &mut found[before..] {
                diagnostic.path = path.clone();
            }
        }
        (Type::Tuple(types), Value::List(elements)) if types.len() == elements.len() => {
            for (index, (element, r#type)) in elements.iter().zip(types).enumerate() {
                check(element, r#type, &path.join(PathStep::Index(index)), found);
            }
        }
        (Type::Tuple(types), Value::List(elements)) => {
            found.push(bug(PathError::length(types.len(), elements.len()), path));
        }
        (Type::Map(r#type), Value::Map(elements)) => {
            for (name, element) in elements {
                check(element, r#type, &path.join(key(name)), found);
            }
        }
        (Type::Object(types), Value::Map(attributes)) => {
            check_object(attributes, types, path, found);
        }
        _ => found.push(bug(PathError::mismatch(r#type, kind(value)), path)),
    }
}

fn check_object(
    attributes: &BTreeMap<String, Value>,
    types: &BTreeMap<String, Type>,
    path: &Path,
    found: &mut Vec<Diagnostic>,
) {
    for (name, r#type) in types {
        match attributes.get(name) {
            Some(value) => check(value, r#type, &path.join(attribute(name)), found),
            None => found.push(bug(PathError::missing(name, r#type), path)),
        }
    }
    for name in attributes.keys().filter(|name| !types.contains_key(*name)) {
        found.push(bug(PathError::surplus(name), path));
    }
}

fn bug(error: PathError, path: &Path) -> Diagnostic {
    error.inside(path).into_diagnostic(
        "The provider created a value that does not match its schema",
        "This is a bug in the provider; please report it.",
    )
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Unknown => "an unknown value",
        Value::Bool(_) => "a bool",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::List(_) => "a list",
        Value::Map(_) => "a map",
    }
}
