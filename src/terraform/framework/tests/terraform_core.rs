//! Terraform core, as far as it judges a provider: what it proposes, which plan and which result it refuses.
//!
//! Written from core's behaviour (terraform `internal/plans/objchange`) and not from `check`, so that the two can be held
//! against each other. Core's oddities are here too: a provider has to live with them.

use crate::terraform::language::{
    Attribute, AttributeKind, Mode, Nesting, Schema, Type, Value, wire,
};

const NULL: &Value = &Value::Null;
const UNKNOWN: &Value = &Value::Unknown;

/// What core proposes as the planned state.
pub(super) fn proposed(schema: &Schema, prior: &Value, config: &Value) -> Value {
    if config.is_null() {
        return Value::Null;
    }
    proposed_object(&schema.attributes, prior, config)
}

fn proposed_object(attributes: &[Attribute], prior: &Value, config: &Value) -> Value {
    if config.is_null() {
        return Value::Null;
    }
    Value::object(attributes.iter().map(|attribute| {
        let (prior, config) = (part(prior, &attribute.name), part(config, &attribute.name));
        let proposed = if is_computed(attribute) && config.is_null() {
            if came_from_a_config(attribute, prior) {
                Value::Null
            } else {
                prior.clone()
            }
        } else if let AttributeKind::Nested(nesting, nested) = &attribute.kind {
            proposed_nested(*nesting, nested, prior, config)
        } else {
            config.clone()
        };
        (attribute.name.clone(), proposed)
    }))
}

fn proposed_nested(nesting: Nesting, nested: &[Attribute], prior: &Value, config: &Value) -> Value {
    match (nesting, config) {
        (Nesting::Single, Value::Map(_)) => proposed_object(nested, prior, config),
        (Nesting::List, Value::List(configs)) => {
            let elements = configs.iter().enumerate();
            let elements = elements.map(|(index, config)| {
                let prior = prior.as_list().and_then(|priors| priors.get(index));
                prior.map_or(config.clone(), |prior| {
                    proposed_object(nested, prior, config)
                })
            });
            Value::List(elements.collect())
        }
        (Nesting::Map, Value::Map(configs)) => {
            Value::object(configs.iter().map(|(key, config)| {
                let prior = prior.as_map().and_then(|priors| priors.get(key));
                let element = prior.map_or(config.clone(), |prior| {
                    proposed_object(nested, prior, config)
                });
                (key.clone(), element)
            }))
        }
        (Nesting::Set, Value::List(configs)) => {
            let mut left: Vec<_> = prior.as_list().unwrap_or_default().iter().collect();
            Value::set_of(configs.iter().map(|config| {
                let found = left.iter().position(|prior| grew(nested, prior, config));
                let prior = found.map_or(NULL, |position| left.remove(position));
                proposed_object(nested, prior, config)
            }))
        }
        _ => config.clone(),
    }
}

/// Whether an optional nested value has something in it that only a configuration can have set.
fn came_from_a_config(attribute: &Attribute, prior: &Value) -> bool {
    attribute.mode == Mode::OptionalComputed && has_configured(attribute, prior)
}

fn has_configured(attribute: &Attribute, prior: &Value) -> bool {
    each_object(&attribute.kind, prior)
        .into_iter()
        .any(|object| {
            attribute.nested().iter().any(|attribute| {
                let prior = part(object, &attribute.name);
                !prior.is_null() && !is_computed(attribute) || has_configured(attribute, prior)
            })
        })
}

fn each_object<'a>(kind: &AttributeKind, value: &'a Value) -> Vec<&'a Value> {
    match (kind, value) {
        (AttributeKind::Nested(Nesting::Single, _), Value::Map(_)) => vec![value],
        (AttributeKind::Nested(..), Value::List(elements)) => elements.iter().collect(),
        (AttributeKind::Nested(..), Value::Map(elements)) => elements.values().collect(),
        _ => Vec::new(),
    }
}

/// Whether an element of a set may have come from this configured one: it has only computed values more.
fn grew(attributes: &[Attribute], prior: &Value, config: &Value) -> bool {
    prior == config
        || attributes.iter().all(|attribute| {
            let (prior, config) = (part(prior, &attribute.name), part(config, &attribute.name));
            prior == config || grew_inside(attribute, prior, config)
        })
}

fn grew_inside(attribute: &Attribute, prior: &Value, config: &Value) -> bool {
    match (&attribute.kind, prior) {
        (AttributeKind::Plain(Type::Set(_)) | AttributeKind::Nested(Nesting::Set, _), _) => false,
        (AttributeKind::Plain(_), _) => is_computed(attribute) && config.is_null(),
        (AttributeKind::Nested(Nesting::Single, nested), Value::Map(_)) => {
            !config.is_null() && grew(nested, prior, config)
        }
        (AttributeKind::Nested(Nesting::List, nested), Value::List(priors)) => {
            let configs = config.as_list().unwrap_or_default();
            priors.len() <= configs.len()
                && priors
                    .iter()
                    .zip(configs)
                    .all(|(prior, config)| grew(nested, prior, config))
        }
        (AttributeKind::Nested(Nesting::Map, nested), Value::Map(priors)) => {
            config.as_map().is_some_and(|configs| {
                priors.iter().all(|(key, prior)| {
                    configs
                        .get(key)
                        .is_some_and(|config| grew(nested, prior, config))
                })
            })
        }
        _ => true,
    }
}

/// Why core refuses a planned state; nothing if it does not.
pub(super) fn refuses_plan(
    schema: &Schema,
    prior: &Value,
    config: &Value,
    planned: &Value,
) -> Vec<String> {
    let mut reasons = Vec::new();
    if planned.is_null() != config.is_null() {
        reasons.push("exists in only one of plan and configuration".to_owned());
    } else if !wire::mismatches(planned, schema.object_type()).is_empty() {
        reasons.push("is of another type".to_owned());
    } else if !planned.is_null() {
        plan_of_attributes(&schema.attributes, prior, config, planned, &mut reasons);
    }
    reasons
}

fn plan_of_attributes(
    attributes: &[Attribute],
    prior: &Value,
    config: &Value,
    planned: &Value,
    reasons: &mut Vec<String>,
) {
    for attribute in attributes {
        let of = |object| part(object, &attribute.name);
        plan_of_attribute(attribute, of(prior), of(config), of(planned), reasons);
    }
}

fn plan_of_attribute(
    attribute: &Attribute,
    prior: &Value,
    config: &Value,
    planned: &Value,
    reasons: &mut Vec<String>,
) {
    let no_op = planned == prior && !prior.is_null() && !config.is_null();
    let free = attribute.mode == Mode::Computed
        || attribute.mode == Mode::OptionalComputed && config.is_null();
    if planned == config || no_op || free {
        return;
    }

    let mut refuse = |reason: &str| reasons.push(format!("{}: {reason}", attribute.name));
    let AttributeKind::Nested(nesting, nested) = &attribute.kind else {
        return refuse("is neither configured nor prior");
    };
    match (nesting, config, planned) {
        (_, Value::Null, _) | (_, _, Value::Null | Value::Unknown) => refuse("exists or does not"),
        (Nesting::Single, _, _) => plan_of_attributes(nested, prior, config, planned, reasons),
        (Nesting::List, Value::List(configs), Value::List(elements))
            if configs.len() == elements.len() =>
        {
            for (index, (config, planned)) in configs.iter().zip(elements).enumerate() {
                let priors = prior.as_list().unwrap_or_default();
                let prior = priors.get(index).unwrap_or(NULL);
                plan_of_attributes(nested, prior, config, planned, reasons);
            }
        }
        (Nesting::Map, Value::Map(configs), Value::Map(elements))
            if configs.keys().eq(elements.keys()) =>
        {
            for ((key, config), planned) in configs.iter().zip(elements.values()) {
                let prior = part(prior, key);
                plan_of_attributes(nested, prior, config, planned, reasons);
            }
        }
        // Core trusts the provider with the elements of a set, as long as their number can be right.
        (Nesting::Set, Value::List(_), Value::List(_)) => {
            let (config, planned) = (lengths(config), lengths(planned));
            if config.start() > planned.end() || planned.start() > config.end() {
                refuse("has another number of elements");
            }
        }
        _ => refuse("has other elements"),
    }
}

/// How many elements a set can have once its unknown ones are known.
fn lengths(set: &Value) -> std::ops::RangeInclusive<usize> {
    let most = set.as_list().map_or(0, <[Value]>::len);
    let least = if set.is_wholly_known() {
        most
    } else {
        most.min(1)
    };
    least..=most
}

/// Why core, or Terraform's own framework, refuses the identity of a planned object. `kept` is that of the prior object,
/// where the plan does not create another one.
pub(super) fn refuses_identity(
    schema: &Schema,
    kept: Option<&Value>,
    planned: &Value,
) -> Vec<String> {
    if !wire::mismatches(planned, schema.object_type()).is_empty() {
        return vec!["is of another type".to_owned()];
    }
    match kept {
        // In the JSON of a plan, core cannot write one that is not known.
        _ if !planned.is_wholly_known() => vec!["is not known".to_owned()],
        None => Vec::new(),
        Some(kept) if kept != planned => vec!["is another one".to_owned()],
        Some(_) => Vec::new(),
    }
}

/// Why core refuses a second plan, made with everything known, after a first one; nothing if it does not.
pub(super) fn refuses_final_plan(schema: &Schema, first: &Value, last: &Value) -> Vec<String> {
    let mut reasons = Vec::new();
    result(schema.object_type(), first, last, "", &mut reasons);
    reasons
}

/// Why core refuses a new state; nothing if it does not.
pub(super) fn refuses_result(schema: &Schema, planned: &Value, actual: &Value) -> Vec<String> {
    let mut reasons = refuses_final_plan(schema, planned, actual);
    if !actual.is_wholly_known() {
        reasons.push("has unknown values".to_owned());
    }
    reasons
}

fn result(r#type: &Type, planned: &Value, actual: &Value, at: &str, reasons: &mut Vec<String>) {
    let mut refuse = |reason: &str| reasons.push(format!("{at}: {reason}"));
    if !wire::mismatches(actual, r#type).is_empty() {
        return refuse("is of another type");
    }
    match (r#type, planned, actual) {
        (_, Value::Unknown, _) | (_, Value::Null, Value::Null) => {}
        (Type::List(element), Value::List(these), Value::List(those)) => {
            if these.len() != those.len() {
                return refuse("has another length");
            }
            for (planned, actual) in these.iter().zip(those) {
                result(element, planned, actual, &format!("{at}[]"), reasons);
            }
        }
        (Type::Tuple(types), Value::List(these), Value::List(those)) => {
            if these.len() != those.len() {
                return refuse("has another length");
            }
            for (r#type, (planned, actual)) in types.iter().zip(these.iter().zip(those)) {
                result(r#type, planned, actual, &format!("{at}[]"), reasons);
            }
        }
        (Type::Map(element), Value::Map(these), Value::Map(those)) => {
            if !these.keys().eq(those.keys()) {
                return refuse("has other keys");
            }
            for (key, planned) in these {
                let at = format!("{at}[{key:?}]");
                result(element, planned, &those[key], &at, reasons);
            }
        }
        (Type::Object(types), Value::Map(_), Value::Map(_)) => {
            for (name, r#type) in types {
                let (planned, actual) = (planned.attribute(name), actual.attribute(name));
                result(r#type, planned, actual, &format!("{at}.{name}"), reasons);
            }
        }
        (Type::Set(element), Value::List(these), Value::List(those)) => {
            let fits = |planned: &Value, actual: &Value| {
                let mut reasons = Vec::new();
                result(element, planned, actual, "", &mut reasons);
                reasons.is_empty()
            };
            let lost = these
                .iter()
                .any(|planned| !those.iter().any(|actual| fits(planned, actual)));
            let found = those
                .iter()
                .any(|actual| !these.iter().any(|planned| fits(planned, actual)));
            if lost || found || those.len() > these.len() {
                refuse("has other elements");
            }
        }
        (Type::Dynamic, Value::List(_) | Value::Map(_), _) => {
            result(&Type::of(planned), planned, actual, at, reasons);
        }
        _ if planned == actual => {}
        _ => refuse("has another value"),
    }
}

/// An attribute or element as core's values have it: of something unknown it is unknown.
fn part<'a>(value: &'a Value, name: &str) -> &'a Value {
    match value {
        Value::Map(parts) => parts.get(name).unwrap_or(NULL),
        Value::Unknown => UNKNOWN,
        _ => NULL,
    }
}

fn is_computed(attribute: &Attribute) -> bool {
    matches!(attribute.mode, Mode::Computed | Mode::OptionalComputed)
}
