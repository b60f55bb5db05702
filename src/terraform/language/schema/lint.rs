//! Whether a schema is one that Terraform loads and the framework can keep its word about.
//!
//! Terraform checks its part when a provider is loaded, and then nothing of the provider works. So a test checks here
//! first.

use crate::terraform::language::schema::rule::ValueRule;
use crate::terraform::language::schema::validate;
use crate::terraform::language::schema::{Attribute, AttributeKind, Mode, Nesting, Schema};
use crate::terraform::language::types::Type;
use crate::terraform::language::value::Value;
use crate::terraform::language::value::path::Path;
use crate::terraform::language::wire;

/// Names that mean something else in every block of a resource, so that no configuration could set them.
const RESERVED: [&str; 8] = [
    "connection",
    "count",
    "depends_on",
    "for_each",
    "lifecycle",
    "locals",
    "provider",
    "provisioner",
];

impl Schema {
    /// Everything wrong with the schema, as sentences. Empty for a sound one.
    pub fn lint(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if self.version < 0 {
            problems.push(format!(
                "The version is {}, but must be 0 or more.",
                self.version
            ));
        }
        for attribute in &self.attributes {
            if RESERVED.contains(&attribute.name.as_str()) {
                problems.push(format!("{}: Terraform reserves this name.", attribute.name));
            }
        }
        lint_attributes(&self.attributes, &Path::root(), false, &mut problems);
        problems
    }
}

fn lint_attributes(
    attributes: &[Attribute],
    parent: &Path,
    in_set: bool,
    problems: &mut Vec<String>,
) {
    for (index, attribute) in attributes.iter().enumerate() {
        let path = parent.then(attribute.name.as_str());
        let mut problem = |text: &str| problems.push(format!("{path}: {text}"));

        if !is_name(&attribute.name) {
            problem("A name has lower-case letters, digits and underscores, and no digit first.");
        }
        if attributes[..index]
            .iter()
            .any(|earlier| earlier.name == attribute.name)
        {
            problem("The name is there twice.");
        }
        if attribute.keeps && !is_computed(attribute) {
            problem("Only computed attributes can keep their value.");
        }
        if in_set && (attribute.default.is_some() || attribute.keeps) {
            problem(
                "There can be no default and no kept value in a set, whose elements have no place of their own.",
            );
        }
        if attribute.replaces && !parent.is_root() {
            problem("Only an attribute of the resource itself can replace it.");
        }
        if attribute.deprecated.as_deref() == Some("") {
            problem("A deprecation says what takes the attribute's place.");
        }
        if let Some(text) = lint_default(attribute) {
            problem(&text);
        }
        for rule in &attribute.rules {
            if !is_for(rule, &attribute.kind) {
                problem(&format!(
                    "The rule {rule:?} does not fit the attribute's type, or nothing satisfies it."
                ));
            }
        }
        match &attribute.kind {
            AttributeKind::Plain(r#type) if has_dynamic(r#type, in_set) => {
                problem("There can be no dynamic value in a set.");
            }
            AttributeKind::Plain(_) => {}
            AttributeKind::Nested(nesting, nested) => {
                lint_attributes(nested, &path, in_set || *nesting == Nesting::Set, problems);
            }
        }
    }
}

/// The first thing wrong with the default, if there is one at all.
fn lint_default(attribute: &Attribute) -> Option<String> {
    let default = attribute.default.as_ref()?;
    let r#type = attribute.kind.to_type();
    if attribute.mode != Mode::OptionalComputed {
        Some("Only an optional and computed attribute can have a default.".to_owned())
    } else if default.is_null() || !default.is_wholly_known() {
        Some("The default must be a known value.".to_owned())
    } else if !wire::mismatches(default, &r#type).is_empty() {
        Some(format!("The default {default} is not of the type {type}."))
    } else if !accepts(attribute, default) {
        Some(format!(
            "The default {default} breaks the attribute's own rules."
        ))
    } else {
        None
    }
}

/// Whether the value of an attribute could be its default: the rules say so at every depth.
fn accepts(attribute: &Attribute, value: &Value) -> bool {
    let alone = Schema {
        attributes: vec![attribute.clone()],
        ..Schema::default()
    };
    validate::config(
        &alone,
        &Value::object([(attribute.name.as_str(), value.clone())]),
    )
    .is_empty()
}

fn is_name(name: &str) -> bool {
    let letters =
        |letter: u8| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == b'_';
    !name.is_empty()
        && name.bytes().all(letters)
        && !name.starts_with(|first: char| first.is_ascii_digit())
}

fn is_computed(attribute: &Attribute) -> bool {
    matches!(attribute.mode, Mode::Computed | Mode::OptionalComputed)
}

fn is_for(rule: &ValueRule, kind: &AttributeKind) -> bool {
    match (rule, kind.to_type()) {
        (ValueRule::Range { min, max }, Type::Number) => min <= max,
        (ValueRule::OneOf(allowed), Type::String) => !allowed.is_empty(),
        (ValueRule::NotEmpty, Type::String | Type::List(_) | Type::Set(_) | Type::Map(_)) => true,
        (ValueRule::Custom(_), _) => true,
        _ => false,
    }
}

/// Whether the type has a dynamic part inside of a set.
fn has_dynamic(r#type: &Type, in_set: bool) -> bool {
    match r#type {
        Type::Dynamic => in_set,
        Type::Bool | Type::Number | Type::String => false,
        Type::List(element) | Type::Map(element) => has_dynamic(element, in_set),
        Type::Set(element) => has_dynamic(element, true),
        Type::Tuple(elements) => elements.iter().any(|element| has_dynamic(element, in_set)),
        Type::Object(attributes) => attributes
            .values()
            .any(|attribute| has_dynamic(attribute, in_set)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::terraform::language::arbitrary::schemas;

    fn plain(name: &str, r#type: Type, mode: Mode) -> Attribute {
        Attribute::new(name, r#type, mode, "Something.")
    }

    fn problems(attributes: Vec<Attribute>) -> Vec<String> {
        Schema {
            attributes,
            ..Schema::default()
        }
        .lint()
    }

    #[test]
    fn every_rule_of_terraform_is_checked() {
        let string = |name| plain(name, Type::String, Mode::Optional);
        let number = || plain("a", Type::Number, Mode::Optional);
        let default = |default: Value| string("a").default(default);
        let nested = |nesting, inner| {
            Attribute::new(
                "a",
                AttributeKind::Nested(nesting, vec![inner]),
                Mode::Optional,
                "Nested.",
            )
        };
        let unsound = [
            (vec![string("Name")], "Name: A name has"),
            (vec![string("1a")], "1a: A name has"),
            (vec![string("")], ": A name has"),
            (
                vec![nested(Nesting::Single, string("b-c"))],
                "a.b-c: A name has",
            ),
            (
                vec![string("a"), string("a")],
                "a: The name is there twice.",
            ),
            (
                vec![string("count")],
                "count: Terraform reserves this name.",
            ),
            (
                vec![string("a").keeps()],
                "a: Only computed attributes can keep",
            ),
            (
                vec![nested(Nesting::Set, string("b").default("x"))],
                "a.b: There can be no default",
            ),
            (
                vec![nested(
                    Nesting::Set,
                    plain("b", Type::String, Mode::Computed).keeps(),
                )],
                "a.b: There can be no default",
            ),
            (
                vec![nested(Nesting::Single, string("b").replaces())],
                "a.b: Only an attribute of the resource itself",
            ),
            (
                vec![Attribute {
                    deprecated: Some(String::new()),
                    ..string("a")
                }],
                "a: A deprecation says",
            ),
            (
                vec![Attribute {
                    mode: Mode::Optional,
                    ..default("x".into())
                }],
                "a: Only an optional and computed",
            ),
            (
                vec![Attribute {
                    mode: Mode::Computed,
                    ..default("x".into())
                }],
                "a: Only an optional and computed",
            ),
            (
                vec![default(Value::Null)],
                "a: The default must be a known value.",
            ),
            (
                vec![default(Value::Unknown)],
                "a: The default must be a known value.",
            ),
            (
                vec![default(5.into())],
                "a: The default 5 is not of the type string.",
            ),
            (
                vec![default("".into()).rule(ValueRule::NotEmpty)],
                "a: The default \"\" breaks",
            ),
            (
                vec![number().rule(ValueRule::NotEmpty)],
                "a: The rule NotEmpty does not fit",
            ),
            (
                vec![string("a").rule(ValueRule::Range { min: 1, max: 5 })],
                "a: The rule Range",
            ),
            (
                vec![number().rule(ValueRule::Range { min: 5, max: 1 })],
                "a: The rule Range",
            ),
            (
                vec![string("a").rule(ValueRule::OneOf(&[]))],
                "a: The rule OneOf([])",
            ),
            (
                vec![plain(
                    "a",
                    Type::set(Type::list(Type::Dynamic)),
                    Mode::Optional,
                )],
                "a: There can be no dynamic value in a set.",
            ),
            (
                vec![nested(
                    Nesting::Set,
                    plain("b", Type::Dynamic, Mode::Optional),
                )],
                "a.b: There can be no dynamic value in a set.",
            ),
        ];

        for (attributes, expected) in unsound {
            let found = problems(attributes);
            assert_eq!(found.len(), 1, "{found:?}");
            assert!(found[0].starts_with(expected), "{found:?}");
        }
        let negative = Schema {
            version: -1,
            ..Schema::default()
        };
        assert_eq!(
            negative.lint(),
            ["The version is -1, but must be 0 or more."]
        );
    }

    #[test]
    fn what_is_sound_has_no_problems() {
        let mode = Mode::Optional;
        let attributes = vec![
            plain("replicas", Type::Number, mode)
                .default(1)
                .rule(ValueRule::Range { min: 1, max: 5 }),
            plain("storage", Type::String, mode)
                .default("file")
                .rule(ValueRule::OneOf(&["file", "memory"])),
            plain("any", Type::list(Type::Dynamic), mode),
            plain("tags", Type::set(Type::String), Mode::Required).rule(ValueRule::NotEmpty),
            plain("created", Type::String, Mode::Computed).keeps(),
        ];

        assert_eq!(problems(attributes), Vec::<String>::new());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100))]

        #[test]
        fn random_schemas_are_sound(schema in schemas()) {
            prop_assert_eq!(schema.lint(), Vec::<String>::new());
        }
    }
}
