//! JSON of stored states.

use crate::terraform::language::types::Type;
use crate::terraform::language::value::Value;
use crate::terraform::language::wire::decode_json;
use crate::terraform::language::wire::encode_json::encode_json;
use crate::terraform::language::wire::tests::{json_error, nested, number};

#[test]
fn a_stored_state_may_have_more_or_fewer_attributes_than_the_schema() {
    let r#type = Type::object([("a", Type::String), ("b", nested())]);

    let read = decode_json(br#" {"gone": {"x": [1]}, "b": {"list": [{}]}} "#, &r#type).unwrap();

    let list = Value::List(vec![Value::object([("c", Value::Null)])]);
    let b = Value::object([("list", list), ("map", Value::Null), ("set", Value::Null)]);
    assert_eq!(read, Value::object([("a", Value::Null), ("b", b)]));
}

#[test]
fn numbers_in_json_keep_every_digit() {
    let digits = "123456789012345678901234567890.123456789012345678901234567890123456789";
    for (json, text) in [
        (digits, digits),
        ("18446744073709551615", "18446744073709551615"),
        ("0.1", "0.1"),
        ("1E3", "1000"),
        ("\"12\"", "12"),
    ] {
        let read = decode_json(json.as_bytes(), &Type::Number).unwrap();
        assert_eq!(read, number(text));
        assert_eq!(
            encode_json(&read, &Type::Number),
            number(text).to_string().as_bytes()
        );
    }
}

#[test]
fn an_error_in_json_names_the_attribute_too() {
    let errors = [
        (
            r#"{"list": [{}, {"c": true}]}"#,
            "list[1].c",
            "expected a number, found a bool.",
        ),
        (
            r#"{"map": {"k": {"c": "x"}}}"#,
            "map[\"k\"].c",
            "expected a number, found a string.",
        ),
        (
            r#"{"set": [[]]}"#,
            "set",
            "in an element of the set, expected an object, found a list.",
        ),
        (r#"{"set": {}}"#, "set", "expected a set, found a map."),
        (r#"{"list": 5}"#, "list", "expected a list, found a number."),
        (
            "[]",
            "",
            "At the whole value: expected an object, found a list.",
        ),
        (r#"{"list": "#, "", "the JSON is broken"),
        ("{} {}", "", "the JSON is broken"),
        (r#"{"map": {"\ud800": {}}}"#, "map", "the JSON is broken"),
    ];

    for (json, path, reason) in errors {
        let (found_path, detail) = json_error(json, &nested());
        assert_eq!(found_path, path);
        assert!(detail.contains(reason), "{detail}");
    }
}
