//! What every resource here has besides its assets: common arguments, protection against loss, timeouts.

use std::time::Duration;

use crate::catalogue::Asset;
use crate::jetstream::Scope;
use crate::resources::object::argument::{Argument, Unset};
use crate::resources::object::member::Member;
use crate::terraform::framework::Call;
use crate::terraform::language::duration;
use crate::terraform::language::{
    Attribute, AttributeKind, Mode, Nesting, Rule, Schema, Type, Value,
};

/// Operations and how long each may take when the configuration says nothing, waiting for replicas included.
pub const TIMEOUTS: &[(&str, Duration)] = &[
    ("create", Duration::from_secs(120)),
    ("read", Duration::from_secs(60)),
    ("update", Duration::from_secs(300)),
    ("delete", Duration::from_secs(120)),
];

/// The attributes of a resource after those that identify it.
pub fn attributes(arguments: &[Argument], rows: &[&'static Asset]) -> Vec<Attribute> {
    let common = arguments.iter().map(Argument::common_attribute);
    let assets = rows.iter().map(|row| row.attribute());
    common
        .chain(assets)
        .chain(protection())
        .chain([timeouts()])
        .collect()
}

fn protection() -> [Attribute; 3] {
    let flag = |name: &str, doc: &str| {
        Attribute::new(name, Type::Bool, Mode::OptionalComputed, doc).default(false)
    };
    [
        flag(
            "force_destroy",
            "Whether a destroy, or a replacement, may delete what holds keys. It must be in the state, so apply it before the destroy.",
        ),
        flag(
            "skip_destroy",
            "Whether a destroy only forgets the assets and leaves them on the server.",
        ),
        flag(
            "adopt_existing",
            "Whether a create takes over assets that exist already, with their contents, and changes in place what differs. Otherwise an existing asset is an error.",
        ),
    ]
}

fn timeouts() -> Attribute {
    let nested = TIMEOUTS.iter().map(|(name, default)| {
        let doc = format!(
            "Longest time of {name}, such as `\"90s\"` or `\"5m\"`. Default `\"{}s\"`.",
            default.as_secs()
        );
        Attribute::new(name, Type::String, Mode::Optional, doc)
            .rule(Rule::Custom(positive_duration))
    });
    Attribute::new(
        "timeouts",
        AttributeKind::Nested(Nesting::Single, nested.collect()),
        Mode::Optional,
        "How long the operations may take, retries included.",
    )
}

fn positive_duration(value: &Value) -> Result<(), String> {
    duration::wait(value.as_str().unwrap_or_default()).map(drop)
}

/// The bounds of an operation: the object's timeout, and Terraform's wish to stop.
pub fn scope(object: &Value, operation: &str, call: &Call) -> Scope {
    let own = object
        .attribute("timeouts")
        .attribute(operation)
        .as_str()
        .and_then(duration::duration);
    let default = TIMEOUTS
        .iter()
        .find(|(name, _)| *name == operation)
        .map_or(Duration::from_secs(60), |(_, default)| *default);
    Scope::new(own.unwrap_or(default), call.stop.clone())
}

/// After an import the common arguments are not known: takes what the assets have in common, else what the first has.
pub fn fill_from_members(state: &mut Value, members: &[Member]) {
    let present: Vec<_> = members
        .iter()
        .map(|member| state.attribute(member.row.key).clone())
        .filter(|object| !object.is_null())
        .collect();
    let (Some(first), true) = (present.first(), state.attribute("replicas").is_null()) else {
        return;
    };
    for argument in members.iter().flat_map(|member| member.row.arguments()) {
        let at_root = state
            .as_map()
            .is_some_and(|root| root.contains_key(argument.name));
        let value = first.attribute(argument.name);
        let shared = present
            .iter()
            .all(|object| object.attribute(argument.name) == value);
        let defaulted = matches!(argument.unset, Unset::Default);
        if at_root && (shared || defaulted) {
            state.set_attribute(argument.name, value.clone());
        }
    }
}

/// The state to start an import from: nothing but what the id says, and the defaults of what no server knows.
pub fn imported(schema: &Schema, known: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    let mut state = Value::object(
        schema
            .attributes
            .iter()
            .map(|attribute| (attribute.name.clone(), Value::Null)),
    );
    for (name, value) in ["force_destroy", "skip_destroy", "adopt_existing"]
        .map(|name| (name, Value::from(false)))
        .into_iter()
        .chain(known)
    {
        state.set_attribute(name, value);
    }
    state
}
