//! `check` and `terraform_core` compared on answers that are wrong on purpose, one fault at a time.
//!
//! A fault of a plan is put where the configuration or the schema has the last word, a fault of a result where the plan
//! has it. Elements of sets have no address, so nothing is put inside of them. The inside of nested values is reached, and
//! every fault must have been drawn often enough to mean something.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use crate::terraform::framework::check;
use crate::terraform::framework::tests::properties::{Given, given};
use crate::terraform::framework::tests::random::{another, identity_schema, resolved};
use crate::terraform::framework::tests::terraform_core;
use crate::terraform::language::{
    Attribute, AttributeKind, Mode, Nesting, Path, Schema, Type, Value,
};

const CASES: u32 = 200;
const ENOUGH: usize = 5;

/// A fault's name and the value with the fault in it.
type Fault = (&'static str, Value);

#[test]
fn every_fault_of_a_plan_is_found_before_core_finds_it() {
    let found = refused(|given| {
        let Given {
            resource,
            first,
            second,
        } = given;
        let known = resolved(&resource.schema, first, resource.seed);
        let prior = resource.state(&Value::Null, &known);
        let planned = resource.planned(&prior, second).planned;
        let faults = faults_of_plan(&resource.schema, &prior, second, &planned, resource.seed);
        let refused = faults.into_iter().map(|(name, planned)| {
            let core = terraform_core::refuses_plan(&resource.schema, &prior, second, &planned);
            let ours = check::planned(&resource.schema, second, &prior, &planned);
            (name, !core.is_empty(), !ours.is_empty())
        });
        refused.collect()
    });

    let drawn: Vec<_> = found.keys().copied().collect();
    let expected = [
        "absent",
        "added element",
        "another type",
        "another value",
        "appeared",
        "guessed",
        "lost",
        "lost element",
        "unknown",
    ];
    assert_eq!(drawn, expected);
    assert!(found.values().all(|count| *count >= ENOUGH), "{found:?}");
}

#[test]
fn every_fault_of_a_result_is_found_before_core_finds_it() {
    let found = refused(|given| {
        let Given {
            resource, first, ..
        } = given;
        let config = resolved(&resource.schema, first, resource.seed);
        let planned = resource.planned(&Value::Null, &config).planned;
        let actual = resource.applied(&Value::Null, &planned).state.unwrap();
        let faults = faults_of_result(&resource.schema, &planned, &actual, resource.seed);
        let refused = faults.into_iter().map(|(name, actual)| {
            let core = terraform_core::refuses_result(&resource.schema, &planned, &actual);
            let ours = check::applied(&resource.schema, &planned, &actual);
            (name, !core.is_empty(), !ours.is_empty())
        });
        refused.collect()
    });

    let drawn: Vec<_> = found.keys().copied().collect();
    let expected = [
        "absent",
        "added element",
        "another type",
        "another value",
        "appeared",
        "lost",
        "lost element",
        "unknown",
    ];
    assert_eq!(drawn, expected);
    assert!(found.values().all(|count| *count >= ENOUGH), "{found:?}");
}

#[test]
fn every_fault_of_an_identity_is_found_before_core_finds_it() {
    let found = refused(|given| {
        let Given {
            resource, first, ..
        } = given;
        let known = resolved(&resource.schema, first, resource.seed);
        let state = resource.state(&Value::Null, &known);
        // Of all simple attributes, since few random ones replace their object.
        let attributes = resource.schema.attributes.iter().cloned();
        let schema = &identity_schema(&Schema {
            attributes: attributes.map(Attribute::replaces).collect(),
            ..Schema::default()
        });
        let identity = Value::object(schema.attributes.iter().map(|one| {
            let name = one.name.as_str();
            (name, state.attribute(name).clone())
        }));
        let faults = faults_of_identity(schema, &identity, resource.seed);
        let refused = faults.into_iter().map(|(name, faulty)| {
            let core = terraform_core::refuses_identity(schema, Some(&identity), &faulty);
            let planned = check::planned_identity(schema, Some(&identity), &faulty);
            let actual = check::identity(schema, &identity, &faulty);
            let ours = !planned.is_empty() && !actual.is_empty();
            (name, !core.is_empty(), ours)
        });
        refused.collect()
    });

    let drawn: Vec<_> = found.keys().copied().collect();
    let expected = ["absent", "another type", "another value", "unknown"];
    assert_eq!(drawn, expected);
    assert!(found.values().all(|count| *count >= ENOUGH), "{found:?}");
}

fn faults_of_identity(schema: &Schema, identity: &Value, seed: u64) -> Vec<Fault> {
    let mut faults = vec![("absent", Value::Null)];
    schema.walk(identity, &mut |place| {
        let (path, r#type) = (place.path, place.attribute.kind.to_type());
        let Some(value) = identity.get(path) else {
            return;
        };
        let mut put = |name, fault: Option<Value>| {
            let faulty = fault.and_then(|fault| with(identity, path, fault));
            faults.extend(faulty.map(|identity| (name, identity)));
        };

        put("another type", of_another_type(&r#type));
        put("another value", another(&r#type, &[value], seed));
        put("unknown", Some(Value::Unknown));
    });
    faults
}

/// Draws faults, demands that core and we refuse each, and counts them.
fn refused(
    faults: impl Fn(&Given) -> Vec<(&'static str, bool, bool)>,
) -> BTreeMap<&'static str, usize> {
    let counts = std::cell::RefCell::new(BTreeMap::new());
    let config = ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(CASES)
    };
    let outcome = TestRunner::new(config).run(&given(), |given| {
        for (name, core, ours) in faults(&given) {
            prop_assert!(core, "core accepts: {name}");
            prop_assert!(ours, "we accept: {name}");
            *counts.borrow_mut().entry(name).or_default() += 1;
        }
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
    counts.into_inner()
}

fn faults_of_plan(
    schema: &Schema,
    prior: &Value,
    config: &Value,
    planned: &Value,
    seed: u64,
) -> Vec<Fault> {
    let mut faults = vec![("absent", Value::Null)];
    schema.walk(planned, &mut |place| {
        let path = place.path;
        let (Some(config), Some(value)) = (config.get(path), planned.get(path)) else {
            return;
        };
        let prior = prior.get(path).unwrap_or(&Value::Null);
        let (kind, r#type) = (&place.attribute.kind, place.attribute.kind.to_type());
        let free = match place.attribute.mode {
            Mode::Computed => true,
            Mode::OptionalComputed => config.is_null(),
            Mode::Required | Mode::Optional => false,
        };
        // What is as it was may be as it was whatever the configuration says.
        let mut put = |name, fault: Option<Value>| {
            faults.extend(
                fault
                    .filter(|fault| fault != prior)
                    .and_then(|fault| with(planned, path, fault))
                    .map(|planned| (name, planned)),
            );
        };

        put("another type", of_another_type(&r#type));
        match (kind, config) {
            _ if free => {}
            (_, Value::Null) => put("appeared", another(&r#type, &[], seed)),
            (AttributeKind::Plain(_), Value::Unknown) => {
                put("guessed", another(&r#type, &[prior], seed))
            }
            (_, Value::Unknown) => {}
            (kind, config) => {
                put("lost", Some(Value::Null));
                put("unknown", Some(Value::Unknown));
                if let AttributeKind::Plain(_) = kind {
                    put("another value", another(&r#type, &[config], seed));
                }
                let counted = config.is_wholly_known() && value.is_wholly_known();
                if counted || !matches!(kind, AttributeKind::Nested(Nesting::Set, _)) {
                    put("added element", with_one_more(kind, value));
                    put("lost element", with_one_less(kind, value));
                }
            }
        }
    });
    faults
}

fn faults_of_result(schema: &Schema, planned: &Value, actual: &Value, seed: u64) -> Vec<Fault> {
    let mut faults = vec![("absent", Value::Null)];
    schema.walk(actual, &mut |place| {
        let path = place.path;
        let (Some(planned), Some(value)) = (planned.get(path), actual.get(path)) else {
            return;
        };
        let (kind, r#type) = (&place.attribute.kind, place.attribute.kind.to_type());
        let mut put = |name, fault: Option<Value>| {
            faults.extend(
                fault
                    .and_then(|fault| with(actual, path, fault))
                    .map(|actual| (name, actual)),
            );
        };

        put("another type", of_another_type(&r#type));
        put("unknown", Some(Value::Unknown));
        match (kind, planned) {
            (_, Value::Unknown) => {}
            (_, Value::Null) => put("appeared", another(&r#type, &[], seed)),
            (kind, planned) => {
                put("lost", Some(Value::Null));
                if planned.is_wholly_known() {
                    put("another value", another(&r#type, &[planned], seed));
                }
                if !matches!(kind, AttributeKind::Nested(Nesting::Set, _)) {
                    put("added element", with_one_more(kind, value));
                    put("lost element", with_one_less(kind, value));
                }
            }
        }
    });
    faults
}

fn with(value: &Value, path: &Path, part: Value) -> Option<Value> {
    let mut value = value.clone();
    value.set(path, part).then_some(value)
}

fn of_another_type(r#type: &Type) -> Option<Value> {
    match r#type {
        Type::Dynamic => None,
        Type::Bool => Some("true".into()),
        _ => Some(true.into()),
    }
}

fn with_one_more(kind: &AttributeKind, value: &Value) -> Option<Value> {
    let AttributeKind::Nested(nesting, nested) = kind else {
        return None;
    };
    let names = nested.iter().map(|attribute| attribute.name.as_str());
    let empty = Value::object(names.map(|name| (name, Value::Null)));
    match (nesting, value) {
        (Nesting::Single, _) => None,
        (Nesting::Set, Value::List(elements)) if elements.contains(&empty) => None,
        (Nesting::Set, Value::List(elements)) => {
            Some(Value::set_of(elements.iter().cloned().chain([empty])))
        }
        (_, Value::List(elements)) => Some(Value::List([elements.as_slice(), &[empty]].concat())),
        (_, Value::Map(elements)) => {
            let elements = elements.clone().into_iter();
            Some(Value::object(elements.chain([("added".to_owned(), empty)])))
        }
        _ => None,
    }
}

fn with_one_less(kind: &AttributeKind, value: &Value) -> Option<Value> {
    match (kind, value) {
        (AttributeKind::Plain(_) | AttributeKind::Nested(Nesting::Single, _), _) => None,
        (_, Value::List(elements)) => Some(Value::List(elements.split_last()?.1.to_vec())),
        (_, Value::Map(elements)) => {
            let (last, _) = elements.last_key_value()?;
            let rest = elements.iter().filter(|(key, _)| *key != last);
            Some(Value::object(
                rest.map(|(key, element)| (key, element.clone())),
            ))
        }
        _ => None,
    }
}
