//! Schemas as data: what attributes a resource, data source or provider block has, and what is known of each.
//!
//! One description serves everything: the schema that Terraform loads, decoding, validation, planning and the docs.

pub mod rule;
pub mod walk;
pub mod validate;
#[cfg(test)]
mod lint;

use std::sync::OnceLock;

use crate::terraform::language::schema::rule::ValueRule;
use crate::terraform::language::types::Type;
use crate::terraform::language::value::Value;
use crate::terraform::language::value::path::{Path, PathStep};

/// The attributes of a resource, a data source or a provider block.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    /// Version of the stored state, from 0. Raised when stored states need an upgrade.
    pub version: i64,
    /// What it is for, in Markdown: the first sentence is the page's description.
    pub description: String,
    /// In the order in which the docs list them.
    pub attributes: Vec<Attribute>,
    /// See [`Schema::object_type`]; empty at first.
    pub made_type: OnceLock<Type>,
}

impl Schema {
    /// The type of a whole configuration or state. Each call of Terraform needs it several times, so it is made once.
    pub fn object_type(&self) -> &Type {
        self.made_type.get_or_init(|| object_type(&self.attributes))
    }

    /// The attribute that a path leads to or into: for `metadata["team"]` that is `metadata`.
    pub fn attribute(&self, path: &Path) -> Option<&Attribute> {
        let mut siblings = self.attributes.as_slice();
        let mut found = None;
        for step in &path.0 {
            // Positions and keys lead into a collection whose attribute is found already.
            let PathStep::Attribute(name) = step else {
                continue;
            };
            match siblings.iter().find(|sibling| sibling.name == *name) {
                Some(attribute) => {
                    found = Some(attribute);
                    siblings = attribute.nested();
                }
                // An attribute of a plain object belongs to the attribute that holds the object.
                None => return found.filter(|attribute| attribute.nested().is_empty()),
            }
        }
        found
    }
}

fn object_type(attributes: &[Attribute]) -> Type {
    Type::object(
        attributes
            .iter()
            .map(|attribute| (attribute.name.as_str(), attribute.kind.to_type())),
    )
}

/// One attribute.
#[derive(Clone, Debug)]
pub struct Attribute {
    /// snake_case.
    pub name: String,
    /// Its type, or the attributes nested in it.
    pub kind: AttributeKind,
    /// Who sets it.
    pub mode: Mode,
    /// Meaning, unit, range and what absence means, in Markdown.
    pub description: String,
    /// Whether Terraform hides its value.
    pub sensitive: bool,
    /// What takes its place, for an attribute that will go away.
    pub deprecated: Option<String>,
    /// The value when the configuration sets none (only with [`Mode::OptionalComputed`]).
    pub default: Option<Value>,
    /// Whether another value means another object, so that the resource is replaced.
    pub replaces: bool,
    /// Whether a planned update leaves the computed value as it is (else it becomes unknown).
    pub keeps: bool,
    /// What a known, non-null value must satisfy.
    pub rules: Vec<ValueRule>,
}

impl Attribute {
    /// An attribute without default, rules or other properties.
    pub fn new(
        name: &str,
        kind: impl Into<AttributeKind>,
        mode: Mode,
        description: impl Into<String>,
    ) -> Self {
        Self {
            name: name.to_owned(),
            kind: kind.into(),
            mode,
            description: description.into(),
            sensitive: false,
            deprecated: None,
            default: None,
            replaces: false,
            keeps: false,
            rules: Vec::new(),
        }
    }

    /// The attributes nested in it; none for a plain type.
    pub fn nested(&self) -> &[Attribute] {
        match &self.kind {
            AttributeKind::Plain(_) => &[],
            AttributeKind::Nested(_, attributes) => attributes,
        }
    }

    /// The same with a default, which makes it optional and computed: core allows a default nowhere else. The description
    /// names it.
    #[must_use]
    pub fn default(self, value: impl Into<Value>) -> Self {
        let value = value.into();
        Self {
            mode: Mode::OptionalComputed,
            default: Some(value.clone()),
            ..self.names_default(&value)
        }
    }

    /// The same with a description that names this value as the default, as it is written in a configuration.
    #[must_use]
    pub fn names_default(self, value: &Value) -> Self {
        Self {
            description: format!("{} Default: `{value}`.", self.description),
            ..self
        }
    }

    /// The same, hidden in Terraform's output.
    #[must_use]
    pub fn sensitive(self) -> Self {
        Self {
            sensitive: true,
            ..self
        }
    }

    /// The same, where another value replaces the resource.
    #[must_use]
    pub fn replaces(self) -> Self {
        Self {
            replaces: true,
            ..self
        }
    }

    /// The same, where an update keeps the computed value.
    #[must_use]
    pub fn keeps(self) -> Self {
        Self {
            keeps: true,
            ..self
        }
    }

    /// The same with one more rule.
    #[must_use]
    pub fn rule(mut self, rule: ValueRule) -> Self {
        self.rules.push(rule);
        self
    }
}

impl From<Type> for AttributeKind {
    fn from(r#type: Type) -> Self {
        Self::Plain(r#type)
    }
}

/// What an attribute holds.
#[derive(Clone, Debug)]
pub enum AttributeKind {
    /// A value of a type.
    Plain(Type),
    /// Objects with attributes of their own, each with mode, default and rules.
    Nested(Nesting, Vec<Attribute>),
}

impl AttributeKind {
    /// The type of the values it holds.
    pub fn to_type(&self) -> Type {
        match self {
            Self::Plain(r#type) => r#type.clone(),
            Self::Nested(Nesting::Single, attributes) => object_type(attributes),
            Self::Nested(Nesting::List, attributes) => Type::list(object_type(attributes)),
            Self::Nested(Nesting::Set, attributes) => Type::set(object_type(attributes)),
            Self::Nested(Nesting::Map, attributes) => Type::map(object_type(attributes)),
        }
    }
}

/// How the objects of a nested attribute are arranged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nesting {
    /// One object or null.
    Single,
    /// Objects in order.
    List,
    /// Objects without order or duplicates.
    Set,
    /// Objects by key.
    Map,
}

/// Who sets an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The configuration must.
    Required,
    /// The configuration may; else it is null.
    Optional,
    /// The provider does.
    Computed,
    /// The configuration may; else the provider does, by a default or from the server.
    OptionalComputed,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema() -> Schema {
        let plain = |name, r#type: Type| Attribute::new(name, r#type, Mode::Optional, "Plain.");
        let tags = plain("tags", Type::list(Type::String));
        let limits = plain("limits", Type::object([("max", Type::Number)]));
        let nested = |name, nesting, attributes| {
            Attribute::new(
                name,
                AttributeKind::Nested(nesting, attributes),
                Mode::Optional,
                "Nested.",
            )
        };
        let placement = nested("placement", Nesting::Single, vec![tags]);
        Schema {
            attributes: vec![limits, nested("buckets", Nesting::Map, vec![placement])],
            ..Schema::default()
        }
    }

    #[test]
    fn a_path_leads_to_or_into_an_attribute() {
        let schema = schema();
        let name = |path: &Path| {
            schema
                .attribute(path)
                .map(|attribute| attribute.name.as_str())
        };
        let bucket = Path::attribute("buckets").join(PathStep::Key("b".to_owned()));

        assert_eq!(name(&bucket), Some("buckets"));
        assert_eq!(name(&bucket.then("placement")), Some("placement"));
        assert_eq!(
            name(
                &bucket
                    .then("placement")
                    .then("tags")
                    .join(PathStep::Index(0))
            ),
            Some("tags")
        );
        assert_eq!(name(&Path::attribute("limits").then("max")), Some("limits"));
        assert_eq!(name(&bucket.then("tags")), None);
        assert_eq!(name(&Path::attribute("other")), None);
        assert_eq!(name(&Path::root()), None);
    }

    #[test]
    fn nested_attributes_are_objects_in_their_collection() {
        assert_eq!(
            schema().object_type().to_string(),
            "object({ buckets = map(object({ placement = object({ tags = list(string) }) })), \
             limits = object({ max = number }) })"
        );
    }
}
