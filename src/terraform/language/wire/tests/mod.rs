//! What goes over the wire and into states, byte by byte where it matters, and by properties where it is much.

use proptest::prelude::*;
use proptest::sample::Index;

use crate::terraform::language::arbitrary::{schemas, values};
use crate::terraform::language::schema::Schema;
use crate::terraform::language::types::Type;
use crate::terraform::language::value::Value;
use crate::terraform::language::value::path::{Path, PathStep};
use crate::terraform::language::wire::{
    decode_json, decode_msgpack, encode_json, encode_msgpack, mismatches,
};

fn number(text: &str) -> Value {
    Value::Number(text.parse().unwrap())
}

/// The path and the reason of the one fault that is found.
fn msgpack_fault(bytes: &[u8], r#type: &Type) -> (String, String) {
    let found = decode_msgpack(bytes, r#type).unwrap_err().0;
    assert_eq!(found.len(), 1, "{found:?}");
    (found[0].path.to_string(), found[0].detail.clone())
}

fn json_fault(json: &str, r#type: &Type) -> (String, String) {
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
fn unknown_is_any_extension_type_and_is_sent_as_the_plain_one() {
    // Type 12 with refinements: not null, prefix "pre-".
    let refined = b"\xc7\x09\x0c\x82\x01\xc2\x02\xa4pre-";
    for bytes in [
        b"\xd4\x00\x00".as_slice(),
        b"\xc7\x00\x00",
        refined,
        b"\xd5\x7f\x01\x02",
    ] {
        assert_eq!(decode_msgpack(bytes, &Type::String), Ok(Value::Unknown));
        assert_eq!(decode_msgpack(bytes, &nested()), Ok(Value::Unknown));
    }

    assert_eq!(
        encode_msgpack(&Value::Unknown, &Type::String),
        b"\xd4\x00\x00"
    );
    assert_eq!(
        encode_msgpack(&Value::Unknown, &Type::Dynamic),
        b"\xd4\x00\x00"
    );
}

#[test]
fn a_number_is_sent_as_int_then_as_exact_float_then_as_text() {
    let sent: [(&str, &[u8]); 8] = [
        ("0", b"\x00"),
        ("-1", b"\xff"),
        ("300", b"\xcd\x01\x2c"),
        ("-9223372036854775808", b"\xd3\x80\0\0\0\0\0\0\0"),
        (
            "18446744073709551615",
            b"\xcf\xff\xff\xff\xff\xff\xff\xff\xff",
        ),
        ("1.5", b"\xcb\x3f\xf8\0\0\0\0\0\0"),
        ("0.1", b"\xa30.1"),
        ("18446744073709551616", b"\xb418446744073709551616"),
    ];

    for (text, bytes) in sent {
        assert_eq!(
            encode_msgpack(&number(text), &Type::Number),
            bytes,
            "{text}"
        );
        assert_eq!(
            decode_msgpack(bytes, &Type::Number),
            Ok(number(text)),
            "{text}"
        );
    }
}

#[test]
fn a_number_is_read_from_every_form_it_may_have() {
    let read: [(&[u8], &str); 6] = [
        (b"\xa15", "5"),
        (b"\xb418446744073709551615", "18446744073709551615"),
        (b"\xcb\x40\x14\0\0\0\0\0\0", "5"),
        (b"\xca\x3f\xc0\0\0", "1.5"),
        (b"\xd0\x05", "5"),
        (b"\xa41e30", "1000000000000000000000000000000"),
    ];

    for (bytes, text) in read {
        assert_eq!(
            decode_msgpack(bytes, &Type::Number),
            Ok(number(text)),
            "{text}"
        );
    }
    for bytes in [
        b"\xa3NaN".as_slice(),
        b"\xcb\x7f\xf0\0\0\0\0\0\0",
        b"\xa0",
        b"\xc2",
    ] {
        let (_, detail) = msgpack_fault(bytes, &Type::Number);
        assert!(detail.contains("expected a number, found"), "{detail}");
    }
}

#[test]
fn a_dynamic_value_comes_with_its_type() {
    let value = Value::object([("a", Value::from("x")), ("b", Value::Null)]);

    let bytes = encode_msgpack(&value, &Type::Dynamic);

    assert_eq!(
        bytes,
        b"\x92\xc4\x27[\"object\",{\"a\":\"string\",\"b\":\"dynamic\"}]\x82\xa1a\xa1x\xa1b\xc0"
    );
    assert_eq!(decode_msgpack(&bytes, &Type::Dynamic), Ok(value));
    assert_eq!(
        decode_msgpack(
            b"\x92\xc4\x11[\"list\",\"number\"]\x92\x01\x02",
            &Type::Dynamic
        ),
        Ok(Value::List(vec![1.into(), 2.into()]))
    );
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
fn a_fault_names_the_attribute_what_was_expected_and_what_was_found() {
    let object = Type::object([("a", Type::String), ("b", nested())]);
    let in_b = |key: &str, inner: &[u8]| {
        let mut bytes = b"\x82\xa1a\xc0\xa1b\x83".to_vec();
        for name in ["list", "map", "set"] {
            bytes.push(0xa0 + name.len() as u8);
            bytes.extend(name.as_bytes());
            bytes.extend(if name == key { inner } else { b"\xc0" });
        }
        bytes
    };
    let faults = [
        (
            b"\x82\xa1a\x05\xa1b\xc0".to_vec(),
            "a",
            "At a: expected a string, found a number.",
        ),
        (
            b"\x81\xa1a\xc0".to_vec(),
            "b",
            "At b: expected an object, found nothing.",
        ),
        (
            b"\x83\xa1a\xc0\xa1b\xc0\xa1z\xc0".to_vec(),
            "z",
            "At z: the schema has no such attribute.",
        ),
        (
            b"\x82\xa1a\xc0\xa1a\xc0".to_vec(),
            "a",
            "At a: it is given twice.",
        ),
        (
            b"\x91\xc0".to_vec(),
            "",
            "At the whole value: expected an object, found a list.",
        ),
        (
            in_b("list", b"\x92\xc0\x81\xa1c\xc2"),
            "b.list[1].c",
            "expected a number, found a bool.",
        ),
        (
            in_b("map", b"\x81\xa3k.y\x81\xa1c\x90"),
            "b.map[\"k.y\"].c",
            "expected a number, found a list.",
        ),
        (
            in_b("set", b"\x91\x81\xa1c\xc3"),
            "b.set",
            "in an element of the set, at c, expected a number, found a bool.",
        ),
        (
            in_b("set", b"\x91\x02"),
            "b.set",
            "in an element of the set, expected an object, found a number.",
        ),
        (b"\xc0\xc0".to_vec(), "", "1 surplus bytes"),
        (b"\x82\xa1a".to_vec(), "", "the msgpack is broken"),
        (
            b"\x82\xa1a\xa1\xff\xa1b\xc0".to_vec(),
            "a",
            "expected a string, found text that is not UTF-8.",
        ),
    ];

    for (bytes, path, reason) in faults {
        let (found_path, detail) = msgpack_fault(&bytes, &object);
        assert_eq!(found_path, path);
        assert!(detail.contains(reason), "{detail}");
    }
}

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
fn a_fault_in_json_names_the_attribute_too() {
    let faults = [
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

    for (json, path, reason) in faults {
        let (found_path, detail) = json_fault(json, &nested());
        assert_eq!(found_path, path);
        assert!(detail.contains(reason), "{detail}");
    }
}

#[test]
fn no_fault_shows_the_value() {
    let list = Type::list(Type::Number);

    let faults = [
        msgpack_fault(b"\x91\xa6s3cr3t", &list),
        json_fault(r#"["s3cr3t"]"#, &list),
        json_fault(r#"[{"s3cr3t": 1}]"#, &list),
    ];

    for (_, detail) in faults {
        assert!(!detail.contains("s3cr3t"), "{detail}");
    }
}

#[test]
fn endless_nesting_is_a_fault_and_no_crash() {
    let msgpack = b"\x91".repeat(1_000_000);
    assert!(msgpack_fault(&msgpack, &Type::Dynamic).1.contains("broken"));
    assert!(decode_json(&b"[".repeat(1_000_000), &Type::Dynamic).is_err());

    let mut json = "null".to_owned();
    for _ in 0..2_000 {
        json = format!(r#"{{"type":"dynamic","value":{json}}}"#);
    }
    assert!(
        json_fault(&json, &Type::Dynamic)
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
fn a_mismatch_in_a_set_is_told_at_the_set() {
    let r#type = Type::object([("a", Type::set(Type::object([("b", Type::Bool)])))]);
    let element = Value::object([("b", Value::from(5))]);

    let found = mismatches(&Value::object([("a", Value::set_of([element]))]), &r#type);

    assert_eq!(found.0[0].path, Path::attribute("a"));
    assert!(
        found.0[0].detail.contains("At a.b: expected a bool"),
        "{found:?}"
    );
}

fn typed_values(unknowns: bool) -> impl Strategy<Value = (Schema, Value)> {
    schemas().prop_flat_map(move |schema| {
        let value = values(&schema, unknowns);
        (Just(schema), value)
    })
}

/// Holds msgpack against a type by rmpv's own tree: every attribute and no other, unknown only as type 0.
fn assert_shape(tree: &rmpv::Value, r#type: &Type) {
    use rmpv::Value::{Array, Binary, Boolean, Ext, F64, Integer, Map, Nil, String};
    match (r#type, tree) {
        (_, Nil) => {}
        (_, Ext(code, data)) => assert_eq!((*code, data.as_slice()), (0, [0].as_slice())),
        (Type::Bool, Boolean(_)) | (Type::String, String(_)) => {}
        (Type::Number, Integer(_) | F64(_) | String(_)) => {}
        (Type::List(element) | Type::Set(element), Array(elements)) => {
            elements.iter().for_each(|tree| assert_shape(tree, element));
        }
        (Type::Tuple(types), Array(elements)) => {
            assert_eq!(types.len(), elements.len());
            elements
                .iter()
                .zip(types)
                .for_each(|(tree, r#type)| assert_shape(tree, r#type));
        }
        (Type::Map(element), Map(entries)) => {
            entries
                .iter()
                .for_each(|(_, tree)| assert_shape(tree, element));
        }
        (Type::Object(types), Map(entries)) => {
            let names: Vec<_> = entries
                .iter()
                .map(|(name, _)| name.as_str().unwrap())
                .collect();
            assert!(types.keys().eq(names), "{types:?} {entries:?}");
            entries
                .iter()
                .zip(types.values())
                .for_each(|((_, tree), r#type)| assert_shape(tree, r#type));
        }
        (Type::Dynamic, Array(pair)) => match pair.as_slice() {
            [Binary(json), tree] => assert_shape(tree, &Type::from_json(json).unwrap()),
            _ => panic!("{pair:?} has no type"),
        },
        _ => panic!("{tree:?} is no {type:?}"),
    }
}

/// Changes, inserts, removes or cuts at one place.
fn mutate(bytes: &mut Vec<u8>, place: Index, byte: u8, how: u8) {
    if bytes.is_empty() {
        return;
    }
    let place = place.index(bytes.len());
    match how % 4 {
        0 => bytes[place] = byte,
        1 => bytes.insert(place, byte),
        2 => drop(bytes.remove(place)),
        _ => bytes.truncate(place),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn values_survive_msgpack((schema, value) in typed_values(true)) {
        let r#type = schema.object_type();
        let bytes = encode_msgpack(&value, &r#type);

        prop_assert_eq!(mismatches(&value, &r#type).0, vec![]);
        prop_assert_eq!(decode_msgpack(&bytes, &r#type), Ok(value));
    }

    #[test]
    fn known_values_survive_json((schema, value) in typed_values(false)) {
        let r#type = schema.object_type();
        let bytes = encode_json(&value, &r#type);

        prop_assert!(serde_json::from_slice::<serde::de::IgnoredAny>(&bytes).is_ok());
        prop_assert_eq!(decode_json(&bytes, &r#type), Ok(value));
    }

    #[test]
    fn what_is_sent_has_the_shape_that_the_schema_says((schema, value) in typed_values(true)) {
        let r#type = schema.object_type();
        let bytes = encode_msgpack(&value, &r#type);

        let mut rest = bytes.as_slice();
        let tree = rmpv::decode::read_value(&mut rest).unwrap();

        prop_assert!(rest.is_empty());
        assert_shape(&tree, &r#type);
    }

    #[test]
    fn types_survive_json(schema in schemas()) {
        let r#type = schema.object_type();

        prop_assert_eq!(Type::from_json(r#type.to_json().to_string().as_bytes()), Ok(r#type));
    }

    #[test]
    fn broken_bytes_give_a_value_of_the_type_or_a_message(
        (schema, value) in typed_values(true),
        mutations in prop::collection::vec(any::<(Index, u8, u8)>(), 1..4),
    ) {
        let r#type = schema.object_type();
        let mut msgpack = encode_msgpack(&value, &r#type);
        let mut json = encode_json(&value, &r#type);
        for (place, byte, how) in mutations {
            mutate(&mut msgpack, place, byte, how);
            mutate(&mut json, place, byte, how);
        }

        for read in [decode_msgpack(&msgpack, &r#type), decode_json(&json, &r#type)] {
            match read {
                Ok(value) => {
                    prop_assert_eq!(mismatches(&value, &r#type).0, vec![]);
                    let bytes = encode_msgpack(&value, &r#type);
                    prop_assert_eq!(decode_msgpack(&bytes, &r#type), Ok(value));
                }
                Err(found) => prop_assert!(found.has_error()),
            }
        }
    }

    #[test]
    fn random_bytes_give_a_value_or_a_message(schema in schemas(), bytes: Vec<u8>) {
        let r#type = schema.object_type();

        for read in [decode_msgpack(&bytes, &r#type), decode_json(&bytes, &r#type), decode_msgpack(&bytes, &Type::Dynamic)] {
            if let Err(found) = read {
                prop_assert!(found.has_error());
            }
        }
    }
}
