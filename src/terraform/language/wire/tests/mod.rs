//! What goes over the wire and into states, byte by byte where it matters, and by properties where it is much.

mod msgpack;
mod json;
mod properties;

use crate::terraform::language::types::Type;
use crate::terraform::language::value::Value;
use crate::terraform::language::value::path::{Path, PathStep};
use crate::terraform::language::wire::encode_json::encode_json;
use crate::terraform::language::wire::{decode_json, decode_msgpack, encode_msgpack, mismatches};

fn number(text: &str) -> Value {
    Value::Number(text.parse().unwrap())
}

/// The path and the reason of the one error that is found.
fn msgpack_error(bytes: &[u8], r#type: &Type) -> (String, String) {
    let found = decode_msgpack(bytes, r#type).unwrap_err().0;
    assert_eq!(found.len(), 1, "{found:?}");
    (found[0].path.to_string(), found[0].detail.clone())
}

fn json_error(json: &str, r#type: &Type) -> (String, String) {
    let found = decode_json(json.as_bytes(), r#type).unwrap_err().0;
    assert_eq!(found.len(), 1, "{found:?}");
    (found[0].path.to_string(), found[0].detail.clone())
}

fn nested() -> Type {
    let inner = Type::object([("c", Type::Number)]);
    Type::object([
        ("list", Type::list(inner.clone())),
        ("map", Type::map(inner.clone())),
        ("set", Type::set(inner)),
    ])
}

#[test]
fn no_bytes_are_null() {
    assert_eq!(decode_msgpack(b"", &nested()), Ok(Value::Null));
    assert_eq!(decode_json(b"", &nested()), Ok(Value::Null));
}

#[test]
fn a_set_has_no_order_and_no_duplicates_but_keeps_what_may_turn_out_to_differ() {
    let set = Type::set(Type::String);

    let read = decode_msgpack(b"\x95\xa1b\xd4\0\0\xa1a\xd4\0\0\xa1b", &set).unwrap();

    let expected = vec![Value::Unknown, Value::Unknown, "a".into(), "b".into()];
    assert_eq!(read, Value::List(expected));
    let unordered = Value::List(vec!["b".into(), "a".into(), "b".into()]);
    assert_eq!(encode_msgpack(&unordered, &set), b"\x92\xa1a\xa1b");
    assert_eq!(encode_json(&unordered, &set), br#"["a","b"]"#);
}

#[test]
fn no_error_shows_the_value() {
    let list = Type::list(Type::Number);

    let errors = [
        msgpack_error(b"\x91\xa6s3cr3t", &list),
        json_error(r#"["s3cr3t"]"#, &list),
        json_error(r#"[{"s3cr3t": 1}]"#, &list),
    ];

    for (_, detail) in errors {
        assert!(!detail.contains("s3cr3t"), "{detail}");
    }
}

#[test]
fn endless_nesting_is_an_error_and_no_crash() {
    let msgpack = b"\x91".repeat(1_000_000);
    assert!(msgpack_error(&msgpack, &Type::Dynamic).1.contains("broken"));
    assert!(decode_json(&b"[".repeat(1_000_000), &Type::Dynamic).is_err());

    let mut json = "null".to_owned();
    for _ in 0..2_000 {
        json = format!(r#"{{"type":"dynamic","value":{json}}}"#);
    }
    assert!(
        json_error(&json, &Type::Dynamic)
            .1
            .contains("nested too deeply")
    );
}

#[test]
fn what_does_not_fit_is_sent_as_null_and_named_by_mismatches() {
    let r#type = Type::object([
        ("a", Type::String),
        ("b", Type::list(Type::Number)),
        ("c", Type::Bool),
    ]);
    let value = Value::object([
        ("a", Value::from(5)),
        ("b", Value::List(vec![1.into(), "x".into()])),
        ("z", Value::from(true)),
    ]);

    let sent = decode_msgpack(&encode_msgpack(&value, &r#type), &r#type).unwrap();
    let found = mismatches(&value, &r#type);

    assert_eq!(sent.attribute("a"), &Value::Null);
    assert_eq!(
        sent.attribute("b"),
        &Value::List(vec![1.into(), Value::Null])
    );
    assert!(!sent.as_map().unwrap().contains_key("z"));
    let paths: Vec<_> = found
        .0
        .iter()
        .map(|diagnostic| diagnostic.path.clone())
        .collect();
    let in_list = Path::attribute("b").join(PathStep::Index(1));
    assert_eq!(
        paths,
        [
            Path::attribute("a"),
            in_list,
            Path::attribute("c"),
            Path::attribute("z")
        ]
    );
}

#[test]
fn a_mismatch_in_a_set_has_the_path_of_the_set() {
    let r#type = Type::object([("a", Type::set(Type::object([("b", Type::Bool)])))]);
    let element = Value::object([("b", Value::from(5))]);

    let found = mismatches(&Value::object([("a", Value::set_of([element]))]), &r#type);

    assert_eq!(found.0[0].path, Path::attribute("a"));
    assert!(
        found.0[0].detail.contains("At a.b: expected a bool"),
        "{found:?}"
    );
}
