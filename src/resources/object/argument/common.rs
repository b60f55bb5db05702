//! The common arguments of an object, and the assets that follow them.
//!
//! An asset follows a common argument unless its own block sets the same. Only a configuration tells, and a refresh has
//! none: each plan keeps it as a private fact. Without the fact, which builds before it did not keep and an import cannot
//! know, an asset follows where it had the common value.

use crate::resources::object::argument::{Argument, Unset};
use crate::resources::object::member::Member;
use crate::resources::object::private_facts::PrivateFact;
use crate::terraform::framework::private::Private;
use crate::terraform::language::Value;

/// The arguments of the assets that the object has too, each once.
pub fn common_arguments(members: &[Member], object: &Value) -> Vec<&'static Argument> {
    let mut arguments: Vec<&Argument> = Vec::new();
    for argument in members.iter().flat_map(|member| member.row.arguments()) {
        let is_common = object
            .as_map()
            .is_some_and(|root| root.contains_key(argument.name));
        if is_common && arguments.iter().all(|other| other.name != argument.name) {
            arguments.push(argument);
        }
    }
    arguments
}

/// Whether the configuration sets an argument on the asset itself. What is not known yet may be set.
pub fn sets_itself(member: &Member, argument: &Argument, config: &Value) -> bool {
    let own = config.attribute(member.row.key);
    own.is_unknown() || !own.attribute(argument.name).is_null()
}

/// Keeps which arguments the configuration sets on an asset itself.
pub fn keep_own_arguments(private: &mut Private, member: &Member, config: &Value) {
    let arguments = member.row.arguments().iter();
    let own: Vec<_> = arguments
        .filter(|argument| sets_itself(member, argument, config))
        .map(|argument| argument.name)
        .collect();
    PrivateFact::OwnArguments.write(private, member.row.key, Some(own.join(",")));
}

/// Whether a state is what an import starts from: nobody knows the common arguments yet.
pub fn is_imported(state: &Value) -> bool {
    state.attribute("replicas").is_null()
}

/// Gives the common arguments values after an import, which tells nothing of them: the commonest of the assets. The next
/// plan takes any that the assets follow already for what it found.
pub fn fill_imported(members: &[Member], read: &mut Value) {
    for argument in common_arguments(members, read) {
        if let Some(value) = commonest(members, argument, read) {
            read.set_attribute(argument.name, value);
        }
    }
}

/// The value that most assets have; none if some have none, which would follow it.
pub fn commonest(members: &[Member], argument: &Argument, object: &Value) -> Option<Value> {
    let present: Vec<_> = members
        .iter()
        .filter(|member| takes(member, argument))
        .map(|member| object.attribute(member.row.key))
        .filter(|asset| !asset.is_null())
        .map(|asset| asset.attribute(argument.name))
        .collect();
    let default = argument.unset_value(members.first()?.row);
    let same = |value: &Value| present.iter().filter(|other| **other == value).count();
    // Of several, the default, else the first.
    let most = present
        .iter()
        .rev()
        .max_by_key(|value| (same(value), ***value == default))?;
    let all_set = present.iter().all(|value| !value.is_null());
    all_set.then(|| (*most).clone())
}

fn takes(member: &Member, argument: &Argument) -> bool {
    let mut own = member.row.arguments().iter();
    own.any(|own| own.name == argument.name)
}

/// Takes drift into the common arguments: where all assets that follow one have the same other value, it has it too, so
/// that `ignore_changes` on the common argument leaves them as they are. `state`: as it was before the refresh.
pub fn follow_drift(members: &[Member], private: &Private, state: &Value, read: &mut Value) {
    for argument in common_arguments(members, state) {
        let json = |object: &Value| argument.json(object.attribute(argument.name));
        let followers: Vec<_> = members
            .iter()
            .filter(|member| follows(member, argument, private, state))
            .map(|member| member.row.key)
            .filter(|key| !read.attribute(key).is_null())
            .collect();
        let Some(first) = followers.first().map(|key| read.attribute(key)) else {
            continue;
        };
        let agreed = followers
            .iter()
            .all(|key| json(read.attribute(key)) == json(first));
        // What an apply has left different, because the server does not change it back, is no drift.
        let drifted = followers
            .iter()
            .any(|key| json(read.attribute(key)) != json(state.attribute(key)));
        let is_set = !state.attribute(argument.name).is_null();
        let counts = is_set || matches!(argument.unset, Unset::None);
        if counts && agreed && drifted && json(first) != json(state) {
            let value = first.attribute(argument.name).clone();
            read.set_attribute(argument.name, value);
        }
    }
}

fn follows(member: &Member, argument: &Argument, private: &Private, state: &Value) -> bool {
    if !takes(member, argument) {
        return false;
    }
    match PrivateFact::OwnArguments.read(private, member.row.key) {
        Some(own) => own.split(',').all(|name| name != argument.name),
        None => {
            let json = |object: &Value| argument.json(object.attribute(argument.name));
            json(state.attribute(member.row.key)) == json(state)
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::resources::lattice_buckets::LatticeBuckets;
    use crate::resources::preflight::fixture::Case;
    use crate::resources::wadm::WadmJetStream;

    /// The common argument after a refresh that found these values in assets of an applied object.
    fn refreshed(case: Case, found: &[(&str, &str, Value)], name: &str, is_known: bool) -> Value {
        let plan = case.plan();
        let (state, members) = (&plan.plan.prior, &plan.object.members);
        let mut read = state.clone();
        for (key, argument, value) in found {
            let mut asset = read.attribute(key).clone();
            asset.set_attribute(argument, value.clone());
            read.set_attribute(key, asset);
        }
        let private = match is_known {
            true => plan.plan.private.clone(),
            false => Private::default(),
        };
        follow_drift(members, &private, state, &mut read);
        read.attribute(name).clone()
    }

    fn lattice(config: Json) -> Case {
        Case::update(LatticeBuckets, config.clone(), config)
    }

    fn history(config: Json, lattice_data: i64, config_data: i64, is_known: bool) -> Value {
        let found = [
            ("lattice_data", "history", lattice_data.into()),
            ("config_data", "history", config_data.into()),
        ];
        refreshed(lattice(config), &found, "history", is_known)
    }

    #[test]
    fn a_common_argument_follows_the_drift_of_all_that_follow_it() {
        let one = json!({ "history": 3 });
        let own = json!({ "history": 3, "config_data": { "history": 5 } });
        let same = json!({ "history": 3, "config_data": { "history": 3 } });
        for (config, lattice_data, config_data, common) in [
            (&one, 3, 3, 3),
            (&one, 7, 7, 7),
            (&one, 7, 3, 3),
            (&one, 7, 8, 3),
            (&own, 3, 5, 3),
            (&own, 7, 5, 7),
            (&own, 3, 7, 3),
            // An override that has the common value is one, too.
            (&same, 7, 3, 7),
            (&same, 3, 7, 3),
        ] {
            assert_eq!(
                history(config.clone(), lattice_data, config_data, true),
                common.into(),
                "{config} {lattice_data} {config_data}"
            );
        }
    }

    #[test]
    fn without_the_fact_an_asset_follows_that_had_the_common_value() {
        let own = json!({ "history": 3, "config_data": { "history": 5 } });
        assert_eq!(history(own, 7, 5, false), 7.into());
        let same = json!({ "history": 3, "config_data": { "history": 3 } });
        assert_eq!(history(same, 7, 3, false), 3.into());
    }

    #[test]
    fn a_placement_appears_where_none_was_set_and_a_description_does_not() {
        let placement = Value::object([("cluster", "east".into()), ("tags", Value::Null)]);
        let everywhere = |argument: &'static str, value: &Value| {
            ["lattice_data", "config_data"].map(|key| (key, argument, value.clone()))
        };
        let found = everywhere("placement", &placement);
        let common = refreshed(lattice(json!({})), &found, "placement", true);
        assert_eq!(common, placement);

        let found = everywhere("description", &"theirs".into());
        let common = refreshed(lattice(json!({})), &found, "description", true);
        assert_eq!(common, Value::Null);
        let ours = json!({ "description": "ours" });
        let common = refreshed(lattice(ours), &found, "description", true);
        assert_eq!(common, "theirs".into());
    }

    #[test]
    fn of_eight_assets_each_that_follows_must_agree() {
        let keys = [
            "state",
            "manifests",
            "events",
            "commands",
            "status",
            "notify",
            "wasmbus_events",
            "event_consumer",
        ];
        let found = keys.map(|key| (key, "replicas", Value::from(3)));
        let common = |config: &Json, found| {
            let case = Case::update(WadmJetStream, config.clone(), config.clone());
            refreshed(case, found, "replicas", true)
        };
        let all = json!({});
        let but_one = json!({ "event_consumer": { "replicas": 1 } });

        assert_eq!(common(&all, &found), 3.into());
        assert_eq!(common(&all, &found[..7]), 1.into());
        assert_eq!(common(&but_one, &found[..7]), 3.into());
    }
}
