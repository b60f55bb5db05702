//! msgpack, byte by byte.

use crate::terraform::language::types::Type;
use crate::terraform::language::value::Value;
use crate::terraform::language::wire::tests::{msgpack_error, nested, number};
use crate::terraform::language::wire::{decode_msgpack, encode_msgpack};

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
        let (_, detail) = msgpack_error(bytes, &Type::Number);
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
fn an_error_names_the_attribute_what_was_expected_and_what_was_found() {
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
    let errors = [
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
            "At a: it occurs twice.",
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
        (b"\xc0\xc0".to_vec(), "", "1 additional bytes"),
        (b"\x82\xa1a".to_vec(), "", "the msgpack is broken"),
        (
            b"\x82\xa1a\xa1\xff\xa1b\xc0".to_vec(),
            "a",
            "expected a string, found text that is not UTF-8.",
        ),
    ];

    for (bytes, path, reason) in errors {
        let (found_path, detail) = msgpack_error(&bytes, &object);
        assert_eq!(found_path, path);
        assert!(detail.contains(reason), "{detail}");
    }
}
