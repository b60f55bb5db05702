//! Properties of both codecs, on random values, types and bytes.

use proptest::prelude::*;
use proptest::sample::Index;

use crate::terraform::language::arbitrary::{schemas, values};
use crate::terraform::language::schema::Schema;
use crate::terraform::language::types::Type;
use crate::terraform::language::value::Value;
use crate::terraform::language::wire::encode_json::encode_json;
use crate::terraform::language::wire::{decode_json, decode_msgpack, encode_msgpack, mismatches};

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
        let bytes = encode_msgpack(&value, r#type);

        prop_assert_eq!(mismatches(&value, r#type).0, vec![]);
        prop_assert_eq!(decode_msgpack(&bytes, r#type), Ok(value));
    }

    #[test]
    fn known_values_survive_json((schema, value) in typed_values(false)) {
        let r#type = schema.object_type();
        let bytes = encode_json(&value, r#type);

        prop_assert!(serde_json::from_slice::<serde::de::IgnoredAny>(&bytes).is_ok());
        prop_assert_eq!(decode_json(&bytes, r#type), Ok(value));
    }

    #[test]
    fn what_is_sent_has_the_shape_that_the_schema_says((schema, value) in typed_values(true)) {
        let r#type = schema.object_type();
        let bytes = encode_msgpack(&value, r#type);

        let mut rest = bytes.as_slice();
        let tree = rmpv::decode::read_value(&mut rest).unwrap();

        prop_assert!(rest.is_empty());
        assert_shape(&tree, r#type);
    }

    #[test]
    fn types_survive_json(schema in schemas()) {
        let r#type = schema.object_type();

        prop_assert_eq!(Type::from_json(r#type.to_json().to_string().as_bytes()), Ok(r#type.clone()));
    }

    #[test]
    fn broken_bytes_give_a_value_of_the_type_or_a_message(
        (schema, value) in typed_values(true),
        mutations in prop::collection::vec(any::<(Index, u8, u8)>(), 1..4),
    ) {
        let r#type = schema.object_type();
        let mut msgpack = encode_msgpack(&value, r#type);
        let mut json = encode_json(&value, r#type);
        for (place, byte, how) in mutations {
            mutate(&mut msgpack, place, byte, how);
            mutate(&mut json, place, byte, how);
        }

        for read in [decode_msgpack(&msgpack, r#type), decode_json(&json, r#type)] {
            match read {
                Ok(value) => {
                    prop_assert_eq!(mismatches(&value, r#type).0, vec![]);
                    let bytes = encode_msgpack(&value, r#type);
                    prop_assert_eq!(decode_msgpack(&bytes, r#type), Ok(value));
                }
                Err(found) => prop_assert!(found.has_error()),
            }
        }
    }

    #[test]
    fn random_bytes_give_a_value_or_a_message(schema in schemas(), bytes: Vec<u8>) {
        let r#type = schema.object_type();

        for read in [decode_msgpack(&bytes, r#type), decode_json(&bytes, r#type), decode_msgpack(&bytes, &Type::Dynamic)] {
            if let Err(found) = read {
                prop_assert!(found.has_error());
            }
        }
    }
}
