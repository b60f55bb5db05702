//! What every resource here has besides its assets: common arguments, protection against loss, timeouts.

use std::time::Duration;

use crate::jetstream::Scope;
use crate::terraform::framework::Call;
use crate::terraform::language::duration::{self, UNIT_NAMES};
use crate::terraform::language::{
    Attribute, AttributeKind, Mode, Nesting, Schema, Type, Value, ValueRule,
};

/// Time to delete what a failed create created, and to read what became of what was sent; part of the timeout.
pub const ROLLBACK: Duration = Duration::from_secs(15);

/// What Terraform does with an object, in the order of the docs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crud {
    /// Creating its assets.
    Create,
    /// Reading them.
    Read,
    /// Changing them.
    Update,
    /// Deleting them.
    Delete,
}

impl Crud {
    const ALL: [Self; 4] = [Self::Create, Self::Read, Self::Update, Self::Delete];

    /// Its name in the argument `timeouts`.
    fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Read => "read",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }

    /// How long it may take when the configuration says nothing, waiting for replicas included.
    fn default_timeout(self) -> Duration {
        Duration::from_secs(match self {
            Self::Create | Self::Delete => 120,
            Self::Read => 60,
            Self::Update => 300,
        })
    }

    /// What was done when it succeeded.
    pub fn done(self) -> &'static str {
        match self {
            Self::Create => "created",
            Self::Read => "read",
            Self::Update => "updated",
            Self::Delete => "deleted",
        }
    }
}

/// The arguments that protect against loss.
pub fn protection() -> [Attribute; 3] {
    let flag = |name: &str, doc: &str| {
        Attribute::new(name, Type::Bool, Mode::OptionalComputed, doc).default(false)
    };
    [
        flag(
            "force_destroy",
            "Whether a destroy, or a replacement of a bucket, may delete keys. The provider uses the value in the state before the apply: set it, apply, then destroy or replace. If it is set in the same apply as the change, it has no effect on that change. A change of it alone changes nothing on the server.",
        ),
        flag(
            "skip_destroy",
            "Whether a destroy only removes the object from Terraform's state, and keeps its buckets and streams on the server. The provider uses the value in the state before the apply. A change of it alone changes nothing on the server.",
        ),
        flag(
            "adopt_existing",
            "Whether a create adopts buckets and streams that already exist, with their contents, and changes in place what differs. Otherwise an existing bucket or stream is an error. What another resource of the configuration manages is not adopted, even with another provider block (on Linux). The provider cannot know what another Terraform state manages: do not adopt that, because both states would repeatedly revert each other's changes. After the create, it has no effect.",
        ),
    ]
}

/// The argument that limits how long operations take.
pub fn timeouts() -> Attribute {
    let nested = Crud::ALL.into_iter().map(|operation| {
        let name = operation.name();
        let doc = format!(
            "Longest time of {name}, such as `\"90s\"` or `\"5m\"`, more than 0, up to `\"8760h\"` (units: {UNIT_NAMES})."
        );
        let default = format!("{}s", operation.default_timeout().as_secs());
        Attribute::new(name, Type::String, Mode::Optional, doc)
            .names_default(&default.into())
            .rule(ValueRule::Custom(positive_duration))
    });
    Attribute::new(
        "timeouts",
        AttributeKind::Nested(Nesting::Single, nested.collect()),
        Mode::Optional,
        "How long the operations may take, with all retries. A change changes nothing on the server.",
    )
}

/// The argument that limits how long a read of a data source takes.
pub fn read_timeout() -> Attribute {
    let all = timeouts();
    let mut nested = all.nested().to_vec();
    nested.retain(|one| one.name == Crud::Read.name());
    Attribute::new(
        &all.name,
        AttributeKind::Nested(Nesting::Single, nested),
        Mode::Optional,
        "How long the read may take, with all retries.",
    )
}

fn positive_duration(value: &Value) -> Result<(), String> {
    duration::wait(value.as_str().unwrap_or_default()).map(drop)
}

/// Keeps each timeout as it was written where the configuration says the same in another way: `"5m"` and `"300s"`.
pub fn keep_equal_timeouts(prior: &Value, planned: &mut Value) {
    let before = prior.attribute("timeouts");
    let mut timeouts = planned.attribute("timeouts").clone();
    if timeouts.as_map().is_none() {
        return;
    }
    for name in Crud::ALL.map(Crud::name) {
        let length = |all: &Value| all.attribute(name).as_str().and_then(duration::duration);
        if length(before).is_some() && length(before) == length(&timeouts) {
            timeouts.set_attribute(name, before.attribute(name).clone());
        }
    }
    planned.set_attribute("timeouts", timeouts);
}

/// The bounds of an operation: the object's timeout, and Terraform's wish to stop.
pub fn scope(object: &Value, operation: Crud, call: &Call) -> Scope {
    let own = object
        .attribute("timeouts")
        .attribute(operation.name())
        .as_str()
        .and_then(duration::duration);
    let limit = own.unwrap_or(operation.default_timeout());
    let reserve = match operation {
        Crud::Create => ROLLBACK.min(limit / 4),
        Crud::Read | Crud::Update | Crud::Delete => Duration::ZERO,
    };
    Scope::new(limit.saturating_sub(call.waited), call.stop.clone())
        .reserving(reserve)
        .unless_abandoned(call.abandoned.clone())
}

/// The state to start an import from: nothing but what the id says, and the defaults of what no server knows.
pub fn imported<N: AsRef<str>>(
    schema: &Schema,
    known: impl IntoIterator<Item = (N, Value)>,
) -> Value {
    let mut state = with_all_attributes(&schema.attributes, &Value::Null);
    for flag in ["force_destroy", "skip_destroy", "adopt_existing"] {
        state.set_attribute(flag, false.into());
    }
    for (name, value) in known {
        let name = name.as_ref();
        let attribute = schema.attributes.iter().find(|one| one.name == name);
        let nested = attribute.map(Attribute::nested).unwrap_or_default();
        let value = match nested {
            [] => value,
            nested => with_all_attributes(nested, &value),
        };
        state.set_attribute(name, value);
    }
    state
}

/// An object with every attribute, null where `known` has none.
fn with_all_attributes(attributes: &[Attribute], known: &Value) -> Value {
    let names = attributes.iter().map(|attribute| &attribute.name);
    Value::object(names.map(|name| (name.clone(), known.attribute(name).clone())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_timeout_of_an_object_bounds_its_operation_with_the_wait_before_it() {
        let timeouts = Value::object([("update", "6s".into())]);
        let object = Value::object([("timeouts", timeouts)]);
        let left = |waited: u64| {
            let call = Call {
                waited: Duration::from_secs(waited),
                ..Call::default()
            };
            scope(&object, Crud::Update, &call)
                .remaining()
                .as_secs_f64()
        };

        assert!((5.0..=6.0).contains(&left(0)));
        assert!((1.0..=2.0).contains(&left(4)));
        assert_eq!(left(7), 0.0);
    }

    #[test]
    fn timeouts_that_are_equal_stay_as_they_were_written() {
        let object = |read: &str, update: &str| {
            let timeouts = Value::object([("read", read.into()), ("update", update.into())]);
            Value::object([("timeouts", timeouts)])
        };
        let mut planned = object("300s", "1d");

        keep_equal_timeouts(&object("5m", "5m"), &mut planned);

        assert_eq!(planned, object("5m", "1d"));
        let mut none = Value::object([("timeouts", Value::Null)]);
        keep_equal_timeouts(&object("5m", "5m"), &mut none);
        assert_eq!(none, Value::object([("timeouts", Value::Null)]));
    }
}
