//! Values as Terraform means them: every value may be null or unknown, at any depth.
//!
//! A set is a `List` that is sorted and free of duplicates (`wire` makes it so), hence equality of values is
//! equality in Terraform's sense once both sides have the same type.

pub mod number;
mod literal;
pub mod path;

use std::collections::BTreeMap;
use std::fmt;

use crate::terraform::language::value::number::Number;
use crate::terraform::language::value::path::{Path, PathStep};

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

    /// The part that a path leads to; `None` where the path leaves the value, as behind a null or an unknown.
    pub fn get(&self, path: &Path) -> Option<&Value> {
        path.0
            .iter()
            .try_fold(self, |value, step| match (value, step) {
                (Self::Map(elements), PathStep::Attribute(name) | PathStep::Key(name)) => {
                    elements.get(name)
                }
                (Self::List(elements), PathStep::Index(index)) => elements.get(*index),
                _ => None,
            })
    }

    /// Replaces the part that a path leads to, or adds an element to an object or map that is there. Returns whether it
    /// could: nothing is made on the way.
    pub fn set(&mut self, path: &Path, value: Value) -> bool {
        let Some((last, way)) = path.0.split_last() else {
            *self = value;
            return true;
        };
        let parent = way
            .iter()
            .try_fold(self, |value, step| match (value, step) {
                (Self::Map(elements), PathStep::Attribute(name) | PathStep::Key(name)) => {
                    elements.get_mut(name)
                }
                (Self::List(elements), PathStep::Index(index)) => elements.get_mut(*index),
                _ => None,
            });
        match (parent, last) {
            (Some(Self::Map(elements)), PathStep::Attribute(name) | PathStep::Key(name)) => {
                elements.insert(name.clone(), value);
                true
            }
            (Some(Self::List(elements)), PathStep::Index(index)) if *index < elements.len() => {
                elements[*index] = value;
                true
            }
            _ => false,
        }
    }

    /// The same with null for everything unknown: what can be kept of a plan that could not be finished.
    #[must_use]
    pub fn without_unknowns(self) -> Self {
        match self {
            Self::Unknown => Self::Null,
            Self::List(elements) => {
                Self::List(elements.into_iter().map(Self::without_unknowns).collect())
            }
            Self::Map(elements) => {
                let elements = elements.into_iter();
                Self::object(elements.map(|(key, element)| (key, element.without_unknowns())))
            }
            known => known,
        }
    }

    /// An object whose attributes that are null are unknown instead: what was left open.
    #[must_use]
    pub fn with_nulls_unknown(&self) -> Self {
        match self {
            Self::Map(attributes) => Self::object(attributes.iter().map(|(name, value)| {
                let open = value.is_null();
                (name, if open { Self::Unknown } else { value.clone() })
            })),
            other => other.clone(),
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

    /// The number, if it is a known one.
    pub fn as_number(&self) -> Option<&Number> {
        match self {
            Self::Number(number) => Some(number),
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

impl From<Number> for Value {
    fn from(number: Number) -> Self {
        Self::Number(number)
    }
}

impl fmt::Display for Value {
    /// On one line, as one writes it in a configuration: `{ tags = ["a"], max = 5 }`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Unknown => f.write_str("(known after apply)"),
            Self::Bool(truth) => write!(f, "{truth}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::String(text) => f.write_str(&literal::quoted(text)),
            Self::List(elements) => {
                let elements: Vec<_> = elements.iter().map(Self::to_string).collect();
                write!(f, "[{}]", elements.join(", "))
            }
            Self::Map(elements) if elements.is_empty() => f.write_str("{}"),
            Self::Map(elements) => {
                let elements: Vec<_> = elements
                    .iter()
                    .map(|(key, element)| format!("{} = {element}", literal::key(key)))
                    .collect();
                write!(f, "{{ {} }}", elements.join(", "))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placement() -> Value {
        let tags = Value::List(vec!["a".into(), Value::Unknown]);
        let labels = Value::object([("k.y", Value::from(1))]);
        Value::object([("tags", tags), ("labels", labels), ("none", Value::Null)])
    }

    #[test]
    fn a_path_leads_to_a_part_or_nowhere() {
        let value = placement();
        let in_tags = |index| Path::attribute("tags").join(PathStep::Index(index));
        let key = Path::attribute("labels").join(PathStep::Key("k.y".to_owned()));

        assert_eq!(value.get(&Path::root()), Some(&value));
        assert_eq!(value.get(&in_tags(0)), Some(&Value::from("a")));
        assert_eq!(value.get(&key), Some(&Value::from(1)));
        assert_eq!(value.get(&in_tags(2)), None);
        assert_eq!(value.get(&Path::attribute("none").then("x")), None);
        assert_eq!(value.get(&in_tags(1).then("x")), None);
    }

    #[test]
    fn a_part_is_replaced_where_its_parent_is_there() {
        let mut value = placement();
        let in_tags = |index| Path::attribute("tags").join(PathStep::Index(index));

        assert!(value.set(&in_tags(1), "b".into()));
        assert!(value.set(&Path::attribute("labels").then("new"), true.into()));
        assert!(!value.set(&in_tags(2), "c".into()));
        assert!(!value.set(&Path::attribute("none").then("x"), "d".into()));

        assert_eq!(
            value.to_string(),
            r#"{ labels = { "k.y" = 1, new = true }, none = null, tags = ["a", "b"] }"#
        );
        assert!(value.set(&Path::root(), Value::Null));
        assert_eq!(value, Value::Null);
    }

    #[test]
    fn what_was_unknown_is_null_at_every_depth() {
        let value = placement().without_unknowns();

        assert!(value.is_wholly_known());
        assert_eq!(
            value.attribute("tags"),
            &Value::List(vec!["a".into(), Value::Null])
        );
    }

    #[test]
    fn text_is_shown_so_that_it_can_be_pasted_into_a_configuration() {
        let shown = Value::from("a\"b\\c\n\u{7}${x}%{y} é").to_string();

        assert_eq!(shown, r#""a\"b\\c\n\u0007$${x}%%{y} é""#);
        assert_eq!(Value::object::<&str>([]).to_string(), "{}");
        assert_eq!(Value::Unknown.to_string(), "(known after apply)");
    }
}
