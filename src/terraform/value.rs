//! Values as Terraform means them: every value may be null or unknown, at any depth.
//!
//! A set is a `List` that is sorted and free of duplicates (`wire` makes it so), hence equality of values is
//! equality in Terraform's sense once both sides have the same type.

use std::collections::BTreeMap;

pub use crate::terraform::number::Number;

/// A value of any Terraform type. What type it has is said by the schema, not by the value.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// Absent. For an optional argument: not set in the configuration.
    #[default]
    Null,
    /// Not known until apply. Refinements that Terraform sends with it are not kept.
    Unknown,
    /// `true` or `false`.
    Bool(bool),
    /// A number of any size and precision.
    Number(Number),
    /// Text, in Unicode normal form C.
    String(String),
    /// A list or tuple in order, or a set, sorted.
    List(Vec<Value>),
    /// A map or an object. An object has every attribute of its type.
    Map(BTreeMap<String, Value>),
}

impl Value {
    /// An object from its attributes.
    pub fn object<K: Into<String>>(attributes: impl IntoIterator<Item = (K, Value)>) -> Self {
        Self::Map(
            attributes
                .into_iter()
                .map(|(name, value)| (name.into(), value))
                .collect(),
        )
    }

    /// A set from its elements in any order: sorted and without duplicates. Elements that are not wholly known stay, since
    /// two of them may turn out to differ.
    pub fn set_of(elements: impl IntoIterator<Item = Value>) -> Self {
        let mut elements: Vec<_> = elements.into_iter().collect();
        elements.sort();
        elements.dedup_by(|next, element| next == element && element.is_wholly_known());
        Self::List(elements)
    }

    /// Whether it is null.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether it is itself unknown (not merely something inside it).
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown)
    }

    /// Whether neither it nor anything inside it is unknown.
    pub fn is_wholly_known(&self) -> bool {
        match self {
            Self::Unknown => false,
            Self::List(elements) => elements.iter().all(Self::is_wholly_known),
            Self::Map(elements) => elements.values().all(Self::is_wholly_known),
            _ => true,
        }
    }

    /// The attribute `name` of an object; null when this is no object or has no such attribute.
    pub fn attribute(&self, name: &str) -> &Value {
        const NULL: &Value = &Value::Null;
        match self {
            Self::Map(attributes) => attributes.get(name).unwrap_or(NULL),
            _ => NULL,
        }
    }

    /// Sets the attribute `name`; does nothing unless this is an object.
    pub fn set_attribute(&mut self, name: &str, value: Value) {
        if let Self::Map(attributes) = self {
            attributes.insert(name.to_owned(), value);
        }
    }

    /// The text, if it is a known string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The truth value, if it is a known bool.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(truth) => Some(*truth),
            _ => None,
        }
    }

    /// The number, if it is a known whole number that fits.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Number(number) => number.as_i64(),
            _ => None,
        }
    }

    /// The elements, if it is a known list, tuple or set.
    pub fn as_list(&self) -> Option<&[Value]> {
        match self {
            Self::List(elements) => Some(elements),
            _ => None,
        }
    }

    /// The elements, if it is a known map or object.
    pub fn as_map(&self) -> Option<&BTreeMap<String, Value>> {
        match self {
            Self::Map(elements) => Some(elements),
            _ => None,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(text)
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Self::Bool(truth)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(Number::from(number))
    }
}
