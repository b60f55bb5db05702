//! Random schemas, and random values and configurations of them, for property tests.
//!
//! Every schema is sound by [`Schema::lint`]. None has rules: a random value would hardly ever satisfy one.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

use crate::terraform::language::schema::{Attribute, AttributeKind, Mode, Nesting, Schema};
use crate::terraform::language::types::Type;
use crate::terraform::language::value::Value;
use crate::terraform::language::value::number::Number;

/// How many levels of nested attributes a schema has at most.
const NESTED_LEVELS: u32 = 2;

/// Schemas of all types, modes and nestings, with defaults.
pub(crate) fn schemas() -> impl Strategy<Value = Schema> {
    (0..3_i64, attributes(NESTED_LEVELS, true)).prop_map(|(version, attributes)| Schema {
        version,
        description: "Random.".to_owned(),
        attributes,
        ..Schema::default()
    })
}

/// Objects of the schema's type whose attributes, at every depth, may be null and, if `unknowns`, unknown.
pub(crate) fn values(schema: &Schema, unknowns: bool) -> BoxedStrategy<Value> {
    known(schema.object_type(), unknowns)
}

/// Values of a type, which may be null and, if `unknowns`, unknown, at every depth.
pub(crate) fn values_of(r#type: &Type, unknowns: bool) -> BoxedStrategy<Value> {
    prop_oneof![
        1 => Just(Value::Null),
        4 => known_or_unknown(known(r#type, unknowns), unknowns),
    ]
    .boxed()
}

/// Configurations as they reach the provider: what is required is set (maybe to an unknown value), what is computed only
/// is null, at every depth.
pub(crate) fn configs(schema: &Schema, unknowns: bool) -> BoxedStrategy<Value> {
    object_config(&schema.attributes, unknowns)
}

/// Numbers of all kinds: small, large, beyond 64 bits, fractions that are floats and fractions that are not.
pub(crate) fn numbers() -> impl Strategy<Value = Number> {
    let decimal = "-?[0-9]{1,30}(\\.[0-9]{1,30})?(e-?[0-9]{1,2})?";
    prop_oneof![
        (-5..5_i64).prop_map(Number::from),
        any::<i64>().prop_map(Number::from),
        any::<u64>().prop_map(Number::from_u64),
        proptest::num::f64::NORMAL.prop_map(|float| Number::try_from(float).unwrap()),
        decimal.prop_map(|text| text.parse().unwrap()),
    ]
}

fn attributes(nested_levels: u32, dynamic: bool) -> BoxedStrategy<Vec<Attribute>> {
    vec(attribute(nested_levels, dynamic), 1..5)
        .prop_map(|mut attributes| {
            attributes.sort_by(|left, right| left.name.cmp(&right.name));
            attributes.dedup_by(|left, right| left.name == right.name);
            attributes
        })
        .boxed()
}

fn attribute(nested_levels: u32, dynamic: bool) -> BoxedStrategy<Attribute> {
    let mode = prop_oneof![
        Just(Mode::Required),
        Just(Mode::Optional),
        Just(Mode::Computed),
        Just(Mode::OptionalComputed),
    ];
    // At most four letters: Terraform's reserved names are longer.
    let name = "[a-z_][a-z0-9_]{0,3}";
    let flags = any::<(bool, bool, bool)>();
    (name, mode, kind(nested_levels, dynamic), flags)
        .prop_flat_map(|(name, mode, kind, (sensitive, replaces, keeps))| {
            let default = match (&kind, mode) {
                (AttributeKind::Plain(r#type), Mode::OptionalComputed) => {
                    prop::option::of(known(r#type, false)).boxed()
                }
                _ => Just(None).boxed(),
            };
            let computed = matches!(mode, Mode::Computed | Mode::OptionalComputed);
            let attribute = Attribute {
                sensitive,
                replaces,
                keeps: keeps && computed,
                ..Attribute::new(&name, kind, mode, "Random.")
            };
            default.prop_map(move |default| Attribute {
                default,
                ..attribute.clone()
            })
        })
        .prop_map(|mut attribute| {
            make_nested_sound(&mut attribute, false);
            attribute
        })
        .boxed()
}

/// Takes from nested attributes what they cannot be there: set, in a computed one; filled or kept, in a set.
fn make_nested_sound(attribute: &mut Attribute, in_set: bool) {
    let computed = attribute.mode == Mode::Computed;
    let AttributeKind::Nested(nesting, nested) = &mut attribute.kind else {
        return;
    };
    let in_set = in_set || *nesting == Nesting::Set;
    for attribute in nested {
        attribute.replaces = false;
        attribute.keeps &= !in_set;
        if computed {
            attribute.mode = Mode::Computed;
        }
        if computed || in_set {
            attribute.default = None;
        }
        make_nested_sound(attribute, in_set);
    }
}

fn kind(nested_levels: u32, dynamic: bool) -> BoxedStrategy<AttributeKind> {
    let plain = types(dynamic).prop_map(AttributeKind::Plain);
    let Some(inner_levels) = nested_levels.checked_sub(1) else {
        return plain.boxed();
    };
    // Elements of a collection must be of one type, which dynamic ones need not be.
    let collection = prop_oneof![Just(Nesting::List), Just(Nesting::Set), Just(Nesting::Map)];
    prop_oneof![
        5 => plain,
        1 => attributes(inner_levels, dynamic).prop_map(|inner| AttributeKind::Nested(Nesting::Single, inner)),
        2 => (collection, attributes(inner_levels, false)).prop_map(|(nesting, inner)| AttributeKind::Nested(nesting, inner)),
    ]
    .boxed()
}

fn types(dynamic: bool) -> BoxedStrategy<Type> {
    let primitive = prop_oneof![Just(Type::Bool), Just(Type::Number), Just(Type::String)];
    let r#static = primitive.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(Type::list),
            inner.clone().prop_map(Type::set),
            inner.clone().prop_map(Type::map),
            vec(inner.clone(), 0..3).prop_map(Type::Tuple),
            btree_map("[a-z]{1,2}", inner, 0..3).prop_map(Type::Object),
        ]
    });
    if dynamic {
        prop_oneof![
            8 => r#static,
            1 => Just(Type::Dynamic),
            1 => Just(Type::object([("any", Type::Dynamic), ("text", Type::String)])),
        ]
        .boxed()
    } else {
        r#static.boxed()
    }
}

/// Values that are not null themselves, and known themselves, whatever is in them.
pub(crate) fn known(r#type: &Type, unknowns: bool) -> BoxedStrategy<Value> {
    match r#type {
        Type::Bool => any::<bool>().prop_map(Value::from).boxed(),
        Type::Number => numbers().prop_map(Value::Number).boxed(),
        Type::String => any::<String>().prop_map(Value::from).boxed(),
        Type::List(element) => vec(values_of(element, unknowns), 0..4)
            .prop_map(Value::List)
            .boxed(),
        Type::Set(element) => vec(values_of(element, unknowns), 0..4)
            .prop_map(Value::set_of)
            .boxed(),
        Type::Map(element) => btree_map(any::<String>(), values_of(element, unknowns), 0..4)
            .prop_map(Value::Map)
            .boxed(),
        Type::Tuple(elements) => {
            let elements = elements.iter().map(|element| values_of(element, unknowns));
            elements.collect::<Vec<_>>().prop_map(Value::List).boxed()
        }
        Type::Object(attributes) => {
            let attributes = attributes
                .iter()
                .map(|(name, r#type)| (Just(name.clone()), values_of(r#type, unknowns)));
            attributes
                .collect::<Vec<_>>()
                .prop_map(Value::object)
                .boxed()
        }
        Type::Dynamic => {
            let r#type = Type::object([("list", Type::list(Type::Number)), ("text", Type::String)]);
            prop_oneof![known(&Type::String, unknowns), known(&r#type, unknowns)].boxed()
        }
    }
}

fn known_or_unknown(known: BoxedStrategy<Value>, unknowns: bool) -> BoxedStrategy<Value> {
    if unknowns {
        prop_oneof![1 => Just(Value::Unknown), 4 => known].boxed()
    } else {
        known
    }
}

fn object_config(attributes: &[Attribute], unknowns: bool) -> BoxedStrategy<Value> {
    let attributes = attributes.iter().map(|attribute| {
        let set = || known_or_unknown(attribute_config(&attribute.kind, unknowns), unknowns);
        let value = match attribute.mode {
            Mode::Computed => Just(Value::Null).boxed(),
            Mode::Required => set(),
            Mode::Optional | Mode::OptionalComputed => {
                prop_oneof![1 => Just(Value::Null), 2 => set()].boxed()
            }
        };
        (Just(attribute.name.clone()), value)
    });
    attributes
        .collect::<Vec<_>>()
        .prop_map(Value::object)
        .boxed()
}

/// Configurations of one attribute that is set.
pub(crate) fn attribute_config(kind: &AttributeKind, unknowns: bool) -> BoxedStrategy<Value> {
    let (nesting, attributes) = match kind {
        AttributeKind::Plain(r#type) => return known(r#type, unknowns),
        AttributeKind::Nested(nesting, attributes) => (nesting, attributes),
    };
    let object = object_config(attributes, unknowns);
    let element = known_or_unknown(object.clone(), unknowns);
    match nesting {
        Nesting::Single => object,
        Nesting::List => vec(element, 0..3).prop_map(Value::List).boxed(),
        Nesting::Set => vec(element, 0..3).prop_map(Value::set_of).boxed(),
        Nesting::Map => btree_map("[a-z]{1,3}", element, 0..3)
            .prop_map(Value::Map)
            .boxed(),
    }
}
