//! Planning the common arguments of an object.
//!
//! A newcomer would get this wrong: a common argument is no setting of anything. Where no asset follows it, another value
//! changes nothing on the server, and a plan that shows a change would have nothing to do.

use crate::resources::messages::setting;
use crate::resources::object::argument::common::{common_arguments, sets_itself};
use crate::resources::object::argument::{Argument, Unset};
use crate::resources::object::member::{METADATA, Member, has_texts};
use crate::resources::object::owned_texts::OwnedTexts;
use crate::resources::object::private_facts::PrivateFact;
use crate::terraform::framework::Plan;
use crate::terraform::language::Value;

/// Plans the common arguments, and answers them as the assets see them.
pub fn plan_common(members: &[Member], owned: &[OwnedTexts], plan: &mut Plan) -> Value {
    let mut common = plan.planned.clone();
    let mut idle = Vec::new();
    for argument in common_arguments(members, &plan.planned) {
        let name = argument.name;
        let set = plan.config.attribute(name).clone();
        let prior = plan.prior.attribute(name).clone();
        match argument.unset {
            // Left alone when not set, unless it was set: then it is taken away where an asset has it.
            Unset::LeftAlone => {
                common.set_attribute(name, set.clone());
                if set.is_null() {
                    let is_ours = is_ours(members, owned, name, &plan.prior);
                    let kept = if is_ours { Value::Null } else { prior.clone() };
                    plan.planned.set_attribute(name, kept);
                }
            }
            Unset::None => {
                common.set_attribute(name, set.clone());
                plan.planned.set_attribute(name, set.clone());
            }
            Unset::Default | Unset::Asset => {}
        }
        if !prior.is_null() && changes_nothing(members, argument, &common, plan) {
            plan.planned.set_attribute(name, prior);
        }
        let overridden = |member: &Member| is_overridden(member, name, &plan.config);
        if !set.is_null() && members.iter().all(overridden) {
            idle.push(name);
        }
    }
    if !is_all_ignored(members, plan) {
        let warning = setting::no_effect(members, &idle);
        plan.diagnostics.extend(warning);
    }
    common
}

/// Whether the common texts of the prior state are Terraform's in some asset.
fn is_ours(members: &[Member], owned: &[OwnedTexts], name: &str, prior: &Value) -> bool {
    let common = prior.attribute(name);
    let mut owners = members.iter().zip(owned);
    owners.any(|(member, owned)| {
        let own = prior.attribute(member.row.key).attribute(name);
        own == common && owned.owns(name, own)
    })
}

/// Whether another value of a common argument changes no asset. Where no plan has confirmed which assets follow it, as
/// after an import, those count as unchanged that have the value already.
fn changes_nothing(members: &[Member], argument: &Argument, common: &Value, plan: &Plan) -> bool {
    let is_confirmed = members.iter().any(|member| {
        PrivateFact::OwnArguments
            .read(&plan.private, member.row.key)
            .is_some()
    });
    let value = common.attribute(argument.name);
    let has_it = |member: &Member| {
        let own = plan.prior.attribute(member.row.key);
        let same = argument.json(own.attribute(argument.name)) == argument.json(value);
        value.is_wholly_known() && (same || argument.name == METADATA && has_texts(own, value))
    };
    members.iter().all(|member| {
        sets_itself(member, argument, &plan.config) || !is_confirmed && has_it(member)
    })
}

/// Whether the block of an asset surely sets an argument. What `ignore_changes` puts there is the whole block as the
/// state has it, which nobody has set.
fn is_overridden(member: &Member, name: &str, config: &Value) -> bool {
    let own = config.attribute(member.row.key);
    let value = own.attribute(name);
    !value.is_null() && value.is_wholly_known() && own.attribute("stream").is_null()
}

/// Whether `ignore_changes = all` has put the state in the place of the configuration, without what is read only: then
/// every block has every argument as it is in the state, and nobody has set any.
fn is_all_ignored(members: &[Member], plan: &Plan) -> bool {
    members.iter().all(|member| {
        let block = |object: &Value| object.attribute(member.row.key).clone();
        let (own, prior) = (block(&plan.config), block(&plan.prior));
        let mut arguments = member.row.arguments().iter();
        arguments.all(|argument| own.attribute(argument.name) == prior.attribute(argument.name))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::resources::lattice_buckets::LatticeBuckets;
    use crate::resources::object_type::ObjectType;
    use crate::resources::preflight::fixture::{Case, only, reported};
    use crate::resources::wadm::WadmJetStream;

    /// The common argument before and after, what happens to assets, and what is reported.
    fn planned(
        object_type: impl ObjectType,
        before: Json,
        config: Json,
        name: &str,
    ) -> (Value, Value, usize, Vec<String>) {
        let case = Case::update(object_type, before, config);
        let plan = case.plan();
        let value = |object: &Value| object.attribute(name).clone();
        (
            value(&plan.plan.prior),
            value(&plan.plan.planned),
            plan.actions.len(),
            reported(&plan.plan.diagnostics),
        )
    }

    #[test]
    fn a_common_argument_that_every_bucket_overrides_is_not_planned_and_has_no_effect() {
        let with = |max_bytes: i64| {
            json!({
                "max_bytes": max_bytes,
                "lattice_data": { "max_bytes": 1000 }, "config_data": { "max_bytes": 2000 },
            })
        };

        let case = Case::update(LatticeBuckets, with(5000), with(6000));

        let plan = case.plan();
        assert_eq!(plan.plan.planned, plan.plan.prior);
        let words = [
            "`lattice_data`, `config_data`",
            "Remove the common argument",
        ];
        assert_eq!(
            only(&plan.plan.diagnostics, &words),
            "warning: Common argument max_bytes has no effect (max_bytes)"
        );
    }

    #[test]
    fn what_ignore_changes_of_all_takes_from_the_state_is_no_override() {
        let own = json!({
            "replicas": 1, "storage": "file", "compression": "none",
            "max_bytes": 1000, "max_value_size": -1, "history": 1,
        });
        let before = json!({ "max_bytes": 1000 });
        let config = json!({ "max_bytes": 1000, "lattice_data": own, "config_data": own });

        let (_, _, changed, said) = planned(LatticeBuckets, before, config, "max_bytes");

        assert_eq!((changed, said), (0, Vec::<String>::new()));
    }

    #[test]
    fn a_common_argument_that_one_asset_follows_is_planned_without_a_word() {
        let with = |replicas: u64| json!({ "replicas": replicas, "state": { "replicas": 1 } });

        let (before, after, changed, said) = planned(WadmJetStream, with(1), with(3), "replicas");

        assert_eq!((before, after, changed), (1.into(), 3.into(), 7));
        assert_eq!(said, Vec::<String>::new());
    }

    #[test]
    fn the_default_of_an_argument_that_every_bucket_overrides_is_no_news() {
        let own = json!({ "history": 3 });
        let config = json!({ "lattice_data": own, "config_data": own });

        let (before, after, changed, said) =
            planned(LatticeBuckets, json!({ "history": 3 }), config, "history");

        assert_eq!((before, after, changed), (3.into(), 3.into(), 0));
        assert_eq!(said, Vec::<String>::new());
    }

    #[test]
    fn a_placement_that_every_bucket_overrides_stays_as_it_was() {
        let (east, west) = (json!({ "cluster": "east" }), json!({ "cluster": "west" }));
        let own = json!({ "placement": west });
        let before = json!({ "placement": east, "lattice_data": own, "config_data": own });
        let config = json!({ "lattice_data": own, "config_data": own });

        let (before, after, changed, said) = planned(LatticeBuckets, before, config, "placement");

        assert_eq!((after, changed), (before, 0));
        assert_eq!(said, Vec::<String>::new());
    }

    #[test]
    fn an_override_that_is_removed_shows_the_common_argument_again() {
        let with = |common: u64| json!({ "history": common, "lattice_data": { "history": 3 }, "config_data": { "history": 3 } });
        let config = json!({ "history": 9, "lattice_data": { "history": 3 } });

        let (before, after, changed, said) = planned(LatticeBuckets, with(5), config, "history");

        assert_eq!((before, after, changed), (5.into(), 9.into(), 1));
        assert_eq!(said, Vec::<String>::new());
    }
}
