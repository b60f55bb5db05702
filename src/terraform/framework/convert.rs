//! Our schemas, paths, diagnostics and values as messages of the plugin protocol, and values back.
//!
//! An attribute has either a type or a nested type: Terraform refuses to load a schema that says both.

use crate::terraform::language::diagnostics::{Diagnostic, Diagnostics, Severity};
use crate::terraform::language::schema::{Attribute, AttributeKind, Mode, Nesting, Schema};
use crate::terraform::language::types::Type;
use crate::terraform::language::value::Value;
use crate::terraform::language::value::path::{Path, PathStep};
use crate::terraform::language::wire;
use crate::terraform::proto::tfplugin6;
use crate::terraform::proto::tfplugin6::attribute_path::{self, step::Selector};
use crate::terraform::proto::tfplugin6::schema::object::NestingMode;

/// Reads a value in whichever form it came. No message and an empty one are null.
///
/// # Errors
/// A diagnostic with the path of the first part that does not fit the type.
pub fn decode(
    message: Option<&tfplugin6::DynamicValue>,
    r#type: &Type,
) -> Result<Value, Diagnostics> {
    match message {
        None => Ok(Value::Null),
        Some(message) if message.msgpack.is_empty() => wire::decode_json(&message.json, r#type),
        Some(message) => wire::decode_msgpack(&message.msgpack, r#type),
    }
}

/// Writes a value as Terraform wants it, in msgpack. What does not fit the type becomes null: see [`wire::mismatches`].
pub fn encode(value: &Value, r#type: &Type) -> tfplugin6::DynamicValue {
    tfplugin6::DynamicValue {
        msgpack: wire::encode_msgpack(value, r#type),
        json: Vec::new(),
    }
}

/// A schema as Terraform loads it. Defaults and rules stay here: the protocol does not know them.
pub fn schema(schema: &Schema) -> tfplugin6::Schema {
    tfplugin6::Schema {
        version: schema.version,
        block: Some(tfplugin6::schema::Block {
            version: schema.version,
            attributes: schema.attributes.iter().map(attribute).collect(),
            description: schema.description.clone(),
            description_kind: tfplugin6::StringKind::Markdown.into(),
            ..Default::default()
        }),
    }
}

/// The attributes that identify an object.
pub fn identity_schema(schema: &Schema) -> tfplugin6::ResourceIdentitySchema {
    let attributes = schema.attributes.iter().map(|attribute| {
        tfplugin6::resource_identity_schema::IdentityAttribute {
            name: attribute.name.clone(),
            r#type: attribute.kind.to_type().to_json().to_string().into_bytes(),
            required_for_import: attribute.mode == Mode::Required,
            optional_for_import: attribute.mode == Mode::Optional,
            description: attribute.description.clone(),
        }
    });
    tfplugin6::ResourceIdentitySchema {
        version: schema.version,
        identity_attributes: attributes.collect(),
    }
}

/// Reads an identity; null where there is none.
///
/// # Errors
/// As [`decode`].
pub fn decode_identity(
    message: Option<tfplugin6::ResourceIdentityData>,
    schema: &Schema,
) -> Result<Value, Diagnostics> {
    let data = message.and_then(|message| message.identity_data);
    decode(data.as_ref(), schema.object_type())
}

/// An identity; nothing where there is no object.
pub fn identity(identity: &Value, schema: &Schema) -> Option<tfplugin6::ResourceIdentityData> {
    (!identity.is_null()).then(|| tfplugin6::ResourceIdentityData {
        identity_data: Some(encode(identity, schema.object_type())),
    })
}

fn attribute(attribute: &Attribute) -> tfplugin6::schema::Attribute {
    let (r#type, nested_type) = match &attribute.kind {
        AttributeKind::Plain(r#type) => (r#type.to_json().to_string().into_bytes(), None),
        AttributeKind::Nested(nesting, attributes) => {
            (Vec::new(), Some(object(*nesting, attributes)))
        }
    };
    tfplugin6::schema::Attribute {
        name: attribute.name.clone(),
        r#type,
        nested_type,
        description: attribute.description.clone(),
        description_kind: tfplugin6::StringKind::Markdown.into(),
        required: attribute.mode == Mode::Required,
        optional: matches!(attribute.mode, Mode::Optional | Mode::OptionalComputed),
        computed: matches!(attribute.mode, Mode::Computed | Mode::OptionalComputed),
        sensitive: attribute.sensitive,
        deprecated: attribute.deprecated.is_some(),
        deprecation_message: attribute.deprecated.clone().unwrap_or_default(),
        write_only: false,
    }
}

fn object(nesting: Nesting, attributes: &[Attribute]) -> tfplugin6::schema::Object {
    let nesting = match nesting {
        Nesting::Single => NestingMode::Single,
        Nesting::List => NestingMode::List,
        Nesting::Set => NestingMode::Set,
        Nesting::Map => NestingMode::Map,
    };
    tfplugin6::schema::Object {
        attributes: attributes.iter().map(attribute).collect(),
        nesting: nesting.into(),
        ..Default::default()
    }
}

/// All messages of a call, in order.
pub fn diagnostics(diagnostics: impl Into<Diagnostics>) -> Vec<tfplugin6::Diagnostic> {
    diagnostics.into().into_iter().map(diagnostic).collect()
}

fn diagnostic(diagnostic: Diagnostic) -> tfplugin6::Diagnostic {
    let severity = match diagnostic.severity {
        Severity::Error => tfplugin6::diagnostic::Severity::Error,
        Severity::Warning => tfplugin6::diagnostic::Severity::Warning,
    };
    tfplugin6::Diagnostic {
        severity: severity.into(),
        summary: diagnostic.summary,
        detail: diagnostic.detail,
        attribute: (!diagnostic.path.is_root()).then(|| path(&shown(diagnostic.path))),
    }
}

/// What Terraform can show of a path: an attribute, or one element of it. For a deeper one it shows no line of the
/// configuration at all (terraform `internal/tfdiags/contextual.go`).
fn shown(mut path: Path) -> Path {
    let element = matches!(path.0.get(1), Some(PathStep::Key(_) | PathStep::Index(_)));
    path.0.truncate(if element { 2 } else { 1 });
    path
}

/// A path; of the root, one without steps.
pub fn path(path: &Path) -> tfplugin6::AttributePath {
    let steps = path.0.iter().map(|step| attribute_path::Step {
        selector: Some(match step {
            PathStep::Attribute(name) => Selector::AttributeName(name.clone()),
            PathStep::Key(key) => Selector::ElementKeyString(key.clone()),
            // No list is that long.
            PathStep::Index(index) => {
                Selector::ElementKeyInt(i64::try_from(*index).unwrap_or(i64::MAX))
            }
        }),
    });
    tfplugin6::AttributePath {
        steps: steps.collect(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::terraform::language::arbitrary::{schemas, values};
    use crate::terraform::language::wire::encode_json::encode_json;

    #[test]
    fn a_schema_says_type_or_nested_type_and_who_sets_what() {
        let nested = vec![Attribute::new(
            "cluster",
            Type::String,
            Mode::Required,
            "Where.",
        )];
        let deprecated = Attribute {
            deprecated: Some("Use `b`.".to_owned()),
            ..Attribute::new("a", Type::list(Type::String), Mode::Optional, "Old.").sensitive()
        };
        let placement = AttributeKind::Nested(Nesting::Map, nested);
        let described = Schema {
            version: 2,
            description: "One.".to_owned(),
            attributes: vec![
                deprecated,
                Attribute::new("b", placement, Mode::Computed, "New."),
                Attribute::new("c", Type::Bool, Mode::Optional, "Flag.").default(false),
            ],
            ..Schema::default()
        };

        let message = schema(&described);

        let block = message.block.unwrap();
        let [a, b, c] = block.attributes.as_slice() else {
            panic!("three attributes")
        };
        assert_eq!((message.version, block.description.as_str()), (2, "One."));
        assert_eq!(a.r#type, br#"["list","string"]"#);
        assert_eq!((a.required, a.optional, a.computed), (false, true, false));
        assert!(a.nested_type.is_none() && a.sensitive && a.deprecated);
        assert_eq!(a.deprecation_message, "Use `b`.");
        assert_eq!((b.required, b.optional, b.computed), (false, false, true));
        assert!(b.r#type.is_empty() && !b.deprecated && b.deprecation_message.is_empty());
        let object = b.nested_type.as_ref().unwrap();
        assert_eq!(object.nesting(), NestingMode::Map);
        assert!(object.attributes[0].required && !object.attributes[0].optional);
        assert_eq!((c.required, c.optional, c.computed), (false, true, true));
    }

    #[test]
    fn a_diagnostic_points_at_its_attribute_or_an_element_of_it_or_at_nothing() {
        let path = Path::attribute("a")
            .join(PathStep::Key("k".to_owned()))
            .join(PathStep::Index(3));
        let mut found = Diagnostics::from(Diagnostic::error("E", "e").at(path));
        found.push(Diagnostic::warning("W", "w"));

        let messages = diagnostics(found);

        let [error, warning] = messages.as_slice() else {
            panic!("two messages")
        };
        assert_eq!(error.severity(), tfplugin6::diagnostic::Severity::Error);
        let steps = &error.attribute.as_ref().unwrap().steps;
        let selectors: Vec<_> = steps
            .iter()
            .map(|step| step.selector.clone().unwrap())
            .collect();
        assert_eq!(
            selectors,
            [
                Selector::AttributeName("a".to_owned()),
                Selector::ElementKeyString("k".to_owned()),
            ]
        );
        assert_eq!(warning.severity(), tfplugin6::diagnostic::Severity::Warning);
        assert_eq!((warning.detail.as_str(), &warning.attribute), ("w", &None));
    }

    #[test]
    fn a_missing_and_an_empty_message_are_null() {
        assert_eq!(decode(None, &Type::Bool), Ok(Value::Null));
        assert_eq!(
            decode(Some(&tfplugin6::DynamicValue::default()), &Type::Bool),
            Ok(Value::Null)
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(50))]

        #[test]
        fn a_value_is_read_from_msgpack_and_from_json(
            (schema, value) in schemas().prop_flat_map(|schema| {
                let value = values(&schema, false);
                (Just(schema), value)
            })
        ) {
            let r#type = schema.object_type();
            let json = tfplugin6::DynamicValue {
                msgpack: Vec::new(),
                json: encode_json(&value, r#type),
            };

            prop_assert_eq!(decode(Some(&encode(&value, r#type)), r#type), Ok(value.clone()));
            prop_assert_eq!(decode(Some(&json), r#type), Ok(value));
        }
    }
}
