//! What a configuration must satisfy, checked before anything is planned and without a server.
//!
//! Terraform itself checks that required attributes are set and computed ones are not, but only outside of nested
//! attributes (reference/plugin-layer.md, section 6), so it is done here at every depth. Unknown values are accepted:
//! Terraform validates again when they are known.

use crate::terraform::language::diagnostics::{Diagnostic, Diagnostics};
use crate::terraform::language::schema::rule::{ValueRule, Violation};
use crate::terraform::language::schema::walk::Visited;
use crate::terraform::language::schema::{Mode, Schema};
use crate::terraform::language::value::Value;
use crate::terraform::language::value::path::Path;

/// How much of a value a message shows.
const SHOWN_LETTERS: usize = 200;

/// Every error in a configuration, each with its path.
pub fn config(schema: &Schema, config: &Value) -> Diagnostics {
    let mut found = Diagnostics::new();
    schema.walk(config, &mut |visited| {
        let attribute = visited.attribute;
        match visited.value {
            Value::Unknown => {}
            Value::Null if attribute.mode == Mode::Required => found.push(missing(&visited)),
            Value::Null => {}
            _ if attribute.mode == Mode::Computed => found.push(surplus(&visited)),
            value => {
                // One violation is enough: an empty text would break most other rules too.
                let broken = attribute
                    .rules
                    .iter()
                    .find_map(|rule| rule.check(value).err());
                found.extend(broken.map(|violation| invalid(&visited, &violation)));
            }
        }
    });
    found
}

fn missing(visited: &Visited<'_>) -> Diagnostic {
    let path = visited.path;
    let name = &visited.attribute.name;
    let detail = match parent(path) {
        Some(parent) => {
            format!("{parent} is set, so {path} must also be set. Add {name} to {parent}.")
        }
        None => format!("{path} must be set. Add it to the configuration."),
    };
    Diagnostic::error(format!("Missing value for {path}"), detail).at(visited.address())
}

fn surplus(visited: &Visited<'_>) -> Diagnostic {
    let path = visited.path;
    Diagnostic::error(
        format!("{path} cannot be set"),
        format!("The provider sets {path}; it is read-only. Remove it from the configuration."),
    )
    .at(visited.address())
}

fn invalid(visited: &Visited<'_>, violation: &Violation) -> Diagnostic {
    let path = visited.path;
    let must = |what: String| format!("{what}{} {}", hint(visited), action(visited));
    let detail = match violation {
        Violation::Must(rule) if visited.sensitive => must(format!("{path} {rule}.")),
        Violation::Must(rule) => must(format!("{path} is {}, but {rule}.", shown(visited.value))),
        Violation::Says(sentences) if visited.sensitive => hidden(sentences, visited.value),
        Violation::Says(sentences) => sentences.clone(),
    };
    Diagnostic::error(format!("Invalid value for {path}"), detail).at(visited.address())
}

/// What a reader can do about a value that breaks a rule which is data. A rule in code says it itself.
fn action(visited: &Visited<'_>) -> String {
    let attribute = visited.attribute;
    match (&attribute.default, attribute.mode) {
        (Some(default), _) => format!("Correct it, or remove it for the default, {default}."),
        (None, Mode::Required) => "Correct it.".to_owned(),
        (None, _) => "Correct it, or remove it.".to_owned(),
    }
}

/// The value that was probably meant, where only the case of letters is wrong.
fn hint(visited: &Visited<'_>) -> String {
    let Some(text) = visited.value.as_str().filter(|_| !visited.sensitive) else {
        return String::new();
    };
    let allowed = visited.attribute.rules.iter().flat_map(|rule| match rule {
        ValueRule::OneOf(allowed) => *allowed,
        _ => &[],
    });
    allowed
        .filter(|choice| choice.eq_ignore_ascii_case(text.trim()))
        .map(|choice| format!(" Did you mean {}?", Value::from(*choice)))
        .next()
        .unwrap_or_default()
}

fn shown(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(SHOWN_LETTERS) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    }
}

/// Sentences without the secret that they may quote.
fn hidden(sentence: &str, secret: &Value) -> String {
    let plain = secret.as_str().unwrap_or_default();
    let mut sentence = sentence.replace(&secret.to_string(), "(sensitive value)");
    if !plain.is_empty() {
        sentence = sentence.replace(plain, "(sensitive value)");
    }
    sentence
}

/// The path without its last step, unless nothing is left.
fn parent(path: &Path) -> Option<Path> {
    let (_, way) = path.0.split_last()?;
    (!way.is_empty()).then(|| Path(way.to_vec()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::terraform::language::arbitrary::{configs, schemas, values};
    use crate::terraform::language::schema::{Attribute, AttributeKind, Nesting};
    use crate::terraform::language::types::Type;

    fn plain(name: &str, r#type: Type, mode: Mode) -> Attribute {
        Attribute::new(name, r#type, mode, "Something.")
    }

    fn odd(value: &Value) -> Result<(), String> {
        match value.as_i64() {
            Some(number) if number % 2 == 0 => Err(format!("{number} is even. Set an odd number.")),
            _ => Ok(()),
        }
    }

    fn bucket() -> Schema {
        let inner = vec![
            plain("replicas", Type::Number, Mode::Optional)
                .rule(ValueRule::Range { min: 1, max: 5 }),
            plain("cluster", Type::String, Mode::Required),
            plain("created", Type::String, Mode::Computed),
        ];
        let nested = |name, nesting| {
            Attribute::new(
                name,
                AttributeKind::Nested(nesting, inner.clone()),
                Mode::Optional,
                "Nested.",
            )
        };
        let attributes = vec![
            plain("lattice", Type::String, Mode::Required).rule(ValueRule::NotEmpty),
            plain("storage", Type::String, Mode::Optional)
                .default("file")
                .rule(ValueRule::OneOf(&["file", "memory"])),
            plain("history", Type::Number, Mode::Optional).rule(ValueRule::Range {
                min: 1,
                max: i64::MAX,
            }),
            plain("seed", Type::Number, Mode::Optional).rule(ValueRule::Custom(odd)),
            plain("token", Type::String, Mode::Optional)
                .sensitive()
                .rule(ValueRule::OneOf(&["x"])),
            nested("one", Nesting::Single),
            nested("many", Nesting::List),
            nested("some", Nesting::Set),
            nested("named", Nesting::Map),
        ];
        Schema {
            attributes,
            ..Schema::default()
        }
    }

    fn config<const N: usize>(set: [(&str, Value); N]) -> Value {
        Value::object([("lattice", Value::from("default"))].into_iter().chain(set))
    }

    /// Path, summary and detail of the only error.
    fn error(config: &Value) -> (String, String, String) {
        let found = super::config(&bucket(), config).0;
        let [only] = found.as_slice() else {
            panic!("one error, not {found:?}")
        };
        (
            only.path.to_string(),
            only.summary.clone(),
            only.detail.clone(),
        )
    }

    #[test]
    fn a_message_says_what_was_wrong_what_is_allowed_and_what_to_do() {
        let number = |text: &str| Value::Number(text.parse().unwrap());
        let errors = [
            (
                config([("lattice", "".into())]),
                "lattice is \"\", but must not be empty. Correct it.",
            ),
            (
                config([("storage", "disk".into())]),
                "storage is \"disk\", but must be \"file\" or \"memory\". Correct it, or remove it for the default, \"file\".",
            ),
            (
                config([("storage", "File".into())]),
                "storage is \"File\", but must be \"file\" or \"memory\". Did you mean \"file\"? Correct it, or remove it for the default, \"file\".",
            ),
            (
                config([("history", 0.into())]),
                "history is 0, but must be a whole number of at least 1. Correct it, or remove it.",
            ),
            (
                config([("history", number("1.5"))]),
                "history is 1.5, but must be a whole number of at least 1. Correct it, or remove it.",
            ),
            (
                config([("history", number("1e30"))]),
                "history is 1000000000000000000000000000000, but must be a whole number from 1 to 9223372036854775807. Correct it, or remove it.",
            ),
            (
                config([("seed", 4.into())]),
                "4 is even. Set an odd number.",
            ),
        ];

        for (config, detail) in errors {
            let (path, summary, found) = error(&config);
            assert_eq!(summary, format!("Invalid value for {path}"));
            assert_eq!(found, detail);
        }
    }

    #[test]
    fn a_secret_is_in_no_message() {
        let (path, _, detail) = error(&config([("token", "s3cr3t".into())]));

        assert_eq!(path, "token");
        assert_eq!(detail, "token must be \"x\". Correct it, or remove it.");
        assert_eq!(
            hidden("s3cr3t is no token", &"s3cr3t".into()),
            "(sensitive value) is no token"
        );
        assert_eq!(
            hidden("\"a\\nb\" is bad", &"a\nb".into()),
            "(sensitive value) is bad"
        );
    }

    #[test]
    fn a_long_value_is_not_shown_whole() {
        let (_, _, detail) = error(&config([("storage", "é".repeat(100_000).into())]));

        assert!(detail.len() < 1000, "{}", detail.len());
        assert!(detail.contains("é..., but must be"), "{detail}");
    }

    #[test]
    fn what_is_nested_is_checked_at_every_depth_and_in_every_nesting() {
        let sound = [("cluster", Value::from("c")), ("replicas", 1.into())];
        let broken =
            |what: (&'static str, Value)| Value::object(sound.clone().into_iter().chain([what]));
        let missing = Value::object([("cluster", Value::Null)]);
        let surplus = broken(("created", "now".into()));
        let invalid = broken(("replicas", 9.into()));
        let at = |name, element: &Value| match name {
            "one" => (name, element.clone()),
            "named" => (name, Value::object([("k", element.clone())])),
            "many" => (
                name,
                Value::List(vec![Value::object(sound.clone()), element.clone()]),
            ),
            _ => (name, Value::List(vec![element.clone()])),
        };

        for (name, prefix) in [
            ("one", "one"),
            ("many", "many[1]"),
            ("named", "named[\"k\"]"),
        ] {
            let (path, summary, detail) = error(&config([at(name, &missing)]));
            assert_eq!(path, format!("{prefix}.cluster"));
            assert_eq!(summary, format!("Missing value for {prefix}.cluster"));
            assert!(
                detail.contains(&format!("Add cluster to {prefix}")),
                "{detail}"
            );

            let (path, summary, _) = error(&config([at(name, &surplus)]));
            assert_eq!(path, format!("{prefix}.created"));
            assert_eq!(summary, format!("{prefix}.created cannot be set"));

            let (path, summary, _) = error(&config([at(name, &invalid)]));
            assert_eq!(path, format!("{prefix}.replicas"));
            assert_eq!(summary, format!("Invalid value for {prefix}.replicas"));
        }

        let (path, summary, detail) = error(&config([at("some", &invalid)]));
        assert_eq!(
            (path.as_str(), summary.as_str()),
            ("some", "Invalid value for some.replicas")
        );
        assert!(detail.starts_with("some.replicas is 9, but"), "{detail}");
    }

    #[test]
    fn what_is_unknown_or_absent_is_let_through() {
        let unknown = Value::Unknown;
        let sets = Value::List(vec![Value::Unknown, Value::Null]);
        let inner = Value::object([("cluster", unknown.clone()), ("replicas", unknown.clone())]);

        for config in [
            config([]),
            config([
                ("lattice", unknown.clone()),
                ("storage", unknown.clone()),
                ("one", unknown),
            ]),
            config([("some", sets.clone()), ("many", sets), ("one", inner)]),
        ] {
            assert_eq!(super::config(&bucket(), &config), Diagnostics::new());
        }
    }

    #[test]
    fn a_required_attribute_outside_of_all_others_is_asked_for_too() {
        let (path, summary, _) = error(&Value::object::<&str>([]));

        assert_eq!(
            (path.as_str(), summary.as_str()),
            ("lattice", "Missing value for lattice")
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100))]

        #[test]
        fn random_configurations_are_valid((schema, config) in schemas().prop_flat_map(|schema| {
            let config = configs(&schema, true);
            (Just(schema), config)
        })) {
            prop_assert_eq!(super::config(&schema, &config), Diagnostics::new());
        }

        #[test]
        fn an_error_points_into_the_schema((schema, value) in schemas().prop_flat_map(|schema| {
            let value = values(&schema, true);
            (Just(schema), value)
        })) {
            for found in super::config(&schema, &value) {
                prop_assert!(schema.attribute(&found.path).is_some(), "{}", found.path);
            }
        }
    }
}
