//! The first draft of a plan: defaults, kept values and unknown values, in the order of Terraform's own framework.
//!
//! Nothing becomes unknown while nothing changes: a planned value equal to the prior one is no change at all.

use crate::terraform::language::{Attribute, AttributeKind, Mode, Nesting, Path, Schema, Value};

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
    each_attribute(attributes, proposed, |attribute, proposed| {
        fill(attribute, part(config, &attribute.name), proposed)
    })
}

fn fill(attribute: &Attribute, config: &Value, proposed: &Value) -> Value {
    match (&attribute.kind, &attribute.default) {
        (_, Some(default)) if config.is_null() => default.clone(),
        // There are no defaults in a set.
        (AttributeKind::Plain(_) | AttributeKind::Nested(Nesting::Set, _), _) => proposed.clone(),
        _ if config.is_null() => proposed.clone(),
        (AttributeKind::Nested(nesting, nested), _) => each_object(
            *nesting,
            config,
            &Value::Null,
            proposed,
            |config, _, proposed| fill_object(nested, config, proposed),
        ),
    }
}

/// An object whose computed attributes, where the configuration leaves them open, are kept or unknown.
fn mark_object(attributes: &[Attribute], config: &Value, prior: &Value, planned: &Value) -> Value {
    each_attribute(attributes, planned, |attribute, planned| {
        let (config, prior) = (part(config, &attribute.name), part(prior, &attribute.name));
        mark(attribute, config, prior, planned)
    })
}

fn mark(attribute: &Attribute, config: &Value, prior: &Value, planned: &Value) -> Value {
    if config.is_null() {
        let computed = matches!(attribute.mode, Mode::Computed | Mode::OptionalComputed);
        return match &attribute.default {
            None if computed && attribute.keeps && !prior.is_null() => prior.clone(),
            None if computed => Value::Unknown,
            _ => planned.clone(),
        };
    }
    match (&attribute.kind, config) {
        (AttributeKind::Plain(_), _) => planned.clone(),
        // What core proposes for a set may have lost elements: two configured ones can look like the same prior one. And
        // as elements cannot be told apart by their computed parts, there is no prior one to keep anything from.
        (AttributeKind::Nested(Nesting::Set, nested), Value::List(elements)) => {
            let elements = elements.iter();
            Value::set_of(
                elements.map(|element| mark_object(nested, element, &Value::Null, element)),
            )
        }
        (AttributeKind::Nested(nesting, nested), _) => each_object(
            *nesting,
            config,
            prior,
            planned,
            |config, prior, planned| mark_object(nested, config, prior, planned),
        ),
    }
}

/// Changes each attribute of an object; what is no object stays as it is.
fn each_attribute(
    attributes: &[Attribute],
    object: &Value,
    change: impl Fn(&Attribute, &Value) -> Value,
) -> Value {
    let Value::Map(_) = object else {
        return object.clone();
    };
    Value::object(attributes.iter().map(|attribute| {
        let value = object.attribute(&attribute.name);
        (attribute.name.clone(), change(attribute, value))
    }))
}

/// Changes each object of a nested value, beside the objects of the configuration and of the prior state in the same place.
fn each_object(
    nesting: Nesting,
    config: &Value,
    prior: &Value,
    planned: &Value,
    change: impl Fn(&Value, &Value, &Value) -> Value,
) -> Value {
    match (nesting, planned) {
        (Nesting::Single, _) => change(config, prior, planned),
        (_, Value::List(elements)) => {
            let elements = elements.iter().enumerate();
            let changed = elements.map(|(index, planned)| {
                change(element(config, index), element(prior, index), planned)
            });
            Value::List(changed.collect())
        }
        (_, Value::Map(elements)) => Value::object(
            elements
                .iter()
                .map(|(key, planned)| (key, change(part(config, key), part(prior, key), planned))),
        ),
        _ => planned.clone(),
    }
}

/// An attribute of an object or an element of a map: null where there is none, unknown where the whole is.
pub(super) fn part<'a>(whole: &'a Value, name: &str) -> &'a Value {
    match whole {
        Value::Unknown => whole,
        _ => whole.attribute(name),
    }
}

/// An element of a list: null where there is none, unknown where the whole is.
pub(super) fn element(list: &Value, index: usize) -> &Value {
    const NULL: &Value = &Value::Null;
    match list {
        Value::List(elements) => elements.get(index).unwrap_or(NULL),
        Value::Unknown => list,
        _ => NULL,
    }
}
