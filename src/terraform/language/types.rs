//! What one can do with a type: write it as Terraform writes it, and hold a value against it.
//!
//! Types have two written forms, which look alike and are not: `list(string)` in a configuration and in messages,
//! `["list","string"]` in schemas and beside values of dynamic type.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::json;

use crate::terraform::language::value::Value;

/// Terraform's types.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// `true` or `false`.
    Bool,
    /// Any number.
    Number,
    /// Text.
    String,
    /// Elements in order.
    List(Box<Type>),
    /// Elements without order or duplicates.
    Set(Box<Type>),
    /// Elements by key.
    Map(Box<Type>),
    /// A fixed set of attributes.
    Object(BTreeMap<String, Type>),
    /// Elements in order, each with a type of its own.
    Tuple(Vec<Type>),
    /// Any type; the value says which on the wire.
    Dynamic,
}

/// The JSON is no type constraint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAType;

impl fmt::Display for NotAType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a type constraint")
    }
}

impl std::error::Error for NotAType {}

impl Type {
    /// A list of elements of one type.
    pub fn list(element: Self) -> Self {
        Self::List(Box::new(element))
    }

    /// A set of elements of one type.
    pub fn set(element: Self) -> Self {
        Self::Set(Box::new(element))
    }

    /// A map with values of one type.
    pub fn map(element: Self) -> Self {
        Self::Map(Box::new(element))
    }

    /// An object with these attributes.
    pub fn object<K: Into<String>>(attributes: impl IntoIterator<Item = (K, Self)>) -> Self {
        Self::Object(
            attributes
                .into_iter()
                .map(|(name, r#type)| (name.into(), r#type))
                .collect(),
        )
    }

    /// The most precise type of a value: what is sent beside a value of dynamic type. A value does not say whether it
    /// is a list or a tuple, a map or an object; tuple and object fit always.
    pub fn of(value: &Value) -> Self {
        match value {
            Value::Null | Value::Unknown => Self::Dynamic,
            Value::Bool(_) => Self::Bool,
            Value::Number(_) => Self::Number,
            Value::String(_) => Self::String,
            Value::List(elements) => Self::Tuple(elements.iter().map(Self::of).collect()),
            Value::Map(elements) => Self::object(
                elements
                    .iter()
                    .map(|(name, element)| (name.as_str(), Self::of(element))),
            ),
        }
    }

    /// As Terraform writes types in schemas: `"string"`, `["list","string"]`, `["object",{"a":"bool"}]`.
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Bool => json!("bool"),
            Self::Number => json!("number"),
            Self::String => json!("string"),
            Self::Dynamic => json!("dynamic"),
            Self::List(element) => json!(["list", element.to_json()]),
            Self::Set(element) => json!(["set", element.to_json()]),
            Self::Map(element) => json!(["map", element.to_json()]),
            Self::Tuple(elements) => {
                let elements: Vec<_> = elements.iter().map(Self::to_json).collect();
                json!(["tuple", elements])
            }
            Self::Object(attributes) => {
                let attributes: serde_json::Map<_, _> = attributes
                    .iter()
                    .map(|(name, r#type)| (name.clone(), r#type.to_json()))
                    .collect();
                json!(["object", attributes])
            }
        }
    }

    /// Reads what [`Type::to_json`] writes.
    ///
    /// # Errors
    /// [`NotAType`] if the JSON means no type.
    pub fn from_json(json: &[u8]) -> Result<Self, NotAType> {
        let json = serde_json::from_slice(json).map_err(|_| NotAType)?;
        Self::from_json_value(&json)
    }

    fn from_json_value(json: &serde_json::Value) -> Result<Self, NotAType> {
        if let Some(name) = json.as_str() {
            return match name {
                "bool" => Ok(Self::Bool),
                "number" => Ok(Self::Number),
                "string" => Ok(Self::String),
                "dynamic" => Ok(Self::Dynamic),
                _ => Err(NotAType),
            };
        }

        // A third element lists the optional attributes of an object. It matters to type conversion only.
        let (Some(constructor), Some(argument)) = (json.get(0), json.get(1)) else {
            return Err(NotAType);
        };
        match constructor.as_str() {
            Some("list") => Ok(Self::list(Self::from_json_value(argument)?)),
            Some("set") => Ok(Self::set(Self::from_json_value(argument)?)),
            Some("map") => Ok(Self::map(Self::from_json_value(argument)?)),
            Some("tuple") => {
                let elements = argument.as_array().ok_or(NotAType)?.iter();
                let elements: Result<_, _> = elements.map(Self::from_json_value).collect();
                Ok(Self::Tuple(elements?))
            }
            Some("object") => {
                let attributes = argument.as_object().ok_or(NotAType)?.iter();
                let attributes: Result<BTreeMap<_, _>, _> = attributes
                    .map(|(name, json)| Ok((name.clone(), Self::from_json_value(json)?)))
                    .collect();
                Ok(Self::Object(attributes?))
            }
            _ => Err(NotAType),
        }
    }

    /// The same value with every set in it sorted and free of duplicates.
    ///
    /// For values that were put together or changed by hand. What is read from the wire is so already.
    #[must_use]
    pub fn canonical(&self, value: Value) -> Value {
        match (self, value) {
            (Self::List(r#type), Value::List(elements)) => Value::List(
                elements
                    .into_iter()
                    .map(|element| r#type.canonical(element))
                    .collect(),
            ),
            (Self::Set(r#type), Value::List(elements)) => Value::set_of(
                elements
                    .into_iter()
                    .map(|element| r#type.canonical(element)),
            ),
            (Self::Tuple(types), Value::List(elements)) if types.len() == elements.len() => {
                let pairs = types.iter().zip(elements);
                Value::List(
                    pairs
                        .map(|(r#type, element)| r#type.canonical(element))
                        .collect(),
                )
            }
            (Self::Map(r#type), Value::Map(elements)) => Value::object(
                elements
                    .into_iter()
                    .map(|(key, element)| (key, r#type.canonical(element))),
            ),
            (Self::Object(types), Value::Map(attributes)) => {
                Value::object(attributes.into_iter().map(
                    |(name, attribute)| match types.get(&name) {
                        Some(r#type) => {
                            let attribute = r#type.canonical(attribute);
                            (name, attribute)
                        }
                        None => (name, attribute),
                    },
                ))
            }
            (_, value) => value,
        }
    }
}

impl fmt::Display for Type {
    /// As one writes it in a configuration: `list(string)`, `object({ name = string })`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool => f.write_str("bool"),
            Self::Number => f.write_str("number"),
            Self::String => f.write_str("string"),
            Self::Dynamic => f.write_str("any"),
            Self::List(element) => write!(f, "list({element})"),
            Self::Set(element) => write!(f, "set({element})"),
            Self::Map(element) => write!(f, "map({element})"),
            Self::Tuple(elements) => {
                let elements: Vec<_> = elements.iter().map(Self::to_string).collect();
                write!(f, "tuple([{}])", elements.join(", "))
            }
            Self::Object(attributes) => {
                let attributes: Vec<_> = attributes
                    .iter()
                    .map(|(name, r#type)| format!("{name} = {type}"))
                    .collect();
                write!(f, "object({{ {} }})", attributes.join(", "))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_written_as_terraform_writes_them() {
        let written = [
            (Type::Bool, r#""bool""#, "bool"),
            (Type::Dynamic, r#""dynamic""#, "any"),
            (
                Type::list(Type::String),
                r#"["list","string"]"#,
                "list(string)",
            ),
            (
                Type::map(Type::set(Type::Number)),
                r#"["map",["set","number"]]"#,
                "map(set(number))",
            ),
            (
                Type::Tuple(vec![Type::String, Type::Bool]),
                r#"["tuple",["string","bool"]]"#,
                "tuple([string, bool])",
            ),
            (
                Type::object([("a", Type::Bool), ("b", Type::String)]),
                r#"["object",{"a":"bool","b":"string"}]"#,
                "object({ a = bool, b = string })",
            ),
        ];

        for (r#type, json, hcl) in written {
            assert_eq!(r#type.to_json().to_string(), json);
            assert_eq!(r#type.to_string(), hcl);
            assert_eq!(Type::from_json(json.as_bytes()), Ok(r#type));
        }
    }

    #[test]
    fn optional_attributes_of_an_object_type_are_tolerated() {
        let json = br#"["object",{"a":"bool"},["a"]]"#;

        assert_eq!(Type::from_json(json), Ok(Type::object([("a", Type::Bool)])));
    }

    #[test]
    fn what_is_no_type_is_refused() {
        let deep = "[\"list\",".repeat(100_000);
        for json in [
            "",
            "{}",
            "1",
            "null",
            "[]",
            r#""text""#,
            r#"["list"]"#,
            r#"["list","text"]"#,
            r#"["bag","string"]"#,
            r#"["tuple","string"]"#,
            r#"["object",["string"]]"#,
            r#"["object",{"a":1}]"#,
            &deep,
        ] {
            assert_eq!(
                Type::from_json(json.as_bytes()),
                Err(NotAType),
                "{json:.40}"
            );
        }
    }

    #[test]
    fn canonical_values_have_their_sets_in_order_at_every_depth() {
        let r#type = Type::object([("a", Type::list(Type::set(Type::Number)))]);
        let unordered = Value::object([(
            "a",
            Value::List(vec![Value::List(vec![2.into(), 1.into(), 2.into()])]),
        )]);

        let canonical = r#type.canonical(unordered);

        let ordered = Value::object([(
            "a",
            Value::List(vec![Value::List(vec![1.into(), 2.into()])]),
        )]);
        assert_eq!(canonical, ordered);
    }
}
