//! The first draft of a plan: defaults, kept values and unknown values, in the order of Terraform's own framework.
//!
//! Nothing becomes unknown while nothing changes: a planned value equal to the prior one is no change at all.

use crate::terraform::{Attribute, Kind, Mode, Nesting, Path, Schema, Value, path::Step};

/// The draft of a create or an update.
pub fn draft(schema: &Schema, config: &Value, prior: &Value, proposed: &Value) -> Value {
    let with_defaults = fill_object(&schema.attributes, config, proposed);
    if &with_defaults == prior {
        return with_defaults;
    }
    mark_object(&schema.attributes, config, prior, &with_defaults)
}

/// The attributes that make another object of it, where their value really differs.
pub fn replacing(schema: &Schema, prior: &Value, planned: &Value) -> Vec<Path> {
    if prior.is_null() || planned.is_null() {
        return Vec::new();
    }
    schema
        .attributes
        .iter()
        .filter(|attribute| {
            attribute.replaces
                && prior.attribute(&attribute.name) != planned.attribute(&attribute.name)
        })
        .map(|attribute| Path::attribute(&attribute.name))
        .collect()
}

/// An object with the defaults of all attributes that the configuration leaves open.
fn fill_object(attributes: &[Attribute], config: &Value, proposed: &Value) -> Value {
    let Value::Map(_) = proposed else {
        return proposed.clone();
    };
    Value::object(attributes.iter().map(|attribute| {
        let config = config.attribute(&attribute.name);
        let proposed = proposed.attribute(&attribute.name);
        (attribute.name.clone(), fill(attribute, config, proposed))
    }))
}

fn fill(attribute: &Attribute, config: &Value, proposed: &Value) -> Value {
    if config.is_null() {
        return attribute
            .default
            .clone()
            .unwrap_or_else(|| proposed.clone());
    }
    match &attribute.kind {
        Kind::Plain(_) => proposed.clone(),
        Kind::Nested(nesting, nested) => {
            each_object(*nesting, config, proposed, |config, proposed| {
                fill_object(nested, config, proposed)
            })
        }
    }
}

/// An object whose computed attributes, where the configuration leaves them open, are kept or unknown.
fn mark_object(attributes: &[Attribute], config: &Value, prior: &Value, planned: &Value) -> Value {
    let Value::Map(_) = planned else {
        return planned.clone();
    };
    Value::object(attributes.iter().map(|attribute| {
        let name = &attribute.name;
        (
            name.clone(),
            mark(
                attribute,
                config.attribute(name),
                prior.attribute(name),
                planned.attribute(name),
            ),
        )
    }))
}

fn mark(attribute: &Attribute, config: &Value, prior: &Value, planned: &Value) -> Value {
    let computed = matches!(attribute.mode, Mode::Computed | Mode::OptionalComputed);
    if config.is_null() {
        return match (computed, &attribute.default) {
            (true, None) if attribute.keeps && !prior.is_null() => prior.clone(),
            (true, None) => Value::Unknown,
            _ => planned.clone(),
        };
    }
    match &attribute.kind {
        Kind::Plain(_) => planned.clone(),
        // Elements of a set cannot be told apart by their computed parts, so there is no prior one to keep from.
        Kind::Nested(Nesting::Set, nested) => {
            each_object(Nesting::Set, config, planned, |config, planned| {
                mark_object(nested, config, &Value::Null, planned)
            })
        }
        Kind::Nested(Nesting::Single, nested) => {
            each_object(Nesting::Single, config, planned, |config, planned| {
                mark_object(nested, config, prior, planned)
            })
        }
        Kind::Nested(nesting, nested) => mark_elements(*nesting, nested, config, prior, planned),
    }
}

fn mark_elements(
    nesting: Nesting,
    nested: &[Attribute],
    config: &Value,
    prior: &Value,
    planned: &Value,
) -> Value {
    let mark_one = |step: Step, planned: &Value| {
        mark_object(
            nested,
            element(config, &step),
            element(prior, &step),
            planned,
        )
    };
    match (nesting, planned) {
        (Nesting::List, Value::List(elements)) => Value::List(
            elements
                .iter()
                .enumerate()
                .map(|(index, planned)| mark_one(Step::Index(index), planned))
                .collect(),
        ),
        (Nesting::Map, Value::Map(elements)) => Value::Map(
            elements
                .iter()
                .map(|(key, planned)| (key.clone(), mark_one(Step::Key(key.clone()), planned)))
                .collect(),
        ),
        _ => planned.clone(),
    }
}

/// The element of a list or map, null where there is none.
fn element<'a>(collection: &'a Value, step: &Step) -> &'a Value {
    const NULL: &Value = &Value::Null;
    match (collection, step) {
        (Value::List(elements), Step::Index(index)) => elements.get(*index).unwrap_or(NULL),
        (Value::Map(elements), Step::Key(key) | Step::Attribute(key)) => {
            elements.get(key).unwrap_or(NULL)
        }
        _ => NULL,
    }
}

/// Applies `change` to each object of a nested attribute, beside the object of the configuration that it comes from.
///
/// Core proposes the objects of a set in an order of their own; the object of the configuration that agrees with all
/// that it sets is its origin.
fn each_object(
    nesting: Nesting,
    config: &Value,
    planned: &Value,
    change: impl Fn(&Value, &Value) -> Value,
) -> Value {
    match (nesting, planned) {
        (Nesting::Single, _) => change(config, planned),
        (Nesting::List, Value::List(elements)) => Value::List(
            elements
                .iter()
                .enumerate()
                .map(|(index, planned)| change(element(config, &Step::Index(index)), planned))
                .collect(),
        ),
        (Nesting::Map, Value::Map(elements)) => Value::Map(
            elements
                .iter()
                .map(|(key, planned)| {
                    (
                        key.clone(),
                        change(element(config, &Step::Key(key.clone())), planned),
                    )
                })
                .collect(),
        ),
        (Nesting::Set, Value::List(elements)) => {
            let mut changed: Vec<Value> = elements
                .iter()
                .map(|planned| change(origin(config, planned), planned))
                .collect();
            changed.sort();
            changed.dedup();
            Value::List(changed)
        }
        _ => planned.clone(),
    }
}

fn origin<'a>(config: &'a Value, planned: &Value) -> &'a Value {
    const NULL: &Value = &Value::Null;
    config
        .as_list()
        .and_then(|objects| objects.iter().find(|object| agrees(object, planned)))
        .unwrap_or(NULL)
}

/// Whether everything that `config` sets stands in `planned`.
fn agrees(config: &Value, planned: &Value) -> bool {
    match (config, planned) {
        (Value::Null, _) => true,
        (Value::Map(config), Value::Map(planned)) => config.iter().all(|(name, value)| {
            planned
                .get(name)
                .is_some_and(|planned| agrees(value, planned))
        }),
        (Value::List(config), Value::List(planned)) => {
            config.len() == planned.len()
                && config
                    .iter()
                    .zip(planned)
                    .all(|(config, planned)| agrees(config, planned))
        }
        _ => config == planned,
    }
}
